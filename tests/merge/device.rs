//! A simulated device: what it holds, and what it gives away.

use std::collections::BTreeMap;

use daifuku::merge::fork::{self, Trail};
use daifuku::merge::{Dot, Erasures, HybridTimestamp, RecordState, Replica, VersionVector};
use daifuku::model::{Instant, RecordId, ReplicaId};

use crate::witness::Seen;

#[derive(Clone)]
pub(crate) struct Device {
    pub(crate) replica: Replica,
    pub(crate) records: BTreeMap<RecordId, RecordState>,
    pub(crate) erasures: Erasures,
    /// Received wholly, without own writes.
    pub(crate) received: VersionVector,
    pub(crate) trails: Vec<(ReplicaId, Vec<Trail>)>,
    /// What each other device told last that it has, and when it was written to last.
    pub(crate) told: BTreeMap<usize, VersionVector>,
    pub(crate) written: BTreeMap<usize, HybridTimestamp>,
    pub(crate) clock: i64,
    pub(crate) seen: Seen,
    /// Gaps that were noticed.
    pub(crate) gaps: u32,
    /// Forks that were noticed.
    pub(crate) forks: u32,
}

#[derive(Clone)]
pub(crate) struct Bundle {
    pub(crate) from: usize,
    pub(crate) at: HybridTimestamp,
    pub(crate) whole: bool,
    pub(crate) base: VersionVector,
    pub(crate) covers: VersionVector,
    pub(crate) have: VersionVector,
    pub(crate) trails: Vec<(ReplicaId, Vec<Trail>)>,
    pub(crate) erasures: Erasures,
    /// Encoded: what a reader does not know must come out as it went in.
    pub(crate) records: Vec<(RecordId, Vec<u8>)>,
    pub(crate) seen: Seen,
}

impl Device {
    pub(crate) fn now(&self, time: i64) -> Instant {
        Instant(1_795_305_600_000 + self.clock + time)
    }

    pub(crate) fn have(&self) -> VersionVector {
        let mut have = self.received.clone();
        if self.replica.counter > 0 {
            have.include(Dot { replica: self.replica.id, counter: self.replica.counter });
        }
        fork::lower(&mut have, &self.trails);
        have
    }

    pub(crate) fn trails_of(&mut self, replica: ReplicaId) -> &mut Vec<Trail> {
        let place = self.trails.iter().position(|(known, _)| *known == replica).unwrap_or_else(|| {
            self.trails.push((replica, Vec::new()));
            self.trails.len() - 1
        });
        &mut self.trails[place].1
    }

    /// Goes on under another id, as a clone that found out.
    pub(crate) fn rename(&mut self, above: u64, to: ReplicaId) {
        let from = self.replica.id;
        self.records.values_mut().for_each(|state| state.rename(from, above, to));
        self.replica = self.replica.renamed(to, above);
        self.received.limit(from, above);
        if above > 0 {
            self.received.include(Dot { replica: from, counter: above });
        }
    }
}
