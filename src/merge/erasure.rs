//! Erasing for privacy: a set of record ids that only grows, and beats everything.

use serde::{Deserialize, Serialize};

use super::clock::HybridTimestamp;
use super::sorted::SortedMap;
use super::version::{Dot, Stamp};
use crate::model::RecordId;

/// Records that were erased. Only their random ids are left, with who and when: never anything derived
/// from what they contained. Whoever stores records drops those that [`Self::contains`] and takes none
/// back, so that erasing and then anything is erasing.
///
/// Encoded as a map from record id (16 bytes) to [`Erasure`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasures(SortedMap<RecordId, Erasure>);

/// When a record was erased and by which write; if by several, the earliest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Erasure {
    /// When.
    pub at: HybridTimestamp,
    /// By whom.
    pub by: Dot,
}

impl Erasures {
    /// Of no record.
    #[must_use]
    pub const fn new() -> Self {
        Self(SortedMap::new())
    }

    /// Erases `record`, and returns what to tell others.
    pub fn erase(&mut self, record: RecordId, stamp: Stamp) -> Self {
        let change = Self(SortedMap::of(record, Erasure { at: stamp.at, by: stamp.dot }));
        self.join(&change);
        change
    }

    /// Takes note of an erasure that was made elsewhere.
    pub fn note(&mut self, record: RecordId, erasure: Erasure) {
        self.join(&Self(SortedMap::of(record, erasure)));
    }

    /// Also erases what `other` erased.
    pub fn join(&mut self, other: &Self) {
        self.0.join(&other.0, |_, mine, theirs| *mine = (*mine).min(*theirs));
    }

    /// Whether `record` was erased.
    #[must_use]
    pub fn contains(&self, record: RecordId) -> bool {
        self.erasure(record).is_some()
    }

    /// When and by whom `record` was erased.
    #[must_use]
    pub fn erasure(&self, record: RecordId) -> Option<Erasure> {
        self.0.value(&record).copied()
    }

    /// All of them, ascending by record id.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (RecordId, Erasure)> {
        self.0.iter().map(|(record, erasure)| (*record, *erasure))
    }

    /// Whether no record was erased.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
