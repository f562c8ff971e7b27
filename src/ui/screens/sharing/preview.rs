//! What a received file would do, before anything is done: who it is from, what changes, what to beware of.
//!
//! [`BundlePreviewPanel`] only shows. The brake ([`Brake`], [`brake_count`]) and the buttons stand beneath it
//! and belong to the screen: taking in a file and restoring a backup press different ones.

use leptos::prelude::*;

use super::words::{kind_words, moment_words, name_words, people_words};
use crate::engine::screen::amount::parse_number;
use crate::engine::sharing::rows::{
    BundlePreview, ChangedCustomer, CustomerChange, SenderRow, SenderStanding,
};
use crate::ui::route::Route;
use crate::ui::screens::customer::words::{field_words, value_words};
use crate::ui::text::{Texts, t, t_string, use_i18n};
use crate::ui::widgets::{Notice, TextField};
use crate::ui::words::number;

/// A clock that is less ahead than this is not spoken of: two minutes, in milliseconds.
const CLOCK_AHEAD: u64 = 120_000;

/// What a verified file would do.
#[component]
pub fn BundlePreviewPanel(
    /// What the engine found.
    preview: BundlePreview,
    /// Whether it is only looked at: nothing can be applied from here.
    #[prop(optional)]
    rehearsal: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let BundlePreview { kind, at, from, addressed, known, customers, gap, clock_ahead, fork, .. } =
        preview.clone();
    let (refused, unknown) = (preview.refused, preview.unknown);
    let name = name_words(i18n, &from.name);
    let lead = if rehearsal { t!(i18n, preview.rehearsal) } else { t!(i18n, preview.nothing_yet) };
    let minutes = clock_ahead / 60_000;
    view! {
        <div class="bundle-preview">
            <h3>{move || t_string!(i18n, preview.from_title, name = name.clone())}</h3>
            <p>{lead}</p>
            <Standing from addressed />
            {fork.then(|| view! { <Notice tone="warning"><p>{t!(i18n, preview.fork)}</p></Notice> })}
            {known.then(|| view! { <Notice><p>{t!(i18n, preview.known)}</p></Notice> })}
            <dl class="facts">
                <dt>{t!(i18n, preview.kind)}</dt>
                <dd>{move || kind_words(i18n, Some(kind))}</dd>
                <dt>{t!(i18n, preview.made)}</dt>
                <dd>{move || moment_words(i18n, at)}</dd>
                <dt>{t!(i18n, preview.customers)}</dt>
                <dd>{move || people_words(i18n, customers)}</dd>
            </dl>
            <Counts preview=preview.clone() />
            {gap.then(|| view! { <Notice tone="warning"><p>{t!(i18n, preview.gap)}</p></Notice> })}
            {(clock_ahead >= CLOCK_AHEAD)
                .then(|| {
                    view! {
                        <Notice tone="warning">
                            <p>{move || t_string!(i18n, preview.clock_ahead, minutes = minutes)}</p>
                        </Notice>
                    }
                })}
            {(refused > 0)
                .then(|| view! { <p>{move || t_string!(i18n, preview.refused, count = number(i64::from(refused)))}</p> })}
            {(unknown > 0)
                .then(|| view! { <p>{move || t_string!(i18n, preview.unknown, count = number(i64::from(unknown)))}</p> })}
            <Sample customers=preview.sample />
        </div>
    }
}

/// Who it is from, and whether that is sure. What is not sure is said loudly.
#[component]
fn Standing(from: SenderRow, addressed: bool) -> impl IntoView {
    let i18n = use_i18n();
    let SenderRow { fingerprint, standing, .. } = from;
    let compare =
        matches!(standing, SenderStanding::Unchecked | SenderStanding::Unknown | SenderStanding::OtherKeys);
    let tone = match standing {
        SenderStanding::Own => "calm",
        SenderStanding::Checked => "good",
        SenderStanding::Unchecked | SenderStanding::Left(_) | SenderStanding::Unknown => "warning",
        SenderStanding::OtherKeys => "bad",
    };
    let words = move || match standing {
        SenderStanding::Own => t_string!(i18n, preview.own).to_owned(),
        SenderStanding::Checked => t_string!(i18n, preview.checked).to_owned(),
        SenderStanding::Unchecked => t_string!(i18n, preview.unchecked).to_owned(),
        SenderStanding::Left(at) => t_string!(i18n, preview.left, at = moment_words(i18n, at)),
        SenderStanding::Unknown => t_string!(i18n, preview.unknown_sender).to_owned(),
        SenderStanding::OtherKeys => t_string!(i18n, preview.other_keys).to_owned(),
    };
    view! {
        <Notice tone=tone>
            <p>{words}</p>
            {compare
                .then(|| {
                    view! {
                        <p>
                            {t!(i18n, sharing.digits)}
                            ": "
                            <span class="digits">{fingerprint}</span>
                        </p>
                        <a class="button secondary" href=Route::Team.to_string()>{t!(i18n, team.check)}</a>
                    }
                })}
        </Notice>
        {(!addressed)
            .then(|| view! { <Notice tone="bad"><p>{t!(i18n, preview.not_addressed)}</p></Notice> })}
    }
}

/// How many customers are new, changed and so on.
#[component]
fn Counts(preview: BundlePreview) -> impl IntoView {
    let i18n = use_i18n();
    let BundlePreview { new, changed, to_decide, deleted, erased, .. } = preview;
    let counts = [
        (CustomerChange::New, new),
        (CustomerChange::Changed, changed),
        (CustomerChange::ToDecide, to_decide),
        (CustomerChange::Deleted, deleted),
        (CustomerChange::Erased, erased),
    ];
    if counts.iter().all(|(_, count)| *count == 0) {
        return view! { <p><strong>{t!(i18n, preview.no_change)}</strong></p> }.into_any();
    }
    let rows = counts
        .into_iter()
        .map(|(change, count)| {
            view! {
                <dt>{move || counted_words(i18n, change)}</dt>
                <dd class:some=count != 0>{move || people_words(i18n, count)}</dd>
            }
        })
        .collect_view();
    view! {
        <h4>{t!(i18n, preview.counts)}</h4>
        <dl class="facts bundle-counts">{rows}</dl>
    }
    .into_any()
}

/// The first customers with what changes of them.
#[component]
fn Sample(customers: Vec<ChangedCustomer>) -> impl IntoView {
    let i18n = use_i18n();
    let count = customers.len();
    if count == 0 {
        return ().into_any();
    }
    let rows = customers.into_iter().map(|customer| sample_row(i18n, customer)).collect_view();
    view! {
        <details class="fold">
            <summary>{move || t_string!(i18n, preview.sample, count = count)}</summary>
            <ul class="bundle-sample">{rows}</ul>
        </details>
    }
    .into_any()
}

fn sample_row(i18n: Texts, customer: ChangedCustomer) -> impl IntoView {
    let ChangedCustomer { name, change, fields, .. } = customer;
    let fields = fields
        .into_iter()
        .map(|(field, now, then)| {
            view! {
                <li>
                    <span class="bundle-field">{move || field_words(i18n, &field)}</span>
                    <span class="visually-hidden">{t!(i18n, preview.now)}</span>
                    <del>{move || value_words(i18n, &now)}</del>
                    <span aria-hidden="true">" → "</span>
                    <span class="visually-hidden">{t!(i18n, preview.then)}</span>
                    <ins>{move || value_words(i18n, &then)}</ins>
                </li>
            }
        })
        .collect_view();
    view! {
        <li>
            <p>
                <strong>{move || name_words(i18n, &name)}</strong>
                " "
                <span class="chip">{move || change_words(i18n, change)}</span>
            </p>
            <ul class="bundle-fields">{fields}</ul>
        </li>
    }
}

/// How many customers a file changes or takes away: the number that releases the brake.
#[must_use]
pub fn brake_count(preview: &BundlePreview) -> u32 {
    let BundlePreview { changed, to_decide, deleted, erased, .. } = preview;
    changed.saturating_add(*to_decide).saturating_add(*deleted).saturating_add(*erased)
}

/// Whether what was typed is the number of the brake.
#[must_use]
pub fn releases(count: u32, typed: &str) -> bool {
    parse_number(typed.trim().trim_end_matches('人')) == Some(i64::from(count))
}

/// Asks for the number before much is changed at once.
#[component]
pub fn Brake(
    /// From [`brake_count`].
    count: u32,
    /// What was typed.
    typed: RwSignal<String>,
    /// Whether the number was asked for and is wrong.
    #[prop(into)]
    wrong: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let error = Signal::derive(move || wrong.get().then(|| t_string!(i18n, preview.brake_wrong).to_owned()));
    view! {
        <Notice tone="warning">
            <p>{move || t_string!(i18n, preview.brake, count = number(i64::from(count)))}</p>
            <TextField
                label=t!(i18n, preview.brake_label)
                value=typed
                error
                keyboard="numeric"
                most=12
                required=true
            />
        </Notice>
    }
}

fn counted_words(i18n: Texts, change: CustomerChange) -> &'static str {
    match change {
        CustomerChange::New => t_string!(i18n, preview.new),
        CustomerChange::Changed => t_string!(i18n, preview.changed),
        CustomerChange::ToDecide => t_string!(i18n, preview.to_decide),
        CustomerChange::Deleted => t_string!(i18n, preview.deleted),
        CustomerChange::Erased => t_string!(i18n, preview.erased),
    }
}

fn change_words(i18n: Texts, change: CustomerChange) -> &'static str {
    match change {
        CustomerChange::New => t_string!(i18n, preview.change_new),
        CustomerChange::Changed => t_string!(i18n, preview.change_changed),
        CustomerChange::ToDecide => t_string!(i18n, preview.change_to_decide),
        CustomerChange::Deleted => t_string!(i18n, preview.change_deleted),
        CustomerChange::Erased => t_string!(i18n, preview.change_erased),
    }
}
