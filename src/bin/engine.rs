//! The engine worker: answers a ping with what the sealer, its nested worker, says.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, Worker, WorkerOptions, WorkerType};

fn main() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let page = scope.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |_: MessageEvent| ask_sealer(&page));
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    // A message that comes before the module has started is lost: the page waits for this one.
    let _ = scope.post_message(&JsValue::from_str("ready"));
}

fn ask_sealer(page: &DedicatedWorkerGlobalScope) {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name("sealer");
    // A relative address is resolved against the address of this worker's own script.
    let Ok(sealer) = Worker::new_with_options("sealer_loader.js", &options) else {
        let _ = page.post_message(&JsValue::from_str("no sealer"));
        return;
    };
    let (page, worker) = (page.clone(), sealer.clone());
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        if text == "ready" {
            let _ = worker.post_message(&JsValue::from_str("ping"));
        } else {
            worker.terminate();
            let _ = page.post_message(&JsValue::from_str(&format!("engine and {text} answer")));
        }
    });
    sealer.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
}
