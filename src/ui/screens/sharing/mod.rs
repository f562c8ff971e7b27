//! Sharing with colleagues: giving, taking in, the team, what waits for a decision, who received what.

use leptos::prelude::*;

use crate::ui::text::{t, use_i18n};

/// The screen, with a tab for each of its parts.
#[component]
pub fn Sharing() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="sharing">
            <h1>{t!(i18n, nav.sharing)}</h1>
        </div>
    }
}
