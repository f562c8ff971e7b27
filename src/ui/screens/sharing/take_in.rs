//! Taking in files from colleagues: choose, look, take in, read what was done.

use leptos::html::Section;
use leptos::prelude::*;

use super::incoming::{Step, use_incoming};
use super::preview::{Brake, BundlePreviewPanel, brake_count, releases};
use super::receipts::{Receipt, Receipts};
use crate::engine::sharing::rows::{BundlePreview, SenderStanding};
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::{effect, memo};
use crate::ui::session::{JobKind, use_session};
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::{Notice, PassphraseField, PickFile, ProgressBar};

/// The part of the screen.
#[component]
pub fn TakeIn() -> impl IntoView {
    let i18n = use_i18n();
    let incoming = use_incoming();
    let node = NodeRef::<Section>::new();
    // What comes next is read aloud: the focus goes along.
    let first = StoredValue::new(true);
    effect(move || {
        incoming.step.track();
        if !first.try_get_value().unwrap_or(true) {
            request_animation_frame(move || {
                if let Some(section) = node.try_get_untracked().flatten() {
                    let _ = section.focus();
                }
            });
        }
        first.set_value(false);
    });
    let waiting = move || {
        let count = incoming.waiting();
        (count > 0 && incoming.step.with(|step| *step != Step::Idle))
            .then(|| view! { <p role="status">{t_string!(i18n, take_in.waiting, count = count)}</p> })
    };
    view! {
        <p class="lead">{t!(i18n, take_in.lead)}</p>
        <section class="panel step" tabindex="-1" node_ref=node aria-labelledby="take-in">
            <h2 class="visually-hidden" id="take-in">{t!(i18n, sharing.take_in)}</h2>
            {move || match incoming.step.get() {
                Step::Idle => view! { <Choose /> }.into_any(),
                Step::Opening => view! { <Working kind=JobKind::OpenBundle /> }.into_any(),
                Step::Asking(wrong) => view! { <AskPassphrase wrong /> }.into_any(),
                Step::Previewed(preview) => view! { <Decide preview=*preview /> }.into_any(),
                Step::Applying => view! { <Working kind=JobKind::ApplyBundle /> }.into_any(),
                Step::Merged(receipt) => {
                    view! {
                        <Receipt receipt=*receipt />
                        <Choose />
                    }
                        .into_any()
                }
                Step::Failed(failure) => {
                    view! {
                        <Notice tone="bad">
                            <p><strong>{t!(i18n, take_in.failed_title)}</strong></p>
                            <p class="file-name">{incoming.name.get_untracked()}</p>
                            <p>{failure_text(i18n, &failure)}</p>
                        </Notice>
                        <Choose />
                    }
                        .into_any()
                }
            }}
            {waiting}
        </section>
        <Receipts />
    }
}

/// Picks files; or goes on to those that wait.
#[component]
fn Choose() -> impl IntoView {
    let i18n = use_i18n();
    let incoming = use_incoming();
    let idle = incoming.step.with_untracked(|step| *step == Step::Idle);
    view! {
        {move || {
            (incoming.waiting() > 0 && idle).then(|| {
                view! {
                    <button type="button" class="button secondary" on:click=move |_| incoming.next()>
                        {t!(i18n, take_in.next)}
                    </button>
                }
            })
        }}
        <PickFile
            label=if idle { t!(i18n, take_in.pick) } else { t!(i18n, take_in.another) }
            hint=t!(i18n, sharing.drop)
            primary=idle
            several=true
            on_pick=move |files| incoming.take(files)
        />
    }
}

#[component]
fn Working(kind: JobKind) -> impl IntoView {
    let i18n = use_i18n();
    let (session, incoming) = (use_session(), use_incoming());
    let figures = memo(move || {
        session.jobs.with(|jobs| {
            let job = jobs.iter().rev().find(|job| job.kind == Some(kind));
            job.map_or((0, 0), |job| (job.done, job.total))
        })
    });
    let opening = kind == JobKind::OpenBundle;
    let label = move || {
        if opening {
            t_string!(i18n, take_in.opening, name = incoming.name.get())
        } else {
            t_string!(i18n, take_in.applying).to_owned()
        }
    };
    view! {
        <p role="status">{label}</p>
        <ProgressBar
            label=if opening { t!(i18n, jobs.open_bundle) } else { t!(i18n, jobs.apply_bundle) }
            done=Signal::derive(move || figures.get().0)
            total=Signal::derive(move || figures.get().1)
        />
    }
}

#[component]
fn AskPassphrase(wrong: bool) -> impl IntoView {
    let i18n = use_i18n();
    let incoming = use_incoming();
    let passphrase = RwSignal::new(String::new());
    let error = RwSignal::new(wrong.then(|| t_string!(i18n, bundle_failure.wrong_passphrase).to_owned()));
    let open = move || {
        if passphrase.with_untracked(String::is_empty) {
            error.set(Some(t_string!(i18n, give.passphrase_missing).to_owned()));
        } else {
            incoming.open(passphrase.get_untracked());
        }
    };
    view! {
        <form
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                open();
            }
        >
            <p>{move || t_string!(i18n, take_in.passphrase_lead, name = incoming.name.get())}</p>
            <PassphraseField label=t!(i18n, take_in.passphrase) value=passphrase error shown=true />
            <div class="button-row">
                <button type="submit" class="button primary">{t!(i18n, take_in.open)}</button>
                <button type="button" class="button secondary" on:click=move |_| incoming.close()>
                    {t!(i18n, take_in.skip)}
                </button>
            </div>
        </form>
    }
}

/// The preview, the brake where much would change, and the decision.
#[component]
fn Decide(preview: BundlePreview) -> impl IntoView {
    let i18n = use_i18n();
    let incoming = use_incoming();
    let typed = RwSignal::new(String::new());
    let wrong = RwSignal::new(false);
    let (brake, count) = (preview.brake, brake_count(&preview));
    // What is warned of loudly is not also offered as the thing to do.
    let doubtful = !preview.addressed || preview.from.standing == SenderStanding::OtherKeys;
    let apply = move |_| {
        let released = !brake || typed.with_untracked(|typed| releases(count, typed));
        wrong.set(!released);
        if released {
            incoming.apply(brake);
        }
    };
    view! {
        <BundlePreviewPanel preview />
        {brake.then(|| view! { <Brake count typed wrong /> })}
        <div class="button-row">
            <button type="button" class="button" class:primary=!doubtful class:danger=doubtful on:click=apply>
                {t!(i18n, take_in.apply)}
            </button>
            <button
                type="button"
                class="button"
                class:primary=doubtful
                class:secondary=!doubtful
                on:click=move |_| incoming.close()
            >
                {t!(i18n, common.cancel)}
            </button>
        </div>
    }
}
