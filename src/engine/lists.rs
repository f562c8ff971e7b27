//! The order of customers, and lists as windows.

use crate::model::sort;
use std::collections::HashMap;
use std::rc::Rc;

use super::dispatch::{Engine, Open};
use super::failure::Failure;
use super::host::Host;
use super::protocol::{Event, Reply, Sort, ViewQuery};
use super::rows::{Count, CustomerRow, RailEntry, RowMarks};
use crate::locale::collation::{list_key, organisation_reading, person_reading};
use crate::search::{Query, highlights};
use crate::vault::cards::Cards;
use crate::vault::format::Card;

/// At most so many rows are given at once.
const MOST_ROWS: u32 = 200;

/// The orders of all listed customers, and the lists that screens have open.
#[derive(Debug, Default)]
pub struct Lists {
    /// Sort keys by number of the card.
    keys: Vec<Box<[u8]>>,
    /// Numbers of listed cards by reading.
    by_reading: Rc<Vec<u32>>,
    /// Numbers of listed cards, latest change first; made when asked for.
    recent: Option<Rc<Vec<u32>>>,
    views: HashMap<u32, View>,
    /// For each list the number of the request that asked for it last.
    asked: HashMap<u32, u64>,
}

/// An open list.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) query: ViewQuery,
    pub(super) parsed: Option<Query>,
    pub(super) numbers: Rc<Vec<u32>>,
    /// The number of the request that it answers.
    pub(super) asked: u64,
    /// Changes with every new content, so that a search that ends late is recognised.
    pub(super) generation: u64,
}

fn key_of(card: &Card) -> Box<[u8]> {
    let key = if card.is(Card::ORGANISATION) {
        list_key(&organisation_reading(&card.reading, &card.name))
    } else {
        list_key(person_reading(&card.reading, &card.name))
    };
    key.into_boxed_slice()
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Lists {
    /// The orders of an opened notebook.
    #[must_use]
    pub fn of(cards: &Cards) -> Self {
        let keys: Vec<Box<[u8]>> = cards.iter().map(|(_, card)| key_of(card)).collect();
        let mut order: Vec<u32> =
            cards.iter().filter(|(_, card)| card.is_listed()).map(|(number, _)| number).collect();
        let tie = |number: u32| cards.card(number).map(|card| card.page);
        // Cards are stored in runs that were sorted when they were written; this sort makes use of it.
        sort::by(&mut order, |a, b| {
            keys.get(place(*a)).cmp(&keys.get(place(*b))).then_with(|| tie(*a).cmp(&tie(*b)))
        });
        Self { keys, by_reading: Rc::new(order), ..Self::default() }
    }

    /// Takes over other orders; open lists stay as they are until they are renewed.
    pub fn renew(&mut self, orders: &Self) {
        self.keys.clone_from(&orders.keys);
        self.by_reading = Rc::clone(&orders.by_reading);
        self.recent = None;
    }

    /// How many customers are listed.
    #[must_use]
    pub fn listed(&self) -> u32 {
        u32::try_from(self.by_reading.len()).unwrap_or(u32::MAX)
    }

    /// Takes a changed card over.
    pub fn update(&mut self, number: u32, before: Option<&Card>, card: &Card, cards: &Cards) {
        self.recent = None;
        let key = key_of(card);
        if let Some(before) = before.filter(|before| before.is_listed()) {
            if card.is_listed() && self.keys.get(place(number)) == Some(&key) {
                return;
            }
            if let Some(at) = self.position(number, &key_of(before), before, cards) {
                Rc::make_mut(&mut self.by_reading).remove(at);
            }
        }
        if self.keys.len() <= place(number) {
            self.keys.resize(place(number) + 1, Box::default());
        }
        if let Some(slot) = self.keys.get_mut(place(number)) {
            *slot = key.clone();
        }
        if card.is_listed() {
            let at = self.by_reading.partition_point(|other| self.compare(*other, &key, card, cards).is_lt());
            Rc::make_mut(&mut self.by_reading).insert(at, number);
        }
    }

    /// Takes over many new or changed cards at once: sorts them, and merges them with the rest.
    pub fn merge(&mut self, numbers: &[u32], cards: &Cards) {
        self.recent = None;
        if self.keys.len() < cards.len() {
            self.keys.resize(cards.len(), Box::default());
        }
        let mut is_new = vec![false; cards.len()];
        let mut new: Vec<u32> = Vec::with_capacity(numbers.len());
        for &number in numbers {
            let (Some(card), Some(key), Some(seen)) =
                (cards.card(number), self.keys.get_mut(place(number)), is_new.get_mut(place(number)))
            else {
                continue;
            };
            if !core::mem::replace(seen, true) {
                *key = key_of(card);
                if card.is_listed() {
                    new.push(number);
                }
            }
        }
        let keys = &self.keys;
        let rank = |number: u32| (keys.get(place(number)), cards.card(number).map(|card| card.page));
        sort::by(&mut new, |a, b| rank(*a).cmp(&rank(*b)));
        let kept = self.by_reading.iter().filter(|number| is_new.get(place(**number)) != Some(&true));
        let mut kept = kept.copied().peekable();
        let mut new = new.into_iter().peekable();
        let mut merged = Vec::with_capacity(self.by_reading.len() + new.len());
        loop {
            let next = match (kept.peek(), new.peek()) {
                (Some(old), Some(other)) if rank(*old) <= rank(*other) => kept.next(),
                (_, Some(_)) => new.next(),
                _ => kept.next(),
            };
            let Some(number) = next else { break };
            merged.push(number);
        }
        drop(kept);
        self.by_reading = Rc::new(merged);
    }

    fn compare(&self, number: u32, key: &[u8], card: &Card, cards: &Cards) -> core::cmp::Ordering {
        let own = self.keys.get(place(number)).map_or(&[][..], |key| key);
        own.cmp(key).then_with(|| cards.card(number).map(|other| other.page).cmp(&Some(card.page)))
    }

    fn position(&self, number: u32, key: &[u8], before: &Card, cards: &Cards) -> Option<usize> {
        let at = self.by_reading.partition_point(|other| self.compare(*other, key, before, cards).is_lt());
        if self.by_reading.get(at) == Some(&number) {
            return Some(at);
        }
        self.by_reading.iter().position(|other| *other == number)
    }

    fn recent(&mut self, cards: &Cards) -> Rc<Vec<u32>> {
        let order = &self.by_reading;
        let recent = self.recent.get_or_insert_with(|| {
            let mut recent = (**order).clone();
            sort::by_key(&mut recent, |number| {
                core::cmp::Reverse(cards.card(*number).map(|card| card.changed))
            });
            Rc::new(recent)
        });
        Rc::clone(recent)
    }

    /// The numbers of all listed customers in an order.
    pub fn all(&mut self, sort: Sort, cards: &Cards) -> Rc<Vec<u32>> {
        match sort {
            Sort::Reading => Rc::clone(&self.by_reading),
            Sort::Recent => self.recent(cards),
        }
    }

    /// Where the marks of the rail begin: the first byte of a key is its mark, so each is found by halving.
    fn rail(&self, numbers: &[u32]) -> Vec<RailEntry> {
        let mark = |number: u32| {
            self.keys.get(place(number)).and_then(|key| key.first()).copied().unwrap_or(u8::MAX)
        };
        let mut entries = Vec::new();
        let mut rest = numbers;
        let mut first = 0_usize;
        while let Some(number) = rest.first() {
            let here = mark(*number);
            entries.push(RailEntry { mark: here, first: u32::try_from(first).unwrap_or(u32::MAX) });
            let length = rest.partition_point(|number| mark(*number) == here).max(1);
            first += length;
            rest = rest.get(length..).unwrap_or_default();
        }
        entries
    }

    pub(super) fn view(&self, view: u32) -> Option<&View> {
        self.views.get(&view)
    }

    /// A screen asks for another content of a list; returns the number of the request.
    pub(super) fn ask(&mut self, view: u32) -> u64 {
        let asked = self.asked.entry(view).or_default();
        *asked += 1;
        *asked
    }

    /// Whether no later request asked for this list.
    pub(super) fn is_asked(&self, view: u32, asked: u64) -> bool {
        self.asked.get(&view).is_none_or(|last| *last == asked)
    }

    /// Puts the content of a list, unless another was asked for meanwhile. Returns its generation.
    pub(super) fn put_view(&mut self, mut view: View) -> Option<u64> {
        if !self.is_asked(view.query.view, view.asked) {
            return None;
        }
        let generation = self.views.get(&view.query.view).map_or(0, |old| old.generation) + 1;
        view.generation = generation;
        self.views.insert(view.query.view, view);
        Some(generation)
    }

    fn open_queries(&self) -> Vec<(ViewQuery, u64)> {
        self.views.values().map(|view| (view.query.clone(), view.asked)).collect()
    }
}

impl<H: Host> Engine<H> {
    pub(super) async fn open_view(
        self: &Rc<Self>,
        open: &Open<H>,
        query: ViewQuery,
    ) -> Result<Reply, Failure> {
        let view = query.view;
        let asked = open.lists.borrow_mut().ask(view);
        let (count, rail) = self.fill_view(open, query, asked).await?;
        Ok(Reply::View { view, count, rail })
    }

    /// Makes or renews the content of a list.
    pub(super) async fn fill_view(
        self: &Rc<Self>,
        open: &Open<H>,
        query: ViewQuery,
        asked: u64,
    ) -> Result<(Count, Vec<RailEntry>), Failure> {
        let parsed = Query::parse(&query.search);
        if !parsed.is_empty() {
            return self.fill_search(open, query, asked, parsed).await.map(|count| (count, Vec::new()));
        }
        let cards = open.notebook.cards();
        let numbers = open.lists.borrow_mut().all(query.sort, &cards);
        let count = Count::Exactly(u32::try_from(numbers.len()).unwrap_or(u32::MAX));
        let rail = if query.sort == Sort::Reading { open.lists.borrow().rail(&numbers) } else { Vec::new() };
        open.lists.borrow_mut().put_view(View { query, parsed: None, numbers, asked, generation: 0 });
        Ok((count, rail))
    }

    /// Renews all open lists after a change, and tells the screen.
    pub(super) async fn renew_views(self: &Rc<Self>, open: &Open<H>) {
        let queries = open.lists.borrow().open_queries();
        for (query, asked) in queries {
            let view = query.view;
            // A list that is being asked for anew answers by itself.
            if !open.lists.borrow().is_asked(view, asked) {
                continue;
            }
            if let Ok((count, rail)) = self.fill_view(open, query, asked).await
                && open.lists.borrow().is_asked(view, asked)
            {
                self.tell(Event::ViewChanged { view, count, rail });
            }
        }
    }

    pub(super) async fn view_rows(
        &self,
        open: &Open<H>,
        view: u32,
        start: u32,
        count: u32,
    ) -> Result<Reply, Failure> {
        let (numbers, query) = {
            let lists = open.lists.borrow();
            let view = lists.view(view).ok_or(Failure::NotFound)?;
            let from = place(start).min(view.numbers.len());
            let to = (from + place(count.min(MOST_ROWS))).min(view.numbers.len());
            (view.numbers.get(from..to).unwrap_or_default().to_vec(), view.parsed.clone())
        };
        let mut rows = Vec::with_capacity(numbers.len());
        for number in numbers {
            let Some(mut row) = open.notebook.cards().card(number).map(row) else { continue };
            row.unread = open.sharing.borrow().is_unread(row.id);
            if let Some(query) = &query {
                mark(&mut row, query);
                if row.marks == RowMarks::default() {
                    self.add_snippet(open, &mut row, query).await;
                }
            }
            rows.push(row);
        }
        Ok(Reply::Rows(rows))
    }
}

fn row(card: &Card) -> CustomerRow {
    CustomerRow {
        id: card.page,
        organisation: card.is(Card::ORGANISATION),
        name: card.name.clone(),
        reading: card.reading.clone(),
        company: card.company.clone(),
        phone: card.phone.clone(),
        tags: card.tags.clone(),
        changed: card.changed,
        warning: card.is(Card::WARNING),
        conflict: card.is(Card::CONFLICT),
        unread: false,
        snippet: String::new(),
        marks: RowMarks::default(),
    }
}

fn mark(row: &mut CustomerRow, query: &Query) {
    row.marks.name = ranges(&row.name, query);
    row.marks.reading = ranges(&row.reading, query);
    row.marks.company = ranges(&row.company, query);
    row.marks.phone = ranges(&row.phone, query);
}

/// The matching byte ranges of a text, as a message carries them.
pub(super) fn ranges(text: &str, query: &Query) -> Vec<(u32, u32)> {
    let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    highlights(text, query).into_iter().map(|(from, to)| (small(from), small(to))).collect()
}
