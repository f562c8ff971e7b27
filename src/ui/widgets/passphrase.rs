//! The field for a passphrase, and how strong it is.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::field::{Field, FieldIds};
use crate::engine::rows::{PassphraseStrength, StrengthLevel};
use crate::ui::reactive::effect;
use crate::ui::text::{t, t_string, use_i18n};

/// A passphrase that can be shown, pasted and filled in by a password manager.
#[component]
pub fn PassphraseField(
    /// What is to be entered.
    #[prop(into)]
    label: TextProp,
    /// The passphrase.
    value: RwSignal<String>,
    /// Whether it is a new one; tells password managers to keep or to fill in.
    #[prop(optional)]
    fresh: bool,
    /// Whether it is legible from the start.
    #[prop(optional)]
    shown: bool,
    /// What helps to enter it.
    #[prop(into, optional)]
    hint: Option<TextProp>,
    /// What is wrong with it now.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// To focus it.
    #[prop(optional)]
    node: NodeRef<Input>,
) -> impl IntoView {
    let i18n = use_i18n();
    let shown = RwSignal::new(shown);
    effect(move || {
        let text = value.get();
        if let Some(input) = node.get()
            && input.value() != text
        {
            input.set_value(&text);
        }
    });
    let control = Callback::new(move |ids: FieldIds| {
        view! {
            <div class="passphrase">
                <input
                    class="input"
                    node_ref=node
                    id=ids.control
                    name="passphrase"
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete=if fresh { "new-password" } else { "current-password" }
                    autocapitalize="off"
                    spellcheck="false"
                    maxlength="1000"
                    aria-describedby=ids.described
                    aria-invalid=move || ids.invalid.get().to_string()
                    aria-required="true"
                    on:input:target=move |event| value.set(event.target().value())
                />
                <button
                    type="button"
                    class="button secondary"
                    aria-pressed=move || shown.get().to_string()
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {move || if shown.get() { t_string!(i18n, passphrase.hide) } else { t_string!(i18n, passphrase.show) }}
                </button>
            </div>
        }
        .into_any()
    });
    match hint {
        Some(hint) => view! { <Field label hint error required=true control /> }.into_any(),
        None => view! { <Field label error required=true control /> }.into_any(),
    }
}

/// How hard a passphrase is to guess, in four steps and in words.
#[component]
pub fn StrengthMeter(
    /// The engine's estimate; nothing while there is nothing to estimate.
    #[prop(into)]
    strength: Signal<Option<PassphraseStrength>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let steps = move || match strength.get().map(|strength| strength.level) {
        None => "0",
        Some(StrengthLevel::TooShort) => "1",
        Some(StrengthLevel::Weak) => "2",
        Some(StrengthLevel::Fair) => "3",
        Some(StrengthLevel::Strong) => "4",
    };
    let words = move || match strength.get().map(|strength| strength.level) {
        None => "",
        Some(StrengthLevel::TooShort) => t_string!(i18n, passphrase.too_short),
        Some(StrengthLevel::Weak) => t_string!(i18n, passphrase.weak),
        Some(StrengthLevel::Fair) => t_string!(i18n, passphrase.fair),
        Some(StrengthLevel::Strong) => t_string!(i18n, passphrase.strong),
    };
    view! {
        <div class="strength" data-steps=steps>
            <span class="strength-label">{t!(i18n, passphrase.strength)}</span>
            <span class="strength-bar" aria-hidden="true"><i></i><i></i><i></i><i></i></span>
            <span class="strength-words" aria-live="polite">{words}</span>
        </div>
    }
}
