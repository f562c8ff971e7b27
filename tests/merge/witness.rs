//! A witness of simulated histories: knows every value ever written, and who had seen what, apart from the
//! code under test.

use std::collections::{BTreeMap, BTreeSet};

use daifuku::merge::{Change, Dot, HybridTimestamp, RecordState, VersionVector};
use daifuku::model::{FieldName, RecordId, Value};

/// A write, by number.
pub(crate) type Seen = BTreeSet<usize>;

/// What stands in a record: its place, its time and its content. No dot: a clone renames those.
pub(crate) type Standing = (RecordId, String, HybridTimestamp, String);

pub(crate) struct Written {
    pub(crate) standing: Standing,
    pub(crate) dot: Dot,
    /// Of a delete, the writes to the record that its author knew of.
    seen: Seen,
}

#[derive(Default)]
pub(crate) struct Witness {
    pub(crate) written: Vec<Written>,
    replaced: BTreeSet<Standing>,
}

impl Witness {
    /// Notes a change of a record, of which `before` stood, by someone who had seen `seen`; returns its number.
    pub(crate) fn note(
        &mut self,
        record: RecordId,
        change: &Change,
        (dot, at): (Dot, HybridTimestamp),
        before: &BTreeSet<Standing>,
        seen: &Seen,
    ) -> usize {
        let (place, content) = (place(change), content(change));
        let word = matches!(change, Change::Add(..) | Change::Remove(..)).then(|| match change {
            Change::Add(_, word) | Change::Remove(_, word) => format!("{:?}", Some(word)),
            _ => String::new(),
        });
        let gone = before.iter().filter(|(_, slot, _, standing)| {
            let same = word.as_ref().is_none_or(|word| standing == word || standing == "None");
            (*slot == place && same) || (*change == Change::Restore && slot == "delete")
        });
        self.replaced.extend(gone.cloned());
        let mut known = Seen::new();
        if *change == Change::Delete {
            known.extend(seen.iter().filter(|write| self.written[**write].standing.0 == record));
            let earlier = before.iter().filter(|(_, slot, _, _)| slot == "delete");
            let earlier =
                earlier.flat_map(|delete| self.written.iter().filter(|write| write.standing == *delete));
            known.extend(earlier.flat_map(|write| write.seen.iter().copied()).collect::<Vec<_>>());
        }
        self.written.push(Written { standing: (record, place, at, content), dot, seen: known });
        self.written.len() - 1
    }

    /// What must stand when everything is known: all that nobody replaced who had seen it.
    pub(crate) fn standing(&self) -> BTreeSet<Standing> {
        let all = self.written.iter().map(|write| &write.standing);
        all.filter(|write| !self.replaced.contains(*write)).cloned().collect()
    }

    /// The records that are deleted when everything is known: the author of one standing delete had seen all.
    pub(crate) fn deleted(&self) -> BTreeSet<RecordId> {
        let mut contents = BTreeMap::<RecordId, Seen>::new();
        for (number, write) in self.written.iter().enumerate().filter(|(_, write)| !write.is_delete()) {
            contents.entry(write.standing.0).or_default().insert(number);
        }
        let none = Seen::new();
        let deletes = self.written.iter().filter(|write| write.is_delete());
        let deletes = deletes.filter(|write| !self.replaced.contains(&write.standing));
        deletes
            .map(|delete| (delete.standing.0, &delete.seen))
            .filter(|(record, seen)| contents.get(record).unwrap_or(&none).is_subset(seen))
            .map(|(record, _)| record)
            .collect()
    }

    /// The writes that `have` claims.
    pub(crate) fn claimed<'a>(&'a self, have: &'a VersionVector) -> impl Iterator<Item = &'a Written> {
        self.written.iter().filter(|write| have.includes(write.dot))
    }
}

impl Written {
    pub(crate) fn is_delete(&self) -> bool {
        self.standing.1 == "delete"
    }

    /// Whether a state knows of this write: it stands there, or was replaced.
    pub(crate) fn is_known(&self, state: &RecordState) -> bool {
        let (_, slot, _, _) = &self.standing;
        match slot.split_once(' ') {
            Some(("field", name)) => {
                state.register(&FieldName::new(name)).is_some_and(|it| it.includes(self.dot))
            }
            Some(("set", name)) => {
                state.set_of(&FieldName::new(name)).is_some_and(|it| it.includes(self.dot))
            }
            Some(("text", name)) => {
                state.text_of(&FieldName::new(name)).is_some_and(|it| it.includes(self.dot))
            }
            _ => state.version().includes(self.dot),
        }
    }
}

/// Everything that stands in a record.
pub(crate) fn standing(record: RecordId, state: &RecordState) -> BTreeSet<Standing> {
    let mut all = BTreeSet::new();
    for (name, field) in state.fields() {
        let slot = format!("field {}", name.as_str());
        let heads = field.heads().iter();
        all.extend(heads.map(|head| (record, slot.clone(), head.at, value(name, &head.value))));
    }
    for (name, set) in state.sets() {
        let slot = format!("set {}", name.as_str());
        all.extend(
            set.heads().iter().map(|head| (record, slot.clone(), head.at, format!("{:?}", head.value))),
        );
    }
    for (name, text) in state.texts() {
        assert_eq!(text.standing().count(), text.heads().len(), "a standing text is missing");
        let slot = format!("text {}", name.as_str());
        all.extend(text.standing().map(|(head, text)| (record, slot.clone(), head.at, text.to_owned())));
    }
    all.extend(state.deletes().iter().map(|head| (record, "delete".to_owned(), head.at, String::new())));
    all
}

/// The places that a state says something of, which need not stand.
pub(crate) fn places(state: &RecordState) -> BTreeSet<String> {
    let fields = state.fields().map(|(name, _)| format!("field {}", name.as_str()));
    let sets = state.sets().map(|(name, _)| format!("set {}", name.as_str()));
    fields.chain(sets).chain(state.texts().map(|(name, _)| format!("text {}", name.as_str()))).collect()
}

fn place(change: &Change) -> String {
    match change {
        Change::Set(field, _) => format!("field {}", field.as_str()),
        Change::Add(field, _) | Change::Remove(field, _) => format!("set {}", field.as_str()),
        Change::Write(field, _) => format!("text {}", field.as_str()),
        Change::Delete => "delete".to_owned(),
        Change::Restore => format!("field {}", FieldName::RESTORED.as_str()),
    }
}

fn content(change: &Change) -> String {
    match change {
        Change::Set(field, written) => value(field, written),
        Change::Add(_, word) => format!("{:?}", Some(word)),
        Change::Remove(_, _) => "None".to_owned(),
        Change::Write(_, text) => text.clone(),
        Change::Restore => "restored".to_owned(),
        Change::Delete => String::new(),
    }
}

fn value(name: &FieldName, value: &Value) -> String {
    if *name == FieldName::RESTORED { "restored".to_owned() } else { format!("{value:?}") }
}
