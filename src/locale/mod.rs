//! Words, numbers, dates, collation.
