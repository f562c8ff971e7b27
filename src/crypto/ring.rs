//! The content-encryption keys of an unlocked vault.

use super::keys::ContentEncryptionKey;

/// The content-encryption keys by epoch: the newest seals, each opens what it sealed. Comes from
/// [`super::KeyTable::unlock`] and is stored, wrapped, in the table. Neither printed, nor cloned, nor
/// serialised; wiped when dropped.
pub struct KeyRing {
    newest: (u32, ContentEncryptionKey),
    older: Vec<(u32, ContentEncryptionKey)>,
}

impl KeyRing {
    pub(super) const fn new(newest: ContentEncryptionKey, epoch: u32) -> Self {
        Self { newest: (epoch, newest), older: Vec::new() }
    }

    /// `keys` in ascending order of their epochs; `None` if there are none.
    pub(super) fn from_keys(mut keys: Vec<(u32, ContentEncryptionKey)>) -> Option<Self> {
        let newest = keys.pop()?;
        Some(Self { newest, older: keys })
    }

    /// The epoch that seals from now on. Rows of an older one ([`super::sealed_epoch`]) are sealed again
    /// when there is time.
    #[must_use]
    pub const fn newest_epoch(&self) -> u32 {
        self.newest.0
    }

    /// All epochs that can be opened, in ascending order.
    pub fn epochs(&self) -> impl Iterator<Item = u32> + '_ {
        self.older.iter().map(|(epoch, _)| *epoch).chain([self.newest.0])
    }

    pub(super) const fn sealing_key(&self) -> (u32, &ContentEncryptionKey) {
        (self.newest.0, &self.newest.1)
    }

    pub(super) fn key(&self, epoch: u32) -> Option<&ContentEncryptionKey> {
        if epoch == self.newest.0 {
            return Some(&self.newest.1);
        }
        self.older.iter().find(|(older, _)| *older == epoch).map(|(_, key)| key)
    }

    /// Adds a key that opens but does not seal.
    pub(super) fn remember(&mut self, epoch: u32, key: ContentEncryptionKey) {
        self.older.push((epoch, key));
    }

    /// Adds a key that seals from now on.
    pub(super) fn adopt(&mut self, epoch: u32, key: ContentEncryptionKey) {
        self.older.push(core::mem::replace(&mut self.newest, (epoch, key)));
    }

    pub(super) fn forget(&mut self, epoch: u32) {
        self.older.retain(|(older, _)| *older != epoch);
    }
}
