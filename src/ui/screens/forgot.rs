//! The way in when the passphrase is forgotten: the recovery sheet, and a new passphrase.

use leptos::html::Textarea;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::new_passphrase::{NewPassphrase, NewPassphraseFields};
use crate::bundle::sealer::SealerError;
use crate::engine::Failure;
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::effect;
use crate::ui::session::use_session;
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::{Notice, TextArea};

/// Asks for the text on the sheet and a new passphrase, and opens the notebook.
#[component]
pub fn Forgot(
    /// Called when the person wants to enter the passphrase after all.
    on_back: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let identity = RwSignal::new(String::new());
    let typed = NewPassphrase::new();
    let missing = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let node = NodeRef::<Textarea>::new();
    let focus = move || {
        if let Some(area) = node.try_get_untracked().flatten() {
            let _ = area.focus();
        }
    };
    effect(move || {
        if let Some(area) = node.get() {
            let _ = area.focus();
        }
    });
    let recover = move || {
        if busy.get_untracked() {
            return;
        }
        let text = identity.get_untracked();
        missing.set(text.trim().is_empty());
        failure.set(None);
        if text.trim().is_empty() {
            return focus();
        }
        busy.set(true);
        spawn_local(async move {
            let answer = match typed.taken().await {
                Some(passphrase) => session.recover(text, passphrase).await,
                None => {
                    busy.try_set(false);
                    return;
                }
            };
            busy.try_set(false);
            if let Err(found) = answer {
                let of_sheet = is_of_sheet(&found);
                failure.try_set(Some(found));
                if of_sheet {
                    focus();
                }
            }
        });
    };
    let error = Signal::derive(move || match failure.get() {
        Some(found) if is_of_sheet(&found) => Some(t_string!(i18n, forgot.wrong).to_owned()),
        _ => missing.get().then(|| t_string!(i18n, forgot.missing).to_owned()),
    });
    let trouble = move || failure.get().filter(|found| !is_of_sheet(found));
    view! {
        <form
            class="door-card"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                recover();
            }
        >
            <h1>{t!(i18n, forgot.title)}</h1>
            <p>{t!(i18n, forgot.lead)}</p>
            <p>{t!(i18n, forgot.no_sheet)}</p>
            <TextArea
                label=t!(i18n, restore.identity)
                hint=t!(i18n, restore.identity_hint)
                value=identity
                error
                required=true
                node
            />
            <NewPassphraseFields typed />
            {move || trouble().map(|found| view! { <Notice tone="bad"><p>{failure_text(i18n, &found)}</p></Notice> })}
            <button type="submit" class="button primary wide" aria-disabled=move || busy.get().to_string()>
                {move || if busy.get() { t_string!(i18n, forgot.recovering) } else { t_string!(i18n, forgot.recover) }}
            </button>
            <button type="button" class="button quiet wide" on:click=move |_| on_back.run(())>
                {t!(i18n, forgot.back)}
            </button>
        </form>
    }
}

/// Whether another sheet, or typing it again, may help.
fn is_of_sheet(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::NotTheSheet
            | Failure::NoRecoverySheet
            | Failure::WrongPassphrase
            | Failure::Bundle(SealerError::NotAnIdentity | SealerError::NotForUs)
    )
}
