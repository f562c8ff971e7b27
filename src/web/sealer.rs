//! The sealer: a worker for one derivation. Its memory, 64 MiB of it and the passphrase, ends with it.
//!
//! A message to it is the KDF parameters ([`KdfParams::encode`]) and the passphrase in UTF-8; its answer
//! is the 64 bytes of the secret, or one byte that says why there is none.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, Worker, WorkerOptions, WorkerType};
use zeroize::Zeroizing;

use crate::crypto::{self, DerivedSecret, KDF_PARAMS_LEN, KdfError, KdfParams, Passphrase};

const READY: &str = "ready";
const OUT_OF_MEMORY: u8 = 1;
const REFUSED: u8 = 2;

/// The engine's side: keeps one sealer warm.
#[derive(Clone, Default)]
pub struct Sealer {
    warm: Rc<RefCell<Option<Warm>>>,
}

struct Warm {
    worker: Worker,
    /// Ends with whether the worker runs.
    ready: Promise,
}

impl Sealer {
    /// Starts a sealer, so that the next derivation need not wait for it.
    pub fn prepare(&self) {
        if self.warm.borrow().is_none() {
            *self.warm.borrow_mut() = start();
        }
    }

    /// Derives a secret, then ends the sealer.
    ///
    /// # Errors
    /// When the worker can't be had or could not derive.
    pub async fn derive(&self, passphrase: &str, params: KdfParams) -> Result<DerivedSecret, KdfError> {
        self.prepare();
        let Some(Warm { worker, ready }) = self.warm.borrow_mut().take() else {
            return Err(KdfError::Refused);
        };
        if JsFuture::from(ready).await.is_err() {
            worker.terminate();
            return Err(KdfError::Refused);
        }
        let mut message = Zeroizing::new(Vec::with_capacity(KDF_PARAMS_LEN + passphrase.len()));
        message.extend_from_slice(&params.encode());
        message.extend_from_slice(passphrase.as_bytes());
        let answer = Promise::new(&mut |resolve, reject| listen(&worker, resolve, reject));
        let sent = worker.post_message(&Uint8Array::from(message.as_slice()));
        let answer = match sent {
            Ok(()) => JsFuture::from(answer).await,
            Err(error) => Err(error),
        };
        worker.terminate();
        let bytes = answer.map(|bytes| Zeroizing::new(Uint8Array::new(&bytes).to_vec()));
        match bytes.as_deref().map(Vec::as_slice) {
            Ok([OUT_OF_MEMORY]) | Err(_) => Err(KdfError::OutOfMemory { memory_kib: params.memory_kib() }),
            Ok(bytes) => bytes.try_into().map(DerivedSecret::from_bytes).map_err(|_| KdfError::Refused),
        }
    }
}

fn start() -> Option<Warm> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name("sealer");
    // Resolved against the address of this worker's own script.
    let worker = Worker::new_with_options("sealer_loader.js", &options).ok()?;
    let ready = Promise::new(&mut |resolve, reject| listen(&worker, resolve, reject));
    Some(Warm { worker, ready })
}

/// The next message ends a promise well, an error of the worker badly.
fn listen(worker: &Worker, resolve: Function, reject: Function) {
    let on_message = Closure::once_into_js(move |event: MessageEvent| {
        // A promise's own functions can't fail.
        let _ = resolve.call1(&JsValue::NULL, &event.data());
    });
    let on_error = Closure::once_into_js(move |event: web_sys::Event| {
        event.prevent_default();
        let _ = reject.call0(&JsValue::NULL);
    });
    worker.set_onmessage(Some(on_message.unchecked_ref()));
    worker.set_onerror(Some(on_error.unchecked_ref()));
}

/// The worker's side: derives what it is asked for.
pub fn serve() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let owner = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let message = Zeroizing::new(Uint8Array::new(&event.data()).to_vec());
        let answer = answer(&message);
        // The owner ends this worker whatever comes.
        let _ = owner.post_message(&Uint8Array::from(answer.as_slice()));
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    // A message that comes before this is lost; the owner waits for it.
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
