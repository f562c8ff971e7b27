//! The kinds of record.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a record is. Stored as its name, so that a kind which a newer version invented passes through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// A person or organisation one deals with.
    Customer,
    /// A person at a customer.
    Contact,
    /// Free text with a date.
    Note,
    /// Something to do.
    Task,
    /// Something that a customer bought.
    Purchase,
    /// A kind of a newer version: kept, forwarded, not shown.
    Other(String),
}

impl RecordKind {
    /// The stored name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Customer => "customer",
            Self::Contact => "contact",
            Self::Note => "note",
            Self::Task => "task",
            Self::Purchase => "purchase",
            Self::Other(name) => name,
        }
    }

    /// The kind of a stored name; every name has one.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "customer" => Self::Customer,
            "contact" => Self::Contact,
            "note" => Self::Note,
            "task" => Self::Task,
            "purchase" => Self::Purchase,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl Serialize for RecordKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for RecordKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&str>::deserialize(deserializer).map(Self::from_name)
    }
}
