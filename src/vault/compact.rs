//! Compaction: folding the log into batches, and moving pages out of batches that are mostly outdated.
//!
//! Pages are read and packed while saves go on; only sealing and the commit hold the turn. A save that
//! came in between stays in the log, and joining it to a page that has it already changes nothing. When
//! a page was moved in between, what was packed of it is old, and compaction begins again.

use std::collections::BTreeMap;

use super::bulk::{Packer, Written};
use super::erasing::without_erased;
use super::error::{Part, VaultError};
use super::format::Card;
use super::notebook::Notebook;
use super::store::{Area, Store, Write};
use crate::model::{RecordId, sort};

/// Compaction is worth it from so many rows in the log.
pub const LOG_ROWS: u32 = 400;

/// Batches of which more than half is outdated are cleaned, so many at once.
const CLEANED: usize = 8;

impl<S: Store> Notebook<S> {
    /// Whether compaction is due.
    #[must_use]
    pub fn is_compaction_due(&self) -> bool {
        !self.read_only && self.log_rows() >= LOG_ROWS
    }

    /// Folds the log into batches, whatever its length. `pause` is called between pieces of work, so that
    /// other requests are answered.
    ///
    /// # Errors
    /// When a page can't be read or the batch can't be written; then the log stays as it is.
    pub async fn compact(&self, pause: impl AsyncFn()) -> Result<Written, VaultError> {
        loop {
            if let Some(written) = self.try_compact(&pause).await? {
                return Ok(written);
            }
        }
    }

    /// Nothing when another writer moved a page that was packed.
    async fn try_compact(&self, pause: &impl AsyncFn()) -> Result<Option<Written>, VaultError> {
        let (upto, mut ids) = {
            let state = self.state.borrow();
            (state.log_next, state.overlay.keys().copied().collect::<Vec<RecordId>>())
        };
        if ids.is_empty() && upto == self.state.borrow().manifest.log_from {
            return Ok(Some(Written::default()));
        }
        ids.extend(self.outdated_pages(&ids));
        sort::ascending(&mut ids);
        ids.dedup();
        let mut packer = Packer::new();
        let mut homes: Vec<(RecordId, (u64, u32))> = Vec::with_capacity(ids.len());
        let mut unreadable: Vec<RecordId> = Vec::new();
        for (number, id) in ids.iter().enumerate() {
            match self.page(*id).await {
                Ok(page) => {
                    packer.push(*id, &page);
                    homes.push((*id, self.home(*id)));
                }
                Err(VaultError::Damaged(_)) => unreadable.push(*id),
                Err(error) => return Err(error),
            }
            if number % 8 == 7 {
                pause().await;
            }
        }
        let packed = packer.finish();
        let turn = self.begin().await;
        if homes.iter().any(|(id, home)| self.home(*id) != *home) {
            return Ok(None);
        }
        let mut writes = self.put_damaged_aside(upto).await?;
        writes.push(Write::DeleteBelow(Area::Log, upto));
        let (cards, replica, kept) = {
            let state = self.state.borrow();
            let cards: Vec<Card> = homes.iter().filter_map(|(id, _)| state.cards.of(*id).cloned()).collect();
            // The batch of these pages may be repaired one day: their changes stay in the log.
            let kept = unreadable.iter().filter_map(|id| state.overlay.get(id)).flatten();
            let kept = kept.filter_map(|(_, change)| without_erased(change, &state.team.erasures));
            (cards, state.replica, kept.collect())
        };
        let logged = self.log(&replica, kept)?;
        writes.extend(logged.iter().map(|logged| logged.write.clone()));
        let written = self
            .write_batches(&turn, packed, cards, writes, |manifest| {
                manifest.log_from = upto;
                manifest.counter = manifest.counter.max(replica.counter);
                manifest.clock = manifest.clock.max(replica.clock.last());
            })
            .await?;
        let mut state = self.state.borrow_mut();
        state.forget_below(upto);
        if let Some(logged) = logged {
            state.take_over(logged);
        }
        Ok(Some(written))
    }

    /// Where a page is stored; nowhere is 0.
    fn home(&self, id: RecordId) -> (u64, u32) {
        self.state.borrow().cards.of(id).map_or((0, 0), |card| (card.segment, card.place))
    }

    /// Live pages of batches that are mostly outdated.
    fn outdated_pages(&self, leaving: &[RecordId]) -> Vec<RecordId> {
        let state = self.state.borrow();
        let leaving = sort::set(leaving);
        let mut live: BTreeMap<u64, u32> = BTreeMap::new();
        for (_, card) in state.cards.iter().filter(|(_, card)| !leaving.contains(&card.page)) {
            *live.entry(card.segment).or_default() += 1;
        }
        let mostly_outdated = state.manifest.pages.iter().filter(|entry| {
            let live = live.get(&entry.row).copied().unwrap_or_default();
            live > 0 && live * 2 < entry.members
        });
        let rows: Vec<u64> = mostly_outdated.map(|entry| entry.row).take(CLEANED).collect();
        let in_rows = state.cards.iter().filter(|(_, card)| rows.contains(&card.segment));
        in_rows.map(|(_, card)| card.page).collect()
    }

    /// Keeps damaged rows of the log, which is about to be cut, as they are.
    pub(super) async fn put_damaged_aside(&self, upto: u64) -> Result<Vec<Write>, VaultError> {
        let damaged = self.state.borrow().damaged.clone();
        let mut writes = Vec::new();
        for part in damaged {
            if let Part::Log(row) = part
                && row < upto
                && let Some(bytes) = self.store.read(Area::Log, row).await?
            {
                writes.push(Write::Put(Area::Blobs, row, bytes));
            }
        }
        Ok(writes)
    }
}
