//! The imports that were made, each of which can be undone as one.

use leptos::prelude::*;

use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::engine::rows::ImportRecord;
use crate::ui::clock;
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::{answered, memo};
use crate::ui::session::use_session;
use crate::ui::text::{language, t, t_string, use_i18n};
use crate::ui::widgets::Notice;
use crate::ui::words;

/// The list of imports, latest first.
#[component]
pub fn PastImports() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    // A job that ended may have added or undone an import.
    let ended = memo(move || {
        let running = session.jobs.with(|jobs| jobs.iter().filter(|job| job.outcome.is_none()).count());
        (running, session.changed.with(|changed| changed.revision))
    });
    let imports = answered(move || {
        ended.get();
        async move {
            match session.engine.call(Request::Imports).await {
                Ok(Reply::Imports(imports)) => Ok(imports),
                Ok(_) => Err(Failure::Unreadable),
                Err(failure) => Err(failure),
            }
        }
    });
    view! {
        <section class="panel" aria-labelledby="imports">
            <h2 id="imports">{t!(i18n, settings.imports)}</h2>
            {move || match imports.get() {
                None => view! { <p role="status">{t!(i18n, common.loading)}</p> }.into_any(),
                Some(Err(failure)) => {
                    view! { <Notice tone="bad"><p>{failure_text(i18n, &failure)}</p></Notice> }.into_any()
                }
                Some(Ok(imports)) if imports.is_empty() => {
                    view! { <p>{t!(i18n, settings.imports_none)}</p> }.into_any()
                }
                Some(Ok(imports)) => {
                    let rows = imports.into_iter().map(|import| view! { <PastImport import /> }).collect_view();
                    view! { <ul class="past-imports">{rows}</ul> }.into_any()
                }
            }}
        </section>
    }
}

#[component]
fn PastImport(import: ImportRecord) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let ImportRecord { import, name, at, added, undone } = import;
    let facts = move || {
        let date = words::date_time(at, clock::offset(), language(i18n));
        t_string!(i18n, settings.import_row, date = date, count = words::number(i64::from(added)))
    };
    let end = if undone {
        view! { <span class="past-import-undone">{t!(i18n, settings.import_undone)}</span> }.into_any()
    } else {
        view! {
            <button type="button" class="button secondary" on:click=move |_| session.undo_import(import)>
                {t!(i18n, settings.import_undo)}
            </button>
        }
        .into_any()
    };
    view! {
        <li class="past-import">
            <span class="past-import-name">{name}</span>
            <span>{facts}</span>
            {end}
        </li>
    }
}
