//! What a day begins with: birthdays, customers who were not spoken to for long, those looked at last.

use super::dispatch::{Engine, Open};
use super::host::Host;
use super::protocol::{Reply, Sort};
use super::reading::task_of;
use super::rows::{BirthdayRow, QuietRow, RecentRow, TaskRow, TodayBoard};
use super::screen::due::{age, days_until, next_anniversary};
use crate::exchange::icalendar::{self, Event};
use crate::model::{Date, RecordId, sort};
use crate::search::fold::fold;
use crate::vault::format::Card;

/// Birthdays of so many days from today on are told.
const BIRTHDAYS_AHEAD: i64 = 7;
/// Who was not spoken to for so many days is told of.
const QUIET_DAYS: i64 = 90;
/// So many rows of each sort are given.
const MOST_BIRTHDAYS: usize = 50;
const MOST_QUIET: usize = 20;
const MOST_FOUND: usize = 8;
/// So many customers count as looked at last.
pub(super) const MOST_RECENT: usize = 8;

impl<H: Host> Engine<H> {
    pub(super) fn today(open: &Open<H>, today: Date) -> Reply {
        let mut board = TodayBoard::default();
        let cards = open.notebook.cards();
        let mut quiet: Vec<(Date, RecordId, &Card)> = Vec::new();
        for (_, card) in cards.iter().filter(|(_, card)| card.is_listed()) {
            board.customers += 1;
            if let Some(row) = card.birthday.and_then(|birthday| birthday_row(card, birthday, today)) {
                board.birthdays.push(row);
            }
            // Whose first word is still to come waits for nothing.
            if let Some(talked) = card.talked
                && days_until(today, talked).is_some_and(|days| days >= QUIET_DAYS)
            {
                quiet.push((talked, card.page, card));
            }
        }
        sort::by_key(&mut board.birthdays, |row| (row.day, row.id));
        board.birthdays.truncate(MOST_BIRTHDAYS);
        // Who fell silent last is the likeliest to come back.
        sort::by_key(&mut quiet, |(talked, id, _)| (core::cmp::Reverse(*talked), *id));
        board.quiet_count = u32::try_from(quiet.len()).unwrap_or(u32::MAX);
        let row = |(talked, id, card): &(Date, RecordId, &Card)| QuietRow {
            id: *id,
            name: card.name.clone(),
            phone: card.phone.clone(),
            talked: *talked,
        };
        board.quiet = quiet.iter().take(MOST_QUIET).map(row).collect();
        let looked_at = open.looked_at.borrow();
        let mut recent: Vec<&Card> =
            looked_at.iter().filter_map(|id| cards.of(*id)).filter(|card| card.is_listed()).collect();
        // The list of customers keeps this order.
        let order = open.lists.borrow_mut().all(Sort::Recent, &cards);
        for card in order.iter().filter_map(|number| cards.card(*number)) {
            if recent.len() >= MOST_RECENT {
                break;
            }
            if recent.iter().all(|known| known.page != card.page) {
                recent.push(card);
            }
        }
        let row =
            |card: &Card| RecentRow { id: card.page, name: card.name.clone(), company: card.company.clone() };
        board.recent = recent.into_iter().map(row).collect();
        Reply::Today(Box::new(board))
    }

    /// Open tasks whose titles hold all words, soonest due first; those without a day come last.
    pub(super) fn find_tasks(open: &Open<H>, text: &str) -> Reply {
        let words: Vec<String> = text.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect();
        let mut found: Vec<TaskRow> = Vec::new();
        if words.is_empty() {
            return Reply::FoundTasks(found);
        }
        let cards = open.notebook.cards();
        let shown = |card: &Card| !card.is(Card::DELETED) && !card.is(Card::HIDDEN);
        for (_, card) in cards.iter().filter(|(_, card)| shown(card)) {
            for task in card.tasks.iter().filter(|task| task.done.is_none()) {
                let title = fold(&task.title);
                if words.iter().all(|word| title.contains(word.as_str())) {
                    open.homes.borrow_mut().insert(task.id, card.page);
                    found.push(TaskRow { task: task_of(card, task), customer: card.name.clone() });
                }
            }
        }
        sort::by_key(&mut found, |row| (row.task.due.is_none(), row.task.due, row.task.id));
        found.truncate(MOST_FOUND);
        Reply::FoundTasks(found)
    }

    /// Makes a calendar file of all open tasks that have a day. `names`: the customers' are in it.
    pub(super) fn task_calendar(&self, open: &Open<H>, names: bool) -> Reply {
        let cards = open.notebook.cards();
        let mut events: Vec<Event> = Vec::new();
        let shown = |card: &Card| !card.is(Card::DELETED) && !card.is(Card::HIDDEN);
        for (_, card) in cards.iter().filter(|(_, card)| shown(card)) {
            for task in card.tasks.iter().filter(|task| task.done.is_none()) {
                let Some(day) = task.due else { continue };
                events.push(Event {
                    id: task.id,
                    title: task.title.clone(),
                    description: if names { card.name.clone() } else { String::new() },
                    day,
                    changed: task.changed,
                });
            }
        }
        sort::by_key(&mut events, |event| (event.day, event.id));
        let count = u32::try_from(events.len()).unwrap_or(u32::MAX);
        Reply::Calendar(count, icalendar::write(&events, self.host.now()))
    }

    /// Remembers whose page is looked at, for as long as the notebook is open.
    pub(super) fn note_look(open: &Open<H>, id: RecordId) {
        let mut looked_at = open.looked_at.borrow_mut();
        looked_at.retain(|known| *known != id);
        looked_at.push_front(id);
        looked_at.truncate(MOST_RECENT);
    }
}

fn birthday_row(card: &Card, birthday: Date, today: Date) -> Option<BirthdayRow> {
    let day = next_anniversary(birthday, today)?;
    let near = days_until(day, today).is_some_and(|days| days <= BIRTHDAYS_AHEAD);
    near.then(|| BirthdayRow { id: card.page, name: card.name.clone(), day, age: age(birthday, day) })
}
