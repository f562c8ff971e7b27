//! One search, in steps, because the text of some blocks may have to be read in between.
//!
//! Candidates are looked at in the order in which they would be shown, and each is decided exactly, so
//! a search with a limit may stop at once when it has enough. They come in stages:
//!
//! 1. for a single term, those that have it in their names, then in company and phones, then in the
//!    rest of the head, newest first; for several terms, those that have all of them in their heads;
//! 2. everyone else, newest first (with several terms: first those that have one in their names). Here
//!    the bodies decide, and the filters of the blocks spare most of them.

use std::collections::HashMap;

use crate::model::{RecordId, sort};

use super::heads::{Class, SHELVES, Shelf};
use super::index::{Block, Body, Index};
use super::matcher::{Matcher, Needles};
use super::query::Query;

/// What a search does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Hand in the text of these blocks ([`Index::supply`]), in any order, and call again. A block that
    /// cannot be read must be dropped ([`Index::drop_block`]), or it is asked for again.
    Need(Vec<u64>),
    /// The search is over.
    Done(Hits),
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hits {
    /// In order of rank.
    pub hits: Vec<Hit>,
    /// How many there are.
    pub total: Total,
}

/// One customer found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The customer.
    pub id: RecordId,
    /// Where the term matched; of several terms, the one in the least prominent place.
    pub section: Section,
}

/// A part of a customer's text, most prominent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// The name.
    Name,
    /// The reading.
    Reading,
    /// The company.
    Company,
    /// A phone.
    Phone,
    /// Tags, mails, addresses; also when the query has no positive term.
    Other,
    /// Notes, tasks, purchases, memo.
    Body,
}

/// The number of customers that match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// All were found.
    Exact(usize),
    /// The search stopped at its limit.
    AtLeast(usize),
}

/// A search under way. When the index changes between two steps it begins again by itself.
#[derive(Debug)]
pub struct Run {
    matcher: Matcher,
    limit: Option<usize>,
    state: State,
}

#[derive(Debug, Default)]
struct State {
    /// Of the index; nothing before the first step.
    revision: Option<u64>,
    stage: Stage,
    candidates: Vec<Candidate>,
    /// The first candidate that is not in `hits` or out.
    next: usize,
    /// Decisions on candidates after `next`.
    decided: HashMap<usize, bool>,
    /// Blocks that were asked for last, and how often any were.
    asked: Vec<usize>,
    rounds: u32,
    /// Rows that were candidates.
    seen: Rows,
    /// For each term, the rows whose head has it; found when first asked for.
    heads: Vec<Option<Rows>>,
    /// For each block, which terms its filter admits; found when first asked for.
    verdicts: Vec<Option<Verdict>>,
    hits: Vec<Hit>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Start,
    Names,
    Contact,
    Other,
    Heads,
    Bodies,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    row: usize,
    section: Section,
}

/// Which terms may be in a block, a bit each; terms after the 64th always may.
#[derive(Clone, Copy, Debug)]
struct Verdict {
    positive: u64,
    negative: u64,
}

/// A set of rows.
#[derive(Clone, Debug, Default)]
struct Rows(Vec<u64>);

impl Run {
    pub(super) fn new(query: &Query, limit: Option<usize>) -> Self {
        Self { matcher: Matcher::new(query), limit, state: State::default() }
    }

    /// Goes on until blocks are needed or all is found. The conditions of the query are not looked at.
    pub fn step(&mut self, index: &Index) -> Step {
        self.step_where(index, &|_| true)
    }

    /// The same among the customers that `admits` admits: it decides the conditions of the query
    /// ([`Query::conditions`]) and must answer alike in all steps of a run.
    pub fn step_where(&mut self, index: &Index, admits: &dyn Fn(RecordId) -> bool) -> Step {
        if self.state.revision != Some(index.revision) {
            self.state = State {
                revision: Some(index.revision),
                seen: Rows::new(index.heads.len()),
                heads: vec![None; self.matcher.positive.len()],
                verdicts: vec![None; index.blocks()],
                ..State::default()
            };
        }
        index.tick();
        self.use_supplied(index);
        loop {
            if let Some(need) = self.walk(index) {
                return Step::Need(need);
            }
            let hits = &mut self.state.hits;
            if self.limit.is_some_and(|limit| hits.len() >= limit) {
                let total = Total::AtLeast(hits.len());
                return Step::Done(Hits { hits: core::mem::take(hits), total });
            }
            if !self.next_stage(index, admits) {
                let hits = core::mem::take(&mut self.state.hits);
                return Step::Done(Hits { total: Total::Exact(hits.len()), hits });
            }
        }
    }

    /// Decides all candidates of the blocks that were asked for, so that none is asked for twice.
    fn use_supplied(&mut self, index: &Index) {
        for place in core::mem::take(&mut self.state.asked) {
            for row in index.members(place) {
                if !self.state.decided.contains_key(&row)
                    && let Some(decision) = self.decide(index, row)
                {
                    self.state.decided.insert(row, decision);
                }
            }
        }
    }

    /// Moves candidates to the hits as far as they are decided; returns the blocks that decide the next.
    fn walk(&mut self, index: &Index) -> Option<Vec<u64>> {
        // The first block may bring enough hits, so few are read at first.
        let batch = self.limit.map_or(usize::MAX, |_| 2 << self.state.rounds.min(16)).min(index.batch());
        let mut need: Vec<u64> = Vec::new();
        let mut found = self.state.hits.len();
        let mut at = self.state.next;
        while self.limit.is_none_or(|limit| found < limit) {
            let Some(candidate) = self.state.candidates.get(at).copied() else { break };
            let known =
                if self.state.decided.is_empty() { None } else { self.state.decided.get(&candidate.row) };
            let decision = known.copied().or_else(|| self.decide(index, candidate.row));
            match decision {
                Some(decision) if need.is_empty() => {
                    self.state.next = at + 1;
                    if decision && let Some(row) = index.heads.row(candidate.row) {
                        self.state.hits.push(Hit { id: row.id, section: candidate.section });
                    }
                }
                Some(decision) => drop(self.state.decided.insert(candidate.row, decision)),
                None => {
                    let Some((place, block)) = absent(index, candidate.row) else { break };
                    if !self.state.asked.contains(&place) {
                        self.state.asked.push(place);
                        need.push(block.number);
                    }
                    if need.len() >= batch {
                        break;
                    }
                }
            }
            found += usize::from(decision == Some(true));
            at += 1;
        }
        self.state.rounds += u32::from(!need.is_empty());
        (!need.is_empty()).then_some(need)
    }

    /// Whether a candidate matches; nothing if its block must be read first.
    fn decide(&mut self, index: &Index, row: usize) -> Option<bool> {
        let in_head = self.state.stage != Stage::Bodies;
        if in_head && self.matcher.negative.is_empty() {
            return Some(true);
        }
        let Some(slot) = index.heads.row(row).map(|row| row.slot) else { return Some(false) };
        if self.matcher.negative.iter().any(|term| index.heads.class(row, term).is_some()) {
            return Some(false);
        }
        let (text, verdict) = match index.body(slot) {
            Body::Text(text) => (Some(text), Verdict { positive: u64::MAX, negative: u64::MAX }),
            Body::Resident(place, block, text) => (Some(text), self.verdict(place, block)),
            Body::Absent(place, block) => (None, self.verdict(place, block)),
        };
        let mut open = false;
        if !in_head {
            // What the filter rules out costs no scan, so it is asked first.
            for number in 0..self.matcher.positive.len() {
                if !has_bit(verdict.positive, number) && !self.is_in_head(index, number, row) {
                    return Some(false);
                }
            }
            for number in (0..self.matcher.positive.len()).filter(|number| has_bit(verdict.positive, *number))
            {
                let there = text.map(|text| self.positive_in(number, text));
                if there != Some(true) && !self.is_in_head(index, number, row) {
                    match there {
                        Some(_) => return Some(false),
                        None => open = true,
                    }
                }
            }
        }
        for (number, term) in self.matcher.negative.iter().enumerate() {
            if has_bit(verdict.negative, number) {
                match text {
                    Some(text) if term.is_in_body(text) => return Some(false),
                    Some(_) => {}
                    None => open |= term.looks_into_bodies(),
                }
            }
        }
        (!open).then_some(true)
    }

    fn positive_in(&self, number: usize, text: &[u8]) -> bool {
        self.matcher.positive.get(number).is_some_and(|term| term.is_in_body(text))
    }

    fn verdict(&mut self, place: usize, block: &Block) -> Verdict {
        let Some(known) = self.state.verdicts.get_mut(place) else {
            return Verdict { positive: u64::MAX, negative: u64::MAX };
        };
        *known.get_or_insert_with(|| {
            let bits = |terms: &[Needles]| {
                let ruled_out =
                    terms.iter().take(64).enumerate().filter(|(_, term)| !term.may_be_in(&block.filter));
                ruled_out.fold(u64::MAX, |bits, (number, _)| bits & !(1 << number))
            };
            Verdict { positive: bits(&self.matcher.positive), negative: bits(&self.matcher.negative) }
        })
    }

    fn is_in_head(&mut self, index: &Index, number: usize, row: usize) -> bool {
        // The only term of a query: who has it in the head was seen in an earlier stage.
        if self.matcher.positive.len() == 1 {
            return false;
        }
        self.head_rows(index, number).is_some_and(|rows| rows.contains(row))
    }

    fn head_rows(&mut self, index: &Index, number: usize) -> Option<&Rows> {
        let term = self.matcher.positive.get(number)?;
        let rows = self.state.heads.get_mut(number)?;
        Some(rows.get_or_insert_with(|| {
            let mut rows = Rows::new(index.heads.len());
            for shelf in SHELVES {
                index.heads.matching(shelf, 0..index.heads.len(), term, |row, _| rows.insert(row));
            }
            rows
        }))
    }

    /// Fills in the candidates of the next stage; false after the last.
    fn next_stage(&mut self, index: &Index, admits: &dyn Fn(RecordId) -> bool) -> bool {
        let single = self.matcher.positive.len() == 1;
        self.state.stage = match self.state.stage {
            Stage::Start if single => Stage::Names,
            Stage::Start => Stage::Heads,
            Stage::Names => Stage::Contact,
            Stage::Contact => Stage::Other,
            Stage::Other | Stage::Heads => Stage::Bodies,
            Stage::Bodies => return false,
        };
        let found = match self.state.stage {
            Stage::Start => return false,
            Stage::Names => self.on_shelf(index, Shelf::Names, admits),
            Stage::Contact => self.on_shelf(index, Shelf::Contact, admits),
            Stage::Other => self.on_shelf(index, Shelf::Other, admits),
            Stage::Heads => self.in_heads(index, admits),
            Stage::Bodies if self.matcher.positive.is_empty() => Vec::new(),
            Stage::Bodies if single && !self.matcher.positive.iter().all(Needles::looks_into_bodies) => {
                Vec::new()
            }
            Stage::Bodies => self.in_bodies(index, admits),
        };
        for candidate in &found {
            self.state.seen.insert(candidate.row);
        }
        self.state.candidates = found;
        self.state.next = 0;
        self.state.decided.clear();
        true
    }

    /// Candidates of a single term on a shelf.
    fn on_shelf(&self, index: &Index, shelf: Shelf, admits: &dyn Fn(RecordId) -> bool) -> Vec<Candidate> {
        let heads = &index.heads;
        let mut best: Vec<(usize, Class)> = Vec::new();
        let Some(term) = self.matcher.positive.first() else { return Vec::new() };
        // All hits of the last shelf are of one class, so the newest are the first.
        let few = shelf == Shelf::Other && heads.is_sorted() && self.matcher.negative.is_empty();
        let enough = self.limit.filter(|_| few).map(|limit| limit - self.state.hits.len());
        let mut end = heads.len();
        let part = if enough.is_some() { PART } else { end.max(1) };
        while end > 0 && enough.is_none_or(|enough| best.len() < enough) {
            let start = end.saturating_sub(part);
            let mut found = Vec::new();
            heads.matching(shelf, start..end, term, |row, class| {
                if !self.state.seen.contains(row) && heads.row(row).is_some_and(|row| admits(row.id)) {
                    found.push((row, class));
                }
            });
            // Several needles may have found the same row.
            sort::ascending(&mut found);
            found.dedup();
            best.extend(found);
            end = start;
        }
        sort::by(&mut best, |a, b| a.1.cmp(&b.1).then_with(|| heads.recency(b.0).cmp(&heads.recency(a.0))));
        let candidates = best.into_iter().map(|(row, class)| self.candidate(index, row, class));
        candidates.collect()
    }

    /// Candidates that have all terms in their heads.
    fn in_heads(&mut self, index: &Index, admits: &dyn Fn(RecordId) -> bool) -> Vec<Candidate> {
        let heads = &index.heads;
        let terms = self.matcher.positive.iter().enumerate();
        let rarest = terms.max_by_key(|(_, term)| term.len()).map(|(number, _)| number);
        let rows: Vec<usize> = match rarest {
            Some(rarest) => {
                self.head_rows(index, rarest).map(|rows| rows.iter().collect()).unwrap_or_default()
            }
            None => (0..heads.len()).collect(),
        };
        let mut found: Vec<(Class, bool, usize)> = Vec::new();
        for row in rows {
            let mut classes = self.matcher.positive.iter().map(|term| heads.class(row, term));
            // The least prominent, and whether any is in the names.
            let place = classes.try_fold((None, true), |(worst, unnamed), class| {
                let class = class?;
                Some((worst.max(Some(class)), unnamed && class > Class::Loose))
            });
            if let Some((worst, unnamed)) = place
                && heads.row(row).is_some_and(|row| admits(row.id))
            {
                found.push((worst.unwrap_or(Class::Other), unnamed, row));
            }
        }
        sort::by(&mut found, |a, b| {
            (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| heads.recency(b.2).cmp(&heads.recency(a.2)))
        });
        found.into_iter().map(|(class, _, row)| self.candidate(index, row, class)).collect()
    }

    /// Everyone who was no candidate yet.
    fn in_bodies(&self, index: &Index, admits: &dyn Fn(RecordId) -> bool) -> Vec<Candidate> {
        let heads = &index.heads;
        let mut named = Rows::new(heads.len());
        if self.matcher.positive.len() > 1 {
            for term in &self.matcher.positive {
                heads.matching(Shelf::Names, 0..heads.len(), term, |row, _| named.insert(row));
            }
        }
        let left = |row: &usize| {
            !self.state.seen.contains(*row) && heads.row(*row).is_some_and(|row| admits(row.id))
        };
        let mut rows: Vec<usize> = (0..heads.len()).rev().filter(left).collect();
        if !heads.is_sorted() {
            sort::by_key(&mut rows, |row| core::cmp::Reverse(heads.recency(*row)));
        }
        let (first, others): (Vec<usize>, Vec<usize>) =
            rows.into_iter().partition(|row| named.contains(*row));
        let body = |row| Candidate { row, section: Section::Body };
        first.into_iter().chain(others).map(body).collect()
    }

    fn candidate(&self, index: &Index, row: usize, class: Class) -> Candidate {
        let section = match class {
            Class::Prefix | Class::Name | Class::Loose if self.is_in_name(index, row) => Section::Name,
            Class::Prefix | Class::Name | Class::Reading | Class::Loose => Section::Reading,
            Class::Company => Section::Company,
            Class::Phone => Section::Phone,
            Class::Other => Section::Other,
        };
        Candidate { row, section }
    }

    fn is_in_name(&self, index: &Index, row: usize) -> bool {
        self.matcher.positive.iter().all(|term| index.heads.is_in_name(row, term))
    }
}

/// Rows that are scanned at a time, where the first hits may be enough.
const PART: usize = 2_048;

/// The block that must be read to decide on the row.
fn absent(index: &Index, row: usize) -> Option<(usize, &Block)> {
    match index.body(index.heads.row(row)?.slot) {
        Body::Absent(place, block) => Some((place, block)),
        _ => None,
    }
}

fn has_bit(bits: u64, number: usize) -> bool {
    number >= 64 || bits & (1 << number) != 0
}

impl Rows {
    fn new(rows: usize) -> Self {
        Self(vec![0; rows.div_ceil(64)])
    }

    fn insert(&mut self, row: usize) {
        if let Some(word) = self.0.get_mut(row / 64) {
            *word |= 1 << (row % 64);
        }
    }

    #[inline]
    fn contains(&self, row: usize) -> bool {
        self.0.get(row / 64).is_some_and(|word| word & (1 << (row % 64)) != 0)
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            core::iter::from_fn(move || {
                let bit = (rest != 0).then_some(rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(at * 64 + usize::try_from(bit).ok()?)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::HeadText;

    /// Enough customers for parts, long steps between hits, and rewriting of the heads.
    #[test]
    fn many_customers_that_change_often() {
        let mut index = Index::new(0);
        let id = |n: usize| RecordId(u128::try_from(n).unwrap().to_be_bytes());
        let mut text = vec![[const { String::new() }; 3]; 7_000];
        for change in 0..20_000_usize {
            let n = change * 7_919 % text.len();
            let word = |every: usize, word: &str| {
                if change.is_multiple_of(every) {
                    word.repeat(1 + change % 3)
                } else {
                    "え".repeat(change % 40)
                }
            };
            text[n] = [word(97, "さとう"), word(5, "とうきょう"), word(31, "つり")];
            let [name, other, body] = &text[n];
            // Some changes come late.
            let order = if change % 1_000 == 0 { change / 2 } else { change };
            index.put_head(
                id(n),
                &HeadText { name, other, ..HeadText::default() },
                u64::try_from(order).unwrap(),
            );
            index.put_overlay(id(n), body);
            if change == 15_000 {
                let _ = index.start(&Query::parse("x"), None);
            }
        }
        for n in (0..text.len()).step_by(3) {
            index.remove(id(n));
            text[n] = Default::default();
        }
        let order: HashMap<RecordId, usize> = (0..20_000_usize)
            .map(|change| (id(change * 7_919 % 7_000), if change % 1_000 == 0 { change / 2 } else { change }))
            .collect();
        for typed in ["さとう", "とう", "つり", "さとう つり", "う つり", "え -さとう", "きょうと", "うさ"]
        {
            let query = Query::parse(typed);
            let place = |n: usize| {
                let terms = query.terms.iter().filter(|term| !term.negated);
                let places = terms.map(|term| text[n].iter().position(|text| text.contains(&term.exact[0])));
                let places: Option<Vec<usize>> = places.collect();
                let absent = query.terms.iter().filter(|term| term.negated);
                let absent = absent.into_iter().all(|term| !text[n].concat().contains(&term.exact[0]));
                let begins =
                    query.terms.iter().all(|term| term.negated || text[n][0].starts_with(&term.exact[0]));
                places
                    .filter(|_| absent)
                    .map(|places| (places.iter().max().copied(), !places.contains(&0), !begins))
            };
            let mut expected: Vec<usize> = (0..text.len()).filter(|n| place(*n).is_some()).collect();
            expected.sort_by_key(|n| (place(*n), core::cmp::Reverse((order[&id(*n)], id(*n)))));
            let expected: Vec<RecordId> = expected.into_iter().map(id).collect();
            for limit in [None, Some(1), Some(50), Some(900)] {
                let Step::Done(hits) = index.start(&query, limit).step(&index) else {
                    panic!("nothing to read")
                };
                let found: Vec<RecordId> = hits.hits.iter().map(|hit| hit.id).collect();
                assert_eq!(
                    found,
                    expected[..limit.unwrap_or(usize::MAX).min(expected.len())],
                    "{typed} {limit:?}"
                );
            }
        }
    }
}
