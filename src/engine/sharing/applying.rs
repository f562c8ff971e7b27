//! Applying a bundle that was looked through.
//!
//! A small one is one commit. A large one is first put into rows, with a receipt that says so; then it is
//! merged chunk by chunk, each with its undo pack and the receipt in the same commit; what the notebook has
//! is raised with the last. So a crash leaves either nothing or a merge that goes on at the next opening.
//! Restoring from a backup is always done so (`restoring`).

use std::rc::Rc;

use super::outgoing::own_trails;
use super::people::{answered, put_member};
use super::preview;
use super::rows::{ApplyMode, CustomerChange, ReceiptRow};
use super::staging::{Rest, Staged, unpack};
use crate::bundle::sealer::{Answer, Request};
use crate::bundle::{Header, Kind, LedgerEntry, Scope, is_for_oneself};
use crate::engine::dispatch::{Engine, Open};
use crate::engine::failure::Failure;
use crate::engine::host::{Host, Sealer};
use crate::engine::jobs::Job;
use crate::engine::protocol::{Event, Outcome, Reply};
use crate::merge::exchange::{Received, receive};
use crate::merge::fork::{lower, note};
use crate::model::{FieldName, RecordId, ReplicaId};
use crate::vault::merging::{Incoming, Joined, Merged};
use crate::vault::team::{
    LEDGER_FROM, RECEIPTS_FROM, ROW_RESTORING, ROW_UNREAD, Receipt, Restoring, STAGED_FROM, SharingRow,
    Stage, Team, Trust, UNDO_FROM, UndoPiece, Unread, sharing_row,
};

/// Pieces that are merged in one commit.
const PIECES_AT_ONCE: usize = 4;
/// Pieces that are put into rows in one commit.
const PIECES_STAGED_AT_ONCE: usize = 32;
/// Marks of what is new that are kept; a merge that brings more marks nothing, because everything is new.
const MOST_UNREAD: usize = 20_000;

/// A merge that is going on.
pub(super) struct Merging {
    pub(super) number: u64,
    pub(super) receipt: Receipt,
    rest: Rest,
    unread: Vec<(RecordId, RecordId, Option<String>)>,
}

impl<H: Host> Engine<H> {
    pub(in crate::engine) fn apply_bundle(
        self: &Rc<Self>,
        open: &Open<H>,
        mode: ApplyMode,
        confirmed: bool,
    ) -> Result<Reply, Failure> {
        let opened = open.sharing.borrow_mut().opened.take().ok_or(Failure::NotFound)?;
        if opened.preview.brake && !confirmed {
            open.sharing.borrow_mut().opened = Some(opened);
            return Err(Failure::NotConfirmed);
        }
        let mode = if opened.own { mode } else { ApplyMode::Merge };
        Ok(self.start_bulk(open, |engine, open, job| async move {
            if let Some(above) = opened.clone_above {
                engine.renew(&open, above).await?;
            }
            let mut outcome = engine.apply(&open, &job, &opened.staged, &mode).await;
            if outcome == Err(Failure::OtherCopy) {
                // Nobody knows what the copies share: all that was written here goes under the new id.
                engine.renew(&open, 0).await?;
                outcome = engine.apply(&open, &job, &opened.staged, &mode).await;
            }
            engine.tell_sharing(&open);
            outcome.map(|row| Outcome::Merged(Box::new(row)))
        }))
    }

    /// Goes on under another replica id, since a copy of this device writes under the present one.
    async fn renew(self: &Rc<Self>, open: &Open<H>, above: u64) -> Result<(), Failure> {
        let mut id = [0; 8];
        open.notebook.sealing().fill(&mut id);
        let turn = open.notebook.begin().await;
        let written = open.notebook.renew_replica(&turn, above, ReplicaId(id)).await?;
        open.notebook.change_team(&turn, |team| team.card.clear(), Vec::new()).await?;
        drop(turn);
        self.index_written(open, written);
        Ok(())
    }

    async fn apply(
        self: &Rc<Self>,
        open: &Open<H>,
        job: &Job,
        staged: &Staged,
        mode: &ApplyMode,
    ) -> Result<ReceiptRow, Failure> {
        let header = staged.rest.header.clone().ok_or(Failure::NotFound)?;
        let undo = open.notebook.team().next.undo;
        let mut merging = Merging {
            number: open.notebook.team().next.receipt,
            receipt: Receipt {
                bundle: header.id,
                kind: header.kind,
                from: (header.from.replica, header.from.name.clone()),
                at: self.host.now(),
                counts: [0; 5],
                gap: false,
                undo: (undo, undo),
                stage: Stage::Applying { pieces: count(staged.pieces.len()), done: 0 },
            },
            rest: staged.rest.clone(),
            unread: open.sharing.borrow().unread.0.clone(),
        };
        if matches!(mode, ApplyMode::Pick(_)) {
            merging.rest = Rest { header: Some(Box::new(part_of(*header))), ..Rest::default() };
        }
        // Restoring takes several steps, however small the backup is.
        let by_rows = staged.pieces.len() > PIECES_AT_ONCE || *mode != ApplyMode::Merge;
        if by_rows {
            self.stage(open, staged, &merging, mode).await?;
            self.apply_pieces(open, &mut merging, Some(staged), mode, Some(job)).await?;
        } else {
            let pages = staged.pieces.iter().flat_map(|piece| unpack(piece)).collect();
            self.finish_merge(open, &mut merging, pages).await?;
        }
        self.finish_erasing(open).await?;
        Ok(self.receipt_row(&merging.receipt))
    }

    /// Merges what was put into rows, from the piece on that the receipt names, and then restores if that is
    /// what it is for. `staged` has the pieces too, if they are in memory.
    async fn apply_pieces(
        self: &Rc<Self>,
        open: &Open<H>,
        merging: &mut Merging,
        staged: Option<&Staged>,
        mode: &ApplyMode,
        job: Option<&Job>,
    ) -> Result<(), Failure> {
        let Stage::Applying { pieces, done } = merging.receipt.stage else { return Ok(()) };
        let mut next = done;
        while next < pieces {
            let mut pages = Vec::new();
            for piece in next..(next + count(PIECES_AT_ONCE)).min(pieces) {
                pages.extend(self.staged_pages(open, staged, piece, mode).await?);
            }
            next = (next + count(PIECES_AT_ONCE)).min(pieces);
            merging.receipt.stage = Stage::Applying { pieces, done: next };
            self.merge_chunk(open, merging, pages, Vec::new(), false).await?;
            if let Some(job) = job {
                self.tell(Event::Progress { job: job.number, done: next, total: pieces });
            }
            self.host.pause().await;
        }
        if *mode != ApplyMode::Merge {
            self.bring_back_all(open, merging, staged, (mode, pieces)).await?;
        }
        self.finish_merge(open, merging, Vec::new()).await
    }

    /// The pages of a staged piece that are wanted.
    pub(super) async fn staged_pages(
        &self,
        open: &Open<H>,
        staged: Option<&Staged>,
        piece: u64,
        mode: &ApplyMode,
    ) -> Result<Vec<Incoming>, Failure> {
        let place = usize::try_from(piece).unwrap_or(usize::MAX);
        let mut pages = match staged.and_then(|staged| staged.pieces.get(place)) {
            Some(piece) => unpack(piece),
            None => {
                let row: Option<Vec<u8>> = open.notebook.sharing(STAGED_FROM + 1 + piece).await?;
                // Without it a restoring would take its customers for ones that the backup does not hold.
                unpack(&row.ok_or(Failure::NotFound)?)
            }
        };
        if let ApplyMode::Pick(wanted) = mode {
            pages.retain(|page| wanted.contains(&page.page));
        }
        Ok(pages)
    }

    /// Puts a bundle into rows, with what is to become of it.
    async fn stage(
        &self,
        open: &Open<H>,
        staged: &Staged,
        merging: &Merging,
        mode: &ApplyMode,
    ) -> Result<(), Failure> {
        let turn = open.notebook.begin().await;
        let pieces: Vec<SharingRow> = (STAGED_FROM + 1..)
            .zip(&staged.pieces)
            .map(|(row, piece)| sharing_row(row, &serde_bytes(piece)))
            .collect();
        for part in pieces.chunks(PIECES_STAGED_AT_ONCE) {
            open.notebook.change_team(&turn, |_| {}, part.to_vec()).await?;
        }
        let mut rows = vec![
            sharing_row(STAGED_FROM, &merging.rest),
            sharing_row(RECEIPTS_FROM + merging.number, &merging.receipt),
        ];
        rows.extend(match mode {
            ApplyMode::Merge => None,
            ApplyMode::Replace => Some(sharing_row(ROW_RESTORING, &Restoring(None))),
            ApplyMode::Pick(pages) => Some(sharing_row(ROW_RESTORING, &Restoring(Some(pages.clone())))),
        });
        let next = merging.number + 1;
        open.notebook.change_team(&turn, |team| team.next.receipt = next, rows).await?;
        Ok(())
    }

    /// Goes on with a merge that was interrupted, and throws away what was staged for one that never began.
    pub(in crate::engine) async fn resume_merge(self: &Rc<Self>, open: &Open<H>) -> Result<(), Failure> {
        let receipts = self.receipts_of(open).await?;
        let interrupted = receipts.into_iter().find_map(|(row, receipt)| match receipt.stage {
            Stage::Applying { .. } => Some((row - RECEIPTS_FROM, receipt)),
            _ => None,
        });
        let Some((number, receipt)) = interrupted else {
            return self.unstage(open).await;
        };
        let rest: Rest = open.notebook.sharing(STAGED_FROM).await?.unwrap_or_default();
        let mode = match open.notebook.sharing::<Restoring>(ROW_RESTORING).await? {
            None => ApplyMode::Merge,
            Some(Restoring(None)) => ApplyMode::Replace,
            Some(Restoring(Some(pages))) => ApplyMode::Pick(pages),
        };
        let mut merging = Merging { number, receipt, rest, unread: open.sharing.borrow().unread.0.clone() };
        self.apply_pieces(open, &mut merging, None, &mode, None).await?;
        self.finish_erasing(open).await?;
        self.after_bulk(open).await;
        self.tell_sharing(open);
        Ok(())
    }

    /// Deletes staged rows that belong to no merge.
    async fn unstage(&self, open: &Open<H>) -> Result<(), Failure> {
        loop {
            let rows = open.notebook.staged_rows().await?;
            if rows.is_empty() {
                return Ok(());
            }
            let turn = open.notebook.begin().await;
            let rows = rows.into_iter().map(|row| (row, None)).collect();
            open.notebook.change_team(&turn, |_| {}, rows).await?;
        }
    }

    /// Merges pages in one commit, with what they replaced.
    async fn merge_chunk(
        self: &Rc<Self>,
        open: &Open<H>,
        merging: &mut Merging,
        pages: Vec<Incoming>,
        rows: Vec<SharingRow>,
        last: bool,
    ) -> Result<(), Failure> {
        let turn = open.notebook.begin().await;
        let mut joined: Vec<Joined> = Vec::with_capacity(pages.len());
        let mut refused = 0;
        for incoming in together(self.in_local_order(open, pages)) {
            let page = open.notebook.join(&incoming, &mut refused).await?;
            if page.is_new() {
                joined.push(page);
            }
        }
        let mut undo = UndoPiece::default();
        for page in &joined {
            self.note_effect(merging, page);
            let before =
                page.deltas.iter().map(|(record, _)| (*record, page.before.records.get(record).cloned()));
            undo.0.push((page.id, before.collect()));
        }
        let mut rows = rows;
        if !undo.0.is_empty() {
            rows.push(sharing_row(UNDO_FROM + merging.receipt.undo.1, &undo));
            merging.receipt.undo.1 += 1;
        }
        let next_undo = merging.receipt.undo.1;
        if last {
            merging.receipt.stage = Stage::Applied;
        }
        // A first filling of an empty notebook marks nothing: everything is new.
        if merging.unread.len() > MOST_UNREAD {
            merging.unread.clear();
        }
        let unread = Unread(merging.unread.clone());
        rows.push(sharing_row(ROW_UNREAD, &unread));
        let header = merging.rest.header.clone().ok_or(Failure::NotFound)?;
        let now = self.host.now();
        let (number, final_rest) = (merging.number, last.then(|| merging.rest.clone()));
        let cards = match &final_rest {
            Some(rest) => self.read_cards(rest, &header).await,
            None => Vec::new(),
        };
        let mut gap = false;
        let own_replica = open.notebook.manifest().replica;
        let have = open.notebook.have();
        if last {
            let mut raised = have.clone();
            gap = header.scope == Scope::All
                && receive(&mut raised, &header.base, &header.covers) == Received::Gap;
            merging.receipt.gap = gap;
        }
        rows.push(sharing_row(RECEIPTS_FROM + number, &merging.receipt));
        if let Some(rest) = &final_rest {
            let known: Vec<LedgerEntry> = {
                let end = LEDGER_FROM + open.notebook.team().next.ledger;
                let rows = open.notebook.sharing_rows::<LedgerEntry>(LEDGER_FROM, end).await?;
                rows.into_iter().map(|(_, entry)| entry).collect()
            };
            let new = rest.ledger.iter().filter(|entry| known.iter().all(|old| old.bundle != entry.bundle));
            let first = LEDGER_FROM + open.notebook.team().next.ledger;
            rows.extend((first..).zip(new).map(|(row, entry)| sharing_row(row, entry)));
        }
        let ledger = rows.iter().filter(|(row, _)| (LEDGER_FROM..RECEIPTS_FROM).contains(row)).count();
        let pages_here: Vec<RecordId> = open.notebook.cards().iter().map(|(_, card)| card.page).collect();
        let change = |team: &mut Team| {
            team.next.undo = team.next.undo.max(next_undo);
            team.next.receipt = team.next.receipt.max(number + 1);
            team.next.ledger += count(ledger);
            if let Some(rest) = final_rest {
                take_rest(team, rest, &header, own_replica, now, gap, cards);
                let erased: Vec<RecordId> =
                    pages_here.into_iter().filter(|page| team.erasures.contains(*page)).collect();
                team.note_erasing(erased);
            }
        };
        let merged =
            open.notebook.merge(&turn, joined, (header_time(&merging.rest), now), change, rows).await?;
        drop(turn);
        {
            let mut sharing = open.sharing.borrow_mut();
            sharing.unread_pages = unread.0.iter().map(|(page, _, _)| *page).collect();
            sharing.unread = unread;
        }
        match merged {
            Merged::Nothing => {}
            Merged::Saved(saved) => self.after_save(open, saved),
            Merged::Written(written) => self.index_written(open, written),
        }
        Ok(())
    }

    /// Merges the last pages, and with them everything that is only true when all is there.
    async fn finish_merge(
        self: &Rc<Self>,
        open: &Open<H>,
        merging: &mut Merging,
        pages: Vec<Incoming>,
    ) -> Result<(), Failure> {
        let staged = open.notebook.staged_rows().await?;
        let rows = staged.into_iter().chain([ROW_RESTORING]).map(|row| (row, None)).collect();
        self.merge_chunk(open, merging, pages, rows, true).await
    }

    /// Reads the cards that came along, for those whose word counts.
    async fn read_cards(&self, rest: &Rest, header: &Header) -> Vec<(crate::bundle::sealer::Card, bool)> {
        if !matches!(header.kind, Kind::Team | Kind::Backup | Kind::Handover) || rest.members.is_empty() {
            return Vec::new();
        }
        let Ok(mut sealer) = self.host.sealer().await else { return Vec::new() };
        let mut cards = Vec::new();
        for (file, checked) in &rest.members {
            // A card that can't be read introduces nobody.
            if let Ok(Answer::Card(card)) = answered(sealer.ask(Request::ReadCard(file.clone())).await) {
                cards.push((card, *checked));
            }
        }
        cards
    }

    fn note_effect(&self, merging: &mut Merging, page: &Joined) {
        // One's own backup brings nothing that one has not seen.
        if matches!(merging.receipt.kind, Kind::Share | Kind::Team) {
            merging.unread.extend(news(page));
        }
        let Some(customer) = preview::effect(page) else { return };
        let place = match customer.change {
            CustomerChange::New => 0,
            CustomerChange::Changed => 1,
            CustomerChange::ToDecide => 2,
            CustomerChange::Deleted => 3,
            CustomerChange::Erased => 4,
        };
        if let Some(count) = merging.receipt.counts.get_mut(place) {
            *count += 1;
        }
    }

    pub(super) fn receipt_row(&self, receipt: &Receipt) -> ReceiptRow {
        let [new, changed, to_decide, deleted, erased] = receipt.counts;
        let age = self.host.now().0 - receipt.at.0;
        ReceiptRow {
            bundle: receipt.bundle,
            kind: Some(receipt.kind),
            from: receipt.from.1.clone(),
            at: receipt.at,
            new,
            changed,
            to_decide,
            deleted,
            erased,
            gap: receipt.gap,
            can_undo: receipt.stage == Stage::Applied
                && receipt.undo.0 < receipt.undo.1
                && age < super::undoing::UNDO_MILLIS,
            undone: receipt.stage == Stage::Undone,
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Bytes as a row's content.
fn serde_bytes(bytes: &[u8]) -> Vec<u8> {
    bytes.to_vec()
}

fn header_time(rest: &Rest) -> crate::merge::HybridTimestamp {
    rest.header.as_ref().map(|header| header.at).unwrap_or_default()
}

/// Pages that came in several parts, as one each.
fn together(pages: Vec<Incoming>) -> Vec<Incoming> {
    let mut all: Vec<Incoming> = Vec::with_capacity(pages.len());
    let mut places: std::collections::HashMap<RecordId, usize> = std::collections::HashMap::new();
    for page in pages {
        match places.get(&page.page).and_then(|place| all.get_mut(*place)) {
            Some(known) => {
                known.records.extend(page.records);
                known.history.extend(page.history);
            }
            None => {
                places.insert(page.page, all.len());
                all.push(page);
            }
        }
    }
    all
}

/// What of a page is new to the person: records that are new, and fields that show something else.
fn news(page: &Joined) -> Vec<(RecordId, RecordId, Option<String>)> {
    let mut news = Vec::new();
    for (record, _) in &page.deltas {
        match (page.before.records.get(record), page.after.records.get(record)) {
            (None, Some(after)) if !after.is_deleted() => news.push((page.id, *record, None)),
            (Some(before), Some(after)) => {
                let fields = after.fields().filter(|(field, register)| {
                    before.displayed(field) != register.displayed() && **field != FieldName::RESTORED
                });
                news.extend(fields.map(|(field, _)| (page.id, *record, Some(field.as_str().to_owned()))));
                let texts = after.texts().filter(|(field, text)| {
                    before.text_of(field).is_none_or(|before| before.view() != text.view())
                });
                news.extend(texts.map(|(field, _)| (page.id, *record, Some(field.as_str().to_owned()))));
            }
            _ => {}
        }
    }
    news
}

/// The header of a bundle of which only some customers are taken: what it covers was not received.
fn part_of(header: Header) -> Header {
    Header { scope: Scope::Part { title: String::new(), fields: Vec::new() }, ..header }
}

/// Takes over what is not of a page.
fn take_rest(
    team: &mut Team,
    rest: Rest,
    header: &Header,
    own_replica: ReplicaId,
    now: crate::model::Instant,
    gap: bool,
    cards: Vec<(crate::bundle::sealer::Card, bool)>,
) {
    team.erasures.join(&rest.erasures);
    if header.scope == Scope::All {
        // Whether the base was had is judged with one's own writes, which `team.have` leaves out.
        if !gap {
            team.have.join(&header.covers);
        }
        team.gaps.retain(|replica| *replica != header.from.replica);
        if gap {
            team.gaps.push(header.from.replica);
        }
    }
    // One's own trails are one's own to leave; a copy's were looked at before anything was joined.
    for (replica, trails) in header.trails.iter().filter(|(replica, _)| *replica != own_replica) {
        note(own_trails(&mut team.trails, *replica), trails);
    }
    lower(&mut team.have, &team.trails);
    for (replica, name) in &header.devices {
        match team.devices.iter_mut().find(|(known, _)| known == replica) {
            Some((_, known)) => known.clone_from(name),
            None => team.devices.push((*replica, name.clone())),
        }
    }
    let sender = team.members.iter_mut().find(|member| member.signing_key == header.from.signing_key);
    let own = is_for_oneself(header.kind) && !rest.keys.is_empty();
    let mut vouches = own;
    if let Some(sender) = sender {
        // A member that was put back to a backup has less than it once told, and must be given it again.
        sender.base.clone_from(&header.have);
        sender.received = Some(now);
        vouches |= matches!(sender.trust, Trust::Checked(_));
    }
    if vouches {
        for (card, checked) in cards {
            let is_known = team.members.iter().any(|member| {
                member.fingerprint == card.fingerprint.digits || member.replica == card.replica
            });
            if is_known || card.fingerprint.digits == team.fingerprint {
                continue;
            }
            let trust = match (own, checked) {
                (true, true) => Trust::Checked(now),
                (false, true) => Trust::Introduced(header.from.name.clone()),
                _ => Trust::Unchecked,
            };
            put_member(team, &card, trust, now);
        }
    }
    for keys in rest.keys {
        if keys != team.keys && !team.old_keys.contains(&keys) {
            team.old_keys.push(keys);
        }
    }
}
