//! What a bundle would do to each customer, found by joining without writing.

use std::rc::Rc;

use super::rows::{ChangedCustomer, CustomerChange};
use super::staging::{Staged, unpack};
use crate::bundle::sealer::Opened;
use crate::engine::dispatch::{Engine, Open};
use crate::engine::failure::Failure;
use crate::engine::host::Host;
use crate::engine::jobs::Job;
use crate::engine::protocol::Event;
use crate::merge::RecordState;
use crate::model::{FieldName, RecordId, Value, sort};
use crate::vault::format::Card;
use crate::vault::merging::Joined;

/// Customers that a preview shows.
const MOST_SAMPLE: usize = 100;

/// What a bundle would do, in numbers and with the first of each.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects {
    pub(super) new: u32,
    pub(super) changed: u32,
    pub(super) to_decide: u32,
    pub(super) deleted: u32,
    pub(super) erased: u32,
    pub(super) refused: u32,
    pub(super) sample: Vec<ChangedCustomer>,
}

impl Effects {
    fn count(&mut self, customer: ChangedCustomer) {
        let count = match customer.change {
            CustomerChange::Erased => &mut self.erased,
            CustomerChange::Deleted => &mut self.deleted,
            CustomerChange::ToDecide => &mut self.to_decide,
            CustomerChange::Changed => &mut self.changed,
            CustomerChange::New => &mut self.new,
        };
        *count += 1;
        // The most important of them are shown: as many of each as fit.
        let same = self.sample.iter().filter(|other| other.change == customer.change).count();
        if same < MOST_SAMPLE {
            self.sample.push(customer);
        }
    }
}

impl<H: Host> Engine<H> {
    pub(super) async fn effects(
        self: &Rc<Self>,
        open: &Open<H>,
        job: &Job,
        staged: &Staged,
        opened: &Opened,
    ) -> Result<Effects, Failure> {
        let mut effects = Effects::default();
        let erased: Vec<RecordId> = {
            let known = &open.notebook.team().erasures;
            let news = staged.rest.erasures.iter().map(|(record, _)| record);
            news.filter(|record| !known.contains(*record)).collect()
        };
        for record in &erased {
            if let Some(card) = open.notebook.cards().of(*record).filter(|card| !card.is(Card::HEADLESS)) {
                let (id, name) = (card.page, card.name.clone());
                effects.count(ChangedCustomer {
                    id,
                    name,
                    change: CustomerChange::Erased,
                    fields: Vec::new(),
                });
            }
        }
        let pieces = u64::try_from(staged.pieces.len()).unwrap_or_default().max(1);
        for (number, piece) in (1_u64..).zip(&staged.pieces) {
            for incoming in self.in_local_order(open, unpack(piece)) {
                if erased.contains(&incoming.page) {
                    continue;
                }
                let joined = open.notebook.join(&incoming, &mut effects.refused).await?;
                if let Some(customer) = effect(&joined) {
                    effects.count(customer);
                }
            }
            if job.is_cancelled() || open.ended.get() {
                return Err(Failure::Cancelled);
            }
            let done = opened.items + opened.items * number / pieces;
            self.tell(Event::Progress { job: job.number, done, total: opened.items * 2 });
            self.host.pause().await;
        }
        sort::by_key(&mut effects.sample, |customer| customer.change);
        effects.sample.truncate(MOST_SAMPLE);
        Ok(effects)
    }

    /// Pages in the order in which they are stored here, so that each batch is opened once.
    pub(super) fn in_local_order(
        &self,
        open: &Open<H>,
        mut pages: Vec<crate::vault::merging::Incoming>,
    ) -> Vec<crate::vault::merging::Incoming> {
        let cards = open.notebook.cards();
        sort::by_key(&mut pages, |page| cards.of(page.page).map(|card| (card.segment, card.place)));
        pages
    }
}

/// What joining does to a customer; nothing when it changes nothing.
pub(super) fn effect(joined: &Joined) -> Option<ChangedCustomer> {
    let (before, after) = (joined.before.card(joined.id), joined.after.card(joined.id));
    if joined.deltas.is_empty() || after.is(Card::HEADLESS) {
        return None;
    }
    let is_new = before.is(Card::HEADLESS);
    let change = if after.is(Card::DELETED) {
        if is_new || before.is(Card::DELETED) {
            return None;
        }
        CustomerChange::Deleted
    } else if after.is(Card::CONFLICT) && !before.is(Card::CONFLICT) {
        CustomerChange::ToDecide
    } else if is_new {
        CustomerChange::New
    } else {
        CustomerChange::Changed
    };
    let states = (joined.before.records.get(&joined.id), joined.after.records.get(&joined.id));
    let fields = match states {
        (Some(before), Some(after)) if !is_new => changed_fields(before, after),
        _ => Vec::new(),
    };
    Some(ChangedCustomer { id: joined.id, name: after.name, change, fields })
}

fn changed_fields(before: &RecordState, after: &RecordState) -> Vec<(FieldName, Value, Value)> {
    let shown =
        |state: &RecordState, field: &FieldName| state.displayed(field).cloned().unwrap_or(Value::Empty);
    let fields = after.fields().map(|(field, _)| field).filter(|field| **field != FieldName::RESTORED);
    let changed = fields.map(|field| (field.clone(), shown(before, field), shown(after, field)));
    changed.filter(|(_, old, new)| old != new).collect()
}
