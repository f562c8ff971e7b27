//! The number on the icon of the installed app.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Shows how much is due; nothing for 0. Browsers that have no such number, or may not show it, are left alone.
pub fn set_badge(count: u32) {
    let navigator = leptos::prelude::window().navigator();
    let (name, arguments) = match count {
        0 => ("clearAppBadge", js_sys::Array::new()),
        count => ("setAppBadge", js_sys::Array::of1(&JsValue::from(count))),
    };
    let set = Reflect::get(&navigator, &name.into()).ok().and_then(|set| set.dyn_into::<Function>().ok());
    let asked = set.and_then(|set| set.apply(&navigator, &arguments).ok());
    if let Some(promise) = asked.and_then(|asked| asked.dyn_into::<Promise>().ok()) {
        spawn_local(async move {
            // Refused where the person has not allowed it.
            let _ = JsFuture::from(promise).await;
        });
    }
}
