//! Laws of merging, over random histories of several devices: changes, messages that arrive late, twice,
//! in any order or never, parts of records, clocks that are wrong by up to ten years, restored backups.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic; its helpers too")]

use std::collections::{BTreeMap, BTreeSet};

use daifuku::merge::fork::{self, Trail};
use daifuku::merge::{Dot, Erasures, HybridTimestamp, RecordState, Region, Stamp, conflicts};
use daifuku::model::{Date, FieldName, Instant, RecordId, RecordKind, ReplicaId, Value};
use history::{History, Step, World, Write, encode, heads, history, joined, restore, steps};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

#[path = "merge/device.rs"]
mod device;
#[path = "merge/history.rs"]
mod history;
#[path = "merge/laws.rs"]
mod laws;
#[path = "merge/plan.rs"]
mod plan;
#[path = "merge/simulation.rs"]
mod simulation;
#[path = "merge/witness.rs"]
mod witness;

proptest! {
    #![proptest_config(ProptestConfig { cases: laws::histories(256), ..ProptestConfig::default() })]

    /// Commutative, associative, idempotent, monotone; even when two devices share an id.
    #[test]
    fn join_is_a_semilattice(history in history(), shared in any::<bool>(), picks in any::<[usize; 3]>()) {
        let mut world = World::new(&history);
        if shared {
            world.devices[1].replica = world.devices[0].replica;
        }
        world.run(&history.steps);
        let messages = world.messages.iter().map(|message| &message.state);
        let states: Vec<_> = messages.chain(world.devices.iter().map(|device| &device.state)).collect();
        let [a, b, c] = picks.map(|pick| states[pick % states.len()]);
        prop_assert_eq!(joined(&[a, b]), joined(&[b, a]));
        prop_assert_eq!(joined(&[&joined(&[a, b]), c]), joined(&[a, &joined(&[b, c])]));
        prop_assert_eq!(&joined(&[a, a]), a);
        prop_assert_eq!(&joined(&[a, &RecordState::new(a.kind().clone())]), a);
        prop_assert!(joined(&[a, b]).version().covers(&a.version()));
        prop_assert!(joined(&[a, b]).version().covers(&b.version()));
        prop_assert!(joined(&[a, b]).created() <= a.created().max(b.created()));
    }

    /// Whatever arrived before and in whatever order the rest arrives: same bytes, same display; and
    /// the deltas alone, in any order, give the same state.
    #[test]
    fn all_replicas_converge(history in history(), order in any::<u64>()) {
        let mut world = World::new(&history);
        world.run(&history.steps);
        let whole = joined(&world.devices.iter().map(|device| &device.state).collect::<Vec<_>>());
        for turn in 0..world.devices.len() {
            let mut state = world.devices[turn].state.clone();
            for step in 0..world.devices.len() {
                state.join(&world.devices[(turn + world.devices.len() - step) % world.devices.len()].state);
            }
            prop_assert_eq!(encode(&state), encode(&whole));
            for (field, register) in whole.fields() {
                prop_assert_eq!(state.displayed(field), register.displayed());
            }
            for (field, text) in whole.texts() {
                prop_assert_eq!(state.text_of(field).unwrap().view(), text.view());
                prop_assert!(text.revisions().all(|(_, revision)| revision.parents.is_sorted_by(|a, b| a < b)));
            }
            prop_assert_eq!(state.is_deleted(), whole.is_deleted());
            prop_assert_eq!(conflicts(&state), conflicts(&whole));
        }
        let mut deltas: Vec<&RecordState> = world.deltas.iter().collect();
        deltas.sort_by_key(|delta| encode(delta).iter().fold(order, |sum, byte| sum.rotate_left(5) ^ u64::from(*byte)));
        let twice: Vec<&RecordState> = deltas.iter().chain(deltas.iter().step_by(2)).copied().collect();
        prop_assert_eq!(joined(&twice), whole);
    }

    /// The values that stand are exactly those that were written and not replaced by someone who had
    /// seen them. Clocks change neither that nor whether the record is deleted.
    #[test]
    fn nothing_is_lost_whatever_the_clocks(history in history()) {
        let mut world = World::new(&history);
        world.run(&history.steps);
        let whole = world.exchange_everything();
        prop_assert_eq!(heads(&whole), world.ghosts.standing());
        prop_assert_eq!(whole.is_deleted(), world.ghosts.is_deleted());
        prop_assert_eq!(whole.was_revived(), !whole.deletes().is_empty() && !whole.is_deleted());
        prop_assert_eq!(whole.revival().is_some(), whole.was_revived());

        let right = History { clocks: vec![0; history.clocks.len()], ..history.clone() };
        let mut other = World::new(&right);
        other.run(&right.steps);
        let other = other.exchange_everything();
        prop_assert_eq!(heads(&other), heads(&whole));
        prop_assert_eq!(other.is_deleted(), whole.is_deleted());
        prop_assert_eq!(other.version(), whole.version());
    }

    /// A new id after a restore keeps everything; see `a_reused_id_loses_writes_and_is_found`.
    #[test]
    fn a_restored_device_under_a_new_id_loses_nothing(history in history(), at in any::<[usize; 2]>()) {
        let (world, whole) = restore(&history, at, true);
        prop_assert_eq!(heads(&whole), world.ghosts.standing());
    }

    /// Applying reports each head that stood here before and does not any more, once.
    #[test]
    fn history_reports_what_was_replaced(history in history(), picks in any::<[usize; 2]>()) {
        let mut world = World::new(&history);
        world.run(&history.steps);
        let states: Vec<&RecordState> = world.devices.iter().map(|device| &device.state).chain(&world.deltas).collect();
        let [mut state, delta] = picks.map(|pick| states[pick % states.len()].clone());
        let before = heads(&state);
        let lines = state.apply(&delta);
        let after = heads(&state);
        // Of sets only words are reported, and of deletes nothing: no one wants to see those old values.
        let gone: BTreeSet<(String, Dot)> = before
            .difference(&after)
            .filter(|(slot, _, content)| !slot.starts_with("delete") && content != "None")
            .map(|(slot, dot, _)| (slot.split_once(' ').unwrap().1.to_owned(), *dot))
            .collect();
        let reported: Vec<(String, Dot)> =
            lines.iter().map(|line| (line.field.as_str().to_owned(), line.head.dot)).collect();
        prop_assert_eq!(reported.len(), gone.len());
        prop_assert_eq!(reported.into_iter().collect::<BTreeSet<_>>(), gone);
        prop_assert!(lines.iter().all(|line| line.by.dot != line.head.dot && delta.version().includes(line.by.dot)));
    }

    /// Who has everything up to a version lacks nothing after `since` that version.
    #[test]
    fn since_is_all_that_is_missing(history in history(), later in history()) {
        let mut world = World::new(&history);
        world.run(&history.steps);
        let old = world.exchange_everything();
        world.run(&later.steps);
        let new = world.exchange_everything();
        let missing = new.since(&old.version());
        prop_assert_eq!(&joined(&[&old, &missing]), &new);
        prop_assert!(new.since(&new.version()).fields().len() == 0);
    }

    /// A clone that finds out keeps its writes under a new id beside those of the original.
    #[test]
    fn a_renamed_clone_keeps_both_sides(history in history(), here in steps(), there in steps()) {
        let mut world = World::new(&history);
        world.run(&history.steps);
        let above = world.devices[0].replica.counter;
        let mut copy = world.devices[0].clone();
        let split = heads(&world.devices[0].state);
        for (device, steps) in [(&mut world.devices[0], here), (&mut copy, there)] {
            for step in steps {
                if let Step::Change { change, millis, .. } = step {
                    device.change(change, millis);
                }
            }
        }
        let (id, new) = (copy.replica.id, ReplicaId([99; 8]));
        let original = world.devices[0].state.clone();
        let replaced: Vec<Write> = split.difference(&heads(&copy.state)).cloned().collect();
        let was_deleted = copy.state.is_deleted();
        copy.state.rename(id, above, new);
        prop_assert_eq!(copy.state.is_deleted(), was_deleted);
        copy.replica = copy.replica.renamed(new, above);
        prop_assert!(!fork::is_ahead(new, copy.replica.counter, &copy.state));
        let written = |state: &RecordState| heads(state).difference(&split).cloned().collect::<Vec<_>>();
        let whole = joined(&[&original, &copy.state]);
        prop_assert_eq!(fork::forks(&original, &copy.state), []);
        for head in written(&original).iter().chain(&written(&copy.state)) {
            prop_assert!(heads(&whole).contains(head), "{head:?}");
        }
        prop_assert!(replaced.iter().all(|head| !heads(&whole).contains(head)));
        prop_assert_eq!(whole.is_deleted(), joined(&[&copy.state, &original]).is_deleted());
        prop_assert_eq!(whole, joined(&[&copy.state, &original]));
        let bytes = encode(&copy.state);
        prop_assert_eq!(postcard::from_bytes::<RecordState>(&bytes), Ok(copy.state));
    }

    /// Erasing and anything, in any order, is erasing.
    #[test]
    fn erasing_is_final(history in history(), erased in 0_usize..6, order in any::<u64>()) {
        let mut world = World::new(&history);
        world.run(&history.steps);
        let id = RecordId([7; 16]);
        let mut arrivals: Vec<Option<RecordState>> = world.messages.into_iter().map(|message| Some(message.state)).collect();
        arrivals.insert(erased % (arrivals.len() + 1), None);
        let (mut records, mut erasures) = (BTreeMap::<RecordId, RecordState>::new(), Erasures::new());
        let stamp = world.devices[0].replica.stamp(Instant(5));
        let mut told = Erasures::new();
        for arrival in arrivals {
            match arrival {
                Some(state) if !erasures.contains(id) => {
                    records.entry(id).or_insert_with(|| RecordState::new(state.kind().clone())).join(&state);
                }
                Some(_) => {}
                None => {
                    told = erasures.erase(id, stamp);
                    records.retain(|id, _| !erasures.contains(*id));
                }
            }
        }
        prop_assert!(records.is_empty() && erasures.contains(id));
        let mut later = Erasures::new();
        later.erase(id, Stamp { at: HybridTimestamp(order | 1 << 50), ..stamp });
        later.erase(RecordId([8; 16]), stamp);
        let (mut a, mut b) = (told.clone(), later.clone());
        a.join(&later);
        b.join(&told);
        prop_assert_eq!(&a, &b);
        a.join(&told);
        prop_assert_eq!(&a, &b);
        let bytes = postcard::to_allocvec(&a).unwrap();
        prop_assert_eq!(postcard::from_bytes::<Erasures>(&bytes), Ok(a));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Every truncation is an error; every changed byte an error or another state that can be used.
    #[test]
    fn damaged_bytes_are_refused_or_another_state(history in history(), mask in 1_u8..) {
        let mut world = World::new(&history);
        world.run(&history.steps);
        let state = world.exchange_everything();
        let bytes = encode(&state);
        prop_assert_eq!(&postcard::from_bytes::<RecordState>(&bytes).unwrap(), &state);
        for end in 0..bytes.len() {
            prop_assert!(postcard::from_bytes::<RecordState>(&bytes[..end]).is_err());
        }
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= mask;
            if let Ok(other) = postcard::from_bytes::<RecordState>(&damaged) {
                prop_assert!(other != state, "byte {place}");
                prop_assert_eq!(postcard::from_bytes::<RecordState>(&encode(&other)).unwrap(), other.clone());
                prop_assert_eq!(joined(&[&state, &other]), joined(&[&other, &state]));
                let _ = (other.is_deleted(), other.revival(), other.version(), conflicts(&other).len());
                other.texts().for_each(|(_, text)| drop(text.view()));
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = postcard::from_bytes::<RecordState>(&bytes);
        let _ = postcard::from_bytes::<Erasures>(&bytes);
        let mut prefixed = b"\x04note\x00\x01\x04text".to_vec();
        prefixed.extend(bytes);
        let _ = postcard::from_bytes::<RecordState>(&prefixed);
    }
}

/// The negative control: with the id used again, writes are lost; and in every such history the trails
/// show it.
#[test]
fn a_reused_id_loses_writes_and_is_found() {
    let mut runner = TestRunner::deterministic();
    let mut lost = 0;
    for _ in 0..400 {
        let (history, at) = (history(), any::<[usize; 2]>()).new_tree(&mut runner).unwrap().current();
        let (world, whole) = restore(&history, at, false);
        if heads(&whole) != world.ghosts.standing() {
            lost += 1;
            let id = world.devices[0].replica.id;
            let known: Vec<Trail> =
                world.trails.iter().filter(|(replica, _)| *replica == id).map(|(_, trail)| *trail).collect();
            assert!(known.iter().any(|trail| fork::is_fork(&known, trail)), "lost and not found");
        }
    }
    assert!(lost > 10, "only {lost} of 400 histories lost a write: the histories are too tame");
}

/// The sample was made once and is never made again: what is stored must stay readable.
#[test]
fn the_stored_sample_is_read() {
    let bytes = include_bytes!("data/merge/record-1.postcard");
    let state: RecordState = postcard::from_bytes(bytes).unwrap();
    assert_eq!(encode(&state), bytes);
    let dot = |replica, counter| Dot { replica: ReplicaId([replica; 8]), counter };
    assert_eq!(state.kind(), &RecordKind::Other("visit".into()));
    assert_eq!(state.created().instant(), Instant(1_795_305_600_000));
    assert_eq!(state.changed().instant(), Instant(1_795_305_600_900));
    let name = state.register(&FieldName::NAME).unwrap();
    assert_eq!(
        name.heads().iter().map(|head| (head.dot, &head.value)).collect::<Vec<_>>(),
        [(dot(1, 8), &Value::Text("高橋".into())), (dot(2, 1), &Value::Text("髙橋 﨑子".into()))]
    );
    assert_eq!(state.displayed(&FieldName::NAME), Some(&Value::Text("髙橋 﨑子".into())));
    assert_eq!(state.displayed(&FieldName::BIRTHDAY), Some(&Value::Date(Date::new(None, 2, 29).unwrap())));
    assert_eq!(state.displayed(&FieldName::new("future")), Some(&Value::Unknown(300, vec![1, 2, 3])));
    assert_eq!(
        state.displayed(&FieldName::PHONE.item(1)),
        Some(&Value::parts([("label", "自宅"), ("number", "03-1234-5678")]))
    );
    assert_eq!(state.set_of(&FieldName::TAGS).unwrap().words(), ["常連"]);
    assert_eq!(
        state.text_of(&FieldName::TEXT).unwrap().view().regions,
        [Region::Agreed("本日訪問。担当は佐藤様。次回は6月。".into())]
    );
    assert_eq!(state.text_of(&FieldName::TEXT).unwrap().revisions().len(), 3);
    let revival = state.revival().unwrap();
    assert_eq!((revival.deleted.dot, revival.changed.dot), (dot(1, 9), dot(2, 4)));
    assert_eq!(state.version().dots().collect::<Vec<_>>(), [dot(1, 9), dot(2, 4)]);
    let bytes = include_bytes!("data/merge/erasures-1.postcard");
    let erasures: Erasures = postcard::from_bytes(bytes).unwrap();
    assert_eq!(postcard::to_allocvec(&erasures).unwrap(), bytes);
    let erasure = erasures.erasure(RecordId([9; 16])).unwrap();
    assert_eq!((erasure.at.instant(), erasure.by), (Instant(1_795_305_600_000), dot(1, 300)));
}
