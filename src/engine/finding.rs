//! Feeding the search index, and asking it.
//!
//! Unlocking does not wait for the index: cards and filters are brought in right after it, piece by
//! piece, then the texts of the batches as far as memory allows. A search that comes earlier brings in
//! first what it needs.

use std::rc::Rc;

use super::dispatch::{Engine, Open};
use super::failure::Failure;
use super::host::Host;
use super::jobs::READ_AT_ONCE;
use super::lists::{View, ranges};
use super::protocol::{Event, ViewQuery};
use super::rows::{Count, CustomerRow};
use crate::model::records::Customer;
use crate::model::{RecordId, sort};
use crate::search::fold::{fold, phone};
use crate::search::query::{Condition, Test};
use crate::search::{HeadText, Query, Step, Total};
use crate::vault::bulk::{Written, WrittenBatch};
use crate::vault::cards::Cards;
use crate::vault::format::Card;
use crate::vault::text::body_text;
use crate::vault::{Page, view};

/// A search answers with so many hits at once; the rest is counted afterwards.
const FIRST_HITS: usize = 50;

/// So long after the first hits the others are counted.
const COUNT_MILLIS: u32 = 60;

/// So many cards are brought in before other requests are let through.
const CARDS_AT_ONCE: usize = 1_000;

/// How many characters a snippet has before and after the match: few before, since a phone shows no more.
const SNIPPET_BEFORE: usize = 6;
const SNIPPET_AFTER: usize = 48;

impl<H: Host> Engine<H> {
    /// Brings cards and filters into the index.
    pub(super) async fn fill_index(self: &Rc<Self>, open: &Open<H>) -> Result<(), Failure> {
        let _turn = open.filling.lock().await;
        if open.indexed.get() {
            return Ok(());
        }
        let count = open.notebook.cards().len();
        let mut next = 0;
        while next < count {
            {
                let cards = open.notebook.cards();
                let mut index = open.index.borrow_mut();
                for (_, card) in cards.iter().skip(next).take(CARDS_AT_ONCE) {
                    put_head(&mut index, card);
                }
            }
            next += CARDS_AT_ONCE;
            self.host.pause().await;
        }
        let mut members: std::collections::HashMap<u64, Vec<(u32, RecordId)>> =
            std::collections::HashMap::new();
        for (_, card) in open.notebook.cards().iter().filter(|(_, card)| card.segment != 0) {
            members.entry(card.segment).or_default().push((card.place, card.page));
        }
        let mut from = 0;
        loop {
            let filters = open.notebook.filters(from, 64).await?;
            let Some((last, _)) = filters.last() else { break };
            from = last + 1;
            for (batch, filter) in filters {
                let Some(mut pages) = members.remove(&batch) else { continue };
                sort::ascending(&mut pages);
                let pages: Vec<RecordId> = pages.into_iter().map(|(_, page)| page).collect();
                if let Some(filter) = filter {
                    open.index.borrow_mut().put_block(batch, filter, pages);
                } else {
                    self.index_whole(open, batch).await;
                }
            }
            self.host.pause().await;
        }
        // Batches whose filter is missing altogether: their pages are searched as overlay.
        let batches: Vec<u64> = members.into_keys().collect();
        for batch in batches {
            self.index_whole(open, batch).await;
        }
        for page in open.notebook.changed_pages() {
            self.index_page(open, page).await;
        }
        open.indexed.set(true);
        Ok(())
    }

    /// Brings in what was saved since the last search.
    pub(super) async fn index_saved(&self, open: &Open<H>) {
        loop {
            let next = open.unindexed.borrow().first_key_value().map(|(page, save)| (*page, *save));
            let Some((page, save)) = next else { return };
            self.index_page(open, page).await;
            // Forgotten only now: a search that comes meanwhile brings it in itself. A save that came
            // meanwhile stays.
            let mut unindexed = open.unindexed.borrow_mut();
            if unindexed.get(&page) == Some(&save) {
                unindexed.remove(&page);
            }
        }
    }

    async fn index_whole(&self, open: &Open<H>, batch: u64) {
        if let Ok(pages) = open.notebook.current_pages(batch).await {
            let mut index = open.index.borrow_mut();
            pages.iter().for_each(|(id, page)| index.put_overlay(*id, &text_of(*id, page)));
        }
    }

    /// Brings the newest text of a page into the index.
    pub(super) async fn index_page(&self, open: &Open<H>, id: RecordId) {
        if let Ok(page) = open.notebook.page(id).await {
            open.index.borrow_mut().put_overlay(id, &text_of(id, &page));
        }
    }

    /// Takes written batches over.
    pub(super) fn index_written(&self, open: &Open<H>, written: Written) {
        let cards = open.notebook.cards();
        let numbers: Vec<u32> = written.pages.iter().map(|(_, number, _)| *number).collect();
        open.lists.borrow_mut().merge(&numbers, &cards);
        let mut index = open.index.borrow_mut();
        for (_, number, _) in &written.pages {
            if let Some(card) = cards.card(*number) {
                put_head(&mut index, card);
            }
        }
        let waiting: std::collections::HashSet<RecordId> =
            open.notebook.changed_pages().into_iter().collect();
        for WrittenBatch { row: batch, filter, texts } in written.batches {
            let members: Vec<RecordId> = texts.iter().map(|(id, _)| *id).collect();
            let settled: Vec<RecordId> = members.iter().filter(|id| !waiting.contains(id)).copied().collect();
            index.put_block(batch, filter, members);
            // It is here already: no need to read it back for the first search.
            index.supply(batch, &texts);
            index.clear_overlay(&settled);
        }
        written.dropped.iter().for_each(|batch| index.drop_block(*batch));
    }

    /// Reads the texts of batches into the index.
    pub(super) async fn supply(&self, open: &Open<H>, batch: u64) {
        if open.index.borrow().is_resident(batch) {
            return;
        }
        match open.notebook.current_pages(batch).await {
            Ok(pages) => {
                let texts: Vec<(RecordId, String)> =
                    pages.iter().map(|(id, page)| (*id, text_of(*id, page))).collect();
                open.index.borrow_mut().supply(batch, &texts);
            }
            // What can't be read can't be searched; the check of the vault reports it.
            Err(_) => open.index.borrow_mut().drop_block(batch),
        }
    }

    /// Runs a search to its end, or until nobody wants its answer.
    pub(super) async fn hits(
        self: &Rc<Self>,
        open: &Open<H>,
        query: &Query,
        limit: Option<usize>,
        is_wanted: impl Fn() -> bool,
    ) -> Result<(Vec<u32>, Total), Failure> {
        self.fill_index(open).await?;
        self.index_saved(open).await;
        let mut run = open.index.borrow_mut().start(query, limit);
        loop {
            let step = {
                let cards = open.notebook.cards();
                // Who is not listed is not in the index.
                let admits = |id: RecordId| {
                    query.conditions.is_empty()
                        || cards.of(id).is_some_and(|card| meets(card, &query.conditions))
                };
                run.step_where(&open.index.borrow(), &admits)
            };
            match step {
                Step::Need(batches) => {
                    for batches in batches.chunks(READ_AT_ONCE) {
                        open.notebook.read_ahead(batches).await?;
                        for batch in batches {
                            self.supply(open, *batch).await;
                        }
                        self.host.pause().await;
                        if !is_wanted() {
                            return Err(Failure::Cancelled);
                        }
                    }
                }
                Step::Done(hits) => {
                    let cards: &Cards = &open.notebook.cards();
                    let numbers = hits.hits.iter().filter_map(|hit| cards.number(hit.id)).collect();
                    return Ok((numbers, hits.total));
                }
            }
        }
    }

    /// Fills a list with the first hits at once, and with all of them afterwards.
    pub(super) async fn fill_search(
        self: &Rc<Self>,
        open: &Open<H>,
        query: ViewQuery,
        asked: u64,
        parsed: Query,
    ) -> Result<Count, Failure> {
        let (numbers, total) = self.hits(open, &parsed, Some(FIRST_HITS), || true).await?;
        let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let count = match total {
            Total::Exact(count) => Count::Exactly(small(count)),
            Total::AtLeast(count) => Count::AtLeast(small(count.min(numbers.len()))),
        };
        let view = query.view;
        let shown =
            View { query, parsed: Some(parsed.clone()), numbers: Rc::new(numbers), asked, generation: 0 };
        let generation = open.lists.borrow_mut().put_view(shown);
        if let (Count::AtLeast(_), Some(generation)) = (count, generation) {
            let (engine, open) = (Rc::clone(self), Rc::clone(open));
            self.host.spawn(Box::pin(async move {
                // More keystrokes may come, and the rows are being asked for.
                engine.host.sleep(COUNT_MILLIS).await;
                engine.complete(&open, view, generation, &parsed).await;
            }));
        }
        Ok(count)
    }

    async fn complete(self: &Rc<Self>, open: &Open<H>, view: u32, generation: u64, parsed: &Query) {
        let is_current =
            |open: &Open<H>| open.lists.borrow().view(view).is_some_and(|view| view.generation == generation);
        if open.ended.get() || !is_current(open) {
            return;
        }
        let is_wanted = || !open.ended.get() && is_current(open);
        let Ok((numbers, _)) = self.hits(open, parsed, None, is_wanted).await else { return };
        if !is_current(open) {
            return;
        }
        let count = Count::Exactly(u32::try_from(numbers.len()).unwrap_or(u32::MAX));
        let known = open.lists.borrow().view(view).cloned();
        if let Some(known) = known {
            open.lists.borrow_mut().put_view(View { numbers: Rc::new(numbers), ..known });
            self.tell(Event::ViewChanged { view, count, rail: Vec::new() });
        }
    }

    /// Adds the piece of text in which a search matched outside of what the row shows.
    pub(super) async fn add_snippet(&self, open: &Open<H>, row: &mut CustomerRow, query: &Query) {
        let on_card = {
            let cards = open.notebook.cards();
            let texts = cards.of(row.id).map(|card| {
                let reach = card.reach.lines().map(str::to_owned);
                reach.chain(card.tags.iter().cloned()).chain([card.owner.clone()]).collect::<Vec<_>>()
            });
            texts.unwrap_or_default()
        };
        if on_card.iter().any(|text| snippet(row, text, query)) {
            return;
        }
        if let Ok(page) = open.notebook.page(row.id).await {
            let _found = originals(row.id, &page).iter().any(|text| snippet(row, text, query));
        }
    }
}

/// Puts the surroundings of the first match of `text` into the row; tells whether there was one.
fn snippet(row: &mut CustomerRow, text: &str, query: &Query) -> bool {
    let found = crate::search::highlights(text, query);
    let Some((from, to)) = found.first().copied() else { return false };
    let before = text.get(..from).unwrap_or_default();
    let start = before.char_indices().rev().take(SNIPPET_BEFORE).last().map_or(from, |(at, _)| at);
    let start = before.rfind('\n').map_or(start, |line| start.max(line + 1));
    let after = text.get(to..).unwrap_or_default();
    let end = after.char_indices().nth(SNIPPET_AFTER).map_or(text.len(), |(at, _)| to + at);
    row.snippet = text.get(start..end).unwrap_or_default().replace('\n', " ");
    row.marks.snippet = ranges(&row.snippet, query);
    true
}

/// The texts of a page as they were typed.
fn originals(id: RecordId, page: &Page) -> Vec<String> {
    use crate::model::{RecordKind, Value};
    let mut texts = Vec::new();
    for (record, state) in page.records.iter().filter(|(_, state)| !state.is_deleted()) {
        match state.kind() {
            RecordKind::Customer | RecordKind::Contact => {
                let Customer {
                    name,
                    reading,
                    department,
                    title,
                    source,
                    needs,
                    memo,
                    warning,
                    addresses,
                    others,
                    ..
                } = view::customer(*record, state);
                texts.extend([name, reading, department, title, source, needs, memo, warning]);
                let parts =
                    addresses.iter().map(|item| &item.value).chain(others.iter().map(|(_, value)| value));
                texts.extend(parts.map(|value| {
                    match value {
                        Value::Parts(parts) => ["postal", "region", "city", "street", "building"]
                            .iter()
                            .filter_map(|key| parts.get(*key).cloned())
                            .collect(),
                        value => value.as_text().unwrap_or_default().to_owned(),
                    }
                }));
            }
            RecordKind::Note => texts.push(view::note(*record, state).text),
            RecordKind::Task => texts.push(view::task(*record, id, state).title),
            RecordKind::Purchase => {
                let purchase = view::purchase(*record, state);
                texts.extend([purchase.item, purchase.channel]);
            }
            RecordKind::Other(_) => {}
        }
    }
    texts
}

fn text_of(id: RecordId, page: &Page) -> String {
    let mut text = String::new();
    body_text(id, page, &mut text);
    text
}

/// Brings the head of a card into the index; a card that is not listed leaves it.
pub(super) fn put_head(index: &mut crate::search::Index, card: &Card) {
    if !card.is_listed() {
        index.remove(card.page);
        return;
    }
    let phones = card.reach.lines().filter(|line| !line.contains('@'));
    let phones: Vec<String> =
        [card.phone.as_str()].into_iter().chain(phones).filter(|text| !text.is_empty()).map(phone).collect();
    let mails: Vec<String> = card.reach.lines().filter(|line| line.contains('@')).map(fold).collect();
    let tags: Vec<String> = card.tags.iter().map(|tag| fold(tag)).collect();
    let other =
        mails.into_iter().chain((!card.owner.is_empty()).then(|| fold(&card.owner))).collect::<Vec<_>>();
    let head = HeadText {
        name: &fold(&card.name),
        reading: &fold(&card.reading),
        company: &fold(&card.company),
        phone: &phones.join("\n"),
        tags: &tags.join("\n"),
        other: &other.join("\n"),
    };
    index.put_head(card.page, &head, u64::try_from(card.changed.0).unwrap_or_default());
}

/// Whether a card meets what the text index can't decide.
fn meets(card: &Card, conditions: &[Condition]) -> bool {
    conditions.iter().all(|condition| {
        let holds = match &condition.test {
            Test::Owner(owner) => fold(&card.owner).contains(owner.as_str()),
            Test::Due(orders, day) => card
                .tasks
                .iter()
                .filter(|task| task.done.is_none())
                .any(|task| task.due.is_some_and(|due| orders.contains(&due.cmp(day)))),
        };
        holds != condition.negated
    })
}
