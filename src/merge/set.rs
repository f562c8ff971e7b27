//! The add-wins set of words (observed-remove set, Shapiro et al. 2011): tags.
//!
//! Built on [`Register`]: each head is one adding of a word, or the last removal. Adding replaces the
//! addings of that word that were seen; removing likewise, and leaves a mark with who and when. The
//! mark is replaced by the next change. So whoever adds a word concurrently with its removal keeps it.

use serde::{Deserialize, Serialize};

use super::register::{Head, Register};
use super::version::{Dot, Stamp, VersionVector};
use crate::model::{ReplicaId, sort};

/// Words that were added and not knowingly removed. Encoded as a register whose values are optional
/// strings: a word, or nothing for a removal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddWinsSet(Register<Option<String>>);

impl AddWinsSet {
    /// Of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(Register::new())
    }

    /// Adds `word`.
    pub fn add(&mut self, word: &str, stamp: Stamp) {
        *self = self.with(word, stamp);
    }

    /// Removes `word`, as far as its additions were seen here.
    pub fn remove(&mut self, word: &str, stamp: Stamp) {
        *self = self.without(word, stamp);
    }

    /// Brings in what `other` has seen.
    pub fn join(&mut self, other: &Self) {
        self.0.join(&other.0);
    }

    /// The words in code-point order, each once.
    #[must_use]
    pub fn words(&self) -> Vec<&str> {
        let mut words: Vec<&str> = self.0.heads().iter().filter_map(|head| head.value.as_deref()).collect();
        sort::ascending(&mut words);
        words.dedup();
        words
    }

    /// Whether `word` is in the set.
    #[must_use]
    pub fn contains(&self, word: &str) -> bool {
        self.0.heads().iter().any(|head| head.value.as_deref() == Some(word))
    }

    /// Every change seen.
    #[must_use]
    pub fn version(&self) -> VersionVector {
        self.0.version()
    }

    /// Whether the change `dot` was seen.
    #[must_use]
    pub fn includes(&self, dot: Dot) -> bool {
        self.0.includes(dot)
    }

    /// Whether nothing was ever added.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.is_blank()
    }

    /// The addings that stand and the last removals, ascending by dot.
    #[must_use]
    pub fn heads(&self) -> &[Head<Option<String>>] {
        self.0.heads()
    }

    /// The register that it is built on.
    #[must_use]
    pub const fn register(&self) -> &Register<Option<String>> {
        &self.0
    }

    pub(super) fn with(&self, word: &str, stamp: Stamp) -> Self {
        Self(self.0.successor(stamp, Some(word.to_owned()), |own| is_other(own, word)))
    }

    pub(super) fn without(&self, word: &str, stamp: Stamp) -> Self {
        Self(self.0.successor(stamp, None, |own| is_other(own, word)))
    }

    pub(super) fn is_covered_by(&self, version: &VersionVector) -> bool {
        self.0.is_covered_by(version)
    }

    pub(super) fn join_reporting(&mut self, other: &Self, replaced: impl FnMut(Head<Option<String>>, Stamp)) {
        self.0.join_reporting(&other.0, replaced);
    }

    pub(super) fn rename(&mut self, from: ReplicaId, above: u64, to: ReplicaId) {
        self.0.rename(from, above, to);
    }
}

/// Whether `own` is a word, and not `word`.
fn is_other(own: &Option<String>, word: &str) -> bool {
    own.as_deref().is_some_and(|own| own != word)
}

#[cfg(test)]
mod tests {
    use super::super::clock::HybridTimestamp;
    use super::*;

    fn stamp(replica: u8, counter: u64) -> Stamp {
        Stamp { dot: Dot { replica: ReplicaId([replica; 8]), counter }, at: HybridTimestamp(counter) }
    }

    #[test]
    fn adding_wins_over_a_concurrent_removal() {
        let mut a = AddWinsSet::new();
        a.add("常連", stamp(1, 1));
        a.add("紹介", stamp(1, 2));
        let mut b = a.clone();
        a.remove("常連", stamp(1, 3));
        a.remove("紹介", stamp(1, 4));
        assert_eq!(a.words(), Vec::<&str>::new());
        b.add("常連", stamp(2, 1));
        a.join(&b);
        b.join(&a);
        assert_eq!((a.words(), &a), (vec!["常連"], &b));
        b.remove("常連", stamp(2, 2));
        a.join(&b);
        assert_eq!(a.words(), Vec::<&str>::new());
        assert!(a.version().includes(stamp(2, 2).dot), "a removal counts as a change");
    }
}
