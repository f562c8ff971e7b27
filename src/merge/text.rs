//! The text of a note: whole revisions with their parents, merged only for the eye.
//!
//! Concurrent revisions all stand. What a screen shows is computed from them and from their last common
//! ancestor, and is **never written back by itself**: two devices that both saved the merged text would
//! make new concurrent revisions for each other for ever. The next text that a person saves has all
//! standing revisions as parents and ends the conflict.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::clock::HybridTimestamp;
use super::register::{Head, Register};
use super::sentence::{self, Piece};
use super::sorted::SortedMap;
use super::version::{Dot, Stamp, VersionVector};
use crate::model::{ReplicaId, sort};

/// Names one revision of a text: the first 16 bytes of SHA-256(text ‖ ids of the parents, ascending ‖
/// replica ‖ counter as 8 bytes, big-endian).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RevisionId(pub [u8; 16]);

/// One saved text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Revision {
    /// What the editor started from, ascending.
    pub parents: Vec<RevisionId>,
    /// The whole text.
    pub text: String,
}

/// A text with its standing revisions, and the older ones as far as they are kept as common ancestors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteText {
    versions: Register<RevisionId>,
    revisions: SortedMap<RevisionId, Revision>,
}

/// What a screen shows of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextView {
    /// The text from start to end.
    pub regions: Vec<Region>,
}

/// A part of a shown text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Region {
    /// What all standing revisions agree on, or only one of them changed.
    Agreed(String),
    /// What they say differently, oldest first.
    Differing(Vec<Voice>),
}

/// What one revision says in a region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// Who wrote it.
    pub dot: Dot,
    /// When.
    pub at: HybridTimestamp,
    /// The text of the region; empty when it was taken out.
    pub text: String,
}

impl NoteText {
    /// Of nothing written.
    #[must_use]
    pub const fn new() -> Self {
        Self { versions: Register::new(), revisions: SortedMap::new() }
    }

    /// Saves `text`, written by someone who saw all standing revisions.
    pub fn write(&mut self, text: &str, stamp: Stamp) {
        let change = self.successor(text.to_owned(), stamp);
        self.join(&change);
    }

    /// Brings in what `other` has seen.
    pub fn join(&mut self, other: &Self) {
        self.join_reporting(other, |_, _| {});
    }

    /// The text to show. With one standing revision it is that; of several, their merge.
    #[must_use]
    pub fn view(&self) -> TextView {
        let mut heads: Vec<(&Head<RevisionId>, &str)> = self.standing().collect();
        sort::by_key(&mut heads, |(head, _)| head.stamp().recency());
        let texts: Vec<&str> = heads.iter().map(|(_, text)| *text).collect();
        let Some((first, others)) = texts.split_first() else { return TextView::default() };
        if others.iter().all(|text| text == first) {
            let regions =
                if first.is_empty() { Vec::new() } else { vec![Region::Agreed((*first).to_owned())] };
            return TextView { regions };
        }
        let pieces = match self.ancestor() {
            Some(base) => sentence::merge(base, &texts),
            None => {
                let mut whole: Vec<(usize, String)> = Vec::new();
                for (version, text) in texts.iter().enumerate() {
                    if whole.iter().all(|(_, known)| known != text) {
                        whole.push((version, (*text).to_owned()));
                    }
                }
                vec![Piece::Differing(whole)]
            }
        };
        let voice = |(version, text): (usize, String)| {
            heads.get(version).map(|(head, _)| Voice { dot: head.dot, at: head.at, text })
        };
        let regions = pieces.into_iter().map(|piece| match piece {
            Piece::Agreed(text) => Region::Agreed(text),
            Piece::Differing(texts) => Region::Differing(texts.into_iter().filter_map(voice).collect()),
        });
        TextView { regions: regions.collect() }
    }

    /// Whether revisions with different texts stand.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        let mut texts = self.standing().map(|(_, text)| text);
        texts.next().is_some_and(|first| texts.any(|text| text != first))
    }

    /// The standing revisions with their texts, ascending by dot.
    pub fn standing(&self) -> impl Iterator<Item = (&Head<RevisionId>, &str)> {
        self.versions.heads().iter().filter_map(|head| Some((head, self.text_of(head.value)?)))
    }

    /// The writes that stand, also those whose text is missing.
    #[must_use]
    pub fn heads(&self) -> &[Head<RevisionId>] {
        self.versions.heads()
    }

    /// The register of its revisions.
    #[must_use]
    pub const fn versions(&self) -> &Register<RevisionId> {
        &self.versions
    }

    /// All revisions kept, by id.
    pub fn revisions(&self) -> impl ExactSizeIterator<Item = (&RevisionId, &Revision)> {
        self.revisions.iter()
    }

    /// Every write seen.
    #[must_use]
    pub fn version(&self) -> VersionVector {
        self.versions.version()
    }

    /// Whether the write `dot` was seen.
    #[must_use]
    pub fn includes(&self, dot: Dot) -> bool {
        self.versions.includes(dot)
    }

    /// Whether nothing was ever written.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.versions.is_blank() && self.revisions.is_empty()
    }

    /// Forgets the older revisions if the only standing one is in `acknowledged`: what every known
    /// replica has seen. Whatever is written from then on descends from it, so none of them will be
    /// a last common ancestor again. Local: a join with a replica that kept them brings them back.
    pub fn forget(&mut self, acknowledged: &VersionVector) {
        if let [head] = self.versions.heads()
            && acknowledged.includes(head.dot)
            && self.revisions.value(&head.value).is_some()
        {
            self.revisions.retain(|id, _| *id == head.value);
        }
    }

    /// What saving `text` adds: the new revision, and that it replaces the standing ones.
    pub(super) fn successor(&self, text: String, stamp: Stamp) -> Self {
        let mut parents: Vec<RevisionId> = self.versions.heads().iter().map(|head| head.value).collect();
        sort::ascending(&mut parents);
        parents.dedup();
        let id = derive_id(&text, &parents, stamp.dot);
        Self {
            versions: self.versions.successor(stamp, id, |_| false),
            revisions: SortedMap::of(id, Revision { parents, text }),
        }
    }

    pub(super) fn is_covered_by(&self, version: &VersionVector) -> bool {
        self.versions.is_covered_by(version)
    }

    /// Joins, and tells the text of each standing revision that was replaced.
    pub(super) fn join_reporting(&mut self, other: &Self, mut replaced: impl FnMut(Head<String>, Stamp)) {
        self.revisions.join(&other.revisions, |_, mine, theirs| {
            // Equal ids are equal revisions, unless someone lies: then all replicas believe the same.
            if *theirs < *mine {
                mine.clone_from(theirs);
            }
        });
        let revisions = &self.revisions;
        self.versions.join_reporting(&other.versions, |head, by| {
            let text = revisions.value(&head.value).map(|revision| revision.text.clone()).unwrap_or_default();
            replaced(Head { dot: head.dot, at: head.at, value: text }, by);
        });
    }

    pub(super) fn rename(&mut self, from: ReplicaId, above: u64, to: ReplicaId) {
        self.versions.rename(from, above, to);
    }

    fn text_of(&self, id: RevisionId) -> Option<&str> {
        self.revisions.value(&id).map(|revision| revision.text.as_str())
    }

    /// The text of the lowest common ancestor of the standing revisions; of several, the one with the
    /// smallest id.
    fn ancestor(&self) -> Option<&str> {
        let mut heads = self.versions.heads().iter();
        let mut common = self.ancestors(heads.next()?.value);
        for head in heads {
            let others = self.ancestors(head.value);
            common.retain(|id| others.contains(id));
        }
        let parents = sort::set(common.iter().flat_map(|id| self.parents(*id)).copied());
        let lowest = common.difference(&parents).next()?;
        self.text_of(*lowest)
    }

    /// `start` and everything kept that it descends from.
    fn ancestors(&self, start: RevisionId) -> BTreeSet<RevisionId> {
        let mut found = BTreeSet::new();
        let mut open = vec![start];
        while let Some(id) = open.pop() {
            if self.revisions.value(&id).is_some() && found.insert(id) {
                open.extend(self.parents(id));
            }
        }
        found
    }

    fn parents(&self, id: RevisionId) -> &[RevisionId] {
        self.revisions.value(&id).map_or(&[], |revision| &revision.parents)
    }
}

impl TextView {
    /// The text as one piece; where versions differ, all of them, each on lines of its own.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for region in &self.regions {
            match region {
                Region::Agreed(agreed) => text.push_str(agreed),
                Region::Differing(voices) => {
                    for voice in voices.iter().filter(|voice| !voice.text.is_empty()) {
                        if !text.is_empty() && !text.ends_with('\n') {
                            text.push('\n');
                        }
                        text.push_str(&voice.text);
                    }
                    if !text.is_empty() && !text.ends_with('\n') {
                        text.push('\n');
                    }
                }
            }
        }
        text
    }

    /// Whether somewhere versions differ.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.regions.iter().any(|region| matches!(region, Region::Differing(_)))
    }
}

/// The id of the revision that `dot` saved; see [`RevisionId`].
#[must_use]
pub fn derive_id(text: &str, parents: &[RevisionId], dot: Dot) -> RevisionId {
    let mut hash = Sha256::new();
    hash.update(text.as_bytes());
    for parent in parents {
        hash.update(parent.0);
    }
    hash.update(dot.replica.0);
    hash.update(dot.counter.to_be_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let mut id = [0; 16];
    id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    RevisionId(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(replica: u8, counter: u64, at: u64) -> Stamp {
        Stamp { dot: Dot { replica: ReplicaId([replica; 8]), counter }, at: HybridTimestamp(at) }
    }

    #[test]
    fn concurrent_texts_are_shown_merged_until_one_is_saved() {
        let mut a = NoteText::new();
        a.write("本日訪問。担当は山田様。次回は5月。", stamp(1, 1, 10));
        let mut b = a.clone();
        a.write("本日訪問。担当は佐藤様。次回は5月。", stamp(1, 2, 20));
        b.write("本日訪問。担当は山田様。次回は5月。見積済。", stamp(2, 1, 15));
        a.join(&b);
        b.join(&a);
        assert_eq!(a, b);
        assert!(a.is_conflict());
        let view = a.view();
        assert!(!view.is_conflict());
        assert_eq!(view.text(), "本日訪問。担当は佐藤様。次回は5月。見積済。");
        a.write(&view.text(), stamp(1, 3, 30));
        b.join(&a);
        assert!(!b.is_conflict() && b.revisions().len() == 4);
        let mut forgotten = b.clone();
        forgotten.forget(&[stamp(2, 9, 0).dot].into_iter().collect());
        assert_eq!(forgotten, b, "not acknowledged");
        forgotten.forget(&b.version());
        assert_eq!((forgotten.revisions().len(), forgotten.view()), (1, b.view()));
        forgotten.join(&b);
        assert_eq!(forgotten, b);
    }

    #[test]
    fn both_voices_of_one_sentence_are_marked() {
        let mut a = NoteText::new();
        a.write("甲。乙。", stamp(1, 1, 10));
        let mut b = a.clone();
        a.write("甲。乙1。", stamp(1, 2, 30));
        b.write("甲。乙2。", stamp(2, 1, 20));
        a.join(&b);
        let voice = |stamp: Stamp, text: &str| Voice { dot: stamp.dot, at: stamp.at, text: text.into() };
        assert_eq!(
            a.view().regions,
            [
                Region::Agreed("甲。".into()),
                Region::Differing(vec![voice(stamp(2, 1, 20), "乙2。"), voice(stamp(1, 2, 30), "乙1。")])
            ]
        );
        assert_eq!(a.view().text(), "甲。\n乙2。\n乙1。\n");
    }

    #[test]
    fn the_last_common_ancestor_is_the_base() {
        let mut a = NoteText::new();
        // Against any of these but the last, both sides would have changed the same place.
        for (counter, text) in (1..).zip(["", "甲。", "乙。", "丙。丁。戊。"]) {
            a.write(text, stamp(1, counter, counter));
        }
        let mut b = a.clone();
        a.write("丙1。丁。戊。", stamp(1, 5, 5));
        b.write("丙。丁。戊2。", stamp(2, 1, 5));
        a.join(&b);
        assert_eq!(a.view().text(), "丙1。丁。戊2。");
    }

    #[test]
    fn without_an_ancestor_both_texts_are_shown_whole() {
        let (mut a, mut b) = (NoteText::new(), NoteText::new());
        a.write("甲。同。", stamp(1, 1, 10));
        b.write("乙。同。", stamp(2, 1, 20));
        a.join(&b);
        assert_eq!(a.view().text(), "甲。同。\n乙。同。\n");
        assert_eq!(NoteText::new().view().text(), "");
    }

    #[test]
    fn the_id_of_a_revision_is_fixed() {
        // python3: hashlib.sha256("甲".encode() + b"\7" * 16 + b"\1" * 8 + (2).to_bytes(8, "big"))
        let id = derive_id("甲", &[RevisionId([7; 16])], stamp(1, 2, 0).dot);
        assert_eq!(u128::from_be_bytes(id.0), 0x9c3e_aec6_c07e_0b36_06c4_184a_dbd1_1490);
    }
}
