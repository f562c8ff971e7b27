//! Words, numbers, dates, collation.

pub mod collation;
mod collation_forms;
