//! Joining what came from elsewhere into the notebook.
//!
//! A few pages become one row of the log, many become batches; either way the state of sharing and the rows
//! that belong to it change in the same commit. Joining is idempotent, so a merge that was interrupted is
//! simply done again.

use std::rc::Rc;

use super::bulk::Written;
use super::error::VaultError;
use super::format::{Card, JournalEntry, LogRow, PageChange, encode};
use super::notebook::{Notebook, Saved, Turn};
use super::page::Page;
use super::store::{Area, Store, Write};
use super::team::{SharingRow, Team};
use super::transaction::displayed;
use crate::merge::{HybridTimestamp, RecordState, Replica, Stamp};
use crate::model::{FieldName, Instant, RecordId, Value};

/// Up to so many pages are written as a row of the log.
const FEW: usize = 64;

/// What came of one page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Incoming {
    /// The page.
    pub page: RecordId,
    /// States of its records, to be joined.
    pub records: Vec<(RecordId, RecordState)>,
    /// Lines of its history that came along.
    pub history: Vec<JournalEntry>,
}

/// How a merge was written.
#[derive(Debug)]
pub enum Merged {
    /// Nothing was new.
    Nothing,
    /// As a row of the log.
    Saved(Saved),
    /// As batches.
    Written(Written),
}

/// A page before and after joining.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The page.
    pub id: RecordId,
    /// As it was here; empty for a new one.
    pub before: Rc<Page>,
    /// As it would be.
    pub after: Page,
    /// What is new, record by record.
    pub deltas: Vec<(RecordId, RecordState)>,
    /// New lines of the history.
    pub journal: Vec<JournalEntry>,
}

impl Joined {
    /// Whether it brings anything new.
    #[must_use]
    pub fn is_new(&self) -> bool {
        !self.deltas.is_empty() || !self.journal.is_empty()
    }
}

impl<S: Store> Notebook<S> {
    /// What joining would make of a page. Records that were erased stay out; how many is counted in `refused`.
    ///
    /// # Errors
    /// When the page can't be read.
    pub async fn join(&self, incoming: &Incoming, refused: &mut u32) -> Result<Joined, VaultError> {
        let before = self.page(incoming.page).await?;
        let mut after = (*before).clone();
        let mut deltas = Vec::new();
        let mut journal = Vec::new();
        for (record, state) in &incoming.records {
            if self.team().erasures.contains(*record) {
                *refused += 1;
                continue;
            }
            let Some(known) = before.records.get(record) else {
                after.join(*record, state);
                deltas.push((*record, state.clone()));
                continue;
            };
            let mut joined = known.clone();
            let superseded = joined.apply(state);
            if joined == *known {
                continue;
            }
            let replaced = superseded.into_iter().map(|line| (line.field, line.by));
            journal.extend(lines(*record, known, &joined, replaced.collect()));
            after.join(*record, state);
            deltas.push((*record, state.clone()));
        }
        let is_known = |line: &JournalEntry| {
            before.journal.iter().any(|known| {
                known.record == line.record
                    && known.field == line.field
                    && known.by.replica == line.by.replica
                    && known.by.counter >= line.by.counter
            })
        };
        let erased = |record: RecordId| self.team().erasures.contains(record);
        let told = incoming.history.iter().filter(|line| !is_known(line) && !erased(line.record));
        journal.extend(told.cloned());
        crate::model::sort::by_key(&mut journal, |line| (line.at, line.by));
        let mut noted = 0;
        for line in &journal {
            let count = after.journal.len();
            after.note(line.clone());
            noted += after.journal.len() - count;
        }
        // Lines that only repeat what the history says bring nothing new.
        if deltas.is_empty() && noted == 0 {
            journal.clear();
        }
        Ok(Joined { id: incoming.page, before, after, deltas, journal })
    }

    /// Writes joined pages together with a change of the state of sharing and rows that belong to it. `at` is
    /// the sender's time: the own clock follows it unless it is far ahead.
    ///
    /// # Errors
    /// When it could not be written; then nothing has changed.
    pub async fn merge(
        &self,
        turn: &Turn<'_>,
        pages: Vec<Joined>,
        (at, now): (HybridTimestamp, Instant),
        change: impl FnOnce(&mut Team),
        rows: Vec<SharingRow>,
    ) -> Result<Merged, VaultError> {
        let pages: Vec<Joined> = pages.into_iter().filter(Joined::is_new).collect();
        let mut team = self.state.borrow().team.clone();
        change(&mut team);
        let sharing = self.seal_sharing(&team, rows)?;
        let mut replica: Replica = self.state.borrow().replica;
        replica.clock.observe(at, now);
        let merged = if pages.is_empty() {
            self.write(sharing).await?;
            Merged::Nothing
        } else if pages.len() <= FEW {
            Merged::Saved(self.merge_few(turn, replica, pages, sharing).await?)
        } else {
            let pages = pages.into_iter().map(|joined| (joined.id, joined.after)).collect();
            Merged::Written(self.write_pages_with(turn, replica, pages, |_| {}, sharing).await?)
        };
        self.take_team(team);
        Ok(merged)
    }

    async fn merge_few(
        &self,
        _turn: &Turn<'_>,
        replica: Replica,
        joined: Vec<Joined>,
        mut writes: Vec<Write>,
    ) -> Result<Saved, VaultError> {
        let row = self.state.borrow().log_next;
        let mut pages = Vec::with_capacity(joined.len());
        let mut changes = Vec::with_capacity(joined.len());
        for Joined { id, after, deltas, journal, .. } in joined {
            changes.push(PageChange { page: id, deltas, journal, card: after.card(id) });
            pages.push((id, after));
        }
        let record = LogRow { at: replica.clock.last(), counter: replica.counter, pages: changes };
        let sealed = self.sealing.seal(Area::Log, row, &encode(&record))?;
        let bytes = sealed.len();
        writes.push(Write::Put(Area::Log, row, sealed));
        self.write(writes).await?;
        Ok(self.take_saved(row, bytes, replica, record.pages, pages))
    }

    /// The cards on which something waits for a decision.
    #[must_use]
    pub fn conflicts(&self) -> Vec<RecordId> {
        let cards = self.cards();
        let waiting = cards.iter().filter(|(_, card)| card.is(Card::CONFLICT) && !card.is(Card::HIDDEN));
        waiting.map(|(_, card)| card.page).collect()
    }
}

/// What the history says of a change that came from elsewhere: for each field that displays something else
/// now, the old and the new, by the write that replaced it.
fn lines(
    record: RecordId,
    before: &RecordState,
    after: &RecordState,
    mut replaced: Vec<(FieldName, Stamp)>,
) -> Vec<JournalEntry> {
    crate::model::sort::by(&mut replaced, |(a, _), (b, _)| a.cmp(b));
    replaced.dedup_by(|(a, _), (b, _)| a == b);
    let mut lines: Vec<JournalEntry> = Vec::new();
    for (field, by) in replaced {
        let (old, new) = (displayed(before, &field), displayed(after, &field));
        if old != new {
            lines.push(JournalEntry { record, field: Some(field), old, new, at: by.at, by: by.dot });
        }
    }
    // A field that was empty here has nothing that was replaced, but the history shall tell of it too.
    for (field, register) in after.fields().filter(|(field, _)| **field != FieldName::RESTORED) {
        let is_told = lines.iter().any(|line| line.field.as_ref() == Some(field));
        let (old, new) = (displayed(before, field), displayed(after, field));
        if let (false, true, Some(head)) = (is_told, old != new, register.latest()) {
            lines.push(JournalEntry {
                record,
                field: Some(field.clone()),
                old,
                new,
                at: head.at,
                by: head.dot,
            });
        }
    }
    let (was, is) = (before.is_deleted(), after.is_deleted());
    if was != is {
        let stamp = if is {
            after.deletes().iter().map(|head| head.stamp()).max_by_key(|stamp| stamp.at)
        } else {
            after.revival().map(|revival| revival.changed)
        };
        let stamp = stamp.or_else(|| {
            let restored = after.register(&FieldName::RESTORED)?;
            restored.latest().map(|head| head.stamp())
        });
        if let Some(stamp) = stamp {
            let (old, new) = (Value::Flag(!was), Value::Flag(!is));
            lines.push(JournalEntry { record, field: None, old, new, at: stamp.at, by: stamp.dot });
        }
    }
    lines
}
