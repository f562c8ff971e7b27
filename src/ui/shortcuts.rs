//! What keys do anywhere in the notebook: undo and redo, finding, and single keys for who wants them.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::engine::screen::shortcut::{Keys, Shortcut};
use crate::ui::preferences::use_preferences;
use crate::ui::route::Route;
use crate::ui::router::use_router;
use crate::ui::screens::customers::list::use_customer_list;
use crate::ui::screens::find::Finder;
use crate::ui::session::use_session;
use crate::ui::widgets::{is_composing, is_dialog_open, is_free};

/// Follows the keys for as long as the notebook is shown. `on_list`: the list of customers is, which has a box
/// of its own.
pub fn watch(finder: Finder, on_list: Memo<bool>) {
    let preferences = use_preferences();
    let (router, list, session) = (use_router(), use_customer_list(), use_session());
    let pressed = StoredValue::new(Keys::default());
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        if let Some(step) = undo_key(&event) {
            event.prevent_default();
            let possible = session.undo.get_untracked();
            match step {
                Step::Undo if possible.undo.is_some() => session.undo_last(),
                Step::Redo if possible.redo.is_some() => session.redo_last(),
                _ => {}
            }
            return;
        }
        let finds = event.key().eq_ignore_ascii_case("k") && (event.ctrl_key() || event.meta_key());
        if finds && !is_composing(&event) && !event.shift_key() && !event.alt_key() {
            event.prevent_default();
            if !is_dialog_open() {
                finder.open.set(true);
            }
            return;
        }
        if !preferences.shortcuts.get_untracked() || !is_free(&event) {
            pressed.try_set_value(Keys::default());
            return;
        }
        let Some(Some(shortcut)) = pressed.try_update_value(|keys| keys.press(&event.key())) else { return };
        match shortcut {
            Shortcut::Find if on_list.get_untracked() && is_list_seen() => return,
            Shortcut::Find => finder.open.set(true),
            Shortcut::Help => finder.help.set(true),
            Shortcut::NewCustomer => {
                router.go(Route::Customers);
                list.adding.set(true);
            }
            Shortcut::Today => router.go(Route::Today),
            Shortcut::Customers => router.go(Route::Customers),
            Shortcut::Tasks => router.go(Route::Tasks),
        }
        event.prevent_default();
    });
    on_cleanup(move || keys.remove());
}

enum Step {
    Undo,
    Redo,
}

/// Ctrl+Z, Ctrl+Shift+Z and Ctrl+Y (⌘ on a Mac), except where a text is being typed: there they belong to
/// the text.
fn undo_key(event: &KeyboardEvent) -> Option<Step> {
    if is_composing(event) || !(event.ctrl_key() || event.meta_key()) || event.alt_key() {
        return None;
    }
    let element = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let types = element.is_some_and(|element| {
        element.is_content_editable()
            || matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    });
    if types {
        return None;
    }
    match (event.key().to_ascii_lowercase().as_str(), event.shift_key()) {
        ("z", false) => Some(Step::Undo),
        ("z", true) | ("y", false) => Some(Step::Redo),
        _ => None,
    }
}

/// Whether the list's own search box is there to be typed in: on narrow screens a customer's page takes its place.
fn is_list_seen() -> bool {
    let search = document().get_element_by_id("customers-search");
    let search = search.and_then(|search| search.dyn_into::<HtmlElement>().ok());
    search.is_some_and(|search| search.offset_parent().is_some())
}
