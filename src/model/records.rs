//! Records as people read them: what a screen shows of a customer, note, task or purchase.
//!
//! These are *views*, made from the displayed values of a record. Edits go the other way as single
//! field values ([`Edit`]), so a view never overwrites what it does not know.

use serde::{Deserialize, Serialize};

use super::{Date, FieldName, Instant, RecordId, RecordKind, Value};

/// Sets one field of one record, creating the record when it does not exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The record that is edited.
    pub record: RecordId,
    /// Its kind; matters only when the record is created.
    pub kind: RecordKind,
    /// What happens to it.
    pub change: FieldChange,
}

/// One change of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldChange {
    /// The field's new value; for [`FieldName::TEXT`] of a note, the whole new text.
    Set(FieldName, Value),
    /// Adds a word to a set ([`FieldName::TAGS`]).
    Add(FieldName, String),
    /// Takes a word out of a set.
    Remove(FieldName, String),
}

/// One phone, mail or postal address: an item of a field that may occur several times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The field with its item id, to edit it.
    pub field: FieldName,
    /// A [`Value::Parts`].
    pub value: Value,
}

/// A customer: a person or an organisation. Also a contact person of an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Its record.
    pub id: RecordId,
    /// An organisation instead of a person.
    pub organisation: bool,
    /// Displayed name, family name first.
    pub name: String,
    /// Reading (furigana) as typed.
    pub reading: String,
    /// 様, 御中, 先生 …
    pub honorific: String,
    /// The company of a person.
    pub company: String,
    /// Department there.
    pub department: String,
    /// Title there.
    pub title: String,
    /// Phones, oldest first.
    pub phones: Vec<Item>,
    /// Mails, oldest first.
    pub mails: Vec<Item>,
    /// Postal addresses, oldest first.
    pub addresses: Vec<Item>,
    /// Date of birth.
    pub birthday: Option<Date>,
    /// Tags in code-point order.
    pub tags: Vec<String>,
    /// Person in charge.
    pub owner: String,
    /// Where the data came from.
    pub source: String,
    /// Needs and preferences.
    pub needs: String,
    /// Free text.
    pub memo: String,
    /// The warning on top of the page.
    pub warning: String,
    /// Fields of the user's own and of newer versions.
    pub others: Vec<(FieldName, Value)>,
    /// When anything of it changed last.
    pub changed: Instant,
}

/// A note on a customer's page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its record.
    pub id: RecordId,
    /// The text; when several devices wrote at once, their merged view.
    pub text: String,
    /// Whether `text` shows several concurrent versions.
    pub concurrent: bool,
    /// The day it is about.
    pub date: Option<Date>,
    /// Visit, call, complaint …; free.
    pub kind: String,
    /// Stays on top.
    pub pinned: bool,
    /// Never leaves this notebook in files for others.
    pub private: bool,
    /// When it was written first.
    pub created: Instant,
    /// When it changed last.
    pub changed: Instant,
}

/// Something to do, of one customer or of none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its record.
    pub id: RecordId,
    /// The customer; [`RecordId::NIL`] for none.
    pub customer: RecordId,
    /// What there is to do.
    pub title: String,
    /// When it is due.
    pub due: Option<Date>,
    /// When it was done; absent means open.
    pub done: Option<Instant>,
    /// Who does it.
    pub owner: String,
    /// How it repeats, as stored; empty for never.
    pub repeat: String,
    /// When it changed last.
    pub changed: Instant,
}

/// Something that a customer bought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// Its record.
    pub id: RecordId,
    /// The day.
    pub date: Option<Date>,
    /// What.
    pub item: String,
    /// How many.
    pub quantity: i64,
    /// The whole amount in yen.
    pub amount: i64,
    /// Shop, web, phone …
    pub channel: String,
    /// When it changed last.
    pub changed: Instant,
}

/// How a task repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Repeat {
    /// Every so many days.
    Days(u16),
    /// Every so many months.
    Months(u16),
}

impl Repeat {
    /// Reads the stored form: `day`, `week`, `month`, `year`, with an optional count before.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (count, unit) = text.split_once(' ').unwrap_or(("1", text));
        let count = count.parse::<u16>().ok().filter(|count| (1..=999).contains(count))?;
        match unit {
            "day" => Some(Self::Days(count)),
            "week" => Some(Self::Days(count * 7)),
            "month" => Some(Self::Months(count)),
            "year" => Some(Self::Months(count * 12)),
            _ => None,
        }
    }

    /// The first due date after `today`, counted from the old due date so that the rhythm stays.
    #[must_use]
    pub fn next(self, due: Date, today: Date) -> Date {
        let after = today.max(due);
        // A due date that is far in the past is reached in whole steps.
        (1..=40_000)
            .map(|step| match self {
                Self::Days(days) => due.plus_days(i64::from(days) * step),
                Self::Months(months) => {
                    due.plus_months(i32::from(months) * i32::try_from(step).unwrap_or(i32::MAX / 12_000))
                }
            })
            .find(|date| *date > after)
            .unwrap_or(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeating_keeps_its_rhythm() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let monthly = Repeat::parse("month").unwrap();
        assert_eq!(monthly.next(date("2026-01-31"), date("2026-02-10")), date("2026-02-28"));
        assert_eq!(monthly.next(date("2026-01-31"), date("2026-02-28")), date("2026-03-31"));
        let fortnightly = Repeat::parse("2 week").unwrap();
        assert_eq!(fortnightly.next(date("2020-01-01"), date("2026-11-22")).weekday(), Some(3));
        for wrong in ["", "0 day", "week 2", "1000 day", "fortnight"] {
            assert_eq!(Repeat::parse(wrong), None, "{wrong}");
        }
    }
}
