//! Keys while an input method converts.
//!
//! Enter that confirms kana, and Escape that drops a candidate, belong to the input method. Chromium and
//! Firefox say so with `isComposing`; WebKit sends the confirming Enter after the composition has ended,
//! with key code 229.

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
