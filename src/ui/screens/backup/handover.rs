//! Handover: everything to another device of one's own, under a passphrase that is made for it.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::make::{Made, make_own};
use crate::bundle::Kind;
use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::engine::sharing::rows::Audience;
use crate::ui::failure_text::failure_text;
use crate::ui::file::can_send_text;
use crate::ui::screens::sharing::hand_over::HandOver;
use crate::ui::session::{Session, use_session};
use crate::ui::text::{language, t, t_string, use_i18n};
use crate::ui::widgets::Notice;
use crate::ui::words::{bytes, number};

/// The button, then the file with its passphrase and what to do on the other device.
#[component]
pub fn Handover() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let made = RwSignal::new_local(None::<(Made, String)>);
    let failure = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let result = NodeRef::<Div>::new();
    let make = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        made.set(None);
        let ask = Request::SuggestPassphrase(untrack(|| language(i18n)));
        let name = t_string!(i18n, handover.own_device).to_owned();
        spawn_local(async move {
            let answer = make_handover(session, ask, name).await;
            busy.try_set(false);
            match answer {
                Ok(file) => {
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
        <section class="panel" aria-labelledby="handover">
            <h2 id="handover">{t!(i18n, handover.title)}</h2>
            <p>{t!(i18n, handover.lead)}</p>
            {move || failure.get().map(|found| view! { <Notice tone="bad"><p>{failure_text(i18n, &found)}</p></Notice> })}
            <button
                type="button"
                class="button secondary"
                aria-disabled=move || busy.get().to_string()
                on:click=make
            >
                {move || {
                    if busy.get() {
                        t_string!(i18n, handover.making)
                    } else if made.with(Option::is_some) {
                        t_string!(i18n, handover.make_again)
                    } else {
                        t_string!(i18n, handover.make)
                    }
                }}
            </button>
            <div class="made-backup" node_ref=result tabindex="-1">
                {move || made.get().map(|(made, passphrase)| view! { <Ready made passphrase /> })}
            </div>
        </section>
    }
}

async fn make_handover(session: Session, ask: Request, name: String) -> Result<(Made, String), Failure> {
    let Reply::Passphrase(passphrase) = session.engine.call(ask).await? else {
        return Err(Failure::Unreadable);
    };
    let to = Audience::Passphrase { passphrase: passphrase.clone(), name };
    // Phones hand text files from app to app, and refuse endings that they don't know.
    let made = make_own(session, Kind::Handover, to, can_send_text()).await?;
    Ok((made, passphrase))
}

/// The file, its passphrase, and the steps.
#[component]
fn Ready(made: Made, passphrase: String) -> impl IntoView {
    let i18n = use_i18n();
    let Made { bundle, name, blob } = made;
    let (shown, size, count) = (name.clone(), bytes(bundle.bytes), number(i64::from(bundle.customers)));
    view! {
        <Notice tone="good">
            <p>{move || t_string!(i18n, handover.made, size = size.clone(), count = count.clone())}</p>
        </Notice>
        <p class="file-name">{shown}</p>
        <HandOver name blob send_words=t!(i18n, sharing.send) save_words=t!(i18n, sharing.save_file) />
        <h3>{t!(i18n, handover.passphrase_title)}</h3>
        <p>{t!(i18n, handover.passphrase_lead)}</p>
        <p class="share-secret">{passphrase}</p>
        <h3>{t!(i18n, handover.steps_title)}</h3>
        <ol class="steps">
            <li>{t!(i18n, handover.step_carry)}</li>
            <li>{t!(i18n, handover.step_open)}</li>
            <li>{t!(i18n, handover.step_type)}</li>
            <li>{t!(i18n, handover.step_both)}</li>
        </ol>
    }
}
