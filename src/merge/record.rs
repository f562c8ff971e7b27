//! The state of one record: what is known of all its fields, mergeable with any other state of it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::clock::HybridTimestamp;
use super::register::{Head, Register, renamed};
use super::set::AddWinsSet;
use super::sorted::SortedMap;
use super::text::NoteText;
use super::version::{Stamp, VersionVector};
use crate::model::{FieldName, RecordKind, ReplicaId, Value};

/// Everything known of one record; also a *delta*, which holds only what some changes touched. Both are
/// joined in the same way, so a log of deltas is loaded by joining them, in any order, also twice.
///
/// A delta of a field is the whole register, set or text head of it, so no gap between deltas matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Encoded")]
pub struct RecordState {
    pub(super) kind: RecordKind,
    pub(super) created: Option<HybridTimestamp>,
    pub(super) fields: SortedMap<FieldName, Register>,
    pub(super) sets: SortedMap<FieldName, AddWinsSet>,
    pub(super) texts: SortedMap<FieldName, NoteText>,
    pub(super) deletes: Register<DeleteContext>,
}

/// What the author of a delete had seen, field by field. A single vector for the record would claim
/// too much: who received a replica's later write to one field may lack its earlier one to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteContext(pub(super) SortedMap<FieldName, VersionVector>);

impl DeleteContext {
    /// What had been seen of each field, by name.
    pub fn seen(&self) -> impl ExactSizeIterator<Item = (&FieldName, &VersionVector)> {
        self.0.iter()
    }
}

/// A value that [`RecordState::apply`] replaced: a line of the local history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Superseded {
    /// The field. Of a set, `head` is the word that was removed (or added again).
    pub field: FieldName,
    /// The old value with who wrote it and when. A text is its whole old text.
    pub head: Head,
    /// The write that replaced it, or one that came with that and is more recent.
    pub by: Stamp,
}

/// A deleted record that someone changed who did not know of the delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revival {
    /// The delete.
    pub deleted: Stamp,
    /// The most recent change that the delete's author had not seen.
    pub changed: Stamp,
}

/// A field, set or text without any write was encoded: not the normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("field without a write")]
pub struct BlankFieldError;

impl RecordState {
    /// Of a record of which nothing is known but its kind. Joining it changes nothing.
    #[must_use]
    pub const fn new(kind: RecordKind) -> Self {
        Self {
            kind,
            created: None,
            fields: SortedMap::new(),
            sets: SortedMap::new(),
            texts: SortedMap::new(),
            deletes: Register::new(),
        }
    }

    /// Brings in what `other`, a state or delta of the same record, knows: commutative, associative,
    /// idempotent. Should the kinds differ (someone lies), the one with the greater name stays.
    pub fn join(&mut self, other: &Self) {
        self.join_reporting(other, |_| {});
    }

    /// Joins `delta`, and tells which values it replaced, for the history. Values of `delta` that were
    /// replaced here before are not among them.
    pub fn apply(&mut self, delta: &Self) -> Vec<Superseded> {
        let mut superseded = Vec::new();
        self.join_reporting(delta, |line| superseded.push(line));
        superseded
    }

    fn join_reporting(&mut self, other: &Self, mut report: impl FnMut(Superseded)) {
        if other.kind.name() > self.kind.name() {
            self.kind = other.kind.clone();
        }
        self.created = earliest(self.created, other.created);
        self.fields.join(&other.fields, |field, mine, theirs| {
            mine.join_reporting(theirs, |head, by| report(Superseded { field: field.clone(), head, by }));
        });
        self.sets.join(&other.sets, |field, mine, theirs| {
            mine.join_reporting(theirs, |Head { dot, at, value }, by| {
                if let Some(word) = value {
                    let head = Head { dot, at, value: Value::Text(word) };
                    report(Superseded { field: field.clone(), head, by });
                }
            });
        });
        self.texts.join(&other.texts, |field, mine, theirs| {
            mine.join_reporting(theirs, |Head { dot, at, value }, by| {
                let head = Head { dot, at, value: Value::Text(value) };
                report(Superseded { field: field.clone(), head, by });
            });
        });
        self.deletes.join(&other.deletes);
    }

    /// What the record is.
    #[must_use]
    pub fn kind(&self) -> &RecordKind {
        &self.kind
    }

    /// The value of a plain field that is displayed.
    #[must_use]
    pub fn displayed(&self, field: &FieldName) -> Option<&Value> {
        self.register(field)?.displayed()
    }

    /// The register of a plain field.
    #[must_use]
    pub fn register(&self, field: &FieldName) -> Option<&Register> {
        self.fields.value(field)
    }

    /// The set of a field such as [`FieldName::TAGS`].
    #[must_use]
    pub fn set_of(&self, field: &FieldName) -> Option<&AddWinsSet> {
        self.sets.value(field)
    }

    /// The text of a field such as [`FieldName::TEXT`].
    #[must_use]
    pub fn text_of(&self, field: &FieldName) -> Option<&NoteText> {
        self.texts.value(field)
    }

    /// The plain fields by name, also those that this version does not know.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = (&FieldName, &Register)> {
        self.fields.iter()
    }

    /// The sets by name.
    pub fn sets(&self) -> impl ExactSizeIterator<Item = (&FieldName, &AddWinsSet)> {
        self.sets.iter()
    }

    /// The texts by name.
    pub fn texts(&self) -> impl ExactSizeIterator<Item = (&FieldName, &NoteText)> {
        self.texts.iter()
    }

    /// The deletes that nobody took back.
    #[must_use]
    pub fn deletes(&self) -> &[Head<DeleteContext>] {
        self.deletes.heads()
    }

    /// The register of the deletes, also of those that were taken back.
    #[must_use]
    pub const fn delete_register(&self) -> &Register<DeleteContext> {
        &self.deletes
    }

    /// Every write seen of any field, and every delete. It never shrinks by a join. That it names a
    /// write to a field that never arrived can't be ruled out: see [`DeleteContext`].
    #[must_use]
    pub fn version(&self) -> VersionVector {
        let mut version = self.deletes.version();
        self.versions().for_each(|(_, field)| version.join(&field));
        version
    }

    /// Whether someone deleted the record who had seen all that is known here. An edit that no deleter
    /// had seen brings it back.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.deletes.heads().iter().any(|delete| self.is_seen_by(&delete.value))
    }

    /// Whether it was deleted, but is back because of changes that no deleter had seen.
    #[must_use]
    pub fn was_revived(&self) -> bool {
        !self.deletes.heads().is_empty() && !self.is_deleted()
    }

    /// Who deleted and who changed a record that [`Self::was_revived`], for "deleted by A, changed by
    /// B: keep or delete?". Answered by [`super::Change::Restore`] or [`super::Change::Delete`].
    #[must_use]
    pub fn revival(&self) -> Option<Revival> {
        let delete = self.deletes.latest().filter(|_| !self.is_deleted())?;
        let unseen = self.stamps().filter(|(field, stamp)| {
            !delete.value.0.value(field).is_some_and(|seen| seen.includes(stamp.dot))
        });
        let changed = unseen.map(|(_, stamp)| stamp).max_by_key(|stamp| stamp.recency())?;
        Some(Revival { deleted: delete.stamp(), changed })
    }

    /// Whether someone must decide between a delete and a change: not when the same replica changed what it
    /// had deleted, because it knew.
    #[must_use]
    pub fn awaits_decision(&self) -> bool {
        self.revival().is_some_and(|Revival { deleted, changed }| {
            changed.dot.replica != deleted.dot.replica || changed.dot.counter < deleted.dot.counter
        })
    }

    /// When it was first written, by the clock of who did; 0 if it never was.
    #[must_use]
    pub fn created(&self) -> HybridTimestamp {
        self.created.unwrap_or_default()
    }

    /// When it was first written, if that is known: it is not of a record that holds nothing yet.
    #[must_use]
    pub const fn first_written(&self) -> Option<HybridTimestamp> {
        self.created
    }

    /// When the most recent of the standing writes was made; 0 if there is none. A replaced write with
    /// a wrong time does not count, so one wrong clock can't hold a record on top of a list for ever.
    #[must_use]
    pub fn changed(&self) -> HybridTimestamp {
        let deletes = self.deletes.heads().iter().map(|head| head.at);
        self.stamps().map(|(_, stamp)| stamp.at).chain(deletes).max().unwrap_or_default()
    }

    /// Only the fields that `wanted` names: to give someone a part. Whoever has only a part can't
    /// delete the whole: their delete does not cover what they never saw.
    #[must_use]
    pub fn restricted(&self, wanted: impl Fn(&FieldName) -> bool) -> Self {
        self.filtered(|field, _| wanted(field))
    }

    /// Only the fields that hold writes which `known` does not name: what someone lacks who has
    /// everything that `known` names.
    #[must_use]
    pub fn since(&self, known: &VersionVector) -> Self {
        self.filtered(|_, is_covered_by| !is_covered_by(known))
    }

    /// Drops the contents of a deleted record and keeps who deleted what: emptying the trash. Returns
    /// whether it did; a record that is not deleted stays as it is. Local: should someone have changed
    /// the record without knowing of the delete, their state brings it back whole.
    pub fn purge(&mut self) -> bool {
        let deleted = self.is_deleted();
        if deleted {
            self.fields = SortedMap::new();
            self.sets = SortedMap::new();
            self.texts = SortedMap::new();
        }
        deleted
    }

    /// Forgets revisions of texts that can't be a common ancestor any more: see [`NoteText::forget`].
    pub fn forget(&mut self, acknowledged: &VersionVector) {
        self.texts.values_mut().for_each(|text| text.forget(acknowledged));
    }

    /// Gives the writes that replica `from` made after counter `above` to `to`, counted from 1: how a
    /// device that finds itself to be a clone keeps what it wrote. `above` is the last counter that
    /// both copies share, `to` a new random id; all records are renamed together, and the replica
    /// ([`super::Replica::renamed`]). Writing the values again instead would replace what the other copy
    /// wrote under the same dots, unseen.
    pub fn rename(&mut self, from: ReplicaId, above: u64, to: ReplicaId) {
        self.fields.values_mut().for_each(|field| field.rename(from, above, to));
        self.sets.values_mut().for_each(|set| set.rename(from, above, to));
        self.texts.values_mut().for_each(|text| text.rename(from, above, to));
        self.deletes.rename(from, above, to);
        self.deletes.for_each_value(|context| {
            context.0.values_mut().for_each(|seen| *seen = renamed(seen, from, above, to));
        });
    }

    /// What has been seen of each field.
    pub(super) fn versions(&self) -> impl Iterator<Item = (&FieldName, VersionVector)> {
        let fields = self.fields.iter().map(|(name, field)| (name, field.version()));
        let sets = self.sets.iter().map(|(name, set)| (name, set.version()));
        let texts = self.texts.iter().map(|(name, text)| (name, text.version()));
        fields.chain(sets).chain(texts)
    }

    /// The standing writes of all fields.
    fn stamps(&self) -> impl Iterator<Item = (&FieldName, Stamp)> {
        fn stamps<'a, V>(
            name: &'a FieldName,
            heads: &'a [Head<V>],
        ) -> impl Iterator<Item = (&'a FieldName, Stamp)> {
            heads.iter().map(move |head| (name, head.stamp()))
        }
        let fields = self.fields.iter().flat_map(|(name, field)| stamps(name, field.heads()));
        let sets = self.sets.iter().flat_map(|(name, set)| stamps(name, set.heads()));
        let texts = self.texts.iter().flat_map(|(name, text)| stamps(name, text.heads()));
        fields.chain(sets).chain(texts)
    }

    fn is_seen_by(&self, context: &DeleteContext) -> bool {
        let seen = |name| context.0.value(name);
        self.fields.iter().all(|(name, field)| seen(name).is_some_and(|seen| field.is_covered_by(seen)))
            && self.sets.iter().all(|(name, set)| seen(name).is_some_and(|seen| set.is_covered_by(seen)))
            && self.texts.iter().all(|(name, text)| seen(name).is_some_and(|seen| text.is_covered_by(seen)))
    }

    fn filtered(&self, keep: impl Fn(&FieldName, &dyn Fn(&VersionVector) -> bool) -> bool) -> Self {
        Self {
            kind: self.kind.clone(),
            created: self.created,
            fields: self.fields.filtered(|name, field| keep(name, &|known| field.is_covered_by(known))),
            sets: self.sets.filtered(|name, set| keep(name, &|known| set.is_covered_by(known))),
            texts: self.texts.filtered(|name, text| keep(name, &|known| text.is_covered_by(known))),
            deletes: self.deletes.clone(),
        }
    }
}

/// The fields of which several different values stand, by name within fields, then texts: for the list
/// of conflicts. Sets never conflict.
#[must_use]
pub fn conflicts(record: &RecordState) -> Vec<&FieldName> {
    let fields = record.fields().filter(|(_, field)| field.is_conflict()).map(|(name, _)| name);
    let texts = record.texts().filter(|(_, text)| text.is_conflict()).map(|(name, _)| name);
    fields.chain(texts).collect()
}

/// The earlier of two times, of which either may be missing.
pub(super) fn earliest(a: Option<HybridTimestamp>, b: Option<HybridTimestamp>) -> Option<HybridTimestamp> {
    a.into_iter().chain(b).min()
}

/// What a record looks like in bytes, before its normal form is confirmed.
#[derive(Deserialize)]
struct Encoded {
    kind: RecordKind,
    created: Option<HybridTimestamp>,
    fields: SortedMap<FieldName, Register>,
    sets: SortedMap<FieldName, AddWinsSet>,
    texts: SortedMap<FieldName, NoteText>,
    deletes: Register<DeleteContext>,
}

impl TryFrom<Encoded> for RecordState {
    type Error = BlankFieldError;

    fn try_from(encoded: Encoded) -> Result<Self, BlankFieldError> {
        let Encoded { kind, created, fields, sets, texts, deletes } = encoded;
        let blank = fields.iter().any(|(_, field)| field.is_blank())
            || sets.iter().any(|(_, set)| set.is_blank())
            || texts.iter().any(|(_, text)| text.is_blank());
        if blank { Err(BlankFieldError) } else { Ok(Self { kind, created, fields, sets, texts, deletes }) }
    }
}
