//! Daifuku (大福帳): a customer notebook that never leaves the browser.
//!
//! A single-page app keeps a small business's customers, notes, tasks and purchases in encrypted
//! IndexedDB. There is no server and no account; the page talks to no one. The name is that of the
//! ledger in which a merchant of Edo kept every customer.
//!
//! # Principles, in order
//! 1. Nothing is lost. 2. Nothing leaks. 3. It answers at once, with 100,000 customers as with 100.
//! 4. Anyone can use it. 5. It is easy to change: a pure core, thin edges, small rooms.
//!
//! # Processes
//! ```text
//!  main thread                     engine worker                        sealer workers
//!  ui: Leptos screens  calls  ->   engine, vault, search, exchange      Argon2id, for one passphrase,
//!  no key, no store    <- replies  the keys; the only one who           then it ends and its memory
//!                      <- events   touches IndexedDB                    with it
//! ```
//! The app is cut into parts when it is built: the door comes first, the notebook and the other screens while
//! the passphrase is being typed (`ui::parts`, `./dev bindgen`).
//!
//! Four binaries of this package, built apart: `app`, `engine`, and two sealers: `sealer` derives, `bundler`
//! makes and opens bundles and is loaded when it is needed. The page starts the workers; engine and sealer
//! talk through a port that the page hands on. Screens ask in typed messages
//! ([`engine::protocol`]); lists are windows, so a screen never holds all customers; long work reports
//! progress and lets short requests through. One tab writes: it holds a Web Lock, and a fence in the store
//! keeps a tab that lost it from overwriting anything ([`vault::store`]).
//!
//! # Layers
//! Each may use only what stands above it; `tests/layers.rs` holds the sources to this table. Everything
//! but `web` and `ui` builds and is tested natively; time and randomness are parameters.
//!
//! | layer | module | what lives there |
//! | --- | --- | --- |
//! | 0 | [`model`] | customers, notes, tasks, purchases, fields, values; their rules |
//! | 0 | [`crypto`] | keys, slots, seal and open; knows bytes, not customers |
//! | 1 | [`merge`] | clock, registers, sets, deletes, texts: how replicas agree |
//! | 1 | [`search`] | folding, queries, the index |
//! | 1 | [`exchange`] | CSV in, calendars out; sample data |
//! | 1 | [`locale`] | collation; the words of both languages (`src/locale/text`) |
//! | 2 | [`bundle`] | the files that copies exchange: header, items, limits, the sealer's requests |
//! | 3 | [`vault`] | the sealed, log-structured store over a trait; memory store; conformance suite |
//! | 4 | [`engine`] | use cases, messages, views, undo, jobs; pure logic of screens |
//! | 4 | `cli` | the command line tool `daifuku`: inspect, verify, compare, merge, export (native only) |
//! | 5 | `web` | the browser as an implementation of the traits (wasm only) |
//! | 6 | [`ui`] | Leptos screens and widgets (wasm only), and the little of them that is pure |
//!
//! # Where to start
//! A save: [`engine::editing`] → [`vault::Transaction`] → [`vault::Notebook::commit`] → one sealed row.
//! Unlocking: [`engine::opening`] → [`vault::Locked`]. Formats that are stored: [`vault::format`],
//! [`crypto`], [`merge`]; each is pinned by files under `tests/data` that are never regenerated.

pub mod bundle;
#[cfg(not(target_family = "wasm"))]
pub mod cli;
pub mod crypto;
pub mod engine;
pub mod exchange;
pub mod locale;
pub mod merge;
pub mod model;
pub mod search;
pub mod ui;
pub mod vault;
#[cfg(all(target_family = "wasm", feature = "engine"))]
pub mod web;
