//! Joining what came from elsewhere into the notebook.
//!
//! A few pages become one row of the log, many become batches; either way the state of sharing and the rows
//! that belong to it change in the same commit. Joining is idempotent, so a merge that was interrupted is
//! simply done again.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::bulk::Written;
use super::error::VaultError;
use super::format::{Card, JournalEntry, LogRow, PageChange, encode_log};
use super::notebook::{Notebook, Saved, Turn};
use super::page::Page;
use super::store::{Area, Store, Write};
use super::team::{SharingRow, Team};
use super::transaction::displayed;
use crate::merge::{Head, HybridTimestamp, RecordState, Replica, Stamp, Superseded};
use crate::model::{FieldName, Instant, RecordId, Value};

/// Up to so many pages are written as a row of the log.
const FEW: usize = 64;

/// What came of one page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Lines of the history that came along and were not here.
    pub told: Vec<JournalEntry>,
    /// Whether a row of the log would join a new line of the history with one that is there.
    apart: bool,
    /// What the page was when it was joined.
    version: (u64, u32, usize),
}

impl Joined {
    /// Whether it brings anything new.
    #[must_use]
    pub fn is_new(&self) -> bool {
        !self.deltas.is_empty() || !self.told.is_empty()
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
        let gone = self.team().erasures.contains(incoming.page);
        for (record, state) in &incoming.records {
            if gone || self.team().erasures.contains(*record) {
                *refused += 1;
                continue;
            }
            let Some(known) = after.records.get(record) else {
                after.join(*record, state);
                deltas.push((*record, state.clone()));
                continue;
            };
            let mut joined = known.clone();
            let superseded = joined.apply(state);
            if joined == *known {
                continue;
            }
            // What a record begins with is no change of it.
            if before.records.contains_key(record) {
                journal.extend(lines(*record, known, &joined, &superseded));
            }
            after.records.insert(*record, joined);
            deltas.push((*record, state.clone()));
        }
        let mut told = incoming.history.clone();
        told.retain(|line| {
            !gone && !self.team().erasures.contains(line.record) && after.recall(line.clone())
        });
        crate::model::sort::by_key(&mut journal, |line| (line.at, line.by));
        // Each a line of its own, however soon its author changed it again: what it replaces was shown here.
        let mut apart = false;
        for line in &journal {
            apart |= after.continued(line).is_some();
            after.recall(line.clone());
        }
        Ok(Joined {
            id: incoming.page,
            before,
            after,
            deltas,
            journal,
            told,
            apart,
            version: self.version_of(incoming.page),
        })
    }

    /// Changes whenever a page does.
    fn version_of(&self, page: RecordId) -> (u64, u32, usize) {
        let state = self.state.borrow();
        let (segment, place) = state.cards.of(page).map_or((0, 0), |card| (card.segment, card.place));
        (segment, place, state.overlay.get(&page).map_or(0, Vec::len))
    }

    /// Joined pages as they must be written now, each once: those that changed since they were joined, or of
    /// which something was erased, are joined again.
    async fn current(&self, pages: Vec<Joined>) -> Result<Vec<Joined>, VaultError> {
        let mut current: Vec<Joined> = Vec::with_capacity(pages.len());
        let mut places: BTreeMap<RecordId, usize> = BTreeMap::new();
        for joined in pages {
            let place = *places.entry(joined.id).or_insert(current.len());
            if let Some(first) = current.get_mut(place) {
                let records = [core::mem::take(&mut first.deltas), joined.deltas].concat();
                let history = [core::mem::take(&mut first.told), joined.told].concat();
                *first = self.join(&Incoming { page: joined.id, records, history }, &mut 0).await?;
                continue;
            }
            let is_erased = {
                let erasures = &self.team().erasures;
                erasures.contains(joined.id)
                    || joined.deltas.iter().any(|(record, _)| erasures.contains(*record))
            };
            if is_erased || self.version_of(joined.id) != joined.version {
                let incoming = Incoming { page: joined.id, records: joined.deltas, history: joined.told };
                current.push(self.join(&incoming, &mut 0).await?);
            } else {
                current.push(joined);
            }
        }
        current.retain(Joined::is_new);
        Ok(current)
    }

    /// Writes joined pages together with a change of the state of sharing and rows that belong to it. `at` is
    /// the sender's time: the own clock follows it unless it is far ahead.
    ///
    /// # Errors
    /// [`VaultError::OtherCopy`] when there are writes of this device among them that it has not made:
    /// [`Self::renew_replica`] first. When it could not be written. Nothing has changed then.
    pub async fn merge(
        &self,
        turn: &Turn<'_>,
        pages: Vec<Joined>,
        (at, now): (HybridTimestamp, Instant),
        change: impl FnOnce(&mut Team),
        rows: Vec<SharingRow>,
    ) -> Result<Merged, VaultError> {
        let pages = self.current(pages).await?;
        let mut team = self.state.borrow().team.clone();
        change(&mut team);
        let sharing = self.seal_sharing(&team, rows)?;
        let mut replica: Replica = self.state.borrow().replica;
        let own = |(_, state): &(RecordId, RecordState)| state.version().counter(replica.id);
        // Dots that are given twice would lose a write without a trace.
        if pages
            .iter()
            .flat_map(|page| page.deltas.iter().filter_map(own))
            .any(|counter| counter > replica.counter)
        {
            return Err(VaultError::OtherCopy);
        }
        replica.clock.observe(at, now);
        // A row of the log would join lines that are to stand one by one.
        let as_row = pages.len() <= FEW && pages.iter().all(|page| page.told.is_empty() && !page.apart);
        let merged = if pages.is_empty() {
            if !sharing.is_empty() {
                self.write(sharing).await?;
            }
            Merged::Nothing
        } else if as_row {
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
        let sealed = self.sealing.seal(Area::Log, row, &encode_log(&record))?;
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
/// now, the old and the new, and for each value that stood beside the displayed one and is gone.
fn lines(
    record: RecordId,
    before: &RecordState,
    after: &RecordState,
    superseded: &[Superseded],
) -> Vec<JournalEntry> {
    let mut lines: Vec<JournalEntry> = Vec::new();
    let plain = after.fields().map(|(field, register)| (field, latest(register.heads())));
    let sets = after.sets().map(|(field, set)| (field, latest(set.heads())));
    let texts = after.texts().map(|(field, text)| (field, latest(text.heads())));
    let fields = plain.chain(sets).chain(texts).filter(|(field, _)| **field != FieldName::RESTORED);
    for (field, latest) in fields {
        let (old, new) = (displayed(before, field), displayed(after, field));
        let replaced: Vec<&Superseded> = superseded.iter().filter(|line| line.field == *field).collect();
        // What was empty here, or stands beside what came, was not replaced.
        let Some(by) = replaced.first().map(|line| line.by).or(latest) else { continue };
        let mut gone: Vec<Value> = Vec::new();
        if after.register(field).is_some() {
            for value in replaced.iter().map(|line| &line.head.value) {
                if *value != old && *value != new && !value.is_empty() && !gone.contains(value) {
                    gone.push(value.clone());
                }
            }
        }
        for old in (old != new).then_some(old).into_iter().chain(gone) {
            let (field, new) = (Some(field.clone()), new.clone());
            lines.push(JournalEntry { record, field, old, new, at: by.at, by: by.dot });
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

fn latest<V>(heads: &[Head<V>]) -> Option<Stamp> {
    heads.iter().map(Head::stamp).max_by_key(|stamp| (stamp.at, stamp.dot))
}
