//! Random runs, and every fault at every write of a run.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::world::{Op, World, op};

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// After every step the notebook in memory, and the one that a new process opens, hold what was
    /// confirmed.
    #[test]
    fn a_notebook_is_what_was_confirmed(ops in prop::collection::vec(op(), 1..40)) {
        let mut world = World::new();
        for op in &ops {
            prop_assert!(world.apply(op).is_ok());
            let model = world.model.clone();
            world.check(&model);
        }
        world.restart(None);
    }
}

/// A run that does everything at least once, then what chance adds.
fn run(seed: u8) -> Vec<Op> {
    let mut ops = vec![
        Op::Set { customer: 0, field: 0, word: 1 },
        Op::Note { customer: 0, note: 0, word: 3 },
        Op::Import { count: 4 },
        Op::Set { customer: 6, field: 2, word: 5 },
        Op::Tag { customer: 7, word: 5, add: true },
        Op::Compact,
        Op::Note { customer: 6, note: 0, word: 6 },
        Op::AddTo { customer: 6, word: 3 },
        Op::Rewrap { passphrase: 1 },
        Op::UndoImport { import: 0 },
        Op::Many { word: 7 },
        Op::Delete { customer: 0, note: None },
        Op::Compact,
        Op::Restore { customer: 0, note: None },
        Op::Draft { key: 0, word: 3 },
        Op::Reopen,
        Op::Rename { word: 5 },
        Op::Set { customer: 8, field: 1, word: 2 },
    ];
    let mut runner = TestRunner::new_with_rng(
        ProptestConfig::default(),
        prop::test_runner::TestRng::from_seed(prop::test_runner::RngAlgorithm::ChaCha, &[seed; 32]),
    );
    let chance = prop::collection::vec(op(), 16).new_tree(&mut runner).unwrap().current();
    let at = usize::from(seed) * 7 % ops.len();
    ops.splice(at..at, chance);
    ops
}

fn batches_of(ops: &[Op]) -> u64 {
    let mut world = World::new();
    let first = world.store.memory.batches();
    ops.iter().for_each(|op| world.apply(op).unwrap());
    world.store.memory.batches() - first
}

/// A write that fails: the caller is told, memory is as it was, and everything goes on.
#[test]
fn a_failed_write_changes_nothing_whichever_it_is() {
    for seed in 0..4 {
        let ops = run(seed);
        for fault in 0..batches_of(&ops) {
            let mut world = World::new();
            world.store.memory.fail_after(fault);
            let mut failed = 0;
            for op in &ops {
                failed += u32::from(world.apply(op).is_err());
                let model = world.model.clone();
                world.check(&model);
            }
            assert_eq!(failed, 1, "write {fault} of run {seed}");
            world.restart(None);
        }
    }
}

/// The process dies at a write, which reached the disk or did not: the vault opens, holds every confirmed
/// save, the unconfirmed one whole or not at all, and takes more.
#[test]
fn a_process_that_dies_loses_nothing_whenever_it_does() {
    for seed in 0..4 {
        let ops = run(seed);
        for fault in 0..batches_of(&ops) {
            for written in [false, true] {
                let mut world = World::new();
                world.store.memory.die_after(fault, written);
                let unconfirmed = ops.iter().find_map(|op| world.apply(op).err());
                let unconfirmed =
                    unconfirmed.unwrap_or_else(|| panic!("write {fault} of run {seed} did not come"));
                let before = world.model.clone();
                world.restart(Some(&unconfirmed.after));
                let expected = if written { &unconfirmed.after } else { &before };
                assert_eq!(world.model, *expected, "write {fault} of run {seed}: {:?}", unconfirmed.error);
                for op in [
                    Op::Set { customer: 1, field: 2, word: 7 },
                    Op::AddTo { customer: 6, word: 1 },
                    Op::Compact,
                    Op::Note { customer: 6, note: 1, word: 3 },
                ] {
                    world.apply(&op).unwrap();
                    let model = world.model.clone();
                    world.check(&model);
                }
                world.restart(None);
            }
        }
    }
}

/// Dying while the vault is being made leaves no vault, or an empty one.
#[test]
fn a_vault_is_made_whole_or_not_at_all() {
    use daifuku::crypto::SeededEntropy;
    use daifuku::model::Instant;
    use daifuku::vault::locked::NewVault;
    use daifuku::vault::memory::MemoryStore;
    use daifuku::vault::{Locked, Store};
    use futures::executor::block_on;

    use super::world::{kdf, secret};

    for written in [false, true] {
        let store = MemoryStore::new();
        store.die_after(0, written);
        let store = std::rc::Rc::new(store);
        let new = NewVault { secret: &secret(0), kdf: &kdf(0), device: "店", now: Instant(5) };
        let made =
            block_on(Locked::create(std::rc::Rc::clone(&store), &new, Box::new(SeededEntropy::new(1))));
        assert!(made.is_err());
        let survivor = std::rc::Rc::new(store.survivor());
        let found = block_on(Locked::find(std::rc::Rc::clone(&survivor))).unwrap();
        assert_eq!(found.is_some(), written);
        assert_eq!(block_on(survivor.read_from(daifuku::vault::Area::Log, 0, 9)), Ok(vec![]));
    }
}
