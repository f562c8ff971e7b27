//! A dialog: the browser's own, which keeps the focus inside and gives it back.

use leptos::html;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use web_sys::KeyboardEvent;

use super::key::is_composing;
use super::make_element_id;
use crate::ui::reactive::{Show, effect};
use crate::ui::text::{t, use_i18n};

/// A modal dialog with a title and a button to close it. Its children exist only while it is open.
#[component]
pub fn Dialog(
    /// Whether it is open.
    #[prop(into)]
    open: Signal<bool>,
    /// Called when the person closes it; whoever owns `open` then sets it.
    #[prop(into)]
    on_close: Callback<()>,
    /// What it is about.
    #[prop(into)]
    title: TextProp,
    /// What is in it.
    children: ChildrenFn,
) -> impl IntoView {
    let i18n = use_i18n();
    let node = NodeRef::<html::Dialog>::new();
    let title_id = StoredValue::new(make_element_id("dialog"));
    effect(move || {
        let open = open.get();
        let Some(dialog) = node.get() else { return };
        if open && !dialog.open() {
            // Fails only when it is open already or not in the page.
            let _ = dialog.show_modal();
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && is_composing(&event) {
            event.prevent_default();
        }
    };
    view! {
        <dialog
            class="dialog"
            node_ref=node
            aria-labelledby=title_id.get_value()
            on:keydown=on_key
            on:cancel=move |event: web_sys::Event| {
                event.prevent_default();
                on_close.run(());
            }
            on:close=move |_| {
                if open.get_untracked() {
                    on_close.run(());
                }
            }
        >
            <Show when=move || open.get()>
                <header class="dialog-head">
                    <h2 id=title_id.get_value()>{
                        let title = title.clone();
                        move || title.get()
                    }</h2>
                    <button type="button" class="button quiet" on:click=move |_| on_close.run(())>
                        {t!(i18n, common.close)}
                    </button>
                </header>
                <div class="dialog-body">{children()}</div>
            </Show>
        </dialog>
    }
}
