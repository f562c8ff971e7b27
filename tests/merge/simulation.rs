//! Simulated offices: two to six devices that write, give each other bundles and lose them, crash, are
//! restored and cloned. They exchange by the rules of `daifuku::merge::exchange` and `fork`.

use std::collections::BTreeMap;

use daifuku::merge::exchange::{Received, delta, is_private, receive};
use daifuku::merge::fork;
use daifuku::merge::{Change, Dot, Erasures, HybridTimestamp, RecordState, Replica, VersionVector};
use daifuku::model::{FieldName, RecordId, RecordKind, ReplicaId};

use crate::device::{Bundle, Device};
use crate::plan::{Broken, Plan, Step};
use crate::witness::{Seen, Witness, places, standing};

pub(crate) struct World {
    pub(crate) devices: Vec<Device>,
    pub(crate) witness: Witness,
    pub(crate) broken: Broken,
    backups: Vec<(usize, Device)>,
    bundles: Vec<Bundle>,
    /// The last words of devices that were restored: in the end the others find them.
    wills: Vec<Bundle>,
    records: u8,
    replicas: u8,
    pub(crate) exports: u64,
    time: i64,
}

impl World {
    pub(crate) fn run(plan: &Plan, broken: Broken) -> Self {
        let device = |(number, clock): (u8, &i64)| Device {
            replica: Replica::new(ReplicaId([number; 8])),
            records: BTreeMap::new(),
            erasures: Erasures::new(),
            received: VersionVector::new(),
            trails: Vec::new(),
            told: BTreeMap::new(),
            written: BTreeMap::new(),
            clock: *clock,
            seen: Seen::new(),
            gaps: 0,
            forks: 0,
        };
        let mut world = Self {
            devices: (1..).zip(&plan.clocks).map(device).collect(),
            witness: Witness::default(),
            broken,
            backups: Vec::new(),
            bundles: Vec::new(),
            wills: Vec::new(),
            records: 0,
            replicas: 100,
            exports: 0,
            time: 0,
        };
        plan.steps.iter().for_each(|step| world.step(step));
        world
    }

    fn step(&mut self, step: &Step) {
        self.time += 7;
        let count = self.devices.len();
        match step {
            Step::New { device, change } => {
                let id = RecordId([self.records; 16]);
                if self.records < 4 {
                    self.records += 1;
                    let kind = if self.records.is_multiple_of(2) {
                        RecordKind::Note
                    } else {
                        RecordKind::Other("visit".into())
                    };
                    let device = device % count;
                    self.devices[device].records.insert(id, RecordState::new(kind));
                    self.change(device, id, change);
                }
            }
            Step::Change { device, record, change } => {
                let device = device % count;
                let known = self.devices[device].records.len();
                if let Some(id) = self.devices[device].records.keys().nth(record % known.max(1)).copied() {
                    self.change(device, id, change);
                }
            }
            Step::Erase { device, record } => {
                let now = self.devices[device % count].now(self.time);
                let device = &mut self.devices[device % count];
                let known = device.records.len();
                if let Some(id) = device.records.keys().nth(record % known.max(1)).copied() {
                    let stamp = device.replica.stamp(now);
                    device.erasures.erase(id, stamp);
                    device.records.remove(&id);
                }
            }
            Step::Send { device, to, base } => {
                let base =
                    base.then(|| self.devices[device % count].told.get(&(to % count)).cloned()).flatten();
                let bundle = self.team_bundle(device % count, to % count, &base.unwrap_or_default());
                self.bundles.push(bundle);
            }
            Step::Share { device, records, fields } => {
                let wanted = |bits: u8, salt: usize| bits >> (salt % 8) & 1 == 1;
                let shared = |id: RecordId, state: &RecordState| {
                    (wanted(*records, usize::from(id.0[0])) && !is_private(state) && !state.is_deleted())
                        .then(|| state.restricted(|name| wanted(*fields, name.as_str().len())))
                };
                let mut bundle = self.bundle(device % count, &VersionVector::new(), shared);
                bundle.whole = false;
                self.bundles.push(bundle);
            }
            Step::Backup { device, handover } => {
                let bundle =
                    self.bundle(device % count, &VersionVector::new(), |_, state| Some(state.clone()));
                if *handover {
                    self.bundles.push(bundle);
                }
                self.backups.push((device % count, self.devices[device % count].clone()));
            }
            Step::Deliver { device, bundle, crash } => {
                if let Some(bundle) = self.bundles.get(bundle % self.bundles.len().max(1)).cloned() {
                    self.deliver(device % count, &bundle, *crash);
                }
            }
            Step::Crash { device, change } => {
                // A write that was stamped and never committed: neither it nor its counter is left.
                let mut lost = self.devices[device % count].clone();
                let now = lost.now(self.time);
                if let Some(state) = lost.records.values_mut().next() {
                    state.change(change.clone(), lost.replica.stamp(now));
                }
            }
            Step::Restore { backup } => {
                if let Some((device, saved)) = self.backups.get(backup % self.backups.len().max(1)).cloned() {
                    let will = self.bundle(device, &VersionVector::new(), |_, state| Some(state.clone()));
                    self.wills.push(will);
                    let old = saved.replica;
                    self.devices[device] = saved;
                    if self.broken != Broken::RestoredKeepsId {
                        let id = self.new_replica();
                        let device = &mut self.devices[device];
                        if old.counter > 0 {
                            device.received.include(Dot { replica: old.id, counter: old.counter });
                        }
                        device.replica = old.under(id);
                    }
                }
            }
            Step::Clone { device } => {
                if count < 6 {
                    let mut copy = self.devices[device % count].clone();
                    copy.clock += 1;
                    self.devices.push(copy);
                }
            }
        }
    }

    fn new_replica(&mut self) -> ReplicaId {
        self.replicas += 1;
        ReplicaId([self.replicas; 8])
    }

    fn change(&mut self, device: usize, id: RecordId, change: &Change) {
        let now = self.devices[device].now(self.time);
        let device = &mut self.devices[device];
        let Some(state) = device.records.get_mut(&id) else { return };
        let before = standing(id, state);
        let stamp = device.replica.stamp(now);
        state.change(change.clone(), stamp);
        let number = self.witness.note(id, change, (stamp.dot, stamp.at), &before, &device.seen);
        device.seen.insert(number);
    }

    /// A bundle for the team, as the app makes it.
    fn team_bundle(&mut self, from: usize, to: usize, base: &VersionVector) -> Bundle {
        let mut base = base.clone();
        let broken = self.broken;
        if broken != Broken::ForkUnseen {
            fork::lower(&mut base, &self.devices[from].trails);
        }
        let last = self.devices[from].written.get(&to).copied().unwrap_or_default();
        let bundle = self.bundle(from, &base, |_, state| match broken {
            _ if is_private(state) => None,
            Broken::DeltaByClock => (state.changed() > last).then(|| state.clone()),
            Broken::PrivateByBase => (!base.covers(&state.version())).then(|| state.since(&base)),
            _ => delta(state, &base),
        });
        self.devices[from].written.insert(to, bundle.at);
        bundle
    }

    fn bundle(
        &mut self,
        from: usize,
        base: &VersionVector,
        part: impl Fn(RecordId, &RecordState) -> Option<RecordState>,
    ) -> Bundle {
        self.exports += 1;
        let random = u128::from(self.exports).to_be_bytes();
        let now = self.devices[from].now(self.time);
        let device = &mut self.devices[from];
        let Replica { id, counter, .. } = device.replica;
        if counter > 0 {
            fork::leave(device.trails_of(id), counter, random);
        }
        let mut seen = Seen::new();
        let mut records = Vec::new();
        for (id, state) in &device.records {
            let Some(part) = part(*id, state) else { continue };
            let places = places(&part);
            let told = |write: &&usize| {
                let (record, place, _, _) = &self.witness.written[**write].standing;
                record == id && places.contains(place)
            };
            seen.extend(device.seen.iter().filter(told));
            records.push((*id, postcard::to_allocvec(&part).unwrap()));
        }
        Bundle {
            from,
            at: HybridTimestamp::at(now),
            whole: true,
            base: base.clone(),
            covers: device.have(),
            have: device.have(),
            trails: device.trails.clone(),
            erasures: device.erasures.clone(),
            records,
            seen,
        }
    }

    /// Reads a bundle; with `crash`, only its first records are committed.
    fn deliver(&mut self, to: usize, bundle: &Bundle, crash: bool) {
        if !matches!(self.broken, Broken::ForkUnseen | Broken::JoinedFirst | Broken::RestoredKeepsId) {
            self.look_at_trails(to, bundle);
        }
        let (broken, now) = (self.broken, self.devices[to].now(self.time));
        let device = &mut self.devices[to];
        device.replica.clock.observe(bundle.at, now);
        device.erasures.join(&bundle.erasures);
        if broken != Broken::ErasedComesBack {
            device.records.retain(|id, _| !device.erasures.contains(*id));
        }
        let committed = if crash { bundle.records.len() / 2 } else { bundle.records.len() };
        for (id, bytes) in &bundle.records[..committed] {
            let state: RecordState = postcard::from_bytes(bytes).unwrap();
            assert_eq!(postcard::to_allocvec(&state).unwrap(), *bytes);
            if device.erasures.contains(*id) && broken != Broken::ErasedComesBack {
                continue;
            }
            let known = device.records.entry(*id).or_insert_with(|| RecordState::new(state.kind().clone()));
            known.join(&state);
            if broken == Broken::LastWriterWins
                && let Some(value) = known.register(&FieldName::NAME).filter(|name| name.is_conflict())
            {
                let value = value.displayed().unwrap().clone();
                known.set(FieldName::NAME, value, device.replica.stamp(now));
            }
            if broken == Broken::DeleteBeatsEdit && known.was_revived() {
                known.delete(device.replica.stamp(now));
            }
            let told = |write: &&usize| self.witness.written[**write].standing.0 == *id;
            device.seen.extend(bundle.seen.iter().filter(told));
        }
        if crash {
            return;
        }
        if bundle.whole || broken == Broken::PartRaises {
            let mut received = device.have();
            let gap = receive(&mut received, &bundle.base, &bundle.covers) == Received::Gap;
            device.gaps += u32::from(gap);
            if gap && broken == Broken::GapRaises {
                received.join(&bundle.covers);
            }
            device.received.join(&received);
        }
        let told = device.told.entry(bundle.from).or_default();
        if broken == Broken::BaseNeverSinks {
            told.join(&bundle.have)
        } else {
            told.clone_from(&bundle.have)
        }
        if self.broken == Broken::JoinedFirst {
            self.look_at_trails(to, bundle);
        }
        let device = &mut self.devices[to];
        fork::lower(&mut device.received, &device.trails);
    }

    /// What must be done before anything of a bundle is joined.
    fn look_at_trails(&mut self, to: usize, bundle: &Bundle) {
        let own = self.devices[to].replica.id;
        for (replica, met) in &bundle.trails {
            let above =
                (*replica == own).then(|| fork::divergence(self.devices[to].trails_of(own), met)).flatten();
            if let Some(above) = above {
                let id = self.new_replica();
                self.devices[to].rename(above, id);
            }
            let device = &mut self.devices[to];
            device.forks += u32::from(fork::note(device.trails_of(*replica), met));
        }
    }

    /// Everybody writes to everybody, by deltas, until nothing new comes.
    pub(crate) fn settle(&mut self) {
        self.time += 100;
        for will in core::mem::take(&mut self.wills) {
            let others = (0..self.devices.len()).filter(|device| *device != will.from);
            others.for_each(|device| self.deliver(device, &will, false));
        }
        let mut still = 0;
        for _ in 0..16 {
            let before: Vec<_> =
                self.devices.iter().map(|device| (device.records.clone(), device.have())).collect();
            let count = self.devices.len();
            for (from, to) in (0..count).flat_map(|from| (0..count).map(move |to| (from, to))) {
                if from != to {
                    self.time += 1;
                    let base = self.devices[from].told.get(&to).cloned().unwrap_or_default();
                    let bundle = self.team_bundle(from, to, &base);
                    self.deliver(to, &bundle, false);
                }
            }
            let after = self.devices.iter().map(|device| (device.records.clone(), device.have()));
            // A round may only tell of a gap, which the next one fills.
            still = if after.eq(before) { still + 1 } else { 0 };
            if still == 2 {
                return;
            }
        }
        assert_ne!(self.broken, Broken::Nothing, "the exchange does not come to an end");
    }
}
