//! The trash: what was deleted, latest first, with a button to bring it back.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::hidden::Hidden;
use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::engine::rows::{TrashRow, UndoLabel};
use crate::model::{RecordId, RecordKind};
use crate::ui::clock::offset;
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::{For, Show, effect, memo};
use crate::ui::session::use_session;
use crate::ui::text::{Texts, language, t, t_string, use_i18n};
use crate::ui::widgets::EmptyState;
use crate::ui::words::{date_time, number};

/// Rows that are shown at first, and again with each "more".
const STEP: usize = 100;

/// The screen.
#[component]
pub fn Trash() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let rows = RwSignal::new(None::<Vec<TrashRow>>);
    let failure = RwSignal::new(None::<Failure>);
    let most = RwSignal::new(STEP);
    let changed = memo(move || session.changed.with(|changed| changed.revision));
    effect(move || {
        changed.get();
        spawn_local(async move {
            match session.engine.call(Request::Trash).await {
                Ok(Reply::Trash(news)) => {
                    failure.try_set(None);
                    rows.try_set(Some(news));
                }
                Ok(_) => {
                    failure.try_set(Some(Failure::Unreadable));
                }
                Err(reason) => {
                    failure.try_set(Some(reason));
                }
            }
        });
    });
    let count = memo(move || rows.with(|rows| rows.as_ref().map(Vec::len)));
    let shown = move || rows.with(|rows| rows.iter().flatten().take(most.get()).cloned().collect::<Vec<_>>());
    let more = move || count.get().unwrap_or_default().saturating_sub(most.get());
    let restore = move |id: RecordId| {
        rows.update(|rows| {
            if let Some(rows) = rows {
                rows.retain(|row| row.id != id);
            }
        });
        session.commit_with_undo(Request::Restore(vec![id]), UndoLabel::Restore(1));
    };
    let row = move |row: TrashRow| {
        let id = row.id;
        let (kind, at) = (StoredValue::new(row.kind), row.deleted);
        let title =
            if row.title.trim().is_empty() { t_string!(i18n, trash.untitled).to_owned() } else { row.title };
        let named = title.clone();
        view! {
            <li class="trash-row">
                <div class="trash-text">
                    <p class="trash-title">
                        <span class="trash-kind">{move || kind.with_value(|kind| kind_words(i18n, kind))}</span>
                        <span>{title}</span>
                    </p>
                    <p class="trash-facts">
                        <span>{row.customer}</span>
                        <span>{move || {
                            let at = date_time(at, offset(), language(i18n));
                            t_string!(i18n, trash.deleted, at = at).to_string()
                        }}</span>
                    </p>
                </div>
                <button type="button" class="button secondary" on:click=move |_| restore(id)>
                    {t!(i18n, trash.restore)}
                    <span class="visually-hidden">": "{named}</span>
                </button>
            </li>
        }
    };
    view! {
        <div class="trash">
            <h1>{t!(i18n, trash.title)}</h1>
            <p>{t!(i18n, trash.explanation)}</p>
            {move || failure.get().map(|reason| {
                view! { <p class="field-error" role="alert">{failure_text(i18n, &reason)}</p> }
            })}
            <Show when=move || count.get().is_none() && failure.with(Option::is_none)>
                <p role="status">{t!(i18n, common.loading)}</p>
            </Show>
            <Show when=move || count.get() == Some(0)>
                <EmptyState title=t!(i18n, trash.empty) />
            </Show>
            <ul class="trash-rows">
                <For each=shown key=|row| row.id.to_string() children=row />
            </ul>
            <Show when=move || { more() > 0 }>
                <button type="button" class="button secondary" on:click=move |_| most.update(|most| *most += STEP * 5)>
                    {move || {
                        let more = number(i64::try_from(more()).unwrap_or(i64::MAX));
                        t_string!(i18n, customer.more, count = more).to_string()
                    }}
                </button>
            </Show>
            <Hidden />
        </div>
    }
}

/// What a record is called.
#[must_use]
pub fn kind_words(i18n: Texts, kind: &RecordKind) -> &'static str {
    match kind {
        RecordKind::Customer => t_string!(i18n, trash.customer),
        RecordKind::Contact => t_string!(i18n, trash.contact),
        RecordKind::Note => t_string!(i18n, trash.note),
        RecordKind::Task => t_string!(i18n, trash.task),
        RecordKind::Purchase => t_string!(i18n, trash.purchase),
        RecordKind::Other(_) => t_string!(i18n, trash.other),
    }
}
