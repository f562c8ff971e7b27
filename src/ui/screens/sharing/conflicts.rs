//! What waits for a decision: one after the other, each resolved by one press.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::conflict::ConflictCard;
use super::focus_soon;
use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::engine::rows::UndoLabel;
use crate::engine::sharing::rows::{ConflictKind, ConflictRow, Resolution};
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::{For, Show, effect, memo};
use crate::ui::route::Route;
use crate::ui::session::use_session;
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::{EmptyState, Notice};
use crate::ui::words::number;

/// The part of the screen.
#[component]
pub fn Conflicts() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let rows = RwSignal::new(None::<Result<Vec<ConflictRow>, Failure>>);
    // Those whose answer is on its way are not shown, whatever the engine says meanwhile.
    let resolving = RwSignal::new(BTreeSet::<String>::new());
    let load = move || {
        spawn_local(async move {
            let news = match session.engine.call(Request::Conflicts(None)).await {
                Ok(Reply::Conflicts(rows)) => Ok(rows),
                Ok(_) => Err(Failure::Unreadable),
                Err(failure) => Err(failure),
            };
            rows.try_set(Some(news));
        });
    };
    let revision = memo(move || {
        (session.changed.with(|changed| changed.revision), session.sharing.with(|state| state.conflicts))
    });
    effect(move || {
        revision.get();
        load();
    });
    let shown = memo(move || {
        rows.with(|rows| match rows {
            Some(Ok(rows)) => resolving.with(|gone| {
                rows.iter().filter(|row| !gone.contains(&key_of(row))).cloned().collect::<Vec<_>>()
            }),
            _ => Vec::new(),
        })
    });
    let count = memo(move || shown.with(Vec::len));
    let resolve = Callback::new(move |(row, resolution): (ConflictRow, Resolution)| {
        let key = key_of(&row);
        let place = shown.with_untracked(|rows| rows.iter().position(|other| key_of(other) == key));
        resolving.update(|gone| {
            gone.insert(key.clone());
        });
        // The focus goes on to the next one, or to the last where that was the last, or to the word that
        // nothing is left.
        let next = shown
            .with_untracked(|rows| rows.get(place.unwrap_or_default()).or_else(|| rows.last()).map(key_of));
        focus_soon(next.unwrap_or_else(|| "conflicts-none".to_owned()));
        let field = match &row.conflict {
            ConflictKind::Values { field, .. } | ConflictKind::Text { field, .. } => Some(field.clone()),
            ConflictKind::Revived { .. } => None,
        };
        let request = Request::Resolve { page: row.page, record: row.record, field, resolution };
        let answer = session.commit(request);
        spawn_local(async move {
            // Why it could not be done is said by the session; then the row is there again.
            if answer.await.is_ok() {
                session.offer_undo(UndoLabel::Edit);
                rows.try_update(|rows| {
                    if let Some(Ok(rows)) = rows {
                        rows.retain(|other| key_of(other) != key);
                    }
                });
            }
            resolving.try_update(|gone| gone.remove(&key));
            load();
        });
    });
    view! {
        <h2 class="visually-hidden">{t!(i18n, sharing.conflicts)}</h2>
        <p class="lead">{t!(i18n, conflicts.lead)}</p>
        {move || match rows.with(|rows| rows.as_ref().map(|rows| rows.as_ref().err().cloned())) {
            None => view! { <p role="status">{t!(i18n, common.loading)}</p> }.into_any(),
            Some(Some(failure)) => {
                view! { <Notice tone="bad"><p>{failure_text(i18n, &failure)}</p></Notice> }.into_any()
            }
            Some(None) => ().into_any(),
        }}
        <p class="conflicts-left" role="status">
            {move || {
                let count = i64::try_from(count.get()).unwrap_or(i64::MAX);
                (count > 0).then(|| t_string!(i18n, conflicts.left, count = number(count)))
            }}
        </p>
        <ul class="conflicts">
            <For
                each=move || shown.get()
                key=key_of
                children=move |row| view! { <ConflictCard row id_of=key_of resolve /> }
            />
        </ul>
        <Show when=move || count.get() == 0 && rows.with(|rows| matches!(rows, Some(Ok(_))))>
            <div id="conflicts-none" tabindex="-1">
                <EmptyState title=t!(i18n, conflicts.none_title) text=t!(i18n, conflicts.none_text)>
                    <a class="button secondary" href=Route::TakeIn.to_string()>{t!(i18n, conflicts.to_take_in)}</a>
                </EmptyState>
            </div>
        </Show>
    }
}

/// What tells a conflict from others, and from itself after someone wrote there again.
fn key_of(row: &ConflictRow) -> String {
    let (field, moments): (&str, i64) = match &row.conflict {
        ConflictKind::Values { field, values } => {
            (field.as_str(), values.iter().fold(0, |sum, version| sum ^ version.at.0))
        }
        ConflictKind::Text { field, pieces } => {
            (field.as_str(), i64::try_from(pieces.len()).unwrap_or_default())
        }
        ConflictKind::Revived { deleted, changed, .. } => ("", deleted.1.0 ^ changed.1.0),
    };
    format!("conflict-{}-{}-{field}-{moments}", row.page, row.record)
}
