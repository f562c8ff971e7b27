//! How replicas agree without asking each other: nothing is lost, and all that saw the same show the
//! same.
//!
//! # Model
//! Every device that holds the notebook is a replica ([`Replica`]) and gives each of its writes a
//! [`Dot`]. A record is a [`RecordState`]: for each field a [`Register`] (several values after
//! concurrent writes), an [`AddWinsSet`] (tags) or a [`NoteText`]; and the deletes. States are joined,
//! in any order, any number of times, whole or in parts. A write replaces exactly what its author had
//! seen; clocks only choose which of several standing values is displayed. An edit beats a delete that
//! did not know of it; [`Erasures`] beat everything.
//!
//! Every change yields a *delta*, a small `RecordState`: the log of a vault is a list of record ids and
//! deltas, and loading is joining them.
//!
//! ```
//! use daifuku::merge::{RecordState, Replica};
//! use daifuku::model::{FieldName, Instant, RecordKind, ReplicaId, Value};
//!
//! let mut shop = Replica::new(ReplicaId([1; 8]));
//! let mut phone = Replica::new(ReplicaId([2; 8]));
//! let now = Instant(1_795_305_600_000);
//! let name = [(FieldName::NAME, Value::text("髙橋"))];
//! let mut here = RecordState::fresh(RecordKind::Customer, name, shop.stamp(now));
//! let mut there = here.clone();
//!
//! let delta = there.set(FieldName::MEMO, Value::text("来週また"), phone.stamp(now));
//! here.delete(shop.stamp(now));
//! here.join(&delta);
//! assert!(!here.is_deleted() && here.was_revived());
//! ```
//!
//! # Replica ids
//! A device that was restored from a backup or cloned takes a new replica id before it writes anything
//! ([`Replica::under`]); [`fork`] finds those that did not.
//!
//! # Encoding
//! All types are stored in postcard 1.x (unsigned integers as LEB128 varints, signed ones zigzag before;
//! sequence, map, string and byte string: number of elements or bytes as varint, then these; structs and
//! tuples: their parts in order; option: 0, or 1 and the value; fixed byte arrays: the bytes). It is for
//! ever; `tests/data/merge` holds a sample. Equal states have equal bytes: all sequences below are
//! strictly ascending, and bytes in any other order or with anything superfluous are refused.
//!
//! | type | parts, in order |
//! | --- | --- |
//! | [`Dot`] | replica: 8 bytes; counter: integer |
//! | [`HybridTimestamp`] | integer: milliseconds since 1970 × 65536 + counter |
//! | [`VersionVector`] | sequence of (replica: 8 bytes, counter: integer), by replica |
//! | [`Head`] of V | dot; time; value: V |
//! | [`Register`] of V | heads: sequence of [`Head`], by dot (then time, then encoded value); context: version vector without what the heads imply (their dots and the earlier ones of the same replica) |
//! | [`AddWinsSet`] | register of optional strings: a word, or none for a removal |
//! | [`NoteText`] | versions: register of revision ids (16 bytes); revisions: map, by id, from revision id to (parents: sequence of revision ids, text: string) |
//! | [`DeleteContext`] | map, by name, from field name (string) to version vector |
//! | [`RecordState`] | kind: string; created: optional time; fields: map, by name, from field name to register of values ([`Value`](crate::model::Value)); sets: map from field name to set; texts: map from field name to text; deletes: register of delete contexts. No field, set or text without a write |
//! | [`Erasures`] | map, by id, from record id (16 bytes) to (time, dot) |
//! | [`Replica`] | id: 8 bytes; counter: integer; clock: time of the last tick |

pub mod aliases;
mod change;
mod clock;
mod erasure;
pub mod exchange;
pub mod fork;
mod record;
mod register;
mod sentence;
mod set;
mod sorted;
mod text;
mod version;

pub use change::Change;
pub use clock::{Drift, HybridClock, HybridTimestamp, Observed, Replica};
pub use erasure::{Erasure, Erasures};
pub use record::{BlankFieldError, DeleteContext, RecordState, Revival, Superseded, conflicts};
pub use register::{DecodeRegisterError, Head, Policy, Register};
pub use set::AddWinsSet;
pub use text::{NoteText, Region, Revision, RevisionId, TextView, Voice, derive_id};
pub use version::{Dot, Stamp, UnorderedVersionError, VersionVector};
