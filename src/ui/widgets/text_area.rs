//! A field of several lines that grows with its text.

use crate::ui::reactive::effect;
use leptos::html::Textarea;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use web_sys::KeyboardEvent;

use super::field::{Field, FieldIds};
use super::key::enters;

/// A field of several lines. Enter makes a new line; Ctrl+Enter (⌘+Enter) calls `on_submit`.
#[component]
pub fn TextArea(
    /// What is to be entered.
    #[prop(into)]
    label: TextProp,
    /// The text.
    value: RwSignal<String>,
    /// What helps to enter it.
    #[prop(into, optional)]
    hint: Option<TextProp>,
    /// What is wrong with it now.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// How many lines are shown at least.
    #[prop(optional, default = 3)]
    rows: u32,
    /// Called with every change, to keep a draft.
    #[prop(into, optional)]
    on_input: Option<Callback<String>>,
    /// Called with the text when it was changed and left.
    #[prop(into, optional)]
    on_change: Option<Callback<String>>,
    /// Called at Ctrl+Enter.
    #[prop(into, optional)]
    on_submit: Option<Callback<()>>,
    /// To focus it.
    #[prop(optional)]
    node: NodeRef<Textarea>,
) -> impl IntoView {
    effect(move || {
        let text = value.get();
        if let Some(area) = node.get()
            && area.value() != text
        {
            area.set_value(&text);
        }
    });
    let on_key = move |event: KeyboardEvent| {
        if let (true, true, Some(on_submit)) =
            (enters(&event), event.ctrl_key() || event.meta_key(), on_submit)
        {
            event.prevent_default();
            on_submit.run(());
        }
    };
    let control = Callback::new(move |ids: FieldIds| {
        view! {
            <textarea
                class="input text-area"
                node_ref=node
                id=ids.control
                rows=rows
                autocomplete="off"
                autocapitalize="off"
                aria-describedby=ids.described
                aria-invalid=move || ids.invalid.get().to_string()
                aria-required=required.to_string()
                on:input:target=move |event| {
                    let text = event.target().value();
                    value.set(text.clone());
                    if let Some(on_input) = on_input {
                        on_input.run(text);
                    }
                }
                on:change:target=move |event| {
                    if let Some(on_change) = on_change {
                        on_change.run(event.target().value());
                    }
                }
                on:keydown=on_key
            />
        }
        .into_any()
    });
    match hint {
        Some(hint) => view! { <Field label hint error required control /> }.into_any(),
        None => view! { <Field label error required control /> }.into_any(),
    }
}
