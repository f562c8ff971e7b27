//! The names of fields.
//!
//! A name is never reused for another meaning: a change of type is a new name. A field that may occur
//! several times (phones, mails, addresses) carries an item after a slash, `phone/3f2a9c01d4e5b607`:
//! each item is a register of its own, so two devices that each add a phone never conflict.
//! A user-defined field is `x/` and the id of its definition.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::RecordId;

/// Names one field of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldName(Cow<'static, str>);

/// Declares the fields that this version knows.
macro_rules! fields {
    ($($(#[$doc:meta])* $constant:ident = $name:literal;)*) => {
        impl FieldName {
            $($(#[$doc])* pub const $constant: Self = Self(Cow::Borrowed($name));)*

            /// The known name equal to `name`, without an allocation.
            fn known(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$constant),)* _ => None }
            }
        }
    };
}

fields! {
    /// Every record but a customer: the customer whose page it is on ([`super::Value::Link`]).
    PARENT = "parent";
    /// Customer: whether it is an organisation ([`super::Value::Flag`]); absent means a person.
    ORGANISATION = "organisation";
    /// Customer, contact: the displayed name, family name first.
    NAME = "name";
    /// Customer, contact: the reading (furigana), as typed.
    READING = "reading";
    /// Customer, contact: the honorific (様, 御中, 先生 …).
    HONORIFIC = "honorific";
    /// Customer: the company of a person.
    COMPANY = "company";
    /// Customer: the reading of the company.
    COMPANY_READING = "company_reading";
    /// Customer, contact: the department.
    DEPARTMENT = "department";
    /// Customer, contact: the title within the company. Task: what there is to do.
    TITLE = "title";
    /// Customer, contact: several; [`super::Value::Parts`] with `label` and `number`.
    PHONE = "phone";
    /// Customer, contact: several; `Parts` with `label` and `mail`.
    MAIL = "mail";
    /// Customer: several; `Parts` with `label`, `postal`, `region`, `city`, `street`, `building`.
    ADDRESS = "address";
    /// Customer: the date of birth; the year may be absent.
    BIRTHDAY = "birthday";
    /// Customer, task: the person in charge.
    OWNER = "owner";
    /// Customer: where the data came from.
    SOURCE = "source";
    /// Customer: needs and preferences.
    NEEDS = "needs";
    /// Customer: free text.
    MEMO = "memo";
    /// Customer: the warning shown on top of the page.
    WARNING = "warning";
    /// Customer, note, task: an add-wins set of words.
    TAGS = "tags";
    /// Note: the text (a note register, see [`crate::merge`]).
    TEXT = "text";
    /// Note, purchase: the day on which it happened.
    DATE = "date";
    /// Note: visit, call, complaint …; free.
    TYPE = "type";
    /// Note: whether it stays on top.
    PINNED = "pinned";
    /// Note: whether it never leaves this notebook in bundles for others ([`super::Value::Flag`]).
    PRIVATE = "private";
    /// Task: the day on which it is due.
    DUE = "due";
    /// Task: the instant at which it was done; absent means open.
    DONE = "done";
    /// Task: `day`, `week`, `month` or `year`, with an optional count before: `2 week`.
    REPEAT = "repeat";
    /// Purchase: what was bought.
    ITEM = "item";
    /// Purchase: how many.
    QUANTITY = "quantity";
    /// Purchase: the whole amount in the smallest unit of the currency (yen).
    AMOUNT = "amount";
    /// Purchase: shop, web, phone …; free.
    CHANNEL = "channel";
    /// Customer: the id in the system that it was imported from.
    FOREIGN_ID = "foreign_id";
    /// Customer: an add-wins set of the ids of duplicates ([`crate::merge::aliases`]).
    ALIASES = "aliases";
    /// Any: written to bring a deleted record back.
    RESTORED = "restored";
}

impl FieldName {
    /// The field called `name`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self::known(name).unwrap_or_else(|| Self(Cow::Owned(name.to_owned())))
    }

    /// One item of a field that may occur several times: `phone` and an item's id.
    #[must_use]
    pub fn item(&self, item: u64) -> Self {
        Self(Cow::Owned(format!("{}/{item:016x}", self.0)))
    }

    /// The user-defined field whose definition is `definition`.
    #[must_use]
    pub fn custom(definition: RecordId) -> Self {
        Self(Cow::Owned(format!("x/{definition}")))
    }

    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without its item: `phone` of `phone/3f2a9c01d4e5b607`.
    #[must_use]
    pub fn base(&self) -> &str {
        self.0.split_once('/').map_or(&*self.0, |(base, _)| base)
    }

    /// Whether this is `field` itself or one of its items.
    #[must_use]
    pub fn is(&self, field: &Self) -> bool {
        self.base() == field.as_str()
    }
}

impl Serialize for FieldName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for FieldName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&str>::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_of_its_field() {
        let item = FieldName::PHONE.item(0x3f2a);
        assert_eq!(item.as_str(), "phone/0000000000003f2a");
        assert!(item.is(&FieldName::PHONE) && !item.is(&FieldName::MAIL));
    }
}
