//! All cards of an open notebook, by page.

use std::collections::{HashMap, HashSet};

use super::format::Card;
use crate::model::RecordId;

/// The cards. A card keeps its number as long as the notebook is open, so that lists can hold numbers.
#[derive(Debug, Default)]
pub struct Cards {
    all: Vec<Card>,
    by_page: HashMap<RecordId, u32>,
    hidden: HashSet<RecordId>,
}

impl Cards {
    /// Makes room for so many cards.
    pub fn reserve(&mut self, count: usize) {
        self.all.reserve(count);
        self.by_page.reserve(count);
    }

    /// Puts a card in place of the page's former one. Returns its number and the former card.
    pub fn put(&mut self, mut card: Card) -> (u32, Option<Card>) {
        // Whether it is hidden is of this device, not of the card.
        card.mark(Card::HIDDEN, self.hidden.contains(&card.page));
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let number = *self.by_page.entry(card.page).or_insert(next);
        match self.slot(number) {
            Some(slot) => (number, Some(core::mem::replace(slot, card))),
            None => {
                self.all.push(card);
                (number, None)
            }
        }
    }

    /// Hides the cards of these pages and no other.
    pub fn hide(&mut self, pages: &[RecordId]) {
        let hidden: HashSet<RecordId> = pages.iter().copied().collect();
        let changed: Vec<RecordId> = self.hidden.symmetric_difference(&hidden).copied().collect();
        for page in changed {
            let is_hidden = hidden.contains(&page);
            if let Some(card) = self.number(page).and_then(|number| self.slot(number)) {
                card.mark(Card::HIDDEN, is_hidden);
            }
        }
        self.hidden = hidden;
    }

    fn slot(&mut self, number: u32) -> Option<&mut Card> {
        self.all.get_mut(usize::try_from(number).ok()?)
    }

    /// The card of a number.
    #[must_use]
    pub fn card(&self, number: u32) -> Option<&Card> {
        self.all.get(usize::try_from(number).ok()?)
    }

    /// The card of a page.
    #[must_use]
    pub fn of(&self, page: RecordId) -> Option<&Card> {
        self.card(self.number(page)?)
    }

    /// The number of a page's card.
    #[must_use]
    pub fn number(&self, page: RecordId) -> Option<u32> {
        self.by_page.get(&page).copied()
    }

    /// Says where a page is stored now.
    pub fn locate(&mut self, page: RecordId, segment: u64, place: u32) {
        if let Some(card) = self.number(page).and_then(|number| self.slot(number)) {
            card.segment = segment;
            card.place = place;
        }
    }

    /// All cards with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Card)> {
        (0_u32..).zip(&self.all)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}
