//! Making a backup, and handing its file over.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::Blob;

use crate::bundle::Kind;
use crate::engine::Failure;
use crate::engine::protocol::{Outcome, Request};
use crate::engine::sharing::rows::{Audience, BundleOrder, MadeBundle, Who};
use crate::ui::clock::offset;
use crate::ui::failure_text::failure_text;
use crate::ui::file::{can_send_text, save_blob, send};
use crate::ui::preferences::Preferences;
use crate::ui::reactive::{Show, memo};
use crate::ui::screens::new_passphrase::{NewPassphrase, NewPassphraseFields};
use crate::ui::session::{JobKind, Session, use_session};
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::Notice;
use crate::ui::words::{bytes, number};

/// A file that was made.
#[derive(Clone)]
pub struct Made {
    /// What is in it.
    pub bundle: MadeBundle,
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub blob: Blob,
}

/// Makes a file for oneself, a backup or a handover, that holds everything that was typed until now.
///
/// # Errors
/// When it could not be made.
pub async fn make_own(session: Session, kind: Kind, to: Audience, armored: bool) -> Result<Made, Failure> {
    session.settle(100).await;
    let order = BundleOrder {
        kind,
        who: Who::Everyone,
        fields: Vec::new(),
        to,
        everything: true,
        armored,
        title: String::new(),
        purpose: String::new(),
        offset: offset(),
        settings: Preferences::words(),
    };
    let request = Request::MakeBundle(Box::new(order));
    let Outcome::Made(bundle) = session.run_job(JobKind::MakeBundle, request, None).await? else {
        return Err(Failure::Unreadable);
    };
    let (file, blob) = session.engine.take_file().await?;
    Ok(Made { bundle, name: file.name, blob })
}

/// The button, and what comes of it. With the recovery sheet nothing else is asked; without it, a
/// passphrase for the file.
#[component]
pub fn MakeBackup(
    /// Called when a file was handed over.
    #[prop(into, optional)]
    on_saved: Option<Callback<()>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let made = RwSignal::new_local(None::<Made>);
    let audience = RwSignal::new(Audience::RecoverySheet);
    let failure = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let by_passphrase = RwSignal::new(false);
    let typed = NewPassphrase::new();
    let result = NodeRef::<Div>::new();
    let has_sheet = memo(move || session.sharing.with(|sharing| sharing.recovery));
    let asks = move || by_passphrase.get() || !has_sheet.get();

    let make = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        made.set(None);
        let asked = by_passphrase.get_untracked() || !has_sheet.get_untracked();
        let name = t_string!(i18n, backup.own_use).to_owned();
        spawn_local(async move {
            let to = if asked {
                match typed.taken().await {
                    Some(passphrase) => Audience::Passphrase { passphrase, name },
                    None => {
                        busy.try_set(false);
                        return;
                    }
                }
            } else {
                Audience::RecoverySheet
            };
            let answer = make_own(session, Kind::Backup, to.clone(), false).await;
            busy.try_set(false);
            match answer {
                Ok(file) => {
                    audience.try_set(to);
                    made.try_set(Some(file));
                    if let Some(result) = result.try_get_untracked().flatten() {
                        let _ = result.focus();
                    }
                }
                Err(found) => {
                    failure.try_set(Some(found));
                }
            }
        });
    };
    view! {
        <form
            class="make-backup"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                make();
            }
        >
            <Show when=move || has_sheet.get()>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=by_passphrase
                        on:change:target=move |event| by_passphrase.set(event.target().checked())
                    />
                    <span>{t!(i18n, backup.by_passphrase)}</span>
                </label>
            </Show>
            <Show when=asks>
                <p>{t!(i18n, backup.passphrase_lead)}</p>
                <NewPassphraseFields typed />
            </Show>
            {move || failure.get().map(|found| view! { <Notice tone="bad"><p>{failure_text(i18n, &found)}</p></Notice> })}
            <button
                type="submit"
                class="button"
                class:primary=move || made.with(Option::is_none)
                class:secondary=move || made.with(Option::is_some)
                aria-disabled=move || busy.get().to_string()
            >
                {move || {
                    if busy.get() {
                        t_string!(i18n, backup.making)
                    } else if made.with(Option::is_some) {
                        t_string!(i18n, backup.make_again)
                    } else {
                        t_string!(i18n, backup.make)
                    }
                }}
            </button>
        </form>
        <div class="made-backup" node_ref=result tabindex="-1">
            {move || made.get().map(|made| view! { <HandOver made audience on_saved /> })}
        </div>
    }
}

/// What a send came to.
#[derive(Clone, PartialEq)]
enum Sending {
    No,
    Making,
    /// The file is there, but the browser wants another press.
    Ready,
    Sent,
    Failed(Failure),
}

/// The file that was made: save it, or send it.
#[component]
fn HandOver(made: Made, audience: RwSignal<Audience>, on_saved: Option<Callback<()>>) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let saved = RwSignal::new(false);
    let sending = RwSignal::new(Sending::No);
    let text_file = RwSignal::new_local(None::<Made>);
    let facts = (
        number(i64::from(made.bundle.customers)),
        number(i64::from(made.bundle.records)),
        bytes(made.bundle.bytes),
    );
    let name = made.name.clone();
    let told = move || {
        saved.try_set(true);
        if let Some(on_saved) = on_saved {
            on_saved.try_run(());
        }
    };
    let save = move |_| {
        save_blob(&made.name, &made.blob);
        told();
    };
    let hand = move || {
        let Some(Some(file)) = text_file.try_get_untracked() else { return };
        spawn_local(async move {
            let sent = send(&file.name, &file.blob).await == Ok(true);
            sending.try_set(if sent { Sending::Sent } else { Sending::Ready });
            if sent {
                told();
            }
        });
    };
    let press = move |_| {
        if sending.get_untracked() == Sending::Making {
            return;
        }
        if text_file.with_untracked(Option::is_some) {
            return hand();
        }
        sending.set(Sending::Making);
        let to = audience.get_untracked();
        spawn_local(async move {
            match make_own(session, Kind::Backup, to, true).await {
                Ok(file) => {
                    text_file.try_set(Some(file));
                    hand();
                }
                Err(found) => {
                    sending.try_set(Sending::Failed(found));
                }
            }
        });
    };
    view! {
        <Notice tone="good">
            <p>{move || {
                let (customers, records, size) = facts.clone();
                t_string!(i18n, backup.made, customers = customers, records = records, size = size)
            }}</p>
        </Notice>
        <p class="file-name">{name}</p>
        <div class="button-row">
            <button type="button" class="button" class:primary=move || !saved.get() class:secondary=saved on:click=save>
                {t!(i18n, backup.save)}
            </button>
            {can_send_text().then(|| view! {
                <button
                    type="button"
                    class="button secondary"
                    aria-disabled=move || (sending.get() == Sending::Making).to_string()
                    on:click=press
                >
                    {move || match sending.get() {
                        Sending::Making => t_string!(i18n, backup.send_making),
                        Sending::Ready => t_string!(i18n, backup.send_choose),
                        _ => t_string!(i18n, backup.send),
                    }}
                </button>
            })}
        </div>
        <div role="status">
            {move || match sending.get() {
                Sending::Failed(found) => view! { <p class="field-error">{failure_text(i18n, &found)}</p> }.into_any(),
                Sending::Ready => view! { <p>{t!(i18n, backup.send_ready)}</p> }.into_any(),
                _ => ().into_any(),
            }}
            <Show when=move || saved.get()>
                <p><strong>{t!(i18n, backup.saved)}</strong></p>
            </Show>
        </div>
        <p>{t!(i18n, backup.elsewhere)}</p>
    }
}
