//! What a bundle carries after its header, item by item: a line of JSON each.

use serde::{Deserialize, Serialize};

use super::header::{BundleId, Kind};
use crate::merge::{Dot, Erasure, HybridTimestamp, RecordState};
use crate::model::{FieldName, Instant, RecordId, Value};

/// One line of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Item {
    /// What is known of a record, or the part of it that the reader lacks or may see.
    Record {
        /// The page that it is on: its customer's id, or [`RecordId::NIL`].
        page: RecordId,
        /// The record.
        record: RecordId,
        /// Its state, to be joined.
        state: RecordState,
    },
    /// A record that was erased.
    Erasure {
        /// Its random id: nothing else is left of it.
        record: RecordId,
        /// When and by whom.
        erasure: Erasure,
    },
    /// A line of a record's history. Only in backups and handovers; never needed for merging.
    History(HistoryLine),
    /// The card of a team's member, as its file contains it, with whether the writer has compared its
    /// fingerprint.
    Member {
        /// The bytes of the card ([`super::sealer::Card`]).
        card: Vec<u8>,
        /// Whether the writer checked it.
        checked: bool,
    },
    /// An entry of the ledger. Only in backups and handovers.
    Ledger(LedgerEntry),
    /// The secret keys of the device that wrote a backup or handover, so that files that were written to
    /// it can still be opened. Never in anything else.
    Keys(Vec<u8>),
    /// How the screens of the device are set, by name: language, size of text, idle time. Only in backups and
    /// handovers.
    Settings(Vec<(String, String)>),
}

/// Who wrote what over what, when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// The page that the record is on.
    pub page: RecordId,
    /// Which record.
    pub record: RecordId,
    /// Which field; nothing for a deletion or restoration.
    pub field: Option<FieldName>,
    /// What was displayed before.
    pub old: Value,
    /// What was displayed after.
    pub new: Value,
    /// When.
    pub at: HybridTimestamp,
    /// By which write.
    pub by: Dot,
}

/// One export, for the record: who received what, when, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// The bundle.
    pub bundle: BundleId,
    /// When it was made.
    pub at: Instant,
    /// What it was for.
    pub kind: Kind,
    /// Who received it: names of members, or what the person typed.
    pub to: String,
    /// Why, as the person typed it.
    pub purpose: String,
    /// The groups of fields that were in it, by name; empty for everything.
    pub fields: Vec<String>,
    /// The customers that were in it, ascending; empty when [`Self::everyone`].
    pub customers: Vec<RecordId>,
    /// Whether all customers of the notebook were in it.
    pub everyone: bool,
}
