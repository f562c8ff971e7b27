//! One writer at a time, two different answers to a wrong passphrase and to damage, and nothing readable.

use std::rc::Rc;

use daifuku::crypto::SeededEntropy;
use daifuku::model::{FieldName, Instant, RecordId, RecordKind, Value};
use daifuku::vault::{Area, Locked, Store, StoreError, VaultError};
use futures::executor::block_on;

use super::model::Op;
use super::world::{World, kdf, secret, undo_import};

fn filled() -> World {
    let mut world = World::new();
    for op in [
        Op::Set { customer: 0, field: 0, word: 1 },
        Op::Note { customer: 0, note: 0, word: 3 },
        Op::Import { count: 4 },
        Op::Tag { customer: 6, word: 5, add: true },
        Op::Compact,
        Op::Set { customer: 6, field: 2, word: 7 },
        Op::Draft { key: 1, word: 3 },
    ] {
        world.apply(&op).unwrap();
    }
    world
}

#[test]
fn the_older_of_two_notebooks_writes_nothing() {
    let mut world = filled();
    let newer = world.open(0).unwrap();
    let before = world.store.rows();
    for op in [
        Op::Set { customer: 0, field: 0, word: 2 },
        Op::Import { count: 1 },
        Op::UndoImport { import: 0 },
        Op::Compact,
        Op::Draft { key: 0, word: 1 },
        Op::Rename { word: 1 },
        Op::Rewrap { passphrase: 1 },
    ] {
        let unconfirmed = world.apply(&op).unwrap_err();
        assert_eq!(unconfirmed.error, VaultError::Store(StoreError::Fenced), "{op:?}");
    }
    assert_eq!(world.store.rows(), before);
    let model = world.model.clone();
    world.check(&model);
    world.notebook = newer;
    world.apply(&Op::Set { customer: 0, field: 0, word: 2 }).unwrap();
    world.restart(None);
}

/// A tab takes the vault over while the other is still writing: what that one confirmed is there, and
/// what comes too late is refused.
#[test]
fn what_was_saved_while_the_vault_was_taken_over_is_there() {
    for late in [
        vec![Op::Set { customer: 1, field: 0, word: 7 }, Op::Set { customer: 1, field: 2, word: 5 }],
        vec![Op::Set { customer: 2, field: 0, word: 7 }, Op::Compact],
        vec![Op::Compact],
        vec![Op::Import { count: 3 }],
        vec![Op::Draft { key: 0, word: 7 }, Op::Rename { word: 5 }],
    ] {
        let mut world = filled();
        let store = Rc::clone(&world.store);
        let mut locked = block_on(Locked::find(store)).unwrap().unwrap();
        block_on(locked.read_early()).unwrap();
        for op in &late {
            world.apply(op).unwrap();
        }
        let Ok(newer) = block_on(locked.unlock(&secret(0), Box::new(SeededEntropy::new(77)))) else {
            panic!("{late:?}")
        };
        let unconfirmed = world.apply(&Op::Set { customer: 1, field: 0, word: 2 }).unwrap_err();
        assert_eq!(unconfirmed.error, VaultError::Store(StoreError::Fenced));
        world.notebook = newer;
        let model = world.model.clone();
        world.check(&model);
        world.apply(&Op::Set { customer: 3, field: 0, word: 2 }).unwrap();
        world.restart(None);
    }
}

#[test]
fn a_vault_is_not_made_where_one_is() {
    let mut world = filled();
    let before = world.store.rows();
    let new =
        daifuku::vault::locked::NewVault { secret: &secret(2), kdf: &kdf(2), device: "他", now: Instant(9) };
    let store = Rc::clone(&world.store);
    assert!(block_on(Locked::create(store, &new, Box::new(SeededEntropy::new(9)))).is_err());
    assert_eq!(world.store.rows(), before);
    world.restart(None);
}

#[test]
fn slots_that_are_gone_are_damage_and_no_first_start() {
    let world = filled();
    for also in [None, Some(Area::Meta)] {
        let store = Rc::new(world.store.survivor());
        store.memory.tamper(|rows| {
            rows.retain(|(area, row), _| *area != Area::Meta || (also.is_none() && ![1, 4].contains(row)));
        });
        let error = block_on(Locked::find(store)).unwrap_err();
        assert!(matches!(error, VaultError::Damaged(_)), "{error:?}");
    }
}

#[test]
fn another_passphrase_seals_no_row_anew() {
    let mut world = filled();
    let before = world.store.rows();
    let wrong = block_on(world.notebook.rewrap(&secret(2), &kdf(1), &secret(1), Instant(9)));
    assert_eq!(wrong, Err(VaultError::WrongPassphrase));
    assert_eq!(world.store.rows(), before, "a refused change has changed something");
    world.apply(&Op::Rewrap { passphrase: 1 }).unwrap();
    let after = world.store.rows();
    let differ = before.iter().filter(|(key, bytes)| after.get(key) != Some(bytes)).map(|(key, _)| key.0);
    assert!(differ.clone().count() > 0 && differ.clone().all(|area| area == Area::Meta));
    assert_eq!(world.open(0).unwrap_err(), VaultError::WrongPassphrase);
    assert_eq!(world.open(2).unwrap_err(), VaultError::WrongPassphrase);
    world.restart(None);
}

/// A customer's words are in no row, in no encoding that a browser uses, not even in part.
#[test]
fn nothing_readable_is_stored() {
    let words = [
        "髙橋佐和子",
        "たかはしさわこ",
        "090-1234-5678",
        "桜の季節にまた会う",
        "大口のお客様",
        "書きかけの手紙",
        "帳場のパソコン",
    ];
    let mut world = World::new();
    let id = RecordId([1; 16]);
    let save = |world: &mut World| {
        let now = world.now();
        block_on(async {
            let turn = world.notebook.begin().await;
            let mut open = world.notebook.transaction(&turn, now, [id]).await.unwrap();
            let kind = RecordKind::Customer;
            open.set(id, id, &kind, &FieldName::NAME, Value::text(words[0]));
            open.set(id, id, &kind, &FieldName::READING, Value::text(words[1]));
            let phone = Value::parts([("number", words[2])]);
            open.set(id, id, &kind, &FieldName::PHONE.item(u64::try_from(now.0).unwrap()), phone);
            let note = RecordId([2; 16]);
            open.set(id, note, &RecordKind::Note, &FieldName::TEXT, Value::text(words[3].repeat(50)));
            open.add(id, id, &kind, &FieldName::TAGS, words[4]);
            world.notebook.commit(&turn, open).await.unwrap();
            drop(turn);
            world.notebook.keep_draft("note/1", words[5], now).await.unwrap();
            world.notebook.rename_device(words[6]).await.unwrap();
        });
    };
    save(&mut world);
    world.apply(&Op::Import { count: 4 }).unwrap();
    world.apply(&Op::Compact).unwrap();
    save(&mut world);
    let rows = world.store.rows();
    for area in [Area::Meta, Area::Log, Area::Segments, Area::Index] {
        assert!(rows.keys().any(|(other, _)| *other == area), "{area:?} is empty");
    }
    for ((area, row), bytes) in &rows {
        for word in words.iter().chain(&["名簿", "取り込み"]) {
            let units: Vec<u16> = word.encode_utf16().collect();
            let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
            // Six bytes are two characters: a chance find in so few bytes would be one in 2^34.
            for needle in [word.as_bytes(), &little, &big] {
                let part = &needle[..needle.len().min(6)];
                assert!(memchr::memmem::find(bytes, part).is_none(), "{word} in {area:?} {row}");
            }
        }
    }
}

#[test]
fn a_census_counts_what_is_there() {
    let mut world = filled();
    let now = world.now();
    let ids: Vec<RecordId> = world.model.pages.keys().copied().collect();
    block_on(undo_import(&world.notebook, RecordId([0xf0; 16]), &ids[..1], now)).unwrap();
    world.model.delete(ids[0], ids[0]);
    world.model.imports[0].2 = true;
    let mut census = daifuku::vault::check::Census::default();
    let mut last = 0;
    while let [batch] = world.notebook.next_batches(last, 1)[..] {
        block_on(world.notebook.check_batches(&[batch], &mut census)).unwrap();
        last = batch;
    }
    block_on(world.notebook.check_log(&mut census)).unwrap();
    let live = || world.model.pages.values().flat_map(|page| page.values()).filter(|seen| !seen.deleted);
    let count = |kind: &RecordKind| live().filter(|seen| seen.kind == *kind).count();
    for kind in [RecordKind::Customer, RecordKind::Note] {
        assert_eq!(usize::try_from(census.records[&kind]).unwrap(), count(&kind), "{kind:?}");
    }
    let characters: usize = live().map(|seen| seen.text.chars().count()).sum();
    assert_eq!(usize::try_from(census.note_characters).unwrap(), characters);
    assert!(census.damaged.is_empty());
}

/// A row of the log whose number is far away, as an attacker may put there, costs no time.
#[test]
fn a_row_out_of_the_way_costs_nothing() {
    let mut world = filled();
    let row = world.store.numbers(Area::Log)[0];
    let bytes = world.store.rows()[&(Area::Log, row)].clone();
    for far in [row + 9, 1 << 40, (1 << 53) - 1, u64::MAX] {
        let store = Rc::new(world.store.survivor());
        store.memory.tamper(|rows| drop(rows.insert((Area::Log, far), bytes.clone())));
        world.store = store;
        let notebook = world.open(0).unwrap();
        assert!(!notebook.damaged().is_empty());
        assert!(notebook.damaged().len() < 10_000);
        world.store.memory.tamper(|rows| drop(rows.remove(&(Area::Log, far))));
    }
    assert!(block_on(world.store.read(Area::Log, row)).unwrap().is_some());
}
