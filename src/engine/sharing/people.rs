//! This device and its colleagues: keys, cards, who is to be believed.

use std::rc::Rc;

use super::rows::{CardPreview, CardStanding, MemberRow, OwnCard, TeamView, TrustChange, TrustRow};
use super::{failed, unexpected};
use crate::bundle::sealer::{Answer, Card, Request};
use crate::engine::dispatch::{Engine, Open};
use crate::engine::failure::Failure;
use crate::engine::host::{Host, Sealer};
use crate::engine::protocol::Reply;
use crate::model::sort;
use crate::vault::team::{Member, Team, Trust};

impl<H: Host> Engine<H> {
    /// Makes the keys of this device when they are needed first, and its card whenever its name or replica
    /// has changed.
    pub(super) async fn ensure_device(&self, open: &Open<H>) -> Result<(), Failure> {
        // Whoever asks at the same time waits here: keys that were given out must not be replaced.
        let turn = open.notebook.begin().await;
        if !open.notebook.team().card.is_empty() {
            return Ok(());
        }
        let keys = open.notebook.team().keys.clone();
        let replica = open.notebook.manifest().replica;
        let name = open.notebook.device_name(replica);
        let mut sealer = self.host.sealer().await.map_err(failed)?;
        let request = Request::MakeDevice { name, replica, at: self.host.now().0, keys };
        let Answer::Device { keys, card } = answered(sealer.ask(request).await)? else {
            return Err(unexpected());
        };
        let change = |team: &mut Team| {
            team.keys = keys;
            team.card = card.file;
            team.fingerprint = card.fingerprint.digits;
        };
        open.notebook.change_team(&turn, change, Vec::new()).await?;
        Ok(())
    }

    pub(in crate::engine) async fn team(&self, open: &Open<H>) -> Result<Reply, Failure> {
        self.ensure_device(open).await?;
        let replica = open.notebook.manifest().replica;
        let name = open.notebook.device_name(replica);
        let team = open.notebook.team();
        let own = MemberRow {
            replica: Some(replica),
            name,
            fingerprint: team.fingerprint.clone(),
            ..MemberRow::default()
        };
        let mut members: Vec<MemberRow> =
            team.members.iter().map(|member| member_row(member, &team)).collect();
        let left = |row: &MemberRow| matches!(row.trust, TrustRow::Left(_));
        sort::by(&mut members, |a, b| left(a).cmp(&left(b)).then_with(|| a.name.cmp(&b.name)));
        Ok(Reply::Team(TeamView { own, members }))
    }

    pub(in crate::engine) async fn own_card(&self, open: &Open<H>) -> Result<Reply, Failure> {
        self.ensure_device(open).await?;
        let (text, fingerprint) = {
            let team = open.notebook.team();
            (String::from_utf8_lossy(&team.card).into_owned(), team.fingerprint.clone())
        };
        let mut sealer = self.host.sealer().await.map_err(failed)?;
        let Answer::Qr(qr) = answered(sealer.ask(Request::Qr(fingerprint.clone())).await)? else {
            return Err(unexpected());
        };
        let name = open.notebook.device_name(open.notebook.manifest().replica);
        let file_name = format!("daifuku-card-{}.txt", file_part(&name));
        Ok(Reply::OwnCard(Box::new(OwnCard { file_name, text, fingerprint, qr })))
    }

    pub(in crate::engine) async fn read_card(
        &self,
        open: &Open<H>,
        bytes: Vec<u8>,
    ) -> Result<Reply, Failure> {
        self.ensure_device(open).await?;
        let mut sealer = self.host.sealer().await.map_err(failed)?;
        let Answer::Card(card) = answered(sealer.ask(Request::ReadCard(bytes)).await)? else {
            return Err(unexpected());
        };
        let standing = standing_of(&card, &open.notebook.team());
        let preview =
            CardPreview { name: card.name.clone(), fingerprint: card.fingerprint.digits.clone(), standing };
        open.sharing.borrow_mut().card = Some(card);
        Ok(Reply::Card(preview))
    }

    pub(in crate::engine) async fn add_member(
        self: &Rc<Self>,
        open: &Open<H>,
        checked: bool,
    ) -> Result<Reply, Failure> {
        let card = open.sharing.borrow_mut().card.take().ok_or(Failure::NotFound)?;
        let now = self.host.now();
        let trust = if checked { Trust::Checked(now) } else { Trust::Unchecked };
        let turn = open.notebook.begin().await;
        let change = |team: &mut Team| {
            if card.fingerprint.digits != team.fingerprint {
                put_member(team, &card, trust, now);
            }
        };
        open.notebook.change_team(&turn, change, Vec::new()).await?;
        drop(turn);
        self.tell_sharing(open);
        Ok(Reply::Done)
    }

    pub(in crate::engine) async fn set_trust(
        self: &Rc<Self>,
        open: &Open<H>,
        fingerprint: &str,
        change: TrustChange,
    ) -> Result<Reply, Failure> {
        let known = open.notebook.team().members.iter().any(|member| member.fingerprint == fingerprint);
        if !known {
            return Err(Failure::NotFound);
        }
        let now = self.host.now();
        let turn = open.notebook.begin().await;
        let change = |team: &mut Team| {
            for member in team.members.iter_mut().filter(|member| member.fingerprint == fingerprint) {
                member.trust = match change {
                    TrustChange::Check => Trust::Checked(now),
                    TrustChange::Left => Trust::Left(now),
                    TrustChange::Return => Trust::Unchecked,
                };
            }
        };
        open.notebook.change_team(&turn, change, Vec::new()).await?;
        drop(turn);
        self.tell_sharing(open);
        Ok(Reply::Done)
    }
}

/// Takes a card into the team, in place of other keys of the same device. What is known of the device stays.
pub(super) fn put_member(team: &mut Team, card: &Card, trust: Trust, now: crate::model::Instant) {
    let known = team.members.iter().position(|member| member.replica == card.replica);
    let known = known.map(|at| team.members.remove(at));
    let same_keys = known.as_ref().is_some_and(|member| member.fingerprint == card.fingerprint.digits);
    let trust = match (&known, trust) {
        // Who was checked or has left stays so, unless the keys are others.
        (Some(member), Trust::Unchecked | Trust::Introduced(_)) if same_keys => member.trust.clone(),
        (_, trust) => trust,
    };
    team.members.push(Member {
        card: card.file.clone(),
        name: card.name.clone(),
        replica: card.replica,
        signing_key: card.signing_key,
        recipient: card.recipient.clone(),
        fingerprint: card.fingerprint.digits.clone(),
        trust,
        added: now,
        base: known.as_ref().map(|member| member.base.clone()).unwrap_or_default(),
        sent: known.as_ref().map_or(0, |member| member.sent),
        last: known.as_ref().and_then(|member| member.last),
        received: known.as_ref().and_then(|member| member.received),
    });
}

/// What a card means here.
fn standing_of(card: &Card, team: &Team) -> CardStanding {
    if card.fingerprint.digits == team.fingerprint {
        return CardStanding::Own;
    }
    if team.members.iter().any(|member| member.fingerprint == card.fingerprint.digits) {
        return CardStanding::Known;
    }
    let same = |member: &&Member| member.replica == card.replica || member.name == card.name;
    match team.members.iter().find(same) {
        Some(member) => {
            CardStanding::OtherKeys { known_as: member.name.clone(), fingerprint: member.fingerprint.clone() }
        }
        None => CardStanding::New,
    }
}

fn member_row(member: &Member, team: &Team) -> MemberRow {
    MemberRow {
        replica: Some(member.replica),
        name: member.name.clone(),
        fingerprint: member.fingerprint.clone(),
        trust: match &member.trust {
            Trust::Unchecked => TrustRow::Unchecked,
            Trust::Checked(at) => TrustRow::Checked(*at),
            Trust::Introduced(by) => TrustRow::Introduced(by.clone()),
            Trust::Left(at) => TrustRow::Left(*at),
        },
        added: member.added,
        last_sent: member.last.map(|(_, at)| at),
        last_received: member.received,
        gap: team.gaps.contains(&member.replica),
    }
}

/// A name as part of a file's name: letters and digits of any language, the rest becomes a hyphen.
pub(super) fn file_part(name: &str) -> String {
    let letters = name.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' });
    letters.take(40).collect::<String>().trim_matches('-').to_owned()
}

/// An answer that is no failure.
pub(super) fn answered(answer: Answer) -> Result<Answer, Failure> {
    match answer {
        Answer::Failed(error) => Err(failed(error)),
        answer => Ok(answer),
    }
}
