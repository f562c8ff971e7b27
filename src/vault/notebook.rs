//! An unlocked notebook: reading pages, and saving.
//!
//! Everything takes `&self`, so that a search can run while an import waits for the disk. What is in
//! memory changes in one place only: after a batch is durable, without a wait in between. Writers take
//! turns ([`Notebook::begin`]).

use core::cell::{Ref, RefCell};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

use futures_util::lock::{Mutex, MutexGuard};

use super::cards::Cards;
use super::error::{Part, VaultError};
use super::format::{
    Card, Drafts, LogRow, Manifest, PageChange, ROW_MANIFEST, ROW_MANIFEST_COPY, SegmentEntry, VERSION,
    encode, encode_log,
};
use super::page::Page;
use super::sealing::Sealing;
use super::segment::{Unpacked, decode_page};
use super::store::{Area, Batch, Store, Write};
use super::team::Team;
use super::transaction::Transaction;
use crate::crypto::KeyTable;
use crate::merge::Replica;
use crate::model::{Instant, RecordId};

/// How many pages stay decoded after they were read.
const CACHED_PAGES: usize = 64;

/// How many batches stay unpacked after a page of them was read: neighbours are often read next.
const CACHED_BATCHES: usize = 16;

/// An open notebook on a store.
#[derive(Debug)]
pub struct Notebook<S> {
    pub(super) store: S,
    pub(super) sealing: Sealing,
    pub(super) fence: u64,
    pub(super) read_only: bool,
    pub(super) table: RefCell<KeyTable>,
    pub(super) state: RefCell<State>,
    pub(super) writer: Mutex<()>,
    /// Held while a batch is being committed.
    pub(super) committing: Mutex<()>,
}

/// What is in memory.
#[derive(Debug)]
pub(super) struct State {
    pub(super) manifest: Manifest,
    pub(super) replica: Replica,
    pub(super) log_next: u64,
    pub(super) cards: Cards,
    /// Changes that are in the log only, by page, with their log row.
    pub(super) overlay: HashMap<RecordId, Vec<(u64, PageChange)>>,
    /// How long the rows of the log are that hold them, by row.
    pub(super) log_bytes: BTreeMap<u64, usize>,
    pub(super) cache: VecDeque<(RecordId, Rc<Page>)>,
    /// A row number is never used twice, so what is kept here can't become outdated.
    pub(super) batches: VecDeque<(u64, Rc<Unpacked>)>,
    /// Sealed batches that were read ahead of their use, by row.
    pub(super) ahead: HashMap<u64, Vec<u8>>,
    pub(super) drafts: Drafts,
    pub(super) team: Team,
    /// Sealed bytes of a team that could not be opened, until they are put aside.
    pub(super) team_aside: Vec<Vec<u8>>,
    /// Rows that could not be opened when the notebook was.
    pub(super) damaged: Vec<Part>,
}

/// The right to write; the next writer waits until it is dropped.
pub type Turn<'a> = MutexGuard<'a, ()>;

/// What a save did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The pages that changed, with the number of their card and the card before.
    pub pages: Vec<(RecordId, u32, Option<Card>)>,
}

impl State {
    /// The entry of a live batch of pages.
    pub(super) fn segment(&self, row: u64) -> Option<SegmentEntry> {
        let pages = &self.manifest.pages;
        let place = pages.binary_search_by_key(&row, |entry| entry.row).ok()?;
        pages.get(place).copied()
    }

    fn cached(&mut self, id: RecordId) -> Option<Rc<Page>> {
        let place = self.cache.iter().position(|(page, _)| *page == id)?;
        let entry = self.cache.remove(place)?;
        let page = Rc::clone(&entry.1);
        self.cache.push_front(entry);
        Some(page)
    }

    pub(super) fn keep(&mut self, id: RecordId, page: Rc<Page>) {
        self.cache.retain(|(known, _)| *known != id);
        self.cache.push_front((id, page));
        self.cache.truncate(CACHED_PAGES);
    }
}

impl<S: Store> Notebook<S> {
    /// All cards.
    #[must_use]
    pub fn cards(&self) -> Ref<'_, Cards> {
        Ref::map(self.state.borrow(), |state| &state.cards)
    }

    /// The manifest as it is on disk.
    #[must_use]
    pub fn manifest(&self) -> Ref<'_, Manifest> {
        Ref::map(self.state.borrow(), |state| &state.manifest)
    }

    /// The rows that could not be opened.
    #[must_use]
    pub fn damaged(&self) -> Vec<Part> {
        self.state.borrow().damaged.clone()
    }

    /// Whether the key slots were changed outside, so that nothing may be written.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// How many saves wait in the log for compaction.
    #[must_use]
    pub fn log_rows(&self) -> u32 {
        u32::try_from(self.state.borrow().log_bytes.len()).unwrap_or(u32::MAX)
    }

    /// How many bytes they are long.
    #[must_use]
    pub fn log_bytes(&self) -> u64 {
        let bytes: usize = self.state.borrow().log_bytes.values().sum();
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    /// The pages that have changes in the log.
    #[must_use]
    pub fn changed_pages(&self) -> Vec<RecordId> {
        self.state.borrow().overlay.keys().copied().collect()
    }

    /// The key slots.
    #[must_use]
    pub fn table(&self) -> Ref<'_, KeyTable> {
        self.table.borrow()
    }

    /// The sealing keys and the randomness.
    #[must_use]
    pub fn sealing(&self) -> &Sealing {
        &self.sealing
    }

    /// Reads sealed batches that are about to be asked for, all at once: asking a store takes longer than
    /// reading. Those that were read ahead before are forgotten.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn read_ahead(&self, rows: &[u64]) -> Result<(), VaultError> {
        let sealed = self.store.read_many(Area::Segments, rows).await?;
        let found = rows.iter().zip(sealed).filter_map(|(row, sealed)| Some((*row, sealed?)));
        self.state.borrow_mut().ahead = found.collect();
        Ok(())
    }

    /// Reads a batch of pages.
    ///
    /// # Errors
    /// When the store fails, or the batch is not the one that the manifest names.
    pub async fn batch(&self, row: u64) -> Result<Unpacked, VaultError> {
        let damaged = VaultError::Damaged(Part::Segment(row));
        let ahead = self.state.borrow_mut().ahead.remove(&row);
        let sealed = match ahead {
            Some(sealed) => Some(sealed),
            None => self.store.read(Area::Segments, row).await?,
        };
        let entry = self.state.borrow().segment(row);
        let opened = sealed
            .zip(entry)
            .and_then(|(sealed, entry)| self.sealing.open_named(Area::Segments, row, &sealed, &entry.tag));
        if opened.is_none() {
            self.settled().await;
        }
        let opened = opened.ok_or(damaged)?;
        Unpacked::new(&opened).map_err(|error| VaultError::decoding(error, Part::Segment(row)))
    }

    /// A page as it is now, from its batch and the log. An unknown id gives an empty page.
    ///
    /// # Errors
    /// When the store fails or the page's batch is damaged.
    pub async fn page(&self, id: RecordId) -> Result<Rc<Page>, VaultError> {
        loop {
            let home = {
                let mut state = self.state.borrow_mut();
                if let Some(page) = state.cached(id) {
                    return Ok(page);
                }
                state.cards.of(id).map_or((0, 0), |card| (card.segment, card.place))
            };
            let stored =
                if home.0 == 0 { Ok(Page::default()) } else { self.stored(id, home.0, home.1).await };
            let mut state = self.state.borrow_mut();
            // While the batch was read, compaction may have moved the page.
            if state.cards.of(id).map_or((0, 0), |card| (card.segment, card.place)) != home {
                continue;
            }
            let mut page = stored?;
            for (_, change) in state.overlay.get(&id).into_iter().flatten() {
                page.fold(change);
            }
            let page = Rc::new(page);
            state.keep(id, Rc::clone(&page));
            return Ok(page);
        }
    }

    async fn stored(&self, id: RecordId, row: u64, place: u32) -> Result<Page, VaultError> {
        let known = self
            .state
            .borrow()
            .batches
            .iter()
            .find(|(known, _)| *known == row)
            .map(|(_, batch)| Rc::clone(batch));
        let batch = match known {
            Some(batch) => batch,
            None => {
                let batch = Rc::new(self.batch(row).await?);
                let mut state = self.state.borrow_mut();
                state.batches.push_front((row, Rc::clone(&batch)));
                state.batches.truncate(CACHED_BATCHES);
                batch
            }
        };
        let part = Part::Segment(row);
        let pages = batch.pages().map_err(|error| VaultError::decoding(error, part))?;
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        match pages.get(place) {
            Some((page, bytes)) if *page == id => {
                decode_page(bytes).map_err(|error| VaultError::decoding(error, part))
            }
            _ => Err(VaultError::Damaged(part)),
        }
    }

    /// Joins what the log knows of a page to what its batch held.
    pub fn fold_log(&self, id: RecordId, page: &mut Page) {
        for (_, change) in self.state.borrow().overlay.get(&id).into_iter().flatten() {
            page.fold(change);
        }
    }

    /// Waits for the turn to write.
    pub async fn begin(&self) -> Turn<'_> {
        self.writer.lock().await
    }

    /// A transaction with the pages that it will edit. `turn` must be held until it is committed.
    ///
    /// # Errors
    /// When a page can't be read.
    pub async fn transaction(
        &self,
        _turn: &Turn<'_>,
        now: Instant,
        pages: impl IntoIterator<Item = RecordId>,
    ) -> Result<Transaction, VaultError> {
        let mut transaction = Transaction::new(self.state.borrow().replica, now);
        for id in pages {
            let page = self.page(id).await?;
            transaction.load(id, (*page).clone());
        }
        Ok(transaction)
    }

    /// Writes a transaction as one row of the log. It is durable when this returns.
    ///
    /// # Errors
    /// [`VaultError::NotFound`] when something of it was erased. When it could not be written. Nothing has
    /// changed then, in memory neither.
    pub async fn commit(&self, _turn: &Turn<'_>, transaction: Transaction) -> Result<Saved, VaultError> {
        if transaction.is_empty() {
            return Ok(Saved { pages: Vec::new() });
        }
        let (replica, pages, changed) = transaction.finish();
        self.refuse_erased(
            pages
                .iter()
                .flat_map(|change| change.deltas.iter().map(|(record, _)| *record).chain([change.page])),
        )?;
        let row = self.state.borrow().log_next;
        let record = LogRow { at: replica.clock.last(), counter: replica.counter, pages };
        let sealed = self.sealing.seal(Area::Log, row, &encode_log(&record))?;
        let bytes = sealed.len();
        self.write(vec![Write::Put(Area::Log, row, sealed)]).await?;
        Ok(self.take_saved(row, bytes, replica, record.pages, changed))
    }

    /// Takes a written row of the log over in memory.
    pub(super) fn take_saved(
        &self,
        row: u64,
        bytes: usize,
        replica: Replica,
        changes: Vec<PageChange>,
        pages: Vec<(RecordId, Page)>,
    ) -> Saved {
        let mut state = self.state.borrow_mut();
        state.log_next = row + 1;
        state.replica = replica;
        state.log_bytes.insert(row, bytes);
        for (id, page) in pages {
            state.keep(id, Rc::new(page));
        }
        let mut saved = Saved { pages: Vec::new() };
        for change in changes {
            let mut card = change.card.clone();
            if let Some(known) = state.cards.of(change.page) {
                (card.segment, card.place) = (known.segment, known.place);
            }
            let page = change.page;
            state.overlay.entry(page).or_default().push((row, change));
            let (number, before) = state.cards.put(card);
            saved.pages.push((page, number, before));
        }
        saved
    }

    /// Waits until memory is as the disk is: what a batch that is being committed has dropped is missing on
    /// the disk a moment before memory knows that it is elsewhere.
    pub(super) async fn settled(&self) {
        drop(self.committing.lock().await);
    }

    /// Commits a batch under this notebook's fence. The caller changes memory before it waits again.
    pub(super) async fn write(&self, writes: Vec<Write>) -> Result<(), VaultError> {
        if self.read_only {
            return Err(VaultError::SlotsChanged);
        }
        let _committing = self.committing.lock().await;
        Ok(self.store.commit(Batch { fence: self.fence, writes }).await?)
    }

    /// Seals the manifest, twice.
    pub(super) fn seal_manifest(&self, manifest: &Manifest) -> Result<[Write; 2], VaultError> {
        let plain = encode(manifest);
        let [first, second] = [ROW_MANIFEST, ROW_MANIFEST_COPY].map(|row| {
            let sealed = self.sealing.seal(Area::Meta, row, &plain);
            sealed.map(|sealed| Write::Put(Area::Meta, row, sealed))
        });
        Ok([first?, second?])
    }

    /// Renames this device in the histories.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn rename_device(&self, name: &str) -> Result<(), VaultError> {
        let _turn = self.begin().await;
        let mut manifest = self.state.borrow().manifest.clone();
        let own = manifest.replica;
        manifest.devices.retain(|(replica, _)| *replica != own);
        manifest.devices.push((own, name.to_owned()));
        let writes = self.seal_manifest(&manifest)?;
        self.write(writes.into()).await?;
        self.state.borrow_mut().manifest = manifest;
        Ok(())
    }

    /// The version of the vault's format.
    #[must_use]
    pub const fn format(&self) -> u8 {
        VERSION
    }
}
