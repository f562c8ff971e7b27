//! What members were told: whether there is anything new to say to them.

use crate::bundle::Header;
use crate::engine::dispatch::{Engine, Open};
use crate::engine::failure::Failure;
use crate::engine::host::Host;
use crate::model::{ReplicaId, sort};
use crate::vault::team::{ROW_TOLD, Said, SharingRow, Team, Told, Trust, sharing_row};

/// What a bundle of this header says beside the pages.
pub(super) fn said(team: &Team, header: &Header) -> Said {
    let staying = team.members.iter().filter(|member| !matches!(member.trust, Trust::Left(_)));
    let mut members: Vec<(String, bool)> = staying
        .map(|member| (member.fingerprint.clone(), matches!(member.trust, Trust::Checked(_))))
        .collect();
    sort::ascending(&mut members);
    let erasures = u64::try_from(team.erasures.iter().len()).unwrap_or_default();
    Said { have: header.have.clone(), erasures, members }
}

impl<H: Host> Engine<H> {
    /// Whether all of these members were told this already.
    pub(super) async fn knows_all(
        &self,
        open: &Open<H>,
        members: &[ReplicaId],
        said: &Said,
    ) -> Result<bool, Failure> {
        let told: Told = open.notebook.sharing(ROW_TOLD).await?.unwrap_or_default();
        let knows = |member: &ReplicaId| told.0.iter().any(|(known, last)| known == member && last == said);
        Ok(members.iter().all(knows))
    }

    /// The row that says that these members were told this.
    pub(super) async fn told_row(
        &self,
        open: &Open<H>,
        members: &[ReplicaId],
        said: &Said,
    ) -> Result<SharingRow, Failure> {
        let mut told: Told = open.notebook.sharing(ROW_TOLD).await?.unwrap_or_default();
        told.0.retain(|(known, _)| !members.contains(known));
        told.0.extend(members.iter().map(|member| (*member, said.clone())));
        Ok(sharing_row(ROW_TOLD, &told))
    }
}
