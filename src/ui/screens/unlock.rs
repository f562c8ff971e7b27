//! The door: asking for the passphrase, and the notice that another tab holds the notebook.

use std::time::Duration;

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::engine::Failure;
use crate::ui::failure_text::failure_text;
use crate::ui::parts::{ScreenPart, Screens};
use crate::ui::reactive::effect;
use crate::ui::session::use_session;
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::{Notice, PassphraseField};

/// Waiting grows from half a second to five: enough to make guessing by hand tiresome, too little to
/// trouble someone who mistypes.
const DELAYS: [u64; 5] = [500, 1_000, 2_000, 4_000, 5_000];

/// Asks for the passphrase.
#[component]
pub fn Unlock() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let passphrase = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<Problem>);
    let busy = RwSignal::new(false);
    let waiting = RwSignal::new(false);
    let failures = StoredValue::new(0_usize);
    let node = NodeRef::<Input>::new();
    effect(move || {
        if let Some(input) = node.get() {
            let _ = input.focus();
        }
    });

    let open = move || {
        if busy.get_untracked() || waiting.get_untracked() {
            return;
        }
        let typed = passphrase.get_untracked();
        if typed.is_empty() {
            problem.set(Some(Problem::Missing));
            return;
        }
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let answer = session.unlock(typed).await;
            let Err(failure) = answer else { return };
            busy.try_set(false);
            if failure == Failure::WrongPassphrase {
                let count = failures.try_update_value(|count| {
                    *count += 1;
                    *count
                });
                let delay = DELAYS.get(count.unwrap_or(1) - 1).or(DELAYS.last()).copied().unwrap_or(5_000);
                waiting.try_set(true);
                set_timeout(
                    move || {
                        waiting.try_set(false);
                    },
                    Duration::from_millis(delay),
                );
            }
            problem.try_set(Some(Problem::Failed(failure)));
            if let Some(input) = node.try_get_untracked().flatten() {
                let _ = input.focus();
                input.select();
            }
        });
    };
    let error = Signal::derive(move || match problem.get() {
        Some(Problem::Missing) => Some(t_string!(i18n, unlock.missing).to_owned()),
        Some(Problem::Failed(failure @ Failure::WrongPassphrase)) => Some(failure_text(i18n, &failure)),
        _ => None,
    });
    let trouble = move || match problem.get() {
        Some(Problem::Failed(Failure::WrongPassphrase)) | Some(Problem::Missing) | None => None,
        Some(Problem::Failed(failure)) => Some(failure_text(i18n, &failure)),
    };
    let forgotten = RwSignal::new(false);
    let door = move || {
        view! {
            <form
                class="door-card"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    open();
                }
            >
                <h1>{t!(i18n, unlock.title)}</h1>
                {move || trouble().map(|text| view! { <Notice tone="bad"><p>{text}</p></Notice> })}
                // Password managers tell notebooks apart by the name.
                <input type="text" name="username" autocomplete="username" value="daifuku" hidden readonly />
                <PassphraseField
                    label=t!(i18n, passphrase.label)
                    value=passphrase
                    error
                    node
                />
                <button type="submit" class="button primary wide" aria-disabled=move || (busy.get() || waiting.get()).to_string()>
                    {move || if busy.get() { t_string!(i18n, unlock.opening) } else { t_string!(i18n, unlock.open) }}
                </button>
                <button type="button" class="button quiet wide" on:click=move |_| forgotten.set(true)>
                    {t!(i18n, forgot.open)}
                </button>
            </form>
        }
    };
    view! {
        <main class="door">
            <p class="door-name" aria-hidden="true">{t!(i18n, app.name)}</p>
            {move || {
                if forgotten.get() {
                    let on_back = Callback::new(move |()| forgotten.set(false));
                    view! { <ScreenPart screen=move |of: Screens| (of.forgot)(on_back) /> }.into_any()
                } else {
                    door().into_any()
                }
            }}
        </main>
    }
}

#[derive(Clone, PartialEq)]
enum Problem {
    Missing,
    Failed(Failure),
}

/// Says that another tab holds the notebook, and takes it when asked to.
#[component]
pub fn OpenElsewhere() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let take = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            if let Err(found) = session.take_over().await {
                busy.try_set(false);
                failure.try_set(Some(found));
            }
        });
    };
    view! {
        <main class="door">
            <p class="door-name" aria-hidden="true">{t!(i18n, app.name)}</p>
            <div class="door-card">
                <h1>{t!(i18n, unlock.elsewhere_title)}</h1>
                <p>{t!(i18n, unlock.elsewhere_lead)}</p>
                <p>{t!(i18n, unlock.take_over_note)}</p>
                {move || {
                    failure.get().map(|failure| view! { <Notice tone="bad"><p>{failure_text(i18n, &failure)}</p></Notice> })
                }}
                <button type="button" class="button primary wide" on:click=take aria-disabled=move || busy.get().to_string()>
                    {move || {
                        if busy.get() { t_string!(i18n, unlock.taking_over) } else { t_string!(i18n, unlock.take_over) }
                    }}
                </button>
            </div>
        </main>
    }
}
