//! A map as a vector sorted by key: one allocation, one canonical encoding, quick to decode.

use crate::model::sort;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Keys strictly ascending. Encoded like any map: the number of entries, then key and value of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(K, V)>", bound(deserialize = "K: Ord + Deserialize<'de>, V: Deserialize<'de>"))]
pub(super) struct SortedMap<K, V>(Vec<(K, V)>);

/// The keys of a map are not strictly ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("map is not in order")]
pub(super) struct UnorderedMapError;

impl<K: Ord, V> SortedMap<K, V> {
    /// Without entries.
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// With one entry.
    pub(super) fn of(key: K, value: V) -> Self {
        Self(vec![(key, value)])
    }

    /// From entries in any order; of equal keys the last stays.
    pub(super) fn collect(mut entries: Vec<(K, V)>) -> Self {
        sort::by(&mut entries, |a, b| a.0.cmp(&b.0));
        entries.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                core::mem::swap(later, kept);
            }
            same
        });
        Self(entries)
    }

    /// The value of `key`.
    pub(super) fn value(&self, key: &K) -> Option<&V> {
        let found = self.0.binary_search_by(|entry| entry.0.cmp(key)).ok()?;
        self.0.get(found).map(|entry| &entry.1)
    }

    /// The entries, ascending.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// The values to change, ascending by key.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|entry| &mut entry.1)
    }

    /// Whether there are no entries.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets the entries that `keep` does not want.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) {
        self.0.retain(|(key, value)| keep(key, value));
    }
}

impl<K: Ord + Clone, V: Clone> SortedMap<K, V> {
    /// Takes over the entries of `other`; where both have one, `merge` changes the own.
    pub(super) fn join(&mut self, other: &Self, mut merge: impl FnMut(&K, &mut V, &V)) {
        let known = self.0.len();
        for (key, theirs) in &other.0 {
            let own = self.0.get_mut(..known).unwrap_or_default();
            match own.binary_search_by(|entry| entry.0.cmp(key)) {
                Ok(found) => {
                    if let Some((key, mine)) = own.get_mut(found) {
                        merge(key, mine, theirs);
                    }
                }
                Err(_) => self.0.push((key.clone(), theirs.clone())),
            }
        }
        if self.0.len() > known {
            // Two sorted runs: the stable sort merges them in linear time.
            sort::by(&mut self.0, |a, b| a.0.cmp(&b.0));
        }
    }

    /// The entries that `keep` wants.
    pub(super) fn filtered(&self, keep: impl Fn(&K, &V) -> bool) -> Self {
        Self(self.0.iter().filter(|(key, value)| keep(key, value)).cloned().collect())
    }
}

impl<K: Ord, V> TryFrom<Vec<(K, V)>> for SortedMap<K, V> {
    type Error = UnorderedMapError;

    fn try_from(entries: Vec<(K, V)>) -> Result<Self, UnorderedMapError> {
        let ordered = entries.is_sorted_by(|a, b| a.0 < b.0);
        if ordered { Ok(Self(entries)) } else { Err(UnorderedMapError) }
    }
}

impl<K: Ord, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}
