//! Duplicates that people found to be one: edges between records, none of which is ever rewritten.
//!
//! The edge {a, b} is a word in the add-wins set [`FieldName::ALIASES`] of the record with the smaller id: the
//! other id. So edges travel, are undone and are erased like tags. What hangs together is one; its id is the
//! smallest. Taking an edge away parts them again: nothing had been mixed.

use std::collections::BTreeMap;

use super::record::RecordState;
use crate::model::{FieldName, RecordId};

/// Which records are one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aliases(BTreeMap<RecordId, RecordId>);

/// Where the edge between two records is kept: the record, and the word in its set. Nothing between a record
/// and itself.
#[must_use]
pub fn edge(a: RecordId, b: RecordId) -> Option<(RecordId, String)> {
    (a != b).then(|| (a.min(b), a.max(b).to_string()))
}

impl Aliases {
    /// Of all records. Words that are no id are passed over.
    #[must_use]
    pub fn of<'a>(records: impl IntoIterator<Item = (RecordId, &'a RecordState)>) -> Self {
        let mut aliases = Self::default();
        for (id, state) in records {
            let sets = state.sets().filter(|(field, _)| **field == FieldName::ALIASES);
            for other in sets.flat_map(|(_, set)| set.words()).filter_map(|word| word.parse().ok()) {
                aliases.unite(id, other);
            }
        }
        aliases
    }

    /// The id under which a record is shown: its own if it has no duplicates.
    #[must_use]
    pub fn canonical(&self, id: RecordId) -> RecordId {
        let mut id = id;
        // Each step leads to a smaller id.
        while let Some(next) = self.0.get(&id) {
            id = *next;
        }
        id
    }

    /// All records that are one with this one, itself among them if it has duplicates, ascending.
    #[must_use]
    pub fn all(&self, id: RecordId) -> Vec<RecordId> {
        let canonical = self.canonical(id);
        let mut all: Vec<RecordId> =
            self.0.keys().copied().filter(|id| self.canonical(*id) == canonical).collect();
        if !all.is_empty() {
            all.insert(0, canonical);
        }
        all
    }

    fn unite(&mut self, a: RecordId, b: RecordId) {
        let (a, b) = (self.canonical(a), self.canonical(b));
        if a != b {
            self.0.insert(a.max(b), a.min(b));
        }
    }
}
