//! The replicas of a bundle: written once, then named by their number.

use std::collections::HashMap;

use super::limits::MOST_REPLICAS;
use super::sealer::SealerError;
use crate::model::ReplicaId;

/// Replicas in the order of their first appearance.
#[derive(Debug, Default)]
pub(super) struct Actors {
    replicas: Vec<ReplicaId>,
    indices: HashMap<ReplicaId, u32>,
    announced: usize,
}

impl Actors {
    /// The number of a replica, which is a new one if it did not appear before.
    pub(super) fn index(&mut self, replica: ReplicaId) -> u32 {
        let next = u32::try_from(self.replicas.len()).unwrap_or(u32::MAX);
        *self.indices.entry(replica).or_insert_with(|| {
            self.replicas.push(replica);
            next
        })
    }

    /// The replica of a number.
    pub(super) fn replica(&self, index: u32) -> Option<ReplicaId> {
        self.replicas.get(usize::try_from(index).ok()?).copied()
    }

    /// Takes in a replica that a file announces. Twice would leave open what the next one's number is.
    pub(super) fn announce(&mut self, replica: ReplicaId) -> Result<(), SealerError> {
        if self.indices.contains_key(&replica) {
            return Err(SealerError::Damaged { part: "replica announced twice".to_owned() });
        }
        if self.replicas.len() >= MOST_REPLICAS {
            return Err(SealerError::TooLarge { limit: "replicas".to_owned() });
        }
        self.index(replica);
        Ok(())
    }

    /// How many appeared.
    pub(super) const fn len(&self) -> usize {
        self.replicas.len()
    }

    /// The replicas that appeared since this was asked last: the writer announces them.
    pub(super) fn news(&mut self) -> Vec<ReplicaId> {
        let news = self.replicas.get(self.announced..).unwrap_or_default().to_vec();
        self.announced = self.replicas.len();
        news
    }
}
