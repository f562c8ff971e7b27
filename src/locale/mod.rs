//! Words, numbers, dates, collation.

pub mod collation;
