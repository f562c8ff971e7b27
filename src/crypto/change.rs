//! Changing who can open a vault and with which keys it is sealed. No change touches a row: rows of an
//! older epoch are sealed again in their own time.
//!
//! Each change gives a new table. Store it, and only when it is stored use what belongs to it: a row
//! sealed with a key that was never stored would be lost.

use thiserror::Error;

use super::entropy::Entropy;
use super::kdf::DerivedSecret;
use super::keys::{ContentEncryptionKey, MasterKey, RawContentKey};
use super::table::{KeyTable, MAX_EPOCHS, MAX_SLOTS, SlotId, SlotKind};
use super::unlock::{
    NewPassphrase, UnlockError, VaultKeys, make_recovery_slot, make_slot, make_slot_id, make_table,
};

/// Why a passphrase or the master key was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RewrapError {
    /// The secret that should allow the change does not open its slot.
    #[error("slot was not opened")]
    Unlock(#[from] UnlockError),
    /// The table is not as this program left it; a change would make it look genuine.
    #[error("key table was changed outside")]
    ChangedOutside,
    /// There are 32 slots, more than this program makes.
    #[error("no room for a further slot")]
    TooManySlots,
    /// There is no slot of the name to be replaced.
    #[error("no such slot")]
    UnknownSlot,
    /// There are 1,024 epochs, or the last possible one. Retire some first.
    #[error("no further epoch")]
    TooManyEpochs,
    /// The content-encryption key of an epoch could not be unwrapped.
    #[error("content-encryption key of epoch {epoch} is damaged")]
    DamagedEpoch {
        /// Which one.
        epoch: u32,
    },
}

/// Why the epochs were not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EpochError {
    /// The table is not as this program left it, or the keys belong to another.
    #[error("key table was changed outside")]
    ChangedOutside,
    /// There are 1,024 epochs, or the last possible one. Retire some first.
    #[error("no further epoch")]
    TooManyEpochs,
    /// The epoch to be retired is the newest, or there is none of that number.
    #[error("epoch {epoch} cannot be retired")]
    NotRetirable {
        /// The number asked for.
        epoch: u32,
    },
}

/// A new content-encryption key that is in the new table but not in use yet. Hand it to
/// [`VaultKeys::adopt`] once the table is stored; drop it if that failed.
#[must_use]
pub struct NewEpoch {
    epoch: u32,
    key: ContentEncryptionKey,
}

impl KeyTable {
    /// Changes a passphrase: wraps the same master key for the new one, in the slot `replaced`, which
    /// keeps its name. `authority` is a slot with its secret, usually the same slot with the old
    /// passphrase. Whoever has an old copy of the table and the old passphrase can still open the vault;
    /// if that is to be feared, [`Self::rekey`].
    ///
    /// # Errors
    /// If the authority does not open its slot, or the table was changed outside.
    pub fn rewrap(
        &self,
        authority: (SlotId, &DerivedSecret),
        replaced: SlotId,
        passphrase: &NewPassphrase<'_>,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, RewrapError> {
        let master = self.authorise(authority)?;
        let mut table = self.clone();
        let slot = table.slots.iter_mut().find(|slot| slot.id == replaced);
        let slot = slot.ok_or(RewrapError::UnknownSlot)?;
        *slot = make_slot(&self.vault, replaced, passphrase, &master, entropy);
        table.mac = master.derive_table_key(&self.vault).mac(&table.authenticated_bytes());
        Ok(table)
    }

    /// Lets a recovery sheet open the vault, in place of an earlier sheet. `secret` is what the sheet gives
    /// (64 bytes with all their entropy), `created_millis` the time, only ever shown. `authority` is a slot
    /// with its secret, usually that of the passphrase.
    ///
    /// # Errors
    /// If the authority does not open its slot, the table was changed outside, or it is full.
    pub fn set_recovery(
        &self,
        authority: (SlotId, &DerivedSecret),
        secret: &DerivedSecret,
        created_millis: u64,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, RewrapError> {
        let master = self.authorise(authority)?;
        let mut table = self.clone();
        table.slots.retain(|slot| slot.kind != SlotKind::Recovery);
        if table.slots.len() >= MAX_SLOTS {
            return Err(RewrapError::TooManySlots);
        }
        let id = make_slot_id(entropy);
        table.slots.push(make_recovery_slot(&self.vault, id, secret, created_millis, &master, entropy));
        table.mac = master.derive_table_key(&self.vault).mac(&table.authenticated_bytes());
        Ok(table)
    }

    /// Changes everything, because a passphrase may be known to someone: a new master key, a new slot for
    /// the new passphrase, a new epoch. The older epochs stay until they are retired. The master key
    /// must change with the epoch, because the old one could unwrap every content-encryption key that is
    /// ever wrapped under it. All other slots are gone, since nobody has their secrets now: they are to
    /// be set up again.
    ///
    /// # Errors
    /// If the authority does not open its slot, or the table was changed outside.
    pub fn rekey(
        &self,
        authority: (SlotId, &DerivedSecret),
        passphrase: &NewPassphrase<'_>,
        entropy: &mut dyn Entropy,
    ) -> Result<(Self, VaultKeys), RewrapError> {
        let old = self.authorise(authority)?.derive_wrapping_key(&self.vault);
        let epoch = self.next_epoch().ok_or(RewrapError::TooManyEpochs)?;
        let unwrap = |(epoch, wrapped): &(u32, _)| {
            let key = old.unwrap(&self.vault, *epoch, wrapped);
            key.map(|key| (*epoch, key)).ok_or(RewrapError::DamagedEpoch { epoch: *epoch })
        };
        let older = self.epochs.iter().map(unwrap).collect::<Result<Vec<_>, _>>()?;
        let master = MasterKey::make(entropy);
        let slot = make_slot(&self.vault, make_slot_id(entropy), passphrase, &master, entropy);
        Ok(make_table(self.vault, slot, &master, &older, epoch, entropy))
    }

    /// Begins a new epoch, for instance before a deep erase: what is sealed from then on cannot be opened
    /// with the keys of before.
    ///
    /// # Errors
    /// If the table is not the one that the keys belong to, or there are too many epochs.
    pub fn add_epoch(
        &self,
        keys: &VaultKeys,
        entropy: &mut dyn Entropy,
    ) -> Result<(Self, NewEpoch), EpochError> {
        self.recognise(keys)?;
        let epoch = self.next_epoch().ok_or(EpochError::TooManyEpochs)?;
        let key = RawContentKey::make(entropy);
        let mut table = self.clone();
        table.epochs.push((epoch, keys.wrapping.wrap(&self.vault, epoch, &key, entropy)));
        table.mac = keys.table.mac(&table.authenticated_bytes());
        Ok((table, NewEpoch { epoch, key: ContentEncryptionKey::new(&key) }))
    }

    /// Takes an epoch's key out of the table: what it sealed can never be opened again, in copies of the
    /// rows neither. Seal all its live rows again first, store the table, then [`VaultKeys::forget`].
    ///
    /// # Errors
    /// If the table is not the one that the keys belong to, or the epoch is the newest or unknown.
    pub fn retire_epoch(&self, keys: &VaultKeys, epoch: u32) -> Result<Self, EpochError> {
        self.recognise(keys)?;
        let is_newest = self.epochs.last().is_some_and(|(newest, _)| *newest == epoch);
        if is_newest || !self.epochs.iter().any(|(known, _)| *known == epoch) {
            return Err(EpochError::NotRetirable { epoch });
        }
        let mut table = self.clone();
        table.epochs.retain(|(known, _)| *known != epoch);
        table.mac = keys.table.mac(&table.authenticated_bytes());
        Ok(table)
    }

    /// The master key, if the secret opens its slot and the table is genuine.
    fn authorise(&self, (slot, secret): (SlotId, &DerivedSecret)) -> Result<MasterKey, RewrapError> {
        let master = self.unwrap_master(slot, secret)?;
        let table = master.derive_table_key(&self.vault);
        let is_authentic = table.is_authentic(&self.authenticated_bytes(), &self.mac);
        if is_authentic { Ok(master) } else { Err(RewrapError::ChangedOutside) }
    }

    fn recognise(&self, keys: &VaultKeys) -> Result<(), EpochError> {
        let is_authentic = keys.table.is_authentic(&self.authenticated_bytes(), &self.mac);
        if is_authentic { Ok(()) } else { Err(EpochError::ChangedOutside) }
    }

    fn next_epoch(&self) -> Option<u32> {
        let newest = self.epochs.last().map_or(0, |(epoch, _)| *epoch);
        if self.epochs.len() < MAX_EPOCHS { newest.checked_add(1) } else { None }
    }
}

impl NewEpoch {
    /// The number of the new epoch.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }
}

impl VaultKeys {
    /// Seals with the new epoch from now on. Only after its table was stored.
    pub fn adopt(&mut self, new: NewEpoch) {
        self.ring.adopt(new.epoch, new.key);
    }

    /// Wipes the key of a retired epoch. The newest cannot be forgotten.
    pub fn forget(&mut self, epoch: u32) {
        self.ring.forget(epoch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{KdfParams, SeededEntropy};

    #[test]
    fn a_full_table_takes_no_further_slot() {
        let kdf = KdfParams::new(19_456, 2, 1, [1; 16]).unwrap();
        let secret = |byte| DerivedSecret::from_bytes(&[byte; 64]);
        let entropy = &mut SeededEntropy::new(1);
        let own = secret(7);
        let passphrase = NewPassphrase { kdf: &kdf, secret: &own, created_millis: 1 };
        let (mut table, keys) = KeyTable::create([2; 16], &passphrase, entropy);
        let slot = table.slots()[0].id();
        for number in 0..31 {
            let mut other = table.slots[0].clone();
            (other.id, other.kind) = (SlotId([number; 16]), SlotKind::Other(9));
            table.slots.push(other);
            table.mac = keys.table.mac(&table.authenticated_bytes());
            let set = table.set_recovery((slot, &own), &secret(5), 1, entropy);
            let is_full = table.slots.len() == MAX_SLOTS;
            assert_eq!(set.as_ref().err(), is_full.then_some(&RewrapError::TooManySlots));
            if let Ok(set) = set {
                assert_eq!(KeyTable::decode(&set.encode()), Ok(set));
            }
        }
    }
}
