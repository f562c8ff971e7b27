//! Files that the system opens with the installed app, which browsers that can hand over through
//! `launchQueue`, and files that other apps share to it, which the service worker has taken.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use crate::ui::offline::offline;

/// Calls `opened` with the files that the app is opened with, now and later. Does nothing where the browser
/// hands none over.
pub fn listen(opened: impl Fn(Vec<File>) + 'static) {
    let opened = std::rc::Rc::new(opened);
    let taken = std::rc::Rc::clone(&opened);
    spawn_local(async move {
        let files = shared().await;
        if !files.is_empty() {
            taken(files);
        }
    });
    let Some((queue, listen)) = set_consumer() else { return };
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

/// The files that were shared to the app before this page came; each is given once.
async fn shared() -> Vec<File> {
    let name = JsValue::from("shared");
    let Some(offline) = offline() else { return Vec::new() };
    let promise = Reflect::get(&offline, &name).ok().and_then(|shared| shared.dyn_into::<Promise>().ok());
    let _ = Reflect::set(&offline, &name, &JsValue::UNDEFINED);
    let Some(promise) = promise else { return Vec::new() };
    let files = JsFuture::from(promise).await.ok().and_then(|files| files.dyn_into::<Array>().ok());
    files.iter().flat_map(Array::iter).filter_map(|file| file.dyn_into::<File>().ok()).collect()
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
