//! What a customer notebook contains: customers, contacts, notes, tasks, purchases, and the values
//! that their fields hold. Knows nothing of storage, merging, screens or the browser.
//!
//! A record is stored as fields with merge state ([`crate::merge`]); the types of this layer are what
//! people mean: [`records::Customer`] and its siblings are *read* from a record's displayed values and
//! edits are *written* as field values, so that unknown fields and kinds pass through untouched.

pub mod date;
pub mod field;
pub mod id;
pub mod kind;
pub mod records;
pub mod sort;
pub mod value;

pub use date::{Date, Instant};
pub use field::FieldName;
pub use id::{RecordId, ReplicaId, VaultId, hexadecimal};
pub use kind::RecordKind;
pub use value::Value;
