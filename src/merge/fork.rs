//! Finding two devices that write under one replica id: copies of a browser profile, restored images.
//!
//! Such a *fork* breaks what dots rest on, and a write can be lost without a trace. Two nets catch it:
//! [`forks`] compares what two states of a record say of the same dot; and each bundle carries the trails of
//! all exports that its writer knows of ([`Trail`]), so that two copies differ as soon as both gave something
//! away, even when the values themselves are long replaced.
//!
//! **Trails are looked at before anything is joined.** Who meets an export under its own id that it never made
//! ([`divergence`]) takes a new id and renames what it wrote since ([`super::RecordState::rename`],
//! [`super::Replica::renamed`]), then joins: joined first, the other copy's later writes would count as
//! successors of its own. Who finds another's fork ([`note`]) keeps both values and from then on claims to have
//! of that replica only what the copies share ([`lower`]), so that each side is sent again.
//!
//! What no rule can save: a value that one copy wrote, where the other copy's write with a greater counter of
//! the same field is joined too, and whose author is gone before it heard of the fork. Until then the author
//! brings it back under its new id.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::record::{DeleteContext, RecordState};
use super::register::Head;
use super::text::RevisionId;
use super::version::{Dot, VersionVector};
use crate::model::{FieldName, ReplicaId, Value, sort};

/// The dots under which the states of one record, taken together, have different writes. Honest
/// replicas have none.
#[must_use]
pub fn forks(ours: &RecordState, theirs: &RecordState) -> Vec<Dot> {
    let mut writes: Vec<(Dot, Write)> = writes(ours).chain(writes(theirs)).collect();
    sort::by_key(&mut writes, |(dot, _)| *dot);
    let mut forks: Vec<Dot> = writes
        .windows(2)
        .filter_map(|pair| match pair {
            [(dot, write), (next, other)] if dot == next && write != other => Some(*dot),
            _ => None,
        })
        .collect();
    forks.dedup();
    forks
}

/// So many trails of each replica are remembered and travel; older ones are forgotten.
pub const REMEMBERED: usize = 16;

/// A running digest of the exports of one replica. It holds random bytes of every export, so no two devices
/// come to the same one by themselves. A replica has at most one for each counter ([`leave`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Trail {
    /// The counter of the last write before the export.
    pub counter: u64,
    /// The first 8 bytes of SHA-256(digest before ‖ counter, 8 bytes big-endian ‖ SHA-256(random bytes)).
    /// All zero marks where a fork was found: no export has that.
    pub digest: [u8; 8],
}

impl Trail {
    /// Goes on with an export after the write `counter`, made unmistakable by `random` (16 random bytes).
    pub fn extend(&mut self, counter: u64, random: &[u8]) {
        let mut hash = Sha256::new();
        hash.update(self.digest);
        hash.update(counter.to_be_bytes());
        hash.update(Sha256::digest(random));
        let digest: [u8; 32] = hash.finalize().into();
        self.counter = counter;
        self.digest.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    }
}

/// Notes an export under the own id, whose last write is `counter`. Nothing is added when nothing was written
/// since the last: one counter has one trail.
pub fn leave(own: &mut Vec<Trail>, counter: u64, random: [u8; 16]) {
    let mut trail = own.last().copied().unwrap_or_default();
    if own.is_empty() || counter > trail.counter {
        trail.extend(counter, &random);
        own.push(trail);
        forget(own);
    }
}

/// Whether a copy of this device writes under its id: among the trails `met` of it is one that it never left.
/// Tells the last counter that both share, 0 if none is known. Trails from before the oldest that is remembered
/// say nothing.
#[must_use]
pub fn divergence(own: &[Trail], met: &[Trail]) -> Option<u64> {
    let is_strange = |trail: &&Trail| !own.contains(trail) && !is_forgotten(own, trail);
    // What comes after the first that is strange may be one's own again, told by someone who met both.
    let parted = met.iter().filter(is_strange).map(|trail| trail.counter).min()?;
    let shared = own.iter().filter(|trail| trail.counter < parted && met.contains(trail));
    Some(shared.map(|trail| trail.counter).max().unwrap_or_default())
}

/// Remembers the trails `met` of another replica, ascending as all are, and tells whether they newly
/// contradict those `known`: where both know, one has an export that the other lacks. Then the place is marked
/// ([`agreed`]); the mark travels with the trails.
pub fn note(known: &mut Vec<Trail>, met: &[Trail]) -> bool {
    let end = known.last().zip(met.last()).map(|(a, b)| a.counter.min(b.counter));
    let is_compared = |trail: &Trail| {
        end.is_some_and(|end| trail.counter <= end)
            && !is_forgotten(known, trail)
            && !is_forgotten(met, trail)
    };
    let differs = known.iter().any(|trail| is_compared(trail) && !met.contains(trail))
        || met.iter().any(|trail| is_compared(trail) && !known.contains(trail));
    let mark = differs.then(|| {
        let lone = known.iter().filter(|trail| !met.contains(trail));
        let lone = lone.chain(met.iter().filter(|trail| !known.contains(trail)));
        let first = lone.filter(|trail| !is_forgotten(known, trail) && !is_forgotten(met, trail));
        Trail { counter: first.map(|trail| trail.counter).min().unwrap_or_default(), digest: MARK }
    });
    let before = agreed(known);
    known.extend(met.iter().chain(&mark));
    sort::ascending(known);
    known.dedup();
    forget(known);
    agreed(known).is_some_and(|now| before.is_none_or(|before| now < before))
}

/// The last counter that all copies of a replica share; nothing as long as no fork is known.
#[must_use]
pub fn agreed(known: &[Trail]) -> Option<u64> {
    let mut before = 0;
    for (trail, next) in known.iter().zip(known.iter().skip(1)) {
        if trail.counter == next.counter {
            return Some(before);
        }
        before = trail.counter;
    }
    None
}

/// Takes from `version`, what someone has or is to have, the writes of forked replicas that not all of their
/// copies share: one of them does not tell of the others. To be done with the base, the cover and the `have`
/// of each bundle that is written, and with one's own `have` after each one read.
pub fn lower(version: &mut VersionVector, trails: &[(ReplicaId, Vec<Trail>)]) {
    for (replica, trails) in trails {
        if let Some(agreed) = agreed(trails) {
            version.limit(*replica, agreed);
        }
    }
}

/// Whether `met` contradicts one of the trails known of the same replica: same counter, other exports.
#[must_use]
pub fn is_fork(known: &[Trail], met: &Trail) -> bool {
    known.iter().any(|trail| trail.counter == met.counter && trail.digest != met.digest)
}

/// Marks in a list of trails where the copies part.
const MARK: [u8; 8] = [0; 8];

/// Whether `trails` is full and `trail` is older than all of it.
fn is_forgotten(trails: &[Trail], trail: &Trail) -> bool {
    trails.len() >= REMEMBERED && trails.first().is_some_and(|first| trail.counter < first.counter)
}

fn forget(trails: &mut Vec<Trail>) {
    trails.drain(..trails.len().saturating_sub(REMEMBERED));
}

/// Whether a state shows writes of the replica `own` that it, at `counter`, has not made.
#[must_use]
pub fn is_ahead(own: ReplicaId, counter: u64, met: &RecordState) -> bool {
    met.version().counter(own).is_some_and(|met| met > counter)
}

/// What a dot wrote.
#[derive(PartialEq)]
enum Write<'a> {
    Value(&'a FieldName, &'a Head<Value>),
    Word(&'a FieldName, &'a Head<Option<String>>),
    Text(&'a FieldName, &'a Head<RevisionId>),
    Delete(&'a Head<DeleteContext>),
}

fn writes(record: &RecordState) -> impl Iterator<Item = (Dot, Write<'_>)> {
    let values = record
        .fields()
        .flat_map(|(name, field)| field.heads().iter().map(move |head| (head.dot, Write::Value(name, head))));
    let words = record
        .sets()
        .flat_map(|(name, set)| set.heads().iter().map(move |head| (head.dot, Write::Word(name, head))));
    let texts = record
        .texts()
        .flat_map(|(name, text)| text.heads().iter().map(move |head| (head.dot, Write::Text(name, head))));
    let deletes = record.deletes().iter().map(|head| (head.dot, Write::Delete(head)));
    values.chain(words).chain(texts).chain(deletes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::{HybridTimestamp, Stamp};
    use crate::model::RecordKind;

    fn stamp(counter: u64) -> Stamp {
        Stamp { dot: Dot { replica: ReplicaId([1; 8]), counter }, at: HybridTimestamp(counter) }
    }

    #[test]
    fn one_dot_with_two_writes_is_a_fork_and_both_values_stay() {
        let mut a = RecordState::new(RecordKind::Customer);
        a.set(FieldName::NAME, Value::Number(0), stamp(1));
        let (mut b, mut c) = (a.clone(), a.clone());
        a.set(FieldName::NAME, Value::Number(1), stamp(2));
        b.set(FieldName::NAME, Value::Number(2), stamp(2));
        c.set(FieldName::MEMO, Value::Number(1), stamp(2));
        assert_eq!(forks(&a, &a.clone()), []);
        assert_eq!(forks(&a, &b), [stamp(2).dot]);
        assert_eq!(forks(&a, &c), [stamp(2).dot]);
        let mut joined = a.clone();
        joined.join(&b);
        b.join(&a);
        assert_eq!(joined, b);
        assert_eq!(joined.register(&FieldName::NAME).unwrap().heads().len(), 2);
        assert_eq!(forks(&joined, &joined.clone()), [stamp(2).dot]);
        assert!(is_ahead(ReplicaId([1; 8]), 1, &a) && !is_ahead(ReplicaId([1; 8]), 2, &a));
    }

    fn left(exports: &[(u64, u8)]) -> Vec<Trail> {
        let mut trails = Vec::new();
        exports.iter().for_each(|(counter, random)| leave(&mut trails, *counter, [*random; 16]));
        trails
    }

    #[test]
    fn a_copy_is_found_by_exports_that_were_never_made_here() {
        let own = left(&[(3, 0), (7, 1)]);
        assert_eq!(left(&[(3, 0), (3, 9), (7, 1)]), own, "one counter, one trail");
        assert_eq!(divergence(&own, &own), None);
        assert_eq!(divergence(&own, &left(&[(3, 0)])), None, "an old bundle");
        assert_eq!(divergence(&own, &left(&[(3, 0), (7, 2)])), Some(3));
        assert_eq!(divergence(&own, &left(&[(3, 0), (7, 1), (8, 1)])), Some(7), "a restored device");
        assert_eq!(divergence(&own, &left(&[(4, 0)])), Some(0));
        assert_eq!(divergence(&[], &own), Some(0));
        let long: Vec<(u64, u8)> = (1..40).map(|counter| (counter, 1)).collect();
        assert_eq!(left(&long).len(), REMEMBERED);
        assert_eq!(divergence(&left(&long), &left(long.get(..20).unwrap())), None, "all of it is forgotten");
    }

    #[test]
    fn others_mark_where_copies_part() {
        let (here, there) = (left(&[(3, 0), (7, 1)]), left(&[(3, 0), (5, 2), (9, 3)]));
        let mut known = left(&[(3, 0)]);
        assert!(!note(&mut known, &here) && agreed(&known).is_none());
        assert!(!note(&mut known.clone(), &left(&[(3, 0)])));
        assert!(note(&mut known, &there));
        assert_eq!(agreed(&known), Some(3));
        assert!(!note(&mut known, &there) && !note(&mut known, &here), "told once");
        assert_eq!(divergence(&here, &known), Some(3), "though the last trail is among them");
        let mut third = here.clone();
        assert!(note(&mut third, &known), "the mark travels");
        assert_eq!(agreed(&third), Some(3));
        let mut have: VersionVector = [stamp(9).dot].into_iter().collect();
        lower(&mut have, &[(ReplicaId([1; 8]), known), (ReplicaId([2; 8]), here)]);
        assert_eq!(have, [stamp(3).dot].into_iter().collect());
        let mut strangers = left(&[(4, 0)]);
        assert!(note(&mut strangers, &there) && agreed(&strangers) == Some(0));
        lower(&mut have, &[(ReplicaId([1; 8]), strangers)]);
        assert!(have.is_empty());
    }

    #[test]
    fn a_difference_is_never_forgotten() {
        let (mut own, mut copy) = (left(&[(3, 0), (4, 1)]), left(&[(3, 0), (4, 2)]));
        leave(&mut own, 5, [7; 16]);
        leave(&mut copy, 5, [7; 16]);
        assert!(is_fork(&own, copy.last().unwrap()));
    }
}
