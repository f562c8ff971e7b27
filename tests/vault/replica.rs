//! Going on under another replica id: nothing is named by the old one that its copy may name too.

use std::collections::BTreeSet;

use daifuku::merge::{Dot, RecordState};
use daifuku::model::{Instant, ReplicaId};
use daifuku::vault::Page;
use futures::executor::block_on;
use proptest::prelude::*;

use super::desk::{Desk, NOW, Way, steps};

const NEW: ReplicaId = ReplicaId([0xee; 8]);

/// The dots that a page names, and what it shows.
fn dots(page: &Page) -> BTreeSet<Dot> {
    let mut dots: BTreeSet<Dot> = page.journal.iter().map(|line| line.by).collect();
    for state in page.records.values() {
        state.fields().for_each(|(_, field)| dots.extend(field.heads().iter().map(|head| head.dot)));
        state.sets().for_each(|(_, set)| dots.extend(set.heads().iter().map(|head| head.dot)));
        state.texts().for_each(|(_, text)| dots.extend(text.heads().iter().map(|head| head.dot)));
        dots.extend(state.deletes().iter().map(|head| head.dot));
        dots.extend(state.version().dots());
    }
    dots
}

fn renew(desk: &Desk, above: u64) -> Result<(), daifuku::vault::VaultError> {
    block_on(async {
        let turn = desk.notebook.begin().await;
        desk.notebook.renew_replica(&turn, above, NEW).await.map(drop)
    })
}

fn counter(desk: &Desk) -> u64 {
    let own = desk.notebook.manifest().replica;
    desk.notebook.have().counter(own).unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everything_after_the_shared_counter_has_the_new_name(
        steps in steps(),
        share in 0..100_u64,
        compacted in 0..3_u8,
    ) {
        let mut desk = Desk::after(&steps);
        let incoming = desk.colleagues.iter().flat_map(super::desk::Colleague::bundle).collect::<Vec<_>>();
        desk.merge(&incoming).unwrap();
        if compacted > 0 {
            block_on(desk.notebook.compact(async || {})).unwrap();
        }
        if compacted > 1 {
            desk.write(0, Way::Field(1), 1, Instant(NOW.0 + 99_000)).unwrap();
        }
        let (own, last) = (desk.notebook.manifest().replica, counter(&desk));
        let above = last * share / 99;
        let mut expected = desk.pages();
        for (page, _) in expected.values_mut() {
            page.records.values_mut().for_each(|state: &mut RecordState| state.rename(own, above, NEW));
            for line in &mut page.journal {
                if line.by.replica == own && line.by.counter > above {
                    line.by = Dot { replica: NEW, counter: line.by.counter - above };
                }
            }
        }
        renew(&desk, above).unwrap();
        for _ in 0..2 {
            prop_assert_eq!(desk.notebook.manifest().replica, NEW);
            let pages = desk.pages();
            for (id, (page, card)) in &pages {
                prop_assert_eq!(page, &expected[id].0);
                prop_assert_eq!(card, &expected[id].1);
                for dot in dots(page) {
                    prop_assert!(dot.replica != own || dot.counter <= above, "{:?} above {}", dot, above);
                    prop_assert!(dot.replica != NEW || dot.counter <= last - above);
                }
            }
            prop_assert_eq!(desk.notebook.have().counter(own).unwrap_or_default(), above);
            desk.restart();
        }
        let used: BTreeSet<Dot> = desk.pages().values().flat_map(|(page, _)| dots(page)).collect();
        desk.write(3, Way::Field(1), 3, Instant(NOW.0 + 100_000)).unwrap();
        desk.write(3, Way::Field(1), 5, Instant(NOW.0 + 101_000)).unwrap();
        let all: BTreeSet<Dot> = desk.pages().values().flat_map(|(page, _)| dots(page)).collect();
        let new: Vec<&Dot> = all.difference(&used).collect();
        prop_assert!(new.iter().any(|dot| dot.replica == NEW && dot.counter == counter(&desk)));
        prop_assert!(new.iter().all(|dot| dot.replica == NEW));
    }
}

/// In one commit: before it nothing, after it everything.
#[test]
fn it_happens_whole_or_not_at_all() {
    let filled = || {
        let desk = Desk::new();
        (0..4).for_each(|number| desk.write(number, Way::Field(0), 1, NOW).unwrap());
        block_on(desk.notebook.compact(async || {})).unwrap();
        (0..4).for_each(|number| desk.write(number, Way::Field(1), 3, NOW).unwrap());
        desk
    };
    let whole = filled();
    let (before, first) = (filled().pages(), whole.store.memory.batches());
    renew(&whole, 2).unwrap();
    assert_eq!(whole.store.memory.batches() - first, 1);
    for written in [false, true] {
        let mut desk = filled();
        desk.store.memory.die_after(0, written);
        assert!(renew(&desk, 2).is_err());
        desk.restart();
        assert_eq!(desk.notebook.manifest().replica == NEW, written);
        assert_eq!(desk.pages(), if written { whole.pages() } else { before.clone() });
    }
    let desk = filled();
    desk.store.memory.fail_after(0);
    assert!(renew(&desk, 2).is_err());
    assert_eq!((desk.pages(), desk.notebook.manifest().replica == NEW), (before, false));
    renew(&desk, 2).unwrap();
    assert_eq!(desk.pages(), whole.pages());
}

/// A batch that can't be opened hinders nothing; should it come back, its changes are there.
#[test]
fn a_damaged_batch_does_not_stop_it() {
    let mut desk = Desk::new();
    (0..2).for_each(|number| desk.write(number, Way::Field(0), 1, NOW).unwrap());
    block_on(desk.notebook.compact(async || {})).unwrap();
    desk.write(0, Way::Field(1), 3, NOW).unwrap();
    let row = desk.notebook.cards().of(super::desk::customer(0)).unwrap().segment;
    let key = (daifuku::vault::Area::Segments, row);
    desk.store.memory.tamper(|rows| rows.get_mut(&key).unwrap()[60] ^= 1);
    desk.notebook = desk.open().unwrap();
    desk.write(5, Way::Field(0), 5, NOW).unwrap();
    renew(&desk, 1).unwrap();
    desk.store.memory.tamper(|rows| rows.get_mut(&key).unwrap()[60] ^= 1);
    desk.restart();
    let shown = |number: u8, field| {
        let page = &desk.pages()[&super::desk::customer(number)].0;
        page.records[&super::desk::customer(number)].displayed(&field).cloned()
    };
    let text = |number| Some(daifuku::model::Value::text(super::model::word(number)));
    assert_eq!(shown(0, daifuku::model::FieldName::MEMO), text(3));
    assert_eq!(shown(5, daifuku::model::FieldName::NAME), text(5));
}
