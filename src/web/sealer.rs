//! The sealer: a worker for one derivation. Its memory, 64 MiB of it and the passphrase, ends with it.
//!
//! The page starts it, since a worker that starts another one can hang for good in Firefox. To ask for it,
//! the engine sends the page an array of two ports: on the first the page says `failed` if the worker
//! fails; the second it hands to the worker, which says `ready` there. So the page sees no secret.
//!
//! A message to the sealer is the KDF parameters ([`KdfParams::encode`]) and the passphrase in UTF-8; its
//! answer is the 64 bytes of the secret, or one byte that says why there is none.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort};
use zeroize::Zeroizing;

use crate::crypto::{self, DerivedSecret, KDF_PARAMS_LEN, KdfError, KdfParams, Passphrase};

const READY: &str = "ready";
const OUT_OF_MEMORY: u8 = 1;
const REFUSED: u8 = 2;

/// The engine's side: keeps one sealer warm.
#[derive(Clone)]
pub struct Sealer {
    page: DedicatedWorkerGlobalScope,
    warm: Rc<RefCell<Option<Warm>>>,
}

struct Warm {
    /// What the page says of the worker.
    page: MessagePort,
    worker: MessagePort,
    /// Ends with what either says first.
    first: Promise,
}

impl Sealer {
    /// Of the engine that runs in this worker.
    #[must_use]
    pub fn new(page: DedicatedWorkerGlobalScope) -> Self {
        Self { page, warm: Rc::default() }
    }

    /// Starts a sealer, so that the next derivation need not wait for it.
    pub fn prepare(&self) {
        if self.warm.borrow().is_none() {
            *self.warm.borrow_mut() = self.start().ok();
        }
    }

    fn start(&self) -> Result<Warm, JsValue> {
        let (page, worker) = (MessageChannel::new()?, MessageChannel::new()?);
        let ports = Array::of2(&page.port2(), &worker.port2());
        let warm = (page.port1(), worker.port1());
        let first = next(&warm.0, &warm.1);
        self.page.post_message_with_transfer(&ports, &ports)?;
        Ok(Warm { page: warm.0, worker: warm.1, first })
    }

    /// Derives a secret; the sealer ends then.
    ///
    /// # Errors
    /// When the worker can't be had or could not derive.
    pub async fn derive(&self, passphrase: &str, params: KdfParams) -> Result<DerivedSecret, KdfError> {
        self.prepare();
        let Some(Warm { page, worker, first }) = self.warm.borrow_mut().take() else {
            return Err(KdfError::Refused);
        };
        let first = JsFuture::from(first).await.ok().and_then(|first| first.as_string());
        if first.as_deref() != Some(READY) {
            return Err(KdfError::Refused);
        }
        let mut message = Zeroizing::new(Vec::with_capacity(KDF_PARAMS_LEN + passphrase.len()));
        message.extend_from_slice(&params.encode());
        message.extend_from_slice(passphrase.as_bytes());
        let answer = next(&page, &worker);
        let sent = worker.post_message(&Uint8Array::from(message.as_slice()));
        let answer = match sent {
            Ok(()) => JsFuture::from(answer).await,
            Err(error) => Err(error),
        };
        page.close();
        worker.close();
        let bytes = answer.and_then(|bytes| bytes.dyn_into::<Uint8Array>());
        let bytes = bytes.map(|bytes| Zeroizing::new(bytes.to_vec()));
        match bytes.as_deref().map(Vec::as_slice) {
            // A worker that fails at work lacks memory: there is nothing else in it that could.
            Ok([OUT_OF_MEMORY]) | Err(_) => Err(KdfError::OutOfMemory { memory_kib: params.memory_kib() }),
            Ok(bytes) => bytes.try_into().map(DerivedSecret::from_bytes).map_err(|_| KdfError::Refused),
        }
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
            port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
            // It lives as long as the port: a few bytes for each unlocking.
            on_message.forget();
        }
    })
}

/// The worker's side: derives what it is asked for on the port that it is given, then ends.
pub fn serve() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let own = scope.clone();
    let on_port = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Ok(port) = event.data().dyn_into::<MessagePort>() else { return };
        let (asker, own) = (port.clone(), own.clone());
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let message = Zeroizing::new(Uint8Array::new(&event.data()).to_vec());
            let answer = answer(&message);
            // Nobody is left to be told if this fails.
            let _ = asker.post_message(&Uint8Array::from(answer.as_slice()));
            own.close();
        });
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        on_message.forget();
        let _ = port.post_message(&READY.into());
    });
    scope.set_onmessage(Some(on_port.as_ref().unchecked_ref()));
    on_port.forget();
    // A message that comes before this is lost; the page waits for it.
    let _ = scope.post_message(&READY.into());
}

fn answer(message: &[u8]) -> Zeroizing<Vec<u8>> {
    let Some((params, passphrase)) = message.split_at_checked(KDF_PARAMS_LEN) else {
        return Zeroizing::new(vec![REFUSED]);
    };
    let (Ok(params), Ok(passphrase)) = (KdfParams::decode(params), core::str::from_utf8(passphrase)) else {
        return Zeroizing::new(vec![REFUSED]);
    };
    match crypto::derive(&Passphrase::new(passphrase), &params) {
        Ok(secret) => Zeroizing::new(secret.into_bytes().to_vec()),
        Err(KdfError::OutOfMemory { .. }) => Zeroizing::new(vec![OUT_OF_MEMORY]),
        Err(KdfError::Refused) => Zeroizing::new(vec![REFUSED]),
    }
}
