//! What rows of older versions contain, and what it is now. Nothing here is written any more.

use serde::Deserialize;

use super::format::{Card, JournalEntry, LogRow, PageChange, TaskCard, TrashCard};
use crate::merge::{HybridTimestamp, RecordState};
use crate::model::{Instant, RecordId};

/// A card of version 1: it lacks what [`Card::birthday`] and [`Card::talked`] say. They are empty until the
/// card is made anew ([`super::Notebook::renew_cards`]).
#[derive(Deserialize)]
pub(super) struct OldCard {
    page: RecordId,
    segment: u64,
    place: u32,
    changed: Instant,
    flags: u8,
    name: String,
    reading: String,
    company: String,
    phone: String,
    reach: String,
    owner: String,
    tags: Vec<String>,
    tasks: Vec<TaskCard>,
    trash: Vec<TrashCard>,
}

/// A row of the log of version 1.
#[derive(Deserialize)]
pub(super) struct OldLogRow {
    at: HybridTimestamp,
    counter: u64,
    pages: Vec<OldPageChange>,
}

#[derive(Deserialize)]
struct OldPageChange {
    page: RecordId,
    deltas: Vec<(RecordId, RecordState)>,
    journal: Vec<JournalEntry>,
    card: OldCard,
}

impl From<OldCard> for Card {
    fn from(old: OldCard) -> Self {
        Self {
            page: old.page,
            segment: old.segment,
            place: old.place,
            changed: old.changed,
            flags: old.flags,
            name: old.name,
            reading: old.reading,
            company: old.company,
            phone: old.phone,
            reach: old.reach,
            owner: old.owner,
            tags: old.tags,
            birthday: None,
            talked: None,
            tasks: old.tasks,
            trash: old.trash,
        }
    }
}

impl From<OldLogRow> for LogRow {
    fn from(old: OldLogRow) -> Self {
        let change = |old: OldPageChange| PageChange {
            page: old.page,
            deltas: old.deltas,
            journal: old.journal,
            card: old.card.into(),
        };
        Self { at: old.at, counter: old.counter, pages: old.pages.into_iter().map(change).collect() }
    }
}
