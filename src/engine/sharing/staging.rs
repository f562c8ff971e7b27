//! The content of a bundle on its way into the notebook: packed in pieces, in memory until it is wanted,
//! then as rows, so that a merge that was interrupted goes on.

use serde::{Deserialize, Serialize};

use crate::bundle::{Header, HistoryLine, Item, LedgerEntry};
use crate::merge::{Erasures, RecordState};
use crate::model::{RecordId, RecordKind};
use crate::vault::format::JournalEntry;
use crate::vault::merging::Incoming;
use crate::vault::segment::{deflate, inflate};

/// A piece is full with so many pages, or so many records.
const PAGES_IN_PIECE: usize = 128;
const RECORDS_IN_PIECE: usize = 1_500;

/// A bundle's content.
#[derive(Debug, Default)]
pub(super) struct Staged {
    /// Packed pieces, each a sequence of [`Incoming`].
    pub(super) pieces: Vec<Vec<u8>>,
    /// What is not of a page.
    pub(super) rest: Rest,
    /// Records by kind.
    pub(super) records: Vec<(RecordKind, u32)>,
    /// Customers.
    pub(super) customers: u32,
}

/// What of a bundle is not of a page.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Rest {
    /// The header; nothing before it is known.
    pub(super) header: Option<Box<Header>>,
    /// What it erases.
    pub(super) erasures: Erasures,
    /// Cards, and whether the sender checked them.
    pub(super) members: Vec<(Vec<u8>, bool)>,
    /// The ledger.
    pub(super) ledger: Vec<LedgerEntry>,
    /// Keys of devices: there are some if and only if the bundle is one's own.
    pub(super) keys: Vec<Vec<u8>>,
    /// How the screens were set; only of one's own.
    pub(super) settings: Vec<(String, String)>,
}

/// Gathers items.
#[derive(Debug, Default)]
pub(super) struct Stager {
    staged: Staged,
    piece: Vec<Incoming>,
    records: usize,
}

impl Stager {
    /// Takes the next item.
    pub(super) fn push(&mut self, item: Item) {
        match item {
            Item::Record { page, record, state } => {
                self.count(page, record, &state);
                self.page(page).records.push((record, state));
                self.records += 1;
            }
            Item::History(line) => {
                let page = line.page;
                self.page(page).history.push(journal_entry(line));
            }
            Item::Erasure { record, erasure } => self.staged.rest.erasures.note(record, erasure),
            Item::Member { card, checked } => self.staged.rest.members.push((card, checked)),
            Item::Ledger(entry) => self.staged.rest.ledger.push(entry),
            Item::Keys(keys) => self.staged.rest.keys.push(keys),
            Item::Settings(settings) => self.staged.rest.settings = settings,
        }
    }

    fn count(&mut self, page: RecordId, record: RecordId, state: &RecordState) {
        self.staged.customers += u32::from(page == record);
        match self.staged.records.iter_mut().find(|(kind, _)| kind == state.kind()) {
            Some((_, count)) => *count += 1,
            None => self.staged.records.push((state.kind().clone(), 1)),
        }
    }

    /// The page that is being filled, or the next one.
    fn page(&mut self, page: RecordId) -> &mut Incoming {
        let is_same = self.piece.last().is_some_and(|last| last.page == page);
        if !is_same {
            if self.piece.len() >= PAGES_IN_PIECE || self.records >= RECORDS_IN_PIECE {
                self.flush();
            }
            self.piece.push(Incoming { page, ..Incoming::default() });
        }
        let at = self.piece.len() - 1;
        // INVARIANT: one was pushed, or was there.
        #[expect(clippy::indexing_slicing, reason = "the line above made sure of it")]
        &mut self.piece[at]
    }

    fn flush(&mut self) {
        if !self.piece.is_empty() {
            self.staged.pieces.push(pack(&self.piece));
            self.piece.clear();
        }
        self.records = 0;
    }

    /// All of it. `own` says that it is from one's own hand.
    pub(super) fn finish(mut self, header: Header, own: bool) -> Staged {
        self.flush();
        // Keys are taken over from one's own hand only: who could plant theirs would pass for oneself.
        if !own {
            self.staged.rest.keys.clear();
            self.staged.rest.ledger.clear();
            self.staged.rest.settings.clear();
        }
        self.staged.rest.header = Some(Box::new(header));
        self.staged
    }
}

fn pack(piece: &[Incoming]) -> Vec<u8> {
    deflate(&postcard::to_allocvec(piece).unwrap_or_default())
}

/// The pages of a piece; nothing if it is damaged.
pub(super) fn unpack(piece: &[u8]) -> Vec<Incoming> {
    let opened = inflate(piece).ok();
    opened.and_then(|opened| postcard::from_bytes(&opened).ok()).unwrap_or_default()
}

fn journal_entry(line: HistoryLine) -> JournalEntry {
    JournalEntry {
        record: line.record,
        field: line.field,
        old: line.old,
        new: line.new,
        at: line.at,
        by: line.by,
    }
}
