//! One save: edits of loaded pages, gathered before anything is written.
//!
//! A transaction works on copies. It is committed as one log row, or dropped without a trace; so a failed
//! write leaves the notebook in memory as it is on disk.

use std::collections::{BTreeMap, BTreeSet};

use super::format::{JournalEntry, PageChange};
use super::page::Page;
use super::view;
use crate::merge::{RecordState, Replica, Stamp};
use crate::model::{FieldName, Instant, RecordId, RecordKind, Value};

/// Between the tags of one record in the history.
const TAG_SEPARATOR: &str = "、";

/// A save in the making.
#[derive(Debug)]
pub struct Transaction {
    replica: Replica,
    now: Instant,
    pages: BTreeMap<RecordId, Open>,
}

#[derive(Debug, Default)]
struct Open {
    page: Page,
    deltas: BTreeMap<RecordId, RecordState>,
    journal: Vec<JournalEntry>,
    /// Records that this save makes.
    made: BTreeSet<RecordId>,
}

impl Transaction {
    /// An empty one, whose writes are stamped by `replica` at `now`.
    #[must_use]
    pub fn new(replica: Replica, now: Instant) -> Self {
        Self { replica, now, pages: BTreeMap::new() }
    }

    /// Brings a page in; every page must be there before it is edited.
    pub fn load(&mut self, id: RecordId, page: Page) {
        self.pages.entry(id).or_insert_with(|| Open { page, ..Open::default() });
    }

    /// The moment of this save.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// A loaded page as this transaction leaves it.
    #[must_use]
    pub fn page(&self, id: RecordId) -> Option<&Page> {
        self.pages.get(&id).map(|open| &open.page)
    }

    /// Whether a record exists on a loaded page, deleted or not.
    #[must_use]
    pub fn exists(&self, page: RecordId, record: RecordId) -> bool {
        self.page(page).is_some_and(|page| page.records.contains_key(&record))
    }

    /// Whether a record is in the trash.
    #[must_use]
    pub fn is_deleted(&self, page: RecordId, record: RecordId) -> bool {
        self.state(page, record).is_some_and(RecordState::is_deleted)
    }

    /// Whether a word is in a set.
    #[must_use]
    pub fn has_word(&self, page: RecordId, record: RecordId, field: &FieldName, word: &str) -> bool {
        self.state(page, record).is_some_and(|state| has_word(state, field, word))
    }

    /// What a field displays now.
    #[must_use]
    pub fn displayed(&self, page: RecordId, record: RecordId, field: &FieldName) -> Value {
        self.state(page, record).map_or(Value::Empty, |state| displayed(state, field))
    }

    fn state(&self, page: RecordId, record: RecordId) -> Option<&RecordState> {
        self.page(page)?.records.get(&record)
    }

    /// Sets a field; writes nothing when it displays that value already and nothing contradicts it.
    pub fn set(
        &mut self,
        page: RecordId,
        record: RecordId,
        kind: &RecordKind,
        field: &FieldName,
        value: Value,
    ) {
        let value = if value.is_empty() { Value::Empty } else { value };
        let known = self.state(page, record);
        if known.is_some_and(|state| displayed(state, field) == value && !has_conflict(state, field)) {
            return;
        }
        if known.is_none() && value.is_empty() {
            return;
        }
        self.change(page, record, kind, Some(field), |state, stamp| match value {
            Value::Text(text) if *field == FieldName::TEXT => state.write_text(field.clone(), &text, stamp),
            Value::Empty if *field == FieldName::TEXT => state.write_text(field.clone(), "", stamp),
            value => state.set(field.clone(), value, stamp),
        });
    }

    /// Adds a word to a set.
    pub fn add(
        &mut self,
        page: RecordId,
        record: RecordId,
        kind: &RecordKind,
        field: &FieldName,
        word: &str,
    ) {
        let known = self.state(page, record);
        if known.is_none_or(|state| !has_word(state, field, word)) {
            self.change(page, record, kind, Some(field), |state, stamp| {
                state.add(field.clone(), word, stamp)
            });
        }
    }

    /// Takes a word out of a set.
    pub fn remove(&mut self, page: RecordId, record: RecordId, field: &FieldName, word: &str) {
        let known = self.state(page, record);
        if let Some(kind) =
            known.filter(|state| has_word(state, field, word)).map(|state| state.kind().clone())
        {
            self.change(page, record, &kind, Some(field), |state, stamp| {
                state.remove(field.clone(), word, stamp)
            });
        }
    }

    /// Deletes a record, a customer with all that is on its page. Returns the records that it deleted.
    pub fn delete(&mut self, page: RecordId, record: RecordId) -> Vec<RecordId> {
        let Some(open) = self.pages.get(&page) else { return Vec::new() };
        let all = record == page;
        let live =
            open.page.records.iter().filter(|(id, state)| !state.is_deleted() && (all || **id == record));
        let victims: Vec<_> = live.map(|(id, state)| (*id, state.kind().clone())).collect();
        for (id, kind) in &victims {
            self.change(page, *id, kind, None, RecordState::delete);
        }
        victims.into_iter().map(|(id, _)| id).collect()
    }

    /// Deletes this one record, a customer without what is on its page.
    pub fn delete_alone(&mut self, page: RecordId, record: RecordId) {
        let live = self.state(page, record).filter(|state| !state.is_deleted());
        if let Some(kind) = live.map(|state| state.kind().clone()) {
            self.change(page, record, &kind, None, RecordState::delete);
        }
    }

    /// Brings a deleted record back; does nothing to one that is not deleted.
    pub fn restore(&mut self, page: RecordId, record: RecordId) {
        let known = self.state(page, record).filter(|state| state.is_deleted());
        if let Some(kind) = known.map(|state| state.kind().clone()) {
            self.change(page, record, &kind, None, RecordState::restore);
        }
    }

    /// Decides that a record that was deleted and changed elsewhere stays.
    pub fn keep(&mut self, page: RecordId, record: RecordId) {
        let known = self.state(page, record).filter(|state| state.was_revived());
        if let Some(kind) = known.map(|state| state.kind().clone()) {
            self.change(page, record, &kind, None, RecordState::restore);
        }
    }

    fn change(
        &mut self,
        page: RecordId,
        record: RecordId,
        kind: &RecordKind,
        field: Option<&FieldName>,
        write: impl FnOnce(&mut RecordState, Stamp) -> RecordState,
    ) {
        let stamp = self.replica.stamp(self.now);
        let open = self.pages.entry(page).or_default();
        let created = !open.page.records.contains_key(&record);
        let state = open.page.records.entry(record).or_insert_with(|| RecordState::new(kind.clone()));
        let summary = |state: &RecordState| match field {
            Some(field) => displayed(state, field),
            None => Value::Flag(!state.is_deleted()),
        };
        let old = if created { Value::Empty } else { summary(state) };
        let beside = field.map(|field| beside(state, field)).unwrap_or_default();
        let delta = write(state, stamp);
        let new = summary(state);
        // What a record begins with is no change of it: its fields tell who wrote them and when.
        if created {
            open.made.insert(record);
        }
        let begins = open.made.contains(&record);
        match open.deltas.get_mut(&record) {
            Some(known) => known.join(&delta),
            None => {
                open.deltas.insert(record, delta);
            }
        }
        if begins {
            return;
        }
        // Values that stood beside the displayed one are gone with it: the history keeps them.
        let gone = beside.into_iter().filter(|value| *value != new);
        for old in (old != new).then_some(old).into_iter().chain(gone) {
            let new = new.clone();
            let entry = JournalEntry { record, field: field.cloned(), old, new, at: stamp.at, by: stamp.dot };
            open.page.note(entry.clone());
            open.journal.push(entry);
        }
    }

    /// The records of a page that were changed.
    #[must_use]
    pub fn touched(&self, page: RecordId) -> Vec<RecordId> {
        self.pages.get(&page).map(|open| open.deltas.keys().copied().collect()).unwrap_or_default()
    }

    /// Whether nothing was changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pages.values().all(|open| open.deltas.is_empty())
    }

    /// The writer after this save, the changes, and the changed pages.
    #[must_use]
    pub fn finish(self) -> (Replica, Vec<PageChange>, Vec<(RecordId, Page)>) {
        let mut changes = Vec::new();
        let mut pages = Vec::new();
        for (page, open) in self.pages {
            if !open.deltas.is_empty() {
                let card = open.page.card(page);
                let deltas = open.deltas.into_iter().collect();
                changes.push(PageChange { page, deltas, journal: open.journal, card });
                pages.push((page, open.page));
            }
        }
        (self.replica, changes, pages)
    }
}

/// What a field of a record displays, a set as its words in one text.
pub(super) fn displayed(state: &RecordState, field: &FieldName) -> Value {
    if let Some(text) = state.text_of(field) {
        let text = text.view().text();
        return if text.is_empty() { Value::Empty } else { Value::Text(text) };
    }
    if *field == FieldName::TAGS {
        return Value::text(view::tags(state).join(TAG_SEPARATOR));
    }
    state.displayed(field).cloned().unwrap_or(Value::Empty)
}

/// The values of a plain field that stand beside the displayed one, each once.
fn beside(state: &RecordState, field: &FieldName) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    let Some(register) = state.register(field) else { return values };
    for value in register.heads().iter().map(|head| &head.value) {
        if Some(value) != register.displayed() && !value.is_empty() && !values.contains(value) {
            values.push(value.clone());
        }
    }
    values
}

fn has_word(state: &RecordState, field: &FieldName, word: &str) -> bool {
    state.set_of(field).is_some_and(|set| set.contains(word))
}

fn has_conflict(state: &RecordState, field: &FieldName) -> bool {
    state.register(field).is_some_and(|register| register.is_conflict())
        || state.text_of(field).is_some_and(|text| text.is_conflict())
}
