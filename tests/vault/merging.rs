//! Merging: the same whatever the order, the pieces and the crashes; nothing that was overwritten is lost.

use daifuku::merge::{Dot, HybridTimestamp, RecordState, Stamp, conflicts};
use daifuku::model::{FieldName, Instant, RecordId, RecordKind, ReplicaId, Value};
use daifuku::vault::format::{Card, JournalEntry};
use daifuku::vault::merging::{Incoming, Merged};
use daifuku::vault::{Area, VaultError};
use futures::executor::block_on;
use proptest::prelude::*;

use super::desk::{Colleague, Desk, NOW, Step, Way, assert_same, customer, steps};
use super::model::word;

fn log_rows(desk: &Desk) -> Vec<u64> {
    desk.store.numbers(Area::Log)
}

/// Everything that colleagues have, in the order of the colleagues.
fn bundles(desk: &Desk) -> Vec<Incoming> {
    desk.colleagues.iter().flat_map(Colleague::bundle).collect()
}

/// So many new pages that a merge is written as batches.
fn filler() -> Vec<Incoming> {
    let mut colleague = Colleague::new(9);
    (100..180).for_each(|number| colleague.write(number, Way::Field(0), 1, NOW));
    colleague.bundle()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Twice, in any order, in pieces of any size, as rows of the log or as batches.
    #[test]
    fn a_merge_is_a_merge(steps in steps(), size in 1..6_usize, compacted: bool) {
        let mut expected = Desk::after(&steps).records();
        let mut whole = Desk::after(&steps);
        let incoming = bundles(&whole);
        for Incoming { page, records, .. } in &incoming {
            for (record, state) in records {
                let known = expected.entry((*page, *record)).or_insert_with(|| state.clone());
                known.join(state);
            }
        }
        whole.merge(&incoming).unwrap();
        prop_assert_eq!(&whole.records(), &expected);
        for (page, (content, card)) in whole.pages() {
            let made = Card { segment: 0, place: 0, ..content.card(page) };
            prop_assert_eq!(card, made);
            let waits = |state: &RecordState| !conflicts(state).is_empty() || state.awaits_decision();
            let conflict = content.records.values().any(|state| !state.is_deleted() && waits(state));
            prop_assert_eq!(whole.notebook.conflicts().contains(&page), conflict);
        }

        let rows = log_rows(&whole);
        let before = whole.pages();
        prop_assert!(!whole.merge(&incoming).unwrap());
        prop_assert_eq!(log_rows(&whole), rows);
        prop_assert_eq!(&whole.pages(), &before);
        whole.restart();
        prop_assert_eq!(&whole.pages(), &before);

        let mut backwards = Desk::after(&steps);
        if compacted {
            block_on(backwards.notebook.compact(async || {})).unwrap();
        }
        for pages in incoming.chunks(size).rev() {
            backwards.merge(pages).unwrap();
        }
        prop_assert_eq!(&backwards.records(), &expected);
        block_on(backwards.notebook.compact(async || {})).unwrap();
        backwards.restart();
        prop_assert_eq!(&backwards.records(), &expected);

        let large = Desk::after(&steps);
        large.merge(&[incoming.clone(), filler()].concat()).unwrap();
        let mut small = Desk::after(&steps);
        small.merge(&incoming).unwrap();
        small.merge(&filler()).unwrap();
        assert_same(&large, &small, "batches and rows of the log");
        small.restart();
        assert_same(&large, &small, "after opening");
    }

    /// The process dies at any write of a merge in pieces; merging all of it again gives what one without
    /// a crash has.
    #[test]
    fn a_merge_that_was_interrupted_is_done_again(steps in steps(), size in 1..4_usize, many: bool) {
        let pieces = |desk: &Desk| -> Vec<Vec<Incoming>> {
            let incoming = bundles(desk);
            let filler = if many { filler() } else { Vec::new() };
            incoming.chunks(size).map(|pages| [pages, &filler].concat()).collect()
        };
        let whole = Desk::after(&steps);
        let all = pieces(&whole);
        let first = whole.store.memory.batches();
        all.iter().for_each(|pages| assert!(whole.merge(pages).is_ok()));
        let last = whole.store.memory.batches();
        for fault in 0..last - first {
            for written in [false, true] {
                let mut desk = Desk::after(&steps);
                desk.store.memory.die_after(fault, written);
                prop_assert!(all.iter().any(|pages| desk.merge(pages).is_err()));
                desk.restart();
                all.iter().for_each(|pages| assert!(desk.merge(pages).is_ok()));
                assert_same(&desk, &whole, "after a crash");
                let mut failing = Desk::after(&steps);
                failing.store.memory.fail_after(fault);
                let failed = all.iter().filter(|pages| {
                    let before = failing.pages();
                    let failed = failing.merge(pages).is_err();
                    assert!(!failed || failing.pages() == before, "a failed merge has changed something");
                    failed && failing.merge(pages).is_ok()
                });
                prop_assert_eq!(failed.count(), 1);
                assert_same(&failing, &whole, "after a failure");
                failing.restart();
                assert_same(&failing, &whole, "after a failure and opening");
            }
        }
    }

    /// Whatever a value was: it stands, or the history has it, or its author replaced it before it came.
    #[test]
    fn nothing_that_was_shown_or_stood_is_lost(steps in steps()) {
        let desk = Desk::after(&steps);
        let incoming = bundles(&desk);
        for pages in incoming.chunks(1) {
            let before = desk.pages();
            desk.merge(pages).unwrap();
            let after = desk.pages();
            for (id, (page, _)) in &before {
                let (now, _) = &after[id];
                for (record, state) in &page.records {
                    for (field, register) in state.fields().filter(|(field, _)| **field != FieldName::RESTORED) {
                        let standing = now.records[record].register(field).unwrap().heads();
                        for head in register.heads().iter().filter(|head| !head.value.is_empty()) {
                            let stands = standing.iter().any(|other| other.value == head.value);
                            let told = now.journal.iter().any(|line| {
                                line.record == *record && line.field.as_ref() == Some(field) && line.old == head.value
                            });
                            prop_assert!(stands || told, "{field:?} {:?} is lost", head.value);
                        }
                    }
                }
            }
        }
    }
}

fn journal(desk: &Desk, number: u8) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_text().unwrap_or("?").to_owned();
    let lines = desk.pages().remove(&customer(number)).unwrap().0.journal;
    lines.iter().map(|line| (text(&line.old), text(&line.new))).collect()
}

#[test]
fn what_was_shown_stays_in_the_history_when_its_author_changes_it_again() {
    let mut desk = Desk::new();
    let author = |desk: &mut Desk, word: u8, second: i64| {
        desk.colleagues[0].write(0, Way::Field(1), word, Instant(NOW.0 + second * 1_000));
        let incoming = desk.colleagues[0].bundle();
        desk.merge(&incoming).unwrap();
    };
    let words = [1, 2, 3, 5];
    words.iter().zip(1..).for_each(|(number, second)| author(&mut desk, *number, second));
    let expected: Vec<(String, String)> =
        words.windows(2).map(|pair| (word(pair[0]).to_owned(), word(pair[1]).to_owned())).collect();
    assert_eq!(journal(&desk, 0), expected);
    desk.restart();
    assert_eq!(journal(&desk, 0), expected);
    block_on(desk.notebook.compact(async || {})).unwrap();
    desk.restart();
    assert_eq!(journal(&desk, 0), expected);
}

/// A customer of whose memo two versions stand.
fn contradicted() -> Desk {
    let mut desk = Desk::after(&[
        Step::Write { device: 0, customer: 0, way: Way::Field(0), word: 1 },
        Step::Write { device: 0, customer: 0, way: Way::Field(1), word: 2 },
        Step::Take { device: 1, from: 0 },
        Step::Write { device: 1, customer: 0, way: Way::Field(1), word: 3 },
        Step::Write { device: 0, customer: 0, way: Way::Field(1), word: 5 },
    ]);
    let incoming = desk.colleagues[0].bundle();
    desk.merge(&incoming).unwrap();
    let records = desk.records();
    desk.colleagues[0].take(&records);
    assert_eq!(desk.notebook.conflicts(), [customer(0)]);
    desk
}

#[test]
fn who_decides_a_contradiction_keeps_both_versions_in_the_history() {
    // Later than what is joined into one line of the history.
    let now = Instant(NOW.0 + 20 * 60_000);
    for number in [3, 5, 7] {
        let mut here = contradicted();
        here.write(0, Way::Field(1), number, now).unwrap();
        let mut elsewhere = contradicted();
        elsewhere.colleagues[0].write(0, Way::Field(1), number, now);
        let incoming = elsewhere.colleagues[0].bundle();
        elsewhere.merge(&incoming).unwrap();
        for desk in [&mut here, &mut elsewhere] {
            for _ in 0..2 {
                assert_eq!(desk.notebook.conflicts(), []);
                let old: Vec<String> = journal(desk, 0).into_iter().map(|(old, _)| old).collect();
                for lost in [3, 5].into_iter().filter(|lost| *lost != number) {
                    let lost = word(lost).to_owned();
                    assert_eq!(old.iter().filter(|old| **old == lost).count(), 1, "{lost} in {old:?}");
                }
                block_on(desk.notebook.compact(async || {})).unwrap();
                desk.restart();
            }
        }
    }
}

#[test]
fn a_history_that_comes_along_stays_line_by_line() {
    let line = |counter: u64, minute: u64, old: &str, new: &str| JournalEntry {
        record: customer(0),
        field: Some(FieldName::NAME),
        old: Value::text(old),
        new: Value::text(new),
        at: HybridTimestamp::at(Instant(NOW.0 + i64::try_from(minute).unwrap() * 60_000)),
        by: Dot { replica: ReplicaId([0xd1; 8]), counter },
    };
    // A name that was changed, taken back, and changed again within ten minutes.
    let history = vec![line(2, 0, "甲", "乙"), line(5, 2, "乙", "丙")];
    let mut colleague = Colleague::new(0);
    colleague.write(0, Way::Field(0), 1, NOW);
    let mut incoming = colleague.bundle();
    incoming[0].history.clone_from(&history);
    let mut desk = Desk::new();
    for _ in 0..2 {
        desk.merge(&incoming).unwrap();
        assert_eq!(desk.pages()[&customer(0)].0.journal, history);
        desk.restart();
    }
    assert!(!desk.merge(&incoming).unwrap());
}

#[test]
fn what_is_saved_between_joining_and_merging_is_not_lost() {
    for many in [false, true] {
        let mut desk = Desk::after(&[
            Step::Write { device: 0, customer: 0, way: Way::Field(0), word: 1 },
            Step::Write { device: 1, customer: 0, way: Way::Field(1), word: 3 },
        ]);
        let incoming: Vec<Incoming> =
            bundles(&desk).into_iter().chain(if many { filler() } else { Vec::new() }).collect();
        let mut joined = Vec::new();
        for page in &incoming {
            joined.push(block_on(desk.notebook.join(page, &mut 0)).unwrap());
        }
        desk.write(0, Way::Tag(true), 5, NOW).unwrap();
        block_on(async {
            let turn = desk.notebook.begin().await;
            let merged =
                desk.notebook.merge(&turn, joined, (HybridTimestamp::at(NOW), NOW), |_| {}, Vec::new());
            assert!(!matches!(merged.await.unwrap(), Merged::Nothing));
        });
        for _ in 0..2 {
            let (page, card) = desk.pages().remove(&customer(0)).unwrap();
            assert_eq!(card.tags, [word(5)], "{many}");
            assert_eq!(page.records[&customer(0)].displayed(&FieldName::MEMO), Some(&Value::text(word(3))));
            desk.restart();
        }
    }
}

/// Writes under the own id that this device has not made would make later own writes look known.
#[test]
fn writes_of_another_copy_are_refused_until_the_id_is_renewed() {
    let mut desk = Desk::after(&[Step::Write { device: 0, customer: 0, way: Way::Field(0), word: 1 }]);
    let own = desk.notebook.manifest().replica;
    let stamp = |counter| Stamp { dot: Dot { replica: own, counter }, at: HybridTimestamp::at(NOW) };
    let copy = |counter| {
        let mut state = RecordState::new(RecordKind::Customer);
        state.set(FieldName::MEMO, Value::text("他の写し"), stamp(counter));
        vec![Incoming { page: customer(1), records: vec![(customer(1), state)], history: Vec::new() }]
    };
    let before = desk.pages();
    for counter in [2, 9, u64::MAX] {
        assert_eq!(desk.merge(&copy(counter)), Err(VaultError::OtherCopy));
        assert_eq!(desk.pages(), before);
    }
    assert_eq!(desk.merge(&copy(1)), Ok(true));
    block_on(async {
        let turn = desk.notebook.begin().await;
        desk.notebook.renew_replica(&turn, 1, ReplicaId([0xee; 8])).await.unwrap();
    });
    assert_eq!(desk.merge(&copy(9)), Ok(true));
    desk.write(1, Way::Field(1), 3, NOW).unwrap();
    desk.restart();
    let shown =
        |desk: &Desk| desk.pages()[&customer(1)].0.records[&customer(1)].displayed(&FieldName::MEMO).cloned();
    assert_eq!(shown(&desk), Some(Value::text(word(3))));
}

#[test]
fn the_own_clock_follows_a_sender_up_to_ten_minutes() {
    for (ahead, follows) in [(600_000, true), (600_001, false)] {
        let desk = Desk::new();
        let at = HybridTimestamp::at(Instant(NOW.0 + ahead));
        let mut colleague = Colleague::new(0);
        colleague.write(0, Way::Field(0), 1, NOW);
        block_on(async {
            let turn = desk.notebook.begin().await;
            let joined = desk.notebook.join(&colleague.bundle()[0], &mut 0).await.unwrap();
            desk.notebook.merge(&turn, vec![joined], (at, NOW), |_| {}, Vec::new()).await.unwrap();
        });
        let mut desk = desk;
        desk.restart();
        desk.write(0, Way::Field(0), 3, NOW).unwrap();
        let written = desk.pages()[&customer(0)].0.records[&customer(0)].changed();
        assert_eq!(written > at, follows);
    }
}

#[test]
fn a_page_of_nobody_can_be_merged() {
    let mut state = RecordState::new(RecordKind::Note);
    let stamp = Stamp { dot: Dot { replica: ReplicaId([7; 8]), counter: 1 }, at: HybridTimestamp::at(NOW) };
    state.write_text(FieldName::TEXT, "誰のでもない", stamp);
    let record = RecordId([5; 16]);
    let incoming =
        vec![Incoming { page: RecordId::NIL, records: vec![(record, state.clone())], history: Vec::new() }];
    let mut desk = Desk::new();
    desk.merge(&incoming).unwrap();
    desk.restart();
    assert_eq!(desk.pages()[&RecordId::NIL].0.records[&record], state);
}
