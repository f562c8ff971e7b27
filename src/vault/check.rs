//! Opening everything, to see that it is all there.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::error::{Part, VaultError};
use super::format::{DRAFTS_ASIDE, TEAM_ASIDE};
use super::notebook::Notebook;
use super::page::Page;
use super::segment::decode_page;
use super::store::{Area, Store};
use super::team::{ROW_TEAM, ROW_TEAM_COPY};
use super::view;
use crate::model::{RecordId, RecordKind};
use crate::search::Filter;

/// What a check counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Live records by kind.
    pub records: BTreeMap<RecordKind, u64>,
    /// Unicode scalar values of all live notes.
    pub note_characters: u64,
    /// UTF-16 code units of all live notes.
    pub note_units: u64,
    /// What can't be opened.
    pub damaged: BTreeSet<String>,
    /// Pages that were counted: one that moves to a later batch meanwhile is not counted twice.
    seen: HashSet<RecordId>,
}

impl Census {
    /// Counts a page, once.
    pub fn count(&mut self, id: RecordId, page: &Page) {
        if !self.seen.insert(id) {
            return;
        }
        for (id, state) in page.records.iter().filter(|(_, state)| !state.is_deleted()) {
            *self.records.entry(state.kind().clone()).or_default() += 1;
            if *state.kind() == RecordKind::Note {
                let text = view::note(*id, state).text;
                self.note_characters += u64::try_from(text.chars().count()).unwrap_or_default();
                self.note_units += u64::try_from(text.encode_utf16().count()).unwrap_or_default();
            }
        }
    }
}

impl<S: Store> Notebook<S> {
    /// Up to `most` live batches of pages after a number. Whoever walks through all batches so while
    /// others write sees every page, since pages move to later batches only.
    #[must_use]
    pub fn next_batches(&self, after: u64, most: usize) -> Vec<u64> {
        let state = self.state.borrow();
        let at = state.manifest.pages.partition_point(|entry| entry.row <= after);
        state.manifest.pages.iter().skip(at).take(most).map(|entry| entry.row).collect()
    }

    /// The live batches of pages, with how many pages each has.
    #[must_use]
    pub fn batches(&self) -> Vec<(u64, u32)> {
        self.state.borrow().manifest.pages.iter().map(|entry| (entry.row, entry.members)).collect()
    }

    /// Counts the pages of batches that are current, with what the log adds to them.
    ///
    /// # Errors
    /// When the store fails. A damaged batch is counted, not an error.
    pub async fn check_batches(&self, rows: &[u64], census: &mut Census) -> Result<(), VaultError> {
        self.read_ahead(rows).await?;
        let filters = self.store.read_many(Area::Index, rows).await?;
        for (row, filter) in rows.iter().zip(filters) {
            self.check_batch(*row, filter.as_deref(), census).await?;
        }
        Ok(())
    }

    async fn check_batch(
        &self,
        row: u64,
        filter: Option<&[u8]>,
        census: &mut Census,
    ) -> Result<(), VaultError> {
        let entry = self.state.borrow().segment(row);
        let mut damaged = Vec::new();
        match self.current_pages(row).await {
            Ok(pages) => pages.iter().for_each(|(id, page)| census.count(*id, page)),
            Err(VaultError::Store(error)) => return Err(error.into()),
            Err(_) => damaged.push(Part::Segment(row)),
        }
        if filter
            .zip(entry)
            .and_then(|(sealed, entry)| self.open_filter(row, sealed, &entry.filter))
            .is_none()
        {
            damaged.push(Part::Filter(row));
        }
        self.settled().await;
        // A batch that was dropped meanwhile lacks nothing: its pages are in a later one.
        if self.state.borrow().segment(row).is_some() {
            census.damaged.extend(damaged.iter().map(ToString::to_string));
        }
        Ok(())
    }

    /// Counts the pages that are in the log only, and what was found damaged when the vault was opened.
    ///
    /// # Errors
    /// When a page can't be read.
    pub async fn check_log(&self, census: &mut Census) -> Result<(), VaultError> {
        let homeless: Vec<RecordId> = {
            let cards = self.cards();
            cards.iter().filter(|(_, card)| card.segment == 0).map(|(_, card)| card.page).collect()
        };
        for id in homeless {
            census.count(id, &*self.page(id).await?);
        }
        census.damaged.extend(self.damaged().iter().map(ToString::to_string));
        for row in self.put_aside().await? {
            let part = match row {
                TEAM_ASIDE.. => Part::Team,
                DRAFTS_ASIDE.. => Part::Drafts,
                _ => Part::Log(row),
            };
            census.damaged.insert(part.to_string());
        }
        self.check_sharing(census).await
    }

    /// Counts the rows of what was exchanged that can't be opened.
    async fn check_sharing(&self, census: &mut Census) -> Result<(), VaultError> {
        let mut from = 0;
        loop {
            let rows = self.store.read_from(Area::Sharing, from, 16).await?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            from = last.saturating_add(1);
            for (row, sealed) in rows {
                if self.sealing.open(Area::Sharing, row, &sealed).is_none() {
                    let is_team = row == ROW_TEAM || row == ROW_TEAM_COPY;
                    let part = if is_team { Part::Team } else { Part::Sharing(row) };
                    census.damaged.insert(part.to_string());
                }
            }
        }
    }

    /// The numbers of damaged rows that were put aside.
    async fn put_aside(&self) -> Result<Vec<u64>, VaultError> {
        let mut numbers = Vec::new();
        let mut from = 0;
        loop {
            let rows = self.store.read_from(Area::Blobs, from, 16).await?;
            let Some((last, _)) = rows.last() else { return Ok(numbers) };
            let next = last.checked_add(1);
            numbers.extend(rows.iter().map(|(row, _)| *row));
            let Some(next) = next else { return Ok(numbers) };
            from = next;
        }
    }

    /// The pages of a batch that live there now, with what the log adds to them.
    ///
    /// # Errors
    /// When the batch can't be read.
    pub async fn current_pages(&self, row: u64) -> Result<Vec<(RecordId, Page)>, VaultError> {
        let batch = self.batch(row).await?;
        let part = Part::Segment(row);
        let mut pages = Vec::new();
        for (place, (id, bytes)) in
            (0_u32..).zip(batch.pages().map_err(|error| VaultError::decoding(error, part))?)
        {
            let current = self.cards().of(id).is_some_and(|card| (card.segment, card.place) == (row, place));
            if current {
                let mut page = decode_page(bytes).map_err(|error| VaultError::decoding(error, part))?;
                self.fold_log(id, &mut page);
                pages.push((id, page));
            }
        }
        Ok(pages)
    }

    /// All filters that can be opened, by batch.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn filters(&self, from: u64, limit: u32) -> Result<Vec<(u64, Option<Filter>)>, VaultError> {
        let rows = self.store.read_from(Area::Index, from, limit).await?;
        let opened = rows.into_iter().filter_map(|(row, sealed)| {
            let entry = self.state.borrow().segment(row)?;
            Some((row, self.open_filter(row, &sealed, &entry.filter)))
        });
        Ok(opened.collect())
    }

    fn open_filter(&self, row: u64, sealed: &[u8], tag: &[u8; 16]) -> Option<Filter> {
        let opened = self.sealing.open_named(Area::Index, row, sealed, tag)?;
        Filter::decode(&opened).ok()
    }
}
