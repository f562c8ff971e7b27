//! Asks the engine how strong a passphrase is while it is typed.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::engine::protocol::{Reply, Request};
use crate::engine::rows::PassphraseStrength;
use crate::ui::session::use_session;

const PAUSE: Duration = Duration::from_millis(200);

/// The strength of what was typed when typing paused; nothing while the field is empty.
#[must_use]
pub fn watch_strength(passphrase: RwSignal<String>) -> Signal<Option<PassphraseStrength>> {
    let session = use_session();
    let estimate = RwSignal::new(None::<PassphraseStrength>);
    let ask = move |text: String| {
        spawn_local(async move {
            if let Ok(Reply::Strength(strength)) = session.engine.call(Request::Strength(text)).await {
                estimate.try_set(Some(strength));
            }
        });
    };
    Effect::new(move |earlier: Option<Option<TimeoutHandle>>| {
        if let Some(Some(timer)) = earlier {
            timer.clear();
        }
        let text = passphrase.get();
        if text.is_empty() {
            return None;
        }
        set_timeout_with_handle(move || ask(text), PAUSE).ok()
    });
    Signal::derive(move || {
        let typed = !passphrase.with(String::is_empty);
        // The last estimate stays until the next one comes, so that nothing flickers; the engine answers
        // in order.
        estimate.get().filter(|_| typed)
    })
}
