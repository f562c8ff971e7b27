//! The engine worker: takes calls from the page, gives replies and events.
//!
//! A call is an `ArrayBuffer`, or an array of one and the file that the call is about. A reply is an
//! `ArrayBuffer`, or an array of one and the `Blob` of a file for the person.

use std::cell::OnceCell;
use std::rc::{Rc, Weak};

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageEvent};

use super::host::{Browser, BrowserEngine};
use crate::engine::Failure;

/// The database and the lock of the vault.
const VAULT: &str = "daifuku";

/// Serves the page that started this worker.
pub fn serve() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let known: Rc<OnceCell<Weak<BrowserEngine>>> = Rc::default();
    let asked = Rc::clone(&known);
    let lost: Rc<dyn Fn()> = Rc::new(move || {
        if let Some(engine) = asked.get().and_then(Weak::upgrade) {
            spawn_local(async move { engine.release().await });
        }
    });
    let Ok(host) = Browser::new(scope.clone(), VAULT, lost) else { return };
    let engine = BrowserEngine::new(host);
    // It is set once, here.
    let _ = known.set(Rc::downgrade(&engine));
    let page = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let (engine, page) = (Rc::clone(&engine), page.clone());
        let (call, file) = match event.data().dyn_into::<Array>() {
            Ok(both) => (both.get(0), both.get(1).dyn_into::<Blob>().ok()),
            Err(call) => (call, None),
        };
        let call = Uint8Array::new(&call).to_vec();
        spawn_local(async move {
            let file = match file {
                Some(file) => Some(read(&file).await),
                None => None,
            };
            let (reply, out) = engine.answer(call, file).await;
            match out {
                Some(out) => Browser::post_with_file(&page, &reply, &out),
                None => Browser::post(&page, &reply),
            }
        });
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    // A message that comes before this is lost; the page waits for it.
    let _ = scope.post_message(&"ready".into());
}

/// A file is read here and not by the page: the screen would stand still meanwhile.
async fn read(file: &Blob) -> Result<Vec<u8>, Failure> {
    let buffer = JsFuture::from(file.array_buffer()).await;
    buffer.map(|buffer| Uint8Array::new(&buffer).to_vec()).map_err(|_| Failure::NotFound)
}
