//! Going on under another replica id, for a device that is a copy of another.

use super::bulk::Written;
use super::error::VaultError;
use super::notebook::{Notebook, Turn};
use super::page::Page;
use super::store::Store;
use crate::merge::Replica;
use crate::model::{RecordId, ReplicaId};

impl<S: Store> Notebook<S> {
    /// Goes on under the random and new id `to`, and gives it what this device wrote after counter `above`,
    /// which is all that its copy does not have as well. In one commit.
    ///
    /// # Errors
    /// When a page can't be read or the commit failed; then nothing has changed.
    pub async fn renew_replica(
        &self,
        turn: &Turn<'_>,
        above: u64,
        to: ReplicaId,
    ) -> Result<Written, VaultError> {
        let old: Replica = self.state.borrow().replica;
        let all: Vec<RecordId> = self.cards().iter().map(|(_, card)| card.page).collect();
        let mut renamed: Vec<(RecordId, Page)> = Vec::new();
        for id in all {
            let page = self.page(id).await?;
            let wrote = |state: &crate::merge::RecordState| {
                state.version().counter(old.id).is_some_and(|counter| counter > above)
            };
            if page.records.values().any(wrote) {
                let mut page = (*page).clone();
                page.records.values_mut().for_each(|state| state.rename(old.id, above, to));
                renamed.push((id, page));
            }
        }
        let name = self.device_name(old.id);
        let replica = old.renamed(to, above);
        let mut team = self.team().clone();
        team.trails.retain(|(known, _)| *known != to);
        // What the copies share is received like anything else. Colleagues have told of more, and that is
        // renamed here now: what the copy wrote under the same dots is still to come.
        team.have.limit(old.id, above);
        if above > 0 {
            team.have.include(crate::merge::Dot { replica: old.id, counter: above });
        }
        let sharing = self.seal_sharing(&team, Vec::new())?;
        let written = self.write_pages_with(
            turn,
            replica,
            renamed,
            |manifest| {
                manifest.replica = to;
                manifest.counter = replica.counter;
                manifest.devices.push((to, name));
            },
            sharing,
        );
        let written = written.await?;
        self.take_team(team);
        Ok(written)
    }
}
