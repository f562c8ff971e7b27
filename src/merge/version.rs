//! Who wrote what, and who has seen it: dots, stamps and version vectors.
//!
//! A *dot* names one write for ever. A *version vector* names all writes up to a counter for every
//! replica. Order that matters is decided by these alone, never by a clock.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::clock::HybridTimestamp;
use crate::model::{ReplicaId, sort};

/// One write: the replica that made it and how many writes that replica had made with it. A replica
/// never uses a counter twice; [`super::Replica`] sees to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Dot {
    /// The writer.
    pub replica: ReplicaId,
    /// Counts the writes of that replica, over all records.
    pub counter: u64,
}

/// A dot and the time that its writer's clock showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// Names the write.
    pub dot: Dot,
    /// When it was made, for people and for choosing which concurrent value is displayed.
    pub at: HybridTimestamp,
}

impl Stamp {
    /// Latest last; the dot decides between equal times, so that all replicas choose alike.
    pub(super) fn recency(self) -> (HybridTimestamp, Dot) {
        (self.at, self.dot)
    }
}

/// For each replica the greatest counter seen; names every write up to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<(ReplicaId, u64)>")]
pub struct VersionVector(Vec<(ReplicaId, u64)>);

/// The entries of a version vector are not strictly ascending by replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("version vector is not in order")]
pub struct UnorderedVersionError;

impl VersionVector {
    /// Of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The greatest counter seen of `replica`; nothing if none was.
    #[must_use]
    pub fn counter(&self, replica: ReplicaId) -> Option<u64> {
        let found = self.0.binary_search_by_key(&replica, |entry| entry.0).ok()?;
        self.0.get(found).map(|entry| entry.1)
    }

    /// Whether the write `dot` is among those that this vector names.
    #[must_use]
    pub fn includes(&self, dot: Dot) -> bool {
        self.counter(dot.replica).is_some_and(|counter| counter >= dot.counter)
    }

    /// Whether every write that `other` names is among those that this vector names.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.dots().all(|dot| self.includes(dot))
    }

    /// Also names `dot` and what its replica wrote before.
    pub fn include(&mut self, dot: Dot) {
        match self.0.binary_search_by_key(&dot.replica, |entry| entry.0) {
            Ok(found) => {
                if let Some(entry) = self.0.get_mut(found) {
                    entry.1 = entry.1.max(dot.counter);
                }
            }
            Err(place) => self.0.insert(place, (dot.replica, dot.counter)),
        }
    }

    /// Also names what `other` names: the pointwise maximum.
    pub fn join(&mut self, other: &Self) {
        let appended = self.0.len();
        for &(replica, counter) in &other.0 {
            let known = self.0.get(..appended).unwrap_or_default();
            match known.binary_search_by_key(&replica, |entry| entry.0) {
                Ok(found) => {
                    if let Some(entry) = self.0.get_mut(found) {
                        entry.1 = entry.1.max(counter);
                    }
                }
                Err(_) => self.0.push((replica, counter)),
            }
        }
        if self.0.len() > appended {
            sort::ascending(&mut self.0);
        }
    }

    /// The last write that is named of each replica, ascending by replica.
    pub fn dots(&self) -> impl Iterator<Item = Dot> {
        self.0.iter().map(|&(replica, counter)| Dot { replica, counter })
    }

    /// Whether it names nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names no write of `replica` after `counter`: of a device that was renamed, or was forked, the
    /// writes after it are not all had ([`super::fork`]).
    pub fn limit(&mut self, replica: ReplicaId, counter: u64) {
        for entry in &mut self.0 {
            if entry.0 == replica {
                entry.1 = entry.1.min(counter);
            }
        }
        self.0.retain(|entry| entry.0 != replica || entry.1 > 0);
    }

    /// Forgets the entries that `implied` says are named otherwise.
    pub(super) fn drop_implied(&mut self, implied: impl Fn(Dot) -> bool) {
        self.0.retain(|&(replica, counter)| !implied(Dot { replica, counter }));
    }
}

impl FromIterator<Dot> for VersionVector {
    fn from_iter<I: IntoIterator<Item = Dot>>(dots: I) -> Self {
        let mut entries: Vec<_> = dots.into_iter().map(|dot| (dot.replica, dot.counter)).collect();
        // Greatest counter first within a replica: the first of equals stays.
        sort::by(&mut entries, |a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        entries.dedup_by_key(|entry| entry.0);
        Self(entries)
    }
}

impl TryFrom<Vec<(ReplicaId, u64)>> for VersionVector {
    type Error = UnorderedVersionError;

    fn try_from(entries: Vec<(ReplicaId, u64)>) -> Result<Self, UnorderedVersionError> {
        let ordered = entries.is_sorted_by(|a, b| a.0 < b.0);
        if ordered { Ok(Self(entries)) } else { Err(UnorderedVersionError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(replica: u8, counter: u64) -> Dot {
        Dot { replica: ReplicaId([replica; 8]), counter }
    }

    #[test]
    fn names_all_writes_up_to_the_counter() {
        let version: VersionVector = [dot(2, 5), dot(1, 3), dot(2, 4)].into_iter().collect();
        assert!(version.includes(dot(2, 5)) && version.includes(dot(2, 1)) && version.includes(dot(1, 3)));
        assert!(!version.includes(dot(2, 6)) && !version.includes(dot(3, 0)));
        let mut joined = version.clone();
        joined.join(&[dot(3, 1), dot(1, 9), dot(0, 2)].into_iter().collect());
        assert_eq!(joined, [dot(0, 2), dot(1, 9), dot(2, 5), dot(3, 1)].into_iter().collect());
        assert!(joined.covers(&version) && !version.covers(&joined));
        let mut included = version.clone();
        included.include(dot(0, 0));
        assert!(included.includes(dot(0, 0)) && !version.covers(&included));
    }

    #[test]
    fn disorder_is_refused() {
        let id = |byte| ReplicaId([byte; 8]);
        for entries in [vec![(id(2), 1), (id(1), 1)], vec![(id(1), 1), (id(1), 2)]] {
            let bytes = postcard::to_allocvec(&entries).unwrap();
            assert!(postcard::from_bytes::<VersionVector>(&bytes).is_err());
        }
    }
}
