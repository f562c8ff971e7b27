//! The app on the main thread: mounts the screens and starts the engine worker.

use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, MessageEvent, Worker, WorkerOptions, WorkerType};

fn main() {
    let document = document();
    let Some(root) = document.get_element_by_id("app").and_then(|e| e.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let status = RwSignal::new(String::from("starting"));
    if let Ok(worker) = start_worker(&document) {
        let answer = worker.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            if text == "ready" {
                let _ = answer.post_message(&JsValue::from_str("ping"));
            } else {
                status.set(text);
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        on_message.forget();
    }
    mount_to(root, move || view! { <main id="status">{move || status.get()}</main> }).forget();
    if let Some(loading) = document.get_element_by_id("loading") {
        loading.remove();
    }
}

/// Starts the engine beside `boot.js`, wherever the router has moved the address bar to.
fn start_worker(document: &web_sys::Document) -> Result<Worker, JsValue> {
    let base =
        document.document_element().and_then(|root| root.get_attribute("data-base")).unwrap_or_default();
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name("engine");
    Worker::new_with_options(&format!("{base}engine_loader.js"), &options)
}
