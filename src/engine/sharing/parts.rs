//! Which items of a page go into a bundle.

use super::groups::shared_part;
use super::rows::FieldGroup;
use crate::bundle::{HistoryLine, Item, Kind};
use crate::merge::exchange::{delta, is_private};
use crate::merge::{RecordState, VersionVector};
use crate::model::{RecordId, RecordKind};
use crate::vault::Page;

/// What a bundle takes of every page.
#[derive(Clone, Debug)]
pub struct Part {
    /// What the bundle is for.
    pub kind: Kind,
    /// The groups of a share.
    pub groups: Vec<FieldGroup>,
    /// What the reader has, for a team bundle.
    pub base: VersionVector,
}

/// What was taken, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records by kind.
    pub records: Vec<(RecordKind, u32)>,
    /// Customers of whom something is in it.
    pub customers: u32,
    /// Notes that stay because they are private.
    pub private_notes: u32,
}

impl Tally {
    /// Counts a record.
    pub fn count(&mut self, kind: &RecordKind) {
        match self.records.iter_mut().find(|(known, _)| known == kind) {
            Some((_, count)) => *count += 1,
            None => self.records.push((kind.clone(), 1)),
        }
    }

    /// How many records there are.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.records.iter().map(|(_, count)| count).sum()
    }
}

impl Part {
    /// What of a record goes out, if anything.
    #[must_use]
    pub fn of_record(&self, own: bool, state: &RecordState) -> Option<RecordState> {
        match self.kind {
            Kind::Acknowledgement => None,
            Kind::Backup | Kind::Handover => Some(state.clone()),
            Kind::Share => shared_part(own, state, &self.groups),
            Kind::Team if is_private(state) => None,
            Kind::Team => delta(state, &self.base),
        }
    }

    /// The items of a page, and the same in numbers.
    pub fn of_page(&self, id: RecordId, page: &Page, tally: &mut Tally) -> Vec<Item> {
        let for_others = matches!(self.kind, Kind::Share | Kind::Team);
        // Without its customer, nothing of a page is shared.
        let gone = page.records.get(&id).is_none_or(RecordState::is_deleted);
        if self.kind == Kind::Share && gone {
            return Vec::new();
        }
        let mut items = Vec::new();
        for (record, state) in &page.records {
            if let Some(state) = self.of_record(*record == id, state) {
                tally.count(state.kind());
                items.push(Item::Record { page: id, record: *record, state });
            } else if for_others && *state.kind() == RecordKind::Note && is_private(state) {
                tally.private_notes += u32::from(!state.is_deleted());
            }
        }
        if !items.is_empty() && page.records.contains_key(&id) {
            tally.customers += 1;
        }
        if !for_others {
            items.extend(page.journal.iter().map(|line| {
                Item::History(HistoryLine {
                    page: id,
                    record: line.record,
                    field: line.field.clone(),
                    old: line.old.clone(),
                    new: line.new.clone(),
                    at: line.at,
                    by: line.by,
                })
            }));
        }
        items
    }
}
