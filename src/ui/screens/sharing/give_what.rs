//! Step 2 of giving: what.

use leptos::prelude::*;

use super::order::{Recipient, What, use_share_order};
use super::picker::CustomerPicker;
use super::words::{group_words, name_words};
use crate::engine::sharing::rows::FieldGroup;
use crate::model::RecordId;
use crate::ui::reactive::{For, Show};
use crate::ui::text::{Text, t, t_string, use_i18n};
use crate::ui::widgets::make_element_id;
use crate::ui::words::number;

/// What changed, everything, or chosen customers and fields.
#[component]
pub fn GiveWhat() -> impl IntoView {
    let i18n = use_i18n();
    let order = use_share_order();
    let name = StoredValue::new(make_element_id("what"));
    let option = move |own: What, words: Text, hint: Text| {
        view! {
            <label class="check choice">
                <input
                    type="radio"
                    name=name.get_value()
                    prop:checked=move || order.what_now() == own
                    on:change=move |_| order.what.set(own)
                />
                <span>
                    <strong>{words}</strong>
                    <span class="check-hint">{hint}</span>
                </span>
            </label>
        }
    };
    view! {
        <section class="panel" aria-labelledby="give-what">
            <h2 id="give-what">{t!(i18n, give.what)}</h2>
            <fieldset>
                <legend class="visually-hidden">{t!(i18n, give.what_choice)}</legend>
                <Show when=move || order.recipient.get() == Recipient::Members>
                    {option(What::News, t!(i18n, give.news), t!(i18n, give.news_hint))}
                </Show>
                {option(What::Chosen, t!(i18n, give.chosen), t!(i18n, give.chosen_hint))}
                {option(What::Everything, t!(i18n, give.everything), t!(i18n, give.everything_hint))}
            </fieldset>
            <Show when=move || order.what_now() == What::Chosen>
                <Choose />
            </Show>
            <Show when=move || order.has_fields()>
                <Fields />
            </Show>
            <p>{t!(i18n, sharing.private_note)}</p>
        </section>
    }
}

/// Finds customers and shows those that were chosen.
#[component]
fn Choose() -> impl IntoView {
    let i18n = use_i18n();
    let order = use_share_order();
    let choose = move |(id, name): (RecordId, String)| {
        order.search.set(None);
        order.customers.update(|customers| {
            if customers.iter().all(|(other, _)| *other != id) {
                customers.push((id, name));
            }
        });
    };
    let choose_all = move |search: String| {
        order.customers.set(Vec::new());
        order.search.set(Some(search));
    };
    let chip = move |(id, name): (RecordId, String)| {
        let name = name_words(i18n, &name);
        let shown = name.clone();
        view! {
            <li>
                <button
                    type="button"
                    class="picked"
                    aria-label=move || t_string!(i18n, give.remove, name = name.clone())
                    on:click=move |_| order.customers.update(|all| all.retain(|(other, _)| *other != id))
                >
                    {shown}
                    <span aria-hidden="true">" ×"</span>
                </button>
            </li>
        }
    };
    let count = move || {
        let count = i64::try_from(order.customers.with(Vec::len)).unwrap_or(i64::MAX);
        match (order.search.get(), count) {
            (Some(_), _) => String::new(),
            (None, 0) => t_string!(i18n, give.picked_none).to_owned(),
            (None, count) => t_string!(i18n, give.picked, count = number(count)),
        }
    };
    let all = move || {
        order.search.get().map(|search| {
            let words = t_string!(i18n, give.picked_all, search = search);
            let shown = words.clone();
            view! {
                <button
                    type="button"
                    class="picked"
                    aria-label=move || t_string!(i18n, give.remove, name = words.clone())
                    on:click=move |_| order.search.set(None)
                >
                    {shown}
                    <span aria-hidden="true">" ×"</span>
                </button>
            }
        })
    };
    view! {
        <CustomerPicker
            label=t!(i18n, give.search)
            hint=t!(i18n, give.search_hint)
            on_choose=choose
            on_all=choose_all
        />
        <p class="share-row-name" role="status">{count}</p>
        {all}
        <ul class="picked-list">
            <For each=move || order.customers.get() key=|(id, _)| id.to_string() children=chip />
        </ul>
    }
}

/// What of the customers is given.
#[component]
fn Fields() -> impl IntoView {
    let i18n = use_i18n();
    let order = use_share_order();
    let boxes = FieldGroup::ALL
        .into_iter()
        .map(|group| {
            let fixed = group == FieldGroup::Name;
            view! {
                <label class="check">
                    <input
                        type="checkbox"
                        disabled=fixed
                        prop:checked=move || fixed || order.fields.with(|fields| fields.contains(&group))
                        on:change:target=move |event| {
                            let chosen = event.target().checked();
                            order.fields.update(|fields| {
                                fields.retain(|other| *other != group);
                                if chosen {
                                    fields.push(group);
                                }
                            });
                        }
                    />
                    <span>{move || group_words(i18n, group)}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="share-fields">
            <legend>{t!(i18n, give.fields)}</legend>
            {boxes}
        </fieldset>
    }
}
