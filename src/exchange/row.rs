//! Collects the cells of one row into a customer.

use super::cell::{
    has_company_form, own_label, postal, read_organisation, several, tidy, untouched, with_lost_zero,
};
use super::columns::{AddressPart, Column, Slot};
use super::dates::{self, ReadDateError};
use super::import::{Imported, NewCustomer};
use super::problem::{LineProblem, ProblemKind};
use crate::model::{FieldName, Value};

/// What has been read of one row.
#[derive(Debug, Default)]
pub(super) struct Row {
    line: u64,
    name: [String; 4],
    reading: [String; 3],
    organisation: Option<bool>,
    company: String,
    company_reading: String,
    fields: Vec<(FieldName, Value)>,
    phones: Vec<Contact>,
    phone_labels: Vec<(Slot, String)>,
    mails: Vec<Contact>,
    mail_labels: Vec<(Slot, String)>,
    addresses: Vec<Address>,
    memo: Vec<String>,
    tags: Vec<String>,
    notes: Vec<String>,
    problems: Vec<LineProblem>,
}

impl Row {
    pub(super) fn new(line: u64) -> Self {
        Self { line, ..Self::default() }
    }

    /// Cells for which there is no column.
    pub(super) fn take_extra<'a>(&mut self, cells: impl Iterator<Item = &'a str>) {
        let before = self.memo.len();
        self.memo.extend(cells.map(str::to_owned));
        let count = self.memo.len() - before;
        if count > 0 {
            self.problem(ProblemKind::ExtraCells { count });
        }
    }

    fn problem(&mut self, reason: ProblemKind) {
        self.problems.push(LineProblem { line: self.line, reason });
    }

    /// Keeps in the memo what has no other place.
    fn keep(&mut self, header: &str, text: &str) {
        self.memo.push(format!("{header}: {text}"));
    }

    pub(super) fn take(&mut self, column: &Column, header: &str, cell: &str) {
        let text = tidy(cell);
        match column {
            Column::Ignore => {}
            Column::Name => self.take_once(|row| row.name.get_mut(0), header, text),
            Column::FamilyName => self.take_once(|row| row.name.get_mut(1), header, text),
            Column::GivenName => self.take_once(|row| row.name.get_mut(2), header, text),
            Column::MiddleName => self.take_once(|row| row.name.get_mut(3), header, text),
            Column::Reading => self.take_once(|row| row.reading.get_mut(0), header, text),
            Column::FamilyReading => self.take_once(|row| row.reading.get_mut(1), header, text),
            Column::GivenReading => self.take_once(|row| row.reading.get_mut(2), header, text),
            Column::Company => self.take_once(|row| Some(&mut row.company), header, text),
            Column::CompanyReading => self.take_once(|row| Some(&mut row.company_reading), header, text),
            Column::Organisation => match (self.organisation, read_organisation(text)) {
                (None, Some(flag)) => self.organisation = Some(flag),
                _ => self.keep(header, text),
            },
            Column::Department => self.join(&FieldName::DEPARTMENT, " ", text),
            Column::Needs => self.join(&FieldName::NEEDS, "\n", untouched(cell)),
            Column::Warning => self.join(&FieldName::WARNING, "\n", untouched(cell)),
            Column::Title => self.set_once(FieldName::TITLE, header, text),
            Column::Honorific => self.set_once(FieldName::HONORIFIC, header, text),
            Column::Owner => self.set_once(FieldName::OWNER, header, text),
            Column::Source => self.set_once(FieldName::SOURCE, header, text),
            Column::ForeignId => self.set_once(FieldName::FOREIGN_ID, header, text),
            Column::Custom(name) => {
                self.set_once(FieldName::new(&format!("x/{name}")), header, untouched(cell))
            }
            Column::Memo => self.memo.push(untouched(cell).to_owned()),
            Column::Note => self.notes.push(untouched(cell).to_owned()),
            Column::Birthday => self.take_birthday(header, text),
            Column::Tags => {
                for tag in several(text, |char| matches!(char, ';' | '；' | '、' | ',' | '，' | '\n' | '\r'))
                {
                    // Google marks its own groups, and puts every contact into this one.
                    let own = tag.strip_prefix("* ").unwrap_or(tag);
                    if tag != "* myContacts" && !self.tags.iter().any(|other| other == own) {
                        self.tags.push(own.to_owned());
                    }
                }
            }
            Column::Phone(slot) => {
                for phone in
                    several(text, |char| matches!(char, ';' | '；' | '、' | ',' | '，' | '\n' | '\r'))
                {
                    self.phones
                        .push(Contact { slot: slot.clone(), text: with_lost_zero(phone).into_owned() });
                }
            }
            Column::Mail(slot) => {
                let spaced = text.split_whitespace().all(|word| word.contains('@'));
                let cut = |char: char| {
                    matches!(char, ';' | '；' | '、' | ',' | '，' | '\n' | '\r')
                        || spaced && char.is_whitespace()
                };
                for mail in several(text, cut) {
                    self.mails.push(Contact { slot: slot.clone(), text: mail.to_owned() });
                }
            }
            Column::PhoneLabel(slot) => add_label(&mut self.phone_labels, slot, text),
            Column::MailLabel(slot) => add_label(&mut self.mail_labels, slot, text),
            Column::Address(slot, part) => self.take_address(slot, *part, text),
        }
    }

    fn take_once(&mut self, place: impl Fn(&mut Self) -> Option<&mut String>, header: &str, text: &str) {
        match place(self) {
            Some(empty) if empty.is_empty() => text.clone_into(empty),
            Some(same) if same == text => {}
            _ => self.keep(header, text),
        }
    }

    fn set_once(&mut self, field: FieldName, header: &str, text: &str) {
        match self.fields.iter().find(|(name, _)| *name == field) {
            None => self.fields.push((field, Value::text(text))),
            Some((_, value)) if value.as_text() == Some(text) => {}
            Some(_) => self.keep(header, text),
        }
    }

    fn join(&mut self, field: &FieldName, separator: &str, text: &str) {
        match self.fields.iter_mut().find(|(name, _)| name == field) {
            Some((_, Value::Text(before))) => {
                before.push_str(separator);
                before.push_str(text);
            }
            _ => self.fields.push((field.clone(), Value::text(text))),
        }
    }

    fn take_birthday(&mut self, header: &str, text: &str) {
        let taken = self.fields.iter().any(|(name, _)| *name == FieldName::BIRTHDAY);
        match dates::read_date(text) {
            Ok(date) if !taken => self.fields.push((FieldName::BIRTHDAY, Value::Date(date))),
            Ok(_) => self.keep(header, text),
            Err(error) => {
                let suggestion = match error {
                    ReadDateError::OutsideEra(date) => Some(date),
                    ReadDateError::Form | ReadDateError::NoSuchDay => None,
                };
                self.keep(header, text);
                self.problem(ProblemKind::Date { column: header.to_owned(), suggestion });
            }
        }
    }

    fn take_address(&mut self, slot: &Slot, part: AddressPart, text: &str) {
        let index = match self.addresses.iter().position(|address| address.slot == *slot) {
            Some(index) => index,
            None => {
                self.addresses.push(Address { slot: slot.clone(), ..Address::default() });
                self.addresses.len() - 1
            }
        };
        let Some(address) = self.addresses.get_mut(index) else { return };
        match part {
            AddressPart::Label => join_label(&mut address.label, text),
            AddressPart::Postal => address.parts.push((part, postal(text).into_owned())),
            _ => address.parts.push((part, text.to_owned())),
        }
    }

    pub(super) fn finish(mut self) -> Imported {
        let name = self.join_names();
        let reading = self.join_readings();
        let (name, organisation) = match (name.is_empty(), self.company.is_empty()) {
            (true, true) => {
                self.problem(ProblemKind::NoName);
                return Imported { customer: None, problems: self.problems };
            }
            (true, false) => (core::mem::take(&mut self.company), true),
            (false, _) => {
                let organisation = self.company.is_empty() && has_company_form(&name);
                (name, self.organisation.unwrap_or(organisation))
            }
        };
        let company_reading = core::mem::take(&mut self.company_reading);
        let (reading, company_reading) = match (reading.is_empty(), self.company.is_empty()) {
            (true, true) => (company_reading, String::new()),
            _ => (reading, company_reading),
        };
        let mut fields = Vec::with_capacity(self.fields.len() + 8);
        if organisation {
            fields.push((FieldName::ORGANISATION, Value::Flag(true)));
        }
        fields.push((FieldName::NAME, Value::Text(name)));
        fields.push((FieldName::READING, Value::text(reading)));
        fields.push((FieldName::COMPANY, Value::text(core::mem::take(&mut self.company))));
        fields.push((FieldName::COMPANY_READING, Value::text(company_reading)));
        fields.append(&mut self.fields);
        self.push_items(&mut fields);
        fields.push((FieldName::MEMO, Value::text(self.memo.join("\n"))));
        fields.retain(|(_, value)| !value.is_empty());
        let customer = NewCustomer { fields, tags: self.tags, notes: self.notes };
        Imported { customer: Some(customer), problems: self.problems }
    }

    /// The whole name; made of its parts when it is not given, and they go to the memo when they differ.
    fn join_names(&mut self) -> String {
        let [whole, family, given, middle] = core::mem::take(&mut self.name);
        // A name in Latin letters is shown in its own order.
        let latin = [&family, &given]
            .iter()
            .all(|part| part.chars().all(|char| char.is_ascii() || ('À'..='ɏ').contains(&char)));
        let order = if latin { [&given, &middle, &family] } else { [&family, &given, &middle] };
        let parts: Vec<&str> =
            order.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        if whole.is_empty() {
            return parts.join(" ");
        }
        self.memo.extend(parts.iter().filter(|part| !whole.contains(**part)).map(|part| (*part).to_owned()));
        whole
    }

    fn join_readings(&mut self) -> String {
        let [whole, family, given] = core::mem::take(&mut self.reading);
        let parts = [&family, &given].into_iter().map(String::as_str).filter(|part| !part.is_empty());
        if whole.is_empty() {
            return parts.collect::<Vec<_>>().join(" ");
        }
        self.memo.extend(parts.filter(|part| !whole.contains(*part)).map(str::to_owned));
        whole
    }

    fn push_items(&mut self, fields: &mut Vec<(FieldName, Value)>) {
        let mut number = 0;
        let mut push = |field: &FieldName, value: Value| {
            number += 1;
            fields.push((field.item(number), value));
        };
        for Contact { slot, text } in &self.phones {
            push(
                &FieldName::PHONE,
                Value::parts([("label", label_of(slot, &self.phone_labels)), ("number", text)]),
            );
        }
        for Contact { slot, text } in &self.mails {
            push(
                &FieldName::MAIL,
                Value::parts([("label", label_of(slot, &self.mail_labels)), ("mail", text)]),
            );
        }
        for address in core::mem::take(&mut self.addresses) {
            let (value, rest) = address.value();
            self.memo.extend(rest);
            if !value.is_empty() {
                push(&FieldName::ADDRESS, value);
            }
        }
    }
}

/// The texts of the address of one slot.
#[derive(Debug, Default)]
struct Address {
    slot: Slot,
    label: String,
    parts: Vec<(AddressPart, String)>,
}

/// A phone or mail whose label may come from another column.
#[derive(Debug)]
struct Contact {
    slot: Slot,
    text: String,
}

impl Address {
    /// The address, and the whole in one cell when it says more than the parts do.
    fn value(&self) -> (Value, Option<String>) {
        let joined = |wanted: AddressPart, separator: &str| {
            let texts = self.parts.iter().filter(|(part, _)| *part == wanted).map(|(_, text)| text.as_str());
            texts.collect::<Vec<_>>().join(separator)
        };
        let whole = joined(AddressPart::Whole, "\n");
        let mut street = joined(AddressPart::Street, " ");
        let (region, city) = (joined(AddressPart::Region, " "), joined(AddressPart::City, " "));
        let (postal, building) = (joined(AddressPart::Postal, " "), joined(AddressPart::Building, " "));
        let mut rest = None;
        if street.is_empty() && region.is_empty() && city.is_empty() {
            street = whole;
        } else if !whole.is_empty() {
            let parts = [&postal, &region, &city, &street, &building];
            let left = parts
                .iter()
                .filter(|part| !part.is_empty())
                .fold(whole.clone(), |left, part| left.replace(part.as_str(), ""));
            if left.chars().any(char::is_alphanumeric) {
                rest = Some(whole);
            }
        }
        let label = if self.label.is_empty() { shown(&self.slot) } else { &self.label };
        let place = [
            ("postal", &postal),
            ("region", &region),
            ("city", &city),
            ("street", &street),
            ("building", &building),
        ];
        if place.iter().all(|(_, text)| text.is_empty()) {
            return (Value::Empty, rest);
        }
        let texts = place.iter().map(|(key, text)| (*key, text.as_str()));
        (Value::parts(core::iter::once(("label", label)).chain(texts)), rest)
    }
}

fn add_label(labels: &mut Vec<(Slot, String)>, slot: &Slot, text: &str) {
    match labels.iter_mut().find(|(other, _)| other == slot) {
        Some((_, label)) => join_label(label, text),
        None => labels.push((slot.clone(), own_label(text).to_owned())),
    }
}

fn join_label(label: &mut String, text: &str) {
    if !label.is_empty() {
        label.push(' ');
    }
    label.push_str(own_label(text));
}

fn label_of<'a>(slot: &'a Slot, labels: &'a [(Slot, String)]) -> &'a str {
    labels.iter().find(|(other, _)| other == slot).map_or_else(|| shown(slot), |(_, label)| label)
}

/// The slot as a label: a mere number is not shown.
fn shown(slot: &Slot) -> &str {
    if slot.bytes().all(|byte| byte.is_ascii_digit()) { "" } else { slot }
}
