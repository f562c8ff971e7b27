//! Search against a naive reference, and the laws of folding.
//!
//! The reference folds everything and uses `contains`; the index must give the same customers in the
//! same order after any history of changes, whatever is in memory.

#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, HashMap};

use daifuku::model::RecordId;
use daifuku::search::fold::{FORMS, digits, fold, fold_into, phone};
use daifuku::search::query::{Field, Term};
use daifuku::search::{Filter, HeadText, Hit, Index, Query, Section, Step, Total};
use proptest::prelude::*;

/// Pieces of text that are not cut within: what a person takes for one character.
const PIECES: [&str; 54] = [
    "か\u{3099}",
    "か",
    "ハ",
    "ﾊ\u{FF9F}",
    "ｶﾞ",
    "゛",
    "゜",
    "ﾞ",
    "㈱",
    "㍿",
    "(",
    "（",
    "株",
    "有",
    "社",
    "一",
    ")",
    "）",
    "1",
    "２",
    "①",
    "½",
    "ー",
    "ｰ",
    "-",
    "－",
    "々",
    "〻",
    "ゝ",
    "ゞ",
    "ヽ",
    "ヾ",
    "す",
    "ず",
    "佐",
    "髙",
    "齋",
    "葛\u{E0100}",
    "﨑",
    "e\u{301}",
    "H\u{331}",
    "Ａ",
    "z",
    " ",
    "　",
    "\n",
    "\r\n",
    "\u{200B}",
    "ヶ",
    "ヷ",
    "～",
    "…",
    "\u{1100}\u{1161}\u{11A8}",
    "🏳\u{FE0F}\u{200D}🌈",
];

/// Whether the laws except a cut before `pieces[from]` and after `pieces[to - 1]`.
fn is_excepted(pieces: &[&str], from: usize, to: usize) -> bool {
    let digit_ends = |piece: &str| fold(piece).chars().next_back().is_some_and(|c| c.is_ascii_digit());
    let digit_begins = |piece: &str| fold(piece).chars().next().is_some_and(|c| c.is_ascii_digit());
    let is_dash = |at: usize| {
        ["ー", "ｰ"].contains(&pieces[at])
            && at.checked_sub(1).is_some_and(|before| digit_ends(pieces[before]))
            && pieces.get(at + 1).is_some_and(|after| digit_begins(after))
    };
    let begins_with = |list: &[&str]| from > 0 && list.contains(&pieces[from]);
    let cuts_form = |at: usize| {
        let close = (at..pieces.len()).find(|at| [")", "）"].contains(&pieces[*at]));
        let open = (0..at).rev().find(|at| ["(", "（"].contains(&pieces[*at]));
        open.zip(close).is_some_and(|(open, close)| {
            let short: String = pieces[open..close].iter().map(|piece| fold(piece)).collect();
            FORMS.iter().any(|(form, _)| *form == short)
        })
    };
    let voicing = |at: usize| pieces.get(at).is_some_and(|piece| ["゛", "゜", "ﾞ", "ﾟ"].contains(piece));
    voicing(from)
        || voicing(to)
        || begins_with(&["々", "〻", "ゝ", "ゞ", "ヽ", "ヾ"])
        || (is_dash(from) && from > 0)
        || is_dash(to - 1)
        || cuts_form(from)
        || cuts_form(to)
}

fn pieces() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(PIECES.to_vec()), 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn folding_twice_is_folding_once(text in any::<String>(), pieces in pieces()) {
        for text in [text, pieces.concat()] {
            let key = fold(&text);
            prop_assert_eq!(fold(&key), key.clone());
            prop_assert_eq!(key.trim(), key.as_str());
            let mut appended = "佐1(株".to_owned();
            fold_into(&text, &mut appended);
            prop_assert_eq!(appended, format!("佐1(株{key}"));
        }
    }

    #[test]
    fn the_key_of_a_text_holds_the_keys_of_its_parts(pieces in pieces()) {
        let key = fold(&pieces.concat());
        for from in 0..pieces.len() {
            for to in from + 1..=pieces.len() {
                let part = pieces[from..to].concat();
                if !is_excepted(&pieces, from, to) {
                    prop_assert!(key.contains(&fold(&part)), "{:?} of {:?}", part, pieces);
                }
            }
        }
    }

    #[test]
    fn a_query_finds_dashes_that_lost_their_context(number in "[0-9]{1,3}(ー[0-9]{1,3}){1,3}") {
        let key = fold(&number);
        for (from, _) in number.char_indices() {
            for (to, _) in number.char_indices().filter(|(to, _)| *to > from) {
                let part = &number[from..to];
                if part != "ー" {
                    let query = Query::parse(part);
                    prop_assert!(query.terms[0].exact.iter().any(|text| key.contains(text)), "{part}");
                }
            }
        }
    }

    #[test]
    fn reading_a_query_never_fails(text in any::<String>(), typed in "[a:：<＞=\"”－ \u{3000}due名前2016-]{0,20}") {
        for text in [text, typed] {
            for term in Query::parse(&text).terms {
                prop_assert!(!term.exact[0].is_empty() && term.loose.len() <= 7);
                prop_assert_eq!(&fold(&term.exact[0]), &term.exact[0]);
            }
        }
    }
}

/// A customer of the reference.
#[derive(Clone, Debug, Default)]
struct Customer {
    name: String,
    reading: String,
    company: String,
    phone: String,
    tags: String,
    other: String,
    order: u64,
}

/// The reference: everything in plain maps, every search a walk over everything.
#[derive(Debug, Default)]
struct Reference {
    heads: HashMap<RecordId, Customer>,
    overlay: HashMap<RecordId, String>,
    blocks: BTreeMap<u64, Vec<(RecordId, String)>>,
}

impl Reference {
    fn body(&self, id: RecordId) -> &str {
        let newest =
            || self.blocks.values().rev().find_map(|members| members.iter().find(|(own, _)| *own == id));
        self.overlay.get(&id).or_else(|| newest().map(|(_, text)| text)).map_or("", String::as_str)
    }

    fn search(&self, query: &Query) -> Vec<Hit> {
        let mut found: Vec<_> = self
            .heads
            .iter()
            .filter_map(|(id, customer)| {
                let body = self.body(*id);
                let mut worst = None;
                let mut unnamed = true;
                for term in &query.terms {
                    let place = place_of(term, customer, body);
                    if term.negated {
                        if place.is_some() {
                            return None;
                        }
                        continue;
                    }
                    worst = worst.max(Some(place?));
                    let names = place_of(
                        term,
                        &Customer {
                            name: customer.name.clone(),
                            reading: customer.reading.clone(),
                            ..Customer::default()
                        },
                        "",
                    );
                    unnamed &= names.is_none();
                }
                Some((worst.unwrap_or(6), unnamed, customer.order, *id))
            })
            .collect();
        found.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| (b.2, b.3).cmp(&(a.2, a.3))));
        let hit = |(place, _, _, id): (u8, bool, u64, RecordId)| {
            let name = &self.heads[&id].name;
            let named = query
                .terms
                .iter()
                .filter(|term| !term.negated)
                .all(|term| term.exact.iter().chain(&term.loose).any(|text| name.contains(text)));
            let section = match place {
                0 | 1 | 3 if named => Section::Name,
                0..=3 => Section::Reading,
                4 => Section::Company,
                5 => Section::Phone,
                6 => Section::Other,
                _ => Section::Body,
            };
            Hit { id, section }
        };
        found.into_iter().map(hit).collect()
    }
}

/// Where a term is best: the rank that the documentation of the index gives.
fn place_of(term: &Term, customer: &Customer, body: &str) -> Option<u8> {
    let within = |field| term.field.is_none() || term.field == Some(field);
    let exact = |text: &str| term.exact.iter().any(|needle| text.contains(needle.as_str()));
    let loose = |text: &str| term.loose.iter().any(|needle| text.contains(needle.as_str()));
    let begins = |text: &str| term.exact.iter().any(|needle| text.starts_with(needle.as_str()));
    let Customer { name, reading, company, phone, tags, other, .. } = customer;
    let lines = format!("\n{phone}\n");
    let number = term.numbers.iter().any(|needle| lines.contains(needle.as_str()));
    [
        within(Field::Name) && (begins(name) || begins(reading)),
        within(Field::Name) && exact(name),
        within(Field::Name) && exact(reading),
        within(Field::Name) && (loose(name) || loose(reading)),
        within(Field::Company) && (exact(company) || loose(company)),
        within(Field::Phone) && (exact(&lines) || number),
        within(Field::Tag) && exact(tags) || within(Field::Other) && exact(other),
        within(Field::Memo) && exact(body),
    ]
    .iter()
    .zip(0..)
    .find_map(|(holds, place)| holds.then_some(place))
}

#[derive(Clone, Debug)]
enum Change {
    Head(RecordId, Customer),
    Remove(RecordId),
    Block(u64, Vec<(RecordId, String)>),
    Drop(u64),
    Supply(u64),
    Overlay(RecordId, String),
    Clear(Vec<RecordId>),
    Search(String, Option<usize>),
}

fn words(most: usize) -> impl Strategy<Value = String> {
    let words = [
        "佐藤",
        "斎藤",
        "斉藤",
        "髙橋",
        "東京",
        "サトウ",
        "じゅん",
        "ぢゅん",
        "おおた",
        "ばん",
        "ヴァン",
        "ー",
        "Smith",
        "sm",
        " ",
        "　",
        "\n",
        "㈱",
        "々",
        "あ",
        "い",
        "1",
        "2",
        "-",
        "trade show",
        "釣り",
        "渡辺",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..most).prop_map(|words| words.concat())
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "0[1-3]-[12]{3,4}-[12]{4}",
        "0[1-3][12]{7,8}",
        "\\+81 [1-3]-[12]{4}-[12]{4}"
    ]
}

fn typed() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => words(3),
        2 => "[0-3-]{1,4}",
        1 => "0[1-3]-[12]{3,4}-[12]{0,4}",
        1 => prop::sample::select(vec!["\"trade show\"", "a", "斎", "ー1", "\"", "-", "い\""]).prop_map(str::to_owned),
    ];
    let operator = prop::sample::select(vec![
        "",
        "",
        "",
        "",
        "-",
        "name:",
        "会社：",
        "tag:",
        "phone:",
        "memo:",
        "-memo:",
        "mail:",
    ]);
    prop::collection::vec((operator, word), 0..4)
        .prop_map(|terms| terms.into_iter().map(|(operator, word)| format!("{operator}{word} ")).collect())
}

fn id() -> impl Strategy<Value = RecordId> {
    (0_u8..12).prop_map(|id| RecordId([id; 16]))
}

fn customer() -> impl Strategy<Value = Customer> {
    (words(3), words(3), words(3), number(), words(2), words(3), 0_u64..30).prop_map(
        |(name, reading, company, number, tags, other, order)| Customer {
            name: fold(&name),
            reading: fold(&reading),
            company: fold(&company),
            phone: phone(&number),
            tags: fold(&tags),
            other: fold(&other),
            order,
        },
    )
}

fn change() -> impl Strategy<Value = Change> {
    let text = || words(8).prop_map(|text| fold(&text));
    prop_oneof![
        8 => (id(), customer()).prop_map(|(id, customer)| Change::Head(id, customer)),
        1 => id().prop_map(Change::Remove),
        4 => (0_u64..6, prop::collection::btree_map(0_u8..12, text(), 0..8)).prop_map(|(number, texts)| {
            Change::Block(number, texts.into_iter().map(|(id, text)| (RecordId([id; 16]), text)).collect())
        }),
        1 => (0_u64..6).prop_map(Change::Drop),
        2 => (0_u64..6).prop_map(Change::Supply),
        2 => (id(), text()).prop_map(|(id, text)| Change::Overlay(id, text)),
        1 => prop::collection::vec(id(), 0..4).prop_map(Change::Clear),
        6 => (typed(), prop_oneof![Just(None), (1_usize..5).prop_map(Some)]).prop_map(|(query, limit)| Change::Search(query, limit)),
    ]
}

/// Runs a search to its end, supplying what it needs.
fn search(
    index: &mut Index,
    reference: &Reference,
    query: &Query,
    limit: Option<usize>,
) -> (Vec<Hit>, Total) {
    let mut run = index.start(query, limit);
    for _ in 0..50 {
        match run.step(index) {
            Step::Done(hits) => return (hits.hits, hits.total),
            Step::Need(blocks) => {
                assert!(!blocks.is_empty());
                for block in blocks {
                    index.supply(block, &reference.blocks[&block]);
                }
            }
        }
    }
    panic!("the search does not end");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn the_index_finds_what_the_reference_finds(
        changes in prop::collection::vec(change(), 1..40),
        queries in prop::collection::vec(typed(), 6),
        budget in prop_oneof![Just(0), 0_usize..600, Just(usize::MAX)],
    ) {
        let mut index = Index::new(budget);
        let mut reference = Reference::default();
        let last = queries.into_iter().flat_map(|query| [Change::Search(query.clone(), None), Change::Search(query, Some(3))]);
        for change in changes.into_iter().chain(last) {
            match change {
                Change::Head(id, customer) => {
                    let Customer { name, reading, company, phone, tags, other, order } = &customer;
                    index.put_head(id, &HeadText { name, reading, company, phone, tags, other }, *order);
                    reference.heads.insert(id, customer);
                }
                Change::Remove(id) => {
                    index.remove(id);
                    reference.heads.remove(&id);
                    reference.overlay.remove(&id);
                }
                Change::Block(number, texts) => {
                    let filter = Filter::build(texts.iter().map(|(_, text)| text.as_str()));
                    index.put_block(number, filter, texts.iter().map(|(id, _)| *id).collect());
                    reference.blocks.insert(number, texts);
                }
                Change::Drop(number) => {
                    index.drop_block(number);
                    reference.blocks.remove(&number);
                }
                Change::Supply(number) => {
                    if let Some(texts) = reference.blocks.get(&number) {
                        index.supply(number, texts);
                    }
                }
                Change::Overlay(id, text) => {
                    index.put_overlay(id, &text);
                    reference.overlay.insert(id, text);
                }
                Change::Clear(ids) => {
                    index.clear_overlay(&ids);
                    ids.iter().for_each(|id| drop(reference.overlay.remove(id)));
                }
                Change::Search(typed, limit) => {
                    let query = Query::parse(&typed);
                    let mut expected = reference.search(&query);
                    let (hits, total) = search(&mut index, &reference, &query, limit);
                    match total {
                        Total::Exact(count) => prop_assert_eq!(count, expected.len()),
                        Total::AtLeast(count) => prop_assert!(Some(count) == limit && count <= expected.len()),
                    }
                    expected.truncate(limit.unwrap_or(usize::MAX));
                    prop_assert_eq!(hits, expected, "{}", typed);
                }
            }
        }
    }
}

#[test]
fn a_search_goes_on_when_the_index_changes_under_it() {
    let id = |n| RecordId([n; 16]);
    let mut index = Index::new(0);
    let mut reference = Reference::default();
    for n in 0..4 {
        index.put_head(id(n), &HeadText::default(), u64::from(n));
        reference.heads.insert(id(n), Customer { order: u64::from(n), ..Customer::default() });
        let texts = vec![(id(n), "釣り".to_owned())];
        index.put_block(u64::from(n), Filter::build(["釣り"]), vec![id(n)]);
        reference.blocks.insert(u64::from(n), texts);
    }
    let query = Query::parse("釣り");
    let mut run = index.start(&query, None);
    assert_eq!(run.step(&index), Step::Need(vec![3]), "newest first, one at a time without a budget");
    index.supply(3, &reference.blocks[&3]);
    assert_eq!(run.step(&index), Step::Need(vec![2]));
    index.remove(id(3));
    index.put_overlay(id(0), "");
    index.put_head(id(2), &HeadText::default(), 0);
    assert_eq!(run.step(&index), Step::Need(vec![1]));
    // A run that is started later brings the heads into order.
    let _ = index.start(&query, None);
    let mut needed = Vec::new();
    let hits = loop {
        match run.step(&index) {
            Step::Need(blocks) => blocks.into_iter().for_each(|block| {
                needed.push(block);
                index.supply(block, &reference.blocks[&block]);
            }),
            Step::Done(hits) => break hits,
        }
    };
    assert_eq!(needed, [1, 2]);
    assert_eq!(hits.hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [id(1), id(2)]);
}

#[test]
fn what_filters_rule_out_is_not_read_and_the_budget_holds() {
    let mut index = Index::new(3_000);
    let texts =
        |n: u8| vec![(RecordId([n; 16]), ["釣り", "将棋", "登山", "茶道"][usize::from(n % 4)].repeat(200))];
    for n in 0..8 {
        index.put_head(RecordId([n; 16]), &HeadText::default(), 1);
        index.put_block(
            u64::from(n),
            Filter::build(texts(n).iter().map(|(_, text)| text.as_str())),
            vec![RecordId([n; 16])],
        );
    }
    let mut needed = Vec::new();
    let mut run = index.start(&Query::parse("将棋"), None);
    let hits = loop {
        match run.step(&index) {
            Step::Need(blocks) => blocks.into_iter().for_each(|block| {
                needed.push(block);
                index.supply(block, &texts(u8::try_from(block).unwrap()));
                assert!(index.resident() <= 3_000);
            }),
            Step::Done(hits) => break hits,
        }
    };
    assert_eq!((needed, hits.total), (vec![5, 1], Total::Exact(2)));
    assert!(
        matches!(index.start(&Query::parse("囲碁"), None).step(&index), Step::Done(hits) if hits.hits.is_empty())
    );
}

#[test]
fn conditions_are_decided_by_the_caller() {
    let mut index = Index::new(0);
    for n in 0..9 {
        index.put_head(RecordId([n; 16]), &HeadText { name: "佐藤", ..HeadText::default() }, u64::from(n));
    }
    for typed in ["owner:山田", "佐藤 owner:山田", "佐 藤 owner:山田"] {
        let query = Query::parse(typed);
        assert_eq!(query.conditions.len(), 1);
        let Step::Done(hits) = index.start(&query, Some(2)).step_where(&index, &|id| id.0[0] % 2 == 0) else {
            panic!()
        };
        assert_eq!(hits.hits.iter().map(|hit| hit.id.0[0]).collect::<Vec<_>>(), [8, 6]);
    }
}

#[test]
fn numbers_are_found_with_and_without_separators() {
    let mut index = Index::new(0);
    for (n, number) in
        [(1, "090-1234-5678"), (2, "09012345678"), (3, "+81 90-1234-5678"), (4, "03-9090-1234")]
    {
        index.put_head(
            RecordId([n; 16]),
            &HeadText { phone: &phone(number), ..HeadText::default() },
            u64::from(n),
        );
    }
    let mut found = |typed: &str| {
        let Step::Done(hits) = index.start(&Query::parse(typed), None).step(&index) else { panic!() };
        hits.hits.iter().map(|hit| hit.id.0[0]).collect::<Vec<_>>()
    };
    assert_eq!(found("090-1234-5678"), [3, 2, 1]);
    assert_eq!(found("０９０ー１２３４ー"), [3, 2, 1]);
    assert_eq!(found("0901234"), [4, 3, 2, 1]);
    assert_eq!(found("1234-5678"), [3, 2, 1]);
    assert_eq!(found("phone:090-12"), [4, 1]);
    assert_eq!(digits("090-1234"), "0901234");
}

/// Written by another program after the documentation of the format, and never written anew: bytes that
/// were stored must stay readable.
#[test]
fn the_stored_filter_is_as_it_was() {
    let stored: Vec<u8> = include_str!("data/search/filter-1.hex")
        .split_whitespace()
        .flat_map(|line| {
            line.as_bytes()
                .chunks(2)
                .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        })
        .collect();
    let filter = Filter::decode(&stored).unwrap();
    assert_eq!(filter, Filter::build(["大福帳は火事のとき井戸に投げ込まれた。", "daifuku 1603"]));
    assert_eq!(filter.encode(), stored);
    assert!(filter.may_contain("井戸") && !filter.may_contain("火星"));
}
