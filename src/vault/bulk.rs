//! Writing many pages at once, past the log: imports, samples, the undo of an import, compaction.

use std::collections::BTreeMap;
use std::rc::Rc;

use sha2::{Digest, Sha256};

use super::error::{Part, VaultError};
use super::format::{CARDS_FROM, Card, LogRow, Manifest, PageChange, SegmentEntry, encode_log};
use super::notebook::{Notebook, State, Turn};
use super::page::Page;
use super::segment::{TARGET_BYTES, encode_page, pack_cards, pack_pages};
use super::store::{Area, Store, Write};
use super::text::body_text;
use crate::crypto::auth_tag;
use crate::merge::{RecordState, Replica, Stamp};
use crate::model::{FieldName, Instant, RecordId, RecordKind, Value, sort};
use crate::search::Filter;

/// How many cards go into one batch when all are written anew.
const CARDS_IN_BATCH: usize = 2_000;

/// The id of the customer that an import adds as its `index`th: the first 16 bytes of
/// SHA-256(seed ‖ index as 8 bytes, big-endian). So an import is remembered by its seed and its size.
#[must_use]
pub fn import_id(seed: RecordId, index: u64) -> RecordId {
    let hash = Sha256::new().chain_update(seed.0).chain_update(index.to_be_bytes()).finalize();
    let mut id = [0; 16];
    id.iter_mut().zip(hash).for_each(|(byte, random)| *byte = random);
    RecordId(id)
}

/// New records, gathered page by page.
#[derive(Debug)]
pub struct Bulk {
    pub(super) replica: Replica,
    now: Instant,
    pages: BTreeMap<RecordId, Page>,
}

impl Bulk {
    /// Adds a record; its fields are written one after the other. An empty value is left out.
    pub fn add(
        &mut self,
        page: RecordId,
        record: RecordId,
        kind: RecordKind,
        fields: impl IntoIterator<Item = (FieldName, Value)>,
        tags: &[String],
    ) {
        let mut text = None;
        let mut plain: Vec<(FieldName, Value)> = Vec::with_capacity(12);
        for (field, value) in fields {
            match value {
                Value::Text(value) if field == FieldName::TEXT => text = Some(value),
                value if value.is_empty() => {}
                value => plain.push((field, value)),
            }
        }
        let count = u64::try_from(plain.len()).unwrap_or_default();
        let first: Stamp = self.replica.reserve(self.now, count);
        let mut state = RecordState::fresh(kind, plain, first);
        if let Some(text) = text {
            state.write_text(FieldName::TEXT, &text, self.replica.stamp(self.now));
        }
        for tag in tags {
            state.add(FieldName::TAGS, tag, self.replica.stamp(self.now));
        }
        let page = self.pages.entry(page).or_default();
        match page.records.get_mut(&record) {
            Some(known) => known.join(&state),
            None => {
                page.records.insert(record, state);
            }
        }
    }

    /// How many pages were gathered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Whether nothing was gathered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }
}

/// Pages packed into a batch that has no number yet.
#[derive(Debug)]
pub(super) struct Packed {
    members: Vec<(RecordId, String)>,
    bytes: Vec<u8>,
    filter: Filter,
}

/// A new batch of pages, as the search index needs it.
#[derive(Debug)]
pub struct WrittenBatch {
    /// Its number.
    pub row: u64,
    /// Its filter.
    pub filter: Filter,
    /// Its pages with their searchable text.
    pub texts: Vec<(RecordId, String)>,
}

/// What a write of batches did, for the search index.
#[derive(Debug, Default)]
pub struct Written {
    /// New batches.
    pub batches: Vec<WrittenBatch>,
    /// Batches that are no more.
    pub dropped: Vec<u64>,
    /// The written pages whose card changed: page, number of the card, and the card before.
    pub pages: Vec<(RecordId, u32, Option<Card>)>,
}

/// Packs pages into batches of about [`TARGET_BYTES`].
pub(super) struct Packer {
    pages: Vec<(RecordId, Vec<u8>)>,
    texts: Vec<String>,
    bytes: usize,
    packed: Vec<Packed>,
}

impl Packer {
    pub(super) const fn new() -> Self {
        Self { pages: Vec::new(), texts: Vec::new(), bytes: 0, packed: Vec::new() }
    }

    pub(super) fn push(&mut self, id: RecordId, page: &Page) {
        let bytes = encode_page(page);
        self.bytes += bytes.len();
        let mut text = String::with_capacity(bytes.len());
        body_text(id, page, &mut text);
        self.texts.push(text);
        self.pages.push((id, bytes));
        if self.bytes >= TARGET_BYTES {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.pages.is_empty() {
            return;
        }
        let filter = Filter::build(self.texts.iter().map(String::as_str));
        let bytes = pack_pages(&self.pages);
        let members = self.pages.drain(..).map(|(id, _)| id).zip(self.texts.drain(..)).collect();
        self.packed.push(Packed { members, bytes, filter });
        self.bytes = 0;
    }

    pub(super) fn finish(mut self) -> Vec<Packed> {
        self.flush();
        self.packed
    }
}

impl<S: Store> Notebook<S> {
    /// Begins to gather new records. `turn` must be held until they are written.
    #[must_use]
    pub fn bulk(&self, _turn: &Turn<'_>, now: Instant) -> Bulk {
        Bulk { replica: self.state.borrow().replica, now, pages: BTreeMap::new() }
    }

    /// Writes gathered records durably, in one transaction of the store; `change` may record an import.
    ///
    /// # Errors
    /// [`VaultError::NotFound`] when something of it was erased. When it could not be written. Nothing has
    /// changed then.
    pub async fn add(
        &self,
        turn: &Turn<'_>,
        bulk: Bulk,
        change: impl FnOnce(&mut Manifest),
    ) -> Result<Written, VaultError> {
        let mut pages = bulk.pages;
        self.refuse_erased(pages.iter().flat_map(|(id, page)| page.records.keys().chain([id]).copied()))?;
        let known: Vec<RecordId> = {
            let cards = self.cards();
            pages.keys().filter(|id| cards.number(**id).is_some()).copied().collect()
        };
        for id in known {
            let mut joined = (*self.page(id).await?).clone();
            if let Some(new) = pages.get(&id) {
                new.records.iter().for_each(|(record, state)| joined.join(*record, state));
            }
            pages.insert(id, joined);
        }
        self.write_pages(turn, bulk.replica, pages.into_iter().collect(), change).await
    }

    /// Writes pages as they are now into new batches, durably.
    ///
    /// # Errors
    /// When it could not be written; then nothing has changed.
    pub async fn write_pages(
        &self,
        turn: &Turn<'_>,
        replica: Replica,
        pages: Vec<(RecordId, Page)>,
        change: impl FnOnce(&mut Manifest),
    ) -> Result<Written, VaultError> {
        self.write_pages_with(turn, replica, pages, change, Vec::new()).await
    }

    /// The same, with other writes in the same commit.
    pub(super) async fn write_pages_with(
        &self,
        turn: &Turn<'_>,
        replica: Replica,
        pages: Vec<(RecordId, Page)>,
        change: impl FnOnce(&mut Manifest),
        mut writes: Vec<Write>,
    ) -> Result<Written, VaultError> {
        let mut packer = Packer::new();
        let mut cards = Vec::with_capacity(pages.len());
        for (id, page) in &pages {
            packer.push(*id, page);
            cards.push(page.card(*id));
        }
        let packed = packer.finish();
        // What the log says of a page is older than this, but is loaded after it: the log says it again.
        let changes: Vec<PageChange> = {
            let state = self.state.borrow();
            let logged = cards.iter().filter(|card| state.overlay.contains_key(&card.page));
            let change = |card: &Card| PageChange {
                page: card.page,
                deltas: Vec::new(),
                journal: Vec::new(),
                card: card.clone(),
            };
            logged.map(change).collect()
        };
        let logged = self.log(&replica, changes)?;
        writes.extend(logged.iter().map(|logged| logged.write.clone()));
        let written = self.write_batches(turn, packed, cards, writes, |manifest| {
            manifest.counter = manifest.counter.max(replica.counter);
            manifest.clock = manifest.clock.max(replica.clock.last());
            change(manifest);
        });
        let written = written.await?;
        let mut state = self.state.borrow_mut();
        state.replica = replica;
        if let Some(logged) = logged {
            state.take_over(logged);
        }
        // Small writes are likely to be looked at next, large ones would only push others out.
        if pages.len() <= 8 {
            pages.into_iter().for_each(|(id, page)| state.keep(id, Rc::new(page)));
        } else {
            pages.iter().for_each(|(id, _)| state.cache.retain(|(known, _)| known != id));
        }
        Ok(written)
    }

    /// Seals changes as the next row of the log; nothing when there are none.
    pub(super) fn log(
        &self,
        replica: &Replica,
        pages: Vec<PageChange>,
    ) -> Result<Option<Logged>, VaultError> {
        if pages.is_empty() {
            return Ok(None);
        }
        let row = self.state.borrow().log_next;
        let record = LogRow { at: replica.clock.last(), counter: replica.counter, pages };
        let write = Write::Put(Area::Log, row, self.sealing.seal(Area::Log, row, &encode_log(&record))?);
        Ok(Some(Logged { row, write, changes: record.pages }))
    }

    /// Seals batches and their cards, commits them with the changed manifest, then takes them over in
    /// memory. Batches that no card points to any more are dropped.
    pub(super) async fn write_batches(
        &self,
        turn: &Turn<'_>,
        packed: Vec<Packed>,
        cards: Vec<Card>,
        writes: Vec<Write>,
        change: impl FnOnce(&mut Manifest),
    ) -> Result<Written, VaultError> {
        self.write_all(turn, packed, cards, writes, change, false).await
    }

    /// The same, and writes all cards anew, so that no earlier one is left.
    pub(super) async fn write_batches_anew(
        &self,
        turn: &Turn<'_>,
        packed: Vec<Packed>,
        cards: Vec<Card>,
        writes: Vec<Write>,
    ) -> Result<Written, VaultError> {
        self.write_all(turn, packed, cards, writes, |_| {}, true).await
    }

    async fn write_all(
        &self,
        _turn: &Turn<'_>,
        packed: Vec<Packed>,
        mut cards: Vec<Card>,
        mut writes: Vec<Write>,
        change: impl FnOnce(&mut Manifest),
        anew: bool,
    ) -> Result<Written, VaultError> {
        let mut manifest = self.state.borrow().manifest.clone();
        let mut written = Written::default();
        let mut place_of: BTreeMap<RecordId, (u64, u32)> = BTreeMap::new();
        for batch in packed {
            let row = manifest.next_segment;
            manifest.next_segment += 1;
            let sealed = self.sealing.seal(Area::Segments, row, &batch.bytes)?;
            let filter = self.sealing.seal(Area::Index, row, &batch.filter.encode())?;
            manifest.pages.push(entry(row, &sealed, batch.members.len(), &filter));
            writes.push(Write::Put(Area::Segments, row, sealed));
            writes.push(Write::Put(Area::Index, row, filter));
            for (place, (id, _)) in (0_u32..).zip(&batch.members) {
                place_of.insert(*id, (row, place));
            }
            written.batches.push(WrittenBatch { row, filter: batch.filter, texts: batch.members });
        }
        for card in &mut cards {
            if let Some((segment, place)) = place_of.get(&card.page) {
                (card.segment, card.place) = (*segment, *place);
            }
        }
        let dropped = self.dead_batches(&manifest, &place_of);
        manifest.pages.retain(|entry| !dropped.contains(&entry.row));
        for row in &dropped {
            writes.push(Write::Delete(Area::Segments, *row));
            writes.push(Write::Delete(Area::Index, *row));
        }
        self.put_cards(&mut manifest, &cards, &mut writes, anew)?;
        change(&mut manifest);
        writes.extend(self.seal_manifest(&manifest)?);
        self.write(writes).await?;
        let mut state = self.state.borrow_mut();
        state.manifest = manifest;
        for card in cards {
            let page = card.page;
            let (number, before) = state.cards.put(card);
            written.pages.push((page, number, before));
        }
        written.dropped = dropped;
        Ok(written)
    }

    /// Batches that hold no page any more once the pages of `moved` have left.
    fn dead_batches(&self, manifest: &Manifest, moved: &BTreeMap<RecordId, (u64, u32)>) -> Vec<u64> {
        let state = self.state.borrow();
        let mut left: BTreeMap<u64, u32> = BTreeMap::new();
        // Only batches that lose a page can die; most writes move none.
        for id in moved.keys() {
            if let Some(card) = state.cards.of(*id).filter(|card| card.segment != 0) {
                left.insert(card.segment, 0);
            }
        }
        if left.is_empty() {
            return Vec::new();
        }
        for (_, card) in state.cards.iter().filter(|(_, card)| !moved.contains_key(&card.page)) {
            if let Some(count) = left.get_mut(&card.segment) {
                *count += 1;
            }
        }
        let live = |row: &u64| manifest.pages.binary_search_by_key(row, |entry| entry.row).is_ok();
        left.into_iter().filter(|(row, count)| *count == 0 && live(row)).map(|(row, _)| row).collect()
    }

    /// Adds a batch of cards; when most stored cards are outdated, writes all of them anew instead.
    fn put_cards(
        &self,
        manifest: &mut Manifest,
        cards: &[Card],
        writes: &mut Vec<Write>,
        anew: bool,
    ) -> Result<(), VaultError> {
        let state = self.state.borrow();
        let new = |card: &&Card| state.cards.number(card.page).is_none();
        let live = state.cards.len() + cards.iter().filter(new).count();
        let members: u32 = manifest.cards.iter().map(|entry| entry.members).sum();
        let stored = usize::try_from(members).unwrap_or_default() + cards.len();
        let outdated = stored > live * 2 + 4_096 || (manifest.cards.len() > 64 && stored > live + live / 2);
        // Cards of a batch that can't be opened are not in memory: writing anew would drop them.
        if !anew && (!outdated || !state.damaged.is_empty()) {
            return self.put_card_batch(manifest, &cards.iter().collect::<Vec<_>>(), writes);
        }
        // What can't be opened is not deleted.
        let is_damaged = |entry: &SegmentEntry| state.damaged.contains(&Part::Segment(entry.row));
        let (kept, dropped): (Vec<SegmentEntry>, Vec<SegmentEntry>) =
            manifest.cards.drain(..).partition(is_damaged);
        manifest.cards = kept;
        writes.extend(dropped.iter().map(|entry| Write::Delete(Area::Segments, entry.row)));
        let changed = sort::map(cards.iter().map(|card| (card.page, card)));
        let kept = state.cards.iter().map(|(_, card)| changed.get(&card.page).copied().unwrap_or(card));
        let all: Vec<&Card> = kept.chain(cards.iter().filter(new)).collect();
        all.chunks(CARDS_IN_BATCH).try_for_each(|part| self.put_card_batch(manifest, part, writes))
    }

    fn put_card_batch(
        &self,
        manifest: &mut Manifest,
        cards: &[&Card],
        writes: &mut Vec<Write>,
    ) -> Result<(), VaultError> {
        if cards.is_empty() {
            return Ok(());
        }
        let row = CARDS_FROM + manifest.next_segment;
        manifest.next_segment += 1;
        let sealed = self.sealing.seal(Area::Segments, row, &pack_cards(cards))?;
        manifest.cards.push(entry(row, &sealed, cards.len(), &[]));
        writes.push(Write::Put(Area::Segments, row, sealed));
        Ok(())
    }
}

/// A row of the log that is about to be written.
pub(super) struct Logged {
    row: u64,
    pub(super) write: Write,
    changes: Vec<PageChange>,
}

impl State {
    /// Takes over a row of the log that was written; cards and pages know of it already.
    pub(super) fn take_over(&mut self, logged: Logged) {
        self.log_next = logged.row + 1;
        if let Write::Put(_, row, sealed) = &logged.write {
            self.log_bytes.insert(*row, sealed.len());
        }
        for change in logged.changes {
            self.overlay.entry(change.page).or_default().push((logged.row, change));
        }
    }

    /// Forgets the changes of log rows below `row`, which are in batches now.
    pub(super) fn forget_below(&mut self, row: u64) {
        self.overlay.retain(|_, changes| {
            changes.retain(|(from, _)| *from >= row);
            !changes.is_empty()
        });
        self.log_bytes = self.log_bytes.split_off(&row);
    }
}

fn entry(row: u64, sealed: &[u8], members: usize, filter: &[u8]) -> SegmentEntry {
    SegmentEntry {
        row,
        tag: auth_tag(sealed).unwrap_or_default(),
        bytes: u32::try_from(sealed.len()).unwrap_or(u32::MAX),
        members: u32::try_from(members).unwrap_or(u32::MAX),
        filter: auth_tag(filter).unwrap_or_default(),
    }
}
