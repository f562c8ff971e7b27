//! What replies and events carry about colleagues, bundles, conflicts, backups and erasing. Plain data for
//! a screen.

use serde::{Deserialize, Serialize};

use crate::bundle::sealer::Qr;
use crate::bundle::{BundleId, Kind};
use crate::model::{FieldName, Instant, RecordId, RecordKind, ReplicaId, Value};

/// What every screen shows of the state of sharing: part of the overview, and pushed when it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharingState {
    /// Customers on whose page something waits for a decision.
    pub conflicts: u32,
    /// Customers that a merge changed and whose page was not opened since.
    pub unread: u32,
    /// When the newest backup was made here.
    pub backup: Option<Instant>,
    /// Saves since then; without a backup, since the vault was made.
    pub since_backup: u32,
    /// Whether a recovery sheet was made and confirmed.
    pub recovery: bool,
    /// Colleagues, without those who left.
    pub members: u32,
    /// A bundle whose merging was interrupted and goes on by itself.
    pub merging: bool,
    /// Files that are known to be missing: names of those whose work has a gap.
    pub gaps: Vec<String>,
}

/// This device and the team.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamView {
    /// This device.
    pub own: MemberRow,
    /// The others, by name; those who left at the end.
    pub members: Vec<MemberRow>,
}

/// One device of the team.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// Its replica; zero for a card that was never seen in a bundle.
    pub replica: Option<ReplicaId>,
    /// Its name.
    pub name: String,
    /// Six groups of four digits to compare.
    pub fingerprint: String,
    /// Whether its keys were compared.
    pub trust: TrustRow,
    /// When its card was taken in.
    pub added: Instant,
    /// The newest bundle that was written to it.
    pub last_sent: Option<Instant>,
    /// The newest bundle that came from it.
    pub last_received: Option<Instant>,
    /// Whether something of its work is known to be missing here.
    pub gap: bool,
}

/// Whether keys were compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrustRow {
    /// Not yet.
    #[default]
    Unchecked,
    /// Compared by people, at that time.
    Checked(Instant),
    /// Another member, who was checked, vouches for them.
    Introduced(String),
    /// Left the team at that time.
    Left(Instant),
}

/// What a person says of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrustChange {
    /// The digits are the same on both devices.
    Check,
    /// Has left the team.
    Left,
    /// Is back.
    Return,
}

/// The card of this device, to be given to colleagues.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnCard {
    /// The name of its file.
    pub file_name: String,
    /// The text of its file.
    pub text: String,
    /// Six groups of four digits.
    pub fingerprint: String,
    /// The fingerprint as a code.
    pub qr: Qr,
}

/// A card that was read, before anything is done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardPreview {
    /// The name on it.
    pub name: String,
    /// Six groups of four digits.
    pub fingerprint: String,
    /// What it means here.
    pub standing: CardStanding,
}

/// What a card means here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CardStanding {
    /// The card of this very device.
    Own,
    /// Of someone new.
    New,
    /// Known with these keys.
    Known,
    /// The device or name is known with other keys: a loud warning.
    OtherKeys {
        /// The name under which it is known.
        known_as: String,
        /// The fingerprint that is known.
        fingerprint: String,
    },
}

/// What to write into a bundle, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleOrder {
    /// What it is for. Acknowledgements are written with [`Kind::Acknowledgement`].
    pub kind: Kind,
    /// Which customers. Only for [`Kind::Share`]; everyone for all others.
    pub who: Who,
    /// What of them. Only for [`Kind::Share`]; everything for all others. Names are always in it.
    pub fields: Vec<FieldGroup>,
    /// For whom.
    pub to: Audience,
    /// A team bundle with everything instead of what changed.
    pub everything: bool,
    /// A text file for share sheets of phones instead of a binary one.
    pub armored: bool,
    /// What the bundle is called. Only for [`Kind::Share`].
    pub title: String,
    /// Why it is given, for the ledger.
    pub purpose: String,
    /// How far the clock on the wall is ahead of UTC, in minutes: the file's name has the day on the wall.
    pub offset: i32,
    /// How the screens are set, by name, for one's own backups and handovers.
    pub settings: Vec<(String, String)>,
}

/// Which customers are shared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Who {
    /// All.
    #[default]
    Everyone,
    /// These.
    Customers(Vec<RecordId>),
    /// Those that a search finds.
    Search(String),
}

/// Groups of fields that can be shared apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FieldGroup {
    /// Name, reading, honorific, organisation. Always shared.
    Name,
    /// Company, department, title.
    Company,
    /// Phones.
    Phones,
    /// Mails.
    Mails,
    /// Postal addresses.
    Addresses,
    /// Date of birth.
    Birthday,
    /// Tags.
    Tags,
    /// Person in charge and source.
    Owner,
    /// Needs and preferences.
    Needs,
    /// Free text and the warning.
    Memo,
    /// Contact persons.
    Contacts,
    /// Notes, without private ones.
    Notes,
    /// Tasks.
    Tasks,
    /// Purchases.
    Purchases,
    /// Fields of the user's own, foreign ids, and what newer versions know.
    Others,
}

impl FieldGroup {
    /// All, in the order in which screens show them.
    pub const ALL: [Self; 15] = [
        Self::Name,
        Self::Company,
        Self::Phones,
        Self::Mails,
        Self::Addresses,
        Self::Birthday,
        Self::Tags,
        Self::Owner,
        Self::Needs,
        Self::Memo,
        Self::Contacts,
        Self::Notes,
        Self::Tasks,
        Self::Purchases,
        Self::Others,
    ];

    /// The name in bundles and in the ledger. It never changes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Company => "company",
            Self::Phones => "phones",
            Self::Mails => "mails",
            Self::Addresses => "addresses",
            Self::Birthday => "birthday",
            Self::Tags => "tags",
            Self::Owner => "owner",
            Self::Needs => "needs",
            Self::Memo => "memo",
            Self::Contacts => "contacts",
            Self::Notes => "notes",
            Self::Tasks => "tasks",
            Self::Purchases => "purchases",
            Self::Others => "others",
        }
    }
}

/// For whom a bundle is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audience {
    /// These devices of the team.
    Members(Vec<ReplicaId>),
    /// Whoever gets to know this passphrase; `name` says who that shall be, for the ledger.
    Passphrase {
        /// The passphrase as typed.
        passphrase: String,
        /// Who it is for.
        name: String,
    },
    /// Oneself, with the recovery sheet.
    RecoverySheet,
}

/// What exactly will be in a bundle, before it is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundlePlan {
    /// Records by kind.
    pub records: Vec<(RecordKind, u32)>,
    /// Customers.
    pub customers: u32,
    /// Notes that stay here because they are private.
    pub private_notes: u32,
    /// The first customers with what of them will be in it, 50 at most.
    pub sample: Vec<SharedCustomer>,
    /// Since when the changes are that a team bundle holds; nothing for everything.
    pub since: Option<Instant>,
}

/// One customer as a bundle holds it, readable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedCustomer {
    /// The customer.
    pub id: RecordId,
    /// The name.
    pub name: String,
    /// Fields of the customer's own record that are in it, with what they display.
    pub fields: Vec<(FieldName, Value)>,
    /// Other records: kind and beginning.
    pub records: Vec<(RecordKind, String)>,
}

/// A bundle that was made. Its file is fetched with `TakeFile`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeBundle {
    /// The bundle.
    pub bundle: BundleId,
    /// A name for its file.
    pub file_name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Customers in it.
    pub customers: u32,
    /// Records in it.
    pub records: u32,
}

/// A file on its way out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOut {
    /// A name for it.
    pub name: String,
    /// Its type, as the web names types.
    pub media_type: String,
    /// The bytes: they come beside the message, which would have to be copied for them.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// What a verified bundle would do, before anything is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundlePreview {
    /// The bundle.
    pub bundle: BundleId,
    /// What it is for.
    pub kind: Kind,
    /// When it was made, by its writer's clock.
    pub at: Instant,
    /// Who wrote it.
    pub from: SenderRow,
    /// How the screens were set where it was made; only in one's own.
    pub settings: Vec<(String, String)>,
    /// Whether it was written for this device, the sheet or the passphrase that opened it; otherwise someone
    /// passed on what was written for someone else.
    pub addressed: bool,
    /// Whether it was applied here before; applying it again changes nothing.
    pub known: bool,
    /// What is in it that is new here.
    pub new: u32,
    /// Customers that it changes.
    pub changed: u32,
    /// Customers on which it would leave something to decide.
    pub to_decide: u32,
    /// Customers that it deletes.
    pub deleted: u32,
    /// Customers that it erases for good.
    pub erased: u32,
    /// Customers that it holds in all.
    pub customers: u32,
    /// Records that it holds in all, by kind.
    pub records: Vec<(RecordKind, u32)>,
    /// Records of it that were erased here and stay so.
    pub refused: u32,
    /// Lines of a newer version that are passed over.
    pub unknown: u32,
    /// Files of this sender that are missing before this one: what it says will be merged, and the gap
    /// remains until a full bundle comes.
    pub gap: bool,
    /// The sender's clock is so many milliseconds ahead.
    pub clock_ahead: u64,
    /// It changes or deletes so much that the person must confirm it by typing.
    pub brake: bool,
    /// Whether another device writes under the sender's id: both values are kept.
    pub fork: bool,
    /// The first customers concerned, 100 at most, most important first.
    pub sample: Vec<ChangedCustomer>,
}

/// Who wrote a bundle, as it is known here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SenderRow {
    /// The name in the bundle.
    pub name: String,
    /// The fingerprint of its keys.
    pub fingerprint: String,
    /// How it stands here.
    pub standing: SenderStanding,
}

/// How the sender of a bundle stands here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SenderStanding {
    /// This device, or one that it succeeded.
    Own,
    /// A member whose keys were compared.
    Checked,
    /// A member whose keys were not compared.
    Unchecked,
    /// A member who has left.
    Left(Instant),
    /// Nobody known.
    Unknown,
    /// A known name or device with other keys: a loud warning.
    OtherKeys,
}

/// One customer that a bundle changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedCustomer {
    /// The customer.
    pub id: RecordId,
    /// The name.
    pub name: String,
    /// What happens.
    pub change: CustomerChange,
    /// Fields of the customer's own record that would display something else: the field, now, then.
    pub fields: Vec<(FieldName, Value, Value)>,
}

/// What a bundle does to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CustomerChange {
    /// Erased for good.
    Erased,
    /// Moved to the trash.
    Deleted,
    /// Something remains to decide.
    ToDecide,
    /// Changed.
    Changed,
    /// New here.
    New,
}

/// How a bundle is applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApplyMode {
    /// Merged: nothing of the notebook is taken away.
    #[default]
    Merge,
    /// The notebook becomes as the bundle says; what it does not hold goes to the trash. A backup only.
    Replace,
    /// Only these customers, brought back even if they are in the trash. A backup only.
    Pick(Vec<RecordId>),
}

/// What applying a bundle did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptRow {
    /// The bundle.
    pub bundle: BundleId,
    /// What it was for; nothing for a receipt of a version that is not known.
    pub kind: Option<Kind>,
    /// Who wrote it.
    pub from: String,
    /// When it was applied.
    pub at: Instant,
    /// New customers.
    pub new: u32,
    /// Changed customers.
    pub changed: u32,
    /// Customers with something to decide.
    pub to_decide: u32,
    /// Deleted customers.
    pub deleted: u32,
    /// Erased customers.
    pub erased: u32,
    /// Whether something of the sender is still missing.
    pub gap: bool,
    /// Whether it can still be undone: for 30 days.
    pub can_undo: bool,
    /// Whether it was undone.
    pub undone: bool,
}

/// One export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    /// The bundle.
    pub bundle: BundleId,
    /// When.
    pub at: Instant,
    /// What for.
    pub kind: Kind,
    /// To whom.
    pub to: String,
    /// Why, as it was typed.
    pub purpose: String,
    /// Which fields; empty for everything.
    pub fields: Vec<String>,
    /// How many customers.
    pub customers: u32,
    /// Whether all of the notebook.
    pub everyone: bool,
}

/// Something that waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictRow {
    /// The page.
    pub page: RecordId,
    /// The customer's name.
    pub customer: String,
    /// The record.
    pub record: RecordId,
    /// What it is.
    pub kind: RecordKind,
    /// What there is to decide.
    pub conflict: ConflictKind,
}

/// What there is to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConflictKind {
    /// A field has several values; the one that is displayed first.
    Values {
        /// The field.
        field: FieldName,
        /// The values.
        values: Vec<Version>,
    },
    /// A note was written in several places; its merged text, piece by piece.
    Text {
        /// The field.
        field: FieldName,
        /// The pieces.
        pieces: Vec<TextPiece>,
    },
    /// Someone deleted it, someone else changed it: keep it or delete it.
    Revived {
        /// Its name or beginning.
        title: String,
        /// Who deleted it, and when.
        deleted: (String, Instant),
        /// Who changed it, and when.
        changed: (String, Instant),
    },
}

/// One of several values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The value.
    pub value: Value,
    /// The name of the device that wrote it.
    pub by: String,
    /// When.
    pub at: Instant,
}

/// A piece of a note that was written in several places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextPiece {
    /// All agree.
    Agreed(String),
    /// What each says: name, when, text (empty when it was taken out).
    Differing(Vec<(String, Instant, String)>),
}

/// How a conflict is resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resolution {
    /// This value from now on.
    Value(Value),
    /// Both, where a field may have several (phones, mails, addresses) or one after the other in a text.
    Both,
    /// The note as shown, with all voices one after the other.
    MergedText,
    /// The note with this text.
    Text(String),
    /// A deleted and changed record: keep it.
    Keep,
    /// A deleted and changed record: delete it.
    Delete,
}

/// A customer that is hidden on this device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiddenRow {
    /// The customer.
    pub id: RecordId,
    /// Its name.
    pub name: String,
    /// Its reading.
    pub reading: String,
}

/// What erasing would do, and who has the data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasePlan {
    /// The customers' names.
    pub names: Vec<String>,
    /// Records that would be erased, by kind.
    pub records: Vec<(RecordKind, u32)>,
    /// Exports that the customers were in.
    pub holders: Vec<LedgerRow>,
    /// The colleagues that the erasure will reach with the next bundle.
    pub members: Vec<String>,
}

/// A recovery sheet that was made and waits to be confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoverySheet {
    /// `AGE-SECRET-KEY-1…`, in groups for reading.
    pub identity: String,
    /// The same as a code.
    pub qr: Qr,
    /// The name of this device.
    pub device: String,
    /// When it was made.
    pub made: Instant,
    /// How many of the last characters must be typed back.
    pub typed: u32,
}
