//! Search against a naive substring search over everything that the pages show.

use std::collections::{BTreeMap, BTreeSet};

use daifuku::engine::protocol::{Event, Reply, Request, Sort, ViewQuery};
use daifuku::engine::rows::CustomerPage;
use daifuku::model::{FieldName, RecordId, Value};
use daifuku::search::Query;
use daifuku::search::fold::fold;

use super::place::{Screen, customer, id, note, set, tag, task};

/// All texts of a customer, folded: those in which other spellings count too, and all.
struct Texts {
    names: Vec<String>,
    all: Vec<String>,
}

fn texts(page: &CustomerPage) -> Texts {
    let own = &page.customer;
    let mut typed: Vec<String> = Vec::new();
    for person in page.contacts.iter().chain([own]) {
        let fields = [
            &person.name,
            &person.reading,
            &person.company,
            &person.department,
            &person.title,
            &person.owner,
            &person.source,
            &person.needs,
            &person.memo,
            &person.warning,
        ];
        typed.extend(fields.into_iter().cloned());
        typed.extend(person.tags.iter().cloned());
        typed.extend(person.mails.iter().map(|item| item.value.part("mail").to_owned()));
        let order = ["postal", "region", "city", "street", "building"];
        typed.extend(person.addresses.iter().map(|item| order.map(|key| item.value.part(key)).concat()));
        typed.extend(person.others.iter().filter_map(|(_, value)| value.as_text().map(str::to_owned)));
    }
    typed.extend(page.notes.iter().map(|note| note.text.clone()));
    typed.extend(page.tasks.iter().map(|task| task.title.clone()));
    typed
        .extend(page.purchases.iter().flat_map(|purchase| [purchase.item.clone(), purchase.channel.clone()]));
    let names = [&own.name, &own.reading, &own.company].map(|text| fold(text)).to_vec();
    Texts { names, all: typed.iter().map(|text| fold(text)).collect() }
}

/// Who matches, term by term.
fn naive(pages: &BTreeMap<RecordId, CustomerPage>, search: &str) -> BTreeSet<RecordId> {
    let query = Query::parse(search);
    assert!(query.conditions.is_empty() && query.terms.iter().all(|term| term.field.is_none()), "{search}");
    let matches = |page: &CustomerPage| {
        let texts = texts(page);
        query.terms.iter().all(|term| {
            let exact =
                term.exact.iter().any(|needle| texts.all.iter().any(|text| text.contains(needle.as_str())));
            let loose =
                term.loose.iter().any(|needle| texts.names.iter().any(|text| text.contains(needle.as_str())));
            (exact || loose) != term.negated
        })
    };
    pages.iter().filter(|(_, page)| matches(page)).map(|(id, _)| *id).collect()
}

fn pages(screen: &Screen) -> BTreeMap<RecordId, CustomerPage> {
    screen.ids().into_iter().map(|id| (id, screen.page(id))).collect()
}

/// A small source of chance that repeats itself.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

/// Pieces of what is there, pairs of them, some negated, and pieces that are nowhere. No digits: numbers
/// are found without their separators, which a substring search can't.
fn queries(pages: &BTreeMap<RecordId, CustomerPage>, count: usize) -> Vec<String> {
    let mut chance = Chance(u64::try_from(count).unwrap() + 7);
    let all: Vec<String> =
        pages.values().flat_map(|page| texts(page).all).filter(|text| !text.is_empty()).collect();
    let mut piece = || {
        let characters: Vec<char> = all[chance.below(all.len())].chars().collect();
        let from = chance.below(characters.len());
        let length = 1 + chance.below(5);
        let piece: String = characters.iter().skip(from).take(length).collect();
        let plain = piece.chars().all(|c| c.is_alphabetic() && !"々〻ゝゞー".contains(c));
        (if plain { piece } else { "会".to_owned() }, chance.below(6))
    };
    let mut queries = vec!["zzz".to_owned(), "会".to_owned(), "-会".to_owned(), "の".to_owned()];
    while queries.len() < count {
        let (first, way) = piece();
        let (second, _) = piece();
        queries.push(match way {
            0 => format!("{first} {second}"),
            1 => format!("{first} -{second}"),
            _ => first,
        });
    }
    queries
}

fn assert_exact(screen: &Screen, count: usize, when: &str) {
    let pages = pages(screen);
    for search in queries(&pages, count) {
        let found: Vec<RecordId> =
            screen.rows(&search, Sort::Reading).into_iter().map(|row| row.id).collect();
        let set: BTreeSet<RecordId> = found.iter().copied().collect();
        assert_eq!(set.len(), found.len(), "{when}: {search} finds one twice");
        assert_eq!(set, naive(&pages, &search), "{when}: {search}");
    }
}

#[test]
fn search_is_exact_whatever_happened_before() {
    let screen = Screen::fresh();
    assert_eq!(screen.rows("会", Sort::Reading), []);
    screen.sample(200);
    assert_exact(&screen, 60, "after the sample");
    let ids = screen.ids();
    let edits: [Vec<_>; 6] = [
        vec![customer(ids[3], FieldName::NAME, "驫木 樹里")],
        note(id(91), ids[4], "鱧の湯引きを出した。齋藤様と。"),
        vec![tag(ids[5], "鰻好き", true)],
        vec![customer(ids[6], FieldName::MEMO, "贔屓の客")],
        task(id(92), ids[7], "鯵の干物を送る", "2026-12-01", ""),
        vec![set(
            ids[8],
            daifuku::model::RecordKind::Customer,
            FieldName::ADDRESS.item(5),
            Value::parts([("city", "鎌倉市"), ("street", "雪ノ下")]),
        )],
    ];
    for (edits, needle, place) in edits
        .into_iter()
        .zip(["驫", "鱧の", "鰻", "贔屓", "干物", "市雪"])
        .zip(3..)
        .map(|((a, b), c)| (a, b, c))
    {
        screen.save(edits);
        let found: Vec<_> = screen.rows(needle, Sort::Reading).iter().map(|row| row.id).collect();
        assert_eq!(found, [ids[place]], "{needle}");
    }
    assert_exact(&screen, 40, "after edits");
    screen.ask(Request::Delete(vec![ids[9], id(91)])).unwrap();
    assert_eq!(screen.rows("鱧の", Sort::Reading), [], "a deleted note is found");
    assert_exact(&screen, 20, "after deleting");
    screen.ask(Request::Undo).unwrap();
    assert_exact(&screen, 20, "after undo");
    for number in 0..410_usize {
        screen.save(vec![customer(
            ids[number % 150],
            FieldName::NEEDS,
            &format!("望み{}", "あいうえお".repeat(number % 3)),
        )]);
    }
    screen.ask(Request::Settle).unwrap();
    let Ok(Reply::Status(status)) = screen.ask(Request::Status) else { panic!("no status") };
    assert!(status.log_rows < 410, "nothing was compacted");
    assert_exact(&screen, 40, "after compaction");
    screen.save(note(id(93), ids[11], "龗神社へ"));
    let again = screen.again();
    // Not waiting for anything: the index is filled by the search itself.
    let query = ViewQuery { view: 5, search: "龗".to_owned(), sort: Sort::Reading };
    let Ok(Reply::View { .. }) = again.ask(Request::OpenView(query)) else { panic!("no view") };
    assert_eq!(again.all_rows(5)[0].id, ids[11]);
    assert_exact(&again, 40, "after unlocking");
}

#[test]
fn search_answers_while_an_import_runs() {
    let screen = Screen::fresh();
    screen.sample(100);
    let before = pages(&screen);
    let searches = queries(&before, 12);
    let Ok(Reply::Started(job)) =
        screen.ask(Request::AddSample { customers: 1_600, today: super::place::day("2026-11-22") })
    else {
        panic!("no job")
    };
    let mut during = 0;
    for search in &searches {
        let query = ViewQuery { view: 1, search: search.clone(), sort: Sort::Reading };
        screen.ask(Request::OpenView(query)).unwrap();
        let found: BTreeSet<RecordId> = screen.all_rows(1).into_iter().map(|row| row.id).collect();
        let expected = naive(&before, search);
        let finished = screen.events().iter().any(|event| matches!(event, Event::Finished { .. }));
        during += u32::from(!finished);
        // Those who were there are found, as far as the first hits go.
        assert!(found.len() >= expected.len().min(50), "{search}");
    }
    assert!(during > 0, "the import was over before the first search");
    screen.rest();
    let _ = job;
    assert_exact(&screen, 20, "after the import");
}

/// A row says where it matched, in what it shows or in a piece of text.
#[test]
fn a_hit_shows_where_it_matched() {
    let screen = Screen::fresh();
    screen.sample(60);
    let pages = pages(&screen);
    for search in queries(&pages, 40).iter().filter(|search| !search.contains(['-', ' '])) {
        for row in screen.rows(search, Sort::Reading) {
            let marks = &row.marks;
            let shown = [
                (&row.name, &marks.name),
                (&row.reading, &marks.reading),
                (&row.company, &marks.company),
                (&row.phone, &marks.phone),
                (&row.snippet, &marks.snippet),
            ];
            assert!(shown.iter().any(|(_, marks)| !marks.is_empty()), "{search} marks nothing in {row:?}");
            for (text, marks) in shown {
                for (from, to) in marks {
                    let range = usize::try_from(*from).unwrap()..usize::try_from(*to).unwrap();
                    assert!(text.get(range).is_some_and(|text| !text.is_empty()), "{search}");
                }
            }
        }
    }
}
