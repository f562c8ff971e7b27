//! What a vault knows of sharing: its own keys, colleagues, what was received, what was erased. And the rows
//! of the area `sharing`, which hold it and what belongs to it.

use core::cell::Ref;
use core::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::VaultError;
use super::format::{TEAM_ASIDE, decode, encode};
use super::notebook::{Notebook, Turn};
use super::store::{Area, Store, Write};
use crate::bundle::{BundleId, Kind};
use crate::merge::fork::Trail;
use crate::merge::{Erasures, RecordState, VersionVector};
use crate::model::{Instant, RecordId, ReplicaId};

/// Row of the [`Team`].
pub const ROW_TEAM: u64 = 1;
/// Row of its second copy: without it nobody could open what is written to this device.
pub const ROW_TEAM_COPY: u64 = 4;
/// Row of the pages that a merge changed and that were not opened since ([`Unread`]).
pub const ROW_UNREAD: u64 = 2;
/// Row of what is in each batch of pages ([`BatchVersions`]).
pub const ROW_VERSIONS: u64 = 3;
/// Row of what members were told last ([`Told`]).
pub const ROW_TOLD: u64 = 5;
/// Row of the restoring that is going on ([`Restoring`]); none if there is none.
pub const ROW_RESTORING: u64 = 6;
/// From here on: a [`crate::bundle::LedgerEntry`] for each export, in sequence.
pub const LEDGER_FROM: u64 = 1 << 32;
/// From here on: a [`Receipt`] for each bundle that was applied, in sequence.
pub const RECEIPTS_FROM: u64 = 2 << 32;
/// From here on: pieces of a bundle that is being applied.
pub const STAGED_FROM: u64 = 3 << 32;
/// From here on: what was there before a bundle was applied, in pieces.
pub const UNDO_FROM: u64 = 4 << 32;
/// From here on: not used yet.
pub const SHARING_END: u64 = 5 << 32;

/// The state of sharing. One row and a copy of it, both rewritten whenever it changes.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// The secret keys of this device, as [`crate::bundle::keys::DeviceKeys::encode`] gives them; empty until
    /// they are needed first.
    pub keys: Vec<u8>,
    /// The card of this device as a file; empty until then.
    pub card: Vec<u8>,
    /// The fingerprint of its keys, as digits.
    pub fingerprint: String,
    /// Secret keys of devices that this one succeeded, so that what was written to them can be opened.
    pub old_keys: Vec<Vec<u8>>,
    /// The colleagues' devices.
    pub members: Vec<Member>,
    /// What was received wholly ([`crate::merge::exchange`]), without this replica's own writes.
    pub have: VersionVector,
    /// The trails of exports, by replica, oldest first ([`crate::merge::fork`]).
    pub trails: Vec<(ReplicaId, Vec<Trail>)>,
    /// What was erased, here or elsewhere.
    pub erasures: Erasures,
    /// Pages that may still hold something erased: they are rewritten at the next opening.
    pub erasing: Vec<RecordId>,
    /// Customers that are hidden on this device only, ascending.
    pub hidden: Vec<RecordId>,
    /// The recovery sheet that opens this vault.
    pub recovery: Option<Sheet>,
    /// The newest backup that was made here.
    pub backup: Option<Backup>,
    /// Names of devices that wrote what is here, by replica.
    pub devices: Vec<(ReplicaId, String)>,
    /// Senders of whom something is known to be missing.
    pub gaps: Vec<ReplicaId>,
    /// How many exports, receipts and undo pieces there were: the next numbers of their rows.
    pub next: Next,
}

/// Without the secret keys.
impl fmt::Debug for Team {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Team")
            .field("fingerprint", &self.fingerprint)
            .field("members", &self.members)
            .field("have", &self.have)
            .field("erasures", &self.erasures)
            .field("erasing", &self.erasing)
            .field("hidden", &self.hidden)
            .field("recovery", &self.recovery)
            .field("backup", &self.backup)
            .field("devices", &self.devices)
            .field("gaps", &self.gaps)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

/// The next free numbers of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// After [`LEDGER_FROM`].
    pub ledger: u64,
    /// After [`RECEIPTS_FROM`].
    pub receipt: u64,
    /// After [`UNDO_FROM`].
    pub undo: u64,
}

/// A colleague's device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its card as a file.
    pub card: Vec<u8>,
    /// Its name.
    pub name: String,
    /// Its replica.
    pub replica: ReplicaId,
    /// Its Ed25519 public key.
    pub signing_key: [u8; 32],
    /// Its age recipient.
    pub recipient: String,
    /// The fingerprint of its keys, as digits.
    pub fingerprint: String,
    /// Whether people compared it.
    pub trust: Trust,
    /// When the card was taken in.
    pub added: Instant,
    /// What it told us last that it has.
    pub base: VersionVector,
    /// How many bundles were written to it.
    pub sent: u32,
    /// The last of them.
    pub last: Option<(BundleId, Instant)>,
    /// When the newest bundle came from it.
    pub received: Option<Instant>,
}

/// Whether keys were compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trust {
    /// Not yet.
    Unchecked,
    /// By people, then.
    Checked(Instant),
    /// A checked member of that name vouches for them.
    Introduced(String),
    /// Has left the team then.
    Left(Instant),
}

/// The recovery sheet of this vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Its age recipient: backups are written to it.
    pub recipient: String,
    /// When it was made.
    pub made: Instant,
}

/// A backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// When it was made.
    pub at: Instant,
    /// The counter of the last write that is in it.
    pub counter: u64,
}

/// A bundle that was applied, or is being applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The bundle.
    pub bundle: BundleId,
    /// What it was for.
    pub kind: Kind,
    /// Who wrote it: replica and name.
    pub from: (ReplicaId, String),
    /// When it was applied.
    pub at: Instant,
    /// Customers that were new, changed, left to decide, deleted, erased.
    pub counts: [u32; 5],
    /// Whether something of the sender is still missing.
    pub gap: bool,
    /// The rows of its undo pack, from and up to, without the end.
    pub undo: (u64, u64),
    /// How far it is.
    pub stage: Stage,
}

/// How far the applying of a bundle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// So many staged pieces, out of which so many were applied: it goes on by itself.
    Applying {
        /// All pieces.
        pieces: u64,
        /// Applied pieces.
        done: u64,
    },
    /// Done.
    Applied,
    /// Undone since.
    Undone,
}

/// Pages that a merge changed: page, record, field if not all of the record is new.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread(pub Vec<(RecordId, RecordId, Option<String>)>);

/// Which writes are in which batch of pages: batches never change, so what is known once is known for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchVersions(pub Vec<(u64, VersionVector)>);

/// What was said to each member in the last bundle for the team: nothing is new for it as long as nothing of
/// this changes and it lacks nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told(pub Vec<ToldMember>);

/// What one member was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldMember {
    /// The member.
    pub member: ReplicaId,
    /// What the last bundle said.
    pub last: Said,
    /// How many erasures a bundle spoke of that was followed by one from the member. Nothing else tells
    /// whether an erasure has arrived: files may be lost.
    pub answered: u64,
}

/// What a bundle says beside the pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// What its writer had.
    pub have: VersionVector,
    /// How many erasures it knew.
    pub erasures: u64,
    /// The fingerprints of the members that it introduced, and whether they were checked.
    pub members: Vec<(String, bool)>,
}

/// What a backup that is being applied does beyond merging: the customers that are brought back as they were,
/// or nothing if the whole notebook becomes as the backup says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restoring(pub Option<Vec<RecordId>>);

/// What was there before a bundle was applied: page by page the records that it touched, as they were, or
/// nothing for one that it brought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoPiece(pub Vec<(RecordId, Vec<Before>)>);

/// A record as it was, or nothing for one that was not there.
pub type Before = (RecordId, Option<RecordState>);

/// A change of a row of the area `sharing`: its number, and its content or nothing to delete it.
pub type SharingRow = (u64, Option<Vec<u8>>);

/// A row with this content.
#[must_use]
pub fn sharing_row<T: Serialize>(number: u64, content: &T) -> SharingRow {
    (number, Some(encode(content)))
}

impl<S: Store> Notebook<S> {
    /// The state of sharing.
    #[must_use]
    pub fn team(&self) -> Ref<'_, Team> {
        Ref::map(self.state.borrow(), |state| &state.team)
    }

    /// Changes the state of sharing and rows that belong to it, durably and together.
    ///
    /// # Errors
    /// When it could not be written; then nothing has changed.
    pub async fn change_team(
        &self,
        _turn: &Turn<'_>,
        change: impl FnOnce(&mut Team),
        rows: Vec<SharingRow>,
    ) -> Result<(), VaultError> {
        let mut team = self.state.borrow().team.clone();
        change(&mut team);
        let writes = self.seal_sharing(&team, rows)?;
        if !writes.is_empty() {
            self.write(writes).await?;
        }
        self.take_team(team);
        Ok(())
    }

    /// Seals the state of sharing, if it changes, and rows that belong to it. What was there and can't be
    /// opened is put aside.
    pub(super) fn seal_sharing(&self, team: &Team, rows: Vec<SharingRow>) -> Result<Vec<Write>, VaultError> {
        let mut all = rows;
        let mut writes = Vec::new();
        {
            let state = self.state.borrow();
            if *team != state.team {
                all.extend([ROW_TEAM, ROW_TEAM_COPY].map(|row| sharing_row(row, team)));
                let aside = state.team_aside.iter().zip(TEAM_ASIDE..);
                writes.extend(aside.map(|(bytes, row)| Write::Put(Area::Blobs, row, bytes.clone())));
            }
        }
        for (row, content) in all {
            writes.push(match content {
                Some(content) => {
                    Write::Put(Area::Sharing, row, self.sealing.seal(Area::Sharing, row, &content)?)
                }
                None => Write::Delete(Area::Sharing, row),
            });
        }
        Ok(writes)
    }

    /// Takes the state of sharing over that was written.
    pub(super) fn take_team(&self, team: Team) {
        let mut state = self.state.borrow_mut();
        if team == state.team {
            return;
        }
        state.cards.hide(&team.hidden);
        state.team = team;
        state.team_aside.clear();
    }

    /// The content of a row of the area `sharing`; nothing when there is none, or it is damaged.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sharing<T: DeserializeOwned>(&self, row: u64) -> Result<Option<T>, VaultError> {
        let sealed = self.store.read(Area::Sharing, row).await?;
        let opened = sealed.and_then(|sealed| self.sealing.open(Area::Sharing, row, &sealed));
        Ok(opened.and_then(|opened| decode(&opened).ok()))
    }

    /// The rows of the area `sharing` from a number up to another, without it. Damaged ones are left out.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sharing_rows<T: DeserializeOwned>(
        &self,
        from: u64,
        end: u64,
    ) -> Result<Vec<(u64, T)>, VaultError> {
        let mut found = Vec::new();
        let mut next = from;
        loop {
            let rows = self.store.read_from(Area::Sharing, next, ROWS_AT_ONCE).await?;
            let Some((last, _)) = rows.last() else { return Ok(found) };
            next = last + 1;
            let ended = *last >= end;
            for (row, sealed) in rows.into_iter().take_while(|(row, _)| *row < end) {
                let opened = self.sealing.open(Area::Sharing, row, &sealed);
                found.extend(opened.and_then(|opened| decode(&opened).ok()).map(|content| (row, content)));
            }
            if ended {
                return Ok(found);
            }
        }
    }

    /// Up to a few hundred rows of a bundle that is being applied.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn staged_rows(&self) -> Result<Vec<u64>, VaultError> {
        let rows = self.store.read_from(Area::Sharing, STAGED_FROM, STAGED_AT_ONCE).await?;
        Ok(rows.into_iter().map(|(row, _)| row).filter(|row| *row < UNDO_FROM).collect())
    }

    /// The counter of the last write of this replica.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.state.borrow().replica.counter
    }

    /// The name of a device.
    #[must_use]
    pub fn device_name(&self, replica: ReplicaId) -> String {
        let state = self.state.borrow();
        let mut known = state.manifest.devices.iter().chain(&state.team.devices);
        known
            .find(|(known, _)| *known == replica)
            .map_or_else(|| replica.to_string(), |(_, name)| name.clone())
    }

    /// Everything that was received or written here: what the next bundle to this device can leave out.
    #[must_use]
    pub fn have(&self) -> VersionVector {
        let state = self.state.borrow();
        let mut have = state.team.have.clone();
        if state.replica.counter > 0 {
            have.include(crate::merge::Dot { replica: state.replica.id, counter: state.replica.counter });
        }
        have
    }
}

const ROWS_AT_ONCE: u32 = 64;
const STAGED_AT_ONCE: u32 = 2_000;
