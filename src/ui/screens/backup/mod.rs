//! Backups and the recovery sheet.

use leptos::prelude::*;

use crate::ui::text::{t, use_i18n};

/// The screen.
#[component]
pub fn Backup() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="backup">
            <h1>{t!(i18n, nav.backup)}</h1>
        </div>
    }
}
