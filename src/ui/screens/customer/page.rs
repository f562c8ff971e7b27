//! The page of one customer as the screen holds it: loaded, shown, edited at once, loaded anew.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::engine::rows::{CustomerPage, Suggestions, UndoLabel};
use crate::engine::screen::optimism;
use crate::model::records::{Edit, FieldChange};
use crate::model::{FieldName, RecordId, RecordKind, Value};
use crate::ui::answer::Later;
use crate::ui::clock::now;
use crate::ui::reactive::{effect, memo};
use crate::ui::session::{Session, use_session};

/// The page; a copy is the same page.
#[derive(Clone, Copy)]
pub struct Page {
    /// The customer.
    pub id: RecordId,
    /// What is on it; nothing before the first answer.
    pub content: RwSignal<Option<CustomerPage>>,
    /// Why it can't be shown.
    pub failure: RwSignal<Option<Failure>>,
    /// Tags and owners in use.
    pub suggestions: RwSignal<Suggestions>,
    /// The record and the field whose history is shown.
    pub history: RwSignal<Option<(RecordId, Option<FieldName>)>>,
    session: Session,
}

/// The page that is shown.
///
/// # Panics
/// Outside of a customer's screen.
#[must_use]
pub fn use_page() -> Page {
    expect_context::<Page>()
}

impl Page {
    /// Loads the page, keeps it up to date, and gives it to everything below.
    #[must_use]
    pub fn provide(id: RecordId) -> Self {
        let page = Self {
            id,
            content: RwSignal::new(None),
            failure: RwSignal::new(None),
            suggestions: RwSignal::default(),
            history: RwSignal::new(None),
            session: use_session(),
        };
        provide_context(page);
        effect(move || {
            let concerned = page.session.changed.with(|changed| changed.concerns(id));
            if concerned || page.content.with_untracked(Option::is_none) {
                page.load();
            }
        });
        spawn_local(async move {
            if let Ok(Reply::Suggestions(words)) = page.session.engine.call(Request::Suggestions).await {
                page.suggestions.try_set(words);
            }
        });
        page
    }

    /// Something of the page; the default before it is loaded. Follows it, but only as far as it changes.
    pub fn part<T>(self, read: impl Fn(&CustomerPage) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: Default + PartialEq + Send + Sync + 'static,
    {
        memo(move || self.content.with(|page| page.as_ref().map(&read).unwrap_or_default()))
    }

    /// Shows edits at once and saves them.
    pub fn save(self, edits: Vec<Edit>) -> Later {
        self.content.try_update(|page| {
            if let Some(page) = page {
                optimism::apply(page, &edits, now());
            }
        });
        self.session.save(edits)
    }

    /// Sets one field.
    pub fn set(self, record: RecordId, kind: RecordKind, field: FieldName, value: Value) {
        self.save(vec![Edit { record, kind, change: FieldChange::Set(field, value) }]);
    }

    /// The same, and offers to undo it.
    pub fn set_with_undo(self, record: RecordId, kind: RecordKind, field: FieldName, value: Value) {
        let edits = vec![Edit { record, kind, change: FieldChange::Set(field, value) }];
        self.content.try_update(|page| {
            if let Some(page) = page {
                optimism::apply(page, &edits, now());
            }
        });
        self.session.commit_with_undo(Request::Save(edits), UndoLabel::Edit);
    }

    /// Moves records to the trash and offers to undo it.
    pub fn delete(self, records: Vec<RecordId>) {
        self.content.try_update(|page| {
            if let Some(page) = page {
                optimism::remove(page, &records);
            }
        });
        self.session.delete(records);
    }

    /// Whether several devices wrote different things into a field at the same time.
    #[must_use]
    pub fn has_conflict(self, record: RecordId, field: FieldName) -> Memo<bool> {
        self.part(move |page| page.conflicts.iter().any(|(own, name)| *own == record && *name == field))
    }

    /// What was typed and is being saved stays on the screen: a page of before is not shown.
    fn load(self) {
        spawn_local(async move {
            match self.session.engine.call(Request::Page(self.id)).await {
                // The change that is on its way will be told of, and the page be loaded again.
                Ok(Reply::Page(_)) if self.session.is_saving() && self.is_loaded() => {}
                Ok(Reply::Page(page)) => {
                    self.failure.try_set(None);
                    self.content.try_set(Some(*page));
                }
                Ok(_) => {
                    self.failure.try_set(Some(Failure::Unreadable));
                }
                Err(failure) => {
                    self.failure.try_set(Some(failure));
                }
            }
        });
    }

    fn is_loaded(self) -> bool {
        self.content.try_with_untracked(Option::is_some).unwrap_or(true)
    }
}
