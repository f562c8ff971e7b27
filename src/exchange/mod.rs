//! Foreign formats: CSV files in, and the sample data that tests and first-time users play with.
//!
//! An import runs in three steps, each pure and small enough to be called between two messages:
//! [`csv::CsvReader`] turns bytes into rows, chunk by chunk; [`columns::guess`] proposes which field each
//! column feeds; [`import::Mapping`] turns a row into an [`import::NewCustomer`]. Nothing is dropped
//! silently on the way: a row, cell or date that does not fit becomes an [`problem::LineProblem`], a custom
//! field or a line of the memo.

mod cell;
pub mod columns;
pub mod csv;
pub mod dates;
mod delimiter;
mod dictionary;
mod encoding;
pub mod icalendar;
pub mod import;
pub mod problem;
mod row;
mod rows;
pub mod sample;

pub use columns::{AddressPart, Column, Guess};
pub use csv::{Chunk, CsvReader, HeaderRow, OpenCsvError, Options, Record};
pub use encoding::Encoding;
pub use import::{Imported, Mapping, NewCustomer, Preview};
pub use problem::{LineProblem, ProblemKind};
pub use sample::{Sample, SampleCustomer};
