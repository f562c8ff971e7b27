//! Making a vault's keys, and unlocking them.

use thiserror::Error;

use super::entropy::Entropy;
use super::kdf::{DerivedSecret, KdfParams, KdfParamsError};
use super::keys::{
    ContentEncryptionKey, KeyEncryptionKey, MasterKey, RawContentKey, SlotContext, TableKey, WrappingKey,
};
use super::ring::KeyRing;
use super::table::{KeyTable, Slot, SlotBody, SlotError, SlotId, SlotKind};

/// The keys of an unlocked vault: what is needed to seal, to open, and to renew keys, but not the master
/// key, so that changing a passphrase takes the passphrase. Neither printed, nor cloned, nor serialised;
/// wiped when dropped.
pub struct VaultKeys {
    pub(super) vault: [u8; 16],
    pub(super) ring: KeyRing,
    pub(super) wrapping: WrappingKey,
    pub(super) table: TableKey,
}

/// A passphrase that shall open the vault from now on.
pub struct NewPassphrase<'a> {
    /// What `secret` was derived with.
    pub kdf: &'a KdfParams,
    /// What [`super::derive`] gave.
    pub secret: &'a DerivedSecret,
    /// Now, in milliseconds since 1970-01-01 UTC. Only ever shown.
    pub created_millis: u64,
}

/// What unlocking gives.
pub struct Unlocked {
    /// The keys.
    pub keys: VaultKeys,
    /// Whether the key table is as this program left it.
    pub integrity: Integrity,
}

/// Whether a key table is as an unlocked vault left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Integrity {
    /// To the bit.
    Intact,
    /// Security settings were changed by someone without the keys, or damaged: read and export, but do
    /// not write.
    ChangedOutside {
        /// Epochs whose key was lost with it. What they sealed cannot be opened.
        damaged_epochs: Vec<u32>,
    },
}

/// Why a vault stays locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnlockError {
    /// The table has no slot of that name.
    #[error("no such slot")]
    UnknownSlot,
    /// This program cannot open slots of this kind.
    #[error("slot of a kind that is not opened here")]
    UnsupportedSlot,
    /// Somebody changed the cost of the derivation.
    #[error("slot with a derivation out of bounds")]
    KdfOutOfBounds(KdfParamsError),
    /// The slot is as it was made, and the secret is not the one it was made for.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The slot has changed since it was made. The passphrase may well be right.
    #[error("slot is damaged")]
    DamagedSlot,
    /// The passphrase is right, but no content-encryption key is left that could open anything.
    #[error("no content-encryption key can be unwrapped")]
    DamagedKeys,
}

impl VaultKeys {
    /// What seals and opens.
    #[must_use]
    pub const fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// The vault that the keys belong to.
    #[must_use]
    pub const fn vault(&self) -> &[u8; 16] {
        &self.vault
    }
}

impl KeyTable {
    /// Makes the keys of a new vault, which one passphrase opens: a master key, the content-encryption
    /// key of epoch 1, and the table that is to be stored before anything is sealed.
    #[must_use]
    pub fn create(
        vault: [u8; 16],
        passphrase: &NewPassphrase<'_>,
        entropy: &mut dyn Entropy,
    ) -> (Self, VaultKeys) {
        let master = MasterKey::make(entropy);
        let slot = make_slot(&vault, make_slot_id(entropy), passphrase, &master, entropy);
        make_table(vault, slot, &master, &[], 1, entropy)
    }

    /// Opens the vault through one of its slots, with the secret derived for that slot.
    ///
    /// # Errors
    /// A wrong passphrase and a damaged slot are different answers. A table that is damaged or changed
    /// elsewhere is no error, but [`Integrity::ChangedOutside`].
    pub fn unlock(&self, slot: SlotId, secret: &DerivedSecret) -> Result<Unlocked, UnlockError> {
        let master = self.unwrap_master(slot, secret)?;
        let table = master.derive_table_key(&self.vault);
        let wrapping = master.derive_wrapping_key(&self.vault);
        let mut keys = Vec::with_capacity(self.epochs.len());
        let mut damaged_epochs = Vec::new();
        for (epoch, wrapped) in &self.epochs {
            match wrapping.unwrap(&self.vault, *epoch, wrapped) {
                Some(key) => keys.push((*epoch, ContentEncryptionKey::new(&key))),
                None => damaged_epochs.push(*epoch),
            }
        }
        let ring = KeyRing::from_keys(keys).ok_or(UnlockError::DamagedKeys)?;
        let integrity = if table.is_authentic(&self.authenticated_bytes(), &self.mac) {
            Integrity::Intact
        } else {
            Integrity::ChangedOutside { damaged_epochs }
        };
        Ok(Unlocked { keys: VaultKeys { vault: self.vault, ring, wrapping, table }, integrity })
    }

    pub(super) fn unwrap_master(&self, id: SlotId, secret: &DerivedSecret) -> Result<MasterKey, UnlockError> {
        let slot = self.slot(id).ok_or(UnlockError::UnknownSlot)?;
        let body = slot.body()?;
        let key = KeyEncryptionKey::new(secret);
        if !key.is_committed(&body.commitment) {
            let is_intact = slot.is_intact(&self.vault);
            return Err(if is_intact { UnlockError::WrongPassphrase } else { UnlockError::DamagedSlot });
        }
        let context =
            SlotContext { vault: &self.vault, slot: &id.0, kind: slot.kind.number(), kdf: body.kdf.as_ref() };
        key.unwrap(&context, &body.master).ok_or(UnlockError::DamagedSlot)
    }
}

impl From<SlotError> for UnlockError {
    fn from(error: SlotError) -> Self {
        match error {
            SlotError::UnsupportedKind => Self::UnsupportedSlot,
            SlotError::Damaged => Self::DamagedSlot,
            SlotError::Kdf(wrong) => Self::KdfOutOfBounds(wrong),
        }
    }
}

pub(super) fn make_slot_id(entropy: &mut dyn Entropy) -> SlotId {
    let mut id = [0; 16];
    entropy.fill(&mut id);
    SlotId(id)
}

pub(super) fn make_slot(
    vault: &[u8; 16],
    id: SlotId,
    passphrase: &NewPassphrase<'_>,
    master: &MasterKey,
    entropy: &mut dyn Entropy,
) -> Slot {
    let key = KeyEncryptionKey::new(passphrase.secret);
    let kind = SlotKind::Passphrase.number();
    let context = SlotContext { vault, slot: &id.0, kind, kdf: Some(passphrase.kdf) };
    let body = SlotBody {
        kdf: Some(*passphrase.kdf),
        commitment: *key.commitment(),
        master: key.wrap(&context, master, entropy),
    };
    Slot::new(vault, id, passphrase.created_millis, &body)
}

/// A slot that a recovery sheet opens.
pub(super) fn make_recovery_slot(
    vault: &[u8; 16],
    id: SlotId,
    secret: &DerivedSecret,
    created_millis: u64,
    master: &MasterKey,
    entropy: &mut dyn Entropy,
) -> Slot {
    let key = KeyEncryptionKey::new(secret);
    let context = SlotContext { vault, slot: &id.0, kind: SlotKind::Recovery.number(), kdf: None };
    let body =
        SlotBody { kdf: None, commitment: *key.commitment(), master: key.wrap(&context, master, entropy) };
    Slot::new(vault, id, created_millis, &body)
}

/// A table with one slot, the content keys of `older` epochs and a new one for `epoch`, all of them
/// wrapped under `master`.
pub(super) fn make_table(
    vault: [u8; 16],
    slot: Slot,
    master: &MasterKey,
    older: &[(u32, RawContentKey)],
    epoch: u32,
    entropy: &mut dyn Entropy,
) -> (KeyTable, VaultKeys) {
    let wrapping = master.derive_wrapping_key(&vault);
    let table_key = master.derive_table_key(&vault);
    let newest = RawContentKey::make(entropy);
    let mut ring = KeyRing::new(ContentEncryptionKey::new(&newest), epoch);
    let mut epochs = Vec::with_capacity(older.len() + 1);
    for (epoch, key) in older {
        epochs.push((*epoch, wrapping.wrap(&vault, *epoch, key, entropy)));
        ring.remember(*epoch, ContentEncryptionKey::new(key));
    }
    epochs.push((epoch, wrapping.wrap(&vault, epoch, &newest, entropy)));
    let mut table = KeyTable { vault, slots: vec![slot], epochs, mac: [0; 32] };
    table.mac = table_key.mac(&table.authenticated_bytes());
    (table, VaultKeys { vault, ring, wrapping, table: table_key })
}
