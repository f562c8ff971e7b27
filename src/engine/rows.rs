//! What replies and events carry: rows of lists, pages, reports. Plain data for a screen.

use serde::{Deserialize, Serialize};

use super::sharing::rows::SharingState;
use crate::model::records::{Customer, Note, Purchase, Task};
use crate::model::{Date, FieldName, Instant, RecordId, RecordKind, Value};

/// What a start finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VaultState {
    /// No vault: first start.
    Absent,
    /// A vault that waits for its passphrase.
    Locked,
    /// A vault that another tab holds.
    OpenElsewhere,
    /// Unlocked already (the screen was reloaded without the engine; does not happen in the app).
    Unlocked,
}

/// What is known right after unlocking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Customers that are not in the trash.
    pub customers: u32,
    /// The name of this device.
    pub device: String,
    /// Whether unsaved drafts wait.
    pub drafts: bool,
    /// Whether stored parts were found missing or damaged; see [`super::protocol::Request::Check`].
    pub damaged: u32,
    /// The state of sharing.
    pub sharing: SharingState,
}

/// An estimate of how hard a passphrase is to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassphraseStrength {
    /// Estimated bits.
    pub bits: u32,
    /// In four steps.
    pub level: StrengthLevel,
}

/// Steps of strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StrengthLevel {
    /// Fewer than twelve characters: refused.
    TooShort,
    /// Guessable: refused.
    Weak,
    /// Acceptable.
    Fair,
    /// Good.
    Strong,
}

/// A length that may not be known exactly yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Count {
    /// Exactly so many.
    Exactly(u32),
    /// So many were found, the rest is being counted; an event follows.
    AtLeast(u32),
}

impl Count {
    /// The rows that can be asked for.
    #[must_use]
    pub fn known(self) -> u32 {
        match self {
            Self::Exactly(count) | Self::AtLeast(count) => count,
        }
    }
}

/// Where a mark of the rail (あ, か, … A, #, none) begins in a list sorted by reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RailEntry {
    /// 0 to 9 for あかさたなはまやらわ, 10 for A–Z, 11 for the rest, 12 for no reading.
    pub mark: u8,
    /// Index of its first row.
    pub first: u32,
}

/// One row of the list of customers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRow {
    /// The customer.
    pub id: RecordId,
    /// An organisation instead of a person.
    pub organisation: bool,
    /// Name.
    pub name: String,
    /// Reading.
    pub reading: String,
    /// Company.
    pub company: String,
    /// First phone.
    pub phone: String,
    /// Tags.
    pub tags: Vec<String>,
    /// When anything on its page changed last.
    pub changed: Instant,
    /// Whether a warning stands on its page.
    pub warning: bool,
    /// Whether something on its page waits for a decision.
    pub conflict: bool,
    /// Whether a merge changed its page since it was opened last.
    pub unread: bool,
    /// Where a search matched outside of what the row shows: a piece of text.
    pub snippet: String,
    /// Byte ranges to mark: of name, reading, company, phone and snippet.
    pub marks: RowMarks,
}

/// Byte ranges of matches in the texts of a row, each on character boundaries, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowMarks {
    /// In the name.
    pub name: Vec<(u32, u32)>,
    /// In the reading.
    pub reading: Vec<(u32, u32)>,
    /// In the company.
    pub company: Vec<(u32, u32)>,
    /// In the phone.
    pub phone: Vec<(u32, u32)>,
    /// In the snippet.
    pub snippet: Vec<(u32, u32)>,
}

/// Everything on one customer's page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerPage {
    /// The card.
    pub customer: Customer,
    /// Whether it is in the trash.
    pub deleted: bool,
    /// Contact persons.
    pub contacts: Vec<Customer>,
    /// Notes, pinned first, then latest first.
    pub notes: Vec<Note>,
    /// Tasks, open ones by due date first.
    pub tasks: Vec<Task>,
    /// Purchases, latest first.
    pub purchases: Vec<Purchase>,
    /// Fields with several concurrent values, and their record.
    pub conflicts: Vec<(RecordId, FieldName)>,
    /// What a merge changed since the page was opened last: records and their fields, no field for a
    /// record that is new.
    pub unread: Vec<(RecordId, Option<FieldName>)>,
}

/// One change in the history of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The field; nothing when the record was deleted or restored as a whole.
    pub field: Option<FieldName>,
    /// What stood there before.
    pub old: Value,
    /// What was written.
    pub new: Value,
    /// When.
    pub at: Instant,
    /// The device's name, or its id when the name is not known.
    pub by: String,
}

/// Tasks around today.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskBoard {
    /// Due before today.
    pub overdue: Vec<TaskRow>,
    /// Due today.
    pub today: Vec<TaskRow>,
    /// Due in the six days after.
    pub week: Vec<TaskRow>,
    /// Due later.
    pub later: Vec<TaskRow>,
    /// Without a due date.
    pub undated: Vec<TaskRow>,
    /// Done, latest first.
    pub done: Vec<TaskRow>,
    /// How many there are of each, in that order; the lists hold 200 at most.
    pub counts: [u32; 6],
}

/// What a day begins with, beside the tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TodayBoard {
    /// How many customers there are.
    pub customers: u32,
    /// Birthdays of today and the seven days after, soonest first; 50 at most.
    pub birthdays: Vec<BirthdayRow>,
    /// Customers who were not spoken to for 90 days, those that fell silent last first; 20 at most.
    pub quiet: Vec<QuietRow>,
    /// How many there are of those.
    pub quiet_count: u32,
    /// Customers who were looked at last, then those who changed last; eight at most.
    pub recent: Vec<RecentRow>,
}

/// A customer whose birthday is near.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BirthdayRow {
    /// Who.
    pub id: RecordId,
    /// The name.
    pub name: String,
    /// The day on which it is celebrated.
    pub day: Date,
    /// The age on that day, if the year of birth is known.
    pub age: Option<u16>,
}

/// A customer who was not spoken to for long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietRow {
    /// Who.
    pub id: RecordId,
    /// The name.
    pub name: String,
    /// The first phone, as typed.
    pub phone: String,
    /// The day of the latest note or purchase.
    pub talked: Date,
}

/// A customer who was looked at lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentRow {
    /// Who.
    pub id: RecordId,
    /// The name.
    pub name: String,
    /// The company.
    pub company: String,
}

/// A task with the name of its customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRow {
    /// The task.
    pub task: Task,
    /// The customer's name; empty without a customer.
    pub customer: String,
}

/// Something in the trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrashRow {
    /// The record.
    pub id: RecordId,
    /// What it is.
    pub kind: RecordKind,
    /// Its name, title or beginning.
    pub title: String,
    /// The name of its customer; empty for a customer.
    pub customer: String,
    /// When it was deleted.
    pub deleted: Instant,
}

/// What undo and redo would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoState {
    /// What undo would take back.
    pub undo: Option<UndoLabel>,
    /// What redo would do again.
    pub redo: Option<UndoLabel>,
}

/// What a step of undo was, so that the screen can name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UndoLabel {
    /// Fields were changed.
    Edit,
    /// Records were added.
    Add,
    /// So many records were deleted.
    Delete(u32),
    /// So many records were restored.
    Restore(u32),
    /// A task was finished or reopened.
    Finish,
}

/// Unsaved text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftText {
    /// The screen's key.
    pub key: String,
    /// The text.
    pub text: String,
    /// When it was kept.
    pub at: Instant,
}

/// Words in use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestions {
    /// Tags with the number of customers that have them, most used first; 200 at most.
    pub tags: Vec<(String, u32)>,
    /// Persons in charge, most used first; 50 at most.
    pub owners: Vec<(String, u32)>,
}

/// The head of a file that could be imported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPreview {
    /// The file's name.
    pub name: String,
    /// Names of the columns as in the file; invented (`1`, `2` …) when the file has no header.
    pub header: Vec<String>,
    /// What each column is guessed to be: a name out of `choices`.
    pub columns: Vec<String>,
    /// All names that a column may be given.
    pub choices: Vec<String>,
    /// The first rows.
    pub rows: Vec<Vec<String>>,
    /// How many rows there are, about.
    pub estimate: u32,
    /// Lines that can't be read, so far.
    pub problems: Vec<LineReport>,
}

/// A line that could not be read, or not wholly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineReport {
    /// Line in the file, from 1.
    pub line: u64,
    /// Why: a word that the screen translates, such as `no_name`.
    pub reason: String,
    /// The line's beginning, to find it by.
    pub excerpt: String,
    /// Whether the row was left out; otherwise it was imported with what could be read.
    pub skipped: bool,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Names the import, to undo it.
    pub import: RecordId,
    /// Customers added.
    pub added: u32,
    /// Lines that were not read or not wholly; 1,000 at most.
    pub problems: Vec<LineReport>,
    /// How many such lines there were.
    pub problem_count: u32,
    /// Whether it was cancelled on the way.
    pub cancelled: bool,
}

/// An import that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRecord {
    /// Names it.
    pub import: RecordId,
    /// The file's name.
    pub name: String,
    /// When.
    pub at: Instant,
    /// Customers added.
    pub added: u32,
    /// Whether it was undone since.
    pub undone: bool,
}

/// One record that is added in bulk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRecord {
    /// Its id.
    pub id: RecordId,
    /// Its kind.
    pub kind: RecordKind,
    /// The customer whose page it is on; itself for a customer.
    pub page: RecordId,
    /// Its fields; [`FieldName::TEXT`] is a note's text.
    pub fields: Vec<(FieldName, Value)>,
    /// Its tags.
    pub tags: Vec<String>,
}

/// What a check of the whole vault found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// Live records by kind.
    pub records: Vec<(RecordKind, u64)>,
    /// Unicode scalar values in all notes.
    pub note_characters: u64,
    /// UTF-16 code units in all notes, as a browser counts.
    pub note_units: u64,
    /// Rows that can't be opened.
    pub damaged: u32,
}

/// Where the data is and how much.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageStatus {
    /// Customers, without those in the trash.
    pub customers: u32,
    /// Changes that wait for compaction.
    pub log_rows: u32,
    /// Segments of cards and bodies.
    pub segments: u32,
    /// Sealed bytes of all live rows.
    pub bytes: u64,
    /// Version of the vault format.
    pub format: u32,
    /// When the vault was made.
    pub created: Instant,
    /// The name of this device.
    pub device: String,
    /// KDF memory in KiB.
    pub kdf_memory: u32,
    /// KDF passes.
    pub kdf_passes: u32,
    /// Bytes of memory that the engine holds.
    pub memory: u64,
}
