//! Changing the passphrase.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::said;
use crate::engine::Failure;
use crate::engine::protocol::Request;
use crate::ui::failure_text::failure_text;
use crate::ui::screens::strength::watch_strength;
use crate::ui::session::use_session;
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::{PassphraseField, StrengthMeter};

/// The present and the new passphrase, folded away until wanted.
#[component]
pub fn ChangePassphrase() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <details class="fold">
            <summary>{t!(i18n, settings.change_passphrase)}</summary>
            <ChangeForm />
        </details>
    }
}

#[component]
fn ChangeForm() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let old = RwSignal::new(String::new());
    let new = RwSignal::new(String::new());
    let asked = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let outcome = RwSignal::new(None::<Result<(), Failure>>);
    let strength = watch_strength(new);
    let change = move || {
        if busy.get_untracked() {
            return;
        }
        asked.set(true);
        outcome.set(None);
        let (from, to) = (old.get_untracked(), new.get_untracked());
        if from.is_empty() || to.is_empty() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = session.engine.call(Request::ChangePassphrase { old: from, new: to }).await;
            busy.try_set(false);
            if answer.is_ok() {
                asked.try_set(false);
                old.try_set(String::new());
                new.try_set(String::new());
            }
            outcome.try_set(Some(answer.map(|_| ())));
        });
    };
    let old_error = Signal::derive(move || match outcome.get() {
        Some(Err(failure @ Failure::WrongPassphrase)) => Some(failure_text(i18n, &failure)),
        _ if asked.get() && old.with(String::is_empty) => Some(t_string!(i18n, unlock.missing).to_owned()),
        _ => None,
    });
    let new_error = Signal::derive(move || match outcome.get() {
        Some(Err(failure @ Failure::WeakPassphrase)) => Some(failure_text(i18n, &failure)),
        _ if asked.get() && new.with(String::is_empty) => Some(t_string!(i18n, unlock.missing).to_owned()),
        _ => None,
    });
    // What stands at a field is not said twice.
    let rest = move || {
        outcome
            .get()
            .filter(|outcome| !matches!(outcome, Err(Failure::WrongPassphrase | Failure::WeakPassphrase)))
    };
    view! {
        <form
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                change();
            }
        >
            <PassphraseField label=t!(i18n, settings.old_passphrase) value=old error=old_error />
            <PassphraseField
                label=t!(i18n, settings.new_passphrase)
                hint=t!(i18n, first_start.passphrase_hint)
                value=new
                fresh=true
                error=new_error
            />
            <StrengthMeter strength />
            <button type="submit" class="button secondary" aria-disabled=move || busy.get().to_string()>
                {move || if busy.get() { t_string!(i18n, settings.changing) } else { t_string!(i18n, settings.change) }}
            </button>
        </form>
        {move || {
            said(rest(), move || t_string!(i18n, settings.changed).to_owned(), move |failure| failure_text(i18n, &failure))
        }}
    }
}
