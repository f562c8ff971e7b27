//! A vault before it is unlocked, and making a new one.

use core::cell::RefCell;
use std::collections::{HashMap, VecDeque};

use futures_util::lock::Mutex;

use super::cards::Cards;
use super::error::{Part, VaultError};
use super::format::{
    CARDS_FROM, Card, Drafts, LogRow, Manifest, PageChange, ROW_DRAFTS, ROW_MANIFEST, ROW_SLOTS, decode,
};
use super::notebook::{Notebook, State};
use super::sealing::Sealing;
use super::segment::Unpacked;
use super::store::{Area, Row, Store, Write};
use crate::crypto::{
    DecodeKeyTableError, DerivedSecret, Entropy, Integrity, KdfParams, KeyTable, NewPassphrase, SlotId, UnlockError,
    VaultKeys,
};
use crate::merge::{HybridClock, HybridTimestamp, Replica};
use crate::model::{Instant, RecordId, ReplicaId};

/// `meta` row of the second copy of the key slots: without them nobody can open the vault.
const ROW_SLOTS_COPY: u64 = 4;

/// How many rows are read at once.
const PAGE: u32 = 256;

/// A vault that waits for its passphrase.
#[derive(Debug)]
pub struct Locked<S> {
    store: S,
    tables: Vec<KeyTable>,
    early: Early,
}

/// Sealed rows that unlocking needs, read while the key is being derived.
#[derive(Debug, Default)]
struct Early {
    read: bool,
    manifest: Option<Vec<u8>>,
    drafts: Option<Vec<u8>>,
    cards: Vec<Row>,
    log: Vec<Row>,
}

/// What a new vault begins with.
pub struct NewVault<'a> {
    /// Its passphrase, derived.
    pub secret: &'a DerivedSecret,
    /// What it was derived with.
    pub kdf: &'a KdfParams,
    /// How this device is called.
    pub device: &'a str,
    /// Now.
    pub now: Instant,
}

impl<S: Store> Locked<S> {
    /// Looks for a vault in a store.
    ///
    /// # Errors
    /// When the store can't be read, or a vault is there whose slots are damaged or of a newer version.
    pub async fn find(store: S) -> Result<Option<Self>, VaultError> {
        let mut tables: Vec<KeyTable> = Vec::new();
        let mut error = None;
        for row in [ROW_SLOTS, ROW_SLOTS_COPY] {
            match store.read(Area::Meta, row).await?.map(|bytes| KeyTable::decode(&bytes)) {
                Some(Ok(table)) if !tables.contains(&table) => tables.push(table),
                Some(Err(DecodeKeyTableError::UnsupportedVersion { found })) => error = Some(VaultError::Newer(found)),
                Some(Err(_)) => error = Some(VaultError::Damaged(Part::Slots)),
                _ => {}
            }
        }
        match error {
            Some(error) if tables.is_empty() => Err(error),
            None if tables.is_empty() => {
                // Slots that vanished while data is there are damage, not a first start.
                if store.read(Area::Meta, ROW_MANIFEST).await?.is_some() {
                    return Err(VaultError::Damaged(Part::Slots));
                }
                Ok(None)
            }
            _ => Ok(Some(Self { store, tables, early: Early::default() })),
        }
    }

    /// What the passphrase must be derived with.
    ///
    /// # Errors
    /// When no slot takes a passphrase, or its parameters are out of bounds.
    pub fn kdf(&self) -> Result<KdfParams, VaultError> {
        let slots = self.tables.iter().flat_map(KeyTable::passphrase_slots);
        let mut kdf = slots.map(|slot| slot.kdf_params());
        kdf.find_map(Result::ok).ok_or(VaultError::Damaged(Part::Slots))
    }

    /// Reads the sealed rows that unlocking needs. May run while the key is being derived.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn read_early(&mut self) -> Result<(), VaultError> {
        let store = &self.store;
        let manifest = store.read(Area::Meta, ROW_MANIFEST).await?;
        let drafts = store.read(Area::Meta, ROW_DRAFTS).await?;
        let cards = all_from(store, Area::Segments, CARDS_FROM).await?;
        let log = all_from(store, Area::Log, 0).await?;
        self.early = Early { read: true, manifest, drafts, cards, log };
        Ok(())
    }

    /// Unlocks. On an error the vault stays as it is, and can be tried again.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`] or [`VaultError::Damaged`], never one for the other.
    pub async fn unlock(
        mut self,
        secret: &DerivedSecret,
        entropy: Box<dyn Entropy>,
    ) -> Result<Notebook<S>, (Self, VaultError)> {
        let (table, keys, intact) = match self.open_slot(secret) {
            Ok(opened) => opened,
            Err(error) => return Err((self, error)),
        };
        if !self.early.read && let Err(error) = self.read_early().await {
            return Err((self, error));
        }
        let sealing = Sealing::new(keys, entropy);
        let state = match load(&sealing, core::mem::take(&mut self.early)) {
            Ok(state) => state,
            Err(error) => return Err((self, error)),
        };
        let intact = intact && state.manifest.slots == *table.mac();
        let fence = match self.store.claim().await {
            Ok(fence) => fence,
            Err(error) => return Err((self, error.into())),
        };
        Ok(Notebook {
            store: self.store,
            sealing,
            fence,
            read_only: !intact,
            table: RefCell::new(table),
            state: RefCell::new(state),
            writer: Mutex::new(()),
        })
    }

    fn open_slot(&self, secret: &DerivedSecret) -> Result<(KeyTable, VaultKeys, bool), VaultError> {
        let mut answer = VaultError::Damaged(Part::Slots);
        let mut changed = None;
        for table in &self.tables {
            for slot in table.passphrase_slots() {
                match table.unlock(slot.id(), secret) {
                    Ok(opened) if opened.integrity == Integrity::Intact => {
                        return Ok((table.clone(), opened.keys, true));
                    }
                    Ok(opened) => changed = Some((table.clone(), opened.keys, false)),
                    Err(UnlockError::WrongPassphrase) => answer = VaultError::WrongPassphrase,
                    Err(_) => {}
                }
            }
        }
        changed.ok_or(answer)
    }

    /// Makes a vault in an empty store, unlocked.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn create(
        store: S,
        new: &NewVault<'_>,
        mut entropy: Box<dyn Entropy>,
    ) -> Result<Notebook<S>, VaultError> {
        let mut vault = [0; 16];
        let mut replica = [0; 8];
        entropy.fill(&mut vault);
        entropy.fill(&mut replica);
        let replica = ReplicaId(replica);
        let passphrase = NewPassphrase {
            kdf: new.kdf,
            secret: new.secret,
            created_millis: u64::try_from(new.now.0).unwrap_or_default(),
        };
        let (table, keys) = KeyTable::create(vault, &passphrase, &mut *entropy);
        let sealing = Sealing::new(keys, entropy);
        let manifest = Manifest {
            replica,
            created: new.now,
            slots: *table.mac(),
            devices: vec![(replica, new.device.to_owned())],
            counter: 0,
            clock: HybridTimestamp::default(),
            log_from: 1,
            next_segment: 1,
            pages: Vec::new(),
            cards: Vec::new(),
            imports: Vec::new(),
        };
        let fence = store.claim().await?;
        let notebook = Notebook {
            store,
            sealing,
            fence,
            read_only: false,
            table: RefCell::new(table),
            state: RefCell::new(empty(manifest)),
            writer: Mutex::new(()),
        };
        notebook.write_new().await?;
        Ok(notebook)
    }
}

impl<S: Store> Notebook<S> {
    async fn write_new(&self) -> Result<(), VaultError> {
        let manifest = self.seal_manifest(&self.state.borrow().manifest)?;
        let mut writes = slot_writes(&self.table.borrow());
        writes.push(manifest);
        self.write(writes).await
    }

    /// Wraps the master key for another passphrase. No row of data is sealed anew.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`] when the old one is not the vault's; nothing has changed then.
    pub async fn rewrap(
        &self,
        old: &DerivedSecret,
        kdf: &KdfParams,
        secret: &DerivedSecret,
        now: Instant,
    ) -> Result<(), VaultError> {
        let _turn = self.begin().await;
        let passphrase =
            NewPassphrase { kdf, secret, created_millis: u64::try_from(now.0).unwrap_or_default() };
        let table = self.table.borrow().clone();
        let slot: SlotId = table.passphrase_slots().next().ok_or(VaultError::Damaged(Part::Slots))?.id();
        let table = self
            .sealing
            .with_entropy(|entropy| table.rewrap((slot, old), slot, &passphrase, entropy))
            .map_err(|error| match error {
                crate::crypto::RewrapError::Unlock(UnlockError::WrongPassphrase) => VaultError::WrongPassphrase,
                _ => VaultError::Damaged(Part::Slots),
            })?;
        let manifest = Manifest { slots: *table.mac(), ..self.state.borrow().manifest.clone() };
        let mut writes = slot_writes(&table);
        writes.push(self.seal_manifest(&manifest)?);
        self.write(writes).await?;
        self.state.borrow_mut().manifest = manifest;
        *self.table.borrow_mut() = table;
        Ok(())
    }

    /// The parameters of the passphrase that opens this vault.
    ///
    /// # Errors
    /// When the slot can't be read.
    pub fn kdf(&self) -> Result<KdfParams, VaultError> {
        let table = self.table.borrow();
        let kdf = table.passphrase_slots().find_map(|slot| slot.kdf_params().ok());
        kdf.ok_or(VaultError::Damaged(Part::Slots))
    }
}

fn slot_writes(table: &KeyTable) -> Vec<Write> {
    let bytes = table.encode();
    vec![Write::Put(Area::Meta, ROW_SLOTS, bytes.clone()), Write::Put(Area::Meta, ROW_SLOTS_COPY, bytes)]
}

async fn all_from<S: Store>(store: &S, area: Area, from: u64) -> Result<Vec<Row>, VaultError> {
    let mut rows: Vec<Row> = Vec::new();
    let mut next = from;
    loop {
        let part = store.read_from(area, next, PAGE).await?;
        let full = part.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        next = part.last().map_or(next, |(row, _)| row + 1);
        rows.extend(part);
        if !full {
            return Ok(rows);
        }
    }
}

fn empty(manifest: Manifest) -> State {
    State {
        replica: Replica {
            id: manifest.replica,
            counter: manifest.counter,
            clock: HybridClock::after(manifest.clock),
        },
        log_next: manifest.log_from,
        manifest,
        cards: Cards::default(),
        overlay: HashMap::new(),
        overlay_rows: 0,
        cache: VecDeque::new(),
        drafts: Drafts::default(),
        damaged: Vec::new(),
    }
}

/// Folds manifest, cards and log. Damaged rows are counted and left alone.
fn load(sealing: &Sealing, early: Early) -> Result<State, VaultError> {
    let damaged = VaultError::Damaged(Part::Manifest);
    let sealed = early.manifest.ok_or_else(|| damaged.clone())?;
    let opened = sealing.open(Area::Meta, ROW_MANIFEST, &sealed).ok_or(damaged)?;
    let manifest: Manifest = decode(&opened).map_err(|error| VaultError::decoding(error, Part::Manifest))?;
    let mut state = empty(manifest);
    load_cards(sealing, &early.cards, &mut state);
    load_log(sealing, &early.log, &mut state)?;
    if let Some(sealed) = early.drafts {
        match sealing.open(Area::Meta, ROW_DRAFTS, &sealed).and_then(|opened| decode(&opened).ok()) {
            Some(drafts) => state.drafts = drafts,
            None => state.damaged.push(Part::Drafts),
        }
    }
    Ok(state)
}

fn load_cards(sealing: &Sealing, rows: &[Row], state: &mut State) {
    let entries = state.manifest.cards.clone();
    let count: u32 = entries.iter().map(|entry| entry.members).sum();
    state.cards.reserve(usize::try_from(count).unwrap_or_default());
    for entry in entries {
        let sealed = rows.binary_search_by_key(&entry.row, |(row, _)| *row).ok().and_then(|place| rows.get(place));
        let opened = sealed.and_then(|(row, sealed)| sealing.open_named(Area::Segments, *row, sealed, &entry.tag));
        let cards = opened.and_then(|opened| Unpacked::new(&opened).ok()).and_then(|batch| batch.cards().ok());
        match cards {
            Some(cards) => cards.into_iter().for_each(|card| {
                state.cards.put(card);
            }),
            None => state.damaged.push(Part::Segment(entry.row)),
        }
    }
}

fn load_log(sealing: &Sealing, rows: &[Row], state: &mut State) -> Result<(), VaultError> {
    for (row, sealed) in rows {
        let row = *row;
        if row < state.manifest.log_from {
            continue;
        }
        // Saves are numbered without a gap; rows that are missing were taken away.
        (state.log_next..row).for_each(|missing| state.damaged.push(Part::Log(missing)));
        state.log_next = row + 1;
        let opened = sealing.open(Area::Log, row, sealed);
        let record: LogRow = match opened.as_deref().map(decode) {
            Some(Ok(record)) => record,
            Some(Err(error @ super::format::DecodeError::Newer(_))) => {
                return Err(VaultError::decoding(error, Part::Log(row)));
            }
            _ => {
                state.damaged.push(Part::Log(row));
                continue;
            }
        };
        state.overlay_rows += 1;
        state.replica.counter = state.replica.counter.max(record.counter);
        if record.at > state.replica.clock.last() {
            state.replica.clock = HybridClock::after(record.at);
        }
        for change in record.pages {
            put_change(state, row, change);
        }
    }
    Ok(())
}

fn put_change(state: &mut State, row: u64, change: PageChange) {
    let page: RecordId = change.page;
    let home = state.cards.of(page).map_or((0, 0), |card| (card.segment, card.place));
    state.cards.put(Card { segment: home.0, place: home.1, ..change.card.clone() });
    state.overlay.entry(page).or_default().push((row, change));
}
