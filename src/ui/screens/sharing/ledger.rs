//! Who received what, when and why: to read, to print, to keep as a table.

use leptos::prelude::*;

use super::picker::CustomerPicker;
use super::words::{group_words, kind_words, moment_words};
use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::engine::sharing::rows::{FieldGroup, LedgerRow};
use crate::model::RecordId;
use crate::ui::failure_text::failure_text;
use crate::ui::file::{csv_line, save_file};
use crate::ui::reactive::answered;
use crate::ui::route::Route;
use crate::ui::session::use_session;
use crate::ui::text::{Texts, t, t_string, use_i18n};
use crate::ui::widgets::{EmptyState, Notice};
use crate::ui::words::number;

/// The part of the screen.
#[component]
pub fn Ledger() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let only = RwSignal::new(None::<(RecordId, String)>);
    let rows = answered(move || {
        let only = only.with(|only| only.as_ref().map(|(id, _)| *id));
        async move {
            match session.engine.call(Request::Ledger(only)).await {
                Ok(Reply::Ledger(rows)) => Ok(rows),
                Ok(_) => Err(Failure::Unreadable),
                Err(failure) => Err(failure),
            }
        }
    });
    let filter = move || match only.get() {
        None => view! {
            <CustomerPicker
                label=t!(i18n, ledger.only)
                hint=t!(i18n, ledger.only_hint)
                on_choose=move |chosen| only.set(Some(chosen))
            />
        }
        .into_any(),
        Some((_, name)) => view! {
            <div class="button-row">
                <p class="share-row-name">{move || t_string!(i18n, ledger.only_now, name = name.clone())}</p>
                <button type="button" class="button secondary" on:click=move |_| only.set(None)>
                    {t!(i18n, ledger.all)}
                </button>
            </div>
        }
        .into_any(),
    };
    view! {
        <h2 class="visually-hidden">{t!(i18n, sharing.ledger)}</h2>
        <p class="lead">{t!(i18n, ledger.lead)}</p>
        <div class="ledger-filter">{filter}</div>
        <div aria-live="polite">
            {move || match rows.get() {
                None => view! { <p role="status">{t!(i18n, common.loading)}</p> }.into_any(),
                Some(Err(failure)) => {
                    view! { <Notice tone="bad"><p>{failure_text(i18n, &failure)}</p></Notice> }.into_any()
                }
                Some(Ok(rows)) if rows.is_empty() => {
                    if only.with_untracked(Option::is_some) {
                        view! { <EmptyState title=t!(i18n, ledger.none_of) /> }.into_any()
                    } else {
                        view! {
                            <EmptyState title=t!(i18n, ledger.none_title) text=t!(i18n, ledger.none_text)>
                                <a class="button primary" href=Route::Share.to_string()>{t!(i18n, ledger.to_give)}</a>
                            </EmptyState>
                        }
                            .into_any()
                    }
                }
                Some(Ok(rows)) => view! { <Rows rows /> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Rows(rows: Vec<LedgerRow>) -> impl IntoView {
    let i18n = use_i18n();
    let shown = rows.iter().cloned().map(|row| view! { <Export row /> }).collect_view();
    let save =
        move |_| save_file(t_string!(i18n, ledger.file), "text/csv;charset=utf-8", &table(i18n, &rows));
    view! {
        <div class="button-row ledger-tools">
            <button
                type="button"
                class="button secondary"
                on:click=move |_| {
                    let _ = window().print();
                }
            >
                {t!(i18n, ledger.print)}
            </button>
            <button type="button" class="button secondary" on:click=save>{t!(i18n, ledger.csv)}</button>
        </div>
        <ul class="ledger">{shown}</ul>
    }
}

#[component]
fn Export(row: LedgerRow) -> impl IntoView {
    let i18n = use_i18n();
    let row = StoredValue::new(row);
    let cells = move || row.with_value(|row| cells(i18n, row));
    let fact = move |place: usize| move || cells().get(place).map(|(_, text)| text.clone());
    let name = move |place: usize| move || cells().get(place).map(|(name, _)| *name);
    let facts = (2..6)
        .map(|place| {
            view! {
                <dt>{name(place)}</dt>
                <dd>{fact(place)}</dd>
            }
        })
        .collect_view();
    view! {
        <li class="panel">
            <h3>{fact(1)}</h3>
            <p>{fact(0)}</p>
            <dl class="facts">{facts}</dl>
        </li>
    }
}

/// The columns of the record with what stands in them.
fn cells(i18n: Texts, row: &LedgerRow) -> [(&'static str, String); 6] {
    let count = number(i64::from(row.customers));
    let customers = if row.everyone {
        t_string!(i18n, ledger.everyone, count = count)
    } else {
        t_string!(i18n, sharing.people, count = count)
    };
    let purpose = match row.purpose.trim() {
        "" => t_string!(i18n, ledger.no_purpose).to_owned(),
        purpose => purpose.to_owned(),
    };
    [
        (t_string!(i18n, ledger.at), moment_words(i18n, row.at)),
        (t_string!(i18n, ledger.to), row.to.clone()),
        (t_string!(i18n, ledger.kind), kind_words(i18n, Some(row.kind)).to_owned()),
        (t_string!(i18n, ledger.purpose), purpose),
        (t_string!(i18n, ledger.fields), fields_words(i18n, &row.fields)),
        (t_string!(i18n, ledger.customers), customers),
    ]
}

fn fields_words(i18n: Texts, fields: &[String]) -> String {
    if fields.is_empty() {
        return t_string!(i18n, ledger.all_fields).to_owned();
    }
    let word = |name: &String| {
        let group = FieldGroup::ALL.into_iter().find(|group| group.name() == name);
        group.map_or_else(|| name.clone(), |group| group_words(i18n, group).to_owned())
    };
    fields.iter().map(word).collect::<Vec<_>>().join(" / ")
}

/// The record as CSV, with a byte order mark, so that Excel reads it as UTF-8.
fn table(i18n: Texts, rows: &[LedgerRow]) -> String {
    let mut text = String::from("\u{feff}");
    let mut head = true;
    for row in rows {
        let cells = cells(i18n, row);
        if std::mem::take(&mut head) {
            text.push_str(&csv_line(&cells.each_ref().map(|(name, _)| *name)));
        }
        text.push_str(&csv_line(&cells.each_ref().map(|(_, cell)| cell.as_str())));
    }
    text
}
