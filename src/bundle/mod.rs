//! Bundles: the encrypted files by which copies of a notebook exchange and keep their records.
//!
//! | file | what lives there |
//! | --- | --- |
//! | [`header`] | who wrote a bundle for whom, what it covers |
//! | [`item`] | what a bundle carries, item by item |
//! | [`limits`] | every maximum, in one place |
//! | [`sealer`] | the requests that the sealer worker answers |

pub mod header;
pub mod item;
pub mod limits;
pub mod sealer;

pub use header::{BundleId, Header, Kind, Scope, Sender, To};
pub use item::{HistoryLine, Item, LedgerEntry};
