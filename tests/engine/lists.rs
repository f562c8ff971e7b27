//! Lists: order, windows, rail, and how they follow changes.

use daifuku::engine::protocol::{Event, Reply, Request, Sort, ViewQuery};
use daifuku::engine::rows::{Count, CustomerRow, RailEntry};
use daifuku::locale::collation::{list_key, organisation_reading, person_reading};
use daifuku::model::FieldName;

use super::place::{Screen, customer, id, named};

fn key(row: &CustomerRow) -> Vec<u8> {
    if row.organisation {
        list_key(&organisation_reading(&row.reading, &row.name))
    } else {
        list_key(person_reading(&row.reading, &row.name))
    }
}

fn assert_sound(screen: &Screen, expected: usize) {
    for sort in [Sort::Reading, Sort::Recent] {
        let query = ViewQuery { view: 3, search: String::new(), sort };
        let Ok(Reply::View { view, count, rail }) = screen.ask(Request::OpenView(query)) else {
            panic!("no view")
        };
        assert_eq!(count, Count::Exactly(u32::try_from(expected).unwrap()));
        let rows = screen.all_rows(view);
        assert_eq!(rows.len(), expected);
        let mut ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), expected, "a customer is listed twice");
        match sort {
            Sort::Reading => {
                assert!(rows.is_sorted_by_key(|row| (key(row), row.id)));
                let marks: Vec<u8> = rows.iter().map(|row| key(row)[0]).collect();
                let mut entries: Vec<RailEntry> = Vec::new();
                for (first, mark) in (0_u32..).zip(marks) {
                    if entries.last().is_none_or(|last| last.mark != mark) {
                        entries.push(RailEntry { mark, first });
                    }
                }
                assert_eq!(rail, entries);
            }
            Sort::Recent => {
                assert!(rows.is_sorted_by_key(|row| core::cmp::Reverse(row.changed)));
                assert_eq!(rail, []);
            }
        }
        // Any window shows what the whole shows.
        for (start, window) in
            [(0, 1), (7, 20), (expected.saturating_sub(3), 50), (expected, 5), (expected + 9, 5)]
        {
            let request = Request::Rows {
                view,
                start: u32::try_from(start).unwrap(),
                count: u32::try_from(window).unwrap(),
            };
            let Ok(Reply::Rows(part)) = screen.ask(request) else { panic!("no rows") };
            let end = (start + window).min(rows.len());
            assert_eq!(part, rows.get(start..end).unwrap_or_default());
        }
    }
}

#[test]
fn lists_are_sorted_windows_that_follow_changes() {
    let screen = Screen::fresh();
    assert_sound(&screen, 0);
    screen.sample(200);
    assert_sound(&screen, 200);
    let ids = screen.ids();
    // Renamed to the front, to the end, to no reading, and many kinds of reading.
    for (number, reading) in
        ["あ", "わんわん", "", "Smith", "123", "ﾀｶﾊｼ", "ガ", "が"].into_iter().enumerate()
    {
        screen.save(vec![customer(ids[number * 20], FieldName::READING, reading)]);
        assert_sound(&screen, 200);
    }
    screen.save(named(id(1), "新しい人", "あたらしいひと"));
    assert_sound(&screen, 201);
    screen.ask(Request::Delete(vec![ids[0], ids[199], id(1)])).unwrap();
    assert_sound(&screen, 198);
    screen.ask(Request::Undo).unwrap();
    assert_sound(&screen, 201);
    screen.ask(Request::Settle).unwrap();
    assert_sound(&screen, 201);
    let again = screen.again();
    assert_sound(&again, 201);
    assert_eq!(again.rows("", Sort::Reading), screen.rows("", Sort::Reading));
}

#[test]
fn an_open_list_is_told_of_every_change() {
    let screen = Screen::fresh();
    screen.sample(20);
    for (view, search) in [(1, ""), (2, "さくらんぼ")] {
        let query = ViewQuery { view, search: search.to_owned(), sort: Sort::Reading };
        screen.ask(Request::OpenView(query)).unwrap();
    }
    screen.rest();
    screen.events();
    screen.save(named(id(1), "さくらんぼ園", "さくらんぼえん"));
    screen.rest();
    let told = |events: &[Event], list: u32| {
        let mut counts = events.iter().filter_map(|event| match event {
            Event::ViewChanged { view, count, .. } if *view == list => Some(*count),
            _ => None,
        });
        counts.next_back()
    };
    let events = screen.events();
    assert!(events.contains(&Event::Changed(vec![id(1)])));
    assert_eq!(told(&events, 1), Some(Count::Exactly(21)));
    assert_eq!(told(&events, 2), Some(Count::Exactly(1)));
    assert_eq!(screen.all_rows(2)[0].id, id(1));
    screen.ask(Request::Delete(vec![id(1)])).unwrap();
    screen.rest();
    let events = screen.events();
    assert_eq!((told(&events, 1), told(&events, 2)), (Some(Count::Exactly(20)), Some(Count::Exactly(0))));
}
