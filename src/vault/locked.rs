//! A vault before it is unlocked, and making a new one.

use core::cell::RefCell;
use futures_util::lock::Mutex;

use super::error::{Part, VaultError};
use super::format::{
    CARDS_FROM, Manifest, ROW_DRAFTS, ROW_MANIFEST, ROW_MANIFEST_COPY, ROW_SLOTS, ROW_SLOTS_COPY,
};
use super::load::{empty, load};
use super::notebook::{Notebook, State};
use super::sealing::Sealing;
use super::store::{Area, Row, Store, Write};
use super::team::{ROW_TEAM, ROW_TEAM_COPY, Sheet, Team};
use crate::crypto::{
    DecodeKeyTableError, DerivedSecret, Entropy, Integrity, KdfParams, KeyTable, NewPassphrase, RewrapError,
    SlotId, SlotKind, UnlockError, VaultKeys,
};
use crate::merge::HybridTimestamp;
use crate::model::{Instant, ReplicaId};

/// How many rows are read at once.
const PAGE: u32 = 256;

/// A vault that waits for its passphrase.
#[derive(Debug)]
pub struct Locked<S> {
    store: S,
    tables: Tables,
    early: Early,
}

/// The copies of the key slots.
#[derive(Debug, PartialEq, Eq)]
struct Tables {
    /// Those that can be read, each once.
    all: Vec<KeyTable>,
    /// Whether not all are there and alike.
    damaged: bool,
}

/// Sealed rows that unlocking needs, read while the key is being derived.
#[derive(Debug, Default)]
pub(super) struct Early {
    read: bool,
    pub(super) manifests: Vec<Row>,
    pub(super) drafts: Option<Vec<u8>>,
    pub(super) team: Vec<Row>,
    pub(super) cards: Vec<Row>,
    pub(super) log: Vec<Row>,
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
        let tables = read_tables(&store).await?;
        Ok(tables.map(|tables| Self { store, tables, early: Early::default() }))
    }

    /// What the passphrase must be derived with. Usually one; when copies of the key slots differ, because
    /// one is damaged, a secret that is wrong for the first may be right for the next.
    ///
    /// # Errors
    /// When no slot takes a passphrase, or all parameters are out of bounds.
    pub fn kdfs(&self) -> Result<Vec<KdfParams>, VaultError> {
        let mut kdfs: Vec<KdfParams> = Vec::new();
        for slot in self.tables.all.iter().flat_map(KeyTable::passphrase_slots) {
            kdfs.extend(slot.kdf_params().ok().filter(|kdf| !kdfs.contains(kdf)));
        }
        if kdfs.is_empty() { Err(VaultError::Damaged(Part::Slots)) } else { Ok(kdfs) }
    }

    /// The vaults that the key slots speak of, each once: the secret of a recovery sheet depends on it.
    #[must_use]
    pub fn vaults(&self) -> Vec<[u8; 16]> {
        let mut vaults: Vec<[u8; 16]> = self.tables.all.iter().map(|table| *table.vault()).collect();
        vaults.dedup();
        vaults
    }

    /// Whether a recovery sheet can open the vault.
    #[must_use]
    pub fn has_recovery(&self) -> bool {
        self.tables.all.iter().any(|table| table.recovery_slots().next().is_some())
    }

    /// Reads the sealed rows that unlocking needs. May run while the key is being derived.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn read_early(&mut self) -> Result<(), VaultError> {
        let store = &self.store;
        let manifests = read_manifests(store).await?;
        let drafts = store.read(Area::Meta, ROW_DRAFTS).await?;
        let team = read_copies(store, Area::Sharing, [ROW_TEAM, ROW_TEAM_COPY]).await?;
        let cards = all_from(store, Area::Segments, CARDS_FROM).await?;
        let log = all_from(store, Area::Log, 0).await?;
        self.early = Early { read: true, manifests, drafts, team, cards, log };
        Ok(())
    }

    /// Reads what another engine wrote after these rows were read, once the store is claimed and nobody
    /// else can write any more.
    async fn read_late(&mut self) -> Result<(), VaultError> {
        self.tables = read_tables(&self.store).await?.ok_or(VaultError::Damaged(Part::Slots))?;
        if !self.early.read || read_manifests(&self.store).await? != self.early.manifests {
            return self.read_early().await;
        }
        self.early.drafts = self.store.read(Area::Meta, ROW_DRAFTS).await?;
        self.early.team = read_copies(&self.store, Area::Sharing, [ROW_TEAM, ROW_TEAM_COPY]).await?;
        let next = self.early.log.last().map_or(Some(0), |(row, _)| row.checked_add(1));
        if let Some(next) = next {
            self.early.log.extend(all_from(&self.store, Area::Log, next).await?);
        }
        Ok(())
    }

    /// Unlocks with the secret of the passphrase. On an error the vault stays as it is, and can be tried again.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`] or [`VaultError::Damaged`], never one for the other.
    pub async fn unlock(
        self,
        secret: &DerivedSecret,
        entropy: Box<dyn Entropy>,
    ) -> Result<Notebook<S>, (Self, VaultError)> {
        self.unlock_by(SlotKind::Passphrase, secret, entropy).await
    }

    /// Unlocks with the secret of the recovery sheet. On an error the vault stays as it is.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`] when the sheet is not this vault's, [`VaultError::Damaged`] when its
    /// slot is damaged or there is none: never one for the other.
    pub async fn unlock_recovery(
        self,
        sheet: &DerivedSecret,
        entropy: Box<dyn Entropy>,
    ) -> Result<Notebook<S>, (Self, VaultError)> {
        self.unlock_by(SlotKind::Recovery, sheet, entropy).await
    }

    async fn unlock_by(
        mut self,
        kind: SlotKind,
        secret: &DerivedSecret,
        entropy: Box<dyn Entropy>,
    ) -> Result<Notebook<S>, (Self, VaultError)> {
        match self.try_unlock(kind, secret, entropy).await {
            Ok(opened) => Ok(Notebook {
                store: self.store,
                sealing: opened.sealing,
                fence: opened.fence,
                read_only: !opened.intact,
                table: RefCell::new(opened.table),
                state: RefCell::new(opened.state),
                writer: Mutex::new(()),
                committing: Mutex::new(()),
            }),
            Err(error) => Err((self, error)),
        }
    }

    async fn try_unlock(
        &mut self,
        kind: SlotKind,
        secret: &DerivedSecret,
        entropy: Box<dyn Entropy>,
    ) -> Result<Opened, VaultError> {
        // A wrong passphrase takes the store from nobody.
        self.open_slot(kind, secret)?;
        let fence = self.store.claim().await?;
        self.read_late().await?;
        let (table, keys, intact) = self.open_slot(kind, secret)?;
        let sealing = Sealing::new(keys, entropy);
        let mut state = load(&self.store, &sealing, core::mem::take(&mut self.early)).await?;
        if self.tables.damaged {
            state.damaged.push(Part::Slots);
        }
        let intact = intact && state.manifest.slots == *table.mac();
        Ok(Opened { sealing, fence, intact, table, state })
    }

    /// Whatever slot a secret opens, it opens; when it opens none, the slots of its own kind tell why.
    fn open_slot(
        &self,
        kind: SlotKind,
        secret: &DerivedSecret,
    ) -> Result<(KeyTable, VaultKeys, bool), VaultError> {
        let mut answer = VaultError::Damaged(Part::Slots);
        let mut changed = None;
        for table in &self.tables.all {
            for slot in table.passphrase_slots().chain(table.recovery_slots()) {
                match table.unlock(slot.id(), secret) {
                    Ok(opened) if opened.integrity == Integrity::Intact => {
                        return Ok((table.clone(), opened.keys, true));
                    }
                    Ok(opened) => changed = Some((table.clone(), opened.keys, false)),
                    Err(UnlockError::WrongPassphrase) if slot.kind() == kind => {
                        answer = VaultError::WrongPassphrase;
                    }
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
        // Nothing is taken from an engine that has made a vault meanwhile.
        if read_tables(&store).await?.is_some() {
            return Err(VaultError::Exists);
        }
        let fence = store.claim().await?;
        if read_tables(&store).await?.is_some() {
            return Err(VaultError::Exists);
        }
        let notebook = Notebook {
            store,
            sealing,
            fence,
            read_only: false,
            table: RefCell::new(table),
            state: RefCell::new(empty(manifest)),
            writer: Mutex::new(()),
            committing: Mutex::new(()),
        };
        notebook.write_new().await?;
        Ok(notebook)
    }
}

impl<S: Store> Notebook<S> {
    async fn write_new(&self) -> Result<(), VaultError> {
        let manifest = self.seal_manifest(&self.state.borrow().manifest)?;
        let mut writes = slot_writes(&self.table.borrow());
        writes.extend(manifest);
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
            .map_err(refused)?;
        self.take_slots(table, |_| {}).await
    }

    /// Sets a new passphrase with the secret of the recovery sheet.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`] when the secret is not the sheet's; nothing has changed then.
    pub async fn reset_passphrase(
        &self,
        sheet: &DerivedSecret,
        kdf: &KdfParams,
        secret: &DerivedSecret,
        now: Instant,
    ) -> Result<(), VaultError> {
        let _turn = self.begin().await;
        let passphrase =
            NewPassphrase { kdf, secret, created_millis: u64::try_from(now.0).unwrap_or_default() };
        let table = self.table.borrow().clone();
        let damaged = VaultError::Damaged(Part::Slots);
        let authority = table.recovery_slots().next().ok_or_else(|| damaged.clone())?.id();
        let slot = table.passphrase_slots().next().ok_or(damaged)?.id();
        let changed =
            self.sealing.with_entropy(|entropy| table.rewrap((authority, sheet), slot, &passphrase, entropy));
        self.take_slots(changed.map_err(refused)?, |_| {}).await
    }

    /// Lets a recovery sheet open the vault, in place of an earlier one. `passphrase` is the secret of the
    /// present passphrase.
    ///
    /// # Errors
    /// [`VaultError::WrongPassphrase`] when the passphrase is not the vault's; nothing has changed then.
    pub async fn set_recovery(
        &self,
        passphrase: &DerivedSecret,
        sheet: &DerivedSecret,
        recipient: &str,
        now: Instant,
    ) -> Result<(), VaultError> {
        let _turn = self.begin().await;
        let table = self.table.borrow().clone();
        let slot = table.passphrase_slots().next().ok_or(VaultError::Damaged(Part::Slots))?.id();
        let millis = u64::try_from(now.0).unwrap_or_default();
        let changed = self
            .sealing
            .with_entropy(|entropy| table.set_recovery((slot, passphrase), sheet, millis, entropy));
        let sheet = Sheet { recipient: recipient.to_owned(), made: now };
        self.take_slots(changed.map_err(refused)?, |team| team.recovery = Some(sheet)).await
    }

    /// Whether this is the secret of the present passphrase.
    #[must_use]
    pub fn is_passphrase(&self, secret: &DerivedSecret) -> bool {
        let table = self.table.borrow();
        table.passphrase_slots().any(|slot| table.unlock(slot.id(), secret).is_ok())
    }

    /// Stores changed slots with what depends on them.
    async fn take_slots(&self, table: KeyTable, change: impl FnOnce(&mut Team)) -> Result<(), VaultError> {
        let manifest = Manifest { slots: *table.mac(), ..self.state.borrow().manifest.clone() };
        let mut team = self.state.borrow().team.clone();
        change(&mut team);
        let mut writes = slot_writes(&table);
        writes.extend(self.seal_manifest(&manifest)?);
        writes.extend(self.seal_sharing(&team, Vec::new())?);
        self.write(writes).await?;
        self.state.borrow_mut().manifest = manifest;
        *self.table.borrow_mut() = table;
        self.take_team(team);
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

fn refused(error: RewrapError) -> VaultError {
    match error {
        RewrapError::Unlock(UnlockError::WrongPassphrase) => VaultError::WrongPassphrase,
        _ => VaultError::Damaged(Part::Slots),
    }
}

fn slot_writes(table: &KeyTable) -> Vec<Write> {
    let bytes = table.encode();
    vec![Write::Put(Area::Meta, ROW_SLOTS, bytes.clone()), Write::Put(Area::Meta, ROW_SLOTS_COPY, bytes)]
}

/// What unlocking made.
struct Opened {
    sealing: Sealing,
    fence: u64,
    intact: bool,
    table: KeyTable,
    state: State,
}

/// The key slots of a store; nothing when there is no vault.
async fn read_tables<S: Store>(store: &S) -> Result<Option<Tables>, VaultError> {
    let mut all: Vec<KeyTable> = Vec::new();
    let mut copies = 0;
    let mut error = None;
    for row in store.read_many(Area::Meta, &[ROW_SLOTS, ROW_SLOTS_COPY]).await? {
        match row.map(|bytes| KeyTable::decode(&bytes)) {
            Some(Ok(table)) => {
                copies += 1;
                if !all.contains(&table) {
                    all.push(table);
                }
            }
            Some(Err(DecodeKeyTableError::UnsupportedVersion { found })) => {
                error = Some(VaultError::Newer(found))
            }
            Some(Err(_)) => error = Some(VaultError::Damaged(Part::Slots)),
            None => {}
        }
    }
    if !all.is_empty() {
        let damaged = copies < 2 || all.len() > 1;
        return Ok(Some(Tables { all, damaged }));
    }
    // Slots that vanished while data is there are damage, not a first start.
    let first = read_manifests(store).await?.is_empty();
    let log = store.read_from(Area::Log, 0, 1).await?;
    let segments = store.read_from(Area::Segments, 0, 1).await?;
    match error {
        Some(error) => Err(error),
        None if first && log.is_empty() && segments.is_empty() => Ok(None),
        None => Err(VaultError::Damaged(Part::Slots)),
    }
}

async fn read_manifests<S: Store>(store: &S) -> Result<Vec<Row>, VaultError> {
    read_copies(store, Area::Meta, [ROW_MANIFEST, ROW_MANIFEST_COPY]).await
}

async fn read_copies<S: Store>(store: &S, area: Area, rows: [u64; 2]) -> Result<Vec<Row>, VaultError> {
    let found = store.read_many(area, &rows).await?;
    Ok(rows.into_iter().zip(found).filter_map(|(row, bytes)| Some((row, bytes?))).collect())
}

async fn all_from<S: Store>(store: &S, area: Area, from: u64) -> Result<Vec<Row>, VaultError> {
    let mut rows: Vec<Row> = Vec::new();
    let mut next = Some(from);
    while let Some(from) = next {
        let part = store.read_from(area, from, PAGE).await?;
        let full = part.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        next = part.last().filter(|_| full).and_then(|(row, _)| row.checked_add(1));
        rows.extend(part);
    }
    Ok(rows)
}
