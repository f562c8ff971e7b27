//! Changing a record: every change is computed as a delta and joined, here as on every other replica.

use super::clock::HybridTimestamp;
use super::record::{DeleteContext, RecordState, earliest};
use super::register::{Head, Register};
use super::set::AddWinsSet;
use super::sorted::SortedMap;
use super::text::NoteText;
use super::version::{Dot, Stamp};
use crate::model::{FieldName, RecordKind, Value};

/// One change of one record. Each takes a stamp of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Writes a plain field.
    Set(FieldName, Value),
    /// Adds a word to a set.
    Add(FieldName, String),
    /// Takes a word out of a set.
    Remove(FieldName, String),
    /// Saves the whole text of a note.
    Write(FieldName, String),
    /// Deletes the record as it is known here. The records on its page are deleted one by one.
    Delete,
    /// Takes back all deletes that are known here, and keeps the record from those that are not: it
    /// writes [`FieldName::RESTORED`].
    Restore,
}

impl RecordState {
    /// A new record with one value per field, as an import makes it. The first field gets `first`, each
    /// further one the next counter and the same time, so it takes as many counters as there are fields
    /// ([`super::Replica::reserve`]). Of equal names the last value stays.
    pub fn fresh(
        kind: RecordKind,
        fields: impl IntoIterator<Item = (FieldName, Value)>,
        first: Stamp,
    ) -> Self {
        let counters = (first.dot.counter..).map(|counter| Dot { counter, ..first.dot });
        let entries: Vec<(FieldName, Register)> = fields
            .into_iter()
            .zip(counters)
            .map(|((field, value), dot)| (field, Register::of(Head { dot, at: first.at, value })))
            .collect();
        let created = (!entries.is_empty()).then_some(first.at);
        Self { created, fields: SortedMap::collect(entries), ..Self::new(kind) }
    }

    /// What `change`, made by someone who knows this state, adds to it. The state stays as it is:
    /// [`Self::apply`] the delta to get the history too.
    #[must_use]
    pub fn delta(&self, change: Change, stamp: Stamp) -> Self {
        let mut delta = Self::new(self.kind().clone());
        delta.created = earliest(self.created, Some(stamp.at));
        match change {
            Change::Set(field, value) => {
                let register = self.register(&field).unwrap_or(&NO_VALUE).successor(stamp, value, |_| false);
                delta.fields = SortedMap::of(field, register);
            }
            Change::Add(field, word) => {
                let set = self.set_of(&field).unwrap_or(&NO_WORD).with(&word, stamp);
                delta.sets = SortedMap::of(field, set);
            }
            Change::Remove(field, word) => {
                let set = self.set_of(&field).unwrap_or(&NO_WORD).without(&word, stamp);
                delta.sets = SortedMap::of(field, set);
            }
            Change::Write(field, text) => {
                let text = self.text_of(&field).unwrap_or(&NO_TEXT).successor(text, stamp);
                delta.texts = SortedMap::of(field, text);
            }
            Change::Delete => {
                delta.deletes = self.deletes.successor(stamp, self.delete_context(), |_| false);
            }
            Change::Restore => {
                let restored = Value::Instant(HybridTimestamp::instant(stamp.at));
                delta = self.delta(Change::Set(FieldName::RESTORED, restored), stamp);
                delta.deletes = self.deletes.emptied();
            }
        }
        delta
    }

    /// Makes a change, and returns what it added.
    pub fn change(&mut self, change: Change, stamp: Stamp) -> Self {
        let delta = self.delta(change, stamp);
        self.join(&delta);
        delta
    }

    /// Writes `value` into a plain field; see [`Change::Set`]. Returns what it added, like all of these.
    pub fn set(&mut self, field: FieldName, value: Value, stamp: Stamp) -> Self {
        self.change(Change::Set(field, value), stamp)
    }

    /// Adds `word` to the set `field`.
    pub fn add(&mut self, field: FieldName, word: &str, stamp: Stamp) -> Self {
        self.change(Change::Add(field, word.to_owned()), stamp)
    }

    /// Takes `word` out of the set `field`.
    pub fn remove(&mut self, field: FieldName, word: &str, stamp: Stamp) -> Self {
        self.change(Change::Remove(field, word.to_owned()), stamp)
    }

    /// Saves the whole text of the note field `field`.
    pub fn write_text(&mut self, field: FieldName, text: &str, stamp: Stamp) -> Self {
        self.change(Change::Write(field, text.to_owned()), stamp)
    }

    /// Deletes the record; see [`Change::Delete`].
    pub fn delete(&mut self, stamp: Stamp) -> Self {
        self.change(Change::Delete, stamp)
    }

    /// Brings a deleted record back; see [`Change::Restore`].
    pub fn restore(&mut self, stamp: Stamp) -> Self {
        self.change(Change::Restore, stamp)
    }

    /// All that is seen here, and what earlier deletes had seen: that stays deleted when it arrives.
    fn delete_context(&self) -> DeleteContext {
        let seen = self.versions().map(|(field, version)| (field.clone(), version));
        let mut context = DeleteContext::default();
        // A name is of one shape only; should it be of two, neither hides the other's writes.
        for (field, version) in seen {
            context.0.join(&SortedMap::of(field, version), |_, mine, theirs| mine.join(theirs));
        }
        for delete in self.deletes() {
            context.0.join(&delete.value.0, |_, mine, theirs| mine.join(theirs));
        }
        context
    }
}

static NO_VALUE: Register = Register::new();
static NO_WORD: AddWinsSet = AddWinsSet::new();
static NO_TEXT: NoteText = NoteText::new();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::{Superseded, conflicts};
    use crate::model::ReplicaId;

    fn stamp(replica: u8, counter: u64, at: u64) -> Stamp {
        Stamp { dot: Dot { replica: ReplicaId([replica; 8]), counter }, at: HybridTimestamp(at) }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    fn customer() -> RecordState {
        let fields = [(FieldName::READING, text("たかはし")), (FieldName::NAME, text("髙橋"))];
        RecordState::fresh(RecordKind::Customer, fields, stamp(1, 1, 10))
    }

    #[test]
    fn a_fresh_record_is_one_written_field_by_field() {
        let mut written = RecordState::new(RecordKind::Customer);
        written.set(FieldName::READING, text("たかはし"), stamp(1, 1, 10));
        written.set(FieldName::NAME, text("髙橋"), stamp(1, 2, 10));
        assert_eq!(customer(), written);
        let twice =
            [(FieldName::NAME, text("誤")), (FieldName::MEMO, text("x")), (FieldName::NAME, text("正"))];
        let twice = RecordState::fresh(RecordKind::Customer, twice, stamp(1, 1, 10));
        assert_eq!(twice.displayed(&FieldName::NAME), Some(&text("正")));
        assert_eq!(twice.version().counter(ReplicaId([1; 8])), Some(3));
        let nothing = RecordState::fresh(RecordKind::Customer, [], stamp(1, 1, 10));
        assert_eq!(nothing, RecordState::new(RecordKind::Customer));
    }

    #[test]
    fn history_tells_old_value_and_new_author() {
        let mut state = customer();
        state.add(FieldName::TAGS, "常連", stamp(1, 3, 11));
        state.write_text(FieldName::TEXT, "初回。", stamp(1, 4, 12));
        let mut other = state.clone();
        let mut delta = other.set(FieldName::NAME, text("高橋"), stamp(2, 1, 20));
        delta.join(&other.remove(FieldName::TAGS, "常連", stamp(2, 2, 21)));
        delta.join(&other.write_text(FieldName::TEXT, "二回目。", stamp(2, 3, 22)));
        let line = |field, old: Stamp, value, by| Superseded {
            field,
            head: Head { dot: old.dot, at: old.at, value: text(value) },
            by,
        };
        assert_eq!(
            state.apply(&delta),
            [
                line(FieldName::NAME, stamp(1, 2, 10), "髙橋", stamp(2, 1, 20)),
                line(FieldName::TAGS, stamp(1, 3, 11), "常連", stamp(2, 2, 21)),
                line(FieldName::TEXT, stamp(1, 4, 12), "初回。", stamp(2, 3, 22)),
            ]
        );
        assert_eq!(state, other);
        assert_eq!(state.apply(&delta), []);
        assert_eq!((state.created().0, state.changed().0), (10, 22));
    }

    #[test]
    fn an_edit_beats_a_concurrent_delete_and_a_person_decides() {
        let (mut a, mut b) = (customer(), customer());
        a.delete(stamp(1, 3, 30));
        assert!(a.is_deleted() && !a.was_revived());
        b.set(FieldName::MEMO, text("来週"), stamp(2, 1, 25));
        a.join(&b);
        assert!(!a.is_deleted() && a.was_revived());
        let revival = a.revival().unwrap();
        assert_eq!((revival.deleted, revival.changed), (stamp(1, 3, 30), stamp(2, 1, 25)));
        let mut kept = a.clone();
        kept.restore(stamp(1, 4, 40));
        assert!(!kept.is_deleted() && !kept.was_revived() && kept.revival().is_none());
        let mut dropped = a.clone();
        dropped.delete(stamp(2, 2, 41));
        assert!(dropped.is_deleted());
        kept.join(&dropped);
        assert!(kept.was_revived(), "the restore was not seen by the second delete");
    }

    #[test]
    fn restoring_takes_back_every_delete_that_was_seen() {
        let (mut a, mut b) = (customer(), customer());
        a.delete(stamp(1, 3, 30));
        b.delete(stamp(2, 1, 31));
        a.join(&b);
        assert!(a.is_deleted(), "two deletes do not revive");
        a.restore(stamp(1, 4, 40));
        b.join(&a);
        assert!(!b.is_deleted() && !b.was_revived() && a == b);
    }

    #[test]
    fn who_has_a_part_cannot_delete_the_whole() {
        let mut whole = RecordState::new(RecordKind::Customer);
        whole.set(FieldName::MEMO, text("秘"), stamp(1, 1, 10));
        whole.set(FieldName::NAME, text("髙橋"), stamp(1, 2, 11));
        // The part names the later write only, so a vector of the whole record would cover both.
        let mut part = whole.restricted(|field| *field == FieldName::NAME);
        let delete = part.delete(stamp(2, 1, 20));
        assert!(part.is_deleted());
        whole.join(&delete);
        assert!(whole.was_revived());
    }

    #[test]
    fn a_second_delete_still_covers_what_the_first_had_seen() {
        let mut first = customer();
        let delete = first.delete(stamp(1, 3, 30));
        // The second device knows nothing of the contents.
        let mut second = RecordState::new(RecordKind::Customer);
        second.join(&delete);
        second.delete(stamp(2, 1, 31));
        second.join(&first);
        assert!(second.is_deleted() && second.deletes().len() == 1);
    }

    #[test]
    fn emptied_trash_stays_deleted_and_comes_back_whole() {
        let full = customer();
        let mut deleted = full.clone();
        assert!(!deleted.purge());
        deleted.delete(stamp(1, 3, 30));
        let mut purged = deleted.clone();
        assert!(purged.purge() && purged.fields().len() == 0 && purged.is_deleted());
        let part = full.restricted(|field| *field == FieldName::NAME);
        let mut again = purged.clone();
        again.join(&part);
        assert!(again.is_deleted(), "an old copy does not revive");
        let mut edited = full;
        edited.set(FieldName::MEMO, text("x"), stamp(2, 1, 20));
        purged.join(&edited);
        deleted.join(&edited);
        assert!(purged.was_revived() && purged == deleted);
    }

    #[test]
    fn conflicts_are_listed_once_per_field() {
        let (mut a, mut b) = (customer(), customer());
        a.set(FieldName::NAME, text("高橋"), stamp(1, 3, 30));
        b.set(FieldName::NAME, text("髙橋様"), stamp(2, 1, 30));
        a.set(FieldName::MEMO, text("同"), stamp(1, 4, 30));
        b.set(FieldName::MEMO, text("同"), stamp(2, 2, 30));
        a.write_text(FieldName::TEXT, "甲", stamp(1, 5, 30));
        b.write_text(FieldName::TEXT, "乙", stamp(2, 3, 30));
        a.join(&b);
        assert_eq!(conflicts(&a), [&FieldName::NAME, &FieldName::TEXT]);
    }
}
