//! The content of bundles at size: how fast it is written and read, and limits that nobody may pass.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may panic; its helpers too"
)]

#[cfg(test)]
mod bundle_review {
    mod limits;
    mod speed;
    mod world;
}
