//! Saving, history, the trash, tasks; and undo, which takes everything back.

use daifuku::engine::Failure;
use daifuku::engine::protocol::{Event, Reply, Request};
use daifuku::engine::rows::{HistoryEntry, TaskBoard, UndoLabel, UndoState};
use daifuku::model::records::Edit;
use daifuku::model::{FieldName, RecordId, RecordKind, Value};
use proptest::prelude::*;

use super::place::{Screen, Snapshot, customer, day, id, named, note, set, tag, task, timeless};

fn history(screen: &Screen, record: RecordId) -> Vec<HistoryEntry> {
    match screen.ask(Request::History(record)) {
        Ok(Reply::History(entries)) => entries,
        other => panic!("{other:?}"),
    }
}

fn board(screen: &Screen) -> TaskBoard {
    match screen.ask(Request::Tasks { today: day("2026-11-22") }) {
        Ok(Reply::Tasks(board)) => board,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_typed_in_one_go_is_one_line_of_the_history() {
    let screen = Screen::fresh();
    screen.save(
        [named(id(1), "髙橋", "たかはし"), vec![tag(id(1), "常連", true), tag(id(1), "紹介", true)]].concat(),
    );
    assert_eq!(history(&screen, id(1)), [], "what a record begins with is no change of it");
    screen.save(vec![customer(id(1), FieldName::MEMO, "x")]);
    screen.save(vec![customer(id(1), FieldName::MEMO, "")]);
    assert_eq!(history(&screen, id(1)), [], "typed and taken back");
    for text in ["高", "高い", "高い席"] {
        screen.save(vec![customer(id(1), FieldName::NEEDS, text)]);
    }
    screen.clock.set(screen.clock.get() + 700_000);
    screen.save(vec![customer(id(1), FieldName::NEEDS, "低い席")]);
    screen.ask(Request::Settle).unwrap();
    for screen in [&screen, &screen.again()] {
        let entries = history(screen, id(1));
        let lines: Vec<_> = entries.iter().map(|entry| (entry.old.clone(), entry.new.clone())).collect();
        let text = Value::text;
        assert_eq!(lines, [(text("高い席"), text("低い席")), (Value::Empty, text("高い席"))]);
        assert!(entries.iter().all(|entry| entry.by == "店" && entry.field == Some(FieldName::NEEDS)));
    }
    assert_eq!(screen.ask(Request::History(id(77))), Err(Failure::NotFound));
}

#[test]
fn a_field_that_is_edited_all_day_keeps_its_values() {
    let screen = Screen::fresh();
    screen.save(named(id(1), "髙橋", "たかはし"));
    for hour in 0..6 {
        screen.save(vec![customer(id(1), FieldName::NEEDS, &format!("{hour}時の席"))]);
        // Always less than ten minutes after the change before.
        screen.clock.set(screen.clock.get() + 540_000);
    }
    assert_eq!(history(&screen, id(1)).len(), 3, "a line each ten minutes");
    screen.save(vec![customer(id(1), FieldName::NEEDS, "3時の席")]);
    let latest = history(&screen, id(1)).swap_remove(0);
    assert_eq!((latest.old, latest.new), (Value::text("5時の席"), Value::text("3時の席")), "brought back");
}

#[test]
fn a_note_can_be_emptied_and_its_text_comes_back() {
    let screen = Screen::fresh();
    screen.save(named(id(1), "髙橋", "たかはし"));
    screen.save(note(id(2), id(1), "初めての来店。"));
    let text = |screen: &Screen| screen.page(id(1)).notes[0].text.clone();
    screen.save(vec![set(id(2), RecordKind::Note, FieldName::TEXT, Value::text(""))]);
    assert_eq!(text(&screen), "");
    screen.ask(Request::Undo).unwrap();
    assert_eq!(text(&screen), "初めての来店。");
    screen.ask(Request::Redo).unwrap();
    assert_eq!(text(&screen), "");
    assert_eq!(text(&screen.again()), "");
}

/// A word that was there before stays there when adding it again is undone.
#[test]
fn undo_takes_back_no_more_than_was_done() {
    let screen = Screen::fresh();
    screen.save(named(id(1), "髙橋", "たかはし"));
    screen.save(vec![tag(id(1), "常連", true)]);
    let before = timeless(screen.page(id(1)));
    screen.save(vec![
        tag(id(1), "常連", true),
        tag(id(1), "新規", false),
        customer(id(1), FieldName::MEMO, "x"),
    ]);
    screen.ask(Request::Undo).unwrap();
    assert_eq!(timeless(screen.page(id(1))), before);
}

#[test]
fn a_customer_goes_to_the_trash_with_its_page_and_comes_back_with_it() {
    let screen = Screen::fresh();
    screen.save(named(id(1), "髙橋", "たかはし"));
    screen.save(note(id(2), id(1), "一つ目"));
    screen.save(note(id(3), id(1), "二つ目"));
    screen.save(task(id(4), id(1), "電話する", "2026-11-22", ""));
    let all = [id(1)];
    screen.ask(Request::Delete(vec![id(3)])).unwrap();
    screen.clock.set(screen.clock.get() + 60_000);
    let before = screen.snapshot(&all);
    assert_eq!(before.trash, [(id(3), "二つ目".to_owned(), "髙橋".to_owned())]);
    screen.ask(Request::Delete(vec![id(1)])).unwrap();
    let gone = screen.snapshot(&all);
    assert_eq!((gone.rows.len(), gone.tasks.len()), (0, 0));
    assert_eq!(gone.trash.iter().filter(|(id, _, _)| *id == RecordId([1; 16])).count(), 1);
    for screen in [&screen, &screen.again()] {
        screen.ask(Request::Restore(vec![id(1)])).unwrap();
        assert_eq!(screen.snapshot(&all), before, "the note that was deleted before stays in the trash");
    }
    screen.ask(Request::Undo).unwrap();
    assert_eq!(screen.snapshot(&all), gone);
    assert_eq!(screen.ask(Request::Delete(vec![id(88)])), Err(Failure::NotFound));
}

#[test]
fn a_day_begins_with_birthdays_the_silent_and_the_latest() {
    let screen = Screen::fresh();
    let born = |number: u8, day: &str| {
        set(id(number), RecordKind::Customer, FieldName::BIRTHDAY, Value::Date(day.parse().unwrap()))
    };
    let note = |number: u8, customer: u8, day: &str| {
        vec![
            set(id(number), RecordKind::Note, FieldName::PARENT, Value::Link(id(customer))),
            set(id(number), RecordKind::Note, FieldName::TEXT, Value::text("電話で話した。")),
            set(id(number), RecordKind::Note, FieldName::DATE, Value::Date(day.parse().unwrap())),
        ]
    };
    for number in 1..=5 {
        screen.save(named(id(number), &format!("客{number}"), ""));
    }
    screen.save(vec![
        born(1, "1961-11-22"),
        born(2, "--11-29"),
        born(3, "1990-11-30"),
        born(4, "1990-11-21"),
    ]);
    screen.save(note(20, 1, "2026-08-24"));
    screen.save(note(21, 2, "2026-08-25"));
    screen.save(note(22, 3, "2025-01-01"));
    screen.save(note(23, 4, "2024-01-01"));
    screen.save(note(24, 4, "2026-11-01"));
    screen.ask(Request::Page(id(5))).unwrap();
    screen.ask(Request::Page(id(2))).unwrap();
    let board = |screen: &Screen| match screen.ask(Request::Today { today: day("2026-11-22") }) {
        Ok(Reply::Today(board)) => *board,
        other => panic!("{other:?}"),
    };
    let found = board(&screen);
    let birthdays: Vec<_> =
        found.birthdays.iter().map(|row| (row.id, row.day.to_string(), row.age)).collect();
    assert_eq!(
        birthdays,
        [(id(1), "2026-11-22".to_owned(), Some(65)), (id(2), "2026-11-29".to_owned(), None)]
    );
    let quiet: Vec<_> = found.quiet.iter().map(|row| (row.id, row.talked.to_string())).collect();
    assert_eq!(
        quiet,
        [(id(1), "2026-08-24".to_owned()), (id(3), "2025-01-01".to_owned())],
        "90 days, latest first"
    );
    assert_eq!((found.customers, found.quiet_count), (5, 2));
    let recent: Vec<_> = found.recent.iter().map(|row| row.id).collect();
    assert_eq!(recent[..3], [id(2), id(5), id(4)], "looked at, then changed");
    // A deleted note was no talk, and a deleted customer is not told of.
    screen.ask(Request::Delete(vec![id(24)])).unwrap();
    screen.ask(Request::Delete(vec![id(1)])).unwrap();
    let found = board(&screen);
    assert_eq!(found.quiet.iter().map(|row| row.id).collect::<Vec<_>>(), [id(3), id(4)]);
    assert_eq!(found.birthdays.len(), 1);
}

#[test]
fn tasks_are_found_by_their_titles_and_go_into_a_calendar() {
    let screen = Screen::fresh();
    let calendar = |names| match screen.ask(Request::TaskCalendar { names }) {
        Ok(Reply::Calendar(count, text)) => (count, text),
        other => panic!("{other:?}"),
    };
    assert_eq!(calendar(false).0, 0);
    screen.save(named(id(1), "髙橋", "たかはし"));
    screen.save(task(id(10), id(1), "ミツモリを送る", "2026-12-01", "month"));
    screen.save(task(id(11), RecordId::NIL, "見積の紙を買う", "", ""));
    screen.save(task(id(12), id(1), "見積りの確認", "2026-11-30", ""));
    screen.ask(Request::FinishTask { task: id(12), done: true, today: day("2026-11-22") }).unwrap();
    let find = |text: &str| match screen.ask(Request::FindTasks(text.to_owned())) {
        Ok(Reply::FoundTasks(rows)) => rows.into_iter().map(|row| row.task.id).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(find("見積"), [id(11)], "what is done is not looked for");
    assert_eq!(find("みつもり　送る"), [id(10)], "width and kana do not matter");
    assert_eq!(find("  "), []);
    assert_eq!(find("見積 送る"), []);
    for names in [false, true] {
        let (count, text) = calendar(names);
        assert_eq!(count, 1);
        assert!(text.contains("SUMMARY:ミツモリを送る\r\n") && !text.contains("RRULE"));
        assert_eq!(text.contains("髙橋"), names);
    }
}

#[test]
fn tasks_stand_where_they_are_due_and_repeat() {
    let screen = Screen::fresh();
    screen.save(named(id(1), "髙橋", "たかはし"));
    for (number, due, repeat) in [
        (10, "2026-11-21", ""),
        (11, "2026-11-22", "week"),
        (12, "2026-11-23", ""),
        (13, "2026-11-28", ""),
        (14, "2026-11-29", ""),
        (15, "", ""),
    ] {
        let page = if number == 12 { RecordId::NIL } else { id(1) };
        screen.save(task(id(number), page, &format!("用{number}"), due, repeat));
    }
    let shown = board(&screen);
    assert_eq!(shown.counts, [1, 1, 2, 1, 1, 0]);
    assert_eq!(shown.week[0].customer, "");
    assert_eq!(shown.week[0].task.customer, RecordId::NIL);
    assert_eq!(shown.today[0].customer, "髙橋");
    let finish = |done| {
        let request = Request::FinishTask { task: id(11), done, today: day("2026-11-22") };
        assert!(matches!(screen.ask(request), Ok(Reply::Saved(_))));
    };
    finish(true);
    let next = |screen: &Screen| {
        let later = board(screen).later;
        later.into_iter().filter(|row| row.task.repeat == "week").map(|row| row.task.due).collect::<Vec<_>>()
    };
    assert_eq!(next(&screen), [Some(day("2026-11-29"))]);
    // Twice is once: no second task comes of it.
    finish(true);
    assert_eq!(next(&screen).len(), 1);
    assert_eq!(board(&screen).counts, [1, 0, 2, 2, 1, 1]);
    screen.ask(Request::Undo).unwrap();
    assert_eq!(board(&screen).counts, [1, 1, 2, 1, 1, 0]);
    screen.ask(Request::Redo).unwrap();
    assert_eq!(board(&screen.again()).counts, [1, 0, 2, 2, 1, 1]);
}

#[test]
fn undo_is_announced_by_name() {
    let screen = Screen::fresh();
    assert_eq!(screen.ask(Request::Undo), Err(Failure::NothingToUndo));
    let last = |screen: &Screen| {
        screen.rest();
        let mut states = screen.events().into_iter().filter_map(|event| match event {
            Event::Undo(state) => Some(state),
            _ => None,
        });
        states.next_back().unwrap()
    };
    let state = |undo, redo| UndoState { undo, redo };
    screen.save(named(id(1), "髙橋", "たかはし"));
    assert_eq!(last(&screen), state(Some(UndoLabel::Add), None));
    screen.save(vec![customer(id(1), FieldName::MEMO, "x")]);
    assert_eq!(last(&screen), state(Some(UndoLabel::Edit), None));
    screen.ask(Request::Delete(vec![id(1)])).unwrap();
    assert_eq!(last(&screen), state(Some(UndoLabel::Delete(1)), None));
    screen.ask(Request::Undo).unwrap();
    assert_eq!(last(&screen), state(Some(UndoLabel::Edit), Some(UndoLabel::Delete(1))));
    screen.save(vec![customer(id(1), FieldName::MEMO, "y")]);
    assert_eq!(last(&screen), state(Some(UndoLabel::Edit), None));
    assert_eq!(screen.ask(Request::Redo), Err(Failure::NothingToUndo));
}

/// A save that fails is shown nowhere, and undo knows nothing of it.
#[test]
fn a_failed_save_changes_nothing_that_is_shown() {
    let screen = Screen::fresh();
    screen.save(named(id(1), "髙橋", "たかはし"));
    screen.save(note(id(2), id(1), "一つ目"));
    screen.save(task(id(4), id(1), "電話する", "2026-11-22", "day"));
    screen.save(vec![customer(id(1), FieldName::MEMO, "a")]);
    screen.ask(Request::Undo).unwrap();
    screen.rest();
    let all = [id(1), id(9)];
    let before = screen.snapshot(&all);
    for request in [
        Request::Save(vec![customer(id(1), FieldName::NAME, "誤")]),
        Request::Save(named(id(9), "新", "しん")),
        Request::Delete(vec![id(1)]),
        Request::FinishTask { task: id(4), done: true, today: day("2026-11-22") },
        Request::Undo,
        Request::Redo,
        Request::AddBatch(Vec::new()),
        Request::RenameDevice("誤".to_owned()),
        Request::KeepDraft { key: "k".to_owned(), text: "v".to_owned() },
    ] {
        screen.store.0.fail_after(0);
        let failed = screen.ask(request.clone());
        assert_eq!(failed, Err(Failure::Storage { name: "injected".to_owned() }), "{request:?}");
        screen.rest();
        assert_eq!(screen.snapshot(&all), before, "{request:?}");
    }
    assert_eq!(screen.ask(Request::Drafts), Ok(Reply::Drafts(Vec::new())));
    screen.ask(Request::Redo).unwrap();
    assert_eq!(screen.page(id(1)).customer.memo, "a");
    assert_eq!(screen.again().page(id(1)).customer.memo, "a");
}

#[derive(Clone, Debug)]
enum Step {
    Save(Vec<Edit>),
    Delete(Vec<RecordId>),
    Restore(Vec<RecordId>),
    Finish(RecordId, bool),
}

fn step() -> impl Strategy<Value = Step> {
    let page = || (1..4_u8).prop_map(id);
    let word = prop::sample::select(vec!["", "髙橋", "夏に会う。冬も。", "  ", "あ"]);
    let field =
        prop::sample::select(vec![FieldName::NAME, FieldName::READING, FieldName::MEMO, FieldName::OWNER]);
    let part = |page: RecordId, number: u8| RecordId([page.0[0] * 16 + number; 16]);
    let edit = prop_oneof![
        ((1..7_u8).prop_map(id), field, word.clone())
            .prop_map(|(page, field, word)| vec![customer(page, field, word)]),
        (page(), word.clone(), any::<bool>()).prop_map(|(page, word, add)| vec![tag(page, word, add)]),
        (page(), 0..3_u8, word.clone()).prop_map(move |(page, number, word)| note(
            part(page, number),
            page,
            word
        )),
        (page(), 8..10_u8, word, any::<bool>()).prop_map(move |(page, number, word, due)| {
            task(
                part(page, number),
                page,
                word,
                if due { "2026-11-25" } else { "" },
                if due { "2 week" } else { "" },
            )
        }),
    ];
    let record = (1..4_u8, prop::option::of(prop_oneof![0..3_u8, 8..10_u8]))
        .prop_map(move |(page, number)| number.map_or(id(page), |number| part(id(page), number)));
    let records = prop::collection::vec(record, 1..3);
    let finish = (1..4_u8, 8..10_u8, any::<bool>())
        .prop_map(move |(page, number, done)| Step::Finish(part(id(page), number), done));
    prop_oneof![
        6 => prop::collection::vec(edit, 1..4).prop_map(|edits| Step::Save(edits.concat())),
        2 => records.clone().prop_map(Step::Delete),
        2 => records.prop_map(Step::Restore),
        1 => finish,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Undo all the way back shows what was there, step by step; redo all the way what there was then.
    #[test]
    fn undo_and_redo_are_exact(steps in prop::collection::vec(step(), 1..14)) {
        let screen = Screen::fresh();
        let pages: Vec<RecordId> = (1..7).map(id).collect();
        for page in 1..4 {
            screen.save(named(id(page), &format!("{page}人目"), "ひと"));
        }
        screen.save(note(RecordId([16; 16]), id(1), "初めから。"));
        let mut shown = vec![screen.snapshot(&pages)];
        let mut known = depth(&screen);
        for step in &steps {
            let request = match step.clone() {
                Step::Save(edits) => Request::Save(edits),
                Step::Delete(records) => Request::Delete(records),
                Step::Restore(records) => Request::Restore(records),
                Step::Finish(task, done) => Request::FinishTask { task, done, today: day("2026-11-22") },
            };
            match screen.ask(request) {
                Ok(Reply::Saved(_)) | Err(Failure::NotFound) => {}
                other => prop_assert!(false, "{:?}", other),
            }
            let now = depth(&screen);
            if now > known {
                shown.push(screen.snapshot(&pages));
            } else {
                prop_assert_eq!(shown.last().unwrap(), &screen.snapshot(&pages), "changed without a step");
            }
            known = now;
        }
        for expected in shown.iter().rev().skip(1) {
            prop_assert!(matches!(screen.ask(Request::Undo), Ok(Reply::Saved(_))));
            prop_assert_eq!(&known_then(screen.snapshot(&pages), expected), expected, "undo");
        }
        for expected in shown.iter().skip(1) {
            prop_assert!(matches!(screen.ask(Request::Redo), Ok(Reply::Saved(_))));
            prop_assert_eq!(&known_then(screen.snapshot(&pages), expected), expected, "redo");
        }
        let last = shown.last().unwrap();
        prop_assert_eq!(&known_then(screen.again().snapshot(&pages), last), last, "in a new process");
    }
}

/// What was made later and taken back again is in the trash: without that.
fn known_then(mut now: Snapshot, then: &Snapshot) -> Snapshot {
    now.shown.retain(|id, page| then.shown.contains_key(id) || !page.deleted);
    now.trash.retain(|row| then.trash.contains(row));
    now
}

/// Counts the announcements of steps so far: each step makes one.
fn depth(screen: &Screen) -> usize {
    screen.rest();
    let steps = screen.events().iter().filter(|event| matches!(event, Event::Undo(_))).count();
    screen.steps.set(screen.steps.get() + steps);
    screen.steps.get()
}
