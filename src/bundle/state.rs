//! A record's state as JSON that a person can read.
//!
//! A state is taken apart and put together through its stored form ([`crate::merge`], "Encoding"), so that
//! what comes out of a file passes the same checks as what comes out of the vault.

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};

use super::actors::Actors;
use crate::merge::RecordState;
use crate::model::{Date, Instant, RecordId, ReplicaId, Value};

/// The stored form of a state, part by part.
#[derive(Serialize, Deserialize)]
struct Stored {
    kind: String,
    created: Option<u64>,
    fields: Vec<(String, Register<Value>)>,
    sets: Vec<(String, Register<Option<String>>)>,
    texts: Vec<(String, Text)>,
    deletes: Register<Vec<(String, Version)>>,
}

type Version = Vec<(ReplicaId, u64)>;
/// Parents and text.
type Revision = (Vec<[u8; 16]>, String);

#[derive(Serialize, Deserialize)]
struct Register<V> {
    heads: Vec<(ReplicaId, u64, u64, V)>,
    context: Version,
}

#[derive(Serialize, Deserialize)]
struct Text {
    versions: Register<[u8; 16]>,
    revisions: Vec<([u8; 16], Revision)>,
}

/// The same in a line of a bundle. Maps keep their order, which is that of the state.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct JsonState {
    /// Kind.
    k: String,
    /// Created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    t: Option<Hex64>,
    /// Fields.
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    f: Pairs<JsonRegister<Plain>>,
    /// Sets of words; nothing for a word that was taken out.
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    s: Pairs<JsonRegister<Option<String>>>,
    /// Texts.
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    n: Pairs<JsonText>,
    /// Deletes, each with what its author had seen of each field.
    #[serde(default, skip_serializing_if = "JsonRegister::is_blank")]
    d: JsonRegister<Pairs<Vec<(u32, u64)>>>,
}

/// Heads (replica, counter, time, value), and writes seen that they do not imply (replica, counter).
#[derive(Serialize, Deserialize)]
struct JsonRegister<V> {
    h: Vec<(u32, u64, Hex64, V)>,
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    c: Vec<(u32, u64)>,
}

#[derive(Serialize, Deserialize)]
struct JsonText {
    /// Versions, as in a register.
    v: JsonRegister<Hex128>,
    /// Revisions: text, and the revisions that it was written over.
    r: Pairs<(String, Vec<Hex128>)>,
}

impl<V> JsonRegister<V> {
    fn is_blank(&self) -> bool {
        self.h.is_empty() && self.c.is_empty()
    }
}

impl<V> Default for JsonRegister<V> {
    fn default() -> Self {
        Self { h: Vec::new(), c: Vec::new() }
    }
}

/// A state that can't be what this program wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("state is not in its normal form")]
pub(super) struct StateError;

/// Takes a state apart. `actors` learns the replicas in it.
pub(super) fn to_json(state: &RecordState, actors: &mut Actors) -> Result<JsonState, StateError> {
    let bytes = postcard::to_allocvec(state).map_err(|_| StateError)?;
    let stored: Stored = postcard::from_bytes(&bytes).map_err(|_| StateError)?;
    let fields = stored.fields.into_iter();
    let sets = stored.sets.into_iter();
    let texts = stored.texts.into_iter();
    Ok(JsonState {
        k: stored.kind,
        t: stored.created.map(Hex64),
        f: Pairs(
            fields.map(|(name, field)| (name, register(field, actors, |_, value| Plain(value)))).collect(),
        ),
        s: Pairs(sets.map(|(name, set)| (name, register(set, actors, |_, word| word))).collect()),
        n: Pairs(
            texts
                .map(|(name, text)| {
                    let versions = register(text.versions, actors, |_, id| Hex128(id));
                    let revisions = text.revisions.into_iter().map(|(id, (parents, text))| {
                        (hex(&id), (text, parents.into_iter().map(Hex128).collect()))
                    });
                    (name, JsonText { v: versions, r: Pairs(revisions.collect()) })
                })
                .collect(),
        ),
        d: register(stored.deletes, actors, |actors, seen| {
            let seen = seen.into_iter().map(|(name, version)| (name, indexed(version, actors)));
            Pairs(seen.collect())
        }),
    })
}

/// Puts a state together.
pub(super) fn from_json(json: JsonState, actors: &Actors) -> Result<RecordState, StateError> {
    let fields = json.f.0.into_iter();
    let sets = json.s.0.into_iter();
    let texts = json.n.0.into_iter();
    let stored = Stored {
        kind: json.k,
        created: json.t.map(|time| time.0),
        fields: fields
            .map(|(name, field)| Ok((name, stored_register(field, actors, |value| Ok(value.0))?)))
            .collect::<Result<_, _>>()?,
        sets: sets
            .map(|(name, set)| Ok((name, stored_register(set, actors, Ok)?)))
            .collect::<Result<_, _>>()?,
        texts: texts
            .map(|(name, text)| {
                let versions = stored_register(text.v, actors, |id| Ok(id.0))?;
                let revisions = text.r.0.into_iter().map(|(id, (text, parents))| {
                    let parents = parents.into_iter().map(|parent| parent.0).collect();
                    Ok((unhex(&id).ok_or(StateError)?, (parents, text)))
                });
                Ok((name, Text { versions, revisions: revisions.collect::<Result<_, _>>()? }))
            })
            .collect::<Result<_, _>>()?,
        deletes: stored_register(json.d, actors, |seen| {
            let seen = seen.0.into_iter().map(|(name, version)| Ok((name, unindexed(version, actors)?)));
            seen.collect::<Result<_, _>>()
        })?,
    };
    let bytes = postcard::to_allocvec(&stored).map_err(|_| StateError)?;
    match postcard::take_from_bytes(&bytes) {
        Ok((state, [])) => Ok(state),
        _ => Err(StateError),
    }
}

fn register<V, J>(
    register: Register<V>,
    actors: &mut Actors,
    mut value: impl FnMut(&mut Actors, V) -> J,
) -> JsonRegister<J> {
    let mut heads = Vec::with_capacity(register.heads.len());
    for (replica, counter, at, held) in register.heads {
        let replica = actors.index(replica);
        heads.push((replica, counter, Hex64(at), value(actors, held)));
    }
    JsonRegister { h: heads, c: indexed(register.context, actors) }
}

fn stored_register<V, J>(
    register: JsonRegister<J>,
    actors: &Actors,
    mut value: impl FnMut(J) -> Result<V, StateError>,
) -> Result<Register<V>, StateError> {
    let heads = register.h.into_iter().map(|(replica, counter, at, held)| {
        Ok((actors.replica(replica).ok_or(StateError)?, counter, at.0, value(held)?))
    });
    Ok(Register { heads: heads.collect::<Result<_, _>>()?, context: unindexed(register.c, actors)? })
}

fn indexed(version: Vec<(ReplicaId, u64)>, actors: &mut Actors) -> Vec<(u32, u64)> {
    version.into_iter().map(|(replica, counter)| (actors.index(replica), counter)).collect()
}

fn unindexed(version: Vec<(u32, u64)>, actors: &Actors) -> Result<Vec<(ReplicaId, u64)>, StateError> {
    let entry = |(replica, counter)| Some((actors.replica(replica)?, counter));
    version.into_iter().map(entry).collect::<Option<_>>().ok_or(StateError)
}

/// A value: text, number, yes or no and nothing as JSON has them; the rest as an object with one key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Plain(pub(super) Value);

/// Whole numbers up to here are exact in every reader of JSON.
const EXACT: i64 = 1 << 53;

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn tagged<S: Serializer>(
            serializer: S,
            key: &str,
            value: &impl Serialize,
        ) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry(key, value)?;
            map.end()
        }
        match &self.0 {
            Value::Empty => serializer.serialize_unit(),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Number(number) if (-EXACT..=EXACT).contains(number) => serializer.serialize_i64(*number),
            Value::Number(number) => tagged(serializer, "number", &number.to_string()),
            Value::Flag(flag) => serializer.serialize_bool(*flag),
            Value::Date(date) => tagged(serializer, "date", &date.to_string()),
            Value::Instant(instant) => tagged(serializer, "at", &instant.0),
            Value::Link(record) => tagged(serializer, "link", &record.to_string()),
            Value::Parts(parts) => tagged(serializer, "parts", parts),
            Value::Unknown(kind, content) => {
                tagged(serializer, "other", &(*kind, Base64::encode_string(content)))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor).map(Self)
    }
}

struct PlainVisitor;

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Empty)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Value, E> {
        i64::try_from(number).map(Value::Number).map_err(E::custom)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let wrong = || A::Error::custom("not a value");
        let key: String = map.next_key()?.ok_or_else(wrong)?;
        let value = match key.as_str() {
            "number" => Value::Number(map.next_value::<String>()?.parse().map_err(A::Error::custom)?),
            "date" => Value::Date(map.next_value::<String>()?.parse::<Date>().map_err(A::Error::custom)?),
            "at" => Value::Instant(Instant(map.next_value()?)),
            "link" => Value::Link(map.next_value::<String>()?.parse::<RecordId>().map_err(A::Error::custom)?),
            "parts" => {
                let Pairs(parts) = map.next_value::<Pairs<String>>()?;
                let count = parts.len();
                let parts: BTreeMap<String, String> = crate::model::sort::map(parts);
                if parts.len() < count {
                    return Err(wrong());
                }
                Value::Parts(parts)
            }
            "other" => {
                let (kind, content): (u32, String) = map.next_value()?;
                Value::Unknown(kind, Base64::decode_vec(&content).map_err(|_| wrong())?)
            }
            _ => return Err(wrong()),
        };
        if map.next_key::<String>()?.is_some() { Err(wrong()) } else { Ok(value) }
    }
}

/// An object whose keys keep their order, and repeated ones are not swallowed.
struct Pairs<V>(Vec<(String, V)>);

impl<V> Pairs<V> {
    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<V> Default for Pairs<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V: Serialize> Serialize for Pairs<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Pairs<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor<V>(core::marker::PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for PairsVisitor<V> {
            type Value = Pairs<V>;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<V>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor(core::marker::PhantomData))
    }
}

/// 64 bits as 16 hexadecimal digits.
#[derive(Clone, Copy)]
pub(super) struct Hex64(pub(super) u64);

/// 128 bits as 32 hexadecimal digits.
#[derive(Clone, Copy)]
struct Hex128([u8; 16]);

impl Serialize for Hex64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Hex64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let replica: ReplicaId = text.parse().map_err(D::Error::custom)?;
        Ok(Self(u64::from_be_bytes(replica.0)))
    }
}

impl Serialize for Hex128 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&RecordId(self.0))
    }
}

impl<'de> Deserialize<'de> for Hex128 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        unhex(&String::deserialize(deserializer)?).map(Self).ok_or_else(|| D::Error::custom("not an id"))
    }
}

fn hex(id: &[u8; 16]) -> String {
    RecordId(*id).to_string()
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    text.parse::<RecordId>().ok().map(|id| id.0)
}
