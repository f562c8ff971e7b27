//! Random histories of several devices, and a witness that knows what each of them had seen.

use std::collections::{BTreeMap, BTreeSet};

use daifuku::merge::fork::Trail;
use daifuku::merge::{Change, Dot, RecordState, Replica};
use daifuku::model::{FieldName, Instant, RecordKind, ReplicaId, Value};
use proptest::prelude::*;

/// What happens: to which devices, with which wrong clocks (in milliseconds).
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) clocks: Vec<i64>,
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A device changes its record; the change is a message.
    Change { device: usize, change: Change, millis: i64 },
    /// A device makes a message of its fields, or of some.
    Share { device: usize, only: Option<u8> },
    /// A message arrives, perhaps once more.
    Deliver { device: usize, message: usize },
}

pub(crate) fn history() -> impl Strategy<Value = History> {
    const TEN_YEARS: i64 = 10 * 365 * 86_400_000;
    let clocks = prop::collection::vec(prop_oneof![Just(0), -TEN_YEARS..TEN_YEARS], 2..6);
    (clocks, steps()).prop_map(|(clocks, steps)| History { clocks, steps })
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
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
pub(crate) struct Device {
    pub(crate) replica: Replica,
    pub(crate) state: RecordState,
    clock: i64,
    pub(crate) trail: Trail,
    pub(crate) seen: BTreeSet<Seen>,
}

/// The place and the dot of a write.
pub(crate) type Seen = (String, Dot);

impl Device {
    /// Makes a change `millis` after the last one, by a clock that is wrong.
    pub(crate) fn change(&mut self, change: Change, millis: i64) -> RecordState {
        let now = self.replica.counter * 50;
        let now = Instant(1_795_305_600_000 + self.clock + i64::try_from(now).unwrap() + millis);
        let stamp = self.replica.stamp(now);
        let delta = self.state.change(change, stamp);
        self.trail.extend(stamp.dot.counter, &encode(&delta));
        delta
    }
}

/// The devices and everything that was ever sent or written.
pub(crate) struct World {
    pub(crate) devices: Vec<Device>,
    pub(crate) messages: Vec<Message>,
    pub(crate) deltas: Vec<RecordState>,
    pub(crate) trails: Vec<(ReplicaId, Trail)>,
    pub(crate) ghosts: Ghosts,
}

pub(crate) struct Message {
    pub(crate) state: RecordState,
    /// The writes to the fields in `state` that its sender knew of.
    pub(crate) seen: BTreeSet<Seen>,
}

/// A write: its place, its dot, what it wrote.
pub(crate) type Write = (String, Dot, String);

/// Knows all, apart from the code under test: every write, and what its author saw it replace.
#[derive(Default)]
pub(crate) struct Ghosts {
    written: Vec<Write>,
    replaced: BTreeSet<Write>,
    /// For each delete what its author had seen, and the authors of the deletes that it replaced.
    seen_by_deletes: BTreeMap<Dot, BTreeSet<Seen>>,
}

impl Ghosts {
    pub(crate) fn standing(&self) -> BTreeSet<Write> {
        self.written.iter().filter(|write| !self.replaced.contains(*write)).cloned().collect()
    }

    /// Whether the author of one standing delete had seen every write to every field.
    pub(crate) fn is_deleted(&self) -> bool {
        let contents = || self.written.iter().filter(|(slot, _, _)| slot != "delete");
        self.standing().iter().filter(|(slot, _, _)| slot == "delete").any(|(_, delete, _)| {
            let seen = &self.seen_by_deletes[delete];
            contents().all(|(slot, dot, _)| seen.contains(&(slot.clone(), *dot)))
        })
    }
}

impl World {
    pub(crate) fn new(history: &History) -> Self {
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

    pub(crate) fn run(&mut self, steps: &[Step]) {
        let count = self.devices.len();
        for step in steps.iter().cloned() {
            match step {
                Step::Change { device, change, millis } => {
                    let device = &mut self.devices[device % count];
                    let before = heads(&device.state);
                    let slot = slot_of(&change);
                    let replaces = replaced_by(&change);
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
                    self.ghosts.replaced.extend(before.into_iter().filter(replaces));
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
    pub(crate) fn exchange_everything(&mut self) -> RecordState {
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
pub(crate) fn restore(history: &History, at: [usize; 2], new_id: bool) -> (World, RecordState) {
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

pub(crate) fn joined(states: &[&RecordState]) -> RecordState {
    let mut whole = RecordState::new(RecordKind::Other("visit".into()));
    states.iter().for_each(|state| whole.join(state));
    whole
}

pub(crate) fn encode(state: &RecordState) -> Vec<u8> {
    postcard::to_allocvec(state).unwrap()
}

/// Everything that stands in a state.
pub(crate) fn heads(state: &RecordState) -> BTreeSet<Write> {
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

/// Which of the writes that its author sees a change replaces.
fn replaced_by(change: &Change) -> impl Fn(&Write) -> bool + use<> {
    let (slot, restores) = (slot_of(change), *change == Change::Restore);
    let word = match change {
        Change::Add(_, word) | Change::Remove(_, word) => Some(format!("{:?}", Some(word))),
        _ => None,
    };
    move |(place, _, content)| {
        let same = word.as_ref().is_none_or(|word| content == word || content == "None");
        (*place == slot && same) || (restores && place == "delete")
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
