//! Shows an edit at once, before the engine has made it durable and sends the page anew.
//!
//! Only what a screen can know is changed; whatever differs is corrected when the page arrives.

use crate::engine::rows::CustomerPage;
use crate::model::records::{Customer, Edit, FieldChange, Item, Note, Purchase, Task};
use crate::model::{FieldName, Instant, RecordId, RecordKind, Value};

/// Applies edits to a page as if they had been saved at `now`.
pub fn apply(page: &mut CustomerPage, edits: &[Edit], now: Instant) {
    for edit in edits {
        match edit.kind {
            RecordKind::Customer if page.customer.id == edit.record => {
                customer(&mut page.customer, &edit.change, now);
            }
            RecordKind::Contact => {
                let person = found(
                    &mut page.contacts,
                    edit.record,
                    |person| person.id,
                    false,
                    |id| Customer { id, ..Customer::default() },
                );
                if let Some(person) = person {
                    customer(person, &edit.change, now);
                }
            }
            RecordKind::Note => {
                let fresh = |id| Note { id, created: now, ..Note::default() };
                if let Some(entry) = found(&mut page.notes, edit.record, |note| note.id, true, fresh) {
                    note(entry, &edit.change, now);
                }
            }
            RecordKind::Task => {
                let owner = page.customer.id;
                let fresh = |id| Task { id, customer: owner, ..Task::default() };
                if let Some(entry) = found(&mut page.tasks, edit.record, |task| task.id, true, fresh) {
                    task(entry, &edit.change, now);
                }
            }
            RecordKind::Purchase => {
                let fresh = |id| Purchase { id, quantity: 1, ..Purchase::default() };
                if let Some(entry) =
                    found(&mut page.purchases, edit.record, |purchase| purchase.id, true, fresh)
                {
                    purchase(entry, &edit.change, now);
                }
            }
            _ => {}
        }
    }
}

/// Takes records off a page as if they had been moved to the trash.
pub fn remove(page: &mut CustomerPage, records: &[RecordId]) {
    page.deleted |= records.contains(&page.customer.id);
    page.contacts.retain(|person| !records.contains(&person.id));
    page.notes.retain(|note| !records.contains(&note.id));
    page.tasks.retain(|task| !records.contains(&task.id));
    page.purchases.retain(|purchase| !records.contains(&purchase.id));
}

/// The entry of that id; a new one, in front or at the end, if there is none.
fn found<T>(
    list: &mut Vec<T>,
    id: RecordId,
    id_of: impl Fn(&T) -> RecordId,
    in_front: bool,
    fresh: impl Fn(RecordId) -> T,
) -> Option<&mut T> {
    let place = list.iter().position(|entry| id_of(entry) == id).unwrap_or_else(|| {
        let place = if in_front { 0 } else { list.len() };
        list.insert(place, fresh(id));
        place
    });
    list.get_mut(place)
}

fn customer(customer: &mut Customer, change: &FieldChange, now: Instant) {
    customer.changed = now;
    let (field, value) = match change {
        FieldChange::Set(field, value) => (field, value),
        FieldChange::Add(_, word) => {
            if let Err(place) = customer.tags.binary_search(word) {
                customer.tags.insert(place, word.clone());
            }
            return;
        }
        FieldChange::Remove(_, word) => return customer.tags.retain(|tag| tag != word),
    };
    for (items, base) in [
        (&mut customer.phones, FieldName::PHONE),
        (&mut customer.mails, FieldName::MAIL),
        (&mut customer.addresses, FieldName::ADDRESS),
    ] {
        if field.is(&base) {
            return item(items, field, value);
        }
    }
    let text = match field {
        field if *field == FieldName::NAME => &mut customer.name,
        field if *field == FieldName::READING => &mut customer.reading,
        field if *field == FieldName::HONORIFIC => &mut customer.honorific,
        field if *field == FieldName::COMPANY => &mut customer.company,
        field if *field == FieldName::DEPARTMENT => &mut customer.department,
        field if *field == FieldName::TITLE => &mut customer.title,
        field if *field == FieldName::OWNER => &mut customer.owner,
        field if *field == FieldName::SOURCE => &mut customer.source,
        field if *field == FieldName::NEEDS => &mut customer.needs,
        field if *field == FieldName::MEMO => &mut customer.memo,
        field if *field == FieldName::WARNING => &mut customer.warning,
        field if *field == FieldName::BIRTHDAY => return customer.birthday = as_date(value),
        field if *field == FieldName::ORGANISATION => {
            return customer.organisation = *value == Value::Flag(true);
        }
        _ => match customer.others.iter_mut().find(|(name, _)| name == field) {
            Some((_, old)) => return value.clone_into(old),
            None => return,
        },
    };
    as_text(value).clone_into(text);
}

fn item(items: &mut Vec<Item>, field: &FieldName, value: &Value) {
    match items.iter_mut().find(|item| item.field == *field) {
        Some(item) => value.clone_into(&mut item.value),
        None => items.push(Item { field: field.clone(), value: value.clone() }),
    }
    items.retain(|item| !item.value.is_empty());
}

fn note(note: &mut Note, change: &FieldChange, now: Instant) {
    note.changed = now;
    if let FieldChange::Set(field, value) = change {
        match field {
            field if *field == FieldName::TEXT => {
                as_text(value).clone_into(&mut note.text);
                note.concurrent = false;
            }
            field if *field == FieldName::DATE => note.date = as_date(value),
            field if *field == FieldName::TYPE => as_text(value).clone_into(&mut note.kind),
            field if *field == FieldName::PINNED => note.pinned = *value == Value::Flag(true),
            field if *field == FieldName::PRIVATE => note.private = *value == Value::Flag(true),
            _ => {}
        }
    }
}

fn task(task: &mut Task, change: &FieldChange, now: Instant) {
    task.changed = now;
    if let FieldChange::Set(field, value) = change {
        match field {
            field if *field == FieldName::TITLE => as_text(value).clone_into(&mut task.title),
            field if *field == FieldName::DUE => task.due = as_date(value),
            field if *field == FieldName::OWNER => as_text(value).clone_into(&mut task.owner),
            field if *field == FieldName::REPEAT => as_text(value).clone_into(&mut task.repeat),
            _ => {}
        }
    }
}

fn purchase(purchase: &mut Purchase, change: &FieldChange, now: Instant) {
    purchase.changed = now;
    if let FieldChange::Set(field, value) = change {
        match field {
            field if *field == FieldName::DATE => purchase.date = as_date(value),
            field if *field == FieldName::ITEM => as_text(value).clone_into(&mut purchase.item),
            field if *field == FieldName::QUANTITY => purchase.quantity = as_number(value),
            field if *field == FieldName::AMOUNT => purchase.amount = as_number(value),
            field if *field == FieldName::CHANNEL => as_text(value).clone_into(&mut purchase.channel),
            _ => {}
        }
    }
}

fn as_text(value: &Value) -> &str {
    value.as_text().unwrap_or_default()
}

fn as_number(value: &Value) -> i64 {
    if let Value::Number(number) = value { *number } else { 0 }
}

fn as_date(value: &Value) -> Option<crate::model::Date> {
    if let Value::Date(date) = value { Some(*date) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: RecordId = RecordId([1; 16]);

    fn set(record: RecordId, kind: RecordKind, field: FieldName, value: Value) -> Edit {
        Edit { record, kind, change: FieldChange::Set(field, value) }
    }

    #[test]
    fn what_was_entered_is_on_the_page_at_once() {
        let mut page =
            CustomerPage { customer: Customer { id: ID, ..Customer::default() }, ..CustomerPage::default() };
        let phone = FieldName::PHONE.item(7);
        let note = RecordId([2; 16]);
        let edits = [
            set(ID, RecordKind::Customer, FieldName::NAME, Value::text("山田")),
            set(ID, RecordKind::Customer, phone.clone(), Value::parts([("number", "110")])),
            set(note, RecordKind::Note, FieldName::TEXT, Value::text("来店")),
            Edit {
                record: ID,
                kind: RecordKind::Customer,
                change: FieldChange::Add(FieldName::TAGS, "常連".into()),
            },
        ];
        apply(&mut page, &edits, Instant(5));
        apply(&mut page, &edits, Instant(6));
        assert_eq!((page.customer.name.as_str(), page.customer.changed), ("山田", Instant(6)));
        assert_eq!(
            page.customer.phones,
            [Item { field: phone.clone(), value: Value::parts([("number", "110")]) }]
        );
        assert_eq!(page.customer.tags, ["常連"]);
        assert_eq!(page.notes.len(), 1, "the second time it is the same note");
        assert_eq!((page.notes[0].text.as_str(), page.notes[0].created), ("来店", Instant(5)));
        apply(&mut page, &[set(ID, RecordKind::Customer, phone, Value::Empty)], Instant(7));
        assert_eq!(page.customer.phones, []);
        remove(&mut page, &[note]);
        assert_eq!((page.notes.len(), page.deleted), (0, false));
        remove(&mut page, &[ID]);
        assert!(page.deleted);
    }

    #[test]
    fn another_customers_edit_changes_nothing() {
        let mut page =
            CustomerPage { customer: Customer { id: ID, ..Customer::default() }, ..CustomerPage::default() };
        let before = page.clone();
        let other = set(RecordId([9; 16]), RecordKind::Customer, FieldName::NAME, Value::text("別"));
        apply(&mut page, &[other], Instant(5));
        assert_eq!(page, before);
    }
}
