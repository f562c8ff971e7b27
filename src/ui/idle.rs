//! Locks the notebook when nobody uses it.
//!
//! Timers stop while a device sleeps, so times are compared: at every return to the page, and before
//! anything is shown again. A page that the browser keeps for its back button is locked.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;

use crate::ui::clock::now;
use crate::ui::preferences::Preferences;
use crate::ui::session::{Phase, Session, set_covered};

/// In the background so long, milliseconds, if that setting is on.
const HIDDEN: i64 = 60_000;

/// Watches as long as the calling component lives.
pub fn watch(session: Session, preferences: Preferences) {
    let used = StoredValue::new(now().0);
    let hidden = StoredValue::new(None::<i64>);
    let locking = StoredValue::new(false);

    let lock = move || {
        if locking.try_get_value() == Some(false) {
            locking.set_value(true);
            set_covered(true);
            session.lock();
            // When something could not be saved the notebook stays open; it is tried again later.
            set_timeout(
                move || {
                    locking.try_update_value(|locking| *locking = false);
                },
                Duration::from_secs(20),
            );
        }
    };
    let compare = move || {
        if session.phase.try_get_untracked() != Some(Phase::Open) {
            return;
        }
        let time = now().0;
        let idle = i64::from(preferences.lock_minutes.get_untracked()) * 60_000;
        let away = preferences.lock_when_hidden.get_untracked()
            && hidden.get_value().is_some_and(|since| time - since >= HIDDEN);
        if time - used.get_value() >= idle || away {
            lock();
        }
    };
    let seen = move || {
        let visible = document().visibility_state() == web_sys::VisibilityState::Visible;
        if visible {
            compare();
            hidden.set_value(None);
        } else {
            session.flush();
            hidden.update_value(|since| *since = Some(since.unwrap_or_else(|| now().0)));
        }
    };
    let touch = move || {
        compare();
        used.set_value(now().0);
    };

    let handles = [
        window_event_listener(ev::pointerdown, move |_| touch()),
        window_event_listener(ev::keydown, move |_| touch()),
        window_event_listener(ev::wheel, move |_| touch()),
        window_event_listener(ev::input, move |_| touch()),
        window_event_listener(ev::focus, move |_| compare()),
        window_event_listener_untyped_handle("visibilitychange", seen),
        window_event_listener(ev::pagehide, move |event| {
            session.flush();
            // The page stays behind the back button (in WebKit with its worker, which would hold the vault
            // for as long, so that the next page could not open it). What it is asked for comes first: a draft
            // that is being kept, too.
            if event.persisted() && !session.is_saving() && !session.engine.is_asked() {
                session.engine.terminate();
            }
        }),
        window_event_listener(ev::pageshow, move |event| {
            if event.persisted() {
                if session.phase.try_get_untracked() == Some(Phase::Open) {
                    lock();
                } else {
                    let _ = window().location().reload();
                }
            }
        }),
        window_event_listener(ev::beforeunload, move |event| {
            session.flush();
            if session.is_saving() {
                event.prevent_default();
            }
        }),
    ];
    on_cleanup(move || handles.into_iter().for_each(|handle| handle.remove()));

    let timer = set_interval_with_handle(compare, Duration::from_secs(5));
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
}

/// `visibilitychange` is an event of the document that reaches the window; the framework types it as the
/// document's.
fn window_event_listener_untyped_handle(name: &str, call: impl Fn() + 'static) -> WindowListenerHandle {
    window_event_listener_untyped(name, move |_| call())
}
