//! What waits for a decision, and deciding it. A decision is an ordinary edit: it replaces what was seen.

use std::rc::Rc;

use super::outgoing::beginning;
use super::rows::{ConflictKind, ConflictRow, Resolution, TextPiece, Version};
use crate::engine::dispatch::{Engine, Open};
use crate::engine::failure::Failure;
use crate::engine::host::Host;
use crate::engine::protocol::Reply;
use crate::engine::rows::UndoLabel;
use crate::merge::{Head, RecordState, Region, conflicts};
use crate::model::{FieldName, RecordId, Value};

/// Rows that are given at once.
const MOST_ROWS: usize = 500;

impl<H: Host> Engine<H> {
    pub(in crate::engine) async fn conflicts(
        &self,
        open: &Open<H>,
        page: Option<RecordId>,
    ) -> Result<Reply, Failure> {
        let pages = page.map_or_else(|| open.notebook.conflicts(), |page| vec![page]);
        let mut rows = Vec::new();
        for id in pages {
            if rows.len() >= MOST_ROWS {
                break;
            }
            let page = open.notebook.page(id).await?;
            open.homes.borrow_mut().extend(page.records.keys().map(|record| (*record, id)));
            let customer = open.notebook.cards().of(id).map(|card| card.name.clone()).unwrap_or_default();
            for (record, state) in page.records.iter().filter(|(_, state)| !state.is_deleted()) {
                for conflict in self.conflicts_of(open, *record, state) {
                    let (customer, kind) = (customer.clone(), state.kind().clone());
                    rows.push(ConflictRow { page: id, customer, record: *record, kind, conflict });
                }
            }
        }
        rows.truncate(MOST_ROWS);
        Ok(Reply::Conflicts(rows))
    }

    fn conflicts_of(&self, open: &Open<H>, record: RecordId, state: &RecordState) -> Vec<ConflictKind> {
        let name = |replica| open.notebook.device_name(replica);
        let mut all: Vec<ConflictKind> = Vec::new();
        for field in conflicts(state) {
            if let Some(register) = state.register(field).filter(|register| register.is_conflict()) {
                let mut values: Vec<Version> = Vec::new();
                let shown = register.latest();
                let others = register.heads().iter().rev().filter(|head| Some(*head) != shown);
                for head in shown.into_iter().chain(others) {
                    if values.iter().all(|version| version.value != head.value) {
                        let Head { dot, at, value } = head;
                        let (value, by, at) = (value.clone(), name(dot.replica), at.instant());
                        values.push(Version { value, by, at });
                    }
                }
                all.push(ConflictKind::Values { field: field.clone(), values });
            } else if let Some(text) = state.text_of(field) {
                let pieces = text.view().regions.into_iter().map(|region| match region {
                    Region::Agreed(text) => TextPiece::Agreed(text),
                    Region::Differing(voices) => TextPiece::Differing(
                        voices
                            .into_iter()
                            .map(|voice| (name(voice.dot.replica), voice.at.instant(), voice.text))
                            .collect(),
                    ),
                });
                all.push(ConflictKind::Text { field: field.clone(), pieces: pieces.collect() });
            }
        }
        if let Some(revival) = state.revival().filter(|_| state.awaits_decision()) {
            all.push(ConflictKind::Revived {
                title: beginning(record, state),
                deleted: (name(revival.deleted.dot.replica), revival.deleted.at.instant()),
                changed: (name(revival.changed.dot.replica), revival.changed.at.instant()),
            });
        }
        all
    }

    pub(in crate::engine) async fn resolve(
        self: &Rc<Self>,
        open: &Open<H>,
        (page, record): (RecordId, RecordId),
        field: Option<FieldName>,
        resolution: Resolution,
    ) -> Result<Reply, Failure> {
        let held = open.notebook.page(page).await?;
        let state = held.records.get(&record).ok_or(Failure::NotFound)?;
        let kind = state.kind().clone();
        let edits = decided(state, field.as_ref(), &resolution).ok_or(Failure::NotFound)?;
        self.edit(
            open,
            &[page],
            |_| UndoLabel::Edit,
            |editor| match resolution {
                Resolution::Keep => editor.keep(page, record),
                Resolution::Delete => editor.delete_one(page, record),
                _ => edits.into_iter().for_each(|(field, value)| {
                    editor.set(page, record, &kind, &field, value);
                }),
            },
        )
        .await
    }
}

/// What is to be written: fields and their values.
fn decided(
    state: &RecordState,
    field: Option<&FieldName>,
    resolution: &Resolution,
) -> Option<Vec<(FieldName, Value)>> {
    match (resolution, field) {
        (Resolution::Keep | Resolution::Delete, _) => Some(Vec::new()),
        (_, None) => None,
        (Resolution::Value(value), Some(field)) => Some(vec![(field.clone(), value.clone())]),
        (Resolution::Text(text), Some(field)) => Some(vec![(field.clone(), Value::Text(text.clone()))]),
        (Resolution::MergedText, Some(field)) => {
            let text = state.text_of(field)?.view().text();
            Some(vec![(field.clone(), Value::Text(text))])
        }
        (Resolution::Both, Some(field)) => both(state, field),
    }
}

/// Both values: as further items where a field may have several, one after the other in a text.
fn both(state: &RecordState, field: &FieldName) -> Option<Vec<(FieldName, Value)>> {
    if let Some(text) = state.text_of(field) {
        return Some(vec![(field.clone(), Value::Text(text.view().text()))]);
    }
    let register = state.register(field)?;
    let shown = register.latest()?;
    let mut values: Vec<&Value> = vec![&shown.value];
    for head in register.heads() {
        if !head.value.is_empty() && !values.contains(&&head.value) {
            values.push(&head.value);
        }
    }
    let several = [FieldName::PHONE, FieldName::MAIL, FieldName::ADDRESS];
    if let Some(base) = several.iter().find(|base| field.is(base)) {
        let mut edits = vec![(field.clone(), shown.value.clone())];
        for (place, value) in (1_u64..).zip(values.into_iter().skip(1)) {
            // The same on every device that decides alike: of the write that is kept, not of chance.
            let head = register.heads().iter().find(|head| head.value == *value)?;
            let item = u64::from_be_bytes(head.dot.replica.0) ^ head.dot.counter.rotate_left(32) ^ place;
            edits.push((base.item(item), value.clone()));
        }
        return Some(edits);
    }
    let texts: Vec<&str> = values.iter().filter_map(|value| value.as_text()).collect();
    let joined = (texts.len() == values.len()).then(|| texts.join("\n"));
    joined.map(|text| vec![(field.clone(), Value::Text(text))])
}
