//! The vault against a plain model of what was confirmed: random runs, every fault at every write, damage
//! of every kind of row, races, two engines on one store, and rows of a vault that must open for ever.

#![allow(
    clippy::result_large_err,
    clippy::type_complexity,
    reason = "a model of a vault says much, and only its tests listen"
)]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may panic; its helpers too"
)]

#[cfg(test)]
mod vault {
    mod codecs;
    mod damage;
    mod desk;
    mod erasing;
    mod faults;
    mod merging;
    mod model;
    mod pinned;
    mod races;
    mod recovery;
    mod replica;
    mod rules;
    mod sharing;
    mod store;
    mod world;
}
