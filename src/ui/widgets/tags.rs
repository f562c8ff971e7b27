//! Words that stick to something: chips, and a line to add one.

use leptos::html::Input;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::key::{enters, is_composing};
use super::make_element_id;
use crate::ui::reactive::For;
use crate::ui::text::{t, t_string, use_i18n};

/// Tags with buttons to take them off and a line to add one, which offers the words in use.
#[component]
pub fn TagsField(
    /// The tags there are.
    #[prop(into)]
    tags: Signal<Vec<String>>,
    /// Words to offer, best first.
    #[prop(into, optional)]
    suggestions: Signal<Vec<String>>,
    /// Called with a tag that is not there yet.
    #[prop(into)]
    on_add: Callback<String>,
    /// Called with a tag to take off.
    #[prop(into)]
    on_remove: Callback<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let node = NodeRef::<Input>::new();
    let (id, list) = (make_element_id("tags"), make_element_id("tags-list"));
    let hint = format!("{id}-hint");
    let add = move || {
        let Some(input) = node.try_get_untracked().flatten() else { return };
        let text = input.value();
        input.set_value("");
        for tag in text.split(['、', ',', '，']).map(str::trim).filter(|tag| !tag.is_empty()) {
            if !tags.with_untracked(|tags| tags.iter().any(|old| old == tag)) {
                on_add.run(tag.to_owned());
            }
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if is_composing(&event) {
            return;
        }
        if enters(&event) || event.key() == "," {
            event.prevent_default();
            add();
        }
    };
    let chip = move |tag: String| {
        let (name, own) = (tag.clone(), tag.clone());
        view! {
            <li class="chip">
                <span>{tag}</span>
                <button
                    type="button"
                    class="chip-remove"
                    aria-label=move || t_string!(i18n, tags.remove, tag = name.clone())
                    on:click=move |_| {
                        on_remove.run(own.clone());
                        if let Some(input) = node.try_get_untracked().flatten() {
                            let _ = input.focus();
                        }
                    }
                >
                    <span aria-hidden="true">"×"</span>
                </button>
            </li>
        }
    };
    view! {
        <div class="field tags">
            <label class="field-label" for=id.clone()>{t!(i18n, tags.label)}</label>
            <p class="field-hint" id=hint.clone()>{t!(i18n, tags.hint)}</p>
            <ul class="chips">
                <For each=move || tags.get() key=String::clone children=chip />
            </ul>
            <div class="tags-line">
                <input
                    class="input"
                    node_ref=node
                    id=id
                    type="text"
                    list=list.clone()
                    autocomplete="off"
                    autocapitalize="off"
                    enterkeyhint="done"
                    maxlength="100"
                    aria-describedby=hint
                    on:keydown=on_key
                    on:change=move |_| add()
                />
                <button type="button" class="button secondary" on:click=move |_| add()>
                    {t!(i18n, common.add)}
                </button>
            </div>
            <datalist id=list>
                {move || suggestions.get().into_iter().map(|tag| view! { <option value=tag></option> }).collect_view()}
            </datalist>
        </div>
    }
}
