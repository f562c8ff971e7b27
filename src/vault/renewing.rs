//! Making cards anew that were written by an older version and lack something ([`Card::DAYS`]).
//!
//! A card says itself whether it lacks something, so it does not matter where this is interrupted, nor what is
//! written in between: the next opening goes on with those that still do.

use super::bulk::Written;
use super::error::VaultError;
use super::format::Card;
use super::notebook::Notebook;
use super::store::Store;
use crate::model::RecordId;

/// So many cards are made anew in one commit, while other writers wait.
const AT_ONCE: usize = 512;

impl<S: Store> Notebook<S> {
    /// Whether cards lack what this version keeps in them.
    #[must_use]
    pub fn lacks_in_cards(&self) -> bool {
        !self.read_only && self.cards().iter().any(|(_, card)| !card.is(Card::DAYS))
    }

    /// Makes the cards anew that lack something, each from its page as it is at that moment. Cards of pages
    /// that can't be read stay as they are.
    ///
    /// # Errors
    /// When a page can't be read or cards can't be written; it can be called again.
    pub async fn renew_cards(&self, pause: impl AsyncFn()) -> Result<Vec<Written>, VaultError> {
        let lacking = |id: &RecordId| self.cards().of(*id).is_some_and(|card| !card.is(Card::DAYS));
        let pages: Vec<RecordId> = self.by_home().into_iter().filter(lacking).collect();
        let mut all = Vec::new();
        let mut logged = false;
        for some in pages.chunks(AT_ONCE) {
            let turn = self.begin().await;
            let mut cards: Vec<Card> = Vec::with_capacity(some.len());
            for id in some.iter().filter(|id| lacking(id)) {
                match self.page(*id).await {
                    Ok(page) => {
                        let home = self.cards().of(*id).map_or((0, 0), |card| (card.segment, card.place));
                        cards.push(Card { segment: home.0, place: home.1, ..page.card(*id) });
                        logged |= self.state.borrow().overlay.contains_key(id);
                    }
                    Err(VaultError::Damaged(_) | VaultError::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
            if !cards.is_empty() {
                all.push(self.write_batches(&turn, Vec::new(), cards, Vec::new(), |_| {}).await?);
            }
            drop(turn);
            pause().await;
        }
        // Rows of the log hold cards too, and would be read after these.
        if logged {
            all.push(self.compact(&pause).await?);
        }
        Ok(all)
    }
}
