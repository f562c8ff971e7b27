//! The first screen.
use leptos::prelude::*;

use crate::ui::text::{t, use_i18n};

/// The screen.
#[component]
pub fn FirstStart() -> impl IntoView {
    let i18n = use_i18n();
    view! { <main><h1>{t!(i18n, first_start.title)}</h1></main> }
}
