//! Sharing with colleagues: giving, taking in, the team, what waits for a decision, who received what.

pub mod add_card;
pub mod compare;
pub mod conflict;
pub mod conflicts;
pub mod give;
pub mod give_to;
pub mod give_what;
pub mod hand_over;
pub mod incoming;
pub mod inside;
pub mod ledger;
pub mod order;
pub mod picker;
pub mod preview;
pub mod receipts;
pub mod take_in;
pub mod team;
pub mod words;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

pub use incoming::Incoming;
pub use order::{ShareOrder, use_share_order};

use conflicts::Conflicts;
use give::Give;
use ledger::Ledger;
use take_in::TakeIn;
use team::Team;

use crate::ui::reactive::memo;
use crate::ui::route::Route;
use crate::ui::router::use_router;
use crate::ui::session::use_session;
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::words::number;

/// The screen, with a link for each of its parts.
#[component]
pub fn Sharing() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let route = use_router().route();
    let part = memo(move || route.get());
    let conflicts = memo(move || session.sharing.with(|state| state.conflicts));
    let link = move |to: Route| {
        let words = move || match to {
            Route::TakeIn => t_string!(i18n, sharing.take_in),
            Route::Team => t_string!(i18n, sharing.team),
            Route::Conflicts => t_string!(i18n, sharing.conflicts),
            Route::Ledger => t_string!(i18n, sharing.ledger),
            _ => t_string!(i18n, sharing.give),
        };
        let count = move || {
            let count = conflicts.get();
            (to == Route::Conflicts && count > 0).then(|| {
                let count = t_string!(i18n, sharing.items, count = number(i64::from(count)));
                view! { <span class="chip">{count}</span> }
            })
        };
        view! {
            <li>
                <a class="tab" href=to.to_string() aria-current=move || (part.get() == to).then_some("page")>
                    {words}
                    {count}
                </a>
            </li>
        }
    };
    view! {
        <div class="sharing">
            <h1>{t!(i18n, nav.sharing)}</h1>
            <nav class="share-parts" aria-label=t!(i18n, sharing.parts)>
                <ul class="tabs">
                    {link(Route::Share)} {link(Route::TakeIn)} {link(Route::Team)} {link(Route::Conflicts)}
                    {link(Route::Ledger)}
                </ul>
            </nav>
            {move || match part.get() {
                Route::TakeIn => view! { <TakeIn /> }.into_any(),
                Route::Team => view! { <Team /> }.into_any(),
                Route::Conflicts => view! { <Conflicts /> }.into_any(),
                Route::Ledger => view! { <Ledger /> }.into_any(),
                _ => view! { <Give /> }.into_any(),
            }}
        </div>
    }
}

/// Moves the focus to an element that is about to be there.
pub fn focus_soon(id: impl Into<String>) {
    let id = id.into();
    request_animation_frame(move || {
        let element = document().get_element_by_id(&id);
        if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}
