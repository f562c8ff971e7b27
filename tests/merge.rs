//! Laws of merging, over random histories of several devices: changes, messages that arrive late, twice,
//! in any order or never, parts of records, clocks that are wrong by up to ten years, restored backups.

use std::collections::{BTreeMap, BTreeSet};

use daifuku::merge::fork::{self, Trail};
use daifuku::merge::{Change, Dot, Erasures, RecordState, Region, Replica, Stamp, conflicts};
use daifuku::model::{Date, FieldName, Instant, RecordId, RecordKind, ReplicaId, Value};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

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
        let id = copy.replica.id;
        let original = world.devices[0].state.clone();
        copy.state.rename(id, above, ReplicaId([99; 8]));
        let written = |state: &RecordState| heads(state).difference(&split).cloned().collect::<Vec<_>>();
        let whole = joined(&[&original, &copy.state]);
        prop_assert_eq!(fork::forks(&original, &copy.state), []);
        for head in written(&original).iter().chain(&written(&copy.state)) {
            prop_assert!(heads(&whole).contains(head), "{head:?}");
        }
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
        later.erase(id, Stamp { at: daifuku::merge::HybridTimestamp(order | 1 << 50), ..stamp });
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

/// What happens: to which devices, with which wrong clocks (in milliseconds).
#[derive(Clone, Debug)]
struct History {
    clocks: Vec<i64>,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
enum Step {
    /// A device changes its record; the change is a message.
    Change { device: usize, change: Change, millis: i64 },
    /// A device makes a message of its fields, or of some.
    Share { device: usize, only: Option<u8> },
    /// A message arrives, perhaps once more.
    Deliver { device: usize, message: usize },
}

fn history() -> impl Strategy<Value = History> {
    const TEN_YEARS: i64 = 10 * 365 * 86_400_000;
    let clocks = prop::collection::vec(prop_oneof![Just(0), -TEN_YEARS..TEN_YEARS], 2..6);
    (clocks, steps()).prop_map(|(clocks, steps)| History { clocks, steps })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => (any::<usize>(), change(), 0_i64..100)
            .prop_map(|(device, change, millis)| Step::Change { device, change, millis }),
        1 => (any::<usize>(), any::<Option<u8>>()).prop_map(|(device, only)| Step::Share { device, only }),
        4 => (any::<usize>(), any::<usize>())
            .prop_map(|(device, message)| Step::Deliver { device, message }),
    ];
    prop::collection::vec(step, 1..40)
}

fn change() -> impl Strategy<Value = Change> {
    let field = prop::sample::select(vec![
        FieldName::NAME,
        FieldName::PHONE.item(1),
        FieldName::MEMO,
        FieldName::new("future"),
    ]);
    let value = prop_oneof![
        "[あい]{1,2}".prop_map(Value::Text),
        (0_i64..3).prop_map(Value::Number),
        Just(Value::Empty),
        Just(Value::Unknown(300, vec![1, 2])),
    ];
    let word = prop::sample::select(vec!["常連", "紹介", "VIP"]).prop_map(str::to_owned);
    let text = "([甲乙丙]。){0,4}";
    prop_oneof![
        8 => (field, value).prop_map(|(field, value)| Change::Set(field, value)),
        3 => word.clone().prop_map(|word| Change::Add(FieldName::TAGS, word)),
        2 => word.prop_map(|word| Change::Remove(FieldName::TAGS, word)),
        4 => text.prop_map(|text| Change::Write(FieldName::TEXT, text)),
        2 => Just(Change::Delete),
        1 => Just(Change::Restore),
    ]
}

#[derive(Clone)]
struct Device {
    replica: Replica,
    state: RecordState,
    clock: i64,
    trail: Trail,
    seen: BTreeSet<Seen>,
}

/// The place and the dot of a write.
type Seen = (String, Dot);

impl Device {
    /// Makes a change `millis` after the last one, by a clock that is wrong.
    fn change(&mut self, change: Change, millis: i64) -> RecordState {
        let now = self.replica.counter * 50;
        let now = Instant(1_795_305_600_000 + self.clock + i64::try_from(now).unwrap() + millis);
        let stamp = self.replica.stamp(now);
        let delta = self.state.change(change, stamp);
        self.trail.extend(stamp.dot.counter, &encode(&delta));
        delta
    }
}

/// The devices and everything that was ever sent or written.
struct World {
    devices: Vec<Device>,
    messages: Vec<Message>,
    deltas: Vec<RecordState>,
    trails: Vec<(ReplicaId, Trail)>,
    ghosts: Ghosts,
}

struct Message {
    state: RecordState,
    /// The writes to the fields in `state` that its sender knew of.
    seen: BTreeSet<Seen>,
}

/// A write: its place, its dot, what it wrote.
type Write = (String, Dot, String);

/// Knows all, apart from the code under test: every write, and what its author saw it replace.
#[derive(Default)]
struct Ghosts {
    written: Vec<Write>,
    replaced: BTreeSet<Write>,
    /// For each delete what its author had seen, and the authors of the deletes that it replaced.
    seen_by_deletes: BTreeMap<Dot, BTreeSet<Seen>>,
}

impl Ghosts {
    fn standing(&self) -> BTreeSet<Write> {
        self.written.iter().filter(|write| !self.replaced.contains(*write)).cloned().collect()
    }

    /// Whether the author of one standing delete had seen every write to every field.
    fn is_deleted(&self) -> bool {
        let contents = || self.written.iter().filter(|(slot, _, _)| slot != "delete");
        self.standing().iter().filter(|(slot, _, _)| slot == "delete").any(|(_, delete, _)| {
            let seen = &self.seen_by_deletes[delete];
            contents().all(|(slot, dot, _)| seen.contains(&(slot.clone(), *dot)))
        })
    }
}

impl World {
    fn new(history: &History) -> Self {
        let device = |(number, clock): (u8, &i64)| Device {
            replica: Replica::new(ReplicaId([number; 8])),
            state: RecordState::new(RecordKind::Other("visit".into())),
            clock: *clock,
            trail: Trail::default(),
            seen: BTreeSet::new(),
        };
        let devices = (1..).zip(&history.clocks).map(device).collect();
        Self {
            devices,
            messages: Vec::new(),
            deltas: Vec::new(),
            trails: Vec::new(),
            ghosts: Ghosts::default(),
        }
    }

    fn run(&mut self, steps: &[Step]) {
        let count = self.devices.len();
        for step in steps.iter().cloned() {
            match step {
                Step::Change { device, change, millis } => {
                    let device = &mut self.devices[device % count];
                    let before = heads(&device.state);
                    let slot = slot_of(&change);
                    let written = content_of(&change);
                    let delta = device.change(change, millis);
                    let after = heads(&device.state);
                    let dot = Dot { replica: device.replica.id, counter: device.replica.counter };
                    // A delete's content is what its author saw: taken from the state. Under a shared id
                    // it may be missing there.
                    let written = written
                        .or_else(|| after.iter().find(|head| head.1 == dot).map(|head| head.2.clone()))
                        .unwrap_or_default();
                    if slot == "delete" {
                        let mut seen = device.seen.clone();
                        for (_, earlier, _) in before.iter().filter(|(slot, _, _)| slot == "delete") {
                            seen.extend(self.ghosts.seen_by_deletes[earlier].iter().cloned());
                        }
                        self.ghosts.seen_by_deletes.insert(dot, seen);
                    } else {
                        device.seen.insert((slot.clone(), dot));
                    }
                    let seen = device.seen.iter().filter(|seen| seen.0 == slot).cloned().collect();
                    self.messages.push(Message { state: delta.clone(), seen });
                    self.ghosts.written.push((slot, dot, written));
                    self.ghosts.replaced.extend(before.difference(&after).cloned());
                    self.trails.push((device.replica.id, device.trail));
                    self.deltas.push(delta);
                }
                Step::Share { device, only } => {
                    let device = &self.devices[device % count];
                    let wanted =
                        |name: &str| only.is_none_or(|only| name.bytes().fold(only, |a, b| a ^ b) % 2 == 0);
                    let name = |slot: &str| slot.split_once(' ').unwrap().1.to_owned();
                    let seen = device.seen.iter().filter(|seen| wanted(&name(&seen.0))).cloned().collect();
                    let state = device.state.restricted(|field| wanted(field.as_str()));
                    self.messages.push(Message { state, seen });
                }
                Step::Deliver { device, message } => {
                    if let Some(message) = self.messages.get(message % self.messages.len().max(1)) {
                        let device = &mut self.devices[device % count];
                        device.state.join(&message.state);
                        device.seen.extend(message.seen.iter().cloned());
                    }
                }
            }
        }
    }

    /// What was lost is sent again: every device gets what any device has, and every message arrives.
    fn exchange_everything(&mut self) -> RecordState {
        let states = self.devices.iter().map(|device| &device.state);
        let messages = self.messages.iter().map(|message| &message.state);
        let whole = joined(&states.chain(messages).collect::<Vec<_>>());
        let contents = self.ghosts.written.iter().filter(|(slot, _, _)| slot != "delete");
        let seen: BTreeSet<Seen> = contents.map(|(slot, dot, _)| (slot.clone(), *dot)).collect();
        for device in &mut self.devices {
            device.state.clone_from(&whole);
            device.seen.clone_from(&seen);
        }
        whole
    }
}

/// A history in which the first device is put back to an earlier backup, with a new id or its old one.
fn restore(history: &History, at: [usize; 2], new_id: bool) -> (World, RecordState) {
    let [first, second] = at.map(|at| at % (history.steps.len() + 1));
    let (backup, restored) = (first.min(second), first.max(second));
    let mut world = World::new(history);
    world.run(&history.steps[..backup]);
    let saved = world.devices[0].clone();
    world.run(&history.steps[backup..restored]);
    world.devices[0] = saved;
    if new_id {
        let replica = &mut world.devices[0].replica;
        *replica = replica.under(ReplicaId([100; 8]));
        world.devices[0].trail = Trail::default();
    }
    world.run(&history.steps[restored..]);
    let whole = world.exchange_everything();
    (world, whole)
}

fn joined(states: &[&RecordState]) -> RecordState {
    let mut whole = RecordState::new(RecordKind::Other("visit".into()));
    states.iter().for_each(|state| whole.join(state));
    whole
}

fn encode(state: &RecordState) -> Vec<u8> {
    postcard::to_allocvec(state).unwrap()
}

/// Everything that stands in a state.
fn heads(state: &RecordState) -> BTreeSet<Write> {
    let mut heads = BTreeSet::new();
    for (name, field) in state.fields() {
        for head in field.heads() {
            heads.insert((format!("field {}", name.as_str()), head.dot, value_content(name, &head.value)));
        }
    }
    for (name, set) in state.sets() {
        for head in set.heads() {
            heads.insert((format!("set {}", name.as_str()), head.dot, format!("{:?}", head.value)));
        }
    }
    for (name, text) in state.texts() {
        assert_eq!(text.standing().count(), text.heads().len(), "a standing text is missing");
        for (head, content) in text.standing() {
            heads.insert((format!("text {}", name.as_str()), head.dot, content.to_owned()));
        }
    }
    for head in state.deletes() {
        heads.insert(("delete".to_owned(), head.dot, format!("{:?}", head.value)));
    }
    heads
}

fn value_content(name: &FieldName, value: &Value) -> String {
    // The value of this field is a time, which depends on the clock.
    if *name == FieldName::RESTORED { "restored".to_owned() } else { format!("{value:?}") }
}

fn slot_of(change: &Change) -> String {
    match change {
        Change::Set(field, _) => format!("field {}", field.as_str()),
        Change::Add(field, _) | Change::Remove(field, _) => format!("set {}", field.as_str()),
        Change::Write(field, _) => format!("text {}", field.as_str()),
        Change::Delete => "delete".to_owned(),
        Change::Restore => format!("field {}", FieldName::RESTORED.as_str()),
    }
}

fn content_of(change: &Change) -> Option<String> {
    Some(match change {
        Change::Set(field, value) => value_content(field, value),
        Change::Add(_, word) => format!("{:?}", Some(word)),
        Change::Remove(_, _) => "None".to_owned(),
        Change::Write(_, text) => text.clone(),
        Change::Restore => "restored".to_owned(),
        Change::Delete => return None,
    })
}
