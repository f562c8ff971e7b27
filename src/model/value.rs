//! What a field holds.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Date, Instant, RecordId};

/// The value of one field.
///
/// Stored as a type number and the length-prefixed postcard encoding of the content, so that a type
/// which a newer version invented is kept as [`Value::Unknown`] and written back byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Nothing: the field was emptied. Type 0, no content.
    Empty,
    /// Text as typed; never normalised. Type 1.
    Text(String),
    /// A whole number; money is in the smallest unit of its currency. Type 2.
    Number(i64),
    /// Yes or no. Type 3.
    Flag(bool),
    /// A calendar date, possibly without a year. Type 4.
    Date(Date),
    /// A moment. Type 5.
    Instant(Instant),
    /// Another record. Type 6.
    Link(RecordId),
    /// Several named texts that belong together, such as an address. Type 7.
    Parts(BTreeMap<String, String>),
    /// Of a newer version: its type number and content.
    Unknown(u32, Vec<u8>),
}

impl Value {
    /// The text, if this is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// `Text`, or `Empty` when `text` has nothing but white space.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.trim().is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// Whether the field counts as not filled in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.is_empty(),
            Self::Parts(parts) => parts.values().all(String::is_empty),
            _ => false,
        }
    }

    /// `Parts` from pairs; empty texts are left out, and nothing at all is `Empty`.
    #[must_use]
    pub fn parts<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let filled = pairs.into_iter().filter(|(_, text)| !text.is_empty());
        let parts = super::sort::map(filled.map(|(key, text)| (key.to_owned(), text.to_owned())));
        if parts.is_empty() { Self::Empty } else { Self::Parts(parts) }
    }

    /// One part of a `Parts`; empty when there is none.
    #[must_use]
    pub fn part(&self, key: &str) -> &str {
        match self {
            Self::Parts(parts) => parts.get(key).map_or("", String::as_str),
            _ => "",
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn pack(content: &impl Serialize) -> Vec<u8> {
            postcard::to_allocvec(content).unwrap_or_default()
        }
        let (kind, content): (u32, Vec<u8>) = match self {
            Self::Empty => (0, Vec::new()),
            // The string's own length would only repeat that of the content.
            Self::Text(text) => return (1_u32, text.as_str()).serialize(serializer),
            Self::Number(number) => (2, pack(number)),
            Self::Flag(flag) => (3, pack(flag)),
            Self::Date(date) => (4, pack(date)),
            Self::Instant(instant) => (5, pack(instant)),
            Self::Link(record) => (6, record.0.to_vec()),
            Self::Parts(parts) => (7, pack(parts)),
            Self::Unknown(kind, content) => (*kind, content.clone()),
        };
        (kind, Bytes(&content)).serialize(serializer)
    }
}

/// Serialises as postcard's byte array: a length and the bytes.
struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        fn unpack<'de, T: Deserialize<'de>, E: serde::de::Error>(content: &'de [u8]) -> Result<T, E> {
            match postcard::take_from_bytes(content) {
                Ok((value, [])) => Ok(value),
                _ => Err(E::custom("damaged value")),
            }
        }
        let (kind, content) = <(u32, &[u8])>::deserialize(deserializer)?;
        Ok(match kind {
            0 if content.is_empty() => Self::Empty,
            1 => Self::Text(core::str::from_utf8(content).map_err(D::Error::custom)?.to_owned()),
            2 => Self::Number(unpack(content)?),
            3 => Self::Flag(unpack(content)?),
            4 => Self::Date(unpack(content)?),
            5 => Self::Instant(unpack(content)?),
            6 => Self::Link(RecordId(content.try_into().map_err(D::Error::custom)?)),
            7 => Self::Parts(unpack(content)?),
            0 => return Err(D::Error::custom("damaged value")),
            kind => Self::Unknown(kind, content.to_vec()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_round_trips_and_unknown_types_survive() {
        let values = [
            Value::Empty,
            Value::Text("髙橋 﨑".into()),
            Value::Number(-1_234_567),
            Value::Flag(true),
            Value::Date(Date::new(Some(2026), 11, 22).unwrap()),
            Value::Instant(Instant(1_795_305_600_000)),
            Value::Link(RecordId([7; 16])),
            Value::parts([("label", "自宅"), ("number", "03-1234-5678"), ("x", "")]),
            Value::Unknown(99, vec![1, 2, 3]),
        ];
        for value in values {
            let bytes = postcard::to_allocvec(&value).unwrap();
            assert_eq!(postcard::from_bytes::<Value>(&bytes).unwrap(), value);
            for end in 0..bytes.len() {
                assert!(postcard::from_bytes::<Value>(&bytes[..end]).is_err());
            }
        }
    }
}
