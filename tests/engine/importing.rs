//! Imports: what could not be read is said, what was read is there, and one undo takes all of it back.

use daifuku::engine::Failure;
use daifuku::engine::protocol::{Call, Event, Message, Outcome, Reply, Request, Sort};
use daifuku::engine::rows::{CheckReport, Count, ImportPreview, ImportRecord, ImportReport, NewRecord};
use daifuku::model::{FieldName, RecordKind, Value};

use super::place::{Screen, customer, id, named, note};

fn open(screen: &Screen, csv: &str) -> ImportPreview {
    let request = Request::ImportOpen { name: "名簿.csv".to_owned(), bytes: csv.as_bytes().to_vec() };
    match screen.ask(request) {
        Ok(Reply::Preview(preview)) => *preview,
        other => panic!("{other:?}"),
    }
}

fn import(screen: &Screen, csv: &str) -> ImportReport {
    let columns = open(screen, csv).columns;
    match screen.job(Request::ImportStart { columns }) {
        Ok(Outcome::Imported(report)) => report,
        other => panic!("{other:?}"),
    }
}

fn imports(screen: &Screen) -> Vec<ImportRecord> {
    match screen.ask(Request::Imports) {
        Ok(Reply::Imports(imports)) => imports,
        other => panic!("{other:?}"),
    }
}

fn check(screen: &Screen) -> CheckReport {
    match screen.job(Request::Check) {
        Ok(Outcome::Checked(report)) => report,
        other => panic!("{other:?}"),
    }
}

fn many(rows: usize) -> String {
    let mut csv = "氏名,フリガナ,電話番号,メモ\n".to_owned();
    for row in 0..rows {
        csv.push_str(&format!("山田{row}号,ヤマダ,03-0000-{row:04},覚え{row}\n"));
    }
    csv
}

#[test]
fn a_file_is_shown_read_and_taken_back_as_one() {
    let screen = Screen::fresh();
    screen.save(named(id(1), "前からの客", "まえから"));
    let before = screen.snapshot(&[id(1)]);
    let csv = "氏名,フリガナ,電話番号,誕生日,備考\n髙橋花子,タカハシハナコ,090-1111-2222,1980-02-03,花が好き\n,,,,\n\
               ,カナダケ,,,名なし\n佐藤,サトウ,03-1,1980-99-99,\n";
    let preview = open(&screen, csv);
    assert_eq!(preview.header[0], "氏名");
    assert_eq!(preview.columns[..3], ["name", "reading", "phone"]);
    let report = import(&screen, csv);
    assert_eq!(usize::try_from(report.problem_count).unwrap(), report.problems.len());
    assert!(
        report.problems.iter().any(|line| line.reason == "date" && line.line == 5 && !line.skipped),
        "{report:?}"
    );
    assert!(!report.cancelled && report.added >= 2);
    let hanako = screen.rows("髙橋花子", Sort::Reading)[0].id;
    let page = screen.page(hanako);
    assert_eq!(page.customer.reading, "タカハシハナコ");
    assert_eq!(page.customer.phones[0].value.part("number"), "090-1111-2222");
    assert_eq!(screen.count(), Count::Exactly(1 + report.added));
    // An edit of an imported customer goes with it.
    screen.save(vec![customer(hanako, FieldName::MEMO, "変えた")]);
    screen.save(note(id(50), hanako, "足した"));
    let undo = Request::UndoImport(report.import);
    assert_eq!(screen.job(undo.clone()), Ok(Outcome::Undone(report.added)));
    for screen in [&screen, &screen.again()] {
        assert_eq!(screen.count(), Count::Exactly(1));
        assert_eq!(screen.snapshot(&[id(1)]).rows, before.rows);
        assert_eq!(screen.rows("花", Sort::Reading), []);
        assert!(imports(screen)[0].undone);
        assert_eq!(screen.ask(undo.clone()), Err(Failure::NothingToUndo));
        assert!(screen.page(hanako).deleted);
    }
    screen.ask(Request::Restore(vec![hanako])).unwrap();
    assert_eq!(screen.page(hanako).notes.iter().filter(|note| note.text == "足した").count(), 1);
    assert_eq!(screen.page(hanako).customer.memo, "変えた");
    assert_eq!(screen.ask(Request::ImportStart { columns: Vec::new() }), Err(Failure::NotFound));
}

#[test]
fn an_import_that_is_cancelled_keeps_what_it_wrote_and_can_be_undone() {
    let screen = Screen::fresh();
    let columns = open(&screen, &many(3_000)).columns;
    let Ok(Reply::Started(job)) = screen.ask(Request::ImportStart { columns }) else { panic!("no job") };
    // Until the first rows are written.
    while imports(&screen).is_empty() {
        screen.tick();
    }
    assert_eq!(screen.ask(Request::Cancel(job)), Ok(Reply::Done));
    screen.rest();
    let Ok(Outcome::Imported(report)) = screen.outcome(job) else { panic!("no report") };
    assert!(report.cancelled && report.added >= 500 && report.added < 3_000, "{}", report.added);
    assert_eq!(screen.ask(Request::Cancel(job)), Err(Failure::NotFound));
    let again = screen.again();
    assert_eq!((screen.count(), again.count()), (Count::Exactly(report.added), Count::Exactly(report.added)));
    assert_eq!(imports(&again)[0].added, report.added);
    assert_eq!(again.job(Request::UndoImport(report.import)), Ok(Outcome::Undone(report.added)));
    assert_eq!(again.count(), Count::Exactly(0));
    assert_eq!(again.again().count(), Count::Exactly(0));
}

/// The disk is full in the middle: what was written before is listed and can be undone as one.
#[test]
fn an_import_that_fails_shows_what_it_has_written() {
    let screen = Screen::fresh();
    let columns = open(&screen, &many(1_800)).columns;
    screen.store.0.fail_after(2);
    let failed = screen.job(Request::ImportStart { columns });
    assert_eq!(failed, Err(Failure::Storage { name: "injected".to_owned() }));
    let written = imports(&screen)[0].clone();
    assert_eq!(written.added, 1_000);
    assert_eq!(screen.count(), Count::Exactly(1_000));
    assert_eq!(screen.again().count(), Count::Exactly(1_000));
    assert_eq!(screen.job(Request::UndoImport(written.import)), Ok(Outcome::Undone(1_000)));
    assert_eq!(screen.count(), Count::Exactly(0));
}

/// Two imports at once: each is remembered once, with its own size, and undone alone.
#[test]
fn two_imports_at_once_stay_two() {
    let screen = Screen::fresh();
    let columns = open(&screen, &many(1_600)).columns;
    let Ok(Reply::Started(file)) = screen.ask(Request::ImportStart { columns }) else { panic!("no job") };
    let sample = Request::AddSample { customers: 3_000, today: super::place::day("2026-11-22") };
    let Ok(Reply::Started(sample)) = screen.ask(sample) else { panic!("no job") };
    screen.rest();
    let (Ok(Outcome::Imported(file)), Ok(Outcome::Imported(sample))) =
        (screen.outcome(file), screen.outcome(sample))
    else {
        panic!("not imported")
    };
    let mut known: Vec<_> = imports(&screen).iter().map(|import| (import.import, import.added)).collect();
    known.sort_unstable();
    let mut expected = vec![(file.import, 1_600), (sample.import, 3_000)];
    expected.sort_unstable();
    assert_eq!(known, expected);
    assert_eq!(screen.job(Request::UndoImport(file.import)), Ok(Outcome::Undone(1_600)));
    assert_eq!(screen.count(), Count::Exactly(3_000));
    assert_eq!(screen.again().count(), Count::Exactly(3_000));
}

#[test]
fn a_check_counts_every_record() {
    let screen = Screen::fresh();
    screen.sample(120);
    screen.save(named(id(1), "髙橋", "たかはし"));
    screen.save(note(id(2), id(1), "絵文字🎌も数える"));
    let count = |screen: &Screen| {
        let ids = screen.ids();
        let pages: Vec<_> = ids.iter().map(|id| screen.page(*id)).collect();
        let notes = pages.iter().flat_map(|page| &page.notes);
        let characters: usize = notes.clone().map(|note| note.text.chars().count()).sum();
        let units: usize = notes.clone().map(|note| note.text.encode_utf16().count()).sum();
        let sizes = [
            (RecordKind::Customer, pages.len()),
            (RecordKind::Note, notes.count()),
            (RecordKind::Task, pages.iter().map(|page| page.tasks.len()).sum()),
            (RecordKind::Purchase, pages.iter().map(|page| page.purchases.len()).sum()),
        ];
        (sizes, characters, units)
    };
    let compare = |screen: &Screen| {
        let report = check(screen);
        let (sizes, characters, units) = count(screen);
        for (kind, size) in sizes {
            let counted =
                report.records.iter().find(|(other, _)| *other == kind).map_or(0, |(_, count)| *count);
            assert_eq!(usize::try_from(counted).unwrap(), size, "{kind:?}");
        }
        assert_eq!(usize::try_from(report.note_characters).unwrap(), characters);
        assert_eq!(usize::try_from(report.note_units).unwrap(), units);
        assert_eq!(report.damaged, 0);
    };
    compare(&screen);
    screen.ask(Request::Delete(vec![screen.ids()[5]])).unwrap();
    compare(&screen);
    for number in 0..405_usize {
        screen.save(vec![customer(id(1), FieldName::MEMO, &number.to_string())]);
    }
    screen.ask(Request::Settle).unwrap();
    compare(&screen);
    compare(&screen.again());
    let store = screen.store.0.survivor();
    store.tamper(|rows| {
        let row = rows
            .iter_mut()
            .find(|((area, row), _)| *area == daifuku::vault::Area::Segments && *row < 1 << 52);
        row.unwrap().1[70] ^= 1;
    });
    let damaged = Screen::new(std::rc::Rc::new(super::place::Slow(store)));
    damaged.ask(Request::Hello(daifuku::engine::protocol::PROTOCOL)).unwrap();
    damaged.ask(Request::Unlock(super::place::PASSPHRASE.to_owned())).unwrap();
    assert_eq!(check(&damaged).damaged, 1);
}

#[test]
fn many_records_are_added_in_one_write() {
    let screen = Screen::fresh();
    let record = |number: u8, page: u8, kind: RecordKind, field: FieldName, text: &str| NewRecord {
        id: id(number),
        kind,
        page: id(page),
        fields: vec![(field, Value::text(text))],
        tags: vec!["一括".to_owned()],
    };
    let before = screen.store.0.batches();
    let records = vec![
        record(1, 1, RecordKind::Customer, FieldName::NAME, "山田"),
        record(2, 1, RecordKind::Note, FieldName::TEXT, "一つ目の控え"),
        record(3, 3, RecordKind::Customer, FieldName::NAME, "佐藤"),
    ];
    assert!(matches!(screen.ask(Request::AddBatch(records)), Ok(Reply::Saved(_))));
    assert_eq!(screen.store.0.batches(), before + 1);
    screen.save(vec![customer(id(1), FieldName::MEMO, "編集")]);
    let later = vec![record(4, 1, RecordKind::Note, FieldName::TEXT, "二つ目の控え")];
    screen.ask(Request::AddBatch(later)).unwrap();
    for screen in [&screen, &screen.again()] {
        let page = screen.page(id(1));
        assert_eq!((page.notes.len(), page.customer.memo.as_str()), (2, "編集"));
        assert_eq!(screen.rows("控え", Sort::Reading).len(), 1);
        assert_eq!(screen.count(), Count::Exactly(2));
    }
    screen.rest();
    assert!(screen.events().contains(&Event::Changed(Vec::new())));
}

#[test]
fn a_file_travels_beside_its_call() {
    let screen = Screen::fresh();
    let request = Request::ImportOpen { name: "名簿.csv".to_owned(), bytes: Vec::new() };
    let call = postcard::to_allocvec(&Call { number: 7, request }).unwrap();
    let answer =
        |file| match postcard::from_bytes(&screen.run(screen.engine.answer(call.clone(), Some(file))).0) {
            Ok(Message::Reply(7, answer)) => answer,
            other => panic!("{other:?}"),
        };
    let Ok(Reply::Preview(preview)) = answer(Ok("名前,電話\n山田,1\n".as_bytes().to_vec())) else {
        panic!("no preview")
    };
    assert_eq!(preview.rows, [["山田", "1"]]);
    assert_eq!(answer(Err(Failure::NotFound)), Err(Failure::NotFound));
}
