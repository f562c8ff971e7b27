//! Requests that come in between one another: no change is lost, no list shows an old answer.

use daifuku::engine::protocol::{Reply, Request, Sort, ViewQuery};
use daifuku::engine::rows::{Count, NewRecord};
use daifuku::engine::{Failure, protocol::Outcome};
use daifuku::model::{FieldName, RecordId, RecordKind, Value};
use futures::future::{join, join_all, join3};

use super::place::{Screen, Turn, customer, day, id, named, note, tag};

/// Many saves at once, on the same and on other customers: all of them are there.
#[test]
fn saves_at_once_are_all_kept() {
    let screen = Screen::fresh();
    screen.sample(40);
    let ids = screen.ids();
    let mut saves = Vec::new();
    for number in 0..60_u8 {
        let page = ids[usize::from(number) % 7];
        let mut edits = vec![tag(page, &format!("印{number}"), true)];
        edits.extend(note(id(100 + number), page, &format!("控え{number}")));
        saves.push(screen.engine.handle(Request::Save(edits)));
    }
    let replies = screen.run(join_all(saves));
    assert!(replies.iter().all(|reply| matches!(reply, Ok(Reply::Saved(_)))));
    for screen in [&screen, &screen.again()] {
        for number in 0..60_u8 {
            let page = screen.page(ids[usize::from(number) % 7]);
            assert!(page.customer.tags.contains(&format!("印{number}")));
            assert!(page.notes.iter().any(|note| note.text == format!("控え{number}")));
        }
    }
}

/// Compaction, bulk records, saves, undo and the undo of an import, all at once in several orders.
#[test]
fn nothing_is_lost_while_everything_runs_at_once() {
    for delay in 0..40_u8 {
        let screen = Screen::fresh();
        let report = screen.sample(30);
        let ids = screen.ids();
        for number in 0..400_usize {
            screen.save(vec![customer(ids[number % 25], FieldName::NEEDS, &number.to_string())]);
        }
        screen.save(named(id(1), "残る客", "のこるきゃく"));
        let wait = |turns: u8, request: Request| {
            let engine = &screen.engine;
            async move {
                for _ in 0..turns {
                    Turn::default().await;
                }
                engine.handle(request).await
            }
        };
        let record = NewRecord {
            id: id(60),
            kind: RecordKind::Note,
            page: ids[3],
            fields: vec![(FieldName::TEXT, Value::text("一括の控え"))],
            tags: Vec::new(),
        };
        let replies = screen.run(join_all([
            wait(0, Request::Settle),
            wait(delay, Request::AddBatch(vec![record])),
            wait(delay / 2, Request::Save(vec![customer(ids[3], FieldName::MEMO, "同時")])),
            wait(delay, Request::UndoImport(report.import)),
            wait(delay + 3, Request::Save(vec![customer(id(1), FieldName::MEMO, "同時")])),
            wait(delay / 3, Request::Check),
        ]));
        for reply in &replies {
            assert!(reply.is_ok(), "{delay}: {reply:?}");
        }
        screen.rest();
        let Ok(Reply::Started(check)) = &replies[5] else { panic!("no job") };
        let Ok(Outcome::Checked(check)) = screen.outcome(*check) else { panic!("no report") };
        assert_eq!(check.damaged, 0, "{delay}");
        for screen in [&screen, &screen.again()] {
            let page = screen.page(ids[3]);
            assert!(page.deleted, "{delay}");
            assert_eq!(page.customer.memo, "同時", "{delay}");
            assert_eq!(screen.count(), Count::Exactly(1), "{delay}");
            assert_eq!(screen.page(id(1)).customer.memo, "同時", "{delay}");
            screen.ask(Request::Restore(vec![ids[3]])).unwrap();
            // The record was added before the customer went to the trash, or after.
            let page = screen.page(ids[3]);
            assert_eq!(page.notes.iter().filter(|note| note.text == "一括の控え").count(), 1, "{delay}");
            screen.ask(Request::Undo).unwrap();
        }
    }
}

/// What was typed last is what the list shows, however long the search before takes.
#[test]
fn a_list_shows_the_last_search() {
    let screen = Screen::fresh();
    screen.sample(300);
    let again = screen.again();
    let open = |search: &str| {
        let query = ViewQuery { view: 1, search: search.to_owned(), sort: Sort::Reading };
        again.engine.handle(Request::OpenView(query))
    };
    // The first must read everything, the second nothing.
    let save = again.engine.handle(Request::Save(named(id(1), "新", "しん")));
    let (first, second, saved) = again.run(join3(open("会 の"), open(""), save));
    assert!(first.is_ok() && saved.is_ok());
    let Ok(Reply::View { count: Count::Exactly(count), .. }) = second else { panic!("no view") };
    assert!(count >= 300);
    again.rest();
    assert_eq!(again.all_rows(1).len(), 301);
    // The same the other way round: a list that is being renewed while it is asked for anew.
    let save = again.engine.handle(Request::Save(vec![customer(id(1), FieldName::MEMO, "x")]));
    let (saved, opened) = again.run(join(save, open("新しん無し")));
    assert!(saved.is_ok() && opened.is_ok());
    again.rest();
    assert_eq!(again.all_rows(1), []);
}

/// Locking ends jobs; what they wrote is whole.
#[test]
fn a_lock_ends_a_running_import() {
    let screen = Screen::fresh();
    let sample = Request::AddSample { customers: 5_000, today: day("2026-11-22") };
    let Ok(Reply::Started(_)) = screen.ask(sample) else { panic!("no job") };
    let added = || match screen.ask(Request::Imports) {
        Ok(Reply::Imports(imports)) => imports.first().map_or(0, |import| import.added),
        other => panic!("{other:?}"),
    };
    while added() == 0 {
        screen.tick();
    }
    screen.ask(Request::Lock).unwrap();
    screen.rest();
    assert_eq!(screen.ask(Request::Trash), Err(Failure::Locked));
    let again = screen.again();
    let Ok(Reply::Imports(imports)) = again.ask(Request::Imports) else { panic!("no imports") };
    assert!(imports[0].added < 5_000);
    assert_eq!(again.count(), Count::Exactly(imports[0].added));
    let import: RecordId = imports[0].import;
    assert_eq!(again.job(Request::UndoImport(import)), Ok(Outcome::Undone(imports[0].added)));
}
