//! Laws of the exchange between devices, over simulated offices; and rules broken on purpose, which must show.
//!
//! Of the fourteen laws of merging, where they are proved:
//!
//! | law | tests |
//! | --- | --- |
//! | 1 join is a semilattice | `join_is_a_semilattice` |
//! | 2 convergence | `all_replicas_converge`, [`honest_offices`], [`offices_with_clones`] |
//! | 3 no loss | `nothing_is_lost_whatever_the_clocks`, [`honest_offices`], [`offices_with_clones`] |
//! | 4 texts | `all_replicas_converge`, [`a_text_changed_by_one_is_theirs`], `src/merge/sentence.rs` |
//! | 5 deletes, erasures | [`honest_offices`], `erasing_is_final` |
//! | 6 aliases of duplicates | [`duplicates_are_one_whatever_the_order`] |
//! | 7 deltas, gaps, parts | [`honest_offices`] (`have` is true), `since_is_all_that_is_missing` |
//! | 8 restored devices, clones | [`honest_offices`], [`offices_with_clones`], `a_renamed_clone_keeps_both_sides` |
//! | 9 clocks | `nothing_is_lost_whatever_the_clocks`; every office has clocks ten years off |
//! | 10 forward compatibility | every bundle is decoded and encoded again, with unknown kinds, fields and values |
//! | 11 round trips, 12 fuzzing | `any_bytes_are_read_without_panic`; of bundles in `src/bundle` |
//! | 13 crashes | [`honest_offices`] (half of a bundle); of rows in `tests/vault/faults.rs` |
//! | 14 encryption | `tests/crypto/laws.rs`, `tests/vault/damage.rs` |
//!
//! `DAIFUKU_HISTORIES=100000` makes so many histories of each; without it a few.

use std::collections::{BTreeMap, BTreeSet};

use daifuku::merge::aliases::{Aliases, edge};
use daifuku::merge::{Dot, HybridTimestamp, Stamp};
use daifuku::merge::{NoteText, RecordState};
use daifuku::model::{FieldName, RecordId, RecordKind, ReplicaId};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::plan::{Broken, Plan, cloned, cloned_and_restored, honest};
use crate::simulation::World;
use crate::witness::{Standing, standing};

/// How many histories to make where `few` are usual.
pub(crate) fn histories(few: u32) -> u32 {
    std::env::var("DAIFUKU_HISTORIES").ok().map_or(few, |count| count.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: histories(400), ..ProptestConfig::default() })]

    /// Bundles lost, repeated and out of order, parts, gaps, crashes, restored devices, wrong clocks: what
    /// a device claims to have it has, and by deltas alone all come to the same, in which nothing is lost.
    #[test]
    fn honest_offices(plan in honest()) {
        prop_assert_eq!(violation(&plan, Broken::Nothing, true), None);
    }

    /// Copies that nobody knows of find out by the trails; both sides of all they wrote stand, and all
    /// come to the same.
    #[test]
    fn offices_with_clones(plan in cloned()) {
        prop_assert_eq!(violation(&plan, Broken::Nothing, false), None);
    }

    /// Who saves the text as it was takes nothing from who changed it.
    #[test]
    fn a_text_changed_by_one_is_theirs(base in "([甲乙丙]。){0,6}", changed in "([甲乙丙]。){0,6}") {
        let stamp = |replica, counter| Stamp {
            dot: Dot { replica: ReplicaId([replica; 8]), counter },
            at: HybridTimestamp(counter),
        };
        let mut one = NoteText::new();
        one.write(&base, stamp(1, 1));
        let mut other = one.clone();
        one.write(&changed, stamp(1, 2));
        other.write(&base, stamp(2, 1));
        let both = one.clone();
        one.join(&other);
        other.join(&both);
        prop_assert_eq!(one.view().text(), changed);
        prop_assert_eq!(one.view(), other.view());
    }
}

/// Each rule, broken alone, breaks a law within a few histories.
#[test]
fn broken_rules_are_caught() {
    let rules = [
        Broken::RestoredKeepsId,
        Broken::PartRaises,
        Broken::GapRaises,
        Broken::LastWriterWins,
        Broken::DeltaByClock,
        Broken::DeleteBeatsEdit,
        Broken::PrivateByBase,
        Broken::ErasedComesBack,
        Broken::BaseNeverSinks,
    ];
    for rule in rules {
        assert!(first_violation(&honest(), rule, true).is_some(), "{rule:?} is not noticed");
    }
    for rule in [Broken::ForkUnseen, Broken::JoinedFirst] {
        assert!(first_violation(&cloned(), rule, false).is_some(), "{rule:?} is not noticed");
    }
}

/// The corner that no rule reaches: a copy is put back to a backup before it heard of the other copy, so the
/// author of some values is gone who would have brought them back.
#[test]
fn a_clone_that_is_restored_unaware_may_lose_a_value() {
    let mut runner = TestRunner::deterministic();
    let count = histories(400);
    let (mut lost, mut forked) = (0, 0);
    for _ in 0..count {
        let plan = cloned_and_restored().new_tree(&mut runner).unwrap().current();
        let mut world = World::run(&plan, Broken::Nothing);
        world.settle();
        forked += u32::from(world.devices.iter().any(|device| device.forks > 0));
        lost += u32::from(!missing(&world).is_empty());
    }
    println!("{lost} of {count} histories lost a value; in {forked} a fork was found");
    assert!(forked > count / 20, "the histories are too tame");
    assert!(lost < count / 20, "{lost} of {count}");
}

fn first_violation(plans: &BoxedStrategy<Plan>, rule: Broken, honest: bool) -> Option<String> {
    let mut runner = TestRunner::deterministic();
    (0..2000).find_map(|_| violation(&plans.new_tree(&mut runner).unwrap().current(), rule, honest))
}

/// Which law a history violates.
fn violation(plan: &Plan, broken: Broken, honest: bool) -> Option<String> {
    let mut world = World::run(plan, broken);
    let early = if honest { false_claim(&world) } else { None };
    world.settle();
    early.or_else(|| unlike(&world)).or_else(|| {
        if !honest {
            let missing = missing(&world);
            return (!missing.is_empty()).then(|| format!("lost: {missing:?}"));
        }
        let whole = erased_left_out(&world, world.witness.standing());
        let (erased, found) = (erased(&world), found(&world));
        let deleted: BTreeSet<RecordId> =
            ids(&world).filter(|id| whole_of(&world, *id).is_deleted()).collect();
        let expected: BTreeSet<RecordId> = world.witness.deleted().difference(&erased).copied().collect();
        let false_alarm = world.devices.iter().any(|device| device.forks > 0);
        if found != whole {
            Some(format!("stands: {found:?}, should: {whole:?}"))
        } else if deleted != expected {
            Some(format!("deleted: {deleted:?}, should: {expected:?}"))
        } else {
            false_claim(&world).or_else(|| false_alarm.then(|| "a fork where there is none".to_owned()))
        }
    })
}

/// A write that a device claims to have and has not. What was private once may be missing with the rest.
fn false_claim(world: &World) -> Option<String> {
    let place = format!("field {}", FieldName::PRIVATE.as_str());
    let all = || world.witness.written.iter();
    let private: BTreeSet<RecordId> =
        all().filter(|write| write.standing.1 == place).map(|write| write.standing.0).collect();
    world.devices.iter().enumerate().find_map(|(number, device)| {
        let have = device.have();
        let mut claimed = world.witness.claimed(&have).filter(|write| {
            !private.contains(&write.standing.0) && !device.erasures.contains(write.standing.0)
        });
        let missing = claimed.find(|write| {
            !device.records.get(&write.standing.0).is_some_and(|state| write.is_known(state))
        })?;
        Some(format!("device {number} does not have {:?} {:?}", missing.standing, missing.dot))
    })
}

/// A record that differs between two devices though nobody keeps it private, or erasures that do.
fn unlike(world: &World) -> Option<String> {
    let first = world.devices.first().unwrap();
    for id in ids(world) {
        let states: Vec<Option<&RecordState>> =
            world.devices.iter().map(|device| device.records.get(&id)).collect();
        let is_private = states.iter().flatten().any(|state| daifuku::merge::exchange::is_private(state));
        let bytes = |state: &Option<&RecordState>| postcard::to_allocvec(state).unwrap();
        if !is_private && states.iter().any(|state| bytes(state) != bytes(&states[0])) {
            return Some(format!("{id} differs: {states:?}"));
        }
    }
    if world.devices.iter().any(|device| device.erasures != first.erasures) {
        return Some("erasures differ".to_owned());
    }
    let erased = erased(world);
    let held = ids(world).find(|id| erased.contains(id))?;
    Some(format!("{held} was erased and is here"))
}

/// What should stand somewhere and does not.
fn missing(world: &World) -> Vec<Standing> {
    let found = found(world);
    erased_left_out(world, world.witness.standing()).difference(&found).cloned().collect()
}

fn found(world: &World) -> BTreeSet<Standing> {
    ids(world).flat_map(|id| standing(id, &whole_of(world, id))).collect()
}

fn erased_left_out(world: &World, standing: BTreeSet<Standing>) -> BTreeSet<Standing> {
    let erased = erased(world);
    standing.into_iter().filter(|(id, ..)| !erased.contains(id)).collect()
}

fn erased(world: &World) -> BTreeSet<RecordId> {
    world.devices.iter().flat_map(|device| device.erasures.iter().map(|(id, _)| id)).collect()
}

fn ids(world: &World) -> impl Iterator<Item = RecordId> {
    let ids: BTreeSet<RecordId> =
        world.devices.iter().flat_map(|device| device.records.keys().copied()).collect();
    ids.into_iter()
}

/// A record with all that any device knows of it: private ones are not the same everywhere.
fn whole_of(world: &World, id: RecordId) -> RecordState {
    let mut states = world.devices.iter().filter_map(|device| device.records.get(&id));
    let mut whole = states.next().unwrap().clone();
    states.for_each(|state| whole.join(state));
    whole
}

type Notebook = BTreeMap<RecordId, RecordState>;

fn join_all(into: &mut Notebook, other: &Notebook) {
    for (id, state) in other {
        into.entry(*id).and_modify(|known| known.join(state)).or_insert_with(|| state.clone());
    }
}

/// Who is one with whom, found by walking along edges.
fn walked(records: &Notebook) -> BTreeMap<RecordId, RecordId> {
    let edges: BTreeSet<(RecordId, RecordId)> = records
        .iter()
        .flat_map(|(id, state)| {
            let words = state.sets().flat_map(|(_, set)| set.words());
            words.map(|word| (*id, word.parse().unwrap())).collect::<Vec<_>>()
        })
        .collect();
    let reached = |from: RecordId| {
        let mut reached = BTreeSet::from([from]);
        loop {
            let more: Vec<RecordId> = edges
                .iter()
                .flat_map(|(a, b)| [(*a, *b), (*b, *a)])
                .filter(|(a, b)| reached.contains(a) && !reached.contains(b))
                .map(|(_, b)| b)
                .collect();
            if more.is_empty() {
                return *reached.first().unwrap();
            }
            reached.extend(more);
        }
    };
    (0..8).map(|id| RecordId([id; 16])).map(|id| (id, reached(id))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: histories(256), failure_persistence: None, ..ProptestConfig::default() })]

    /// Three devices find and part duplicates and exchange what they did, in any order; what one parts again
    /// is as it was before, and an edge that is found while another takes it away stands.
    #[test]
    fn duplicates_are_one_whatever_the_order(
        steps in prop::collection::vec((0..3_usize, 0..8_u8, 0..8_u8, 0..4_u8), 1..40),
    ) {
        let mut books = vec![Notebook::new(); 3];
        let mut counter = 0;
        for (device, a, b, what) in steps {
            let (a, b) = (RecordId([a; 16]), RecordId([b; 16]));
            counter += 1;
            let by = Dot { replica: ReplicaId([u8::try_from(device).unwrap(); 8]), counter };
            let stamp = Stamp { dot: by, at: HybridTimestamp(counter << 16) };
            match (what, edge(a, b)) {
                (0, _) => {
                    let other = books[(device + 1) % 3].clone();
                    join_all(&mut books[device], &other);
                }
                (what, Some((record, word))) => {
                    let before = books[device].clone();
                    let state = books[device].entry(record).or_insert_with(|| RecordState::new(RecordKind::Customer));
                    if what == 1 {
                        state.remove(FieldName::ALIASES, &word, stamp);
                    } else {
                        state.add(FieldName::ALIASES, &word, stamp);
                        let was = before.get(&record).is_some_and(|state| {
                            state.sets().any(|(_, set)| set.contains(&word))
                        });
                        let mut parted = state.clone();
                        let later = Stamp { dot: Dot { counter: counter + 1_000, ..by }, ..stamp };
                        parted.remove(FieldName::ALIASES, &word, later);
                        let mut again = books[device].clone();
                        again.insert(record, parted);
                        prop_assert!(was || walked(&again) == walked(&before), "parted, it is as it was");
                        let mut both = books[device].clone();
                        join_all(&mut both, &before);
                        prop_assert_eq!(Aliases::of(both.iter().map(|(id, state)| (*id, state))).canonical(a),
                            Aliases::of(both.iter().map(|(id, state)| (*id, state))).canonical(b));
                    }
                }
                _ => {}
            }
        }
        let mut forwards = Notebook::new();
        books.iter().for_each(|book| join_all(&mut forwards, book));
        let mut backwards = Notebook::new();
        books.iter().rev().for_each(|book| join_all(&mut backwards, book));
        let expected = walked(&forwards);
        for book in [&forwards, &backwards] {
            let aliases = Aliases::of(book.iter().rev().map(|(id, state)| (*id, state)));
            for (id, canonical) in &expected {
                prop_assert_eq!(aliases.canonical(*id), *canonical);
                let all: Vec<RecordId> =
                    expected.iter().filter(|(_, other)| *other == canonical).map(|(id, _)| *id).collect();
                prop_assert_eq!(aliases.all(*id), if all.len() > 1 { all } else { Vec::new() });
            }
        }
    }
}
