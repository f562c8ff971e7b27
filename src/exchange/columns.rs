//! Guesses which field each column of a file feeds, from its name and from what is in it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::cell::tidy;
use super::dictionary;

/// What tells several phones, mails or addresses of one row apart: a label such as `携帯` that is shown,
/// or a number (`Phone 2 - Value`) that is not, or nothing.
pub type Slot = Cow<'static, str>;

/// The field that a column feeds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Column {
    /// None, because the user said so; never guessed.
    Ignore,
    /// The whole name.
    Name,
    /// 姓.
    FamilyName,
    /// 名.
    GivenName,
    /// A name between the given name and the family name.
    MiddleName,
    /// The whole reading.
    Reading,
    /// セイ.
    FamilyReading,
    /// メイ.
    GivenReading,
    /// Whether the customer is an organisation: 法人 or 個人.
    Organisation,
    /// The company.
    Company,
    /// The reading of the company.
    CompanyReading,
    /// The department; several are joined.
    Department,
    /// The title within the company.
    Title,
    /// 様, 御中, 先生, Mr.
    Honorific,
    /// Phones, one or several in a cell.
    Phone(Slot),
    /// What the phone of the same slot is called in this row.
    PhoneLabel(Slot),
    /// Mails, one or several in a cell.
    Mail(Slot),
    /// What the mail of the same slot is called in this row.
    MailLabel(Slot),
    /// A part of the address of that slot.
    Address(Slot, AddressPart),
    /// Date of birth.
    Birthday,
    /// Tags, one or several in a cell.
    Tags,
    /// Person in charge.
    Owner,
    /// Where the customer came from.
    Source,
    /// Needs and preferences.
    Needs,
    /// Free text on the customer.
    Memo,
    /// A note of its own on the customer's page.
    Note,
    /// The warning on top of the page.
    Warning,
    /// The id in the system that the file comes from.
    ForeignId,
    /// A field of the user's own with this name: columns without a home are kept.
    Custom(String),
}

/// The part of an address that a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AddressPart {
    /// The whole address in one cell, without the postal code or with it.
    Whole,
    /// Postal code.
    Postal,
    /// 都道府県.
    Region,
    /// 市区町村.
    City,
    /// 町名・番地.
    Street,
    /// Building and room.
    Building,
    /// What the address is called: home, office.
    Label,
}

/// A proposal for one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guess {
    /// The field that the column probably feeds.
    pub column: Column,
    /// 0 (kept as a custom field for want of anything better) to 100 (name and content agree).
    pub confidence: u8,
}

/// Proposes a field for each column; `rows` are some rows of cells as they stand in the file.
#[must_use]
pub fn guess(header: &[String], rows: &[&[String]]) -> Vec<Guess> {
    let named: Vec<Option<Column>> = header.iter().map(|name| dictionary::lookup(name)).collect();
    let mut guesses: Vec<Guess> = Vec::with_capacity(header.len());
    for (index, (name, column)) in header.iter().zip(&named).enumerate() {
        let content = main_content(rows.iter().filter_map(|row| row.get(index)));
        let guess = match column {
            Some(column) => {
                let column = in_context(column, name, header, &named);
                let confidence = agreement(&column, content);
                Guess { column, confidence }
            }
            None => {
                let taken = |column: &Column| {
                    named
                        .iter()
                        .flatten()
                        .chain(guesses.iter().map(|guess| &guess.column))
                        .any(|other| other == column)
                };
                from_content(name, index, content, taken)
            }
        };
        guesses.push(guess);
    }
    guesses
}

/// Whether a cell is a name of a column that the dictionary has.
#[must_use]
pub fn is_known(name: &str) -> bool {
    dictionary::lookup(name).is_some()
}

/// What a cell looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Mail,
    Postal,
    Phone,
    Kana,
    Date,
    Text,
}

impl Content {
    /// Nothing for a blank cell.
    pub(super) fn of(cell: &str) -> Option<Self> {
        let text: String = tidy(cell).nfkc().collect();
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let only = |others: &str| text.chars().all(|char| char.is_ascii_digit() || others.contains(char));
        Some(if is_mail(text) {
            Self::Mail
        } else if digits == 7 && only("〒- ") && (text.len() == 7 || text.contains(['-', '〒'])) {
            Self::Postal
        } else if matches!(digits, 10 | 11) && text.starts_with(['0', '(']) && only("-() ")
            || digits >= 10 && text.starts_with('+') && only("+-() ")
        {
            Self::Phone
        } else if super::dates::read_date(text).is_ok() {
            Self::Date
        } else if text.chars().all(is_kana) {
            Self::Kana
        } else {
            Self::Text
        })
    }
}

fn is_mail(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.contains('@')
            && !text.contains(char::is_whitespace)
    })
}

fn is_kana(char: char) -> bool {
    matches!(char, '\u{3041}'..='\u{309F}' | '\u{30A1}'..='\u{30FF}' | ' ')
}

/// What at least three quarters of the filled cells look like.
fn main_content<'a>(cells: impl Iterator<Item = &'a String>) -> Option<Content> {
    let kinds: Vec<Content> = cells.filter_map(|cell| Content::of(cell)).collect();
    let most = kinds.iter().max_by_key(|kind| kinds.iter().filter(|other| other == kind).count())?;
    let count = kinds.iter().filter(|kind| *kind == most).count();
    if count * 4 >= kinds.len() * 3 { Some(*most) } else { Some(Content::Text) }
}

/// How sure the name of the column makes us, given what is below it.
fn agreement(column: &Column, content: Option<Content>) -> u8 {
    let expected = match column {
        Column::Mail(_) => Content::Mail,
        Column::Phone(_) => Content::Phone,
        Column::Address(_, AddressPart::Postal) => Content::Postal,
        Column::Birthday => Content::Date,
        Column::Reading | Column::FamilyReading | Column::GivenReading | Column::CompanyReading => {
            Content::Kana
        }
        Column::Custom(_) => return 0,
        _ => {
            return match content {
                Some(Content::Mail | Content::Postal | Content::Phone) => 60,
                _ => 90,
            };
        }
    };
    match content {
        Some(content) if content == expected => 100,
        None | Some(Content::Text) => 80,
        Some(_) => 50,
    }
}

/// Names that mean one thing beside one column and another beside another.
fn in_context(column: &Column, name: &str, header: &[String], named: &[Option<Column>]) -> Column {
    let has = |wanted: &[Column]| named.iter().flatten().any(|column| wanted.contains(column));
    match (column, dictionary::fold(name).as_str()) {
        // Outlook has a "Title" (Mr) beside the "Job Title".
        (Column::Title, "title") => {
            let other = header
                .iter()
                .zip(named)
                .any(|(other, column)| *column == Some(Column::Title) && dictionary::fold(other) != "title");
            if other { Column::Honorific } else { Column::Title }
        }
        // In a list of companies, the 担当者 is whom one asks for there; in a list of people, who serves them.
        (Column::Owner, "担当者" | "担当者名" | "担当者氏名" | "ご担当者" | "ご担当者名") =>
        {
            let people = has(&[Column::Name, Column::FamilyName, Column::GivenName]);
            if has(&[Column::Company]) && !people { Column::Name } else { Column::Owner }
        }
        _ => column.clone(),
    }
}

/// For a column whose name says nothing. A date is not enough for a birthday.
fn from_content(
    name: &str,
    index: usize,
    content: Option<Content>,
    taken: impl Fn(&Column) -> bool,
) -> Guess {
    let slot = || Slot::from(name.trim().to_owned());
    let postal = Column::Address(Slot::default(), AddressPart::Postal);
    let (column, confidence) = match content {
        Some(Content::Mail) => (Column::Mail(slot()), 60),
        Some(Content::Phone) => (Column::Phone(slot()), 60),
        Some(Content::Postal) if !taken(&postal) => (postal, 60),
        Some(Content::Kana) if !taken(&Column::Reading) && !taken(&Column::FamilyReading) => {
            (Column::Reading, 40)
        }
        _ if name.trim().is_empty() => (Column::Custom(format!("#{}", index + 1)), 0),
        _ => (Column::Custom(name.trim().to_owned()), 0),
    };
    Guess { column, confidence }
}
