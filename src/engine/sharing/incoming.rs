//! Opening a bundle: decrypted, unpacked and verified by the sealer, then looked through. Nothing of the
//! notebook changes.

use std::rc::Rc;

use super::ahead::Ahead;
use super::preview::Effects;
use super::rows::{BundlePreview, SenderRow, SenderStanding};
use super::staging::{Staged, Stager};
use super::{failed, unexpected};
use crate::bundle::sealer::{Answer, OpenWith, Opened, Request};
use crate::bundle::{Header, Scope, is_for_oneself};
use crate::engine::dispatch::{Engine, Open};
use crate::engine::failure::Failure;
use crate::engine::host::Host;
use crate::engine::jobs::Job;
use crate::engine::protocol::{Event, Outcome, Reply};
use crate::merge::exchange::{Received, receive};
use crate::merge::fork::{Trail, divergence, note};
use crate::merge::{Observed, VersionVector};
use crate::model::ReplicaId;
use crate::vault::team::{Member, RECEIPTS_FROM, Receipt, Stage, Team, Trust};

/// More than this of the customers deleted, or this part of them, must be confirmed by typing.
const MOST_DELETED: u32 = 10;
/// More than this changed, or this part of them.
const MOST_CHANGED: u32 = 50;

/// A bundle that was opened.
pub(super) struct OpenedBundle {
    pub(super) staged: Rc<Staged>,
    pub(super) preview: BundlePreview,
    /// Whether it is a backup or handover from one's own hand.
    pub(super) own: bool,
    /// Writes after this counter are not in the copy that writes under the same id; nothing if there is none.
    pub(super) clone_above: Option<u64>,
}

impl<H: Host> Engine<H> {
    pub(in crate::engine) fn open_bundle(
        self: &Rc<Self>,
        open: &Open<H>,
        file: Vec<u8>,
        (passphrase, identity): (String, String),
        restoring: bool,
    ) -> Reply {
        self.start_job(open, |engine, open, job| async move {
            let preview = engine.look_through(&open, &job, file, (passphrase, identity), restoring).await?;
            Ok(Outcome::Previewed(Box::new(preview)))
        })
    }

    pub(in crate::engine) fn close_bundle(open: &Open<H>) -> Reply {
        open.sharing.borrow_mut().opened = None;
        Reply::Done
    }

    async fn look_through(
        self: &Rc<Self>,
        open: &Open<H>,
        job: &Job,
        file: Vec<u8>,
        (passphrase, identity): (String, String),
        restoring: bool,
    ) -> Result<BundlePreview, Failure> {
        open.sharing.borrow_mut().opened = None;
        self.ensure_device(open).await?;
        let total = u64::try_from(file.len()).unwrap_or_default();
        self.tell(Event::Progress { job: job.number, done: 0, total });
        let mut sealer = Ahead::Idle(self.host.sealer().await.map_err(failed)?);
        let devices = {
            let team = open.notebook.team();
            [&team.keys].into_iter().chain(&team.old_keys).cloned().collect()
        };
        let given = |text: String| Some(text).filter(|text| !text.trim().is_empty());
        let open_with = OpenWith {
            devices,
            identities: given(identity).into_iter().collect(),
            passphrase: given(passphrase),
        };
        sealer.begin(Request::Read { file, open_with }).await?;
        let Some(Answer::Opened(opened)) = sealer.next(Request::More).await? else {
            return Err(unexpected());
        };
        let mut stager = Stager::default();
        let mut done = 0_u64;
        loop {
            if job.is_cancelled() || open.ended.get() {
                return Err(Failure::Cancelled);
            }
            let Some(Answer::Items(items)) = sealer.answer().await? else { return Err(unexpected()) };
            if items.is_empty() {
                break;
            }
            sealer.begin(Request::More).await?;
            done += u64::try_from(items.len()).unwrap_or_default();
            items.into_iter().for_each(|item| stager.push(item));
            // Unpacking is half of the way, looking through the other half.
            self.tell(Event::Progress { job: job.number, done, total: opened.items * 2 });
        }
        drop(sealer);
        let own = is_for_oneself(opened.header.kind) && (opened.own || restoring && opened.by_secret);
        let covers = believed(&open.notebook.team(), &opened, own);
        let staged = Rc::new(stager.finish(Header { covers, ..opened.header.clone() }, own));
        let effects = self.effects(open, job, &staged, &opened).await?;
        let known = self.receipts_of(open).await?;
        let preview = self.preview(open, &opened, &staged, effects, &known);
        let clone_above =
            clone_above(&open.notebook.team(), &opened.header, open.notebook.manifest().replica);
        let opened = OpenedBundle { staged, preview: preview.clone(), own, clone_above };
        open.sharing.borrow_mut().opened = Some(opened);
        Ok(preview)
    }

    /// The receipts, oldest first.
    pub(super) async fn receipts_of(&self, open: &Open<H>) -> Result<Vec<(u64, Receipt)>, Failure> {
        let end = RECEIPTS_FROM + open.notebook.team().next.receipt;
        Ok(open.notebook.sharing_rows(RECEIPTS_FROM, end).await?)
    }

    fn preview(
        &self,
        open: &Open<H>,
        opened: &Opened,
        staged: &Staged,
        effects: Effects,
        receipts: &[(u64, Receipt)],
    ) -> BundlePreview {
        let header = &opened.header;
        let team = open.notebook.team();
        let replica = open.notebook.manifest().replica;
        let listed = open.lists.borrow().listed();
        let known = receipts
            .iter()
            .any(|(_, receipt)| receipt.bundle == header.id && receipt.stage == Stage::Applied);
        let gone = effects.deleted + effects.erased;
        let brake = gone > MOST_DELETED.max(listed / 20) || effects.changed > MOST_CHANGED.max(listed / 5);
        let ahead = crate::merge::HybridClock::default().observe(header.at, self.host.now());
        let others = header.trails.iter().filter(|(known, _)| *known != replica);
        let forked = others.into_iter().any(|(replica, met)| {
            let known = team.trails.iter().find(|(known, _)| known == replica);
            known.is_some_and(|(_, known)| note(&mut known.clone(), met))
        });
        let mut have = open.notebook.have();
        let whole = header.scope == Scope::All;
        BundlePreview {
            bundle: header.id,
            kind: header.kind,
            at: header.at.instant(),
            from: SenderRow {
                name: header.from.name.clone(),
                fingerprint: opened.fingerprint.digits.clone(),
                standing: standing(&team, opened),
            },
            settings: staged.rest.settings.clone(),
            addressed: opened.addressed,
            known,
            new: effects.new,
            changed: effects.changed,
            to_decide: effects.to_decide,
            deleted: effects.deleted,
            erased: effects.erased,
            customers: staged.customers,
            records: staged.records.clone(),
            refused: effects.refused,
            unknown: u32::try_from(opened.unknown).unwrap_or(u32::MAX),
            gap: whole && receive(&mut have, &header.base, &header.covers) == Received::Gap,
            clock_ahead: match ahead {
                Observed::Ahead { millis } => millis,
                Observed::Accepted => 0,
            },
            brake,
            fork: forked || clone_above(&team, header, replica).is_some(),
            sample: effects.sample,
        }
    }
}

/// What of a bundle's cover is believed. Who claims to bring what others wrote, and does not, hides that it is
/// missing: of a sender whose keys nobody compared only its own writes count, of a stranger nothing.
fn believed(team: &Team, opened: &Opened, own: bool) -> VersionVector {
    let covers = &opened.header.covers;
    let digits = &opened.fingerprint.digits;
    match team.members.iter().find(|member| member.fingerprint == *digits) {
        _ if own || opened.own => covers.clone(),
        Some(Member { trust: Trust::Checked(_) | Trust::Introduced(_), .. }) => covers.clone(),
        Some(member) => covers.dots().filter(|dot| dot.replica == member.replica).collect(),
        None => VersionVector::new(),
    }
}

/// How the sender stands here.
fn standing(team: &Team, opened: &Opened) -> SenderStanding {
    let digits = &opened.fingerprint.digits;
    if opened.own {
        return SenderStanding::Own;
    }
    if let Some(member) = team.members.iter().find(|member| member.fingerprint == *digits) {
        return match member.trust {
            Trust::Checked(_) => SenderStanding::Checked,
            Trust::Unchecked | Trust::Introduced(_) => SenderStanding::Unchecked,
            Trust::Left(at) => SenderStanding::Left(at),
        };
    }
    let from = &opened.header.from;
    let is_known =
        team.members.iter().any(|member| member.replica == from.replica || member.name == from.name);
    if is_known { SenderStanding::OtherKeys } else { SenderStanding::Unknown }
}

/// Whether a copy of this device writes under its id: someone has met an export under it that this device
/// never made. Tells the last counter that both share.
fn clone_above(team: &Team, header: &Header, own: ReplicaId) -> Option<u64> {
    let of = |trails: &[(ReplicaId, Vec<Trail>)]| {
        let own = trails.iter().find(|(replica, _)| *replica == own);
        own.map(|(_, trails)| trails.clone()).unwrap_or_default()
    };
    divergence(&of(&team.trails), &of(&header.trails))
}
