//! The first line of a bundle: who wrote it, for whom, and what it covers. All of it is signed.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::merge::fork::Trail;
use crate::merge::{HybridTimestamp, VersionVector};
use crate::model::ReplicaId;

/// Names one bundle for ever. 16 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
pub struct BundleId(pub [u8; 16]);

impl fmt::Display for BundleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BundleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BundleId({self})")
    }
}

/// What a bundle is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Chosen customers and fields, for someone outside or inside the team.
    Share,
    /// What changed since the last exchange with a colleague, or everything.
    Team,
    /// Everything, for oneself, to the recovery sheet or a passphrase.
    Backup,
    /// Everything, for one's own other device.
    Handover,
    /// No records: only tells what its writer has, so that the next delta is complete.
    Acknowledgement,
}

/// Which of the writer's records a bundle holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// All that changed since [`Header::base`]; raises what its reader has.
    All,
    /// A choice, which says nothing of the rest.
    Part {
        /// What the writer calls it.
        title: String,
        /// The groups of fields that it holds, by name.
        fields: Vec<String>,
    },
}

/// The device that wrote a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// How it is called.
    pub name: String,
    /// Its replica.
    pub replica: ReplicaId,
    /// Its Ed25519 public key (RFC 8032).
    pub signing_key: [u8; 32],
    /// Its age recipient, `age1…`.
    pub recipient: String,
}

/// For whom a bundle was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum To {
    /// Whoever knows the passphrase.
    Passphrase,
    /// Whoever holds the identity of one of these age recipients.
    Recipients(Vec<String>),
}

/// The first line of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format that it is written in.
    pub version: u32,
    /// The oldest version of a reader that may import it.
    pub oldest_reader: u32,
    /// The version of the program that wrote it.
    pub app: String,
    /// Names the bundle.
    pub id: BundleId,
    /// What it is for.
    pub kind: Kind,
    /// When it was written, by the writer's clock.
    pub at: HybridTimestamp,
    /// Who wrote it.
    pub from: Sender,
    /// For whom.
    pub to: To,
    /// Which records it holds.
    pub scope: Scope,
    /// What its reader must have for nothing to be missing; empty for everything from the start.
    pub base: VersionVector,
    /// What a reader has who had `base`: every write up to here. Empty unless the scope is all.
    pub covers: VersionVector,
    /// What the writer has: the base of the next bundle to it.
    pub have: VersionVector,
    /// For each replica that the writer knows, the trail of its last exports, oldest first: how copies
    /// that write under one id are found ([`crate::merge::fork`]).
    pub trails: Vec<(ReplicaId, Vec<Trail>)>,
    /// The names of devices that wrote what is in it.
    pub devices: Vec<(ReplicaId, String)>,
    /// Counts the writer's bundles to this reader, from 1.
    pub number: u32,
    /// The one before, if there was one.
    pub previous: Option<BundleId>,
}
