//! A sheet for the printer, in place of what is on the screen.

use leptos::portal::Portal;
use leptos::prelude::*;

/// Is printed instead of the page, and is nowhere on the screen. It stands beside the app, so that it can
/// be made within a dialog too.
#[component]
pub fn Paper(
    /// What is on the sheet.
    children: ChildrenFn,
) -> impl IntoView {
    view! {
        <Portal>
            <article class="paper">{children()}</article>
        </Portal>
    }
}
