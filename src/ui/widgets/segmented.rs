//! A few choices side by side, one of which holds.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::make_element_id;

/// Radio buttons drawn as one bar.
#[component]
pub fn Segmented<T>(
    /// What is chosen.
    #[prop(into)]
    legend: TextProp,
    /// The choices with their words.
    options: Vec<(T, TextProp)>,
    /// The choice that holds.
    #[prop(into)]
    value: Signal<T>,
    /// Called with another choice.
    #[prop(into)]
    on_choose: Callback<T>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let name = make_element_id("segmented");
    let choices = options
        .into_iter()
        .map(|(option, words)| {
            let (own, chosen) = (option.clone(), option);
            view! {
                <label class="segment">
                    <input
                        type="radio"
                        name=name.clone()
                        prop:checked=move || value.with(|value| *value == own)
                        on:change=move |_| on_choose.run(chosen.clone())
                    />
                    <span>{move || words.get()}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="segmented">
            <legend>{move || legend.get()}</legend>
            <div class="segments">{choices}</div>
        </fieldset>
    }
}
