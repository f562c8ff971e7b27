//! The files by which copies of a notebook exchange: the container against the vectors of age and other
//! implementations, every item there and back, hostile contents, the sealer from end to end, and files that
//! must open for ever.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may panic; its helpers too"
)]

#[cfg(test)]
mod bundle {
    mod codec;
    mod container;
    mod hostile;
    mod identities;
    mod interop;
    mod pinned;
    mod worker;
    mod world;
}
