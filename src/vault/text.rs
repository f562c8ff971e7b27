//! The searchable text of a page, folded.
//!
//! What the card holds (name, reading, company, phones, mails, tags, owner) is searched from the card;
//! this is the rest. The same function makes the text that a batch's filter is built from and the text
//! that is searched later, or a search would miss what the filter does not know.

use super::page::Page;
use super::view;
use crate::model::records::{Customer, Item};
use crate::model::{RecordId, RecordKind, Value};
use crate::search::fold::{digits, fold_into};

/// Appends the folded text of a page, its pieces separated by line feeds.
pub fn body_text(id: RecordId, page: &Page, out: &mut String) {
    for (&record, state) in &page.records {
        if state.is_deleted() {
            continue;
        }
        match state.kind() {
            RecordKind::Customer | RecordKind::Contact => {
                let customer = view::customer(record, state);
                if record != id {
                    contact(&customer, out);
                }
                rest(&customer, out);
            }
            RecordKind::Note => line(&view::note(record, state).text, out),
            RecordKind::Task => line(&view::task(record, id, state).title, out),
            RecordKind::Purchase => {
                let purchase = view::purchase(record, state);
                line(&purchase.item, out);
                line(&purchase.channel, out);
            }
            RecordKind::Other(_) => {}
        }
    }
}

/// What a contact person's own card would hold.
fn contact(customer: &Customer, out: &mut String) {
    for text in [&customer.name, &customer.reading, &customer.company, &customer.owner] {
        line(text, out);
    }
    for item in customer.phones.iter().chain(&customer.mails) {
        parts(&item.value, out);
        line(&digits(item.value.part("number")), out);
    }
    customer.tags.iter().for_each(|tag| line(tag, out));
}

fn rest(customer: &Customer, out: &mut String) {
    let texts = [
        &customer.department,
        &customer.title,
        &customer.source,
        &customer.needs,
        &customer.memo,
        &customer.warning,
    ];
    texts.into_iter().for_each(|text| line(text, out));
    customer.addresses.iter().for_each(|Item { value, .. }| {
        parts(value, out);
        line(&digits(value.part("postal")), out);
    });
    for (_, value) in &customer.others {
        match value {
            Value::Text(text) => line(text, out),
            value => parts(value, out),
        }
    }
}

/// The parts of an address as one line, since people type it as one.
fn parts(value: &Value, out: &mut String) {
    if let Value::Parts(parts) = value {
        let order = ["postal", "region", "city", "street", "building", "number", "mail"];
        let text: String = order.iter().filter_map(|key| parts.get(*key)).map(String::as_str).collect();
        line(&text, out);
    }
}

fn line(text: &str, out: &mut String) {
    if !text.is_empty() {
        fold_into(text, out);
        out.push('\n');
    }
}
