//! What members were told: whether there is anything new to say to them.

use crate::bundle::Header;
use crate::engine::dispatch::{Engine, Open};
use crate::engine::failure::Failure;
use crate::engine::host::Host;
use crate::model::{ReplicaId, sort};
use crate::vault::team::{ROW_TOLD, Said, SharingRow, Team, Told, ToldMember, Trust, sharing_row};

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
    /// Whether all of these members were told this already, and have answered since if it speaks of erasures
    /// that may not have arrived.
    pub(super) async fn knows_all(
        &self,
        open: &Open<H>,
        members: &[ReplicaId],
        said: &Said,
    ) -> Result<bool, Failure> {
        let told: Told = open.notebook.sharing(ROW_TOLD).await?.unwrap_or_default();
        let team = open.notebook.team();
        Ok(members.iter().all(|member| {
            let told = told.0.iter().find(|told| told.member == *member);
            told.is_some_and(|told| told.last == *said && answered(&team, told) == said.erasures)
        }))
    }

    /// The row that says that these members were told this.
    pub(super) async fn told_row(
        &self,
        open: &Open<H>,
        members: &[ReplicaId],
        said: &Said,
    ) -> Result<SharingRow, Failure> {
        let mut told: Told = open.notebook.sharing(ROW_TOLD).await?.unwrap_or_default();
        let team = open.notebook.team();
        for member in members {
            let place = told.0.iter().position(|told| told.member == *member);
            let before = place.map(|place| told.0.swap_remove(place));
            let answered = before.map_or(0, |before| answered(&team, &before));
            told.0.push(ToldMember { member: *member, last: said.clone(), answered });
        }
        sort::by_key(&mut told.0, |told| told.member);
        Ok(sharing_row(ROW_TOLD, &told))
    }
}

/// Of how many erasures a member has been told in bundles that it answered.
fn answered(team: &Team, told: &ToldMember) -> u64 {
    let member = team.members.iter().find(|member| member.replica == told.member);
    let times = member.and_then(|member| Some((member.received?, member.last?.1)));
    match times {
        Some((received, sent)) if received > sent => told.last.erasures,
        _ => told.answered,
    }
}
