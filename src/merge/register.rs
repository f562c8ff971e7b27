//! The multi-value register: keeps every value that nobody has knowingly replaced.
//!
//! Its causality is a dotted version vector set (Preguiça et al. 2012, Almeida et al. 2014): the
//! *heads* are the values that stand, the *context* names every write seen. A write replaces the heads
//! that its author saw and no other; a join keeps a head that the other side also has or has not seen.

use core::cmp::Ordering;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::clock::HybridTimestamp;
use super::version::{Dot, Stamp, VersionVector};
use crate::model::{ReplicaId, Value, sort};

/// A value that stands in a register, and the write that put it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head<V = Value> {
    /// The write.
    pub dot: Dot,
    /// When it was made.
    pub at: HybridTimestamp,
    /// What was written.
    pub value: V,
}

impl<V> Head<V> {
    /// Who and when.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        Stamp { dot: self.dot, at: self.at }
    }
}

/// The values of one field that stand: usually one, several after concurrent writes.
///
/// Normal form, which makes equal registers equal bytes: heads strictly ascending by dot (then time,
/// then encoded value: two heads share a dot only when two devices wrote under one id), and a context
/// without what the heads imply. A head implies its dot and all earlier ones of its replica.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    try_from = "Encoded<V>",
    bound(serialize = "V: Serialize", deserialize = "V: Clone + Eq + Serialize + Deserialize<'de>")
)]
pub struct Register<V = Value> {
    heads: Vec<Head<V>>,
    /// Writes seen that the heads do not imply.
    context: VersionVector,
}

/// Which head is displayed. All stay, whatever the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// The head written last; of equal times the one with the greatest dot, then encoding.
    #[default]
    Latest,
    /// The greatest number, date or moment (last contact).
    Greatest,
    /// The least number, date or moment (first seen).
    Least,
    /// Yes if any head says yes (do not contact: the safer value wins).
    Any,
}

/// Bytes that are not the normal form of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DecodeRegisterError {
    /// The heads are not strictly ascending.
    #[error("heads are not in order")]
    Heads,
    /// The context repeats what the heads imply.
    #[error("context repeats a head")]
    Context,
}

impl<V> Register<V> {
    /// Of nothing written.
    #[must_use]
    pub const fn new() -> Self {
        Self { heads: Vec::new(), context: VersionVector::new() }
    }

    /// As after one write, the first.
    pub(super) fn of(head: Head<V>) -> Self {
        Self { heads: vec![head], context: VersionVector::new() }
    }

    /// The values that stand, ascending by dot.
    #[must_use]
    pub fn heads(&self) -> &[Head<V>] {
        &self.heads
    }

    /// Writes seen that the heads do not imply.
    #[must_use]
    pub const fn context(&self) -> &VersionVector {
        &self.context
    }

    /// Whether nothing was ever written.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.heads.is_empty() && self.context.is_empty()
    }

    /// Whether the write `dot` was seen: it stands, or was replaced.
    #[must_use]
    pub fn includes(&self, dot: Dot) -> bool {
        self.latest_of(dot.replica).is_some_and(|head| head.dot.counter >= dot.counter)
            || self.context.includes(dot)
    }

    /// Every write seen.
    #[must_use]
    pub fn version(&self) -> VersionVector {
        let mut version: VersionVector = self.heads.iter().map(|head| head.dot).collect();
        version.join(&self.context);
        version
    }

    /// Whether `version` names every write seen here.
    #[must_use]
    pub fn is_covered_by(&self, version: &VersionVector) -> bool {
        self.heads.iter().all(|head| version.includes(head.dot)) && version.covers(&self.context)
    }

    /// Gives the writes of `from` after counter `above` to `to`, counted from 1.
    pub(super) fn rename(&mut self, from: ReplicaId, above: u64, to: ReplicaId)
    where
        V: Eq + Serialize,
    {
        let version = renamed(&self.version(), from, above, to);
        for head in &mut self.heads {
            if head.dot.replica == from && head.dot.counter > above {
                head.dot = Dot { replica: to, counter: head.dot.counter - above };
            }
        }
        sort::by(&mut self.heads, order);
        self.set_context(version);
    }

    /// Changes the values where they stand. Heads that share a dot are brought in order again.
    pub(super) fn for_each_value(&mut self, change: impl FnMut(&mut V))
    where
        V: Eq + Serialize,
    {
        self.heads.iter_mut().map(|head| &mut head.value).for_each(change);
        sort::by(&mut self.heads, order);
    }

    /// The last head that `replica` wrote.
    fn latest_of(&self, replica: ReplicaId) -> Option<&Head<V>> {
        let end = self.heads.partition_point(|head| head.dot.replica <= replica);
        self.heads.get(..end)?.last().filter(|head| head.dot.replica == replica)
    }

    fn has(&self, dot: Dot) -> bool {
        self.heads.binary_search_by_key(&dot, |head| head.dot).is_ok()
    }

    fn set_context(&mut self, version: VersionVector) {
        let mut context = version;
        context.drop_implied(|dot| self.latest_of(dot.replica).is_some_and(|head| head.dot >= dot));
        self.context = context;
    }
}

impl<V: Clone + Eq + Serialize> Register<V> {
    /// Replaces every head by `value`. `stamp` must be new ([`super::Replica::stamp`]).
    pub fn write(&mut self, stamp: Stamp, value: V) {
        *self = self.successor(stamp, value, |_| false);
    }

    /// Brings in what `other` has seen: commutative, associative, idempotent.
    pub fn join(&mut self, other: &Self) {
        self.join_reporting(other, |_, _| {});
    }

    /// Joins, and tells each head that was replaced with the write that replaced it: of the heads new
    /// to this register the most recent one, since a state does not say which write saw which.
    pub(super) fn join_reporting(&mut self, other: &Self, mut replaced: impl FnMut(Head<V>, Stamp)) {
        if self == other {
            return;
        }
        let news: Vec<Head<V>> = other
            .heads
            .iter()
            .filter(
                |head| if self.has(head.dot) { !self.heads.contains(head) } else { !self.includes(head.dot) },
            )
            .cloned()
            .collect();
        let by = latest(&news).or_else(|| latest(&other.heads)).map(Head::stamp);
        let mut version = self.version();
        version.join(&other.version());
        let standing = core::mem::take(&mut self.heads);
        for head in standing {
            if other.has(head.dot) || !other.includes(head.dot) {
                self.heads.push(head);
            } else {
                let by = by.unwrap_or_else(|| head.stamp());
                replaced(head, by);
            }
        }
        self.heads.extend(news);
        sort::by(&mut self.heads, order);
        self.set_context(version);
    }

    /// The head that is displayed: greatest time, then dot, then encoded value.
    #[must_use]
    pub fn latest(&self) -> Option<&Head<V>> {
        latest(&self.heads)
    }

    /// The displayed value.
    #[must_use]
    pub fn displayed(&self) -> Option<&V> {
        self.latest().map(|head| &head.value)
    }

    /// Whether heads with different values stand. Equal values written concurrently are no conflict.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        let mut heads = self.heads.iter();
        heads.next().is_some_and(|first| heads.any(|head| head.value != first.value))
    }

    /// The register after a write that leaves the heads that `keeps` wants.
    pub(super) fn successor(&self, stamp: Stamp, value: V, keeps: impl Fn(&V) -> bool) -> Self {
        let mut version = self.version();
        version.include(stamp.dot);
        let mut heads: Vec<Head<V>> = self.heads.iter().filter(|head| keeps(&head.value)).cloned().collect();
        heads.push(Head { dot: stamp.dot, at: stamp.at, value });
        sort::by(&mut heads, order);
        let mut register = Self { heads, context: VersionVector::new() };
        register.set_context(version);
        register
    }

    /// The register after a write that leaves nothing: only its context is kept.
    pub(super) fn emptied(&self) -> Self {
        Self { heads: Vec::new(), context: self.version() }
    }
}

impl Register<Value> {
    /// The value that `policy` displays; values that it can't compare count only if there are no others.
    #[must_use]
    pub fn displayed_by(&self, policy: Policy) -> Option<&Value> {
        let comparable = self.heads.iter().map(|head| &head.value).filter(|value| {
            matches!(
                (policy, value),
                (Policy::Greatest | Policy::Least, Value::Number(_) | Value::Date(_) | Value::Instant(_))
                    | (Policy::Any, Value::Flag(true))
            )
        });
        let chosen = match policy {
            Policy::Latest => None,
            Policy::Least => comparable.min(),
            Policy::Greatest | Policy::Any => comparable.max(),
        };
        chosen.or_else(|| self.displayed())
    }
}

impl<V> Default for Register<V> {
    fn default() -> Self {
        Self::new()
    }
}

/// What a register looks like in bytes, before its normal form is confirmed.
#[derive(Deserialize)]
struct Encoded<V> {
    heads: Vec<Head<V>>,
    context: VersionVector,
}

impl<V: Eq + Serialize> TryFrom<Encoded<V>> for Register<V> {
    type Error = DecodeRegisterError;

    fn try_from(encoded: Encoded<V>) -> Result<Self, DecodeRegisterError> {
        let register = Self { heads: encoded.heads, context: encoded.context };
        if !register.heads.is_sorted_by(|a, b| order(a, b) == Ordering::Less) {
            return Err(DecodeRegisterError::Heads);
        }
        let repeats =
            |dot: Dot| register.latest_of(dot.replica).is_some_and(|head| head.dot.counter >= dot.counter);
        if register.context.dots().any(repeats) { Err(DecodeRegisterError::Context) } else { Ok(register) }
    }
}

/// `version` after the writes of `from` above a counter were given to `to`, counted from 1.
pub(super) fn renamed(version: &VersionVector, from: ReplicaId, above: u64, to: ReplicaId) -> VersionVector {
    let moved = version.counter(from).filter(|counter| *counter > above);
    let Some(moved) = moved else { return version.clone() };
    let stays = (above > 0).then_some(Dot { replica: from, counter: above });
    let others = version.dots().filter(|dot| dot.replica != from);
    others.chain(stays).chain([Dot { replica: to, counter: moved - above }]).collect()
}

fn latest<V: Eq + Serialize>(heads: &[Head<V>]) -> Option<&Head<V>> {
    heads.iter().max_by(|a, b| a.stamp().recency().cmp(&b.stamp().recency()).then_with(|| tie(a, b)))
}

fn order<V: Eq + Serialize>(a: &Head<V>, b: &Head<V>) -> Ordering {
    a.dot.cmp(&b.dot).then_with(|| a.at.cmp(&b.at)).then_with(|| tie(a, b))
}

/// Orders by encoding, which is the same for a version that knows the value's type and one that does not.
fn tie<V: Eq + Serialize>(a: &Head<V>, b: &Head<V>) -> Ordering {
    if a.value == b.value {
        return Ordering::Equal;
    }
    let encoded = |head: &Head<V>| postcard::to_allocvec(&head.value).unwrap_or_default();
    encoded(a).cmp(&encoded(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Date;

    fn stamp(replica: u8, counter: u64, at: u64) -> Stamp {
        Stamp { dot: Dot { replica: ReplicaId([replica; 8]), counter }, at: HybridTimestamp(at) }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn concurrent_values_stand_until_someone_who_saw_them_writes() {
        let mut a = Register::new();
        a.write(stamp(1, 1, 50), text("髙橋"));
        let mut b = a.clone();
        a.write(stamp(1, 2, 60), text("高橋"));
        b.write(stamp(2, 1, 40), text("髙橋 様"));
        let mut replaced = Vec::new();
        a.join_reporting(&b, |head, by| replaced.push((head, by)));
        assert_eq!(replaced, []);
        assert!(a.is_conflict() && a.heads().len() == 2);
        assert_eq!(a.displayed(), Some(&text("高橋")));
        b.write(stamp(2, 2, 41), text("髙橋 御中"));
        a.join_reporting(&b, |head, by| replaced.push((head, by)));
        assert_eq!(replaced.len(), 1);
        assert_eq!((&replaced[0].0.value, replaced[0].1), (&text("髙橋 様"), stamp(2, 2, 41)));
        a.write(stamp(1, 3, 1), text("髙橋"));
        assert!(!a.is_conflict());
        b.join(&a);
        assert_eq!((a.displayed(), &a), (Some(&text("髙橋")), &b), "a clock set back buries no later edit");
    }

    #[test]
    fn policies_choose_among_the_heads() {
        let join = |values: Vec<Value>| {
            let mut register = Register::new();
            for (replica, value) in (1..).zip(values) {
                register.join(&Register::of(Head {
                    dot: stamp(replica, 1, 0).dot,
                    at: HybridTimestamp(100 - u64::from(replica)),
                    value,
                }));
            }
            register
        };
        let numbers = join(vec![Value::Number(5), Value::Empty, Value::Number(9), Value::Number(2)]);
        assert_eq!(numbers.displayed_by(Policy::Latest), Some(&Value::Number(5)));
        assert_eq!(numbers.displayed_by(Policy::Greatest), Some(&Value::Number(9)));
        assert_eq!(numbers.displayed_by(Policy::Least), Some(&Value::Number(2)));
        let day = |day| Value::Date(Date::new(Some(2026), 11, day).unwrap());
        assert_eq!(join(vec![day(3), day(9), day(1)]).displayed_by(Policy::Greatest), Some(&day(9)));
        let flags = join(vec![Value::Flag(false), Value::Flag(true), Value::Empty]);
        assert_eq!(flags.displayed_by(Policy::Any), Some(&Value::Flag(true)));
        assert_eq!(join(vec![text("x")]).displayed_by(Policy::Greatest), Some(&text("x")));
        assert_eq!(Register::<Value>::new().displayed_by(Policy::Any), None);
        assert!(!join(vec![text("x"), text("x")]).is_conflict());
    }

    #[test]
    fn bytes_out_of_normal_form_are_refused() {
        let head = |replica, counter| Head {
            dot: stamp(replica, counter, 7).dot,
            at: HybridTimestamp(7),
            value: text("x"),
        };
        let decode = |heads: Vec<Head>, context: Vec<Dot>| {
            let context: VersionVector = context.into_iter().collect();
            postcard::from_bytes::<Register>(&postcard::to_allocvec(&(heads, context)).unwrap())
        };
        assert!(decode(vec![head(1, 1), head(2, 1)], vec![head(1, 2).dot]).is_ok());
        assert!(decode(vec![head(2, 1), head(1, 1)], vec![]).is_err());
        assert!(decode(vec![head(1, 1), head(1, 1)], vec![]).is_err());
        assert!(decode(vec![head(1, 2)], vec![head(1, 2).dot]).is_err());
        assert!(decode(vec![head(1, 2)], vec![head(1, 1).dot]).is_err());
    }
}
