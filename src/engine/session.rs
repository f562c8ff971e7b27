//! What an engine holds while the notebook is open.

use core::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

use futures_util::lock::Mutex;

use super::editing::UndoStack;
use super::importing::OpenedFile;
use super::lists::Lists;
use super::sharing::SharingSession;
use crate::model::RecordId;
use crate::search::Index;
use crate::vault::Notebook;

/// Bytes of folded text that may stay in memory; the rest is read when a search needs it.
const TEXT_BUDGET: usize = 256 << 20;

/// An open notebook with everything that is derived from it.
pub struct Session<S> {
    /// The notebook.
    pub notebook: Notebook<S>,
    /// Orders and open lists.
    pub lists: RefCell<Lists>,
    /// The search index.
    pub index: RefCell<Index>,
    /// Undo and redo.
    pub undo: RefCell<UndoStack>,
    /// On which page a record is, for records that a screen has seen.
    pub homes: RefCell<HashMap<RecordId, RecordId>>,
    /// Customers whose pages were looked at, latest first.
    pub looked_at: RefCell<VecDeque<RecordId>>,
    /// The file that an import would read.
    pub file: RefCell<Option<OpenedFile>>,
    /// Jobs that are running, and those of them that shall stop.
    pub jobs: RefCell<HashMap<u32, Rc<Cell<bool>>>>,
    /// The number of the next job.
    pub next_job: Cell<u32>,
    /// How many requests came: background work lets a screen that is busy go first.
    pub requests: Cell<u64>,
    /// How many saves there were.
    pub saves: Cell<u64>,
    /// Pages that were saved and are not in the index yet, with the number of their latest save: the next
    /// search brings them in.
    pub unindexed: RefCell<BTreeMap<RecordId, u64>>,
    /// Set when the notebook is locked or taken over: background work ends.
    pub ended: Cell<bool>,
    /// Whether background upkeep is running.
    pub upkeep: Cell<bool>,
    /// Held by whoever fills the index; others wait instead of doing it again.
    pub filling: Mutex<()>,
    /// Whether every card and filter is in the index.
    pub indexed: Cell<bool>,
    /// Whether what a crash left undone was looked for.
    pub tidied: Cell<bool>,
    /// Whether cards of an older version were made anew, or that was tried.
    pub renewed: Cell<bool>,
    /// What is held of sharing: an opened bundle, a made file, what nobody has looked at.
    pub sharing: RefCell<SharingSession>,
}

impl<S> Session<S> {
    /// Of a notebook that was just unlocked.
    #[must_use]
    pub fn new(notebook: Notebook<S>) -> Self {
        Self {
            notebook,
            lists: RefCell::new(Lists::default()),
            index: RefCell::new(Index::new(TEXT_BUDGET)),
            undo: RefCell::new(UndoStack::default()),
            homes: RefCell::new(HashMap::new()),
            looked_at: RefCell::new(VecDeque::new()),
            file: RefCell::new(None),
            jobs: RefCell::new(HashMap::new()),
            next_job: Cell::new(1),
            requests: Cell::new(0),
            saves: Cell::new(0),
            unindexed: RefCell::new(BTreeMap::new()),
            ended: Cell::new(false),
            upkeep: Cell::new(false),
            filling: Mutex::new(()),
            indexed: Cell::new(false),
            tidied: Cell::new(false),
            renewed: Cell::new(false),
            sharing: RefCell::new(SharingSession::default()),
        }
    }
}
