//! Three verbs that are not the same: deleting puts into the trash for everyone, hiding takes a customer out
//! of this device's lists only, erasing leaves nothing but a random id, everywhere.

use std::rc::Rc;

use super::outgoing::ledger_row;
use super::rows::{ErasePlan, HiddenRow};
use crate::bundle::LedgerEntry;
use crate::engine::dispatch::{Engine, Open};
use crate::engine::failure::Failure;
use crate::engine::host::Host;
use crate::engine::lists::Lists;
use crate::engine::protocol::{Outcome, Reply};
use crate::model::{RecordId, RecordKind, sort};
use crate::vault::team::{LEDGER_FROM, Team, Trust};

impl<H: Host> Engine<H> {
    pub(in crate::engine) async fn hide(
        self: &Rc<Self>,
        open: &Open<H>,
        pages: &[RecordId],
        hidden: bool,
    ) -> Result<Reply, Failure> {
        let turn = open.notebook.begin().await;
        let change = |team: &mut Team| {
            team.hidden.retain(|page| !pages.contains(page));
            if hidden {
                team.hidden.extend(pages);
                sort::ascending(&mut team.hidden);
                team.hidden.dedup();
            }
        };
        open.notebook.change_team(&turn, change, Vec::new()).await?;
        drop(turn);
        self.relist(open, pages);
        self.after_bulk(open).await;
        self.tell_sharing(open);
        Ok(Reply::Done)
    }

    /// Brings lists and index up to date for cards whose standing changed without an edit.
    fn relist(&self, open: &Open<H>, pages: &[RecordId]) {
        let cards = open.notebook.cards();
        open.lists.borrow_mut().renew(&Lists::of(&cards));
        let mut index = open.index.borrow_mut();
        for card in pages.iter().filter_map(|page| cards.of(*page)) {
            crate::engine::finding::put_head(&mut index, card);
        }
    }

    pub(in crate::engine) fn hidden(open: &Open<H>) -> Reply {
        let team = open.notebook.team();
        let cards = open.notebook.cards();
        let rows = team.hidden.iter().filter_map(|page| cards.of(*page)).map(|card| HiddenRow {
            id: card.page,
            name: card.name.clone(),
            reading: card.reading.clone(),
        });
        Reply::Hidden(rows.collect())
    }

    pub(in crate::engine) async fn plan_erase(
        &self,
        open: &Open<H>,
        customers: &[RecordId],
    ) -> Result<Reply, Failure> {
        let mut plan = ErasePlan::default();
        for id in customers {
            let page = open.notebook.page(*id).await?;
            if !page.records.contains_key(id) {
                return Err(Failure::NotFound);
            }
            plan.names.extend(open.notebook.cards().of(*id).map(|card| card.name.clone()));
            for state in page.records.values() {
                count(&mut plan.records, state.kind());
            }
        }
        let end = LEDGER_FROM + open.notebook.team().next.ledger;
        let ledger = open.notebook.sharing_rows::<LedgerEntry>(LEDGER_FROM, end).await?;
        let held = |entry: &LedgerEntry| {
            entry.everyone || customers.iter().any(|id| entry.customers.binary_search(id).is_ok())
        };
        let all = open.lists.borrow().listed();
        let entries = ledger.into_iter().rev().map(|(_, entry)| entry).filter(held);
        plan.holders = entries.map(|entry| ledger_row(entry, all)).collect();
        let team = open.notebook.team();
        let staying = team.members.iter().filter(|member| !matches!(member.trust, Trust::Left(_)));
        plan.members = staying.map(|member| member.name.clone()).collect();
        Ok(Reply::ErasePlan(Box::new(plan)))
    }

    pub(in crate::engine) async fn erase(
        self: &Rc<Self>,
        open: &Open<H>,
        customers: Vec<RecordId>,
        passphrase: &str,
    ) -> Result<Reply, Failure> {
        if customers.iter().any(|id| id.is_nil() || open.notebook.cards().of(*id).is_none()) {
            return Err(Failure::NotFound);
        }
        let secret = self.host.derive(passphrase, open.notebook.kdf()?).await?;
        if !open.notebook.is_passphrase(&secret) {
            return Err(Failure::WrongPassphrase);
        }
        Ok(self.start_bulk(open, |engine, open, _| async move {
            let turn = open.notebook.begin().await;
            let records: Vec<(RecordId, RecordId)> = customers.iter().map(|id| (*id, *id)).collect();
            open.notebook.begin_erasing(&turn, &records, engine.host.now()).await?;
            drop(turn);
            // An undo would write what is gone.
            *open.undo.borrow_mut() = crate::engine::editing::UndoStack::default();
            engine.finish_erasing(&open).await?;
            engine.tell_sharing(&open);
            Ok(Outcome::Erased(u32::try_from(customers.len()).unwrap_or(u32::MAX)))
        }))
    }

    /// Writes everything anew that may hold something erased.
    pub(super) async fn finish_erasing(self: &Rc<Self>, open: &Open<H>) -> Result<(), Failure> {
        if !open.notebook.is_erasing() {
            return Ok(());
        }
        let pages = open.notebook.team().erasing.clone();
        let pause = async || self.host.pause().await;
        for written in open.notebook.finish_erasing(pause).await? {
            self.index_written(open, written);
        }
        for page in &pages {
            self.index_page(open, *page).await;
        }
        self.relist(open, &pages);
        self.after_bulk(open).await;
        Ok(())
    }
}

fn count(records: &mut Vec<(RecordKind, u32)>, kind: &RecordKind) {
    match records.iter_mut().find(|(known, _)| known == kind) {
        Some((_, count)) => *count += 1,
        None => records.push((kind.clone(), 1)),
    }
}
