//! What screens read: a customer's page, the task board, the trash, the history, the state of storage.

use std::collections::HashMap;

use super::dispatch::{Engine, Open};
use super::failure::Failure;
use super::host::Host;
use super::protocol::Reply;
use super::rows::{
    CustomerPage, DraftText, HistoryEntry, StorageStatus, Suggestions, TaskBoard, TaskRow, TrashRow,
};
use crate::merge::conflicts;
use crate::model::records::Task;
use crate::model::{Date, RecordId, RecordKind, sort};
use crate::vault::format::{Card, TaskCard};
use crate::vault::{Page, view};

/// A list of tasks or of the trash gives at most so many.
const MOST_TASKS: usize = 200;
const MOST_TRASH: usize = 1_000;
const MOST_TAGS: usize = 200;
const MOST_OWNERS: usize = 50;

impl<H: Host> Engine<H> {
    pub(super) async fn page(&self, open: &Open<H>, id: RecordId) -> Result<Reply, Failure> {
        let page = open.notebook.page(id).await?;
        if !page.records.contains_key(&id) {
            return Err(Failure::NotFound);
        }
        open.homes.borrow_mut().extend(page.records.keys().map(|record| (*record, id)));
        Self::note_look(open, id);
        let mut shown = page_of(id, &page);
        shown.unread = Self::unread_of(open, id);
        Ok(Reply::Page(Box::new(shown)))
    }

    pub(super) fn trash(open: &Open<H>) -> Reply {
        let cards = open.notebook.cards();
        let mut rows: Vec<TrashRow> = Vec::new();
        for (_, card) in cards.iter().filter(|(_, card)| !card.is(Card::HIDDEN)) {
            for gone in card.trash.iter().filter(|gone| !gone.with_customer) {
                open.homes.borrow_mut().insert(gone.id, card.page);
                let of_customer = gone.id != card.page && !card.is(Card::HEADLESS);
                rows.push(TrashRow {
                    id: gone.id,
                    kind: gone.kind.clone(),
                    title: gone.title.clone(),
                    customer: if of_customer { card.name.clone() } else { String::new() },
                    deleted: gone.deleted,
                });
            }
        }
        sort::by_key(&mut rows, |row| core::cmp::Reverse((row.deleted, row.id)));
        rows.truncate(MOST_TRASH);
        Reply::Trash(rows)
    }

    pub(super) async fn history(&self, open: &Open<H>, record: RecordId) -> Result<Reply, Failure> {
        let home = Self::home(open, record).ok_or(Failure::NotFound)?;
        let page = open.notebook.page(home).await?;
        // What was typed and taken back in one go is no change.
        let changes = page.journal.iter().filter(|entry| entry.old != entry.new);
        let lines = changes.filter(|entry| entry.record == record || record == home);
        let mut entries: Vec<HistoryEntry> = lines
            .map(|entry| HistoryEntry {
                field: entry.field.clone(),
                old: entry.old.clone(),
                new: entry.new.clone(),
                at: entry.at.instant(),
                by: open.notebook.device_name(entry.by.replica),
            })
            .collect();
        sort::by_key(&mut entries, |entry| core::cmp::Reverse(entry.at));
        Ok(Reply::History(entries))
    }

    pub(super) fn tasks(open: &Open<H>, today: Date) -> Reply {
        let mut board = TaskBoard::default();
        let cards = open.notebook.cards();
        let week = today.plus_days(6);
        let shown = |card: &Card| !card.is(Card::DELETED) && !card.is(Card::HIDDEN);
        for (_, card) in cards.iter().filter(|(_, card)| shown(card)) {
            for task in &card.tasks {
                open.homes.borrow_mut().insert(task.id, card.page);
                let row = TaskRow { task: task_of(card, task), customer: card.name.clone() };
                let list = match (task.done, task.due) {
                    (Some(_), _) => &mut board.done,
                    (None, None) => &mut board.undated,
                    (None, Some(due)) if due < today => &mut board.overdue,
                    (None, Some(due)) if due == today => &mut board.today,
                    (None, Some(due)) if due <= week => &mut board.week,
                    (None, Some(_)) => &mut board.later,
                };
                list.push(row);
            }
        }
        let by_due = |row: &TaskRow| (row.task.due, row.task.id);
        for list in
            [&mut board.overdue, &mut board.today, &mut board.week, &mut board.later, &mut board.undated]
        {
            sort::by_key(list, by_due);
        }
        sort::by_key(&mut board.done, |row| core::cmp::Reverse((row.task.done, row.task.id)));
        let lists = [
            &mut board.overdue,
            &mut board.today,
            &mut board.week,
            &mut board.later,
            &mut board.undated,
            &mut board.done,
        ];
        for (count, list) in board.counts.iter_mut().zip(lists) {
            *count = u32::try_from(list.len()).unwrap_or(u32::MAX);
            list.truncate(MOST_TASKS);
        }
        Reply::Tasks(board)
    }

    pub(super) fn drafts(open: &Open<H>) -> Reply {
        let drafts = open.notebook.drafts().into_iter();
        Reply::Drafts(drafts.map(|(key, text, at)| DraftText { key, text, at }).collect())
    }

    pub(super) fn suggestions(open: &Open<H>) -> Reply {
        let mut tags: HashMap<&str, u32> = HashMap::new();
        let mut owners: HashMap<&str, u32> = HashMap::new();
        let cards = open.notebook.cards();
        for (_, card) in cards.iter().filter(|(_, card)| card.is_listed()) {
            card.tags.iter().for_each(|tag| *tags.entry(tag).or_default() += 1);
            if !card.owner.is_empty() {
                *owners.entry(&card.owner).or_default() += 1;
            }
        }
        Reply::Suggestions(Suggestions { tags: most(tags, MOST_TAGS), owners: most(owners, MOST_OWNERS) })
    }

    pub(super) fn status(&self, open: &Open<H>) -> Result<Reply, Failure> {
        let kdf = open.notebook.kdf()?;
        let manifest = open.notebook.manifest();
        let entries = manifest.pages.iter().chain(&manifest.cards);
        let own = manifest.devices.iter().find(|(replica, _)| *replica == manifest.replica);
        Ok(Reply::Status(Box::new(StorageStatus {
            customers: open.lists.borrow().listed(),
            log_rows: open.notebook.log_rows(),
            segments: u32::try_from(manifest.pages.len() + manifest.cards.len()).unwrap_or(u32::MAX),
            bytes: entries.map(|entry| u64::from(entry.bytes)).sum::<u64>() + open.notebook.log_bytes(),
            format: u32::from(open.notebook.format()),
            created: manifest.created,
            device: own.map(|(_, name)| name.clone()).unwrap_or_default(),
            kdf_memory: kdf.memory_kib(),
            kdf_passes: kdf.passes(),
            memory: self.host.memory(),
        })))
    }

    /// The page that a record is on.
    pub(super) fn home(open: &Open<H>, record: RecordId) -> Option<RecordId> {
        if let Some(home) = open.homes.borrow().get(&record) {
            return Some(*home);
        }
        let cards = open.notebook.cards();
        if cards.number(record).is_some() {
            return Some(record);
        }
        let holds = |card: &Card| {
            card.tasks.iter().any(|task| task.id == record) || card.trash.iter().any(|gone| gone.id == record)
        };
        cards.iter().find(|(_, card)| holds(card)).map(|(_, card)| card.page)
    }
}

fn most(counts: HashMap<&str, u32>, limit: usize) -> Vec<(String, u32)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    sort::by(&mut counts, |(a, more), (b, fewer)| fewer.cmp(more).then_with(|| a.cmp(b)));
    counts.into_iter().take(limit).map(|(word, count)| (word.to_owned(), count)).collect()
}

pub(super) fn task_of(card: &Card, task: &TaskCard) -> Task {
    Task {
        id: task.id,
        customer: if card.is(Card::HEADLESS) { RecordId::NIL } else { card.page },
        title: task.title.clone(),
        due: task.due,
        done: task.done,
        owner: task.owner.clone(),
        repeat: task.repeat.clone(),
        changed: task.changed,
    }
}

fn page_of(id: RecordId, page: &Page) -> CustomerPage {
    let mut shown = CustomerPage::default();
    for (&record, state) in &page.records {
        let deleted = state.is_deleted();
        if record == id {
            shown.customer = view::customer(record, state);
            shown.deleted = deleted;
        } else if deleted {
            continue;
        } else {
            match state.kind() {
                RecordKind::Contact | RecordKind::Customer => {
                    shown.contacts.push(view::customer(record, state))
                }
                RecordKind::Note => shown.notes.push(view::note(record, state)),
                RecordKind::Task => shown.tasks.push(view::task(record, id, state)),
                RecordKind::Purchase => shown.purchases.push(view::purchase(record, state)),
                RecordKind::Other(_) => {}
            }
        }
        shown.conflicts.extend(conflicts(state).into_iter().map(|field| (record, field.clone())));
    }
    sort::by_key(&mut shown.notes, |note| {
        core::cmp::Reverse((note.pinned, note.date, note.created, note.id))
    });
    sort::by_key(&mut shown.tasks, |task| (task.done.is_some(), task.due.is_none(), task.due, task.id));
    sort::by_key(&mut shown.purchases, |purchase| core::cmp::Reverse((purchase.date, purchase.id)));
    shown
}
