//! Sealing rows in their place: the keys of an open vault, bound to its id.

use core::cell::RefCell;

use crate::crypto::{self, Context, Entropy, VaultKeys};

use super::error::VaultError;
use super::format::VERSION;
use super::store::Area;

/// The keys and the randomness to seal with.
pub struct Sealing {
    keys: VaultKeys,
    entropy: RefCell<Box<dyn Entropy>>,
}

impl core::fmt::Debug for Sealing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Sealing")
    }
}

impl Sealing {
    /// Of an unlocked vault.
    #[must_use]
    pub fn new(keys: VaultKeys, entropy: Box<dyn Entropy>) -> Self {
        Self { keys, entropy: RefCell::new(entropy) }
    }

    fn context(&self, area: Area, row: u64) -> Context {
        Context { vault: *self.keys.vault(), area: area.number(), row, format: u16::from(VERSION) }
    }

    /// Seals a row for its place.
    ///
    /// # Errors
    /// [`VaultError::TooLarge`] from 256 MiB on.
    pub fn seal(&self, area: Area, row: u64, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut entropy = self.entropy.borrow_mut();
        crypto::seal(self.keys.ring(), &self.context(area, row), plain, &mut **entropy)
            .map_err(|_| VaultError::TooLarge)
    }

    /// Opens a row in its place; nothing when it is not what was sealed there.
    #[must_use]
    pub fn open(&self, area: Area, row: u64, sealed: &[u8]) -> Option<Vec<u8>> {
        crypto::open(self.keys.ring(), &self.context(area, row), sealed).ok()
    }

    /// Opens a row that must be the very one that the manifest names.
    #[must_use]
    pub fn open_named(&self, area: Area, row: u64, sealed: &[u8], tag: &[u8; 16]) -> Option<Vec<u8>> {
        if crypto::auth_tag(sealed).as_ref() != Some(tag) {
            return None;
        }
        self.open(area, row, sealed)
    }

    /// Fills bytes at random.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.entropy.borrow_mut().fill(bytes);
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &VaultKeys {
        &self.keys
    }

    /// The randomness, for making keys.
    pub fn with_entropy<T>(&self, make: impl FnOnce(&mut dyn Entropy) -> T) -> T {
        make(&mut **self.entropy.borrow_mut())
    }
}
