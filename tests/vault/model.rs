//! A notebook as plain values, and what can be done to it.

use std::collections::{BTreeMap, BTreeSet};

use daifuku::model::{FieldName, RecordId, RecordKind, Value};
use daifuku::vault::bulk::import_id;
use daifuku::vault::{Page, view};
use proptest::prelude::*;

/// One record as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) kind: RecordKind,
    pub(super) fields: BTreeMap<FieldName, Value>,
    pub(super) text: String,
    pub(super) tags: BTreeSet<String>,
    pub(super) deleted: bool,
}

impl Seen {
    pub(super) fn new(kind: RecordKind) -> Self {
        Self { kind, fields: BTreeMap::new(), text: String::new(), tags: BTreeSet::new(), deleted: false }
    }
}

pub(super) type Pages = BTreeMap<RecordId, BTreeMap<RecordId, Seen>>;

/// Everything that a vault holds, as plain values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Model {
    pub(super) pages: Pages,
    pub(super) drafts: BTreeMap<String, String>,
    /// Seed, number of customers, whether it was undone.
    pub(super) imports: Vec<(RecordId, u32, bool)>,
    pub(super) device: String,
    /// Which of the passphrases opens it.
    pub(super) passphrase: u8,
}

#[derive(Clone, Debug)]
pub(super) enum Op {
    Set { customer: u8, field: u8, word: u8 },
    Note { customer: u8, note: u8, word: u8 },
    Tag { customer: u8, word: u8, add: bool },
    Task { customer: u8, word: u8 },
    Many { word: u8 },
    Delete { customer: u8, note: Option<u8> },
    Restore { customer: u8, note: Option<u8> },
    Import { count: u8 },
    AddTo { customer: u8, word: u8 },
    UndoImport { import: u8 },
    Compact,
    Rewrap { passphrase: u8 },
    Rename { word: u8 },
    Draft { key: u8, word: u8 },
    Reopen,
}

pub(super) const WORDS: [&str; 8] =
    ["", "髙橋 花子", "ﾊﾅｺ", "夏に会う。冬にも会う。", "  ", "VIP 🎌", "x\ny", "株式会社さくら商店"];

pub(super) fn word(number: u8) -> &'static str {
    WORDS[usize::from(number) % WORDS.len()]
}

/// Customers 0 to 5 are typed in, those from 6 on come from imports, in their order.
pub(super) fn customer_id(model: &Model, number: u8) -> RecordId {
    let imported = model.imports.iter().flat_map(|(seed, count, _)| {
        (0..u64::from(*count)).map(|index| import_id(*seed, index)).collect::<Vec<_>>()
    });
    let imported: Vec<RecordId> = imported.collect();
    match number.checked_sub(6) {
        Some(place) if !imported.is_empty() => imported[usize::from(place) % imported.len()],
        _ => RecordId([number % 6 + 1; 16]),
    }
}

pub(super) fn part(page: RecordId, kind: u8, number: u8) -> RecordId {
    let mut id = page.0;
    id[0] ^= 0x80;
    id[14] = kind;
    id[15] = number;
    RecordId(id)
}

pub(super) fn note_id(page: RecordId, number: u8) -> RecordId {
    part(page, 1, number % 3)
}

pub(super) fn op() -> impl Strategy<Value = Op> {
    let customer = 0..12_u8;
    let word = 0..8_u8;
    prop_oneof![
        5 => (customer.clone(), 0..4_u8, word.clone()).prop_map(|(customer, field, word)| Op::Set { customer, field, word }),
        5 => (customer.clone(), 0..3_u8, word.clone()).prop_map(|(customer, note, word)| Op::Note { customer, note, word }),
        3 => (customer.clone(), word.clone(), any::<bool>()).prop_map(|(customer, word, add)| Op::Tag { customer, word, add }),
        2 => (customer.clone(), word.clone()).prop_map(|(customer, word)| Op::Task { customer, word }),
        1 => word.clone().prop_map(|word| Op::Many { word }),
        3 => (customer.clone(), proptest::option::of(0..3_u8)).prop_map(|(customer, note)| Op::Delete { customer, note }),
        2 => (customer.clone(), proptest::option::of(0..3_u8)).prop_map(|(customer, note)| Op::Restore { customer, note }),
        2 => (1..5_u8).prop_map(|count| Op::Import { count }),
        2 => (customer, word.clone()).prop_map(|(customer, word)| Op::AddTo { customer, word }),
        1 => any::<u8>().prop_map(|import| Op::UndoImport { import }),
        2 => Just(Op::Compact),
        1 => (0..3_u8).prop_map(|passphrase| Op::Rewrap { passphrase }),
        1 => word.clone().prop_map(|word| Op::Rename { word }),
        2 => (0..2_u8, word).prop_map(|(key, word)| Op::Draft { key, word }),
        2 => Just(Op::Reopen),
    ]
}

impl Model {
    fn record(&mut self, page: RecordId, record: RecordId, kind: &RecordKind) -> &mut Seen {
        let records = self.pages.entry(page).or_default();
        records.entry(record).or_insert_with(|| Seen::new(kind.clone()))
    }

    fn knows(&self, page: RecordId, record: RecordId) -> bool {
        self.pages.get(&page).is_some_and(|records| records.contains_key(&record))
    }

    pub(super) fn set(
        &mut self,
        page: RecordId,
        record: RecordId,
        kind: &RecordKind,
        field: &FieldName,
        value: &Value,
    ) {
        if value.is_empty() && !self.knows(page, record) {
            return;
        }
        let seen = self.record(page, record, kind);
        if seen.fields.get(field).unwrap_or(&Value::Empty) != value {
            seen.deleted = false;
            if value.is_empty() {
                seen.fields.remove(field)
            } else {
                seen.fields.insert(field.clone(), value.clone())
            };
        }
    }

    /// White space alone counts as nothing when it is typed into a field.
    pub(super) fn write(&mut self, page: RecordId, record: RecordId, text: &str) {
        let empty = text.trim().is_empty();
        if empty && !self.knows(page, record) {
            return;
        }
        let seen = self.record(page, record, &RecordKind::Note);
        let text = if empty { "" } else { text };
        if seen.text != text {
            seen.deleted = false;
            text.clone_into(&mut seen.text);
        }
    }

    pub(super) fn tag(&mut self, id: RecordId, word: &str, add: bool) {
        if add {
            let seen = self.record(id, id, &RecordKind::Customer);
            if seen.tags.insert(word.to_owned()) {
                seen.deleted = false;
            }
        } else if let Some(seen) = self.pages.get_mut(&id).and_then(|page| page.get_mut(&id))
            && seen.tags.remove(word)
        {
            seen.deleted = false;
        }
    }

    pub(super) fn delete(&mut self, page: RecordId, record: RecordId) {
        let records = self.pages.get_mut(&page).into_iter().flatten();
        records.filter(|(id, _)| record == page || **id == record).for_each(|(_, seen)| seen.deleted = true);
    }
}

/// A page as people see it.
pub(super) fn seen(page: &Page) -> BTreeMap<RecordId, Seen> {
    let records = page.records.iter().map(|(id, state)| {
        let shown = state.fields().filter_map(|(field, register)| {
            assert!(!register.is_conflict(), "one device never contradicts itself");
            let value = register.displayed()?;
            (!value.is_empty() && *field != FieldName::RESTORED).then(|| (field.clone(), value.clone()))
        });
        let text = state.text_of(&FieldName::TEXT).map(|text| text.view().text()).unwrap_or_default();
        let text = if text.trim().is_empty() { String::new() } else { text };
        let kind = state.kind().clone();
        let tags = view::tags(state).into_iter().collect();
        (*id, Seen { kind, fields: shown.collect(), text, tags, deleted: state.is_deleted() })
    });
    records.collect()
}
