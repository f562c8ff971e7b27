//! The sealer: a worker for one piece of work. Its memory, 64 MiB of a derivation, a passphrase, the keys
//! of a bundle, ends with it. There are two binaries: `sealer` derives only, since every unlocking waits for
//! it; `bundler` does all of it and is loaded when it is needed.
//!
//! The page starts it, since a worker that starts another one can hang for good in Firefox. To ask for it,
//! the engine sends the page an array of two ports and the binary's name: on the first the page says `failed` if the worker
//! fails; the second it hands to the worker, which says `ready` there. So the page sees no secret.
//!
//! Requests and answers are postcard bytes ([`crate::bundle::sealer`]). The worker ends when it has derived
//! a secret, or when the engine says `end`.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort};
use zeroize::Zeroizing;

use super::entropy::BrowserEntropy;
use crate::bundle::derive::derive;
use crate::bundle::sealer::{Answer, Request, SealerError};
use crate::bundle::worker::Worker;
use crate::crypto::{DerivedSecret, KdfError, KdfParams};
use crate::engine::host;

const DERIVES: &str = "sealer";
const DOES_ALL: &str = "bundler";
const READY: &str = "ready";
/// What a sealer says that understands this engine: to be changed with [`crate::bundle::sealer`]. The two may
/// be of two versions, when another page has switched to a newer one.
const SPEAKS: &str = "ready 3";
const END: &str = "end";

/// The engine's side: keeps one sealer warm.
#[derive(Clone)]
pub struct Sealer {
    page: DedicatedWorkerGlobalScope,
    warm: Rc<RefCell<Option<Port>>>,
}

/// The way to one sealer.
pub struct Port {
    /// What the page says of the worker.
    page: MessagePort,
    worker: MessagePort,
    /// Ends with what either says first.
    first: Option<Promise>,
}

impl Sealer {
    /// Of the engine that runs in this worker.
    #[must_use]
    pub fn new(page: DedicatedWorkerGlobalScope) -> Self {
        Self { page, warm: Rc::default() }
    }

    /// Starts a sealer, so that the next piece of work need not wait for it.
    pub fn prepare(&self) {
        if self.warm.borrow().is_none() {
            *self.warm.borrow_mut() = self.begin(DERIVES).ok();
        }
    }

    /// Starts a sealer that does all of it.
    ///
    /// # Errors
    /// When the browser has no message channels.
    pub fn start(&self) -> Result<Port, SealerError> {
        self.begin(DOES_ALL).map_err(|_| SealerError::Order)
    }

    fn begin(&self, name: &str) -> Result<Port, JsValue> {
        let (page, worker) = (MessageChannel::new()?, MessageChannel::new()?);
        let ports = Array::of2(&page.port2(), &worker.port2());
        let message = Array::of3(&page.port2(), &worker.port2(), &name.into());
        let (page, worker) = (page.port1(), worker.port1());
        let first = next(&page, &worker);
        self.page.post_message_with_transfer(&message, &ports)?;
        Ok(Port { page, worker, first: Some(first) })
    }

    /// Derives a secret; the sealer ends then.
    ///
    /// # Errors
    /// When the worker can't be had or could not derive.
    pub async fn derive(&self, passphrase: &str, params: KdfParams) -> Result<DerivedSecret, KdfError> {
        self.prepare();
        let mut port = self.warm.borrow_mut().take().ok_or(KdfError::Refused)?;
        let request = Request::Derive { params: params.encode().to_vec(), passphrase: passphrase.to_owned() };
        match host::Sealer::ask(&mut port, request).await {
            Answer::Secret(bytes) => {
                let bytes = Zeroizing::new(bytes);
                let secret = bytes.as_slice().try_into().map(DerivedSecret::from_bytes);
                secret.map_err(|_| KdfError::Refused)
            }
            Answer::Failed(SealerError::OutOfMemory) => {
                Err(KdfError::OutOfMemory { memory_kib: params.memory_kib() })
            }
            _ => Err(KdfError::Refused),
        }
    }
}

impl Port {
    async fn answer(&mut self, request: &Request) -> Option<Answer> {
        if let Some(first) = self.first.take() {
            let first = JsFuture::from(first).await.ok()?.as_string()?;
            if first.starts_with(READY) && first != SPEAKS {
                return Some(Answer::Failed(SealerError::Order));
            }
            (first == SPEAKS).then_some(())?;
        }
        let message = Zeroizing::new(postcard::to_allocvec(request).ok()?);
        let bytes = Uint8Array::from(message.as_slice());
        let answer = next(&self.page, &self.worker);
        let sent = self.worker.post_message_with_transferable(&bytes, &Array::of1(&bytes.buffer()));
        sent.ok()?;
        let answer = JsFuture::from(answer).await.ok()?.dyn_into::<Uint8Array>().ok()?;
        postcard::from_bytes(&Zeroizing::new(answer.to_vec())).ok()
    }
}

impl host::Sealer for Port {
    /// A worker that fails at work lacks memory: there is nothing else in it that could.
    async fn ask(&mut self, request: Request) -> Answer {
        self.answer(&request).await.unwrap_or(Answer::Failed(SealerError::OutOfMemory))
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        // Nobody is left to be told if this fails.
        let _ = self.worker.post_message(&END.into());
        self.page.close();
        self.worker.close();
    }
}

/// The next message on either port.
fn next(page: &MessagePort, worker: &MessagePort) -> Promise {
    Promise::new(&mut |resolve: Function, _| {
        for port in [page, worker] {
            let resolve = resolve.clone();
            let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                // A promise's own function can't fail, and the first call decides.
                let _ = resolve.call1(&JsValue::NULL, &event.data());
            });
            port.set_onmessage(Some(&on_message.into_js_value().unchecked_into()));
        }
    })
}

/// The side of the worker that derives only.
pub fn serve() {
    serve_with(|| {
        |request| match request {
            Request::Derive { params, passphrase } => {
                derive(&params, Zeroizing::new(passphrase)).unwrap_or_else(Answer::Failed)
            }
            _ => Answer::Failed(SealerError::Order),
        }
    });
}

/// The side of the worker that does all of it.
pub fn serve_bundles() {
    serve_with(|| {
        let mut worker = Worker::new(Box::new(BrowserEntropy));
        move |request| worker.answer(request)
    });
}

/// Does what is asked on the port that is given.
fn serve_with<A: FnMut(Request) -> Answer + 'static>(make: impl Fn() -> A + 'static) {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let own = scope.clone();
    let on_port = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Ok(port) = event.data().dyn_into::<MessagePort>() else { return };
        let (asker, own) = (port.clone(), own.clone());
        let work = RefCell::new(make());
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let Ok(bytes) = event.data().dyn_into::<Uint8Array>() else { return own.close() };
            let message = Zeroizing::new(bytes.to_vec());
            let answer = match postcard::from_bytes::<Request>(&message) {
                Ok(request) => (work.borrow_mut())(request),
                Err(_) => Answer::Failed(SealerError::Order),
            };
            let ends = matches!(answer, Answer::Secret(_));
            let answer = Zeroizing::new(postcard::to_allocvec(&answer).unwrap_or_default());
            let bytes = Uint8Array::from(answer.as_slice());
            // Nobody is left to be told if this fails.
            let _ = asker.post_message_with_transferable(&bytes, &Array::of1(&bytes.buffer()));
            if ends {
                own.close();
            }
        });
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        on_message.forget();
        let _ = port.post_message(&SPEAKS.into());
    });
    scope.set_onmessage(Some(on_port.as_ref().unchecked_ref()));
    on_port.forget();
    // A message that comes before this is lost; the page waits for it.
    let _ = scope.post_message(&READY.into());
}
