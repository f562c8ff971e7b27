//! What taking in a file did, and the way back; and all files that were taken in.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::incoming::use_incoming;
use super::words::{kind_words, moment_words, name_words, people_words};
use crate::bundle::BundleId;
use crate::engine::Failure;
use crate::engine::protocol::{Outcome, Reply, Request};
use crate::engine::sharing::rows::ReceiptRow;
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::{answered, memo};
use crate::ui::route::Route;
use crate::ui::session::{JobKind, Session, use_session};
use crate::ui::text::{Texts, t, t_string, use_i18n};
use crate::ui::widgets::Notice;
use crate::ui::widgets::toast::Toast;
use crate::ui::words::number;

/// The end of taking in a file.
#[component]
pub fn Receipt(
    /// What was done.
    receipt: ReceiptRow,
) -> impl IntoView {
    let i18n = use_i18n();
    let (session, incoming) = (use_session(), use_incoming());
    let name = name_words(i18n, &receipt.from);
    let bundle = receipt.bundle;
    let undone = RwSignal::new(false);
    let undo = move |_| undo_merge(i18n, session, bundle, undone);
    let (decide, gap, can_undo) = (receipt.to_decide, receipt.gap, receipt.can_undo);
    let figures = figures(i18n, &receipt);
    view! {
        <h3>{t!(i18n, take_in.done_title)}</h3>
        <Notice tone="good">
            <p>{move || t_string!(i18n, take_in.done_from, name = name.clone())}</p>
            <p>{figures}</p>
        </Notice>
        {gap.then(|| view! { <Notice tone="warning"><p>{t!(i18n, preview.gap)}</p></Notice> })}
        <div class="button-row">
            {if decide > 0 {
                view! {
                    <a class="button primary" href=Route::Conflicts.to_string()>
                        {move || t_string!(i18n, take_in.decide, count = number(i64::from(decide)))}
                    </a>
                }
                    .into_any()
            } else {
                view! { <a class="button primary" href=Route::Customers.to_string()>{t!(i18n, take_in.see_customers)}</a> }
                    .into_any()
            }}
            {move || {
                (incoming.waiting() > 0).then(|| {
                    view! {
                        <button type="button" class="button secondary" on:click=move |_| incoming.next()>
                            {t!(i18n, take_in.next)}
                        </button>
                    }
                })
            }}
            {move || {
                (can_undo && !undone.get()).then(|| {
                    view! {
                        <button type="button" class="button danger" on:click=undo>
                            {t!(i18n, take_in.undo)}
                        </button>
                    }
                })
            }}
        </div>
        <p class="field-hint">{t!(i18n, take_in.undo_hint)}</p>
    }
}

/// Every file that was taken in, latest first.
#[component]
pub fn Receipts() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let revision = memo(move || {
        let ended = session.jobs.with(|jobs| jobs.iter().filter(|job| job.outcome.is_none()).count());
        (session.changed.with(|changed| changed.revision), ended)
    });
    let receipts = answered(move || {
        revision.get();
        async move {
            match session.engine.call(Request::Receipts).await {
                Ok(Reply::Receipts(receipts)) => Ok(receipts),
                Ok(_) => Err(Failure::Unreadable),
                Err(failure) => Err(failure),
            }
        }
    });
    view! {
        <section class="panel" aria-labelledby="receipts">
            <h2 id="receipts">{t!(i18n, take_in.receipts)}</h2>
            {move || match receipts.get() {
                None => view! { <p role="status">{t!(i18n, common.loading)}</p> }.into_any(),
                Some(Err(failure)) => {
                    view! { <Notice tone="bad"><p>{failure_text(i18n, &failure)}</p></Notice> }.into_any()
                }
                Some(Ok(receipts)) if receipts.is_empty() => {
                    view! { <p>{t!(i18n, take_in.receipts_none)}</p> }.into_any()
                }
                Some(Ok(receipts)) => {
                    let rows = receipts.into_iter().map(|receipt| view! { <PastReceipt receipt /> }).collect_view();
                    view! { <ul class="share-rows">{rows}</ul> }.into_any()
                }
            }}
        </section>
    }
}

#[component]
fn PastReceipt(receipt: ReceiptRow) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let ReceiptRow { bundle, kind, at, .. } = receipt;
    let from = name_words(i18n, &receipt.from);
    let named = from.clone();
    let undone = RwSignal::new(receipt.undone);
    let figures = figures(i18n, &receipt);
    view! {
        <li class="share-row">
            <div class="share-row-text">
                <p class="share-row-name">{move || t_string!(i18n, take_in.receipt_from, name = from.clone())}</p>
                <p class="share-row-facts">
                    <span>{move || moment_words(i18n, at)}</span>
                    <span>{move || kind_words(i18n, kind)}</span>
                </p>
                <p>{figures}</p>
            </div>
            {move || {
                if undone.get() {
                    view! { <span class="chip">{t!(i18n, take_in.undone)}</span> }.into_any()
                } else if receipt.can_undo {
                    let named = named.clone();
                    view! {
                        <button
                            type="button"
                            class="button secondary"
                            on:click=move |_| undo_merge(i18n, session, bundle, undone)
                        >
                            {t!(i18n, take_in.undo)}
                            <span class="visually-hidden">": "{named}</span>
                        </button>
                    }
                        .into_any()
                } else {
                    ().into_any()
                }
            }}
        </li>
    }
}

fn undo_merge(i18n: Texts, session: Session, bundle: BundleId, undone: RwSignal<bool>) {
    session.flush();
    spawn_local(async move {
        match session.run_job(JobKind::UndoMerge, Request::UndoMerge(bundle), None).await {
            Ok(Outcome::Undone(_)) => {
                undone.try_set(true);
                session.toasts.show(Toast::new(t!(i18n, sharing.merge_undone)));
            }
            Ok(_) => session.toasts.show(Toast::trouble(move || failure_text(i18n, &Failure::Unreadable))),
            Err(failure) => session.toasts.show(Toast::trouble(move || failure_text(i18n, &failure))),
        }
    });
}

/// What was done, in one line; only what there was.
fn figures(i18n: Texts, receipt: &ReceiptRow) -> impl Fn() -> String + Send + use<> {
    let ReceiptRow { new, changed, to_decide, deleted, erased, .. } = *receipt;
    move || {
        let counts = [
            (t_string!(i18n, preview.new), new),
            (t_string!(i18n, preview.changed), changed),
            (t_string!(i18n, preview.to_decide), to_decide),
            (t_string!(i18n, preview.deleted), deleted),
            (t_string!(i18n, preview.erased), erased),
        ];
        let some = counts.into_iter().filter(|(_, count)| *count > 0);
        let parts: Vec<_> =
            some.map(|(what, count)| format!("{what} {}", people_words(i18n, count))).collect();
        if parts.is_empty() { t_string!(i18n, take_in.nothing_changed).to_owned() } else { parts.join(" / ") }
    }
}
