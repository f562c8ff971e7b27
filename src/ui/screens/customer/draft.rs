//! Text that was typed but not saved: kept sealed by the engine while it is typed, found again after a
//! crash, forgotten when it is saved.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::engine::protocol::{Reply, Request};
use crate::ui::answer::Later;
use crate::ui::session::{Session, use_session};

/// At most so often a draft is kept while one types.
const EVERY: Duration = Duration::from_millis(300);

/// One draft; a copy is the same draft.
#[derive(Clone, Copy)]
pub struct Draft {
    /// The text as it stands.
    pub text: RwSignal<String>,
    /// Whether it was found from an earlier time.
    pub restored: RwSignal<bool>,
    key: StoredValue<String>,
    /// Whether the text will be kept in a moment.
    waiting: StoredValue<bool>,
    session: Session,
}

impl Draft {
    /// The draft of that key, empty until an earlier one is found.
    #[must_use]
    pub fn new(key: String) -> Self {
        let session = use_session();
        let draft = Self {
            text: RwSignal::default(),
            restored: RwSignal::new(false),
            key: StoredValue::new(key),
            waiting: StoredValue::new(false),
            session,
        };
        spawn_local(draft.restore());
        session.before_leaving(Callback::new(move |()| draft.keep_if_waiting()));
        on_cleanup(move || draft.keep_if_waiting());
        draft
    }

    /// The text is this now.
    pub fn typed(self, text: String) {
        self.restored.set(false);
        self.text.set(text);
        if self.waiting.get_value() {
            return;
        }
        self.waiting.set_value(true);
        set_timeout(move || self.keep_if_waiting(), EVERY);
    }

    /// The text was handed over to be saved: the field is empty at once, and the draft is forgotten when
    /// it is durable. If it can't be saved it comes back.
    pub fn handed_over(self, saved: Later) {
        let text = self.text.get_untracked();
        self.text.set(String::new());
        self.restored.set(false);
        // The old text stays kept until the answer is there.
        self.waiting.set_value(false);
        let key = self.key.get_value();
        spawn_local(async move {
            let is_saved = saved.await.is_ok();
            let now = self.text.try_get_untracked();
            if is_saved {
                // What was typed meanwhile is the draft now.
                let text = now.unwrap_or_default();
                self.session.engine.call(Request::KeepDraft { key, text });
            } else if now.is_some_and(|now| now.is_empty()) {
                self.text.try_set(text);
            }
        });
    }

    fn keep_if_waiting(self) {
        if self.waiting.try_get_value() != Some(true) {
            return;
        }
        self.waiting.set_value(false);
        if let (Some(key), Some(text)) = (self.key.try_get_value(), self.text.try_get_untracked()) {
            self.session.engine.call(Request::KeepDraft { key, text });
        }
    }

    async fn restore(self) {
        let Ok(Reply::Drafts(drafts)) = self.session.engine.call(Request::Drafts).await else { return };
        let Some(key) = self.key.try_get_value() else { return };
        let found =
            drafts.into_iter().find(|draft| draft.key == key).filter(|draft| !draft.text.trim().is_empty());
        let untouched = self.text.try_with_untracked(String::is_empty);
        if let (Some(found), Some(true)) = (found, untouched) {
            self.text.try_set(found.text);
            self.restored.try_set(true);
        }
    }
}
