//! Why a vault could not do what was asked.

use thiserror::Error;

use super::format::DecodeError;
use super::store::StoreError;

/// Why a vault could not be opened, read or written. A failed write has changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VaultError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The passphrase is not the vault's.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// A row is missing, damaged, or not the one that belongs there.
    #[error("damaged {0}")]
    Damaged(Part),
    /// The key slots were changed outside of the program: the notebook can be read, not written.
    #[error("key slots were changed outside")]
    SlotsChanged,
    /// Written by a newer version of the program.
    #[error("written by version {0} of the format")]
    Newer(u8),
    /// More than one row can hold.
    #[error("too large to be saved")]
    TooLarge,
    /// A vault is there already.
    #[error("a vault exists")]
    Exists,
    /// Writes of this device arrive that it has not made: another copy of it goes on under the same id.
    #[error("another copy writes under the id of this device")]
    OtherCopy,
    /// No such record.
    #[error("no such record")]
    NotFound,
}

/// Parts of a vault, to say what is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Part {
    /// The key slots.
    #[error("key slots")]
    Slots,
    /// The manifest.
    #[error("manifest")]
    Manifest,
    /// A row of the log.
    #[error("log row {0}")]
    Log(u64),
    /// A batch of pages or cards.
    #[error("segment {0}")]
    Segment(u64),
    /// A search filter.
    #[error("search filter {0}")]
    Filter(u64),
    /// The drafts.
    #[error("drafts")]
    Drafts,
    /// What is known of sharing.
    #[error("team")]
    Team,
    /// A row of what was exchanged.
    #[error("sharing row {0}")]
    Sharing(u64),
}

impl VaultError {
    /// What a row that can't be decoded means.
    #[must_use]
    pub fn decoding(error: DecodeError, part: Part) -> Self {
        match error {
            DecodeError::Newer(found) => Self::Newer(found),
            DecodeError::Damaged => Self::Damaged(part),
        }
    }
}
