//! Bundles: the encrypted files by which copies of a notebook exchange and keep their records.
//!
//! | file | what lives there |
//! | --- | --- |
//! | [`header`] | who wrote a bundle for whom, what it covers |
//! | [`item`] | what a bundle carries, item by item |
//! | [`limits`] | every maximum, in one place |
//! | [`sealer`] | the requests that the sealer worker answers |

mod actors;
pub mod card;
pub mod container;
mod head;
pub mod header;
pub mod item;
pub mod keys;
pub mod limits;
mod line;
mod plain;
pub mod qr;
pub mod read;
pub mod recovery;
pub mod sealer;
mod state;
pub mod worker;
pub mod write;

pub use head::{VERSION, is_for_oneself};
pub use header::{BundleId, Header, Kind, Scope, Sender, To};
pub use item::{HistoryLine, Item, LedgerEntry};

/// What the signature of a bundle is of: `daifuku.bundle.1`, a zero byte, and SHA-512 of all bytes of the
/// unpacked content before the last line.
fn signed_message(hash: [u8; 64]) -> Vec<u8> {
    [b"daifuku.bundle.1\0".as_slice(), &hash].concat()
}
