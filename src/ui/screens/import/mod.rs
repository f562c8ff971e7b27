//! Taking in a CSV file: choose it, check the columns, run, read the report.
//!
//! The opened file waits in the engine, and a job that runs belongs to the session: whoever leaves this
//! screen and comes back finds the import where it is.

pub mod choose;
pub mod columns;
pub mod report;

use leptos::prelude::*;
use leptos::task::spawn_local;

use self::choose::ChooseFile;
use self::columns::CheckColumns;
use self::report::Report;
use crate::engine::Failure;
use crate::engine::protocol::{Outcome, Reply, Request};
use crate::engine::rows::{ImportPreview, ImportReport};
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::memo;
use crate::ui::session::{JobKind, Session, use_session};
use crate::ui::text::{t, use_i18n};
use crate::ui::widgets::{Notice, ProgressBar};

/// The three steps of an import.
#[component]
pub fn Import() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let preview = RwSignal::new(None::<ImportPreview>);
    let failure = RwSignal::new(None::<Failure>);
    let reading = RwSignal::new(false);
    let starting = RwSignal::new(false);

    let open = Callback::new(move |file: web_sys::File| {
        if reading.get_untracked() {
            return;
        }
        reading.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = open_file(session, file).await;
            reading.try_set(false);
            match answer {
                Ok(found) => {
                    forget_imports(session);
                    preview.try_set(Some(found));
                }
                Err(found) => {
                    failure.try_set(Some(found));
                }
            }
        });
    });
    let start = Callback::new(move |columns: Vec<String>| {
        if starting.get_untracked() {
            return;
        }
        starting.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = session.start_job(JobKind::Import, Request::ImportStart { columns }).await;
            starting.try_set(false);
            match answer {
                Ok(_) => {
                    preview.try_set(None);
                }
                Err(found) => {
                    failure.try_set(Some(found));
                }
            }
        });
    });
    let anew = Callback::new(move |()| {
        forget_imports(session);
        preview.set(None);
        failure.set(None);
    });

    let state = memo(move || {
        session.jobs.with(|jobs| {
            let import = jobs.iter().rev().find(|job| job.kind == Some(JobKind::Import));
            match import.map(|job| (job.job, job.outcome.as_ref())) {
                Some((job, None)) => Some(State::Running(job)),
                Some((_, Some(Ok(Outcome::Imported(report))))) => Some(State::Ended(report.clone())),
                _ => None,
            }
        })
    });
    view! {
        <div class="import">
            <h1>{t!(i18n, import.title)}</h1>
            <p class="lead">{t!(i18n, import.lead)}</p>
            {move || {
                failure.get().map(|found| view! { <Notice tone="bad"><p>{failure_text(i18n, &found)}</p></Notice> })
            }}
            {move || match (state.get(), preview.get()) {
                (Some(State::Running(job)), _) => view! { <Running job /> }.into_any(),
                (_, Some(found)) => {
                    view! { <CheckColumns preview=found on_start=start on_another=anew busy=starting /> }.into_any()
                }
                (Some(State::Ended(report)), None) => view! { <Report report on_another=anew /> }.into_any(),
                (None, None) => view! { <ChooseFile on_choose=open busy=reading /> }.into_any(),
            }}
        </div>
    }
}

#[derive(Clone, PartialEq)]
enum State {
    Running(u32),
    Ended(ImportReport),
}

#[component]
fn Running(job: u32) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let figures = memo(move || {
        session.jobs.with(|jobs| {
            jobs.iter().find(|entry| entry.job == job).map_or((0, 0), |entry| (entry.done, entry.total))
        })
    });
    view! {
        <section class="panel" aria-labelledby="step-run">
            <h2 id="step-run">{t!(i18n, import.step_run)}</h2>
            <p>{t!(i18n, import.running)}</p>
            <ProgressBar
                label=t!(i18n, jobs.import)
                done=Signal::derive(move || figures.get().0)
                total=Signal::derive(move || figures.get().1)
            />
            <button type="button" class="button secondary" on:click=move |_| session.cancel_job(job)>
                {t!(i18n, jobs.cancel)}
            </button>
        </section>
    }
}

async fn open_file(session: Session, file: web_sys::File) -> Result<ImportPreview, Failure> {
    let request = Request::ImportOpen { name: file.name(), bytes: Vec::new() };
    match session.engine.call_with(request, file).await? {
        Reply::Preview(preview) => Ok(*preview),
        _ => Err(Failure::Unreadable),
    }
}

/// Puts the reports of earlier imports away; they stay in the settings.
fn forget_imports(session: Session) {
    let ended = session.jobs.try_with_untracked(|jobs| {
        let imports = jobs.iter().filter(|job| job.kind == Some(JobKind::Import));
        imports.map(|job| job.job).collect::<Vec<_>>()
    });
    ended.unwrap_or_default().into_iter().for_each(|job| session.forget_job(job));
}
