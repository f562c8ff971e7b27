//! A record's state as JSON that a person can read.
//!
//! It is written straight from the state. What comes out of a file is put together through the stored form
//! ([`crate::merge`], "Encoding"), so that it passes the same checks as what comes out of the vault.

use core::cell::RefCell;

use serde::ser::{Error as _, SerializeMap, SerializeTuple};
use serde::{Deserialize, Serialize, Serializer};

use super::actors::Actors;
use super::plain::{Held, Hex64, Hex128, Pairs, Plain, Str};
use crate::merge::{DeleteContext, NoteText, RecordState, Register, Revision, RevisionId, VersionVector};

/// The replicas of a bundle that is written: while a state is, those that appear in it are learned.
pub(super) type Learning = RefCell<Actors>;

/// A state as it is written.
pub(super) struct Written<'a> {
    pub(super) state: &'a RecordState,
    pub(super) actors: &'a Learning,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { state, actors } = *self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("k", state.kind().name())?;
        if let Some(created) = state.first_written() {
            map.serialize_entry("t", &Hex64(created.0))?;
        }
        if state.fields().len() > 0 {
            let heads = |register| WrittenRegister { register, actors, value: Plain };
            let fields = || state.fields().map(|(name, field)| (name.as_str(), heads(field)));
            map.serialize_entry("f", &Entries(fields))?;
        }
        if state.sets().len() > 0 {
            let heads = |register| WrittenRegister { register, actors, value: |word| word };
            let sets = || state.sets().map(|(name, set)| (name.as_str(), heads(set.register())));
            map.serialize_entry("s", &Entries(sets))?;
        }
        if state.texts().len() > 0 {
            let texts = || state.texts().map(|(name, text)| (name.as_str(), WrittenText { text, actors }));
            map.serialize_entry("n", &Entries(texts))?;
        }
        let register = state.delete_register();
        if !register.is_blank() {
            let value = |context| WrittenContext { context, actors };
            map.serialize_entry("d", &WrittenRegister { register, actors, value })?;
        }
        map.end()
    }
}

/// An object with these entries, in their order.
struct Entries<F>(F);

impl<K: Serialize, V: Serialize, I: Iterator<Item = (K, V)>, F: Fn() -> I> Serialize for Entries<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map((self.0)())
    }
}

/// An array of these elements.
struct Elements<F>(F);

impl<V: Serialize, I: Iterator<Item = V>, F: Fn() -> I> Serialize for Elements<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// Heads (replica, counter, time, value), and writes seen that they do not imply (replica, counter).
struct WrittenRegister<'a, V, F> {
    register: &'a Register<V>,
    actors: &'a Learning,
    value: F,
}

impl<'a, V, J: Serialize, F: Fn(&'a V) -> J> Serialize for WrittenRegister<'a, V, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { register, actors, value } = self;
        let heads = || {
            register.heads().iter().map(|head| {
                let replica = actors.borrow_mut().index(head.dot.replica);
                (replica, head.dot.counter, Hex64(head.at.0), value(&head.value))
            })
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("h", &Elements(heads))?;
        let version = register.context();
        if !version.is_empty() {
            map.serialize_entry("c", &WrittenVersion { version, actors })?;
        }
        map.end()
    }
}

struct WrittenVersion<'a> {
    version: &'a VersionVector,
    actors: &'a Learning,
}

impl Serialize for WrittenVersion<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let dots = self.version.dots();
        serializer.collect_seq(dots.map(|dot| (self.actors.borrow_mut().index(dot.replica), dot.counter)))
    }
}

/// What the author of a delete had seen of each field.
struct WrittenContext<'a> {
    context: &'a DeleteContext,
    actors: &'a Learning,
}

impl Serialize for WrittenContext<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { context, actors } = *self;
        let seen = context.seen();
        serializer
            .collect_map(seen.map(|(name, version)| (name.as_str(), WrittenVersion { version, actors })))
    }
}

/// Versions, as in a register; revisions: text, and the revisions that it was written over.
struct WrittenText<'a> {
    text: &'a NoteText,
    actors: &'a Learning,
}

impl Serialize for WrittenText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn revision(revision: &Revision) -> (&str, Vec<Hex128>) {
            (&revision.text, revision.parents.iter().map(|parent| Hex128(parent.0)).collect())
        }
        let Self { text, actors } = *self;
        let revisions = || text.revisions().map(|(id, content)| (Hex128(id.0), revision(content)));
        let value = |id: &RevisionId| Hex128(id.0);
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("v", &WrittenRegister { register: text.versions(), actors, value })?;
        map.serialize_entry("r", &Entries(revisions))?;
        map.end()
    }
}

/// A state as it was read. Texts stay where they are in the line.
#[derive(Deserialize)]
pub(super) struct JsonState<'a> {
    /// Kind.
    #[serde(borrow)]
    k: Str<'a>,
    /// Created.
    #[serde(default)]
    t: Option<Hex64>,
    /// Fields.
    #[serde(default, borrow)]
    f: Pairs<Str<'a>, JsonRegister<Held<'a>>>,
    /// Sets of words; nothing for a word that was taken out.
    #[serde(default, borrow)]
    s: Pairs<Str<'a>, JsonRegister<Option<Str<'a>>>>,
    /// Texts.
    #[serde(default, borrow)]
    n: Pairs<Str<'a>, JsonText<'a>>,
    /// Deletes, each with what its author had seen of each field.
    #[serde(default, borrow)]
    d: JsonRegister<Pairs<Str<'a>, JsonVersion>>,
}

type JsonVersion = Vec<(u32, u64)>;

#[derive(Deserialize)]
struct JsonRegister<V> {
    h: Vec<(u32, u64, Hex64, V)>,
    #[serde(default = "Vec::new")]
    c: JsonVersion,
}

impl<V> Default for JsonRegister<V> {
    fn default() -> Self {
        Self { h: Vec::new(), c: Vec::new() }
    }
}

#[derive(Deserialize)]
struct JsonText<'a> {
    v: JsonRegister<Hex128>,
    #[serde(borrow)]
    r: Pairs<Hex128, (Str<'a>, Vec<Hex128>)>,
}

/// A state that can't be what this program wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("state is not in its normal form")]
pub(super) struct StateError;

/// Puts a state together.
pub(super) fn from_json(json: &JsonState<'_>, actors: &Actors) -> Result<RecordState, StateError> {
    let bytes = postcard::to_allocvec(&Stored(json, actors)).map_err(|_| StateError)?;
    match postcard::take_from_bytes(&bytes) {
        Ok((state, [])) => Ok(state),
        _ => Err(StateError),
    }
}

/// Something that was read, and the replicas that it names by their numbers: serialises as it is stored.
struct Stored<'a, T>(&'a T, &'a Actors);

impl Serialize for Stored<'_, JsonState<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(json, actors) = *self;
        let mut state = serializer.serialize_tuple(6)?;
        state.serialize_element(&*json.k.0)?;
        state.serialize_element(&json.t.map(|created| created.0))?;
        state.serialize_element(&Stored(&json.f, actors))?;
        state.serialize_element(&Stored(&json.s, actors))?;
        state.serialize_element(&Stored(&json.n, actors))?;
        state.serialize_element(&Stored(&json.d, actors))?;
        state.end()
    }
}

impl<K, V> Serialize for Stored<'_, Pairs<K, V>>
where
    for<'b> Stored<'b, K>: Serialize,
    for<'b> Stored<'b, V>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(Pairs(pairs), actors) = *self;
        serializer.collect_seq(pairs.iter().map(|(key, value)| (Stored(key, actors), Stored(value, actors))))
    }
}

impl<V> Serialize for Stored<'_, JsonRegister<V>>
where
    for<'b> Stored<'b, V>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(register, actors) = *self;
        let heads = || {
            register.h.iter().map(|(replica, counter, at, value)| {
                (Stored(replica, actors), counter, at.0, Stored(value, actors))
            })
        };
        (Elements(heads), Stored(&register.c, actors)).serialize(serializer)
    }
}

impl Serialize for Stored<'_, JsonVersion> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(version, actors) = *self;
        serializer.collect_seq(version.iter().map(|(replica, counter)| (Stored(replica, actors), counter)))
    }
}

impl Serialize for Stored<'_, JsonText<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(text, actors) = *self;
        (Stored(&text.v, actors), Stored(&text.r, actors)).serialize(serializer)
    }
}

/// A revision, which is stored with its parents first.
impl Serialize for Stored<'_, (Str<'_>, Vec<Hex128>)> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (text, parents) = self.0;
        (Elements(|| parents.iter().map(|parent| parent.0)), &*text.0).serialize(serializer)
    }
}

/// The number of a replica.
impl Serialize for Stored<'_, u32> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let replica = self.1.replica(*self.0);
        replica.ok_or_else(|| S::Error::custom("replica was not announced"))?.serialize(serializer)
    }
}

impl Serialize for Stored<'_, Str<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.0)
    }
}

impl Serialize for Stored<'_, Option<Str<'_>>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().map(|word| &*word.0).serialize(serializer)
    }
}

impl Serialize for Stored<'_, Hex128> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.0.serialize(serializer)
    }
}

impl Serialize for Stored<'_, Held<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Held::Text(text) => (TEXT, &**text).serialize(serializer),
            Held::Other(value) => value.serialize(serializer),
        }
    }
}

/// The type number with which a text is stored, see [`crate::model::Value`].
const TEXT: u32 = 1;
