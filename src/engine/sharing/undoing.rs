//! Receipts, and taking a merge back by new edits that write what was there before.

use std::rc::Rc;

use super::rows::ReceiptRow;
use crate::bundle::BundleId;
use crate::engine::dispatch::{Engine, Open};
use crate::engine::failure::Failure;
use crate::engine::host::Host;
use crate::engine::protocol::{Event, Outcome, Reply};
use crate::merge::RecordState;
use crate::model::{FieldName, Instant, RecordId, ReplicaId, Value, sort};
use crate::vault::Transaction;
use crate::vault::team::{Before, Receipt, Stage, UNDO_FROM, UndoPiece, sharing_row};
use crate::vault::view;

/// How long a merge can be undone.
pub(super) const UNDO_MILLIS: i64 = 30 * 86_400_000;

impl<H: Host> Engine<H> {
    pub(in crate::engine) async fn receipts(&self, open: &Open<H>) -> Result<Reply, Failure> {
        let receipts = self.receipts_of(open).await?;
        let rows: Vec<ReceiptRow> =
            receipts.iter().rev().map(|(_, receipt)| self.receipt_row(receipt)).collect();
        Ok(Reply::Receipts(rows))
    }

    pub(in crate::engine) fn undo_merge(self: &Rc<Self>, open: &Open<H>, bundle: BundleId) -> Reply {
        self.start_bulk(open, |engine, open, job| async move {
            let receipts = engine.receipts_of(&open).await?;
            let found = receipts
                .into_iter()
                .rev()
                .find(|(_, receipt)| receipt.bundle == bundle && engine.receipt_row(receipt).can_undo);
            let (row, mut receipt) = found.ok_or(Failure::NothingToUndo)?;
            let own = open.notebook.manifest().replica;
            let (from, end) = receipt.undo;
            let mut undone = 0;
            // Backwards: what a later piece changed again is first as the piece before left it.
            for (done, number) in (from..end).rev().enumerate() {
                let piece: Option<UndoPiece> = open.notebook.sharing(UNDO_FROM + number).await?;
                let Some(UndoPiece(pages)) = piece else { continue };
                undone += engine.write_back(&open, pages, own, receipt.at).await?;
                let done = u64::try_from(done).unwrap_or_default();
                engine.tell(Event::Progress { job: job.number, done, total: end - from });
                engine.host.pause().await;
            }
            receipt.stage = Stage::Undone;
            let mut rows = vec![sharing_row(row, &receipt)];
            rows.extend((from..end).map(|number| (UNDO_FROM + number, None)));
            let turn = open.notebook.begin().await;
            open.notebook.change_team(&turn, |_| {}, rows).await?;
            drop(turn);
            engine.tell_sharing(&open);
            Ok(Outcome::Undone(undone))
        })
    }

    async fn write_back(
        self: &Rc<Self>,
        open: &Open<H>,
        pages: Vec<(RecordId, Vec<Before>)>,
        own: ReplicaId,
        merged: Instant,
    ) -> Result<u32, Failure> {
        let turn = open.notebook.begin().await;
        let now = self.host.now();
        let ids = sort::set(pages.iter().map(|(page, _)| *page));
        let mut transaction = open.notebook.transaction(&turn, now, ids).await?;
        let mut undone = 0;
        for (page, records) in &pages {
            for (record, before) in records {
                let Some(current) = transaction.page(*page).and_then(|page| page.records.get(record)) else {
                    continue;
                };
                // What somebody here wrote since then stays.
                let since = |field: &FieldName| {
                    let latest = current.register(field).and_then(|register| register.latest());
                    latest.is_some_and(|head| head.dot.replica == own && head.at.instant() > merged)
                };
                match before {
                    None => transaction.delete_alone(*page, *record),
                    Some(before) => {
                        let touched: Vec<FieldName> =
                            current.fields().map(|(field, _)| field.clone()).filter(since).collect();
                        bring_back_but(&mut transaction, *page, *record, before, &touched);
                        if before.is_deleted() {
                            transaction.delete_alone(*page, *record);
                        }
                    }
                }
            }
            undone += 1;
        }
        if transaction.is_empty() {
            return Ok(0);
        }
        let (replica, _, pages) = transaction.finish();
        let written = open.notebook.write_pages(&turn, replica, pages, |_| {}).await?;
        drop(turn);
        self.index_written(open, written);
        Ok(undone)
    }

    /// Forgets undo packs that are too old to be used.
    pub(in crate::engine) async fn forget_undo(&self, open: &Open<H>) -> Result<(), Failure> {
        let now = self.host.now().0;
        let old: Vec<(u64, Receipt)> = self
            .receipts_of(open)
            .await?
            .into_iter()
            .filter(|(_, receipt)| {
                receipt.stage == Stage::Applied
                    && receipt.undo.0 < receipt.undo.1
                    && now - receipt.at.0 >= UNDO_MILLIS
            })
            .collect();
        for (row, mut receipt) in old {
            let (from, end) = receipt.undo;
            receipt.undo = (end, end);
            let mut rows = vec![sharing_row(row, &receipt)];
            rows.extend((from..end).map(|number| (UNDO_FROM + number, None)));
            let turn = open.notebook.begin().await;
            open.notebook.change_team(&turn, |_| {}, rows).await?;
        }
        Ok(())
    }
}

/// Writes what a state displays wherever the notebook displays something else, and brings the record back if
/// it was deleted.
pub(super) fn bring_back(
    transaction: &mut Transaction,
    page: RecordId,
    record: RecordId,
    state: &RecordState,
) {
    if !state.is_deleted() {
        bring_back_but(transaction, page, record, state, &[]);
    }
}

fn bring_back_but(
    transaction: &mut Transaction,
    page: RecordId,
    record: RecordId,
    state: &RecordState,
    but: &[FieldName],
) {
    let kind = state.kind();
    if !state.is_deleted() {
        transaction.restore(page, record);
    }
    let fields: Vec<FieldName> = {
        let current = transaction.page(page).and_then(|page| page.records.get(&record));
        let known = state.fields().map(|(field, _)| field.clone());
        // Fields that were empty then are emptied again.
        let later = current.into_iter().flat_map(|current| {
            let new =
                current.fields().map(|(field, _)| field).filter(|field| state.register(field).is_none());
            new.cloned().collect::<Vec<_>>()
        });
        known.chain(later).filter(|field| *field != FieldName::RESTORED && !but.contains(field)).collect()
    };
    for field in fields {
        let value = state.displayed(&field).cloned().unwrap_or(Value::Empty);
        transaction.set(page, record, kind, &field, value);
    }
    let texts: Vec<(FieldName, String)> =
        state.texts().map(|(field, text)| (field.clone(), text.view().text())).collect();
    for (field, text) in texts {
        transaction.set(page, record, kind, &field, Value::Text(text));
    }
    let wanted = view::tags(state);
    let current =
        transaction.page(page).and_then(|page| page.records.get(&record)).map(view::tags).unwrap_or_default();
    for tag in wanted.iter().filter(|tag| !current.contains(tag)) {
        transaction.add(page, record, kind, &FieldName::TAGS, tag);
    }
    for tag in current.iter().filter(|tag| !wanted.contains(tag)) {
        transaction.remove(page, record, &FieldName::TAGS, tag);
    }
}
