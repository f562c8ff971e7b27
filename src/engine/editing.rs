//! Saving, deleting, finishing tasks, and taking any of it back.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::dispatch::{Engine, Open};
use super::failure::Failure;
use super::host::Host;
use super::protocol::{Event, Reply};
use super::rows::{UndoLabel, UndoState};
use crate::model::records::{Edit, FieldChange, Repeat};
use crate::model::{Date, FieldName, RecordId, RecordKind, Value, sort};
use crate::vault::Transaction;
use crate::vault::notebook::Saved;

/// Steps that can be taken back.
const MOST_STEPS: usize = 200;

/// What to do to take a change back: written as a new change, so that undoing merges like any edit.
#[derive(Clone, Debug)]
enum Inverse {
    Set {
        page: RecordId,
        record: RecordId,
        kind: RecordKind,
        field: FieldName,
        value: Value,
    },
    Add {
        page: RecordId,
        record: RecordId,
        kind: RecordKind,
        field: FieldName,
        word: String,
    },
    Remove {
        page: RecordId,
        record: RecordId,
        kind: RecordKind,
        field: FieldName,
        word: String,
    },
    /// The record alone: what else is on a customer's page has an inverse of its own.
    Delete {
        page: RecordId,
        record: RecordId,
    },
    Restore {
        page: RecordId,
        record: RecordId,
    },
}

impl Inverse {
    const fn page(&self) -> RecordId {
        match self {
            Self::Set { page, .. }
            | Self::Add { page, .. }
            | Self::Remove { page, .. }
            | Self::Delete { page, .. }
            | Self::Restore { page, .. } => *page,
        }
    }
}

/// One step of undo.
#[derive(Clone, Debug)]
struct Step {
    label: UndoLabel,
    /// In the order in which they must be done.
    inverses: Vec<Inverse>,
}

/// Undo and redo of this session.
#[derive(Debug, Default)]
pub struct UndoStack {
    undo: Vec<Step>,
    redo: Vec<Step>,
}

impl UndoStack {
    fn state(&self) -> UndoState {
        UndoState {
            undo: self.undo.last().map(|step| step.label),
            redo: self.redo.last().map(|step| step.label),
        }
    }
}

/// Gathers edits in a transaction together with what takes them back.
pub(super) struct Editor {
    transaction: Transaction,
    inverses: Vec<Inverse>,
    /// Records that this step makes.
    made: BTreeSet<RecordId>,
}

impl Editor {
    pub(super) fn set(
        &mut self,
        page: RecordId,
        record: RecordId,
        kind: &RecordKind,
        field: &FieldName,
        value: Value,
    ) {
        if self.begin(page, record) {
            let old = self.transaction.displayed(page, record, field);
            if old != value && !(old.is_empty() && value.is_empty()) {
                self.revive(page, record);
                let kind = kind.clone();
                self.inverses.push(Inverse::Set { page, record, kind, field: field.clone(), value: old });
            }
        }
        self.transaction.set(page, record, kind, field, value);
    }

    /// Tells whether the record exists; of one that is about to be made, undo is deleting it.
    fn begin(&mut self, page: RecordId, record: RecordId) -> bool {
        if self.made.contains(&record) {
            return false;
        }
        let exists = self.transaction.exists(page, record);
        if !exists {
            self.made.insert(record);
            self.inverses.push(Inverse::Delete { page, record });
        }
        exists
    }

    /// An edit brings a deleted record back, and undo puts it into the trash again.
    fn revive(&mut self, page: RecordId, record: RecordId) {
        if self.transaction.is_deleted(page, record) {
            self.inverses.push(Inverse::Delete { page, record });
        }
    }

    fn add(&mut self, page: RecordId, record: RecordId, kind: &RecordKind, field: &FieldName, word: &str) {
        if self.begin(page, record) && !self.transaction.has_word(page, record, field, word) {
            self.revive(page, record);
            let (kind, field, word) = (kind.clone(), field.clone(), word.to_owned());
            self.inverses.push(Inverse::Remove { page, record, kind, field, word });
        }
        self.transaction.add(page, record, kind, field, word);
    }

    fn remove(&mut self, page: RecordId, record: RecordId, kind: &RecordKind, field: &FieldName, word: &str) {
        if self.begin(page, record) && self.transaction.has_word(page, record, field, word) {
            self.revive(page, record);
            let (kind, field, word) = (kind.clone(), field.clone(), word.to_owned());
            self.inverses.push(Inverse::Add { page, record, kind, field, word });
        }
        self.transaction.remove(page, record, field, word);
    }

    /// Decides that a record that was deleted and changed stays.
    pub(super) fn keep(&mut self, page: RecordId, record: RecordId) {
        self.transaction.keep(page, record);
    }

    /// Deletes this one record, a customer with all that is on its page.
    pub(super) fn delete_one(&mut self, page: RecordId, record: RecordId) {
        self.delete(page, record);
    }

    /// Deletes a record, a customer with all that is on its page.
    fn delete(&mut self, page: RecordId, record: RecordId) {
        for record in self.transaction.delete(page, record) {
            self.inverses.push(Inverse::Restore { page, record });
        }
    }

    fn apply(&mut self, page: RecordId, edit: Edit) {
        let Edit { record, kind, change } = edit;
        match change {
            FieldChange::Set(field, value) => self.set(page, record, &kind, &field, value),
            FieldChange::Add(field, word) => self.add(page, record, &kind, &field, &word),
            FieldChange::Remove(field, word) => self.remove(page, record, &kind, &field, &word),
        }
    }

    fn invert(&mut self, inverse: Inverse) {
        match inverse {
            Inverse::Set { page, record, kind, field, value } => self.set(page, record, &kind, &field, value),
            Inverse::Add { page, record, kind, field, word } => self.add(page, record, &kind, &field, &word),
            Inverse::Remove { page, record, kind, field, word } => {
                self.remove(page, record, &kind, &field, &word)
            }
            Inverse::Delete { page, record } => {
                if self.transaction.exists(page, record) && !self.transaction.is_deleted(page, record) {
                    self.transaction.delete_alone(page, record);
                    self.inverses.push(Inverse::Restore { page, record });
                }
            }
            Inverse::Restore { page, record } => {
                if self.transaction.is_deleted(page, record) {
                    self.transaction.restore(page, record);
                    self.inverses.push(Inverse::Delete { page, record });
                }
            }
        }
    }
}

impl<H: Host> Engine<H> {
    pub(super) async fn save(self: &Rc<Self>, open: &Open<H>, edits: Vec<Edit>) -> Result<Reply, Failure> {
        let pages = Self::homes_of(open, &edits);
        let label = |created: bool| if created { UndoLabel::Add } else { UndoLabel::Edit };
        self.edit(open, &pages.clone(), label, |editor| {
            for (edit, page) in edits.into_iter().zip(pages) {
                editor.apply(page, edit);
            }
        })
        .await
    }

    /// On which page each edit belongs: where its record is, or where its parent says, or its own.
    fn homes_of(open: &Open<H>, edits: &[Edit]) -> Vec<RecordId> {
        let mut homes: std::collections::HashMap<RecordId, RecordId> = std::collections::HashMap::new();
        for edit in edits {
            if homes.contains_key(&edit.record) {
                continue;
            }
            let parent = edits.iter().filter(|other| other.record == edit.record).find_map(|other| {
                match &other.change {
                    FieldChange::Set(field, Value::Link(parent))
                        if *field == FieldName::PARENT && !parent.is_nil() =>
                    {
                        Some(*parent)
                    }
                    _ => None,
                }
            });
            let home = Self::home(open, edit.record).or(parent).unwrap_or(edit.record);
            homes.insert(edit.record, home);
        }
        open.homes.borrow_mut().extend(homes.iter().map(|(record, home)| (*record, *home)));
        edits.iter().map(|edit| homes.get(&edit.record).copied().unwrap_or(edit.record)).collect()
    }

    pub(super) async fn delete(
        self: &Rc<Self>,
        open: &Open<H>,
        records: &[RecordId],
    ) -> Result<Reply, Failure> {
        let homes = Self::known_homes(open, records)?;
        let count = u32::try_from(records.len()).unwrap_or(u32::MAX);
        let pages: Vec<RecordId> = homes.iter().map(|(_, page)| *page).collect();
        self.edit(
            open,
            &pages,
            |_| UndoLabel::Delete(count),
            |editor| {
                for (record, page) in homes {
                    editor.delete(page, record);
                }
            },
        )
        .await
    }

    /// Restores records; a customer together with what was deleted in the same moment.
    pub(super) async fn restore(
        self: &Rc<Self>,
        open: &Open<H>,
        records: &[RecordId],
    ) -> Result<Reply, Failure> {
        let homes = Self::known_homes(open, records)?;
        let count = u32::try_from(records.len()).unwrap_or(u32::MAX);
        let mut all: Vec<(RecordId, RecordId)> = Vec::new();
        {
            let cards = open.notebook.cards();
            for (record, page) in &homes {
                all.push((*record, *page));
                let Some(card) = cards.of(*page).filter(|_| record == page) else { continue };
                let own = card.trash.iter().find(|gone| gone.id == *page).map(|gone| gone.deleted);
                let along = card.trash.iter().filter(|gone| gone.id != *page && Some(gone.deleted) == own);
                all.extend(along.map(|gone| (gone.id, *page)));
            }
        }
        let pages: Vec<RecordId> = homes.iter().map(|(_, page)| *page).collect();
        self.edit(
            open,
            &pages,
            |_| UndoLabel::Restore(count),
            |editor| {
                for (record, page) in all {
                    editor.invert(Inverse::Restore { page, record });
                }
            },
        )
        .await
    }

    fn known_homes(open: &Open<H>, records: &[RecordId]) -> Result<Vec<(RecordId, RecordId)>, Failure> {
        let home = |record: &RecordId| Some((*record, Self::home(open, *record)?));
        records.iter().map(home).collect::<Option<_>>().ok_or(Failure::NotFound)
    }

    pub(super) async fn finish_task(
        self: &Rc<Self>,
        open: &Open<H>,
        task: RecordId,
        done: bool,
        today: Date,
    ) -> Result<Reply, Failure> {
        let page = Self::home(open, task).ok_or(Failure::NotFound)?;
        let mut next = [0; 16];
        open.notebook.sealing().fill(&mut next);
        let next = RecordId(next);
        let now = self.host.now();
        self.edit(
            open,
            &[page],
            |_| UndoLabel::Finish,
            |editor| {
                let is_done = !editor.transaction.displayed(page, task, &FieldName::DONE).is_empty();
                if done == is_done {
                    return;
                }
                let value = if done { Value::Instant(now) } else { Value::Empty };
                editor.set(page, task, &RecordKind::Task, &FieldName::DONE, value);
                let read = |field: &FieldName| editor.transaction.displayed(page, task, field);
                let repeat = read(&FieldName::REPEAT).as_text().and_then(Repeat::parse);
                if let (true, Some(repeat), Value::Date(due)) = (done, repeat, read(&FieldName::DUE)) {
                    let copied = [FieldName::PARENT, FieldName::TITLE, FieldName::OWNER, FieldName::REPEAT];
                    let mut fields: Vec<(FieldName, Value)> =
                        copied.into_iter().map(|field| (field.clone(), read(&field))).collect();
                    fields.push((FieldName::DUE, Value::Date(repeat.next(due, today))));
                    for (field, value) in fields {
                        editor.set(page, next, &RecordKind::Task, &field, value);
                    }
                }
            },
        )
        .await
    }

    pub(super) async fn undo(self: &Rc<Self>, open: &Open<H>, redo: bool) -> Result<Reply, Failure> {
        let turn = open.notebook.begin().await;
        let step = {
            let stack = open.undo.borrow();
            let steps = if redo { &stack.redo } else { &stack.undo };
            steps.last().cloned().ok_or(Failure::NothingToUndo)?
        };
        let pages = sort::set(step.inverses.iter().map(Inverse::page));
        let transaction = open.notebook.transaction(&turn, self.host.now(), pages).await?;
        let mut editor = Editor { transaction, inverses: Vec::new(), made: BTreeSet::new() };
        let at = editor.transaction.now();
        step.inverses.into_iter().for_each(|inverse| editor.invert(inverse));
        let saved = open.notebook.commit(&turn, editor.transaction).await?;
        drop(turn);
        let mut inverses = editor.inverses;
        inverses.reverse();
        {
            let stack = &mut *open.undo.borrow_mut();
            let (from, to) =
                if redo { (&mut stack.redo, &mut stack.undo) } else { (&mut stack.undo, &mut stack.redo) };
            from.pop();
            to.push(Step { label: step.label, inverses });
        }
        self.after_save(open, saved);
        Ok(Reply::Saved(at))
    }

    pub(super) async fn edit(
        self: &Rc<Self>,
        open: &Open<H>,
        pages: &[RecordId],
        label: impl FnOnce(bool) -> UndoLabel,
        change: impl FnOnce(&mut Editor),
    ) -> Result<Reply, Failure> {
        let turn = open.notebook.begin().await;
        let pages = sort::set(pages.iter().copied());
        let transaction = open.notebook.transaction(&turn, self.host.now(), pages).await?;
        let mut editor = Editor { transaction, inverses: Vec::new(), made: BTreeSet::new() };
        let at = editor.transaction.now();
        change(&mut editor);
        let Editor { transaction, mut inverses, made } = editor;
        if transaction.is_empty() {
            return Ok(Reply::Saved(at));
        }
        let saved = open.notebook.commit(&turn, transaction).await?;
        drop(turn);
        inverses.reverse();
        {
            let mut stack = open.undo.borrow_mut();
            stack.redo.clear();
            stack.undo.push(Step { label: label(!made.is_empty()), inverses });
            let extra = stack.undo.len().saturating_sub(MOST_STEPS);
            stack.undo.drain(..extra);
        }
        self.after_save(open, saved);
        Ok(Reply::Saved(at))
    }

    /// Brings orders, index and open lists up to date after a save, behind the reply to it.
    pub(super) fn after_save(self: &Rc<Self>, open: &Open<H>, saved: Saved) {
        let mut changed = Vec::with_capacity(saved.pages.len());
        for (page, number, before) in &saved.pages {
            changed.push(*page);
            let cards = open.notebook.cards();
            if let Some(card) = cards.card(*number) {
                open.lists.borrow_mut().update(*number, before.as_ref(), card, &cards);
                super::finding::put_head(&mut open.index.borrow_mut(), card);
            }
        }
        open.saves.set(open.saves.get() + 1);
        open.unindexed.borrow_mut().extend(changed.iter().map(|page| (*page, open.saves.get())));
        let undo = open.undo.borrow().state();
        let (engine, open) = (Rc::clone(self), Rc::clone(open));
        self.host.spawn(Box::pin(async move {
            engine.tell(Event::Undo(undo));
            engine.tell(Event::Changed(changed));
            engine.index_saved(&open).await;
            engine.renew_views(&open).await;
            engine.start_upkeep(&open);
        }));
    }
}
