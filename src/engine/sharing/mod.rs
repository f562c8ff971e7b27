//! Sharing without a server: colleagues, bundles out and in, conflicts, backups, erasing.
//!
//! | file | use case |
//! | --- | --- |
//! | [`groups`], [`parts`] | what of a page goes out |
//! | [`folder`] | names and places of files in a shared folder |
//! | `people` | this device, colleagues, cards, trust |
//! | `outgoing` | planning and making a bundle, the ledger |
//! | `incoming` | opening a bundle and looking what it would do |
//! | `applying` | merging it, in steps that go on after a crash; what it brings back |
//! | `undoing` | receipts, and taking a merge back |
//! | `conflicts` | what waits for a decision |
//! | `erasing` | hiding and erasing |
//! | `recovery` | the recovery sheet, forgotten passphrases |
//! | [`folder`] | the names in folders that are shared or synced |
//! | `state` | what every screen shows |

mod ahead;
mod applying;
mod conflicts;
mod erasing;
pub mod folder;
pub mod groups;
mod incoming;
mod outgoing;
pub mod parts;
mod people;
mod preview;
mod recovery;
mod restoring;
pub mod rows;
mod staging;
mod state;
mod told;
mod undoing;

use std::collections::HashSet;

pub(super) use self::recovery::secret_of;

use self::incoming::OpenedBundle;
use self::recovery::PendingSheet;
use self::rows::FileOut;
use super::failure::Failure;
use crate::bundle::sealer::{Card, SealerError};
use crate::model::RecordId;
use crate::vault::team::Unread;

/// What a session holds of sharing.
#[derive(Default)]
pub struct SharingSession {
    /// The bundle that was opened last.
    opened: Option<OpenedBundle>,
    /// The file that was made last.
    made: Option<FileOut>,
    /// The card that was read last.
    card: Option<Card>,
    /// The recovery sheet that waits to be confirmed.
    sheet: Option<PendingSheet>,
    /// What merges changed and nobody looked at.
    unread: Unread,
    unread_pages: HashSet<RecordId>,
}

impl SharingSession {
    /// Whether a merge changed a page that was not opened since.
    #[must_use]
    pub fn is_unread(&self, page: RecordId) -> bool {
        self.unread_pages.contains(&page)
    }
}

fn failed(error: SealerError) -> Failure {
    Failure::Bundle(error)
}

fn unexpected() -> Failure {
    Failure::Bundle(SealerError::Order)
}
