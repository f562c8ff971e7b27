//! A labelled field: the label and its mark above, then a hint, the control, and an error below.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use web_sys::KeyboardEvent;

use super::key::{enters, is_composing};
use super::make_element_id;
use crate::ui::reactive::effect;
use crate::ui::text::{t, use_i18n};

/// The ids that a control of a [`Field`] must carry.
#[derive(Clone, Debug)]
pub struct FieldIds {
    /// For `id`; the label points to it.
    pub control: String,
    /// For `aria-describedby`.
    pub described: String,
    /// For `aria-invalid`.
    pub invalid: Signal<bool>,
}

/// Label, hint and error around any control.
#[component]
pub fn Field(
    /// What is to be entered.
    #[prop(into)]
    label: TextProp,
    /// What helps to enter it; shown between label and control.
    #[prop(into, optional)]
    hint: Option<TextProp>,
    /// What is wrong with it now.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// Whether it must be filled in; shown as a word.
    #[prop(optional)]
    required: bool,
    /// Makes the control, given its ids.
    #[prop(into)]
    control: Callback<FieldIds, AnyView>,
) -> impl IntoView {
    let i18n = use_i18n();
    let id = make_element_id("field");
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let invalid = Signal::derive(move || error.with(Option::is_some));
    let ids = FieldIds { control: id.clone(), described: format!("{hint_id} {error_id}"), invalid };
    view! {
        <div class="field" class:invalid=invalid>
            <label class="field-label" for=id>
                {move || label.get()}
                {required.then(|| view! { <span class="field-mark">{t!(i18n, common.required)}</span> })}
            </label>
            <p class="field-hint" id=hint_id>{hint.map(|hint| move || hint.get())}</p>
            {control.run(ids)}
            <p class="field-error" id=error_id aria-live="polite">{move || error.get()}</p>
        </div>
    }
}

/// A field of one line.
#[component]
pub fn TextField(
    /// What is to be entered.
    #[prop(into)]
    label: TextProp,
    /// The text. The field follows it, and it follows the field, also while an input method converts.
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
    /// The kind of input: `text`, `tel`, `email`, `search` …
    #[prop(optional, default = "text")]
    kind: &'static str,
    /// The keyboard of phones: `numeric`, `tel`, `email` …
    #[prop(optional, default = "text")]
    keyboard: &'static str,
    /// What a browser may fill in; customers' data is never the user's own.
    #[prop(optional, default = "off")]
    autocomplete: &'static str,
    /// The largest number of characters, in UTF-16 units.
    #[prop(optional, default = 2000)]
    most: i32,
    /// Called with the text when it was changed and left.
    #[prop(into, optional)]
    on_change: Option<Callback<String>>,
    /// Called at Enter, but never by the Enter of an input method.
    #[prop(into, optional)]
    on_enter: Option<Callback<()>>,
    /// To focus it.
    #[prop(optional)]
    node: NodeRef<Input>,
) -> impl IntoView {
    follow(node, value);
    let on_key = move |event: KeyboardEvent| {
        if is_composing(&event) {
            return;
        }
        if let (true, Some(on_enter)) = (enters(&event), on_enter) {
            event.prevent_default();
            on_enter.run(());
        }
    };
    let control = move |ids: FieldIds| {
        view! {
            <input
                class="input"
                node_ref=node
                id=ids.control
                type=kind
                inputmode=keyboard
                autocomplete=autocomplete
                autocapitalize="off"
                maxlength=most
                aria-describedby=ids.described
                aria-invalid=move || ids.invalid.get().to_string()
                aria-required=required.to_string()
                on:input:target=move |event| value.set(event.target().value())
                on:change:target=move |event| {
                    if let Some(on_change) = on_change {
                        on_change.run(event.target().value());
                    }
                }
                on:keydown=on_key
            />
        }
        .into_any()
    };
    let control = Callback::new(control);
    match hint {
        Some(hint) => view! { <Field label hint error required control /> }.into_any(),
        None => view! { <Field label error required control /> }.into_any(),
    }
}

/// Writes the signal into the input, but only what the input does not hold already: setting an equal text
/// would move the caret and could end a conversion.
fn follow(node: NodeRef<Input>, value: RwSignal<String>) {
    effect(move || {
        let text = value.get();
        if let Some(input) = node.get()
            && input.value() != text
        {
            input.set_value(&text);
        }
    });
}
