//! Daifuku (大福帳): a customer notebook that never leaves the browser.
#![cfg_attr(not(target_family = "wasm"), deny(rustdoc::broken_intra_doc_links))]

pub mod crypto;
pub mod exchange;
pub mod locale;
pub mod merge;
pub mod model;
pub mod search;
pub mod vault;
pub mod engine;
#[cfg(all(target_family = "wasm", feature = "engine"))]
pub mod web;
pub mod ui;
