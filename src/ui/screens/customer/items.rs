//! Phones, mails and addresses: any number of each, shown to be used (called, copied), edited one by one.

use leptos::html::{Div, Input};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, KeyboardEvent, Node};

use super::page::use_page;
use crate::engine::screen::amount::dial;
use crate::engine::screen::field_text::address;
use crate::model::records::Item;
use crate::model::{FieldName, RecordId, RecordKind, Value};
use crate::ui::clock::make_item_id;
use crate::ui::reactive::{For, Show, effect, memo};
use crate::ui::session::use_session;
use crate::ui::text::{Texts, t, t_string, use_i18n};
use crate::ui::widgets::toast::Toast;
use crate::ui::widgets::{enters, escapes, make_element_id};

/// Which of a customer's items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// Phones.
    Phone,
    /// Mails.
    Mail,
    /// Postal addresses.
    Address,
}

impl ItemKind {
    fn field(self) -> FieldName {
        match self {
            Self::Phone => FieldName::PHONE,
            Self::Mail => FieldName::MAIL,
            Self::Address => FieldName::ADDRESS,
        }
    }

    /// The parts that are edited: key, keyboard.
    fn parts(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Phone => &[("number", "tel"), ("label", "text")],
            Self::Mail => &[("mail", "email"), ("label", "text")],
            Self::Address => &[
                ("postal", "numeric"),
                ("region", "text"),
                ("city", "text"),
                ("street", "text"),
                ("building", "text"),
                ("label", "text"),
            ],
        }
    }

    /// What is called, written to, or copied.
    fn text(self, value: &Value) -> String {
        match self {
            Self::Phone => value.part("number").to_owned(),
            Self::Mail => value.part("mail").to_owned(),
            Self::Address => address(value),
        }
    }

    fn words(self, i18n: Texts) -> &'static str {
        match self {
            Self::Phone => t_string!(i18n, customer.phones),
            Self::Mail => t_string!(i18n, customer.mails),
            Self::Address => t_string!(i18n, customer.addresses),
        }
    }

    fn add_words(self, i18n: Texts) -> &'static str {
        match self {
            Self::Phone => t_string!(i18n, customer.add_phone),
            Self::Mail => t_string!(i18n, customer.add_mail),
            Self::Address => t_string!(i18n, customer.add_address),
        }
    }
}

fn part_words(i18n: Texts, key: &str) -> &'static str {
    match key {
        "number" => t_string!(i18n, customer.number),
        "mail" => t_string!(i18n, customer.mail),
        "postal" => t_string!(i18n, customer.postal),
        "region" => t_string!(i18n, customer.region),
        "city" => t_string!(i18n, customer.city),
        "street" => t_string!(i18n, customer.street),
        "building" => t_string!(i18n, customer.building),
        _ => t_string!(i18n, customer.item_label),
    }
}

/// All items of a kind, and a button to add one.
#[component]
pub fn Items(
    /// Of whom: the customer or a contact person.
    record: RecordId,
    /// What the record is.
    owner: RecordKind,
    /// Which items.
    kind: ItemKind,
    /// The items there are.
    #[prop(into)]
    items: Signal<Vec<Item>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let editing = RwSignal::new(None::<FieldName>);
    // An item that is being added is not there yet: it is shown as long as it is edited.
    let shown = memo(move || {
        let mut fields: Vec<FieldName> =
            items.with(|items| items.iter().map(|item| item.field.clone()).collect());
        if let Some(new) = editing.get().filter(|field| !fields.contains(field)) {
            fields.push(new);
        }
        fields
    });
    let owner = StoredValue::new(owner);
    let row = move |field: FieldName| {
        let (own, edited) = (field.clone(), field.clone());
        let value = memo(move || {
            items.with(|items| items.iter().find(|item| item.field == own).map(|item| item.value.clone()))
        });
        let is_edited = memo(move || editing.with(|editing| editing.as_ref() == Some(&edited)));
        let field = StoredValue::new(field);
        view! {
            <li class="item">
                <Show
                    when=move || is_edited.get()
                    fallback=move || view! { <ItemLine kind value record field=field.get_value() editing /> }
                >
                    <ItemEditor
                        kind
                        record
                        owner=owner.get_value()
                        field=field.get_value()
                        value=value.get_untracked().unwrap_or(Value::Empty)
                        on_close=move |()| editing.set(None)
                    />
                </Show>
            </li>
        }
    };
    view! {
        <div class="items" class:filled=move || !shown.with(Vec::is_empty)>
            <div class="items-head">
                <h3 class="items-title">{move || kind.words(i18n)}</h3>
                <button
                    type="button"
                    class="button quiet"
                    on:click=move |_| editing.set(Some(kind.field().item(make_item_id())))
                >
                    <span aria-hidden="true">"＋ "</span>
                    {move || kind.add_words(i18n)}
                </button>
            </div>
            <ul class="items-list">
                <For each=move || shown.get() key=|field| field.as_str().to_owned() children=row />
            </ul>
        </div>
    }
}

/// One item to be used: called, written to, copied.
#[component]
fn ItemLine(
    kind: ItemKind,
    value: Memo<Option<Value>>,
    record: RecordId,
    field: FieldName,
    editing: RwSignal<Option<FieldName>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let (page, session) = (use_page(), use_session());
    let conflict = page.has_conflict(record, field.clone());
    let text =
        memo(move || value.with(|value| value.as_ref().map(|value| kind.text(value)).unwrap_or_default()));
    let label = move || {
        value.with(|value| value.as_ref().map(|value| value.part("label").to_owned()).unwrap_or_default())
    };
    let link = move || match kind {
        ItemKind::Phone => dial(&text.get()).map(|number| format!("tel:{number}")),
        ItemKind::Mail => {
            Some(text.get()).filter(|mail| mail.contains('@')).map(|mail| format!("mailto:{mail}"))
        }
        ItemKind::Address => None,
    };
    let copy = move |_| {
        spawn_local(async move {
            if copy_text(&text.get_untracked()).await {
                session.toasts.show(Toast::new(t!(i18n, customer.copied)));
            } else {
                session.toasts.show(Toast::trouble(t!(i18n, customer.not_copied)));
            }
        });
    };
    let (own, shown) = (StoredValue::new(field.clone()), field);
    view! {
        <span class="item-label">{label}</span>
        {move || match link() {
            Some(link) => view! { <a class="item-text" href=link>{text}</a> }.into_any(),
            None => view! { <span class="item-text">{text}</span> }.into_any(),
        }}
        <Show when=move || conflict.get()>
            <button
                type="button"
                class="conflict-chip"
                on:click=move |_| page.history.set(Some((record, Some(own.get_value()))))
            >
                {t!(i18n, customer.conflict)}
            </button>
        </Show>
        <span class="item-actions">
            <button type="button" class="button quiet" on:click=copy>
                {t!(i18n, customer.copy)}
                <span class="visually-hidden">": "{text}</span>
            </button>
            <button
                type="button"
                class="button quiet"
                on:click=move |_| editing.set(Some(shown.clone()))
            >
                {t!(i18n, common.edit)}
                <span class="visually-hidden">": "{text}</span>
            </button>
        </span>
    }
}

/// The parts of an item as fields. Saved when the item is left, at Enter, and with the button.
#[component]
fn ItemEditor(
    kind: ItemKind,
    record: RecordId,
    owner: RecordKind,
    field: FieldName,
    value: Value,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let node = NodeRef::<Div>::new();
    let first = NodeRef::<Input>::new();
    let texts: Vec<(&'static str, RwSignal<String>)> =
        kind.parts().iter().map(|(key, _)| (*key, RwSignal::new(value.part(key).to_owned()))).collect();
    let texts = StoredValue::new(texts);
    let saved = StoredValue::new(value.clone());
    let is_new = value.is_empty();
    let (field, owner) = (StoredValue::new(field), StoredValue::new(owner));
    let save = move || {
        let before = saved.try_get_value();
        let next = before.and_then(|before| texts.try_with_value(|texts| parts_of(&before, texts)).flatten());
        let Some(next) = next else { return };
        // A label alone ("mobile") is no phone.
        let next = if kind.text(&next).trim().is_empty() { Value::Empty } else { next };
        let changed = saved.try_with_value(|saved| *saved != next) == Some(true);
        if let (true, Some(owner), Some(field)) = (changed, owner.try_get_value(), field.try_get_value()) {
            saved.set_value(next.clone());
            page.set(record, owner, field, next);
        }
    };
    use_session().before_leaving(Callback::new(move |()| save()));
    on_cleanup(save);
    effect(move || {
        if let Some(input) = first.get() {
            let _ = input.focus();
        }
    });
    let close = move || {
        save();
        on_close.run(());
    };
    let remove = move |_| {
        saved.set_value(Value::Empty);
        texts.with_value(|texts| texts.iter().for_each(|(_, text)| text.set(String::new())));
        if !is_new {
            page.set_with_undo(record, owner.get_value(), field.get_value(), Value::Empty);
        }
        on_close.run(());
    };
    let on_leave = move |event: FocusEvent| {
        let next = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
        // A field that is taken off the page while it has the focus is left too, when all here is gone.
        let node = node.try_get_untracked().flatten();
        let inside = node.is_some_and(|node| next.is_some_and(|next| node.contains(Some(&next))));
        if !inside {
            save();
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if escapes(&event) {
            event.stop_propagation();
            let original = value.clone();
            texts.with_value(|texts| {
                texts.iter().for_each(|(key, text)| text.set(original.part(key).to_owned()));
            });
            close();
        } else if event.key() == "Enter" {
            let on_button =
                event.target().is_some_and(|target| target.dyn_into::<web_sys::HtmlInputElement>().is_err());
            if enters(&event) && !on_button {
                event.prevent_default();
                close();
            }
        }
    };
    let inputs = kind
        .parts()
        .iter()
        .zip(texts.get_value())
        .enumerate()
        .map(|(index, ((key, keyboard), (_, text)))| {
            let (key, keyboard) = (*key, *keyboard);
            let id = make_element_id("part");
            let node = if index == 0 { first } else { NodeRef::new() };
            view! {
                <div class=format!("item-part {key}")>
                    <label class="edit-label" for=id.clone()>{move || part_words(i18n, key)}</label>
                    <input
                        class="input"
                        node_ref=node
                        id=id
                        type="text"
                        inputmode=keyboard
                        autocomplete="off"
                        autocapitalize="off"
                        enterkeyhint="done"
                        maxlength="500"
                        prop:value=text.get_untracked()
                        on:input:target=move |event| text.set(event.target().value())
                    />
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="item-editor" node_ref=node role="group" on:focusout=on_leave on:keydown=on_key>
            {inputs}
            <p class="form-actions">
                <button type="button" class="button secondary" on:click=move |_| close()>
                    {t!(i18n, customer.ready)}
                </button>
                <button type="button" class="button quiet" on:click=remove>
                    {move || if is_new { t_string!(i18n, common.cancel) } else { t_string!(i18n, customer.remove_item) }}
                </button>
            </p>
        </div>
    }
}

/// The value with what was typed; parts that this screen does not know stay.
fn parts_of(before: &Value, texts: &[(&'static str, RwSignal<String>)]) -> Option<Value> {
    let mut parts = match before {
        Value::Parts(parts) => parts.clone(),
        _ => Default::default(),
    };
    for (key, text) in texts {
        parts.insert((*key).to_owned(), text.try_get_untracked()?.trim().to_owned());
    }
    Some(Value::parts(parts.iter().map(|(key, text)| (key.as_str(), text.as_str()))))
}

/// Puts a text on the clipboard; `false` if the browser refuses.
pub async fn copy_text(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    wasm_bindgen_futures::JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
