//! Planning and making bundles.

use std::collections::HashSet;
use std::rc::Rc;

use super::ahead::Ahead;
use super::parts::{Part, Tally};
use super::people::file_part;
use super::rows::{
    Audience, BundleOrder, BundlePlan, FieldGroup, FileOut, LedgerRow, MadeBundle, SharedCustomer, Who,
};
use super::told::said;
use super::{failed, unexpected};
use crate::bundle::sealer::{Answer, Request};
use crate::bundle::{BundleId, Header, Item, Kind, LedgerEntry, Scope, Sender, To, VERSION};
use crate::crypto;
use crate::engine::dispatch::{Engine, Open};
use crate::engine::failure::Failure;
use crate::engine::host::Host;
use crate::engine::jobs::{Job, READ_AT_ONCE};
use crate::engine::protocol::{Event, Outcome, Reply};
use crate::merge::fork::{Trail, leave, lower};
use crate::merge::{Dot, HybridTimestamp, RecordState, VersionVector};
use crate::model::{Date, Instant, RecordId, RecordKind, ReplicaId, Value, sort};
use crate::search::Query;
use crate::vault::team::{
    Backup, BatchVersions, LEDGER_FROM, Member, ROW_VERSIONS, Said, Team, Trust, sharing_row,
};
use crate::vault::{Page, view};

/// Customers that a plan shows.
const MOST_SAMPLE: usize = 50;
/// Items that are handed to the sealer at once, about.
const ITEMS_AT_ONCE: usize = 512;

/// An order with all that depends on the notebook worked out.
struct Prepared {
    part: Part,
    to: To,
    passphrase: Option<String>,
    /// Members that it is for.
    members: Vec<ReplicaId>,
    /// Who it is for, in words.
    names: String,
    /// The chosen pages of a share; nothing for all.
    pages: Option<Vec<RecordId>>,
}

impl<H: Host> Engine<H> {
    pub(in crate::engine) async fn plan_bundle(
        self: &Rc<Self>,
        open: &Open<H>,
        order: &BundleOrder,
    ) -> Result<Reply, Failure> {
        let prepared = self.prepare(open, order).await?;
        let mut plan = BundlePlan::default();
        let mut tally = Tally::default();
        let since = prepared.members.first().and_then(|replica| {
            let team = open.notebook.team();
            let member = team.members.iter().find(|member| member.replica == *replica)?;
            member.last.map(|(_, at)| at)
        });
        plan.since = since.filter(|_| !prepared.part.base.is_empty());
        self.walk(open, &prepared, None, async |id, page| {
            let items = prepared.part.of_page(id, &page, &mut tally);
            if plan.sample.len() < MOST_SAMPLE && !items.is_empty() && page.records.contains_key(&id) {
                plan.sample.push(shared_customer(id, &page, &items));
            }
            Ok(())
        })
        .await?;
        plan.customers = tally.customers;
        plan.private_notes = tally.private_notes;
        plan.records = tally.records;
        Ok(Reply::Plan(Box::new(plan)))
    }

    pub(in crate::engine) fn make_bundle(self: &Rc<Self>, open: &Open<H>, order: BundleOrder) -> Reply {
        self.start_job(open, |engine, open, job| async move {
            engine.write_bundle(&open, &job, order).await.map(Outcome::Made)
        })
    }

    pub(in crate::engine) fn take_file(open: &Open<H>) -> Result<Reply, Failure> {
        open.sharing.borrow_mut().made.take().map(Reply::File).ok_or(Failure::NotFound)
    }

    async fn write_bundle(
        self: &Rc<Self>,
        open: &Open<H>,
        job: &Job,
        order: BundleOrder,
    ) -> Result<MadeBundle, Failure> {
        self.ensure_device(open).await?;
        let prepared = self.prepare(open, &order).await?;
        let now = self.host.now();
        let mut id = [0; 16];
        let mut salt = [0; 16];
        open.notebook.sealing().fill(&mut id);
        open.notebook.sealing().fill(&mut salt);
        let id = BundleId(id);
        let header = self.header(open, &order, &prepared, (id, now), salt);
        let mut sealer = Ahead::Idle(self.host.sealer().await.map_err(failed)?);
        let request = Request::Write {
            header: Box::new(header.clone()),
            keys: open.notebook.team().keys.clone(),
            passphrase: prepared.passphrase.clone(),
            armored: order.armored,
        };
        sealer.begin(request).await?;
        let mut waiting: Vec<Item> = self.first_items(open, &order).await?;
        let mut tally = Tally::default();
        let mut pages: Vec<RecordId> = Vec::new();
        if order.kind != Kind::Acknowledgement {
            self.walk(open, &prepared, Some(job), async |id, page| {
                let items = prepared.part.of_page(id, &page, &mut tally);
                if !items.is_empty() && page.records.contains_key(&id) {
                    pages.push(id);
                }
                waiting.extend(items);
                if waiting.len() >= ITEMS_AT_ONCE {
                    sealer.next(Request::Items(core::mem::take(&mut waiting))).await?;
                }
                Ok(())
            })
            .await?;
        }
        let said = said(&open.notebook.team(), &header);
        let may_be_empty = order.kind != Kind::Team || order.everything || tally.total() != 0;
        if !may_be_empty && self.knows_all(open, &prepared.members, &said).await? {
            return Err(Failure::NothingNew);
        }
        if tally.total() == 0 && order.kind == Kind::Share {
            return Err(Failure::NothingChosen);
        }
        sealer.next(Request::Items(waiting)).await?;
        sealer.next(Request::Finish).await?;
        let Some(Answer::File(bytes)) = sealer.answer().await? else { return Err(unexpected()) };
        drop(sealer);
        let everyone = order.kind != Kind::Share && prepared.part.base.is_empty();
        sort::ascending(&mut pages);
        let entry = LedgerEntry {
            bundle: id,
            at: now,
            kind: order.kind,
            to: prepared.names.clone(),
            purpose: order.purpose.clone(),
            fields: if order.kind == Kind::Share { field_names(&prepared.part.groups) } else { Vec::new() },
            customers: if everyone { Vec::new() } else { pages },
            everyone,
        };
        self.note_export(open, &order, &prepared, &header, (entry, said)).await?;
        let made = MadeBundle {
            bundle: id,
            file_name: file_name(&order, &prepared.names, now),
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            customers: tally.customers,
            records: tally.total(),
        };
        let media_type = if order.armored { "text/plain" } else { "application/octet-stream" };
        open.sharing.borrow_mut().made =
            Some(FileOut { name: made.file_name.clone(), media_type: media_type.to_owned(), bytes });
        self.tell_sharing(open);
        Ok(made)
    }

    /// Works out for whom an order is and what it holds.
    async fn prepare(self: &Rc<Self>, open: &Open<H>, order: &BundleOrder) -> Result<Prepared, Failure> {
        let (to, passphrase, members, names) = match &order.to {
            Audience::Members(wanted) => {
                let team = open.notebook.team();
                let chosen = |member: &&Member| {
                    wanted.contains(&member.replica) && !matches!(member.trust, Trust::Left(_))
                };
                let members: Vec<&Member> = team.members.iter().filter(chosen).collect();
                let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
                let to = members.iter().map(|member| member.recipient.clone()).collect();
                let replicas: Vec<ReplicaId> = members.iter().map(|member| member.replica).collect();
                (To::Recipients(to), None, replicas, names.join("、"))
            }
            Audience::Passphrase { passphrase, name } => {
                let strength = crypto::strength(passphrase);
                if strength.level < crypto::Level::Fair {
                    return Err(Failure::WeakPassphrase);
                }
                (To::Passphrase, Some(passphrase.clone()), Vec::new(), name.clone())
            }
            Audience::RecoverySheet => {
                let sheet = open.notebook.team().recovery.clone().ok_or(Failure::NoRecoverySheet)?;
                (To::Recipients(vec![sheet.recipient]), None, Vec::new(), String::new())
            }
        };
        if matches!(&to, To::Recipients(recipients) if recipients.is_empty()) {
            return Err(Failure::NothingChosen);
        }
        let base = match order.kind {
            Kind::Team if !order.everything => {
                let team = open.notebook.team();
                let mut base = common_base(&team, &members);
                // A member that does not know of a copy of some device yet counts the copy's writes as had.
                lower(&mut base, &team.trails);
                base
            }
            _ => VersionVector::new(),
        };
        let pages = match (order.kind, &order.who) {
            (Kind::Share, Who::Customers(customers)) => Some(customers.clone()),
            (Kind::Share, Who::Search(text)) => {
                let (numbers, _) = self.hits(open, &Query::parse(text), None, || true).await?;
                let cards = open.notebook.cards();
                Some(numbers.into_iter().filter_map(|number| Some(cards.card(number)?.page)).collect())
            }
            _ => None,
        };
        if pages.as_ref().is_some_and(Vec::is_empty) {
            return Err(Failure::NothingChosen);
        }
        let mut groups = order.fields.clone();
        groups.push(FieldGroup::Name);
        sort::ascending(&mut groups);
        groups.dedup();
        Ok(Prepared { part: Part { kind: order.kind, groups, base }, to, passphrase, members, names, pages })
    }

    /// Visits every page that an order concerns, once.
    async fn walk(
        self: &Rc<Self>,
        open: &Open<H>,
        prepared: &Prepared,
        job: Option<&Job>,
        mut visit: impl AsyncFnMut(RecordId, Rc<Page>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let stopped = || job.is_some_and(Job::is_cancelled) || open.ended.get();
        let tell = |done: usize, total: usize| {
            if let Some(job) = job {
                let count = |count: usize| u64::try_from(count).unwrap_or_default();
                self.tell(Event::Progress { job: job.number, done: count(done), total: count(total) });
            }
        };
        if let Some(pages) = &prepared.pages {
            for (done, id) in pages.iter().enumerate() {
                if stopped() {
                    return Err(Failure::Cancelled);
                }
                visit(*id, open.notebook.page(*id).await?).await?;
                if done % 64 == 63 {
                    tell(done, pages.len());
                    self.host.pause().await;
                }
            }
            return Ok(());
        }
        let mut seen: HashSet<RecordId> = HashSet::new();
        let mut versions: BatchVersions = open.notebook.sharing(ROW_VERSIONS).await?.unwrap_or_default();
        let known = versions.0.len();
        let (mut last, mut done) = (0, 0);
        loop {
            let rows = open.notebook.next_batches(last, READ_AT_ONCE);
            let Some(newest) = rows.last() else { break };
            last = *newest;
            let base = &prepared.part.base;
            let lacks = |row: &u64| {
                let covered = versions.0.iter().find(|(known, _)| known == row);
                base.is_empty() || covered.is_none_or(|(_, version)| !base.covers(version))
            };
            let wanted: Vec<u64> = rows.iter().copied().filter(lacks).collect();
            open.notebook.read_ahead(&wanted).await?;
            for row in wanted {
                if stopped() {
                    return Err(Failure::Cancelled);
                }
                let pages = match open.notebook.current_pages(row).await {
                    Ok(pages) => pages,
                    // It may have been dropped meanwhile: its pages are in a later one.
                    Err(_) if !open.notebook.batches().iter().any(|(live, _)| *live == row) => continue,
                    Err(error) => return Err(error.into()),
                };
                let mut version = VersionVector::new();
                for (id, page) in pages {
                    page.records.values().for_each(|state| version.join(&state.version()));
                    if seen.insert(id) {
                        visit(id, Rc::new(page)).await?;
                    }
                }
                if !versions.0.iter().any(|(known, _)| *known == row) {
                    versions.0.push((row, version));
                }
                self.host.pause().await;
            }
            done += rows.len();
            tell(done, open.notebook.batches().len().max(done));
        }
        // What the log knows of pages that were passed over, and pages that are only there.
        let homeless: Vec<RecordId> = {
            let cards = open.notebook.cards();
            cards.iter().filter(|(_, card)| card.segment == 0).map(|(_, card)| card.page).collect()
        };
        for id in open.notebook.changed_pages().into_iter().chain(homeless) {
            if seen.insert(id) {
                visit(id, open.notebook.page(id).await?).await?;
            }
        }
        if versions.0.len() > known {
            let live: HashSet<u64> = open.notebook.batches().iter().map(|(row, _)| *row).collect();
            versions.0.retain(|(row, _)| live.contains(row));
            let turn = open.notebook.begin().await;
            let rows = vec![sharing_row(ROW_VERSIONS, &versions)];
            // A cache: without it the next walk is longer, nothing else.
            let _ = open.notebook.change_team(&turn, |_| {}, rows).await;
        }
        Ok(())
    }

    /// The header, with the trail that this export leaves.
    fn header(
        &self,
        open: &Open<H>,
        order: &BundleOrder,
        prepared: &Prepared,
        (id, now): (BundleId, Instant),
        salt: [u8; 16],
    ) -> Header {
        let replica = open.notebook.manifest().replica;
        let team = open.notebook.team();
        let mut have = open.notebook.have();
        let mut trails = team.trails.clone();
        leave(own_trails(&mut trails, replica), have.counter(replica).unwrap_or_default(), salt);
        lower(&mut have, &trails);
        let whole = order.kind != Kind::Share;
        let member = prepared
            .members
            .first()
            .and_then(|replica| team.members.iter().find(|member| member.replica == *replica));
        let devices = open.notebook.manifest().devices.clone();
        let known: Vec<_> = devices.iter().map(|(replica, _)| *replica).collect();
        let others = team.devices.iter().filter(|(replica, _)| !known.contains(replica)).cloned();
        Header {
            version: VERSION,
            oldest_reader: VERSION,
            app: env!("CARGO_PKG_VERSION").to_owned(),
            id,
            kind: order.kind,
            at: HybridTimestamp::at(now),
            from: Sender {
                name: open.notebook.device_name(replica),
                replica,
                // The sealer, which has the keys, puts these in.
                signing_key: [0; 32],
                recipient: String::new(),
            },
            to: prepared.to.clone(),
            scope: if whole {
                Scope::All
            } else {
                Scope::Part { title: order.title.clone(), fields: field_names(&prepared.part.groups) }
            },
            // What was left out is what this says, and nothing else.
            base: prepared.part.base.clone(),
            covers: if whole && order.kind != Kind::Acknowledgement {
                have.clone()
            } else {
                VersionVector::new()
            },
            have,
            trails,
            devices: devices.into_iter().chain(others).collect(),
            number: member.map_or(1, |member| member.sent + 1),
            previous: member.and_then(|member| member.last).map(|(bundle, _)| bundle),
        }
    }

    /// What stands before the pages: erasures and cards; in one's own backups also keys, settings and the ledger.
    async fn first_items(&self, open: &Open<H>, order: &BundleOrder) -> Result<Vec<Item>, Failure> {
        let kind = order.kind;
        let mut items: Vec<Item> = Vec::new();
        {
            let team = open.notebook.team();
            if kind != Kind::Acknowledgement {
                let erased = team.erasures.iter();
                items.extend(erased.map(|(record, erasure)| Item::Erasure { record, erasure }));
            }
            if matches!(kind, Kind::Team | Kind::Backup | Kind::Handover) {
                let staying = team.members.iter().filter(|member| !matches!(member.trust, Trust::Left(_)));
                items.extend(staying.map(|member| Item::Member {
                    card: member.card.clone(),
                    checked: matches!(member.trust, Trust::Checked(_)),
                }));
            }
            // The next device of one's own is to know this one, which goes on.
            if kind == Kind::Handover {
                items.push(Item::Member { card: team.card.clone(), checked: true });
            }
            if matches!(kind, Kind::Backup | Kind::Handover) {
                items.extend(team.old_keys.iter().chain([&team.keys]).cloned().map(Item::Keys));
            }
        }
        if matches!(kind, Kind::Backup | Kind::Handover) {
            let end = LEDGER_FROM + open.notebook.team().next.ledger;
            let ledger = open.notebook.sharing_rows::<LedgerEntry>(LEDGER_FROM, end).await?;
            items.extend(ledger.into_iter().map(|(_, entry)| Item::Ledger(entry)));
            if !order.settings.is_empty() {
                items.push(Item::Settings(order.settings.clone()));
            }
        }
        Ok(items)
    }

    /// Enters an export in the ledger, with the trail that it leaves.
    async fn note_export(
        &self,
        open: &Open<H>,
        order: &BundleOrder,
        prepared: &Prepared,
        header: &Header,
        (entry, said): (LedgerEntry, Said),
    ) -> Result<(), Failure> {
        let turn = open.notebook.begin().await;
        let number = open.notebook.team().next.ledger;
        let mut rows = vec![sharing_row(LEDGER_FROM + number, &entry)];
        if order.kind == Kind::Team {
            rows.push(self.told_row(open, &prepared.members, &said).await?);
        }
        let replica = header.from.replica;
        let counter = header.have.counter(replica).unwrap_or_default();
        let own = header.trails.iter().find(|(known, _)| *known == replica);
        let trails = own.map(|(_, trails)| trails.clone()).unwrap_or_default();
        let change = |team: &mut Team| {
            team.next.ledger = number + 1;
            *own_trails(&mut team.trails, replica) = trails;
            if order.kind == Kind::Backup {
                team.backup = Some(Backup { at: entry.at, counter });
            }
            for member in &mut team.members {
                if prepared.members.contains(&member.replica) {
                    member.sent += 1;
                    member.last = Some((entry.bundle, entry.at));
                }
            }
        };
        open.notebook.change_team(&turn, change, rows).await?;
        Ok(())
    }

    pub(in crate::engine) async fn ledger(
        &self,
        open: &Open<H>,
        customer: Option<RecordId>,
    ) -> Result<Reply, Failure> {
        let end = LEDGER_FROM + open.notebook.team().next.ledger;
        let entries = open.notebook.sharing_rows::<LedgerEntry>(LEDGER_FROM, end).await?;
        let all = open.lists.borrow().listed();
        let holds = |entry: &LedgerEntry| {
            customer.is_none_or(|id| entry.everyone || entry.customers.binary_search(&id).is_ok())
        };
        let rows = entries.into_iter().rev().map(|(_, entry)| entry).filter(holds);
        Ok(Reply::Ledger(rows.map(|entry| ledger_row(entry, all)).collect()))
    }
}

pub(super) fn ledger_row(entry: LedgerEntry, all: u32) -> LedgerRow {
    let count = u32::try_from(entry.customers.len()).unwrap_or(u32::MAX);
    LedgerRow {
        bundle: entry.bundle,
        at: entry.at,
        kind: entry.kind,
        to: entry.to,
        purpose: entry.purpose,
        fields: entry.fields,
        customers: if entry.everyone { all } else { count },
        everyone: entry.everyone,
    }
}

/// The trails of a replica.
pub(super) fn own_trails(trails: &mut Vec<(ReplicaId, Vec<Trail>)>, replica: ReplicaId) -> &mut Vec<Trail> {
    let place = trails.iter().position(|(known, _)| *known == replica).unwrap_or(trails.len());
    if place == trails.len() {
        trails.push((replica, Vec::new()));
    }
    // INVARIANT: it was there, or was pushed.
    #[expect(clippy::indexing_slicing, reason = "the lines above made sure of it")]
    &mut trails[place].1
}

/// What all of these members have told us that they have.
fn common_base(team: &Team, members: &[ReplicaId]) -> VersionVector {
    let mut bases = team.members.iter().filter(|member| members.contains(&member.replica));
    let Some(first) = bases.next() else { return VersionVector::new() };
    let others: Vec<&VersionVector> = bases.map(|member| &member.base).collect();
    let common = first.base.dots().filter_map(|dot| {
        let mut counters = others.iter().map(|base| base.counter(dot.replica));
        let least = counters.try_fold(dot.counter, |least, counter| Some(least.min(counter?)))?;
        Some(Dot { replica: dot.replica, counter: least })
    });
    common.collect()
}

fn field_names(groups: &[FieldGroup]) -> Vec<String> {
    groups.iter().map(|group| group.name().to_owned()).collect()
}

/// `daifuku-backup-2026-11-24.age`; the name of who it is for is in it, as its sender knows them.
fn file_name(order: &BundleOrder, names: &str, now: Instant) -> String {
    let wall = now.0.saturating_add(i64::from(order.offset) * 60_000);
    let day = Date::from_days(wall.div_euclid(86_400_000));
    let kind = match order.kind {
        Kind::Share => "share",
        Kind::Team => "team",
        Kind::Backup => "backup",
        Kind::Handover => "handover",
        Kind::Acknowledgement => "receipt",
    };
    let to = file_part(names);
    let to = if to.is_empty() { to } else { format!("-{to}") };
    let end = if order.armored { "txt" } else { "age" };
    format!("daifuku-{kind}{to}-{day}-{:05}.{end}", wall.rem_euclid(86_400_000) / 1000)
}

fn shared_customer(id: RecordId, page: &Page, items: &[Item]) -> SharedCustomer {
    let name = page.records.get(&id).map(|state| view::customer(id, state).name).unwrap_or_default();
    let mut shown = SharedCustomer { id, name, ..SharedCustomer::default() };
    for item in items {
        let Item::Record { record, state, .. } = item else { continue };
        if *record == id {
            let fields = state.fields().filter_map(|(field, register)| {
                let value = register.displayed().filter(|value| !value.is_empty())?;
                Some((field.clone(), value.clone()))
            });
            shown.fields.extend(fields);
            let tags = view::tags(state);
            if !tags.is_empty() {
                shown.fields.push((crate::model::FieldName::TAGS, Value::Text(tags.join("、"))));
            }
        } else {
            shown.records.push((state.kind().clone(), beginning(*record, state)));
        }
    }
    shown
}

/// What a record is called in a list.
pub(super) fn beginning(record: RecordId, state: &RecordState) -> String {
    let text = match state.kind() {
        RecordKind::Note => view::note(record, state).text,
        RecordKind::Task => view::task(record, RecordId::NIL, state).title,
        RecordKind::Purchase => view::purchase(record, state).item,
        _ => view::customer(record, state).name,
    };
    text.lines().next().unwrap_or_default().chars().take(60).collect()
}
