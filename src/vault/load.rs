//! From sealed rows to what is in memory: manifest, cards, then the log in sequence. What can't be opened
//! is counted and left alone.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::cards::Cards;
use super::error::{Part, VaultError};
use super::format::{
    CARDS_FROM, Card, DecodeError, Drafts, LogRow, Manifest, PageChange, ROW_DRAFTS, decode, decode_log,
};
use super::locked::Early;
use super::notebook::State;
use super::sealing::Sealing;
use super::segment::{Unpacked, decode_page, unpack_cards};
use super::store::{Area, Row, Store};
use super::team::Team;
use crate::merge::{HybridClock, Replica};
use crate::model::RecordId;

/// Counters that are passed over for every row that may have used some and can't be read: more than one
/// row can use. A dot that is given twice would lose a write without a trace.
const PASSED_OVER: u64 = 1 << 32;

/// So many missing rows of the log are counted one by one.
const MOST_MISSING: u64 = 1_000;

/// A damaged row whose number is so far away was not written by this program.
const FAR: u64 = 1 << 20;

/// What a vault with this manifest and nothing else has in memory.
pub(super) fn empty(manifest: Manifest) -> State {
    State {
        replica: Replica {
            id: manifest.replica,
            counter: manifest.counter,
            clock: HybridClock::after(manifest.clock),
        },
        log_next: manifest.log_from,
        manifest,
        cards: Cards::default(),
        overlay: HashMap::new(),
        log_bytes: BTreeMap::new(),
        cache: VecDeque::new(),
        batches: VecDeque::new(),
        ahead: HashMap::new(),
        drafts: Drafts::default(),
        team: Team::default(),
        team_aside: Vec::new(),
        damaged: Vec::new(),
    }
}

/// Folds manifest, cards and log.
pub(super) async fn load<S: Store>(store: &S, sealing: &Sealing, early: Early) -> Result<State, VaultError> {
    let mut state = load_manifest(sealing, &early.manifests)?;
    note_rollback(sealing, &early.cards, &mut state);
    let whole = load_cards(sealing, &early.cards, &mut state)?;
    if !whole {
        recover_cards(store, sealing, &mut state).await?;
    }
    load_team(sealing, early.team, &mut state)?;
    load_log(sealing, &early.log, &mut state)?;
    if let Some(sealed) = early.drafts {
        match sealing.open(Area::Meta, ROW_DRAFTS, &sealed).and_then(|opened| decode(&opened).ok()) {
            Some(drafts) => state.drafts = drafts,
            None => state.damaged.push(Part::Drafts),
        }
    }
    Ok(state)
}

/// What is known of sharing: nothing before version 2 of the database. Both copies are always written together.
fn load_team(sealing: &Sealing, copies: Vec<Row>, state: &mut State) -> Result<(), VaultError> {
    let mut found: Vec<Team> = Vec::new();
    for (row, sealed) in &copies {
        match sealing.open(Area::Sharing, *row, sealed).as_deref().map(decode::<Team>) {
            Some(Ok(team)) => found.push(team),
            Some(Err(error @ DecodeError::Newer(_))) => return Err(VaultError::decoding(error, Part::Team)),
            _ => {}
        }
    }
    if !copies.is_empty() && (found.len() < 2 || found.first() != found.last()) {
        state.damaged.push(Part::Team);
    }
    if found.is_empty() {
        state.team_aside = copies.into_iter().map(|(_, sealed)| sealed).collect();
    }
    // Should one be an older one that was put back: numbers only grow, and so does what was erased.
    let age = |team: &Team| (team.next.receipt, team.next.ledger, team.next.undo, team.erasures.iter().len());
    state.team = found.into_iter().max_by_key(age).unwrap_or_default();
    state.cards.hide(&state.team.hidden);
    Ok(())
}

/// The newest manifest that can be opened. Both copies are always written together.
fn load_manifest(sealing: &Sealing, copies: &[Row]) -> Result<State, VaultError> {
    let mut found: Vec<Manifest> = Vec::new();
    let mut error = VaultError::Damaged(Part::Manifest);
    for (row, sealed) in copies {
        match sealing.open(Area::Meta, *row, sealed).as_deref().map(decode::<Manifest>) {
            Some(Ok(manifest)) => found.push(manifest),
            Some(Err(wrong @ DecodeError::Newer(_))) => error = VaultError::decoding(wrong, Part::Manifest),
            _ => {}
        }
    }
    let damaged = found.len() < copies.len() || found.windows(2).any(|pair| pair.first() != pair.last());
    let age =
        |manifest: &Manifest| (manifest.next_segment, manifest.log_from, manifest.counter, manifest.clock);
    let newest = found.into_iter().max_by_key(age).ok_or(error)?;
    let mut state = empty(newest);
    if damaged {
        state.damaged.push(Part::Manifest);
    }
    Ok(state)
}

/// A batch of cards that is newer than the manifest shows that an older manifest was put back. What is
/// there is not overwritten then, and no dot is given again.
fn note_rollback(sealing: &Sealing, rows: &[Row], state: &mut State) {
    let Some(first_free) = CARDS_FROM.checked_add(state.manifest.next_segment) else { return };
    let newer = rows.iter().rev().take_while(|(row, _)| *row >= first_free);
    let newest = newer
        .filter(|(row, sealed)| sealing.open(Area::Segments, *row, sealed).is_some())
        .map(|(row, _)| *row);
    if let Some(newest) = newest.max() {
        state.manifest.next_segment = newest - CARDS_FROM + 1;
        state.replica.counter = state.replica.counter.saturating_add(PASSED_OVER);
        state.damaged.push(Part::Manifest);
    }
}

/// Tells whether all cards could be opened.
fn load_cards(sealing: &Sealing, rows: &[Row], state: &mut State) -> Result<bool, VaultError> {
    let entries = state.manifest.cards.clone();
    let count: u32 = entries.iter().map(|entry| entry.members).sum();
    state.cards.reserve(usize::try_from(count).unwrap_or_default());
    let mut whole = true;
    for entry in entries {
        let sealed =
            rows.binary_search_by_key(&entry.row, |(row, _)| *row).ok().and_then(|place| rows.get(place));
        let opened =
            sealed.and_then(|(row, sealed)| sealing.open_named(Area::Segments, *row, sealed, &entry.tag));
        match opened.map(|opened| unpack_cards(&opened)) {
            Some(Ok(cards)) => cards.into_iter().for_each(|card| {
                state.cards.put(card);
            }),
            // Written beside what this program writes, it would not fit together any more.
            Some(Err(error @ DecodeError::Newer(_))) => {
                return Err(VaultError::decoding(error, Part::Segment(entry.row)));
            }
            _ => {
                whole = false;
                state.damaged.push(Part::Segment(entry.row));
            }
        }
    }
    Ok(whole)
}

/// Makes the cards anew from the pages: the latest batch that has a page holds it as it is. Without this,
/// a damaged card would hide a whole page, or point to an old one.
async fn recover_cards<S: Store>(store: &S, sealing: &Sealing, state: &mut State) -> Result<(), VaultError> {
    let entries = state.manifest.pages.clone();
    for entry in entries {
        let Some(sealed) = store.read(Area::Segments, entry.row).await? else { continue };
        let opened = sealing.open_named(Area::Segments, entry.row, &sealed, &entry.tag);
        let Some(batch) = opened.and_then(|opened| Unpacked::new(&opened).ok()) else { continue };
        for (place, (id, bytes)) in (0_u32..).zip(batch.pages().unwrap_or_default()) {
            let is_newer = state.cards.of(id).is_none_or(|known| known.segment < entry.row);
            if let (true, Ok(page)) = (is_newer, decode_page(bytes)) {
                state.cards.put(Card { segment: entry.row, place, ..page.card(id) });
            }
        }
    }
    Ok(())
}

fn load_log(sealing: &Sealing, rows: &[Row], state: &mut State) -> Result<(), VaultError> {
    for (row, sealed) in rows {
        let row = *row;
        if row < state.manifest.log_from {
            continue;
        }
        let opened = sealing.open(Area::Log, row, sealed);
        let record: Option<LogRow> = match opened.as_deref().map(decode_log) {
            Some(Ok(record)) => Some(record),
            Some(Err(error @ DecodeError::Newer(_))) => {
                return Err(VaultError::decoding(error, Part::Log(row)));
            }
            _ => None,
        };
        if record.is_none() && row - state.log_next > FAR {
            state.damaged.push(Part::Log(row));
            continue;
        }
        // Saves are numbered without a gap; rows that are missing were taken away.
        let missing = row - state.log_next;
        let lost = missing + u64::from(record.is_none());
        state
            .damaged
            .extend((state.log_next..row).zip(0..MOST_MISSING).map(|(missing, _)| Part::Log(missing)));
        state.replica.counter = state.replica.counter.saturating_add(PASSED_OVER.saturating_mul(lost));
        state.log_next = row + 1;
        let Some(record) = record else {
            state.damaged.push(Part::Log(row));
            continue;
        };
        state.log_bytes.insert(row, sealed.len());
        state.replica.counter = state.replica.counter.max(record.counter);
        if record.at > state.replica.clock.last() {
            state.replica.clock = HybridClock::after(record.at);
        }
        for change in record.pages {
            put_change(state, row, change);
        }
    }
    Ok(())
}

fn put_change(state: &mut State, row: u64, change: PageChange) {
    let page: RecordId = change.page;
    let home = state.cards.of(page).map_or((0, 0), |card| (card.segment, card.place));
    state.cards.put(Card { segment: home.0, place: home.1, ..change.card.clone() });
    state.overlay.entry(page).or_default().push((row, change));
}
