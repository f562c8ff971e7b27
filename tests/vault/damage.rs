//! Damage to any row: no panic, never "wrong passphrase", what is whole stays readable, what is not is
//! counted and kept.

use std::collections::BTreeSet;
use std::rc::Rc;

use daifuku::model::RecordId;
use daifuku::vault::check::Census;
use daifuku::vault::format::CARDS_FROM;
use daifuku::vault::{Area, Notebook, Store, VaultError};
use futures::executor::block_on;

use super::model::{Op, seen};
use super::store::{Watched, Written};
use super::world::{Vault, World};

/// Two batches of pages, log rows of one page each, drafts; and the rows as they were at an earlier time.
fn filled() -> (World, Written) {
    let mut world = World::new();
    let apply = |world: &mut World, ops: &[Op]| ops.iter().for_each(|op| world.apply(op).unwrap());
    apply(&mut world, &[Op::Import { count: 4 }, Op::Draft { key: 0, word: 1 }]);
    apply(
        &mut world,
        &[Op::Set { customer: 0, field: 0, word: 1 }, Op::Set { customer: 6, field: 2, word: 2 }],
    );
    let earlier = world.store.rows();
    apply(&mut world, &[Op::Compact, Op::Import { count: 3 }]);
    apply(&mut world, &[Op::Rewrap { passphrase: 1 }, Op::Draft { key: 1, word: 3 }]);
    apply(
        &mut world,
        &[Op::Set { customer: 1, field: 0, word: 7 }, Op::Note { customer: 10, note: 0, word: 3 }],
    );
    apply(
        &mut world,
        &[Op::Set { customer: 6, field: 2, word: 7 }, Op::Tag { customer: 0, word: 5, add: true }],
    );
    (world, earlier)
}

/// The pages that a row holds, or holds changes of.
fn pages_in(notebook: &Vault, area: Area, row: u64) -> BTreeSet<RecordId> {
    match area {
        Area::Segments if row < CARDS_FROM => {
            let batch = block_on(notebook.batch(row)).unwrap();
            batch.pages().unwrap().into_iter().map(|(id, _)| id).collect()
        }
        Area::Log => {
            let sealed = ROWS.with(|rows| rows.borrow()[&(Area::Log, row)].clone());
            let opened = notebook.sealing().open(Area::Log, row, &sealed).unwrap();
            let row: daifuku::vault::format::LogRow = daifuku::vault::format::decode_log(&opened).unwrap();
            row.pages.into_iter().map(|change| change.page).collect()
        }
        _ => BTreeSet::new(),
    }
}

thread_local! {
    static ROWS: std::cell::RefCell<Written> = const { std::cell::RefCell::new(Written::new()) };
}

fn count(notebook: &Notebook<Rc<Watched>>) -> Census {
    let mut census = Census::default();
    let mut last = 0;
    while let [batch] = notebook.next_batches(last, 1)[..] {
        block_on(notebook.check_batches(&[batch], &mut census)).unwrap();
        last = batch;
    }
    block_on(notebook.check_log(&mut census)).unwrap();
    census
}

/// Opens damaged rows and looks at everything; `touched` are the pages that may differ.
fn survey(world: &mut World, store: Watched, area: Area, touched: &BTreeSet<RecordId>, what: &str) {
    let damaged_rows = store.rows();
    world.store = Rc::new(store);
    let notebook = match world.open(1) {
        Ok(notebook) => notebook,
        Err(error) => {
            assert_ne!(error, VaultError::WrongPassphrase, "{what}");
            panic!("{what}: one row of damage closes the whole vault: {error}");
        }
    };
    let pages = world.model.pages.clone();
    let read = |notebook: &Vault| {
        for (id, expected) in &pages {
            match block_on(notebook.page(*id)) {
                Ok(page) if !touched.contains(id) => assert_eq!(seen(&page), *expected, "{what}"),
                Ok(_) => {}
                Err(error) => {
                    assert!(touched.contains(id), "{what}: {error}");
                    assert!(matches!(error, VaultError::Damaged(_)), "{what}: {error}");
                }
            }
            let listed = notebook.cards().of(*id).is_some();
            assert!(listed || touched.contains(id), "{what}: a whole customer is not listed");
        }
    };
    read(&notebook);
    let census = count(&notebook);
    // Of the slots and the manifest there are two copies.
    let reported = !census.damaged.is_empty() || notebook.is_read_only();
    assert!(reported || area == Area::Meta, "{what}: the damage is not counted");
    if notebook.is_read_only() {
        return;
    }
    // Work goes on, and compaction deletes nothing that could not be read.
    world.notebook = notebook;
    for op in [Op::Set { customer: 2, field: 0, word: 1 }, Op::Draft { key: 0, word: 3 }] {
        let model = world.model.clone();
        assert!(world.apply(&op).is_ok(), "{what}: {op:?}");
        world.model = model;
    }
    let compacted = block_on(world.notebook.compact(async || {}));
    assert!(compacted.is_ok(), "{what}: {compacted:?}");
    assert!(world.notebook.log_rows() == 0 || area == Area::Segments, "{what}");
    let kept: BTreeSet<Vec<u8>> = world.store.rows().into_values().collect();
    for ((place, row), bytes) in &damaged_rows {
        let opens = world.notebook.sealing().open(*place, *row, bytes).is_some();
        let is_kept_apart = *place != Area::Meta || *row == 3;
        if !opens && is_kept_apart && *place != Area::Index {
            assert!(kept.contains(bytes), "{what}: {place:?} {row} is gone");
        }
    }
    read(&world.notebook);
    let again = world.open(1).unwrap();
    read(&again);
}

fn each_row(mut mutate: impl FnMut(&Written, (Area, u64), &mut dyn FnMut(Written, &str))) {
    let (world, _) = filled();
    let rows = world.store.rows();
    ROWS.with(|kept| *kept.borrow_mut() = rows.clone());
    for (key, _) in rows.iter().filter(|((area, _), _)| *area != Area::Blobs) {
        let touched = pages_in(&world.notebook, key.0, key.1);
        mutate(&rows, *key, &mut |rows: Written, what: &str| {
            let (mut world, _) = filled();
            let store = Watched::default();
            let fence = block_on(world.store.claim()).unwrap();
            (0..=fence).for_each(|_| drop(block_on(store.claim())));
            store.memory.tamper(|all| *all = rows);
            survey(&mut world, store, key.0, &touched, &format!("{what} in {key:?}"));
        });
    }
}

#[test]
fn a_flipped_byte_is_found_and_hurts_nothing_else() {
    each_row(|rows, key, survey| {
        let bytes = &rows[&key];
        let step = (bytes.len() / 24).max(1);
        for at in (0..bytes.len()).step_by(step).chain([bytes.len() - 1]) {
            let mut rows = rows.clone();
            rows.get_mut(&key).unwrap()[at] ^= 1 << (at % 8);
            survey(rows, &format!("byte {at} of {}", bytes.len()));
        }
    });
}

#[test]
fn a_row_that_is_gone_or_cut_off_hurts_nothing_else() {
    each_row(|rows, key, survey| {
        let newest = rows.range(..=(key.0, u64::MAX)).next_back().unwrap().0;
        // Nobody can know of the last saves that they ever were.
        if key.0 != Area::Log || key != *newest {
            let mut rows = rows.clone();
            rows.remove(&key);
            survey(rows, "a missing row");
        }
        for length in [0, 1, 23, 24, 40, rows[&key].len() - 1] {
            let mut rows = rows.clone();
            rows.get_mut(&key).unwrap().truncate(length);
            survey(rows, &format!("a row cut to {length}"));
        }
    });
}

/// Changes of pages whose batch can't be read wait in the log: should the batch come back, they are there.
#[test]
fn a_batch_that_comes_back_finds_its_changes() {
    let (world, _) = filled();
    let rows = world.store.rows();
    for key in rows.keys().filter(|(area, row)| *area == Area::Segments && *row < CARDS_FROM) {
        let (mut world, _) = filled();
        let store = world.store.survivor();
        store.memory.tamper(|all| all.get_mut(key).unwrap()[60] ^= 1);
        world.store = Rc::new(store);
        world.notebook = world.open(1).unwrap();
        for op in [
            Op::Compact,
            Op::Set { customer: 2, field: 0, word: 1 },
            Op::Compact,
            Op::Reopen,
            Op::Compact,
            Op::Import { count: 1 },
        ] {
            world.apply(&op).unwrap();
        }
        world.store.memory.tamper(|all| drop(all.insert(*key, rows[key].clone())));
        world.restart(None);
    }
}

/// What is written after a save was damaged collides with nothing of it, should it come back.
#[test]
fn a_save_that_comes_back_was_not_written_over() {
    let (world, _) = filled();
    let rows = world.store.rows();
    for key in rows.keys().filter(|(area, _)| *area == Area::Log) {
        for missing in [false, true] {
            let (mut world, _) = filled();
            let store = world.store.survivor();
            store.memory.tamper(|all| {
                all.get_mut(key).unwrap()[60] ^= 1;
                // Of the last row nobody could know that it is missing.
                if missing && *key != *rows.range(..=(Area::Log, u64::MAX)).next_back().unwrap().0 {
                    all.remove(key);
                }
            });
            world.store = Rc::new(store);
            world.notebook = world.open(1).unwrap();
            assert_eq!(world.notebook.damaged().len(), 1);
            for customer in [0, 1, 6, 10] {
                world.apply(&Op::Set { customer, field: 1, word: 3 }).unwrap();
                world.apply(&Op::Note { customer, note: 2, word: 6 }).unwrap();
            }
            world.store.memory.tamper(|all| drop(all.insert(*key, rows[key].clone())));
            world.notebook = world.open(1).unwrap();
            // The cards of these pages were made without that save; the next save makes them anew.
            for customer in [0, 1, 6, 10] {
                world.apply(&Op::Task { customer, word: 7 }).unwrap();
            }
            world.restart(None);
        }
    }
}

/// Rows exchanged with one another open in neither place.
#[test]
fn rows_that_were_swapped_are_found() {
    let (world, _) = filled();
    let rows = world.store.rows();
    let keys: Vec<(Area, u64)> = rows.keys().copied().collect();
    ROWS.with(|kept| *kept.borrow_mut() = rows.clone());
    for pair in keys.windows(2).filter(|pair| pair[0].0 == pair[1].0 && pair[0].0 != Area::Meta) {
        let (mut world, _) = filled();
        let touched = pair.iter().flat_map(|key| pages_in(&world.notebook, key.0, key.1)).collect();
        let store = world.store.survivor();
        store.memory.tamper(|all| {
            all.insert(pair[0], rows[&pair[1]].clone());
            all.insert(pair[1], rows[&pair[0]].clone());
        });
        survey(&mut world, store, pair[0].0, &touched, &format!("{pair:?} swapped"));
    }
}

/// Old rows put back in their own place: the manifest knows them no more.
#[test]
fn rows_that_were_put_back_are_found() {
    let (_, earlier) = filled();
    for (key, bytes) in &earlier {
        let (mut world, _) = filled();
        let store = world.store.survivor();
        let rows = world.store.rows();
        if rows.get(key) == Some(bytes) || *key == (Area::Meta, 3) {
            continue;
        }
        store.memory.tamper(|all| drop(all.insert(*key, bytes.clone())));
        let changes = rows.contains_key(key);
        world.store = Rc::new(store);
        let what = format!("old {key:?}");
        let notebook = world.open(1).unwrap_or_else(|error| panic!("{what}: {error}"));
        for (id, expected) in &world.model.pages {
            assert_eq!(seen(&block_on(notebook.page(*id)).unwrap()), *expected, "{what}");
        }
        assert!(!changes || key.0 == Area::Meta, "{what}");
    }
}

/// The whole manifest, or all of `meta`, put back as it was: noticed, and nothing is overwritten by it.
#[test]
fn a_manifest_that_was_put_back_is_noticed() {
    let (mut world, earlier) = filled();
    let store = world.store.survivor();
    store.memory.tamper(|all| {
        for (key, bytes) in earlier.iter().filter(|((area, _), _)| *area == Area::Meta) {
            all.insert(*key, bytes.clone());
        }
    });
    let before = store.rows();
    world.store = Rc::new(store);
    let notebook = world.open(0).unwrap();
    assert!(!notebook.damaged().is_empty());
    world.notebook = notebook;
    for op in [Op::Set { customer: 5, field: 0, word: 1 }, Op::Import { count: 2 }, Op::Compact] {
        // The watched store refuses a row number that was used before.
        world.apply(&op).unwrap();
    }
    let after = world.store.rows();
    for (key, bytes) in before.iter().filter(|((area, _), _)| *area == Area::Segments) {
        assert_eq!(after.get(key), Some(bytes), "{key:?} was overwritten");
    }
}
