//! A page in memory: one customer's record with everything that belongs to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::format::{Card, JournalEntry, PageChange, TaskCard, TrashCard};
use super::view;
use crate::merge::{RecordState, conflicts};
use crate::model::{FieldName, Instant, RecordId, RecordKind, Value};

/// Changes of one field by one device within this time of the first are one line of the history, so that
/// autosave while typing does not fill it.
const COALESCE_MILLIS: i64 = 10 * 60 * 1000;

/// How many characters of a note name it in the trash.
const TITLE_CHARACTERS: usize = 40;

/// A page. Stored as postcard of its two fields in this order; the records ascend by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Its records; the customer's own has the page's id.
    pub records: BTreeMap<RecordId, RecordState>,
    /// Its history, oldest first.
    pub journal: Vec<JournalEntry>,
}

impl Page {
    /// Joins a delta of a record.
    pub fn join(&mut self, record: RecordId, delta: &RecordState) {
        match self.records.get_mut(&record) {
            Some(state) => state.join(delta),
            None => {
                self.records.insert(record, delta.clone());
            }
        }
    }

    /// Joins what a save changed. Doing it twice changes nothing.
    pub fn fold(&mut self, change: &PageChange) {
        for (record, delta) in &change.deltas {
            self.join(*record, delta);
        }
        for entry in &change.journal {
            self.note(entry.clone());
        }
    }

    /// Adds a line to the history, joining it with one just before it about the same field: who types a value
    /// in three goes leaves one line.
    pub fn note(&mut self, entry: JournalEntry) {
        if self.tells(&entry) {
            return;
        }
        let place = self.continued(&entry);
        match place.and_then(|place| self.journal.get_mut(place)) {
            Some(known) => (known.new, known.by) = (entry.new, entry.by),
            None => self.journal.push(entry),
        }
    }

    /// The line that a new one would be joined with. What brings an older value back stays a line of its own:
    /// joined, nothing would be left to see.
    pub(super) fn continued(&self, entry: &JournalEntry) -> Option<usize> {
        let same = |known: &JournalEntry| known.record == entry.record && known.field == entry.field;
        let recent = self.journal.iter().enumerate().rev().take(16);
        let (place, known) = recent.into_iter().find(|(_, known)| same(known) && known.field.is_some())?;
        let own = known.by.replica == entry.by.replica && known.by.counter < entry.by.counter;
        let apart = entry.at.instant().0 - known.at.instant().0;
        let continues = own && (0..COALESCE_MILLIS).contains(&apart);
        (continues && (known.old != entry.new || known.old.is_empty())).then_some(place)
    }

    /// Adds a line of a history that was kept elsewhere, as it is. Tells whether it was not here.
    pub fn recall(&mut self, entry: JournalEntry) -> bool {
        let is_new = !self.tells(&entry);
        if is_new {
            self.journal.push(entry);
        }
        is_new
    }

    /// Whether the history has a line already, alone or joined with a later one: counters ascend. One write
    /// that replaces several values has a line for each.
    fn tells(&self, entry: &JournalEntry) -> bool {
        let same = |known: &&JournalEntry| {
            known.record == entry.record && known.field == entry.field && known.by.replica == entry.by.replica
        };
        self.journal.iter().rev().filter(same).any(|known| {
            let (known_by, by) = (known.by.counter, entry.by.counter);
            known_by > by || known_by == by && (known.at != entry.at || known.old == entry.old)
        })
    }

    /// The page's card, with no place in a batch.
    #[must_use]
    pub fn card(&self, page: RecordId) -> Card {
        let mut card = Card { page, flags: Card::DAYS, ..Card::default() };
        match self.records.get(&page) {
            Some(state) if *state.kind() == RecordKind::Customer => {
                let customer = view::customer(page, state);
                let mut flag = |set: bool, bit: u8| card.flags |= if set { bit } else { 0 };
                flag(state.is_deleted(), Card::DELETED);
                flag(customer.organisation, Card::ORGANISATION);
                flag(!customer.warning.is_empty(), Card::WARNING);
                let mut phones = customer.phones.iter().map(|item| item.value.part("number").to_owned());
                card.phone = phones.next().unwrap_or_default();
                let mails = customer.mails.iter().map(|item| item.value.part("mail").to_owned());
                card.reach = phones.chain(mails).collect::<Vec<_>>().join("\n");
                card.name = customer.name;
                card.reading = customer.reading;
                card.company = customer.company;
                card.owner = customer.owner;
                card.tags = customer.tags;
                card.birthday = customer.birthday;
            }
            _ => card.flags |= Card::HEADLESS,
        }
        let waits = |state: &RecordState| !conflicts(state).is_empty() || state.awaits_decision();
        card.mark(Card::CONFLICT, self.records.values().any(|state| !state.is_deleted() && waits(state)));
        let gone = card.is(Card::DELETED);
        for (&id, state) in &self.records {
            let changed = state.changed().instant();
            card.changed = card.changed.max(changed);
            if state.is_deleted() {
                let deleted = view::deleted_at(state).unwrap_or(changed);
                let kind = state.kind().clone();
                let with_customer = gone && id != page;
                card.trash.push(TrashCard { id, kind, title: title(id, state), deleted, with_customer });
            } else if *state.kind() == RecordKind::Task && !gone {
                card.tasks.push(task_card(id, state, changed));
            } else if matches!(state.kind(), RecordKind::Note | RecordKind::Purchase) {
                card.talked = card.talked.max(Some(view::day(state)));
            }
        }
        card
    }
}

fn task_card(id: RecordId, state: &RecordState, changed: Instant) -> TaskCard {
    let task = view::task(id, RecordId::NIL, state);
    TaskCard {
        id,
        title: task.title,
        due: task.due,
        done: task.done,
        owner: task.owner,
        repeat: task.repeat,
        changed,
    }
}

/// What a record is called in the trash.
fn title(id: RecordId, state: &RecordState) -> String {
    let text = match state.kind() {
        RecordKind::Note => view::note(id, state).text,
        _ => [FieldName::NAME, FieldName::TITLE, FieldName::ITEM]
            .iter()
            .find_map(|field| state.displayed(field).and_then(Value::as_text))
            .unwrap_or_default()
            .to_owned(),
    };
    text.lines().next().unwrap_or_default().chars().take(TITLE_CHARACTERS).collect()
}
