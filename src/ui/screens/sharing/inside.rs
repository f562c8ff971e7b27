//! Step 3 of giving: what exactly will be in the file.

use leptos::prelude::*;

use super::order::use_share_order;
use super::words::{items_words, moment_words, name_words, people_words};
use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::engine::sharing::rows::{BundlePlan, SharedCustomer};
use crate::model::RecordKind;
use crate::ui::failure_text::failure_text;
use crate::ui::kind_text::records_words;
use crate::ui::reactive::{answered, memo};
use crate::ui::screens::customer::words::{field_words, value_words};
use crate::ui::screens::trash::kind_words;
use crate::ui::session::use_session;
use crate::ui::text::{Texts, t, t_string, use_i18n};
use crate::ui::widgets::Notice;
use crate::ui::words::number;

/// Asks the engine and shows what it says.
#[component]
pub fn Inside() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let order = use_share_order();
    let wanted = memo(move || order.lacks_content().is_none().then(|| order.content()));
    let plan = answered(move || {
        let wanted = wanted.get();
        async move {
            match session.engine.call(Request::PlanBundle(Box::new(wanted?))).await {
                Ok(Reply::Plan(plan)) => Some(Ok(*plan)),
                Ok(_) => Some(Err(Failure::Unreadable)),
                Err(failure) => Some(Err(failure)),
            }
        }
    });
    view! {
        <section class="panel" aria-labelledby="give-inside">
            <h2 id="give-inside">{t!(i18n, give.inside)}</h2>
            <div aria-live="polite">
                {move || match plan.get() {
                    Some(Some(Ok(plan))) => view! { <Plan plan /> }.into_any(),
                    Some(Some(Err(failure @ (Failure::NothingNew | Failure::NothingChosen)))) => {
                        view! { <p>{failure_text(i18n, &failure)}</p> }.into_any()
                    }
                    Some(Some(Err(failure))) => {
                        view! { <Notice tone="bad"><p>{failure_text(i18n, &failure)}</p></Notice> }.into_any()
                    }
                    Some(None) | None => view! { <p>{t!(i18n, give.inside_wait)}</p> }.into_any(),
                }}
            </div>
        </section>
    }
}

#[component]
fn Plan(plan: BundlePlan) -> impl IntoView {
    let i18n = use_i18n();
    let BundlePlan { records, customers, private_notes, sample, since } = plan;
    let rows = records
        .into_iter()
        .filter(|(kind, count)| *kind != RecordKind::Customer && *count > 0)
        .map(|(kind, count)| {
            view! {
                <dt>{move || records_words(i18n, &kind)}</dt>
                <dd>{move || items_words(i18n, count)}</dd>
            }
        })
        .collect_view();
    let shown = sample.len();
    let sample = sample.into_iter().map(|customer| shared(i18n, customer)).collect_view();
    view! {
        {since.map(|at| view! { <p>{move || t_string!(i18n, give.inside_since, at = moment_words(i18n, at))}</p> })}
        <dl class="facts" aria-label=t!(i18n, give.inside_counts)>
            <dt>{move || records_words(i18n, &RecordKind::Customer)}</dt>
            <dd>{move || people_words(i18n, customers)}</dd>
            {rows}
        </dl>
        {(private_notes > 0)
            .then(|| {
                let count = number(i64::from(private_notes));
                view! { <p>{move || t_string!(i18n, give.inside_private, count = count.clone())}</p> }
            })}
        {(shown > 0)
            .then(|| {
                view! {
                    <details class="fold">
                        <summary>{move || t_string!(i18n, give.inside_sample, count = shown)}</summary>
                        <ul class="bundle-sample">{sample}</ul>
                    </details>
                }
            })}
    }
}

fn shared(i18n: Texts, customer: SharedCustomer) -> impl IntoView {
    let SharedCustomer { name, fields, records, .. } = customer;
    let fields = fields
        .into_iter()
        .map(|(field, value)| {
            view! {
                <li>
                    <span class="bundle-field">{move || field_words(i18n, &field)}</span>
                    {move || value_words(i18n, &value)}
                </li>
            }
        })
        .collect_view();
    let records = records
        .into_iter()
        .map(|(kind, beginning)| {
            view! {
                <li>
                    <span class="bundle-field">{move || kind_words(i18n, &kind)}</span>
                    {beginning}
                </li>
            }
        })
        .collect_view();
    view! {
        <li>
            <p><strong>{move || name_words(i18n, &name)}</strong></p>
            <ul class="bundle-fields">{fields} {records}</ul>
        </li>
    }
}
