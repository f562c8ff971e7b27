//! The screens. Knows of the engine only its messages ([`crate::engine::protocol`]).
//!
//! [`route`], [`setting`] and [`words`] are plain Rust and tested natively; the rest is Leptos and needs a
//! browser. `app` starts; `session` is what every screen has in common; `widgets` know nothing of
//! customers; `screens` are one file each.
//!
//! * A screen asks with `session.engine.call(…)` and changes with `session.commit(…)` or `session.save(…)`:
//!   writes belong to the session and end even if the screen is left.
//! * After an `.await`, signals are touched with `try_get` and `try_set` only: the screen may be gone.
//! * Texts come from `src/locale/text/*.json` through `text`; `style:` sets styles, never `style=`.

#![allow(
    clippy::redundant_clone,
    clippy::type_complexity,
    reason = "what `t_string!` gives is a string in one language and borrowed in another; views have long types"
)]

pub mod route;
pub mod setting;
pub mod words;

#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod answer;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod app;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod badge;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod clock;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod engine;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod failure_text;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod file;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod folder;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod idle;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod kind_text;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod launch;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod offline;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod parts;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod preferences;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod queue;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod reactive;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod router;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod screens;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod session;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod shell;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod shortcuts;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod storage;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod text;
#[cfg(all(target_family = "wasm", feature = "ui"))]
pub mod widgets;
