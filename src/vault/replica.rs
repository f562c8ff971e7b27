//! Going on under another replica id, for a device that is a copy of another.

use super::bulk::{Packer, Written};
use super::error::VaultError;
use super::format::{Card, JournalEntry, PageChange};
use super::notebook::{Notebook, Turn};
use super::page::Page;
use super::store::{Area, Store, Write};
use crate::merge::{Dot, RecordState, Replica};
use crate::model::{RecordId, ReplicaId, sort};

/// Which writes get another name.
#[derive(Clone, Copy)]
struct Renaming {
    from: ReplicaId,
    above: u64,
    to: ReplicaId,
}

impl Renaming {
    fn concerns(&self, state: &RecordState) -> bool {
        state.version().counter(self.from).is_some_and(|counter| counter > self.above)
    }

    fn line(&self, line: &mut JournalEntry) {
        if line.by.replica == self.from && line.by.counter > self.above {
            line.by = Dot { replica: self.to, counter: line.by.counter - self.above };
        }
    }

    fn page(&self, page: &mut Page) {
        page.records.values_mut().for_each(|state| state.rename(self.from, self.above, self.to));
        page.journal.iter_mut().for_each(|line| self.line(line));
    }

    fn change(&self, mut change: PageChange) -> PageChange {
        change.deltas.iter_mut().for_each(|(_, state)| state.rename(self.from, self.above, self.to));
        change.journal.iter_mut().for_each(|line| self.line(line));
        change
    }
}

impl<S: Store> Notebook<S> {
    /// Goes on under the random and new id `to`, and gives it what this device wrote after counter `above`,
    /// which is all that its copy does not have as well. In one commit, which also folds the log into batches:
    /// its rows name the writes as they were.
    ///
    /// # Errors
    /// When the store fails; then nothing has changed. Pages that can't be opened stay as they are.
    pub async fn renew_replica(
        &self,
        turn: &Turn<'_>,
        above: u64,
        to: ReplicaId,
    ) -> Result<Written, VaultError> {
        let old: Replica = self.state.borrow().replica;
        let above = above.min(old.counter);
        let renaming = Renaming { from: old.id, above, to };
        let upto = self.state.borrow().log_next;
        let mut packer = Packer::new();
        let mut cards: Vec<Card> = Vec::new();
        let mut kept: Vec<PageChange> = Vec::new();
        for id in self.by_home() {
            let logged = self.state.borrow().overlay.get(&id).cloned();
            match self.page(id).await {
                Ok(page) => {
                    if logged.is_some() || page.records.values().any(|state| renaming.concerns(state)) {
                        let mut page = (*page).clone();
                        renaming.page(&mut page);
                        packer.push(id, &page);
                        let place = self.cards().of(id).map_or((0, 0), |card| (card.segment, card.place));
                        cards.push(Card { segment: place.0, place: place.1, ..page.card(id) });
                    }
                }
                // Its batch may be repaired one day: its changes stay in the log.
                Err(VaultError::Damaged(_)) => {
                    kept.extend(logged.into_iter().flatten().map(|(_, change)| renaming.change(change)));
                }
                Err(error) => return Err(error),
            }
        }
        let replica = old.renamed(to, above);
        let mut team = self.team().clone();
        team.trails.retain(|(known, _)| *known != to);
        // What the copies share is received like anything else. Colleagues have told of more, and that is
        // renamed here now: what the copy wrote under the same dots is still to come.
        team.have.limit(old.id, above);
        if above > 0 {
            team.have.include(Dot { replica: old.id, counter: above });
        }
        let mut writes = self.seal_sharing(&team, Vec::new())?;
        writes.extend(self.put_damaged_aside(upto).await?);
        writes.push(Write::DeleteBelow(Area::Log, upto));
        let logged = self.log(&replica, kept)?;
        writes.extend(logged.iter().map(|logged| logged.write.clone()));
        let name = self.device_name(old.id);
        let written = self.write_batches(turn, packer.finish(), cards, writes, |manifest| {
            manifest.replica = to;
            manifest.counter = replica.counter;
            manifest.clock = manifest.clock.max(replica.clock.last());
            manifest.log_from = upto;
            manifest.devices.push((to, name));
        });
        let written = written.await?;
        {
            let mut state = self.state.borrow_mut();
            state.replica = replica;
            state.forget_below(upto);
            if let Some(logged) = logged {
                state.take_over(logged);
            }
            state.cache.clear();
        }
        self.take_team(team);
        Ok(written)
    }

    /// All pages, those of one batch together.
    pub(super) fn by_home(&self) -> Vec<RecordId> {
        let cards = self.cards();
        let mut pages: Vec<((u64, u32), RecordId)> =
            cards.iter().map(|(_, card)| ((card.segment, card.place), card.page)).collect();
        sort::ascending(&mut pages);
        pages.into_iter().map(|(_, page)| page).collect()
    }
}
