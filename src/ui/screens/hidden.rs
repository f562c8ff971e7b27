//! The customers that are hidden on this device, with a button to show them again.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::engine::sharing::rows::HiddenRow;
use crate::model::RecordId;
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::{For, effect, memo};
use crate::ui::session::use_session;
use crate::ui::text::{t, t_string, use_i18n};

/// The list, below the trash.
#[component]
pub fn Hidden() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let rows = RwSignal::new(None::<Vec<HiddenRow>>);
    let failure = RwSignal::new(None::<Failure>);
    let changed = memo(move || session.changed.with(|changed| changed.revision));
    let load = move || {
        spawn_local(async move {
            let (news, reason) = match session.engine.call(Request::Hidden).await {
                Ok(Reply::Hidden(news)) => (Some(news), None),
                Ok(_) => (None, Some(Failure::Unreadable)),
                Err(reason) => (None, Some(reason)),
            };
            rows.try_set(news);
            failure.try_set(reason);
        });
    };
    effect(move || {
        changed.get();
        load();
    });
    let unhide = move |id: RecordId| {
        rows.update(|rows| {
            if let Some(rows) = rows {
                rows.retain(|row| row.id != id);
            }
        });
        let answer = session.commit(Request::Unhide(vec![id]));
        spawn_local(async move {
            // Refused: it is still hidden.
            if answer.await.is_err() {
                load();
            }
        });
    };
    let row = move |row: HiddenRow| {
        let id = row.id;
        let name =
            if row.name.trim().is_empty() { t_string!(i18n, customer.no_name).to_owned() } else { row.name };
        let named = name.clone();
        view! {
            <li class="trash-row">
                <div class="trash-text">
                    <p class="trash-title">{name}</p>
                    <p class="trash-facts"><span>{row.reading}</span></p>
                </div>
                <button type="button" class="button secondary" on:click=move |_| unhide(id)>
                    {t!(i18n, hiding.show)}
                    <span class="visually-hidden">": "{named}</span>
                </button>
            </li>
        }
    };
    let shown = move || rows.with(|rows| rows.iter().flatten().cloned().collect::<Vec<_>>());
    view! {
        <section class="hidden-customers" aria-labelledby="hidden">
            <h2 id="hidden">{t!(i18n, hiding.title)}</h2>
            <p>{t!(i18n, hiding.lead)}</p>
            {move || failure.get().map(|reason| {
                view! { <p class="field-error" role="alert">{failure_text(i18n, &reason)}</p> }
            })}
            <p role="status">
                {move || rows.with(|rows| rows.as_ref().is_some_and(Vec::is_empty)).then(|| t_string!(i18n, hiding.none))}
            </p>
            <ul class="trash-rows">
                <For each=shown key=|row| row.id.to_string() children=row />
            </ul>
        </section>
    }
}
