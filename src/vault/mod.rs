//! The sealed, log-structured store over a Store trait.
