//! Finding two devices that write under one replica id: copies of a browser profile, restored images.
//!
//! Such a *fork* breaks what dots rest on, and a write can be lost without a trace. Two nets catch it:
//! [`forks`] compares what two states of a record say of the same dot, and a [`Trail`] summarises all
//! writes of a replica, so that two that differ show even when the values themselves are long replaced.
//! Who finds that its own id is used elsewhere takes a new one and renames what it wrote since
//! ([`super::RecordState::rename`], [`super::Replica::renamed`]); who finds another's fork keeps both values.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::record::{DeleteContext, RecordState};
use super::register::Head;
use super::text::RevisionId;
use super::version::Dot;
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

/// A running digest of everything that one replica wrote. Travels with what it gives to others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trail {
    /// The counter of the last write.
    pub counter: u64,
    /// The first 8 bytes of SHA-256(digest before ‖ counter, 8 bytes big-endian ‖ SHA-256(write)).
    pub digest: [u8; 8],
}

impl Trail {
    /// Goes on with what was written under the counters up to `counter`, in its stored form.
    pub fn extend(&mut self, counter: u64, written: &[u8]) {
        let mut hash = Sha256::new();
        hash.update(self.digest);
        hash.update(counter.to_be_bytes());
        hash.update(Sha256::digest(written));
        let digest: [u8; 32] = hash.finalize().into();
        self.counter = counter;
        self.digest.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    }

    /// Whether `met`, received under the own replica id, comes from a copy of this device: it is
    /// further, or differs at the same counter.
    #[must_use]
    pub fn is_cloned_by(&self, met: &Self) -> bool {
        met.counter > self.counter || (met.counter == self.counter && met.digest != self.digest)
    }
}

/// Whether `met` contradicts one of the trails known of the same replica: same counter, other writes.
#[must_use]
pub fn is_fork(known: &[Trail], met: &Trail) -> bool {
    known.iter().any(|trail| trail.counter == met.counter && trail.digest != met.digest)
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

    #[test]
    fn trails_part_where_the_writes_do() {
        let mut own = Trail::default();
        own.extend(3, b"same");
        let (mut copy, old) = (own, own);
        own.extend(4, b"here");
        copy.extend(4, b"there");
        assert!(own.is_cloned_by(&copy) && !own.is_cloned_by(&old) && !own.is_cloned_by(&own.clone()));
        assert!(old.is_cloned_by(&own));
        assert!(is_fork(&[old, own], &copy) && !is_fork(&[old, own], &old));
        copy.extend(5, b"more");
        own.extend(5, b"more");
        assert!(is_fork(&[own], &copy), "a difference is never forgotten");
    }
}
