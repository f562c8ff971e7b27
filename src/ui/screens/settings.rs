//! The screen `settings`.

use leptos::prelude::*;

use crate::ui::text::{t, use_i18n};

/// The screen.
#[component]
pub fn Settings() -> impl IntoView {
    let i18n = use_i18n();
    view! { <h1>{t!(i18n, nav.settings)}</h1> }
}
