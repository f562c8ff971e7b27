//! Why the engine could not do what was asked. Data, not sentences: the screen says it in words.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::bundle::sealer::SealerError;

/// Why a request failed. Nothing was changed, unless the variant says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
pub enum Failure {
    /// The passphrase is not the vault's.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// Stored bytes are not what was written: they were damaged or changed outside of the program.
    #[error("damaged {what}")]
    Damaged {
        /// Which part of the vault: a developer's word such as `segment 12`.
        what: String,
    },
    /// The security settings (key slots) were changed outside of the program.
    #[error("key slots were changed outside of the program")]
    SlotsChanged,
    /// There is no vault here yet.
    #[error("no vault")]
    NoVault,
    /// There is a vault already.
    #[error("a vault exists")]
    VaultExists,
    /// Another tab holds the vault.
    #[error("the vault is open in another tab")]
    OpenElsewhere,
    /// The vault is locked.
    #[error("the vault is locked")]
    Locked,
    /// The vault was written by a newer version of the program.
    #[error("written by version {found} of the format, this program reads up to {newest}")]
    NewerVersion {
        /// The version found.
        found: u32,
        /// The newest version that this program reads.
        newest: u32,
    },
    /// Screen and engine are of different versions: the page must be reloaded.
    #[error("protocol {theirs} instead of {ours}")]
    OtherProtocol {
        /// The screen's.
        theirs: u32,
        /// The engine's.
        ours: u32,
    },
    /// The message could not be read.
    #[error("unreadable message")]
    Unreadable,
    /// The browser has no room left. What was to be saved is not saved.
    #[error("no room left")]
    NoRoom,
    /// The browser's database failed.
    #[error("storage failed: {name}")]
    Storage {
        /// The browser's name of the error, never its message.
        name: String,
    },
    /// The passphrase is too weak to protect customers' data.
    #[error("passphrase too weak")]
    WeakPassphrase,
    /// Deriving the key failed, usually for want of memory.
    #[error("key derivation failed")]
    KeyDerivation,
    /// No such record, list, job or file.
    #[error("not found")]
    NotFound,
    /// There is nothing to undo or redo.
    #[error("nothing to undo")]
    NothingToUndo,
    /// The file can't be read as a table at all.
    #[error("unreadable file: {0:?}")]
    File(FileProblem),
    /// Cancelled before anything was written.
    #[error("cancelled")]
    Cancelled,
    /// A bundle, card or sheet can't be read or written.
    #[error("bundle: {0}")]
    Bundle(SealerError),
    /// What was typed is not the end of the recovery sheet's text.
    #[error("not the text of the sheet")]
    NotTheSheet,
    /// There is no recovery sheet that a backup could be written to.
    #[error("no recovery sheet")]
    NoRecoverySheet,
    /// Nobody was chosen that the bundle could be for, or nothing that could be in it.
    #[error("nothing chosen")]
    NothingChosen,
    /// Nothing has changed since the last bundle to this colleague.
    #[error("nothing new")]
    NothingNew,
    /// Another copy of this device writes under its id. The engine takes another one and goes on by itself.
    #[error("another copy writes under the same id")]
    OtherCopy,
    /// It must be confirmed first: see [`super::sharing::rows::BundlePreview::brake`].
    #[error("not confirmed")]
    NotConfirmed,
}

/// Why a file could not be read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileProblem {
    /// Nothing is in it.
    Empty,
    /// It is not text in UTF-8.
    NotUtf8,
    /// No column names were recognised and none could be guessed.
    NoHeader,
    /// It is larger than this program takes.
    TooLarge,
    /// It is a workbook or another binary file.
    Binary,
}
