//! The use cases of the notebook and the messages by which screens ask for them.
//!
//! An [`Engine`] runs in a worker of its own, alone with the keys and the store; in tests it runs natively
//! on a memory store. [`protocol`] is all that a screen knows of it. Lists are *windows*: a screen opens a
//! list and asks for the rows it shows, so it never holds all customers.
//!
//! | file | use case |
//! | --- | --- |
//! | [`dispatch`] | which request goes where |
//! | [`opening`] | first start, unlocking, changing the passphrase, one tab writes |
//! | [`lists`] | the order of customers, views, rows |
//! | [`finding`] | feeding and asking the search index |
//! | [`reading`] | a customer's page, tasks, trash, history |
//! | [`editing`] | saving, deleting, undo and redo |
//! | [`importing`] | CSV, samples, bulk records, undoing an import |
//! | [`screen`] | pure logic of screens: windows of long lists, dates and amounts as typed |
//! | [`jobs`] | long work: progress, cancelling, checking, compaction |

pub mod dispatch;
pub mod editing;
pub mod failure;
pub mod finding;
pub mod host;
pub mod importing;
pub mod jobs;
pub mod lists;
pub mod opening;
pub mod protocol;
pub mod reading;
pub mod rows;
pub mod screen;
pub mod session;
pub mod sharing;
mod today;

pub use dispatch::Engine;
pub use failure::Failure;
pub use host::Host;
