//! The first screen: what this is, where the data lies, a passphrase, and the first notebook.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::strength::watch_strength;
use crate::engine::Failure;
use crate::engine::protocol::{Language, Reply, Request};
use crate::ui::clock::today;
use crate::ui::failure_text::failure_text;
use crate::ui::parts::{ScreenPart, Screens};
use crate::ui::preferences::use_preferences;
use crate::ui::reactive::effect;
use crate::ui::session::{JobKind, use_session};
use crate::ui::storage::persist;
use crate::ui::text::{language, t, t_string, use_i18n};
use crate::ui::widgets::toast::Toast;
use crate::ui::widgets::{Notice, PassphraseField, Segmented, StrengthMeter, TextField};

/// How many invented customers there are to try with.
const SAMPLE: u32 = 300;

/// Where the first steps are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Restore,
    Sheet,
}

/// Says what this is and makes the first notebook: a new one, or one from a backup. The recovery sheet
/// comes next.
#[component]
pub fn FirstStart() -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let session = use_session();
    let stage = RwSignal::new(Stage::New);
    let enter = move || {
        session.beginning.set(false);
    };
    let introduction = move || {
        view! {
            <header class="first-start-head">
                <h1>
                    <span class="door-name">{t!(i18n, app.name)}</span>
                    <span class="first-start-title">{t!(i18n, first_start.title)}</span>
                </h1>
                <p class="first-start-lead">{t!(i18n, first_start.lead)}</p>
                <Segmented
                    legend=t!(i18n, first_start.language)
                    options=vec![
                        (Language::Japanese, "日本語".into()),
                        (Language::English, "English".into()),
                    ]
                    value=preferences.language
                    on_choose=move |language| preferences.set_language(language)
                />
                <section class="first-start-where" aria-labelledby="where">
                    <h2 id="where">{t!(i18n, first_start.where_title)}</h2>
                    <ul>
                        <li>{t!(i18n, first_start.where_1)}</li>
                        <li>{t!(i18n, first_start.where_2)}</li>
                        <li>{t!(i18n, first_start.where_3)}</li>
                    </ul>
                </section>
                <div class="first-start-restore">
                    <p>{t!(i18n, begin.restore_note)}</p>
                    <button type="button" class="button secondary" on:click=move |_| stage.set(Stage::Restore)>
                        {t!(i18n, begin.restore)}
                    </button>
                </div>
            </header>
        }
    };
    view! {
        <main class="door" class:first-start=move || stage.get() == Stage::New>
            {move || match stage.get() {
                Stage::New => view! {
                    {introduction()}
                    <MakeNotebook on_made=Callback::new(move |()| stage.set(Stage::Sheet)) />
                }
                .into_any(),
                Stage::Restore => {
                    let on_back = Callback::new(move |()| stage.set(Stage::New));
                    let on_end = Callback::new(move |has_sheet| {
                        if has_sheet { enter() } else { stage.set(Stage::Sheet) }
                    });
                    view! { <ScreenPart screen=move |of: Screens| (of.begin_restore)(on_back, on_end) /> }
                        .into_any()
                }
                Stage::Sheet => {
                    let on_end = Callback::new(move |()| enter());
                    view! { <ScreenPart screen=move |of: Screens| (of.first_sheet)(on_end) /> }.into_any()
                }
            }}
        </main>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Passphrase,
    Paper,
}

#[component]
fn MakeNotebook(
    /// Called when a notebook was made to be kept.
    on_made: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let device = RwSignal::new(String::new());
    let passphrase = RwSignal::new(String::new());
    let suggestion = RwSignal::new(String::new());
    let written = RwSignal::new(false);
    let missing = RwSignal::new(None::<Missing>);
    let failure = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let node = NodeRef::<Input>::new();
    let strength = watch_strength(passphrase);

    let make = move |sample: bool| {
        if busy.get_untracked() {
            return;
        }
        // Who only wants to look need not think of a passphrase, but is told the one that was taken.
        let taken = sample && passphrase.with_untracked(String::is_empty);
        if taken {
            passphrase.set(suggestion.get_untracked());
        }
        let typed = passphrase.get_untracked();
        let lacks = if typed.is_empty() {
            Some(Missing::Passphrase)
        } else if !sample && !written.get_untracked() {
            Some(Missing::Paper)
        } else {
            None
        };
        missing.set(lacks);
        failure.set(None);
        match lacks {
            Some(Missing::Passphrase) => return focus(node),
            Some(Missing::Paper) => return,
            None => {}
        }
        busy.set(true);
        // Who only wants to look goes straight in; everyone else makes the recovery sheet first.
        session.beginning.set(!sample);
        let name = device.with_untracked(|name| name.trim().to_owned());
        let name =
            if name.is_empty() { t_string!(i18n, first_start.device_default).to_owned() } else { name };
        spawn_local(async move {
            if let Err(found) = session.create(typed.clone(), name).await {
                busy.try_set(false);
                failure.try_set(Some(found));
                return focus(node);
            }
            // The person has just asked for something to be kept; browsers listen at such moments.
            spawn_local(async {
                persist().await;
            });
            if taken {
                let text = move || t_string!(i18n, first_start.sample_passphrase, passphrase = typed.clone());
                session.toasts.show(Toast::staying(text));
            }
            if sample {
                let request = Request::AddSample { customers: SAMPLE, today: today() };
                if let Err(found) = session.start_job(JobKind::Sample, request).await {
                    session.toasts.show(Toast::trouble(move || failure_text(i18n, &found)));
                }
            } else {
                on_made.try_run(());
            }
        });
    };
    let passphrase_error = Signal::derive(move || match (missing.get(), failure.get()) {
        (Some(Missing::Passphrase), _) => Some(t_string!(i18n, first_start.passphrase_missing).to_owned()),
        (_, Some(found @ Failure::WeakPassphrase)) => Some(failure_text(i18n, &found)),
        _ => None,
    });
    let trouble = move || failure.get().filter(|found| *found != Failure::WeakPassphrase);
    let paper_missing = move || missing.get() == Some(Missing::Paper);
    view! {
        <form
            class="door-card"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                make(false);
            }
        >
            <h2>{t!(i18n, first_start.setup_title)}</h2>
            <TextField
                label=t!(i18n, first_start.device)
                hint=t!(i18n, first_start.device_hint)
                value=device
                autocomplete="name"
                most=100
            />
            <Suggestion suggestion passphrase />
            <PassphraseField
                label=t!(i18n, passphrase.label)
                hint=t!(i18n, first_start.passphrase_hint)
                value=passphrase
                fresh=true
                shown=true
                error=passphrase_error
                node
            />
            <StrengthMeter strength />
            <label class="check" class:invalid=paper_missing>
                <input
                    type="checkbox"
                    prop:checked=written
                    aria-describedby="paper-error"
                    aria-invalid=move || paper_missing().to_string()
                    on:change:target=move |event| {
                        written.set(event.target().checked());
                        missing.set(None);
                    }
                />
                <span>{t!(i18n, first_start.written)}</span>
            </label>
            <p class="field-error" id="paper-error" aria-live="polite">
                {move || paper_missing().then(|| t_string!(i18n, first_start.written_missing))}
            </p>
            {move || {
                trouble().map(|found| view! { <Notice tone="bad"><p>{failure_text(i18n, &found)}</p></Notice> })
            }}
            <button type="submit" class="button primary wide" aria-disabled=move || busy.get().to_string()>
                {move || {
                    if busy.get() { t_string!(i18n, first_start.creating) } else { t_string!(i18n, first_start.create) }
                }}
            </button>
            <div class="first-start-sample">
                <button type="button" class="button secondary wide" on:click=move |_| make(true)>
                    {t!(i18n, first_start.sample)}
                </button>
                <p class="field-hint">{t!(i18n, first_start.sample_note)}</p>
            </div>
        </form>
        <PaperSheet passphrase />
    }
}

/// A generated passphrase, with ways to take it, replace it, and keep it.
#[component]
fn Suggestion(
    /// The suggestion, to be filled here.
    suggestion: RwSignal<String>,
    /// Where it goes when it is taken.
    passphrase: RwSignal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let copied = RwSignal::new(false);
    let suggest = move |language: Language| {
        spawn_local(async move {
            let answer = session.engine.call(Request::SuggestPassphrase(language)).await;
            if let Ok(Reply::Passphrase(words)) = answer {
                suggestion.try_set(words);
            }
        });
    };
    // A suggestion is in the words of the language on the screen, so another language brings another one.
    effect(move || suggest(language(i18n)));
    let take = move || {
        passphrase.set(suggestion.get_untracked());
        copied.set(false);
    };
    let copy = move |_| {
        take();
        let text = suggestion.get_untracked();
        spawn_local(async move {
            let clipboard = window().navigator().clipboard();
            let done = wasm_bindgen_futures::JsFuture::from(clipboard.write_text(&text)).await.is_ok();
            copied.try_set(done);
        });
    };
    let print = move |_| {
        take();
        // The sheet must hold the words before the page is printed.
        set_timeout(
            || {
                let _ = window().print();
            },
            std::time::Duration::from_millis(50),
        );
    };
    view! {
        <section class="suggestion" aria-labelledby="suggestion">
            <h3 id="suggestion">{t!(i18n, first_start.suggestion_title)}</h3>
            <p class="field-hint">{t!(i18n, first_start.suggestion_lead)}</p>
            <p class="suggestion-words" aria-live="polite">
                {move || {
                    let words = suggestion.get();
                    if words.is_empty() { t_string!(i18n, first_start.no_suggestion).to_owned() } else { words }
                }}
            </p>
            <div class="button-row">
                <button type="button" class="button secondary" on:click=move |_| take()>
                    {t!(i18n, first_start.use_it)}
                </button>
                <button type="button" class="button quiet" on:click=move |_| suggest(language(i18n))>
                    {t!(i18n, first_start.another)}
                </button>
                <button type="button" class="button quiet" on:click=copy>{t!(i18n, first_start.copy)}</button>
                <button type="button" class="button quiet" on:click=print>{t!(i18n, first_start.print)}</button>
            </div>
            <p class="field-hint" role="status">
                {move || copied.get().then(|| t_string!(i18n, first_start.copied))}
            </p>
        </section>
    }
}

/// What a printer gets: the passphrase and a word on keeping it.
#[component]
fn PaperSheet(
    /// The passphrase as it stands in the field.
    passphrase: RwSignal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="paper-sheet" aria-hidden="true">
            <p class="paper-title">{t!(i18n, first_start.print_title)}</p>
            <p class="paper-words">{move || passphrase.get()}</p>
            <p>{t!(i18n, first_start.print_note)}</p>
        </div>
    }
}

fn focus(node: NodeRef<Input>) {
    if let Some(input) = node.try_get_untracked().flatten() {
        let _ = input.focus();
    }
}
