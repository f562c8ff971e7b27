//! Erasing: afterwards no row of any area says anything of it, whatever happened in between.

use std::io::Read;
use std::rc::Rc;

use daifuku::bundle::{BundleId, Kind};
use daifuku::model::{FieldName, Instant, RecordId, RecordKind, Value};
use daifuku::vault::format::Card;
use daifuku::vault::team::{
    RECEIPTS_FROM, ROW_UNREAD, Receipt, Stage, UNDO_FROM, UndoPiece, Unread, sharing_row,
};
use daifuku::vault::{Area, VaultError};
use futures::executor::block_on;

use super::desk::{Colleague, Desk, NOW, Way, customer, note};
use super::store::Watched;

const SECRET: [&str; 5] =
    ["消される佐和子", "きえるさわこ", "消される覚え書き", "消される札", "消される用事"];

fn task() -> RecordId {
    super::model::part(customer(0), 2, 0)
}

fn save(desk: &Desk, number: u8, texts: [&str; 5], seconds: i64) {
    let now = Instant(NOW.0 + seconds * 1_000);
    let page = customer(number);
    block_on(async {
        let turn = desk.notebook.begin().await;
        let mut open = desk.notebook.transaction(&turn, now, [page]).await.unwrap();
        let kind = RecordKind::Customer;
        open.set(page, page, &kind, &FieldName::NAME, Value::text(texts[0]));
        open.set(page, page, &kind, &FieldName::READING, Value::text(texts[1]));
        open.set(page, note(number), &RecordKind::Note, &FieldName::TEXT, Value::text(texts[2]));
        open.add(page, page, &kind, &FieldName::TAGS, texts[3]);
        let record = super::model::part(page, 2, 0);
        open.set(page, record, &RecordKind::Task, &FieldName::TITLE, Value::text(texts[4]));
        desk.notebook.commit(&turn, open).await.unwrap();
    });
}

/// A notebook in which the customer 0 is everywhere: in batches old and new, in the log, in the history, in
/// drafts, in what a merge has changed. Customer 1 must not suffer.
fn filled() -> Desk {
    let desk = Desk::new();
    save(&desk, 0, SECRET, 0);
    save(&desk, 1, ["残る花子", "のこるはなこ", "残る覚え書き", "残る札", "残る用事"], 1);
    block_on(desk.notebook.compact(async || {})).unwrap();
    save(&desk, 0, ["消される別名", SECRET[1], "消される続き", SECRET[3], SECRET[4]], 700);
    save(&desk, 2, ["ほかの人", "", "", "", ""], 701);
    block_on(desk.notebook.compact(async || {})).unwrap();
    save(&desk, 0, SECRET, 1_400);
    block_on(async {
        let notebook = &desk.notebook;
        let now = Instant(NOW.0 + 1_500_000);
        notebook.keep_draft(&format!("note/{}", customer(0)), "消される下書き", now).await.unwrap();
        notebook.keep_draft(&format!("task/{}", customer(1)), "残る下書き", now).await.unwrap();
        let page = notebook.page(customer(0)).await.unwrap();
        let other = notebook.page(customer(1)).await.unwrap();
        let before = |page: &daifuku::vault::Page| {
            page.records.iter().map(|(record, state)| (*record, Some(state.clone()))).collect::<Vec<_>>()
        };
        let undo = UndoPiece(vec![(customer(0), before(&page)), (customer(1), before(&other))]);
        let unread = Unread(vec![(customer(0), note(0), None), (customer(1), note(1), None)]);
        let turn = notebook.begin().await;
        let rows = vec![sharing_row(UNDO_FROM, &undo), sharing_row(ROW_UNREAD, &unread)];
        notebook.change_team(&turn, |team| team.next.undo = 1, rows).await.unwrap();
    });
    desk
}

/// All that someone with the keys finds in the store, as it is and unpacked.
fn contents(desk: &Desk) -> Vec<((Area, u64), Vec<u8>)> {
    let mut found = Vec::new();
    for ((area, row), sealed) in desk.store.rows() {
        let opened = desk.notebook.sealing().open(area, row, &sealed);
        assert!(opened.is_some() || area == Area::Meta && [0, 1, 4].contains(&row), "{area:?} {row}");
        let opened = opened.unwrap_or(sealed);
        let mut unpacked = Vec::new();
        let stream = opened.get(1..).unwrap_or_default();
        if area == Area::Segments {
            flate2::read::DeflateDecoder::new(stream).read_to_end(&mut unpacked).unwrap();
        }
        found.push(((area, row), [opened, unpacked].concat()));
    }
    found
}

fn holders(desk: &Desk, text: &str) -> Vec<(Area, u64)> {
    let all = contents(desk).into_iter();
    all.filter(|(_, bytes)| memchr::memmem::find(bytes, text.as_bytes()).is_some())
        .map(|(key, _)| key)
        .collect()
}

fn erase(desk: &Desk, records: &[RecordId]) -> Result<(), VaultError> {
    let records: Vec<_> = records.iter().map(|record| (customer(0), *record)).collect();
    block_on(async {
        let turn = desk.notebook.begin().await;
        desk.notebook.begin_erasing(&turn, &records, Instant(NOW.0 + 2_000_000)).await?;
        drop(turn);
        desk.notebook.finish_erasing(async || {}).await.map(drop)
    })
}

fn assert_gone(desk: &Desk) {
    assert!(!desk.notebook.is_erasing());
    for text in ["消される", "きえる"] {
        assert_eq!(holders(desk, text), [], "{text}");
    }
    let page = block_on(desk.notebook.page(customer(0))).unwrap();
    assert!(page.records.is_empty() && page.journal.is_empty());
    let cards = desk.notebook.cards();
    let listed: Vec<RecordId> =
        cards.iter().filter(|(_, card)| card.is_listed()).map(|(_, card)| card.page).collect();
    assert_eq!(listed, [customer(1), customer(2)]);
    let card = cards.of(customer(0)).unwrap();
    let nothing = Card { flags: Card::HEADLESS | Card::DAYS, page: customer(0), ..Card::default() };
    assert_eq!(Card { segment: 0, place: 0, ..card.clone() }, nothing);
    assert_eq!(desk.notebook.drafts().len(), 1);
}

fn assert_rest(desk: &Desk, expected: &Desk) {
    let (pages, others) = (desk.pages(), expected.pages());
    for id in [customer(1), customer(2)] {
        assert_eq!(pages[&id], others[&id]);
    }
    for text in ["残る花子", "残る覚え書き", "残る下書き"] {
        assert!(!holders(desk, text).is_empty(), "{text}");
    }
}

#[test]
fn an_erased_customer_is_in_no_row() {
    let mut desk = filled();
    let expected = filled();
    for text in [SECRET[0], SECRET[2], "消される別名", "消される下書き"] {
        assert!(!holders(&desk, text).is_empty(), "{text} is not even there before");
    }
    let everywhere: Vec<Area> = holders(&desk, "消される").into_iter().map(|(area, _)| area).collect();
    for area in [Area::Log, Area::Segments, Area::Meta, Area::Sharing] {
        assert!(everywhere.contains(&area), "{area:?}");
    }
    erase(&desk, &[customer(0), note(0), task()]).unwrap();
    assert_gone(&desk);
    assert_rest(&desk, &expected);
    let undo: UndoPiece = block_on(desk.notebook.sharing(UNDO_FROM)).unwrap().unwrap();
    assert!(undo.0.iter().any(|(page, records)| *page == customer(1) && records.len() == 3));
    desk.restart();
    assert_gone(&desk);
    assert_rest(&desk, &expected);
    assert_eq!(desk.notebook.team().erasures.iter().len(), 3);
}

#[test]
fn an_erased_note_takes_nothing_else_with_it() {
    let mut desk = filled();
    erase(&desk, &[note(0)]).unwrap();
    for _ in 0..2 {
        for text in ["消される覚え書き", "消される続き"] {
            assert_eq!(holders(&desk, text), [], "{text}");
        }
        let (page, card) = desk.pages().remove(&customer(0)).unwrap();
        assert_eq!(page.records.keys().copied().collect::<Vec<_>>(), [customer(0), task()]);
        assert_eq!((card.name.as_str(), card.tasks.len()), (SECRET[0], 1));
        desk.restart();
    }
    assert_rest(&desk, &filled());
}

#[test]
fn an_erasing_that_was_interrupted_is_finished() {
    let all = [customer(0), note(0), task()];
    let whole = filled();
    let first = whole.store.memory.batches();
    erase(&whole, &all).unwrap();
    let last = whole.store.memory.batches();
    assert!(last - first >= 3);
    for fault in 0..last - first {
        for written in [false, true] {
            let mut desk = filled();
            desk.store.memory.die_after(fault, written);
            assert!(erase(&desk, &all).is_err());
            desk.restart();
            let begun = fault > 0 || written;
            if begun {
                assert_eq!(desk.notebook.team().erasures.iter().len(), 3);
            } else {
                assert!(!desk.notebook.is_erasing());
                erase(&desk, &all).unwrap();
            }
            block_on(desk.notebook.finish_erasing(async || {})).unwrap();
            assert_gone(&desk);
            assert_rest(&desk, &whole);

            let mut failing = filled();
            failing.store.memory.fail_after(fault);
            assert!(erase(&failing, &all).is_err());
            if fault == 0 {
                erase(&failing, &all).unwrap();
            }
            block_on(failing.notebook.finish_erasing(async || {})).unwrap();
            assert_gone(&failing);
            failing.restart();
            assert_gone(&failing);
        }
    }
}

#[test]
fn what_was_erased_is_taken_back_from_nobody() {
    let mut desk = filled();
    let mut colleague = Colleague::new(0);
    colleague.take(&desk.records());
    colleague.write(0, Way::Field(1), 1, NOW);
    colleague.write(0, Way::Text, 3, NOW);
    colleague.write(1, Way::Field(1), 3, NOW);
    erase(&desk, &[customer(0), note(0)]).unwrap();
    let mut refused = 0;
    let joined = block_on(desk.notebook.join(&colleague.bundle()[0], &mut refused)).unwrap();
    assert!(!joined.is_new());
    // The task too: it was not erased by name, but its customer was.
    assert_eq!(refused, 3);
    desk.merge(&colleague.bundle()).unwrap();
    for _ in 0..2 {
        assert_gone(&desk);
        assert!(!holders(&desk, super::model::word(3)).is_empty(), "the other customer's change is missing");
        desk.restart();
    }
}

#[test]
fn pages_that_were_joined_before_the_erasing_are_not_written() {
    for many in [false, true] {
        let desk = filled();
        let mut colleague = Colleague::new(0);
        colleague.take(&desk.records());
        colleague.write(0, Way::Field(1), 1, NOW);
        if many {
            (100..180).for_each(|number| colleague.write(number, Way::Field(0), 7, NOW));
        }
        let mut joined = Vec::new();
        for page in colleague.bundle() {
            joined.push(block_on(desk.notebook.join(&page, &mut 0)).unwrap());
        }
        erase(&desk, &[customer(0), note(0), task()]).unwrap();
        block_on(async {
            let turn = desk.notebook.begin().await;
            let at = daifuku::merge::HybridTimestamp::at(NOW);
            desk.notebook.merge(&turn, joined, (at, NOW), |_| {}, Vec::new()).await.unwrap();
        });
        for text in ["消される", "きえる"] {
            assert_eq!(holders(&desk, text), [], "{text} {many}");
        }
    }
}

#[test]
fn nothing_is_saved_on_an_erased_page() {
    let desk = filled();
    erase(&desk, &[customer(0), note(0), task()]).unwrap();
    for way in [Way::Field(0), Way::Text, Way::Tag(true)] {
        assert_eq!(desk.write(0, way, 1, NOW), Err(VaultError::NotFound), "{way:?}");
    }
    block_on(async {
        let turn = desk.notebook.begin().await;
        let mut bulk = desk.notebook.bulk(&turn, NOW);
        let fields = [(FieldName::TEXT, Value::text("消される追記"))];
        bulk.add(customer(0), RecordId([0x77; 16]), RecordKind::Note, fields, &[]);
        let added = desk.notebook.add(&turn, bulk, |_| {}).await;
        assert_eq!(added.err(), Some(VaultError::NotFound));
    });
    assert_gone(&desk);
}

/// A batch that can't be opened keeps neither the erasing from its end nor the rest from being erased.
#[test]
fn a_damaged_batch_does_not_stop_the_erasing() {
    for saved in [false, true] {
        let mut desk = filled();
        block_on(desk.notebook.compact(async || {})).unwrap();
        let row = desk.notebook.cards().of(customer(0)).unwrap().segment;
        let damaged = desk.store.rows()[&(Area::Segments, row)].clone();
        let store = Watched { memory: desk.store.memory.survivor(), written: desk.store.written.clone() };
        store.memory.tamper(|rows| rows.get_mut(&(Area::Segments, row)).unwrap()[60] ^= 1);
        desk.store = Rc::new(store);
        desk.notebook = desk.open().unwrap();
        if saved {
            // A change of the page waits in the log for its batch.
            let mut colleague = Colleague::new(0);
            colleague.write(2, Way::Field(1), 3, NOW);
            desk.merge(&colleague.bundle()).unwrap();
        }
        erase(&desk, &[customer(0), note(0), task()]).unwrap();
        assert!(!desk.notebook.is_erasing());
        let broken = desk.store.rows().remove(&(Area::Segments, row)).unwrap();
        assert_eq!(broken.len(), damaged.len(), "what can't be opened is not deleted");
        desk.store.memory.tamper(|rows| drop(rows.remove(&(Area::Segments, row))));
        for text in ["消される", "きえる"] {
            assert_eq!(holders(&desk, text), [], "{text} {saved}");
        }
    }
}

#[test]
fn a_receipt_stays_without_a_word_of_it() {
    let desk = filled();
    let receipt = Receipt {
        bundle: BundleId([3; 16]),
        kind: Kind::Team,
        from: (desk.notebook.manifest().replica, "同僚".to_owned()),
        at: NOW,
        counts: [1, 2, 3, 4, 5],
        gap: false,
        undo: (0, 1),
        stage: Stage::Applied,
    };
    block_on(async {
        let turn = desk.notebook.begin().await;
        let rows = vec![sharing_row(RECEIPTS_FROM, &receipt)];
        desk.notebook.change_team(&turn, |team| team.next.receipt = 1, rows).await.unwrap();
    });
    erase(&desk, &[customer(0), note(0), task()]).unwrap();
    assert_eq!(block_on(desk.notebook.sharing(RECEIPTS_FROM)), Ok(Some(receipt)));
    assert_gone(&desk);
}
