//! A button that unfolds further actions.

use leptos::html::Details;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, HtmlElement, KeyboardEvent, Node};

use super::key::escapes;

/// Further actions behind one button. The children are `<button class="menu-item">`s or links.
#[component]
pub fn Menu(
    /// The word on the button.
    #[prop(into)]
    label: TextProp,
    /// The actions.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<Details>::new();
    let on_leave = move |event: FocusEvent| {
        let inside = node.try_get_untracked().flatten().is_some_and(|details| {
            let next = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
            next.is_some_and(|next| details.contains(Some(&next)))
        });
        // A press on plain ground has no next target; the press on an item must still arrive.
        if let (false, true, Some(details)) =
            (inside, event.related_target().is_some(), node.try_get_untracked().flatten())
        {
            details.set_open(false);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if escapes(&event) {
            event.stop_propagation();
            fold(node);
        }
    };
    close_outside(node);
    view! {
        <details class="menu" node_ref=node on:focusout=on_leave on:keydown=on_key>
            <summary class="button quiet">{move || label.get()}</summary>
            // Before the item is told, so that what it opens gives the focus back to the button.
            <div class="menu-items" on:click:capture=move |_| fold(node)>
                {children()}
            </div>
        </details>
    }
}

/// Folds a menu. What is folded away can't keep the focus: it goes back to the button.
pub fn fold(node: NodeRef<Details>) {
    let Some(details) = node.try_get_untracked().flatten() else { return };
    let held = document().active_element().is_some_and(|active| details.contains(Some(&active)));
    details.set_open(false);
    let button = details.first_element_child().and_then(|button| button.dyn_into::<HtmlElement>().ok());
    if let Some(button) = button.filter(|_| held) {
        let _ = button.focus();
    }
}

/// Closes what is unfolded when something else is pressed.
pub fn close_outside(node: NodeRef<Details>) {
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let Some(details) = node.try_get_untracked().flatten() else { return };
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        if !details.contains(target.as_ref()) {
            details.set_open(false);
        }
    });
    on_cleanup(move || outside.remove());
}
