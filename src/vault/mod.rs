//! The vault: the sealed, log-structured store of a notebook, over a [`Store`] of plain numbered rows.
//!
//! Rivals keep one row for every record, and IndexedDB costs tens of microseconds a row whatever its size.
//! A vault keeps *batches*, like a log-structured database: a save is one small row in a log; compaction
//! folds the log into batches of [pages](page::Page) (everything of one customer) and batches of
//! [cards](format::Card) (the little that lists need). Unlocking reads the cards and shows the list; pages
//! stay sealed until someone opens one, so memory does not grow with the length of the notes.
//!
//! ```text
//! Locked  --unlock-->  Notebook  --begin-->  Transaction  --commit-->  one log row
//!                         |                                               |
//!                         '-- page, cards, check             compact: log -> batches
//! ```
//!
//! [`mod@format`] says what every row contains, [`crate::crypto`] how it is sealed. Invariants:
//! * a change is in memory only after it is on disk; a commit that failed has changed nothing;
//! * a row number is never used twice, and the manifest names the tag of every live batch, so that rows
//!   can't be swapped, replayed or dropped unnoticed;
//! * between any two commits the rows are a whole vault: a crash loses nothing that was confirmed;
//! * a row that can't be opened is counted, shown and never deleted.

pub mod bulk;
pub mod cards;
pub mod check;
pub mod compact;
pub mod conformance;
pub mod drafts;
pub mod erasing;
pub mod error;
pub mod format;
mod load;
pub mod locked;
pub mod memory;
pub mod merging;
pub mod notebook;
mod older;
pub mod page;
mod renewing;
pub mod replica;
pub mod sealing;
pub mod segment;
pub mod store;
pub mod team;
pub mod text;
pub mod transaction;
pub mod view;

pub use error::VaultError;
pub use locked::Locked;
pub use notebook::Notebook;
pub use page::Page;
pub use store::{Area, Batch, Store, StoreError, Write};
pub use transaction::Transaction;
