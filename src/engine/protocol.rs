//! The messages between a screen and the engine.
//!
//! A screen sends a [`Call`]; the engine answers with one [`Message::Reply`] of the same number, and pushes
//! [`Message::Event`]s. Both travel as postcard bytes in a transferred `ArrayBuffer`. The first call of a
//! screen is [`Request::Hello`]; an engine of another [`PROTOCOL`] refuses everything else, which happens
//! when an old page meets a new worker.
//!
//! Requests that change the notebook are answered only when the change is durable. Long work answers at
//! once with [`Reply::Started`], then reports [`Event::Progress`] and [`Event::Finished`].

use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::rows::{
    CheckReport, Count, CustomerPage, CustomerRow, DraftText, HistoryEntry, ImportPreview, ImportRecord,
    ImportReport, NewRecord, Overview, PassphraseStrength, RailEntry, StorageStatus, Suggestions, TaskBoard,
    TaskRow, TodayBoard, TrashRow, UndoState, VaultState,
};
use super::sharing::rows::{
    ApplyMode, BundleOrder, BundlePlan, BundlePreview, CardPreview, ConflictRow, ErasePlan, FileOut,
    HiddenRow, LedgerRow, MadeBundle, OwnCard, ReceiptRow, RecoverySheet, Resolution, SharingState, TeamView,
    TrustChange,
};
use crate::bundle::BundleId;
use crate::model::records::Edit;
use crate::model::{Date, FieldName, Instant, RecordId};

/// The version of the messages. Raised with every change of this module or of the types it names.
pub const PROTOCOL: u32 = 4;

/// A request with the number under which its reply comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Chosen by the screen, unique among its open calls.
    pub number: u32,
    /// What is asked.
    pub request: Request,
}

/// What the engine sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// The answer to the call of that number.
    Reply(u32, Result<Reply, Failure>),
    /// Something happened.
    Event(Event),
}

/// What a screen may ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// First of all, with the screen's [`PROTOCOL`]. Answer: [`Reply::Welcome`].
    Hello(u32),
    /// A new generated passphrase. Answer: [`Reply::Passphrase`].
    SuggestPassphrase(Language),
    /// How strong a passphrase is. Answer: [`Reply::Strength`].
    Strength(String),
    /// Makes a vault with this passphrase and device name, and unlocks it. Answer: [`Reply::Opened`].
    Create {
        /// The passphrase as typed.
        passphrase: String,
        /// How this device is called in histories.
        device: String,
    },
    /// Unlocks. Answer: [`Reply::Opened`].
    Unlock(String),
    /// Asks the tab that holds the vault to let go, and takes it. Answer: [`Reply::Done`]; then unlock.
    TakeOver,
    /// Finishes what is being written and forgets the keys; the screen ends the worker. Answer: `Done`.
    Lock,
    /// Wraps the key anew under another passphrase. Answer: `Done`.
    ChangePassphrase {
        /// The present passphrase.
        old: String,
        /// The new one.
        new: String,
    },
    /// Opens a list. Answer: [`Reply::View`]. A list that is open already under that number is replaced.
    OpenView(ViewQuery),
    /// Rows `start..start + count` of an open list. Answer: [`Reply::Rows`].
    Rows {
        /// From [`Reply::View`].
        view: u32,
        /// Index of the first row.
        start: u32,
        /// How many at most (200 are given at most).
        count: u32,
    },
    /// Everything on one customer's page. Answer: [`Reply::Page`].
    Page(RecordId),
    /// Changes fields; all of it or nothing. Answer: [`Reply::Saved`].
    Save(Vec<Edit>),
    /// Moves records to the trash, a customer with all that is on its page. Answer: `Saved`.
    Delete(Vec<RecordId>),
    /// Brings records back from the trash. Answer: `Saved`.
    Restore(Vec<RecordId>),
    /// What is in the trash, latest first. Answer: [`Reply::Trash`].
    Trash,
    /// Takes the last change of this session back. Answer: `Saved`, or [`Failure::NothingToUndo`].
    Undo,
    /// Does what was taken back again. Answer: `Saved`, or [`Failure::NothingToUndo`].
    Redo,
    /// Who changed what on this record, latest first. Answer: [`Reply::History`].
    History(RecordId),
    /// Open tasks around a day. Answer: [`Reply::Tasks`].
    Tasks {
        /// The screen's own day.
        today: Date,
    },
    /// Marks a task done (a repeating one gets its next task) or open again. Answer: `Saved`.
    FinishTask {
        /// The task.
        task: RecordId,
        /// Done, or open again.
        done: bool,
        /// The screen's own day.
        today: Date,
    },
    /// Keeps unsaved text under a key, sealed; empty text forgets it. Answer: `Done`.
    KeepDraft {
        /// Chosen by the screen, such as `note/<customer>`.
        key: String,
        /// The text as it stands.
        text: String,
    },
    /// All kept drafts. Answer: [`Reply::Drafts`].
    Drafts,
    /// Tags and owners in use, for completion. Answer: [`Reply::Suggestions`].
    Suggestions,
    /// Reads the head of a CSV file. Answer: [`Reply::Preview`]. The engine keeps the file until the next.
    ImportOpen {
        /// The file's name.
        name: String,
        /// The whole file: it comes beside the message, which would have to be copied for it.
        #[serde(skip)]
        bytes: Vec<u8>,
    },
    /// Imports the opened file with these columns ([`ImportPreview::columns`], edited). Answer: `Started`.
    ImportStart {
        /// A column name for each column of the file.
        columns: Vec<String>,
    },
    /// Imports that were made, latest first. Answer: [`Reply::Imports`].
    Imports,
    /// Moves everything that an import added to the trash. Answer: `Started`.
    UndoImport(RecordId),
    /// Adds invented customers. Answer: `Started`.
    AddSample {
        /// How many customers.
        customers: u32,
        /// Tasks are due around this day.
        today: Date,
    },
    /// Adds many records in one durable write. Answer: `Saved`. For bulk sources.
    AddBatch(Vec<NewRecord>),
    /// Opens every row and counts what is there. Answer: `Started`, then a [`Outcome::Checked`].
    Check,
    /// Stops a job. What it has written stays, and can be undone as one. Answer: `Done`.
    Cancel(u32),
    /// Where the data is and how much. Answer: [`Reply::Status`].
    Status,
    /// Renames this device. Answer: `Done`.
    RenameDevice(String),
    /// Waits until nothing is left to be compacted or indexed. Answer: `Done`.
    Settle,
    /// This device and the team. Answer: [`Reply::Team`].
    Team,
    /// The card of this device. Answer: [`Reply::OwnCard`].
    OwnCard,
    /// Reads a member card. Answer: [`Reply::Card`]. The engine keeps the card until the next.
    ReadCard {
        /// The whole file: it comes beside the message.
        #[serde(skip)]
        bytes: Vec<u8>,
    },
    /// Takes the card that was read last into the team, in place of other keys of the same device.
    /// `checked`: the digits were compared. Answer: `Done`.
    AddMember {
        /// Whether the digits were compared.
        checked: bool,
    },
    /// What a person says of a member. Answer: `Done`.
    SetTrust {
        /// The member's fingerprint, as digits.
        fingerprint: String,
        /// What.
        change: TrustChange,
    },
    /// What exactly a bundle would hold. Answer: [`Reply::Plan`].
    PlanBundle(Box<BundleOrder>),
    /// Makes a bundle and enters it in the ledger. Answer: `Started`, then an [`Outcome::Made`].
    MakeBundle(Box<BundleOrder>),
    /// The file that was made last. Answer: [`Reply::File`], its bytes beside the message.
    TakeFile,
    /// Opens a bundle, verifies it, and looks what it would do. Nothing is changed. Answer: `Started`, then
    /// an [`Outcome::Previewed`]. The engine keeps it until the next, or [`Request::CloseBundle`].
    OpenBundle {
        /// The file's name.
        name: String,
        /// A passphrase to open it with; empty for none.
        passphrase: String,
        /// The identity of a recovery sheet to open it with, as typed; empty for none.
        identity: String,
        /// Whether a person restores from it. Only then a backup or handover that opens with what was typed
        /// counts as one's own: whoever sends a file may also tell its passphrase.
        restoring: bool,
        /// The whole file: it comes beside the message.
        #[serde(skip)]
        bytes: Vec<u8>,
    },
    /// Applies the opened bundle. `confirmed`: the brake was released by typing. Answer: `Started`, then an
    /// [`Outcome::Merged`].
    ApplyBundle {
        /// How.
        mode: ApplyMode,
        /// Whether the person confirmed by typing, if [`BundlePreview::brake`] asks for it.
        confirmed: bool,
    },
    /// Forgets the opened bundle. Answer: `Done`.
    CloseBundle,
    /// Bundles that were applied, latest first. Answer: [`Reply::Receipts`].
    Receipts,
    /// Writes back what a bundle changed. Answer: `Started`, then an [`Outcome::Undone`].
    UndoMerge(BundleId),
    /// The exports, latest first; only those that held this customer, or all. Answer: [`Reply::Ledger`].
    Ledger(Option<RecordId>),
    /// What waits for a decision, of all customers or of one, 500 at most. Answer: [`Reply::Conflicts`].
    Conflicts(Option<RecordId>),
    /// Resolves a conflict. Answer: `Saved`.
    Resolve {
        /// The page.
        page: RecordId,
        /// The record.
        record: RecordId,
        /// The field; nothing for a record that was deleted and changed.
        field: Option<FieldName>,
        /// How.
        resolution: Resolution,
    },
    /// Customers whose pages were looked at since a merge; all of them when empty. Answer: `Done`.
    MarkRead(Vec<RecordId>),
    /// Removes customers from this device's copy, without deleting them for anyone. Answer: `Done`.
    Hide(Vec<RecordId>),
    /// Shows hidden customers again. Answer: `Done`.
    Unhide(Vec<RecordId>),
    /// The hidden customers. Answer: [`Reply::Hidden`].
    Hidden,
    /// What erasing would do. Answer: [`Reply::ErasePlan`].
    PlanErase(Vec<RecordId>),
    /// Erases customers or records for good. Answer: `Started`, then an [`Outcome::Erased`].
    Erase {
        /// Which.
        records: Vec<RecordId>,
        /// The passphrase, once more.
        passphrase: String,
    },
    /// Makes a new recovery sheet. It counts once it is confirmed. Answer: [`Reply::RecoverySheet`].
    MakeRecovery {
        /// The passphrase, once more.
        passphrase: String,
    },
    /// Says what the end of the sheet's text is. From then on the sheet opens the vault and backups. Answer:
    /// `Done`, or [`Failure::NotTheSheet`].
    ConfirmRecovery {
        /// What was typed.
        typed: String,
    },
    /// Makes a sheet that is there already open this vault too, after a restore. Answer: `Done`.
    AdoptRecovery {
        /// The identity on it, as typed.
        identity: String,
        /// The passphrase, once more.
        passphrase: String,
    },
    /// What the day begins with, beside the tasks. Answer: [`Reply::Today`].
    Today {
        /// The day on the wall.
        today: Date,
    },
    /// Open tasks whose titles hold all of these words. Answer: [`Reply::FoundTasks`].
    FindTasks(String),
    /// Makes a calendar of all open tasks that have a day. Answer: [`Reply::Calendar`].
    TaskCalendar {
        /// Whether the customers' names are in it: the file is not encrypted.
        names: bool,
    },
    /// Unlocks with the recovery sheet and sets a new passphrase. Answer: [`Reply::Opened`].
    Recover {
        /// The identity on the sheet, as typed.
        identity: String,
        /// The new passphrase.
        passphrase: String,
    },
}

/// The answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// To [`Request::Hello`].
    Welcome(VaultState),
    /// To [`Request::SuggestPassphrase`].
    Passphrase(String),
    /// To [`Request::Strength`].
    Strength(PassphraseStrength),
    /// To [`Request::Create`] and [`Request::Unlock`].
    Opened(Overview),
    /// It is done, and durable where it is a change.
    Done,
    /// To [`Request::OpenView`].
    View {
        /// Names the list in further requests.
        view: u32,
        /// How many rows it has.
        count: Count,
        /// Where the marks of the rail begin; empty unless sorted by reading.
        rail: Vec<RailEntry>,
    },
    /// To [`Request::Rows`].
    Rows(Vec<CustomerRow>),
    /// To [`Request::Page`].
    Page(Box<CustomerPage>),
    /// The change is durable since this moment.
    Saved(Instant),
    /// To [`Request::Trash`].
    Trash(Vec<TrashRow>),
    /// To [`Request::History`].
    History(Vec<HistoryEntry>),
    /// To [`Request::Tasks`].
    Tasks(TaskBoard),
    /// To [`Request::Drafts`].
    Drafts(Vec<DraftText>),
    /// To [`Request::Suggestions`].
    Suggestions(Suggestions),
    /// To [`Request::ImportOpen`].
    Preview(Box<ImportPreview>),
    /// A job began.
    Started(u32),
    /// To [`Request::Imports`].
    Imports(Vec<ImportRecord>),
    /// To [`Request::Status`].
    Status(Box<StorageStatus>),
    /// To [`Request::Team`].
    Team(TeamView),
    /// To [`Request::OwnCard`].
    OwnCard(Box<OwnCard>),
    /// To [`Request::ReadCard`].
    Card(CardPreview),
    /// To [`Request::PlanBundle`].
    Plan(Box<BundlePlan>),
    /// To [`Request::TakeFile`].
    File(FileOut),
    /// To [`Request::Receipts`].
    Receipts(Vec<ReceiptRow>),
    /// To [`Request::Ledger`].
    Ledger(Vec<LedgerRow>),
    /// To [`Request::Conflicts`].
    Conflicts(Vec<ConflictRow>),
    /// To [`Request::Hidden`].
    Hidden(Vec<HiddenRow>),
    /// To [`Request::PlanErase`].
    ErasePlan(Box<ErasePlan>),
    /// To [`Request::MakeRecovery`].
    RecoverySheet(Box<RecoverySheet>),
    /// To [`Request::Today`].
    Today(Box<TodayBoard>),
    /// To [`Request::FindTasks`]: eight at most, soonest due first.
    FoundTasks(Vec<TaskRow>),
    /// To [`Request::TaskCalendar`]: how many tasks are in it, and the text of the file.
    Calendar(u32, String),
}

/// What the engine tells without being asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// These customers' pages changed (nil: records without a customer); empty: everything may have.
    Changed(Vec<RecordId>),
    /// An open list has other rows or another length now.
    ViewChanged {
        /// Which list.
        view: u32,
        /// Its length.
        count: Count,
        /// Its rail.
        rail: Vec<RailEntry>,
    },
    /// What undo and redo would do now.
    Undo(UndoState),
    /// A job goes on.
    Progress {
        /// Which job.
        job: u32,
        /// Units done.
        done: u64,
        /// Units in all; 0 while unknown.
        total: u64,
    },
    /// A job ended.
    Finished {
        /// Which job.
        job: u32,
        /// How.
        outcome: Result<Outcome, Failure>,
    },
    /// The state of sharing is another one now.
    Sharing(SharingState),
    /// Another tab took the vault over; this engine has forgotten its keys.
    TakenOver,
}

/// What a job did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// An import or a sample; when it was cancelled, up to there.
    Imported(ImportReport),
    /// An import was undone: so many customers went to the trash.
    Undone(u32),
    /// The vault was checked.
    Checked(CheckReport),
    /// A bundle was made.
    Made(MadeBundle),
    /// A bundle was opened and looked through.
    Previewed(Box<BundlePreview>),
    /// A bundle was applied.
    Merged(Box<ReceiptRow>),
    /// So many records were erased for good.
    Erased(u32),
}

/// The languages of the screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// 日本語.
    Japanese,
    /// English.
    English,
}

/// Which customers a list shows, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewQuery {
    /// The number of the list; a screen keeps its own and reuses it.
    pub view: u32,
    /// What was typed into the search box; empty for all.
    pub search: String,
    /// The order; a search is ranked instead.
    pub sort: Sort,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sort {
    /// By reading, in the order of the fifty sounds.
    Reading,
    /// Latest change first.
    Recent,
}
