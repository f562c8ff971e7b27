//! The card of a customer: who it is, how to reach it, what is known.

use leptos::prelude::*;

use super::edit::{EditText, Heard};
use super::items::{ItemKind, Items};
use super::page::use_page;
use super::people::People;
use super::words::{field_words, value_words};
use crate::engine::screen::day::parse_day;
use crate::engine::screen::due::age;
use crate::engine::screen::furigana::Furigana;
use crate::model::records::{Customer, Edit, FieldChange};
use crate::model::{FieldName, RecordId, RecordKind, Value};
use crate::ui::clock::today;
use crate::ui::reactive::{For, Show, memo};
use crate::ui::text::{language, t, t_string, use_i18n};
use crate::ui::widgets::TagsField;
use crate::ui::words;

/// Name, reading, honorific: the head of the page.
#[component]
pub fn NameLine() -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let name = page.part(|page| page.customer.name.clone());
    let reading = page.part(|page| page.customer.reading.clone());
    let honorific = page.part(|page| page.customer.honorific.clone());
    let organisation = page.part(|page| page.customer.organisation);
    let heard = StoredValue::new(Furigana::default());
    let on_heard = Callback::new(move |news: Heard| {
        let _ = heard.try_update_value(|heard| match news {
            Heard::Composing(text) => heard.hear(&text),
            Heard::Committed(text, whole) => heard.commit(&text, &whole),
            Heard::Typed(whole) => heard.typed(&whole),
        });
    });
    let save_name = move |text: String| {
        let customer = |field, text: String| Edit {
            record: page.id,
            kind: RecordKind::Customer,
            change: FieldChange::Set(field, Value::text(text)),
        };
        let mut edits = vec![customer(FieldName::NAME, text)];
        let suggestion = heard.try_with_value(Furigana::suggestion).unwrap_or_default();
        if !suggestion.is_empty() && reading.try_with_untracked(String::is_empty) == Some(true) {
            edits.push(customer(FieldName::READING, suggestion));
        }
        page.save(edits);
    };
    // What a letter would carry when nothing else was chosen.
    let usual = move || {
        if organisation.get() { t_string!(i18n, customer.onchu) } else { t_string!(i18n, customer.sama) }
    };
    view! {
        <div class="name-line">
            <EditText
                class="name-reading"
                bare=true
                label=t!(i18n, customer.reading)
                value=reading
                empty=t!(i18n, customer.add_reading)
                on_save=move |text: String| {
                    page.set(page.id, RecordKind::Customer, FieldName::READING, Value::text(text));
                }
            />
            <div class="name-and-honorific">
                <h1 class="name-heading">
                    <EditText
                        class="name-name"
                        bare=true
                        label=t!(i18n, customer.name)
                        value=name
                        empty=t!(i18n, customer.no_name)
                        on_save=save_name
                        on_heard
                        check=Callback::new(|text: String| !text.trim().is_empty())
                        problem=t!(i18n, customers.name_missing)
                    />
                </h1>
                <EditText
                    class="name-honorific"
                    bare=true
                    label=t!(i18n, customer.honorific)
                    value=honorific
                    empty=usual
                    suggestions=Signal::derive(move || {
                        t_string!(i18n, customer.honorifics).split(' ').map(str::to_owned).collect::<Vec<_>>()
                    })
                    on_save=move |text: String| {
                        page.set(page.id, RecordKind::Customer, FieldName::HONORIFIC, Value::text(text));
                    }
                />
                <Conflict record=page.id field=FieldName::NAME />
            </div>
        </div>
    }
}

/// Everything else on the card.
#[component]
pub fn Card() -> impl IntoView {
    let page = use_page();
    let organisation = page.part(|page| page.customer.organisation);
    let known_owners = memo(move || {
        page.suggestions.with(|words| words.owners.iter().map(|(owner, _)| owner.clone()).collect::<Vec<_>>())
    });
    view! {
        <div class="card">
            <div class="card-group">
                <Show when=move || !organisation.get()>
                    <CustomerText field=FieldName::COMPANY read=|customer| &customer.company />
                    <CustomerText field=FieldName::DEPARTMENT read=|customer| &customer.department />
                    <CustomerText field=FieldName::TITLE read=|customer| &customer.title />
                </Show>
            </div>
            <div class="card-items">
                <Items
                    record=page.id
                    owner=RecordKind::Customer
                    kind=ItemKind::Phone
                    items=page.part(|page| page.customer.phones.clone())
                />
                <Items
                    record=page.id
                    owner=RecordKind::Customer
                    kind=ItemKind::Mail
                    items=page.part(|page| page.customer.mails.clone())
                />
                <Items
                    record=page.id
                    owner=RecordKind::Customer
                    kind=ItemKind::Address
                    items=page.part(|page| page.customer.addresses.clone())
                />
            </div>
            <Tags />
            <div class="card-group">
                <CustomerText field=FieldName::NEEDS read=|customer| &customer.needs multiline=true />
                <CustomerText field=FieldName::MEMO read=|customer| &customer.memo multiline=true />
                <Birthday />
                <CustomerText field=FieldName::OWNER read=|customer| &customer.owner suggestions=known_owners />
                <CustomerText field=FieldName::SOURCE read=|customer| &customer.source />
                <CustomerText field=FieldName::WARNING read=|customer| &customer.warning multiline=true />
                <Others />
            </div>
            <Show when=move || organisation.get()>
                <People />
            </Show>
        </div>
    }
}

/// The tags as slips; a button turns them into a field.
#[component]
fn Tags() -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let open = RwSignal::new(false);
    let tags = page.part(|page| page.customer.tags.clone());
    let known = memo(move || {
        page.suggestions.with(|words| words.tags.iter().map(|(tag, _)| tag.clone()).collect::<Vec<_>>())
    });
    let save = move |change: FieldChange| {
        page.save(vec![Edit { record: page.id, kind: RecordKind::Customer, change }]);
    };
    view! {
        <div class="card-tags">
            <Show
                when=move || open.get()
                fallback=move || {
                    view! {
                        <ul class="chips" aria-label=t!(i18n, customer.tags)>
                            <For each=move || tags.get() key=String::clone let:tag>
                                <li class="chip">{tag}</li>
                            </For>
                        </ul>
                        <button type="button" class="button quiet" on:click=move |_| open.set(true)>
                            {move || {
                                if tags.with(Vec::is_empty) {
                                    t_string!(i18n, customer.add_tag)
                                } else {
                                    t_string!(i18n, customer.edit_tags)
                                }
                            }}
                        </button>
                    }
                }
            >
                <TagsField
                    tags
                    suggestions=known
                    on_add=move |word| save(FieldChange::Add(FieldName::TAGS, word))
                    on_remove=move |word| save(FieldChange::Remove(FieldName::TAGS, word))
                />
                <button type="button" class="button secondary" on:click=move |_| open.set(false)>
                    {t!(i18n, customer.ready)}
                </button>
            </Show>
        </div>
    }
}

/// One text field of the customer.
#[component]
fn CustomerText(
    /// Which.
    field: FieldName,
    /// Its text.
    read: fn(&Customer) -> &String,
    /// Several lines.
    #[prop(optional)]
    multiline: bool,
    /// Words to offer.
    #[prop(into, optional)]
    suggestions: Signal<Vec<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let value = page.part(move |page| read(&page.customer).clone());
    let (named, saved) = (field.clone(), field.clone());
    view! {
        <div class="card-field" class:long=multiline>
            <EditText
                label=move || field_words(i18n, &named)
                value
                multiline
                suggestions
                empty=t!(i18n, customer.add_text)
                on_save=move |text: String| {
                    page.set(page.id, RecordKind::Customer, saved.clone(), Value::text(text));
                }
            />
            <Conflict record=page.id field />
        </div>
    }
}

/// The date of birth, in either calendar, with the age.
#[component]
fn Birthday() -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let birthday = page.part(|page| page.customer.birthday);
    let value =
        memo(move || birthday.get().map(|date| words::date(date, language(i18n))).unwrap_or_default());
    let shown = Callback::new(move |text: String| match birthday.get().and_then(|date| age(date, today())) {
        Some(years) => t_string!(i18n, customer.with_age, date = text, age = years).to_string(),
        None => text,
    });
    // What is shown in English can be typed back too.
    let read = move |text: &str| {
        let unchanged = value.try_get_untracked().is_some_and(|value| value == text);
        if unchanged { birthday.try_get_untracked().flatten() } else { parse_day(text) }
    };
    view! {
        <EditText
            label=t!(i18n, customer.birthday)
            value
            shown
            empty=t!(i18n, customer.add_text)
            hint=t!(i18n, customer.birthday_hint)
            check=Callback::new(move |text: String| text.trim().is_empty() || read(&text).is_some())
            problem=t!(i18n, customer.date_unread)
            on_save=move |text: String| {
                let value = read(&text).map_or(Value::Empty, Value::Date);
                page.set(page.id, RecordKind::Customer, FieldName::BIRTHDAY, value);
            }
        />
    }
}

/// Fields of the user's own and of newer versions: shown, and edited where they are text.
#[component]
fn Others() -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let names = page.part(|page| {
        page.customer
            .others
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, _)| name.as_str().to_owned())
            .collect::<Vec<_>>()
    });
    let field = move |name: String| {
        let field = FieldName::new(&name);
        let (named, own, saved) = (field.clone(), field.clone(), field);
        let value = page.part(move |page| {
            page.customer.others.iter().find(|(name, _)| *name == own).map(|(_, value)| value.clone())
        });
        let text = memo(move || {
            value.with(|value| value.as_ref().map(|value| value_words(i18n, value)).unwrap_or_default())
        });
        let is_text = value.with_untracked(|value| matches!(value, Some(Value::Text(_))));
        let label = move || field_words(i18n, &named);
        if is_text {
            view! {
                <EditText
                    label
                    value=text
                    empty=t!(i18n, customer.add_text)
                    on_save=move |text: String| {
                        page.set(page.id, RecordKind::Customer, saved.clone(), Value::text(text));
                    }
                />
            }
            .into_any()
        } else {
            view! {
                <div class="edit fixed">
                    <span class="edit-label">{label}</span>
                    <span class="edit-value">{text}</span>
                </div>
            }
            .into_any()
        }
    };
    view! { <For each=move || names.get() key=String::clone children=field /> }
}

/// A chip where several devices wrote different things at once; leads to all of them.
#[component]
pub fn Conflict(
    /// The record.
    record: RecordId,
    /// The field.
    field: FieldName,
) -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let conflict = page.has_conflict(record, field.clone());
    let field = StoredValue::new(field);
    view! {
        <Show when=move || conflict.get()>
            <button
                type="button"
                class="conflict-chip"
                on:click=move |_| page.history.set(Some((record, Some(field.get_value()))))
            >
                {t!(i18n, customer.conflict)}
            </button>
        </Show>
    }
}
