//! Step 3, at its end: what was taken in, which lines were not, and the way back.

use leptos::prelude::*;

use crate::engine::rows::{ImportReport, LineReport};
use crate::ui::file::{csv_line, save_file};
use crate::ui::reactive::Show;
use crate::ui::route::Route;
use crate::ui::session::use_session;
use crate::ui::text::{Texts, t, t_string, use_i18n};
use crate::ui::widgets::Notice;
use crate::ui::words::number;

/// So many lines are shown; the file holds all that the engine reported.
const SHOWN: usize = 50;

/// The end of an import.
#[component]
pub fn Report(
    /// What the import did.
    report: ImportReport,
    /// Called when another file is wanted.
    on_another: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let ImportReport { import, added, problems, problem_count, cancelled } = report;
    let undone = RwSignal::new(false);
    let count = number(i64::from(added));
    let undo = move |_| {
        undone.set(true);
        session.undo_import(import);
    };
    let words = move || {
        if cancelled {
            t_string!(i18n, import.cancelled, count = count.clone())
        } else {
            t_string!(i18n, import.done, count = count.clone())
        }
    };
    view! {
        <section class="panel" aria-labelledby="step-run">
            <h2 id="step-run">{t!(i18n, import.step_run)}</h2>
            <Notice tone=if cancelled { "warning" } else { "good" }><p>{words}</p></Notice>
            {if problem_count == 0 {
                view! { <p>{t!(i18n, import.all_read)}</p> }.into_any()
            } else {
                view! { <Unread problems problem_count /> }.into_any()
            }}
            <div class="button-row">
                <a class="button primary" href=Route::Customers.to_string()>{t!(i18n, import.show_customers)}</a>
                <button type="button" class="button secondary" on:click=move |_| on_another.run(())>
                    {t!(i18n, import.another)}
                </button>
                <Show when=move || !undone.get() && added != 0>
                    <button type="button" class="button danger" on:click=undo>{t!(i18n, import.undo)}</button>
                </Show>
            </div>
        </section>
    }
}

#[component]
fn Unread(problems: Vec<LineReport>, problem_count: u32) -> impl IntoView {
    let i18n = use_i18n();
    let shown = problems.len().min(SHOWN);
    let rows = problems
        .iter()
        .take(SHOWN)
        .cloned()
        .map(|problem| {
            let LineReport { line, reason, excerpt, skipped } = problem;
            view! {
                <tr>
                    <td class="number">{line}</td>
                    <td>{move || reason_text(i18n, &reason)}</td>
                    <td>{move || result_text(i18n, skipped)}</td>
                    <td class="excerpt">{excerpt}</td>
                </tr>
            }
        })
        .collect_view();
    let save = move |_| {
        // With a byte order mark, so that Excel reads it as UTF-8.
        let mut text = String::from("\u{feff}");
        let head = [
            t_string!(i18n, import.line),
            t_string!(i18n, import.reason),
            t_string!(i18n, import.result),
            t_string!(i18n, import.excerpt),
        ];
        text.push_str(&csv_line(&head));
        for problem in &problems {
            let (line, reason) = (problem.line.to_string(), reason_text(i18n, &problem.reason));
            text.push_str(&csv_line(&[&line, reason, result_text(i18n, problem.skipped), &problem.excerpt]));
        }
        save_file(t_string!(i18n, import.problems_file), "text/csv;charset=utf-8", &text);
    };
    let total = number(i64::from(problem_count));
    let more = usize::try_from(problem_count).is_ok_and(|all| all > shown);
    view! {
        <Notice tone="warning">
            <p>{move || t_string!(i18n, import.problems, count = total.clone())}</p>
            {more.then(|| view! { <p>{move || t_string!(i18n, import.problems_shown, count = shown)}</p> })}
        </Notice>
        <div
            class="table-scroll"
            tabindex="0"
            role="region"
            aria-label=move || t_string!(i18n, import.problems, count = problem_count)
        >
            <table class="unread">
                <thead>
                    <tr>
                        <th scope="col">{t!(i18n, import.line)}</th>
                        <th scope="col">{t!(i18n, import.reason)}</th>
                        <th scope="col">{t!(i18n, import.result)}</th>
                        <th scope="col">{t!(i18n, import.excerpt)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <button type="button" class="button secondary" on:click=save>{t!(i18n, import.problems_download)}</button>
    }
}

fn reason_text(i18n: Texts, reason: &str) -> &'static str {
    match reason {
        "above_header" => t_string!(i18n, import.reason_above_header),
        "date" => t_string!(i18n, import.reason_date),
        "extra_cells" => t_string!(i18n, import.reason_extra_cells),
        "no_name" => t_string!(i18n, import.reason_no_name),
        "not_utf8" => t_string!(i18n, import.reason_encoding),
        "unclosed_quote" => t_string!(i18n, import.reason_quote),
        _ => t_string!(i18n, import.reason_other),
    }
}

fn result_text(i18n: Texts, skipped: bool) -> &'static str {
    if skipped { t_string!(i18n, import.skipped) } else { t_string!(i18n, import.partly) }
}
