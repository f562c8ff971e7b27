//! The engine through its protocol alone, as a screen uses it: natively, on a memory store that makes
//! everybody wait a little, so that what can come in between does.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may panic; its helpers too"
)]

#[cfg(test)]
mod engine {
    mod colleagues;
    mod editing;
    mod importing;
    mod lists;
    mod opening;
    mod place;
    mod races;
    mod restoring;
    mod searching;
    mod sharing;
}
