//! Erasing for good: the records' random ids stay, nothing else, and no row of the store holds them any more.
//!
//! First the erasure is written down, with the pages that may still hold something. Then everything that does
//! is written anew without it, in one commit: batches with any version of such a page, all cards, undo packs,
//! drafts. A crash in between is made up for at the next opening. What the browser's own files keep of
//! deleted rows until it cleans up is sealed; nobody without the key can read it.

use std::collections::BTreeSet;

use super::bulk::{Packer, Written};
use super::error::VaultError;
use super::format::{Card, Drafts, PageChange, ROW_DRAFTS, encode};
use super::notebook::{Notebook, Turn};
use super::page::Page;
use super::store::{Area, Store, Write};
use super::team::{ROW_UNREAD, SharingRow, Team, UNDO_FROM, UndoPiece, Unread, sharing_row};
use crate::merge::{Erasures, Replica};
use crate::model::{Instant, RecordId, sort};

impl<S: Store> Notebook<S> {
    /// Writes down that records are erased, each with the page that it is on. [`Self::finish_erasing`] must
    /// follow.
    ///
    /// # Errors
    /// When it could not be written; then nothing has changed.
    pub async fn begin_erasing(
        &self,
        _turn: &Turn<'_>,
        records: &[(RecordId, RecordId)],
        now: Instant,
    ) -> Result<(), VaultError> {
        let mut team = self.state.borrow().team.clone();
        let mut replica: Replica = self.state.borrow().replica;
        for (_, record) in records {
            if !team.erasures.contains(*record) {
                team.erasures.erase(*record, replica.stamp(now));
            }
        }
        team.note_erasing(records.iter().map(|(page, _)| *page));
        // The counters are used up, though no row of the log says so.
        let mut manifest = self.state.borrow().manifest.clone();
        manifest.counter = manifest.counter.max(replica.counter);
        manifest.clock = manifest.clock.max(replica.clock.last());
        let mut writes: Vec<Write> = self.seal_manifest(&manifest)?.into();
        writes.extend(self.seal_sharing(&team, Vec::new())?);
        self.write(writes).await?;
        {
            let mut state = self.state.borrow_mut();
            state.manifest = manifest;
            state.replica = replica;
        }
        self.take_team(team);
        Ok(())
    }

    /// Whether something that was erased may still be in the store.
    #[must_use]
    pub fn is_erasing(&self) -> bool {
        !self.read_only && !self.team().erasing.is_empty()
    }

    /// Writes everything anew that may hold something erased. `pause` lets other requests be answered.
    ///
    /// # Errors
    /// When it could not be written; it can be called again.
    pub async fn finish_erasing(&self, pause: impl AsyncFn()) -> Result<Vec<Written>, VaultError> {
        let mut written = Vec::new();
        while self.is_erasing() {
            // What is in the log goes into batches, so that no row of it holds anything.
            written.push(self.compact(&pause).await?);
            let turn = self.begin().await;
            let pages: BTreeSet<RecordId> = sort::set(self.team().erasing.iter().copied());
            // A save that came in between waits for the next round. Compaction leaves nothing erased of what it
            // must keep in the log.
            if !self.is_logged(&pages) {
                written.push(self.rewrite_without(&turn, &pages, &pause).await?);
            }
        }
        Ok(written)
    }

    /// Whether the log holds anything erased, or a save of such a page that can go into a batch.
    fn is_logged(&self, pages: &BTreeSet<RecordId>) -> bool {
        let state = self.state.borrow();
        let mut changes = pages.iter().filter_map(|page| state.overlay.get(page)).flatten();
        changes.any(|(_, change)| without_erased(change, &state.team.erasures).as_ref() != Some(change))
    }

    /// Nothing that was erased is written again.
    pub(super) fn refuse_erased(&self, ids: impl Iterator<Item = RecordId>) -> Result<(), VaultError> {
        let team = self.team();
        let mut ids = ids;
        let is_refused = !team.erasures.is_empty() && ids.any(|id| team.erasures.contains(id));
        if is_refused { Err(VaultError::NotFound) } else { Ok(()) }
    }

    async fn rewrite_without(
        &self,
        turn: &Turn<'_>,
        erased: &BTreeSet<RecordId>,
        pause: &impl AsyncFn(),
    ) -> Result<Written, VaultError> {
        let erasures = self.team().erasures.clone();
        let mut packer = Packer::new();
        let mut cards: Vec<Card> = Vec::new();
        for (row, _) in self.batches() {
            // A batch that can't be opened can't be read by anyone; it is reported elsewhere.
            let batch = match self.batch(row).await {
                Ok(batch) => batch,
                Err(VaultError::Damaged(_)) => continue,
                Err(error) => return Err(error),
            };
            let holds = batch.pages().is_ok_and(|pages| pages.iter().any(|(id, _)| erased.contains(id)));
            if holds {
                let pages = match self.current_pages(row).await {
                    Ok(pages) => pages,
                    Err(VaultError::Damaged(_)) => continue,
                    Err(error) => return Err(error),
                };
                for (id, page) in pages {
                    let page = without(id, page, &erasures);
                    packer.push(id, &page);
                    cards.push(page.card(id));
                }
            }
            pause().await;
        }
        // The cards of pages that could not be read say nothing of it either.
        let written: BTreeSet<RecordId> = sort::set(cards.iter().map(|card| card.page));
        for page in erased.difference(&written) {
            cards.extend(self.cards().of(*page).map(|card| card_without(card, &erasures)));
        }
        let mut writes = self.seal_sharing_without(erased, &erasures).await?;
        let drafts = self.drafts_without(&erasures);
        if let Some(drafts) = &drafts {
            let sealed = self.sealing.seal(Area::Meta, ROW_DRAFTS, &encode(drafts))?;
            writes.push(Write::Put(Area::Meta, ROW_DRAFTS, sealed));
        }
        let mut team = self.state.borrow().team.clone();
        team.erasing.clear();
        writes.extend(self.seal_sharing(&team, Vec::new())?);
        let written = self.write_batches_anew(turn, packer.finish(), cards, writes).await?;
        {
            let mut state = self.state.borrow_mut();
            state.cache.retain(|(page, _)| !erased.contains(page));
            state.batches.clear();
            if let Some(drafts) = drafts {
                state.drafts = drafts;
            }
        }
        self.take_team(team);
        Ok(written)
    }

    /// Undo packs and marks of what is new, without what was erased.
    async fn seal_sharing_without(
        &self,
        erased: &BTreeSet<RecordId>,
        erasures: &Erasures,
    ) -> Result<Vec<Write>, VaultError> {
        let mut rows: Vec<SharingRow> = Vec::new();
        let end = UNDO_FROM + self.team().next.undo;
        for (row, mut piece) in self.sharing_rows::<UndoPiece>(UNDO_FROM, end).await? {
            if piece.0.iter().any(|(page, _)| erased.contains(page)) {
                piece.0.retain(|(page, _)| !erasures.contains(*page));
                for (_, records) in &mut piece.0 {
                    records.retain(|(record, _)| !erasures.contains(*record));
                }
                rows.push(sharing_row(row, &piece));
            }
        }
        if let Some(Unread(mut unread)) = self.sharing(ROW_UNREAD).await? {
            unread.retain(|(page, record, _)| !erasures.contains(*page) && !erasures.contains(*record));
            rows.push(sharing_row(ROW_UNREAD, &Unread(unread)));
        }
        let mut writes = Vec::with_capacity(rows.len());
        for (row, content) in rows {
            let sealed = self.sealing.seal(Area::Sharing, row, &content.unwrap_or_default())?;
            writes.push(Write::Put(Area::Sharing, row, sealed));
        }
        Ok(writes)
    }

    /// The drafts without those whose key names something erased; nothing when none does.
    fn drafts_without(&self, erasures: &Erasures) -> Option<Drafts> {
        let mut drafts = self.state.borrow().drafts.clone();
        let before = drafts.0.len();
        drafts.0.retain(|(key, _, _)| {
            let mut parts = key.split(|letter: char| !letter.is_ascii_alphanumeric());
            !parts.any(|part| part.parse().is_ok_and(|record| erasures.contains(record)))
        });
        (drafts.0.len() < before).then_some(drafts)
    }
}

impl Team {
    /// Pages that may still hold something erased.
    pub fn note_erasing(&mut self, pages: impl IntoIterator<Item = RecordId>) {
        self.erasing.extend(pages);
        sort::ascending(&mut self.erasing);
        self.erasing.dedup();
    }
}

/// A change without what was erased; nothing when its page was.
pub(super) fn without_erased(change: &PageChange, erasures: &Erasures) -> Option<PageChange> {
    if erasures.contains(change.page) {
        return None;
    }
    let mut change = change.clone();
    if !erasures.is_empty() {
        change.deltas.retain(|(record, _)| !erasures.contains(*record));
        change.journal.retain(|line| !erasures.contains(line.record));
        change.card = card_without(&change.card, erasures);
    }
    Some(change)
}

fn card_without(card: &Card, erasures: &Erasures) -> Card {
    if erasures.contains(card.page) {
        let Card { page, segment, place, .. } = *card;
        return Card { page, segment, place, flags: Card::HEADLESS | Card::DAYS, ..Card::default() };
    }
    let mut card = card.clone();
    card.tasks.retain(|task| !erasures.contains(task.id));
    card.trash.retain(|gone| !erasures.contains(gone.id));
    card
}

/// What belonged to an erased customer goes with it, also what was added elsewhere meanwhile.
fn without(id: RecordId, mut page: Page, erasures: &Erasures) -> Page {
    if erasures.contains(id) {
        return Page::default();
    }
    page.records.retain(|record, _| !erasures.contains(*record));
    page.journal.retain(|line| !erasures.contains(line.record));
    page
}
