//! `export`: all records as JSON, or the customers as CSV.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::Outcome;
use super::arguments::{Export, Format};
use super::failure::Failure;
use super::loading::{Bundle, Content, load_bundle};
use super::machine;
use super::plain::{self, kind, time};
use super::secrets::Secrets;
use crate::bundle::card;
use crate::merge::{NoteText, RecordState};
use crate::model::records::{Customer, Item};
use crate::model::{FieldName, RecordId, RecordKind};
use crate::vault::view;

pub(super) fn export(
    arguments: &Export,
    secrets: &mut Secrets,
    out: &mut dyn Write,
) -> Result<Outcome, Failure> {
    if let Some(path) = &arguments.out {
        machine::may_write(path, arguments.force)?;
    }
    let bundle = load_bundle(&arguments.file, secrets)?;
    let mut bytes = match arguments.format {
        Format::Json => to_json(&bundle)?,
        Format::Csv => to_csv(&bundle.content)?,
    };
    match &arguments.out {
        Some(path) => machine::write(path, &bytes, arguments.force)?,
        None => {
            out.write_all(&bytes)?;
            bytes.clear();
        }
    }
    Ok(Outcome::Fine)
}

/// A record as a person reads it.
#[derive(Serialize)]
struct Record {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
    kind: String,
    created: String,
    changed: String,
    deleted: bool,
    /// What is displayed.
    fields: BTreeMap<String, Json>,
    /// All values that stand, where several do.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    conflicts: BTreeMap<String, Vec<Json>>,
}

fn to_json(bundle: &Bundle) -> Result<Vec<u8>, Failure> {
    let (header, content) = (&bundle.opened.header, &bundle.content);
    let records: Vec<Record> =
        content.records.iter().map(|((page, id), state)| record(*page, *id, state)).collect();
    let erased = content.erasures.iter();
    let erased =
        erased.map(|(id, erasure)| json!({ "id": id.to_string(), "at": time(erasure.at.instant()) }));
    let history = content.history.values().map(|line| {
        json!({
            "record": line.record.to_string(),
            "field": line.field.as_ref().map(FieldName::as_str),
            "old": plain::json(&line.old),
            "new": plain::json(&line.new),
            "at": time(line.at.instant()),
            "by": line.by.replica.to_string(),
        })
    });
    let members = content.members.iter().filter_map(|(bytes, checked)| {
        let card = card::read(bytes).ok()?;
        Some(json!({
            "name": card.name,
            "device": card.replica.to_string(),
            "fingerprint": card.fingerprint.digits,
            "recipient": card.recipient,
            "checked": checked,
        }))
    });
    let ledger = content.ledger.values().map(|entry| {
        json!({
            "bundle": entry.bundle.to_string(),
            "at": time(entry.at),
            "kind": kind(entry.kind),
            "to": entry.to,
            "purpose": entry.purpose,
            "fields": entry.fields,
            "customers": entry.customers.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "everyone": entry.everyone,
        })
    });
    let all = json!({
        "daifuku": {
            "id": header.id.to_string(),
            "kind": kind(header.kind),
            "written": time(header.at.instant()),
            "sender": header.from.name,
        },
        "devices": header.devices.iter()
            .map(|(replica, name)| (replica.to_string(), json!(name)))
            .collect::<serde_json::Map<_, _>>(),
        "records": records,
        "erased": erased.collect::<Vec<_>>(),
        "history": history.collect::<Vec<_>>(),
        "members": members.collect::<Vec<_>>(),
        "ledger": ledger.collect::<Vec<_>>(),
    });
    let mut bytes = serde_json::to_vec_pretty(&all).map_err(io::Error::from)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn record(page: RecordId, id: RecordId, state: &RecordState) -> Record {
    let (mut fields, mut conflicts) = (BTreeMap::new(), BTreeMap::new());
    for (name, register) in state.fields() {
        if let Some(value) = register.displayed() {
            fields.insert(name.as_str().to_owned(), plain::json(value));
        }
        if register.is_conflict() {
            let values = register.heads().iter().map(|head| plain::json(&head.value)).collect();
            conflicts.insert(name.as_str().to_owned(), values);
        }
    }
    for (name, words) in state.sets() {
        fields.insert(name.as_str().to_owned(), json!(words.words()));
    }
    for (name, text) in state.texts() {
        fields.insert(name.as_str().to_owned(), json!(text.view().text()));
        if text.is_conflict() {
            let texts = NoteText::standing(text).map(|(_, text)| json!(text)).collect();
            conflicts.insert(name.as_str().to_owned(), texts);
        }
    }
    Record {
        id: id.to_string(),
        page: (page != id && !page.is_nil()).then(|| page.to_string()),
        kind: state.kind().name().to_owned(),
        created: time(state.created().instant()),
        changed: time(state.changed().instant()),
        deleted: state.is_deleted(),
        fields,
        conflicts,
    }
}

/// The customers that are not deleted, one a row; UTF-8 with a byte order mark, for spreadsheets.
fn to_csv(content: &Content) -> Result<Vec<u8>, Failure> {
    let is_customer = |state: &RecordState| *state.kind() == RecordKind::Customer && !state.is_deleted();
    let mut customers: Vec<(Customer, &RecordState)> = content
        .records
        .iter()
        .filter(|(_, state)| is_customer(state))
        .map(|((_, id), state)| (view::customer(*id, state), state))
        .collect();
    crate::model::sort::by(&mut customers, |(a, _), (b, _)| {
        (&a.reading, &a.name, a.id).cmp(&(&b.reading, &b.name, b.id))
    });
    let most = |items: fn(&Customer) -> &[Item]| {
        customers.iter().map(|(customer, _)| items(customer).len()).max().unwrap_or_default()
    };
    let (phones, mails, addresses) = (most(|c| &c.phones), most(|c| &c.mails), most(|c| &c.addresses));
    let others: BTreeSet<&FieldName> =
        customers.iter().flat_map(|(customer, _)| customer.others.iter().map(|(name, _)| name)).collect();

    let mut head: Vec<String> = ["id", "organisation"].map(str::to_owned).to_vec();
    let texts = [
        "name",
        "reading",
        "honorific",
        "company",
        "department",
        "title",
        "birthday",
        "tags",
        "owner",
        "source",
        "needs",
        "memo",
        "warning",
    ];
    head.extend(texts.map(str::to_owned));
    for (name, count) in [("phone", phones), ("mail", mails), ("address", addresses)] {
        head.extend((1..=count).map(|number| format!("{name} {number}")));
    }
    head.extend(others.iter().map(|name| name.as_str().to_owned()));
    head.extend(["created", "changed"].map(str::to_owned));

    let mut bytes = b"\xef\xbb\xbf".to_vec();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut bytes);
    let mut put = |cells: &[String]| {
        let cells = cells.iter().map(|cell| defused(cell));
        writer.write_record(cells).map_err(|error| Failure::Output(error.into()))
    };
    put(&head)?;
    for (customer, state) in &customers {
        let mut row = vec![
            customer.id.to_string(),
            if customer.organisation { "yes" } else { "no" }.to_owned(),
            customer.name.clone(),
            customer.reading.clone(),
            customer.honorific.clone(),
            customer.company.clone(),
            customer.department.clone(),
            customer.title.clone(),
            customer.birthday.map(|date| date.to_string()).unwrap_or_default(),
            customer.tags.join("; "),
            customer.owner.clone(),
            customer.source.clone(),
            customer.needs.clone(),
            customer.memo.clone(),
            customer.warning.clone(),
        ];
        for (items, count) in
            [(&customer.phones, phones), (&customer.mails, mails), (&customer.addresses, addresses)]
        {
            row.extend((0..count).map(|number| items.get(number).map(item).unwrap_or_default()));
        }
        row.extend(others.iter().map(|name| {
            let value = customer.others.iter().find(|(other, _)| other == *name);
            value.map(|(_, value)| plain::text(value)).unwrap_or_default()
        }));
        row.extend([time(state.created().instant()), time(state.changed().instant())]);
        put(&row)?;
    }
    writer.flush()?;
    drop(writer);
    Ok(bytes)
}

/// A phone, mail or address without what it is called.
fn item(item: &Item) -> String {
    let name = item.field.base();
    let number = match name {
        "phone" => item.value.part("number"),
        "mail" => item.value.part("mail"),
        _ => "",
    };
    if !number.is_empty() {
        return number.to_owned();
    }
    let parts = ["postal", "region", "city", "street", "building"].map(|part| item.value.part(part));
    let filled: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if filled.is_empty() { plain::text(&item.value) } else { filled.join(" ") }
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe in front.
fn defused(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}
