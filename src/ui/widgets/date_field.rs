//! A field for a day: the browser's own, which every phone shows as a calendar.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::field::{Field, FieldIds};
use crate::model::Date;

/// A day with its year, or none.
#[component]
pub fn DateField(
    /// What day is meant.
    #[prop(into)]
    label: TextProp,
    /// The day.
    #[prop(into)]
    value: Signal<Option<Date>>,
    /// Called when another day, or none, was chosen.
    #[prop(into)]
    on_change: Callback<Option<Date>>,
    /// What helps to choose it.
    #[prop(into, optional)]
    hint: Option<TextProp>,
    /// What is wrong with it now.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// Whether it must be chosen.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let control = Callback::new(move |ids: FieldIds| {
        view! {
            <input
                class="input date-input"
                type="date"
                id=ids.control
                aria-describedby=ids.described
                aria-invalid=move || ids.invalid.get().to_string()
                aria-required=required.to_string()
                prop:value=move || value.get().map(|date| date.to_string()).unwrap_or_default()
                on:change:target=move |event| {
                    let text = event.target().value();
                    if text.is_empty() {
                        on_change.run(None);
                    } else if let Ok(date) = text.parse() {
                        on_change.run(Some(date));
                    }
                }
            />
        }
        .into_any()
    });
    match hint {
        Some(hint) => view! { <Field label hint error required control /> }.into_any(),
        None => view! { <Field label error required control /> }.into_any(),
    }
}
