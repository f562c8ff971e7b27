//! Vault format 1: what the rows contain once they are opened.
//!
//! Every structure here is stored as [postcard](https://postcard.jamesmunns.com/wire-format) (version 1 of
//! its wire format), fields in the order of declaration, behind one version byte ([`VERSION`], and
//! [`CARD_VERSION`] of what holds cards; [`super::older`] reads what came before), and sealed
//! ([`crate::crypto`]) under a context that names the vault, the area and the row. Rows:
//!
//! | area | row | content |
//! | --- | --- | --- |
//! | `meta` | 0 | the fence: a plain number, 8 bytes, big-endian |
//! | `meta` | 1 | key slots, plain, with their own authentication ([`crate::crypto`]) |
//! | `meta` | 2 | [`Manifest`] |
//! | `meta` | 3 | [`Drafts`] |
//! | `meta` | 4 | the key slots once more |
//! | `meta` | 5 | [`Manifest`] once more, sealed for this row |
//! | `log` | n | [`LogRow`]: one save, n counts up for ever |
//! | `segments` | n < 2^52 | a batch of pages ([`super::segment`]) |
//! | `segments` | n ≥ 2^52 | a batch of [`Card`]s ([`super::segment`]) |
//! | `index` | n | the search filter of the batch of pages with the same number |
//! | `blobs` | n < 2^52 | the row `n` of the log, which was found damaged, put aside unchanged |
//! | `blobs` | 2^52 + t | drafts that were found damaged, put aside unchanged at the millisecond t |
//! | `blobs` | 2^53 − 2, 2^53 − 1 | the copies of the team that were found damaged last, put aside unchanged |
//! | `sharing` | n | what is known of colleagues, bundles and backups ([`super::team`]) |
//!
//! Loading folds: manifest, cards, then the log in sequence. A *page* is a customer's record with all that
//! belongs to it; it lives in one batch, and every change since that batch was written is in the log. As
//! records merge by joining ([`crate::merge`]), folding the same row twice changes nothing, so a crash
//! between any two writes leaves a vault that loads.

use serde::{Deserialize, Serialize};

use super::older::OldLogRow;
use crate::merge::{Dot, HybridTimestamp, RecordState};
use crate::model::{Date, FieldName, Instant, RecordId, RecordKind, ReplicaId, Value};

/// The version of all rows of this module that hold no card.
pub const VERSION: u8 = 1;
/// The version of what holds cards: rows of the log, batches of cards.
pub const CARD_VERSION: u8 = 2;

/// `meta` row of the key slots.
pub const ROW_SLOTS: u64 = 1;
/// `meta` row of the manifest.
pub const ROW_MANIFEST: u64 = 2;
/// `meta` row of the drafts.
pub const ROW_DRAFTS: u64 = 3;
/// `meta` row of the second copy of the key slots: without them nobody can open the vault.
pub const ROW_SLOTS_COPY: u64 = 4;
/// `meta` row of the second copy of the manifest: without it nobody knows which batches are live.
pub const ROW_MANIFEST_COPY: u64 = 5;
/// The first row number in `blobs` of drafts that were put aside.
pub const DRAFTS_ASIDE: u64 = 1 << 52;
/// The first row number in `blobs` of a team that was put aside.
pub const TEAM_ASIDE: u64 = (1 << 53) - 2;
/// The first row number of card batches in `segments`.
pub const CARDS_FROM: u64 = 1 << 52;

/// What is live, and where counting goes on. Rewritten with every change of the segments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// This copy of the notebook.
    pub replica: ReplicaId,
    /// When the vault was made.
    pub created: Instant,
    /// The code that authenticates the key slots, so that older slots which were put back are noticed.
    pub slots: [u8; 32],
    /// Names of the devices that wrote here, by replica.
    pub devices: Vec<(ReplicaId, String)>,
    /// The last dot counter that is folded into segments.
    pub counter: u64,
    /// The last stamp that is folded into segments.
    pub clock: HybridTimestamp,
    /// Log rows from here on are not folded in yet.
    pub log_from: u64,
    /// The number of the next batch of pages or cards.
    pub next_segment: u64,
    /// The live batches of pages, in ascending order.
    pub pages: Vec<SegmentEntry>,
    /// The live batches of cards, in ascending order: a later card of a page replaces an earlier one.
    pub cards: Vec<SegmentEntry>,
    /// Imports that were made.
    pub imports: Vec<Import>,
}

/// One live batch. The tag binds the very bytes: another version of the row is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentEntry {
    /// Its row in `segments`.
    pub row: u64,
    /// The authentication tag of its sealed bytes.
    pub tag: [u8; 16],
    /// Its sealed length in bytes.
    pub bytes: u32,
    /// How many pages or cards are in it.
    pub members: u32,
    /// The tag of its search filter in `index`; zero for cards.
    pub filter: [u8; 16],
}

/// An import. The ids of its customers follow from the seed ([`super::bulk::import_id`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Names the import and seeds the ids of its customers.
    pub seed: RecordId,
    /// The file's name.
    pub name: String,
    /// When.
    pub at: Instant,
    /// How many customers it added.
    pub added: u32,
    /// Whether it was undone.
    pub undone: bool,
}

/// One save.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRow {
    /// When.
    pub at: HybridTimestamp,
    /// The last dot counter used in it.
    pub counter: u64,
    /// What changed, page by page.
    pub pages: Vec<PageChange>,
}

/// The changes of one page in one save.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageChange {
    /// Which page.
    pub page: RecordId,
    /// Deltas of its records, to be joined.
    pub deltas: Vec<(RecordId, RecordState)>,
    /// What the history will say.
    pub journal: Vec<JournalEntry>,
    /// The page's card as it is now, so that lists need no page.
    pub card: Card,
}

/// One line of the history: who wrote what over what, when. Never needed for merging.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
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

/// The little of a page that lists, sorting, name search and the task board need.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The page: its customer's id.
    pub page: RecordId,
    /// Row of the batch that holds the page; 0 while it is only in the log.
    pub segment: u64,
    /// The page's place in that batch.
    pub place: u32,
    /// When anything on the page changed last.
    pub changed: Instant,
    /// See [`Card::DELETED`] and the other bits.
    pub flags: u8,
    /// Displayed name.
    pub name: String,
    /// Reading.
    pub reading: String,
    /// Company.
    pub company: String,
    /// First phone as typed.
    pub phone: String,
    /// All other phones and mails, separated by line feeds.
    pub reach: String,
    /// Person in charge.
    pub owner: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Date of birth.
    pub birthday: Option<Date>,
    /// The day of the latest note or purchase.
    pub talked: Option<Date>,
    /// Tasks that are not in the trash.
    pub tasks: Vec<TaskCard>,
    /// Records of the page that are in the trash.
    pub trash: Vec<TrashCard>,
}

impl Card {
    /// The customer is in the trash.
    pub const DELETED: u8 = 1;
    /// The customer is an organisation.
    pub const ORGANISATION: u8 = 2;
    /// A warning stands on the page.
    pub const WARNING: u8 = 4;
    /// The page has no customer: it holds records of none.
    pub const HEADLESS: u8 = 8;
    /// Something on the page waits for a decision.
    pub const CONFLICT: u8 = 16;
    /// The customer is hidden on this device. Of no meaning in stored cards: [`super::team::Team::hidden`]
    /// says who is.
    pub const HIDDEN: u8 = 32;

    /// The days of the card ([`Self::birthday`], [`Self::talked`]) are those of its page. Cards that come from
    /// version 1 lack it, until they are made anew.
    pub const DAYS: u8 = 64;

    /// Sets or clears a flag.
    pub fn mark(&mut self, flag: u8, set: bool) {
        if set {
            self.flags |= flag;
        } else {
            self.flags &= !flag;
        }
    }

    /// Whether a flag is set.
    #[must_use]
    pub fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Whether lists of customers show it.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        !self.is(Self::DELETED) && !self.is(Self::HEADLESS) && !self.is(Self::HIDDEN)
    }
}

/// A task as the board shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCard {
    /// The record.
    pub id: RecordId,
    /// What there is to do.
    pub title: String,
    /// When it is due.
    pub due: Option<Date>,
    /// When it was done.
    pub done: Option<Instant>,
    /// Who does it.
    pub owner: String,
    /// How it repeats, as stored.
    pub repeat: String,
    /// When it changed last.
    pub changed: Instant,
}

/// A deleted record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrashCard {
    /// The record.
    pub id: RecordId,
    /// What it was.
    pub kind: RecordKind,
    /// Its name, title or beginning.
    pub title: String,
    /// When it was deleted.
    pub deleted: Instant,
    /// Whether it went together with its customer.
    pub with_customer: bool,
}

/// Unsaved texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drafts(pub Vec<(String, String, Instant)>);

/// Encodes a row: the version byte and postcard.
#[must_use]
pub fn encode<T: Serialize>(row: &T) -> Vec<u8> {
    // INVARIANT: growing a vector can't fail, and none of our types refuses to be serialised.
    postcard::to_extend(row, vec![VERSION]).unwrap_or_default()
}

/// Encodes a row of the log.
#[must_use]
pub fn encode_log(row: &LogRow) -> Vec<u8> {
    // INVARIANT: as in [`encode`].
    postcard::to_extend(row, vec![CARD_VERSION]).unwrap_or_default()
}

/// Decodes a row of the log, of this version or an older one.
///
/// # Errors
/// [`DecodeError`] when it is of a newer version or not what it should be.
pub fn decode_log(bytes: &[u8]) -> Result<LogRow, DecodeError> {
    match bytes.split_first() {
        Some((&CARD_VERSION, content)) => whole(content),
        Some((&VERSION, content)) => whole::<OldLogRow>(content).map(LogRow::from),
        Some((&found, _)) if found > CARD_VERSION => Err(DecodeError::Newer(found)),
        _ => Err(DecodeError::Damaged),
    }
}

fn whole<'a, T: Deserialize<'a>>(content: &'a [u8]) -> Result<T, DecodeError> {
    match postcard::take_from_bytes(content) {
        Ok((row, [])) => Ok(row),
        _ => Err(DecodeError::Damaged),
    }
}

/// Decodes a row.
///
/// # Errors
/// [`DecodeError`] when it is of a newer version or not what it should be.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, DecodeError> {
    match bytes.split_first() {
        Some((&VERSION, content)) => whole(content),
        Some((&found, _)) if found > VERSION => Err(DecodeError::Newer(found)),
        _ => Err(DecodeError::Damaged),
    }
}

/// Why an opened row can't be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not what it should be, though its seal was whole: a fault of the program that wrote it.
    #[error("the content of a row is damaged")]
    Damaged,
    /// Written by a newer version of the program.
    #[error("a row is of version {0}")]
    Newer(u8),
}
