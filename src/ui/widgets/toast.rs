//! Notices at the edge of the screen. They stay at least ten seconds, or until they are put away.

use std::time::Duration;

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::engine::rows::UndoLabel;
use crate::ui::preferences::use_preferences;
use crate::ui::reactive::For;
use crate::ui::setting::TextSize;
use crate::ui::text::{t, use_i18n};

/// How long a notice stays, unless it is one that stays or text is largest.
const STAY: Duration = Duration::from_secs(12);
/// How long a notice with a button stays.
const STAY_WITH_ACTION: Duration = Duration::from_secs(20);
/// Older notices make room.
const MOST: usize = 3;

/// One notice.
#[derive(Clone)]
pub struct Toast {
    number: u64,
    text: TextProp,
    trouble: bool,
    stays: bool,
    action: Option<(TextProp, Callback<()>)>,
    undoes: Option<UndoLabel>,
}

impl Toast {
    /// A notice that something was done.
    #[must_use]
    pub fn new(text: impl Into<TextProp>) -> Self {
        Self { number: 0, text: text.into(), trouble: false, stays: false, action: None, undoes: None }
    }

    /// A notice that something failed; it stays until it is put away.
    #[must_use]
    pub fn trouble(text: impl Into<TextProp>) -> Self {
        Self { trouble: true, stays: true, ..Self::new(text) }
    }

    /// A notice that stays until it is put away.
    #[must_use]
    pub fn staying(text: impl Into<TextProp>) -> Self {
        Self { stays: true, ..Self::new(text) }
    }

    /// Adds a button. Pressing it also puts the notice away.
    #[must_use]
    pub fn with_action(self, words: impl Into<TextProp>, action: Callback<()>) -> Self {
        Self { action: Some((words.into(), action)), ..self }
    }

    /// Marks the notice as the offer to undo `label`; it goes away when something else would be undone.
    #[must_use]
    pub fn for_undo(self, label: UndoLabel) -> Self {
        Self { undoes: Some(label), ..self }
    }
}

/// The notices that are shown; a copy is the same notices.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    last: StoredValue<u64>,
}

impl Default for Toasts {
    fn default() -> Self {
        Self::new()
    }
}

impl Toasts {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self { shown: RwSignal::new(Vec::new()), last: StoredValue::new(0) }
    }

    /// Shows a notice.
    pub fn show(self, toast: Toast) {
        let number = self.last.try_update_value(|last| {
            *last += 1;
            *last
        });
        let Some(number) = number else { return };
        self.shown.try_update(|shown| {
            // One offer to undo at a time: the engine undoes the last change only.
            shown.retain(|old| toast.undoes.is_none() || old.undoes.is_none());
            shown.push(Toast { number, ..toast });
            let surplus = shown.len().saturating_sub(MOST);
            shown.drain(..surplus);
        });
    }

    /// Puts a notice away.
    pub fn dismiss(self, number: u64) {
        self.shown.try_update(|shown| shown.retain(|toast| toast.number != number));
    }

    /// Puts the offer to undo away unless it is for what would be undone now.
    pub fn keep_undo(self, next: Option<UndoLabel>) {
        self.shown.try_update(|shown| shown.retain(|toast| toast.undoes.is_none() || toast.undoes == next));
    }

    /// Puts the offer to undo away.
    pub fn forget_undo(self) {
        self.shown.try_update(|shown| shown.retain(|toast| toast.undoes.is_none()));
    }
}

/// The place of the notices, once per page.
#[component]
pub fn ToastRegion(
    /// What is shown.
    toasts: Toasts,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <section class="toasts" aria-label=t!(i18n, common.notices) aria-live="polite">
            <For
                each=move || toasts.shown.get()
                key=|toast| toast.number.to_string()
                children=move |toast| view! { <ToastBar toasts toast /> }
            />
        </section>
    }
}

#[component]
fn ToastBar(toasts: Toasts, toast: Toast) -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let Toast { number, text, trouble, stays, action, .. } = toast;
    let stays = stays || preferences.text_size.get_untracked() == TextSize::Largest;
    if !stays {
        let stay = if action.is_some() { STAY_WITH_ACTION } else { STAY };
        let timer = set_timeout_with_handle(move || toasts.dismiss(number), stay);
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
        });
    }
    let action = action.map(|(words, action)| {
        let press = move |_| {
            toasts.dismiss(number);
            action.run(());
        };
        view! { <button type="button" class="button secondary" on:click=press>{move || words.get()}</button> }
    });
    view! {
        <div class="toast" class:trouble=trouble role=trouble.then_some("alert")>
            <p>{move || text.get()}</p>
            <div class="toast-actions">
                {action}
                <button
                    type="button"
                    class="button quiet"
                    on:click=move |_| toasts.dismiss(number)
                >
                    {t!(i18n, common.understood)}
                </button>
            </div>
        </div>
    }
}
