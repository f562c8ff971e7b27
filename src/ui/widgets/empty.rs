//! What a list shows when there is nothing in it: why, and what to do.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// A calm word in place of an empty list, with a way on.
#[component]
pub fn EmptyState(
    /// What is not there.
    #[prop(into)]
    title: TextProp,
    /// What to do about it.
    #[prop(into, optional)]
    text: Option<TextProp>,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">{move || title.get()}</p>
            {text.map(|text| view! { <p>{move || text.get()}</p> })}
            {children.map(|children| view! { <div class="empty-actions">{children()}</div> })}
        </div>
    }
}
