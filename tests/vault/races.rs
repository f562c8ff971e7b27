//! What comes in between while compaction reads: nothing of it is lost.

use std::cell::Cell;

use daifuku::model::{FieldName, Instant, RecordId, RecordKind, Value};
use daifuku::vault::VaultError;
use futures::executor::block_on;

use super::world::{Model, Op, World, undo_import, word};

/// What another part of the program does while compaction has paused.
#[derive(Clone, Copy, Debug)]
enum Between {
    Save,
    Add,
    UndoImport,
    Compact,
    Draft,
    Several,
}

async fn save(world: &World, id: RecordId, text: &str, now: Instant) -> Result<(), VaultError> {
    let turn = world.notebook.begin().await;
    let mut open = world.notebook.transaction(&turn, now, [id]).await?;
    open.set(id, id, &RecordKind::Customer, &FieldName::MEMO, Value::text(text));
    world.notebook.commit(&turn, open).await.map(drop)
}

async fn add(world: &World, id: RecordId, note: RecordId, now: Instant) -> Result<(), VaultError> {
    let turn = world.notebook.begin().await;
    let mut bulk = world.notebook.bulk(&turn, now);
    bulk.add(id, note, RecordKind::Note, [(FieldName::TEXT, Value::text("後から"))], &[]);
    world.notebook.add(&turn, bulk, |_| {}).await.map(drop)
}

fn added(model: &mut Model, id: RecordId, note: RecordId) {
    model.write(id, note, "後から");
}

#[test]
fn nothing_that_comes_while_compaction_reads_is_lost() {
    for between in
        [Between::Save, Between::Add, Between::UndoImport, Between::Compact, Between::Draft, Between::Several]
    {
        for dirty in [false, true] {
            let mut world = World::new();
            world.apply(&Op::Import { count: 4 }).unwrap();
            world.apply(&Op::Import { count: 12 }).unwrap();
            let ids: Vec<RecordId> = world.model.pages.keys().copied().collect();
            // Changes on so many pages that compaction pauses, on typed-in customers too.
            for customer in 0..22 {
                world.apply(&Op::Set { customer, field: 2, word: 5 }).unwrap();
                if dirty {
                    world.apply(&Op::Set { customer, field: 2, word: 7 }).unwrap();
                }
            }
            let paused = Cell::new(0);
            let mut after = world.model.clone();
            let now = world.now();
            let now2 = world.now();
            let imported: Vec<RecordId> = ids.clone();
            {
                let world = &world;
                let pause = async || {
                    paused.set(paused.get() + 1);
                    if paused.get() > 1 {
                        return;
                    }
                    let note = RecordId([0xaa; 16]);
                    match between {
                        Between::Save => save(world, ids[0], word(1), now).await.unwrap(),
                        Between::Add => add(world, ids[1], note, now).await.unwrap(),
                        Between::UndoImport => {
                            undo_import(&world.notebook, RecordId([0xf1; 16]), &imported, now).await.unwrap();
                        }
                        Between::Compact => drop(world.notebook.compact(async || {}).await.unwrap()),
                        Between::Draft => world.notebook.keep_draft("k", "v", now).await.unwrap(),
                        Between::Several => {
                            save(world, ids[0], word(1), now).await.unwrap();
                            add(world, ids[0], note, now).await.unwrap();
                            save(world, ids[0], word(3), now2).await.unwrap();
                        }
                    }
                };
                block_on(world.notebook.compact(pause)).unwrap();
            }
            assert!(paused.get() > 0);
            let kind = RecordKind::Customer;
            match between {
                Between::Save => after.set(ids[0], ids[0], &kind, &FieldName::MEMO, &Value::text(word(1))),
                Between::Add => added(&mut after, ids[1], RecordId([0xaa; 16])),
                Between::UndoImport => {
                    imported.iter().for_each(|id| after.delete(*id, *id));
                    after.imports[1].2 = true;
                }
                Between::Compact => {}
                Between::Draft => drop(after.drafts.insert("k".to_owned(), "v".to_owned())),
                Between::Several => {
                    added(&mut after, ids[0], RecordId([0xaa; 16]));
                    after.set(ids[0], ids[0], &kind, &FieldName::MEMO, &Value::text(word(3)));
                }
            }
            world.model = after.clone();
            world.check(&after);
            world.restart(None);
            world.apply(&Op::Compact).unwrap();
            world.check(&after);
            world.restart(None);
        }
    }
}

/// Undoing an import after its customers were edited: what the log says of them is older.
#[test]
fn customers_of_an_undone_import_stay_in_the_trash() {
    let mut world = World::new();
    for op in [
        Op::Import { count: 4 },
        Op::Set { customer: 6, field: 0, word: 1 },
        Op::Note { customer: 7, note: 1, word: 3 },
        Op::UndoImport { import: 0 },
    ] {
        world.apply(&op).unwrap();
    }
    let model = world.model.clone();
    world.check(&model);
    world.restart(None);
    assert!(world.notebook.cards().iter().all(|(_, card)| !card.is_listed()));
}
