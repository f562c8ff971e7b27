//! Keys while an input method converts.
//!
//! Enter that confirms kana, and Escape that drops a candidate, belong to the input method. Chromium and
//! Firefox say so with `isComposing`; WebKit sends the confirming Enter after the composition has ended,
//! with key code 229.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

/// Whether this key belongs to the input method. Every key handler asks this first.
#[must_use]
pub fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
}

/// Whether this is Enter, meant for us.
#[must_use]
pub fn enters(event: &KeyboardEvent) -> bool {
    event.key() == "Enter" && !is_composing(event)
}

/// Whether this is Escape, meant for us.
#[must_use]
pub fn escapes(event: &KeyboardEvent) -> bool {
    event.key() == "Escape" && !is_composing(event)
}

/// Whether a single key is meant for the screen: no input method, no modifier, no field and no dialog has it.
#[must_use]
pub fn is_free(event: &KeyboardEvent) -> bool {
    if is_composing(event) || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let is_taken = target.is_some_and(|target| {
        target
            .closest("input, textarea, select, dialog, [contenteditable]")
            .is_ok_and(|field| field.is_some())
    });
    !is_taken && !is_dialog_open()
}

/// Whether a dialog is open, which keys belong to then.
#[must_use]
pub fn is_dialog_open() -> bool {
    document().query_selector("dialog[open]").is_ok_and(|open| open.is_some())
}
