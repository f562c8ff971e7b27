//! Making the notebook as a backup says: after its content was merged, by ordinary edits, which others see as
//! such and which can be undone.
//!
//! What was staged stays until all of it is done: killed in the middle, it goes on at the next opening.

use std::rc::Rc;

use super::applying::Merging;
use super::rows::ApplyMode;
use super::staging::Staged;
use super::undoing::bring_back;
use crate::engine::dispatch::{Engine, Open};
use crate::engine::failure::Failure;
use crate::engine::host::Host;
use crate::model::{RecordId, sort};
use crate::vault::format::Card;
use crate::vault::team::{RECEIPTS_FROM, UNDO_FROM, UndoPiece, sharing_row};

/// Pages that are edited in one commit.
const PAGES_AT_ONCE: usize = 128;

impl<H: Host> Engine<H> {
    /// After a backup was merged: makes the notebook as the backup says, by ordinary edits. Done again, it
    /// changes nothing more.
    pub(super) async fn bring_back_all(
        self: &Rc<Self>,
        open: &Open<H>,
        merging: &mut Merging,
        staged: Option<&Staged>,
        (mode, pieces): (&ApplyMode, u64),
    ) -> Result<(), Failure> {
        let mut seen: Vec<RecordId> = Vec::new();
        for piece in 0..pieces {
            let pages = self.staged_pages(open, staged, piece, mode).await?;
            seen.extend(pages.iter().map(|page| page.page));
            self.edit_pages(open, merging, pages.iter().map(|page| page.page).collect(), |transaction| {
                for page in &pages {
                    for (record, state) in &page.records {
                        bring_back(transaction, page.page, *record, state);
                    }
                }
            })
            .await?;
        }
        if *mode == ApplyMode::Replace {
            sort::ascending(&mut seen);
            let others: Vec<RecordId> = {
                let cards = open.notebook.cards();
                let listed = cards
                    .iter()
                    .map(|(_, card)| card)
                    .filter(|card| !card.is(Card::DELETED) && !card.is(Card::HEADLESS));
                listed.map(|card| card.page).filter(|page| seen.binary_search(page).is_err()).collect()
            };
            for part in others.chunks(PAGES_AT_ONCE) {
                self.edit_pages(open, merging, part.to_vec(), |transaction| {
                    for page in part {
                        transaction.delete(*page, *page);
                    }
                })
                .await?;
            }
        }
        // What was edited here is of the merge; undoing it leaves alone only what comes later.
        merging.receipt.at = self.host.now();
        Ok(())
    }

    /// Edits pages in one commit, with what they were before in the undo pack.
    async fn edit_pages(
        self: &Rc<Self>,
        open: &Open<H>,
        merging: &mut Merging,
        pages: Vec<RecordId>,
        edit: impl FnOnce(&mut crate::vault::Transaction),
    ) -> Result<(), Failure> {
        let turn = open.notebook.begin().await;
        let mut transaction =
            open.notebook.transaction(&turn, self.host.now(), pages.iter().copied()).await?;
        edit(&mut transaction);
        if transaction.is_empty() {
            return Ok(());
        }
        let mut undo = UndoPiece::default();
        for id in pages {
            let before = open.notebook.page(id).await?;
            let touched = transaction.touched(id);
            let states = touched.into_iter().map(|record| (record, before.records.get(&record).cloned()));
            undo.0.push((id, states.collect()));
        }
        // Undo goes from the last piece to the first, so what was before the merge wins.
        let row = sharing_row(UNDO_FROM + merging.receipt.undo.1, &undo);
        merging.receipt.undo.1 += 1;
        let (next, number) = (merging.receipt.undo.1, merging.number);
        let rows = vec![row, sharing_row(RECEIPTS_FROM + number, &merging.receipt)];
        open.notebook.change_team(&turn, |team| team.next.undo = team.next.undo.max(next), rows).await?;
        let (replica, _, pages) = transaction.finish();
        let written = open.notebook.write_pages(&turn, replica, pages, |_| {}).await?;
        drop(turn);
        self.index_written(open, written);
        Ok(())
    }
}
