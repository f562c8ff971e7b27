//! From merge state to what people read: the displayed values of a record as a plain structure.

use crate::merge::{AddWinsSet, NoteText, RecordState};
use crate::model::records::{Customer, Item, Note, Purchase, Task};
use crate::model::{Date, FieldName, Instant, RecordId, Value};

/// Reads a customer, or a contact person.
#[must_use]
pub fn customer(id: RecordId, state: &RecordState) -> Customer {
    let mut customer = Customer { id, changed: state.changed().instant(), ..Customer::default() };
    // Items of a field come in the order of their ids, which begin with the time they were made at.
    for (field, register) in state.fields() {
        let Some(value) = register.displayed().filter(|value| !value.is_empty()) else { continue };
        let text = || value.as_text().unwrap_or_default().to_owned();
        match field.as_str() {
            "organisation" => customer.organisation = *value == Value::Flag(true),
            "name" => customer.name = text(),
            "reading" => customer.reading = text(),
            "honorific" => customer.honorific = text(),
            "company" => customer.company = text(),
            "department" => customer.department = text(),
            "title" => customer.title = text(),
            "birthday" => customer.birthday = as_date(value),
            "owner" => customer.owner = text(),
            "source" => customer.source = text(),
            "needs" => customer.needs = text(),
            "memo" => customer.memo = text(),
            "warning" => customer.warning = text(),
            "parent" | "restored" => {}
            _ => {
                let item = Item { field: field.clone(), value: value.clone() };
                match field.base() {
                    "phone" => customer.phones.push(item),
                    "mail" => customer.mails.push(item),
                    "address" => customer.addresses.push(item),
                    _ => customer.others.push((item.field, item.value)),
                }
            }
        }
    }
    customer.tags = tags(state);
    customer
}

/// Reads a note.
#[must_use]
pub fn note(id: RecordId, state: &RecordState) -> Note {
    let view = state.text_of(&FieldName::TEXT).map(NoteText::view).unwrap_or_default();
    Note {
        id,
        text: view.text(),
        concurrent: view.is_conflict(),
        date: state.displayed(&FieldName::DATE).and_then(as_date),
        kind: text_of(state, &FieldName::TYPE),
        pinned: state.displayed(&FieldName::PINNED) == Some(&Value::Flag(true)),
        private: state.displayed(&FieldName::PRIVATE) == Some(&Value::Flag(true)),
        created: state.created().instant(),
        changed: state.changed().instant(),
    }
}

/// The day that a note or purchase is about; when it was written, by UTC, if it does not say.
#[must_use]
pub fn day(state: &RecordState) -> Date {
    let written = || Date::from_days(state.created().instant().0.div_euclid(86_400_000));
    state.displayed(&FieldName::DATE).and_then(as_date).unwrap_or_else(written)
}

/// Reads a task of a customer.
#[must_use]
pub fn task(id: RecordId, customer: RecordId, state: &RecordState) -> Task {
    Task {
        id,
        customer,
        title: text_of(state, &FieldName::TITLE),
        due: state.displayed(&FieldName::DUE).and_then(as_date),
        done: match state.displayed(&FieldName::DONE) {
            Some(Value::Instant(instant)) => Some(*instant),
            _ => None,
        },
        owner: text_of(state, &FieldName::OWNER),
        repeat: text_of(state, &FieldName::REPEAT),
        changed: state.changed().instant(),
    }
}

/// Reads a purchase.
#[must_use]
pub fn purchase(id: RecordId, state: &RecordState) -> Purchase {
    Purchase {
        id,
        date: state.displayed(&FieldName::DATE).and_then(as_date),
        item: text_of(state, &FieldName::ITEM),
        quantity: number_of(state, &FieldName::QUANTITY),
        amount: number_of(state, &FieldName::AMOUNT),
        channel: text_of(state, &FieldName::CHANNEL),
        changed: state.changed().instant(),
    }
}

/// The tags of a record, in code-point order.
#[must_use]
pub fn tags(state: &RecordState) -> Vec<String> {
    let words = state.set_of(&FieldName::TAGS).map(AddWinsSet::words).unwrap_or_default();
    words.into_iter().map(str::to_owned).collect()
}

/// When a record was deleted last.
#[must_use]
pub fn deleted_at(state: &RecordState) -> Option<Instant> {
    state.deletes().iter().map(|delete| delete.at.instant()).max()
}

fn text_of(state: &RecordState, field: &FieldName) -> String {
    state.displayed(field).and_then(Value::as_text).unwrap_or_default().to_owned()
}

fn number_of(state: &RecordState, field: &FieldName) -> i64 {
    match state.displayed(field) {
        Some(Value::Number(number)) => *number,
        _ => 0,
    }
}

fn as_date(value: &Value) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        _ => None,
    }
}
