//! The smallest parts of a line: ids and times as hexadecimal digits, texts, values that a person can read.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use base64ct::{Base64, Encoding};
use serde::de::{Error, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::{Date, Instant, RecordId, ReplicaId, Value, hexadecimal, sort};

/// A value: text, number, yes or no and nothing as JSON has them; the rest as an object with one key.
pub(super) struct Plain<'a>(pub(super) &'a Value);

/// Whole numbers up to here are exact in every reader of JSON.
const EXACT: i64 = 1 << 53;

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Empty => serializer.serialize_unit(),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Number(number) if (-EXACT..=EXACT).contains(number) => serializer.serialize_i64(*number),
            Value::Number(number) => tagged(serializer, "number", &number.to_string()),
            Value::Flag(flag) => serializer.serialize_bool(*flag),
            Value::Date(date) if date.year().is_none_or(|year| (0..=9999).contains(&year)) => {
                tagged(serializer, "date", &date.to_string())
            }
            Value::Instant(instant) => tagged(serializer, "at", &instant.0),
            Value::Link(record) => tagged(serializer, "link", &Hex128(record.0)),
            Value::Parts(parts) => tagged(serializer, "parts", parts),
            // Dates of other years have no text: as they are stored, like what is not known here.
            Value::Date(_) | Value::Unknown(..) => {
                let bytes = postcard::to_allocvec(self.0).map_err(S::Error::custom)?;
                let (kind, content): (u32, &[u8]) = postcard::from_bytes(&bytes).map_err(S::Error::custom)?;
                tagged(serializer, "other", &(kind, Base64::encode_string(content)))
            }
        }
    }
}

fn tagged<S: Serializer>(serializer: S, key: &str, value: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}

/// A value as it was read: its text stays where it is.
pub(super) enum Held<'a> {
    Text(Cow<'a, str>),
    Other(Value),
}

impl From<Held<'_>> for Value {
    fn from(held: Held<'_>) -> Self {
        match held {
            Held::Text(text) => Self::Text(text.into_owned()),
            Held::Other(value) => value,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Held<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HeldVisitor(PhantomData))
    }
}

struct HeldVisitor<'a>(PhantomData<&'a str>);

impl<'de: 'a, 'a> Visitor<'de> for HeldVisitor<'a> {
    type Value = Held<'a>;

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Held<'a>, E> {
        Ok(Held::Other(Value::Empty))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Held<'a>, E> {
        Ok(Held::Other(Value::Flag(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Held<'a>, E> {
        Ok(Held::Other(Value::Number(number)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Held<'a>, E> {
        i64::try_from(number).map(|number| Held::Other(Value::Number(number))).map_err(E::custom)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Held<'a>, E> {
        Ok(Held::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Held<'a>, E> {
        Ok(Held::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Held<'a>, A::Error> {
        let wrong = || A::Error::custom("not a value");
        let Str(key) = map.next_key()?.ok_or_else(wrong)?;
        let value = match &*key {
            "number" => Value::Number(map.next_value::<Str<'_>>()?.0.parse().map_err(A::Error::custom)?),
            "date" => Value::Date(map.next_value::<Str<'_>>()?.0.parse::<Date>().map_err(A::Error::custom)?),
            "at" => Value::Instant(Instant(map.next_value()?)),
            "link" => Value::Link(RecordId(map.next_value::<Hex128>()?.0)),
            "parts" => {
                let Pairs(parts) = map.next_value::<Pairs<String, String>>()?;
                let count = parts.len();
                let parts: BTreeMap<String, String> = sort::map(parts);
                if parts.len() < count {
                    return Err(wrong());
                }
                Value::Parts(parts)
            }
            "other" => {
                let (kind, Str(content)) = map.next_value()?;
                other(kind, Base64::decode_vec(&content).map_err(|_| wrong())?).ok_or_else(wrong)?
            }
            _ => return Err(wrong()),
        };
        if map.next_key::<Str<'_>>()?.is_some() { Err(wrong()) } else { Ok(Held::Other(value)) }
    }
}

/// The value that is stored like this. The content of a type that is known here must be of that type, or
/// nobody could read again what it is stored in.
fn other(kind: u32, content: Vec<u8>) -> Option<Value> {
    let stored = postcard::to_allocvec(&Value::Unknown(kind, content)).ok()?;
    postcard::from_bytes(&stored).ok()
}

/// A text, which stays where it is unless something in it is escaped.
pub(super) struct Str<'a>(pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StrVisitor<'a>(PhantomData<&'a str>);

        impl<'de: 'a, 'a> Visitor<'de> for StrVisitor<'a> {
            type Value = Str<'a>;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Str<'a>, E> {
                Ok(Str(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Str<'a>, E> {
                Ok(Str(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(StrVisitor(PhantomData))
    }
}

/// An object whose keys keep their order, and repeated ones are not swallowed.
pub(super) struct Pairs<K, V>(pub(super) Vec<(K, V)>);

impl<K, V> Default for Pairs<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor<K, V>(PhantomData<(K, V)>);

        impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for PairsVisitor<K, V> {
            type Value = Pairs<K, V>;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<K, V>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor(PhantomData))
    }
}

/// 64 bits as 16 hexadecimal digits.
#[derive(Clone, Copy)]
pub(super) struct Hex64(pub(super) u64);

/// 128 bits as 32 hexadecimal digits.
#[derive(Clone, Copy)]
pub(super) struct Hex128(pub(super) [u8; 16]);

impl Serialize for Hex64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(hexadecimal(&self.0.to_be_bytes(), &mut [0; 16]))
    }
}

impl Serialize for Hex128 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(hexadecimal(&self.0, &mut [0; 32]))
    }
}

impl<'de> Deserialize<'de> for Hex64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Str(text) = Str::deserialize(deserializer)?;
        let replica: ReplicaId = text.parse().map_err(D::Error::custom)?;
        Ok(Self(u64::from_be_bytes(replica.0)))
    }
}

impl<'de> Deserialize<'de> for Hex128 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Str(text) = Str::deserialize(deserializer)?;
        text.parse().map(|RecordId(id)| Self(id)).map_err(D::Error::custom)
    }
}
