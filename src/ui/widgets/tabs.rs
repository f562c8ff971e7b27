//! Tabs: one of several panels is shown (ARIA tabs with arrow keys).

use crate::ui::reactive::memo;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::key::is_composing;

/// The row of tabs. The panel is a [`TabPanel`] with the same `name`.
#[component]
pub fn Tabs<T>(
    /// What the tabs divide.
    #[prop(into)]
    label: TextProp,
    /// Ties tabs and panel together; unique on the screen.
    name: &'static str,
    /// The tabs with their words.
    tabs: Vec<(T, TextProp)>,
    /// The tab that is shown.
    #[prop(into)]
    value: Signal<T>,
    /// Called with another tab.
    #[prop(into)]
    on_choose: Callback<T>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let order = StoredValue::new(tabs.iter().map(|(tab, _)| tab.clone()).collect::<Vec<_>>());
    let on_key = move |event: KeyboardEvent| {
        if is_composing(&event) {
            return;
        }
        let step = |by: usize| {
            order.with_value(|all| {
                let at = value.with_untracked(|value| all.iter().position(|tab| tab == value)).unwrap_or(0);
                (at + by) % all.len().max(1)
            })
        };
        let last = order.with_value(|all| all.len().saturating_sub(1));
        let next = match event.key().as_str() {
            "ArrowRight" => step(1),
            "ArrowLeft" => step(last),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        if let Some(tab) = order.with_value(|all| all.get(next).cloned()) {
            on_choose.run(tab);
        }
        let element = document().get_element_by_id(&format!("{name}-tab-{next}"));
        if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    };
    let buttons = tabs
        .into_iter()
        .enumerate()
        .map(|(index, (tab, words))| {
            let own = tab.clone();
            let chosen = memo(move || value.with(|value| *value == own));
            view! {
                <button
                    type="button"
                    role="tab"
                    class="tab"
                    id=format!("{name}-tab-{index}")
                    aria-controls=format!("{name}-panel")
                    aria-selected=move || chosen.get().to_string()
                    tabindex=move || if chosen.get() { "0" } else { "-1" }
                    on:click=move |_| on_choose.run(tab.clone())
                >
                    {move || words.get()}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="tabs" role="tablist" aria-label=move || label.get() on:keydown=on_key>
            {buttons}
        </div>
    }
}

/// The panel under [`Tabs`].
#[component]
pub fn TabPanel(
    /// That of its [`Tabs`].
    name: &'static str,
    /// What it is about, for those who hear it.
    #[prop(into)]
    label: TextProp,
    /// What is shown.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="tab-panel" role="tabpanel" id=format!("{name}-panel") aria-label=move || label.get()>
            {children()}
        </div>
    }
}
