//! Settings: how it looks, how it locks, the passphrase, this device, and how the notebook is kept.

pub mod check;
pub mod display;
pub mod imports;
pub mod passphrase;
pub mod storage;

use leptos::prelude::*;
use leptos::task::spawn_local;

use self::check::Check;
use self::display::{Display, Locking};
use self::imports::PastImports;
use self::passphrase::ChangePassphrase;
use self::storage::Storage;
use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::engine::rows::StorageStatus;
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::{answered, memo};
use crate::ui::session::use_session;
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::{Notice, TextField};

/// All settings, one section each.
#[component]
pub fn Settings() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let revision = memo(move || session.changed.with(|changed| changed.revision));
    let status = answered(move || {
        revision.get();
        async move {
            match session.engine.call(Request::Status).await {
                Ok(Reply::Status(status)) => Ok(*status),
                Ok(_) => Err(Failure::Unreadable),
                Err(failure) => Err(failure),
            }
        }
    });
    view! {
        <div class="settings">
            <h1>{t!(i18n, settings.title)}</h1>
            <Display />
            <section class="panel" aria-labelledby="safety">
                <h2 id="safety">{t!(i18n, settings.safety)}</h2>
                <Locking />
                <ChangePassphrase />
            </section>
            <Device status />
            <Storage status />
            <Check />
            <PastImports />
            <section class="panel" aria-labelledby="about">
                <h2 id="about">{t!(i18n, settings.about)}</h2>
                <p>{t!(i18n, settings.about_text)}</p>
                <dl class="facts">
                    <dt>{t!(i18n, settings.version)}</dt>
                    <dd>{env!("CARGO_PKG_VERSION")}</dd>
                </dl>
            </section>
        </div>
    }
}

/// What the engine said of its storage; nothing while it is asked.
type Status = Option<Result<StorageStatus, Failure>>;

/// The name under which this device writes.
#[component]
fn Device(
    /// What the engine said.
    status: Signal<Status, LocalStorage>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let name = RwSignal::new(session.overview.with_untracked(|overview| overview.device.clone()));
    let missing = RwSignal::new(false);
    let outcome = RwSignal::new(None::<Result<(), Failure>>);
    let known = move || match status.get() {
        Some(Ok(status)) => status.device,
        _ => session.overview.with(|overview| overview.device.clone()),
    };
    let rename = move || {
        let wanted = name.with_untracked(|name| name.trim().to_owned());
        missing.set(wanted.is_empty());
        outcome.set(None);
        if wanted.is_empty() || wanted == known() {
            return;
        }
        let answer = session.commit(Request::RenameDevice(wanted.clone()));
        spawn_local(async move {
            let answer = answer.await;
            if answer.is_ok() {
                session.overview.try_update(|overview| overview.device = wanted);
            }
            outcome.try_set(Some(answer.map(|_| ())));
        });
    };
    let error =
        Signal::derive(move || missing.get().then(|| t_string!(i18n, settings.device_missing).to_owned()));
    view! {
        <section class="panel" aria-labelledby="device">
            <h2 id="device">{t!(i18n, settings.device)}</h2>
            <form
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    rename();
                }
            >
                <TextField
                    label=t!(i18n, settings.device_name)
                    hint=t!(i18n, settings.device_hint)
                    value=name
                    error
                    most=100
                />
                <button type="submit" class="button secondary">{t!(i18n, settings.rename)}</button>
            </form>
            {move || said(outcome.get(), move || t_string!(i18n, settings.renamed).to_owned(), move |failure| failure_text(i18n, &failure))}
        </section>
    }
}

/// A notice on how something ended.
fn said(
    outcome: Option<Result<(), Failure>>,
    good: impl Fn() -> String + Send + 'static,
    bad: impl Fn(Failure) -> String + Send + 'static,
) -> AnyView {
    match outcome {
        None => ().into_any(),
        Some(Ok(())) => view! { <Notice tone="good"><p>{good()}</p></Notice> }.into_any(),
        Some(Err(failure)) => view! { <Notice tone="bad"><p>{bad(failure)}</p></Notice> }.into_any(),
    }
}
