//! Files that the system opens with the installed app: browsers that can hand them over through
//! `launchQueue`.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// Calls `opened` with the files that the app is opened with, now and later. Does nothing where the browser
/// hands none over.
pub fn listen(opened: impl Fn(Vec<File>) + 'static) {
    let Some((queue, listen)) = set_consumer() else { return };
    let opened = std::rc::Rc::new(opened);
    let consumer = Closure::<dyn FnMut(JsValue)>::new(move |launch: JsValue| {
        let opened = std::rc::Rc::clone(&opened);
        spawn_local(async move {
            let files = files(&launch).await;
            if !files.is_empty() {
                opened(files);
            }
        });
    });
    // It lives as long as the page. A browser that refuses hands nothing over, as those that can't.
    let _ = listen.call1(&queue, &consumer.into_js_value());
}

fn set_consumer() -> Option<(JsValue, Function)> {
    let queue = Reflect::get(&js_sys::global(), &"launchQueue".into()).ok().filter(JsValue::is_object)?;
    let listen = Reflect::get(&queue, &"setConsumer".into()).ok()?.dyn_into().ok()?;
    Some((queue, listen))
}

/// The files of a launch; those that can't be read are left out.
async fn files(launch: &JsValue) -> Vec<File> {
    let handles = Reflect::get(launch, &"files".into()).ok().and_then(|files| files.dyn_into::<Array>().ok());
    let mut files = Vec::new();
    for handle in handles.iter().flat_map(Array::iter) {
        let open =
            Reflect::get(&handle, &"getFile".into()).ok().and_then(|open| open.dyn_into::<Function>().ok());
        let promise = open.and_then(|open| open.call0(&handle).ok()).map(|file| Promise::resolve(&file));
        if let Some(promise) = promise
            && let Ok(file) = JsFuture::from(promise).await
        {
            files.extend(file.dyn_into::<File>().ok());
        }
    }
    files
}
