//! The contact persons of an organisation.

use leptos::prelude::*;

use super::edit::EditText;
use super::items::{ItemKind, Items};
use super::page::use_page;
use super::words::field_words;
use crate::model::records::{Customer, Edit, FieldChange};
use crate::model::{FieldName, RecordId, RecordKind, Value};
use crate::ui::clock::make_record_id;
use crate::ui::reactive::For;
use crate::ui::text::{t, use_i18n};
use crate::ui::widgets::enters;

/// All contact persons, and a line to add one.
#[component]
pub fn People() -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let ids = page.part(|page| page.contacts.iter().map(|person| person.id).collect::<Vec<_>>());
    let name = RwSignal::new(String::new());
    let add = move || {
        let text = name.get_untracked();
        if text.trim().is_empty() {
            return;
        }
        name.set(String::new());
        let record = make_record_id();
        let set =
            |field, value| Edit { record, kind: RecordKind::Contact, change: FieldChange::Set(field, value) };
        page.save(vec![
            set(FieldName::PARENT, Value::Link(page.id)),
            set(FieldName::NAME, Value::text(text.trim())),
        ]);
    };
    view! {
        <section class="people" aria-label=t!(i18n, customer.people)>
            <h3 class="items-title">{t!(i18n, customer.people)}</h3>
            <ul class="people-list">
                <For each=move || ids.get() key=RecordId::to_string let:id>
                    <Person id />
                </For>
            </ul>
            <div class="people-add">
                <label class="edit-label" for="people-add">{t!(i18n, customer.person_name)}</label>
                <div class="people-add-line">
                    <input
                        class="input"
                        id="people-add"
                        type="text"
                        autocomplete="off"
                        autocapitalize="off"
                        enterkeyhint="done"
                        maxlength="200"
                        prop:value=name
                        on:input:target=move |event| name.set(event.target().value())
                        on:keydown=move |event| {
                            if enters(&event) {
                                event.prevent_default();
                                add();
                            }
                        }
                    />
                    <button type="button" class="button secondary" on:click=move |_| add()>
                        {t!(i18n, common.add)}
                    </button>
                </div>
            </div>
        </section>
    }
}

#[component]
fn Person(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let text = move |field: FieldName, read: fn(&Customer) -> &String| {
        let value = page.part(move |page| {
            page.contacts
                .iter()
                .find(|person| person.id == id)
                .map(|person| read(person).clone())
                .unwrap_or_default()
        });
        let (named, saved) = (field.clone(), field);
        view! {
            <EditText
                label=move || field_words(i18n, &named)
                value
                empty=t!(i18n, customer.add_text)
                on_save=move |text: String| page.set(id, RecordKind::Contact, saved.clone(), Value::text(text))
            />
        }
    };
    let items = move |read: fn(&Customer) -> &Vec<crate::model::records::Item>| {
        page.part(move |page| {
            page.contacts
                .iter()
                .find(|person| person.id == id)
                .map(|person| read(person).clone())
                .unwrap_or_default()
        })
    };
    view! {
        <li class="person">
            {text(FieldName::NAME, |person| &person.name)}
            {text(FieldName::READING, |person| &person.reading)}
            {text(FieldName::DEPARTMENT, |person| &person.department)}
            {text(FieldName::TITLE, |person| &person.title)}
            <Items record=id owner=RecordKind::Contact kind=ItemKind::Phone items=items(|person| &person.phones) />
            <Items record=id owner=RecordKind::Contact kind=ItemKind::Mail items=items(|person| &person.mails) />
            <button type="button" class="button quiet" on:click=move |_| page.delete(vec![id])>
                {t!(i18n, common.delete)}
            </button>
        </li>
    }
}
