//! Checking the whole notebook.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::engine::protocol::{Outcome, Request};
use crate::engine::rows::CheckReport;
use crate::ui::failure_text::failure_text;
use crate::ui::kind_text::records_words;
use crate::ui::reactive::memo;
use crate::ui::session::{JobKind, use_session};
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::Notice;
use crate::ui::widgets::toast::Toast;
use crate::ui::words;

/// Starts a check and shows what the last one found.
#[component]
pub fn Check() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let running = memo(move || {
        session
            .jobs
            .with(|jobs| jobs.iter().any(|job| job.kind == Some(JobKind::Check) && job.outcome.is_none()))
    });
    let report = memo(move || {
        session.jobs.with(|jobs| {
            jobs.iter().rev().find_map(|job| match &job.outcome {
                Some(Ok(Outcome::Checked(report))) => Some(report.clone()),
                _ => None,
            })
        })
    });
    let check = move |_| {
        if running.get_untracked() {
            return;
        }
        let ended = session.jobs.with_untracked(|jobs| {
            let checks = jobs.iter().filter(|job| job.kind == Some(JobKind::Check));
            checks.map(|job| job.job).collect::<Vec<_>>()
        });
        ended.into_iter().for_each(|job| session.forget_job(job));
        spawn_local(async move {
            if let Err(failure) = session.start_job(JobKind::Check, Request::Check).await {
                session.toasts.show(Toast::trouble(move || failure_text(i18n, &failure)));
            }
        });
    };
    view! {
        <section class="panel" aria-labelledby="check">
            <h2 id="check">{t!(i18n, settings.check_title)}</h2>
            <p>{t!(i18n, settings.check_lead)}</p>
            <button type="button" class="button secondary" on:click=check aria-disabled=move || running.get().to_string()>
                {move || if running.get() { t_string!(i18n, jobs.check) } else { t_string!(i18n, settings.check) }}
            </button>
            {move || report.get().map(|report| view! { <Found report /> })}
        </section>
    }
}

#[component]
fn Found(report: CheckReport) -> impl IntoView {
    let i18n = use_i18n();
    let CheckReport { records, note_characters, damaged, .. } = report;
    let count = |count: u64| words::number(i64::try_from(count).unwrap_or(i64::MAX));
    let rows = records
        .into_iter()
        .map(|(of, how_many)| {
            view! {
                <dt>{move || records_words(i18n, &of)}</dt>
                <dd>{count(how_many)}</dd>
            }
        })
        .collect_view();
    view! {
        {if damaged == 0 {
            view! { <Notice tone="good"><p>{t!(i18n, settings.check_fine)}</p></Notice> }.into_any()
        } else {
            view! { <Notice tone="bad"><p>{move || t_string!(i18n, settings.check_damaged, count = damaged)}</p></Notice> }.into_any()
        }}
        <dl class="facts">
            {rows}
            <dt>{t!(i18n, settings.check_characters)}</dt>
            <dd>{count(note_characters)}</dd>
        </dl>
    }
}
