//! Choosing a new passphrase: typed twice, or generated.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::strength::watch_strength;
use crate::engine::protocol::{Reply, Request};
use crate::engine::rows::StrengthLevel;
use crate::ui::session::{Session, use_session};
use crate::ui::text::{language, t, t_string, use_i18n};
use crate::ui::widgets::{PassphraseField, StrengthMeter};

/// What is wrong with what was typed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    Missing,
    Weak,
    Different,
}

/// What was typed so far; a copy is the same.
#[derive(Clone, Copy)]
pub struct NewPassphrase {
    first: RwSignal<String>,
    again: RwSignal<String>,
    fault: RwSignal<Option<Fault>>,
    first_node: NodeRef<Input>,
    again_node: NodeRef<Input>,
    session: Session,
}

impl NewPassphrase {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            first: RwSignal::new(String::new()),
            again: RwSignal::new(String::new()),
            fault: RwSignal::new(None),
            first_node: NodeRef::new(),
            again_node: NodeRef::new(),
            session: use_session(),
        }
    }

    /// The passphrase, if it is strong enough and was typed twice alike. Otherwise the fields say what is
    /// wrong, and the wrong one has the focus.
    pub async fn taken(self) -> Option<String> {
        let text = self.first.try_get_untracked()?;
        let fault = if text.is_empty() {
            Some(Fault::Missing)
        } else if self.is_weak(text.clone()).await {
            Some(Fault::Weak)
        } else if self.again.try_get_untracked()? != text {
            Some(Fault::Different)
        } else {
            None
        };
        self.fault.try_set(fault);
        let wrong = match fault {
            None => return Some(text),
            Some(Fault::Different) => self.again_node,
            Some(Fault::Missing | Fault::Weak) => self.first_node,
        };
        if let Some(input) = wrong.try_get_untracked().flatten() {
            let _ = input.focus();
        }
        None
    }

    /// Forgets what was typed.
    pub fn clear(self) {
        self.first.try_set(String::new());
        self.again.try_set(String::new());
        self.fault.try_set(None);
    }

    async fn is_weak(self, text: String) -> bool {
        let answer = self.session.engine.call(Request::Strength(text)).await;
        matches!(answer, Ok(Reply::Strength(strength)) if strength.level < StrengthLevel::Fair)
    }
}

impl Default for NewPassphrase {
    fn default() -> Self {
        Self::new()
    }
}

/// The two fields, the strength, and a button that fills both with a generated one.
#[component]
pub fn NewPassphraseFields(
    /// What was typed so far.
    typed: NewPassphrase,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let strength = watch_strength(typed.first);
    let generated = RwSignal::new(String::new());
    let generate = move |_| {
        let language = language(i18n);
        spawn_local(async move {
            let answer = session.engine.call(Request::SuggestPassphrase(language)).await;
            if let Ok(Reply::Passphrase(words)) = answer {
                typed.first.try_set(words.clone());
                typed.again.try_set(words.clone());
                typed.fault.try_set(None);
                generated.try_set(words);
            }
        });
    };
    let first_error = Signal::derive(move || match typed.fault.get() {
        Some(Fault::Missing) => Some(t_string!(i18n, first_start.passphrase_missing).to_owned()),
        Some(Fault::Weak) => Some(t_string!(i18n, failure.weak_passphrase).to_owned()),
        _ => None,
    });
    let again_error = Signal::derive(move || {
        (typed.fault.get() == Some(Fault::Different))
            .then(|| t_string!(i18n, new_passphrase.different).to_owned())
    });
    // Of a generated one that is still in the field.
    let shown = move || {
        let words = generated.get();
        (!words.is_empty() && typed.first.with(|first| *first == words)).then_some(words)
    };
    view! {
        <div class="new-passphrase">
            <PassphraseField
                label=t!(i18n, settings.new_passphrase)
                hint=t!(i18n, first_start.passphrase_hint)
                value=typed.first
                fresh=true
                error=first_error
                node=typed.first_node
            />
            <StrengthMeter strength />
            <PassphraseField
                label=t!(i18n, new_passphrase.again)
                value=typed.again
                fresh=true
                error=again_error
                node=typed.again_node
            />
            <button type="button" class="button quiet" on:click=generate>
                {t!(i18n, new_passphrase.generate)}
            </button>
            <div aria-live="polite">
                {move || {
                    shown().map(|words| {
                        view! {
                            <p class="field-hint">{t!(i18n, new_passphrase.generated)}</p>
                            <p class="suggestion-words">{words}</p>
                        }
                    })
                }}
            </div>
        </div>
    }
}
