//! Items as lines of JSON, and back. The first key of a line says what it is; a line with another first
//! key is of a newer version.

use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

use super::actors::Actors;
use super::header::{BundleId, Kind};
use super::item::{HistoryLine, Item, LedgerEntry};
use super::limits::{MOST_LINE_BYTES, MOST_REPLICAS};
use super::plain::{Held, Hex64, Hex128, Plain, Str};
use super::sealer::SealerError;
use super::state::{JsonState, Learning, Written, from_json};
use crate::merge::{Dot, Erasure, HybridTimestamp};
use crate::model::{FieldName, Instant, RecordId};

/// A record: its id, its page if that is another, what is known of it.
#[derive(Serialize, Deserialize)]
struct RecordLine<R> {
    e: Hex128,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<Hex128>,
    r: R,
}

/// An erased record: its id, when, by which write.
#[derive(Serialize, Deserialize)]
struct ErasureLine {
    x: Hex128,
    at: Hex64,
    by: (u32, u64),
}

/// A line of the history of a record.
#[derive(Serialize, Deserialize)]
struct HistoryJson<F, V> {
    j: Hex128,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<Hex128>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    field: Option<F>,
    old: V,
    new: V,
    at: Hex64,
    by: (u32, u64),
}

/// A member's card.
#[derive(Serialize, Deserialize)]
struct MemberLine {
    m: String,
    checked: bool,
}

/// An entry of the ledger.
#[derive(Serialize, Deserialize)]
struct LedgerLine {
    l: Hex128,
    at: i64,
    kind: String,
    to: String,
    purpose: String,
    fields: Vec<String>,
    customers: Vec<Hex128>,
    everyone: bool,
}

/// The keys of the device.
#[derive(Serialize, Deserialize)]
struct KeysLine {
    keys: String,
}

/// How the screens of the device are set.
#[derive(Serialize, Deserialize)]
struct SettingsLine {
    settings: BTreeMap<String, String>,
}

/// A replica that later lines name by its number.
#[derive(Serialize, Deserialize)]
struct ActorLine {
    actor: String,
}

/// How many items there were: the last line but one.
#[derive(Serialize, Deserialize)]
pub(super) struct EndLine {
    pub(super) end: u64,
}

/// The last line.
#[derive(Serialize, Deserialize)]
pub(super) struct SignatureLine {
    pub(super) sig: String,
}

/// What a line was.
pub(super) enum Read {
    /// An item.
    Item(Item),
    /// A replica was announced.
    Actor,
    /// How many items there are.
    End(u64),
    /// The signature.
    Signature([u8; 64]),
    /// Of a kind that is not known here.
    Unknown,
}

/// Why a line can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct LineError(pub(super) String);

impl From<LineError> for SealerError {
    /// Of writing: the line has no number yet.
    fn from(error: LineError) -> Self {
        Self::Damaged { part: error.0 }
    }
}

impl From<serde_json::Error> for LineError {
    fn from(error: serde_json::Error) -> Self {
        // Its own words hold no content beyond names of keys; the line is named by its number elsewhere.
        Self(format!("{:?} at column {}", error.classify(), error.column()))
    }
}

/// The name of a kind of bundle in a file.
pub(super) const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Share => "share",
        Kind::Team => "team",
        Kind::Backup => "backup",
        Kind::Handover => "handover",
        Kind::Acknowledgement => "ack",
    }
}

/// The kind of a name.
pub(super) fn kind_of(name: &str) -> Option<Kind> {
    let all = [Kind::Share, Kind::Team, Kind::Backup, Kind::Handover, Kind::Acknowledgement];
    all.into_iter().find(|kind| kind_name(*kind) == name)
}

/// Writes an item, and before it the replicas that it is the first to name. Every line ends with a line feed.
/// Returns how many lines there are more.
///
/// # Errors
/// [`SealerError::TooLarge`] when no reader would take the line or one more replica.
pub(super) fn write(item: &Item, actors: &Learning, out: &mut Vec<u8>) -> Result<u64, SealerError> {
    let start = out.len();
    put_item(item, actors, out)?;
    // Without its line feed.
    if out.len() - start - 1 > MOST_LINE_BYTES {
        return Err(SealerError::TooLarge { limit: "line".to_owned() });
    }
    let mut actors = actors.borrow_mut();
    if actors.len() > MOST_REPLICAS {
        return Err(SealerError::TooLarge { limit: "replicas".to_owned() });
    }
    let news = actors.news();
    let lines = 1 + u64::try_from(news.len()).unwrap_or(u64::MAX);
    if !news.is_empty() {
        let mut announced = Vec::new();
        for replica in news {
            put(&mut announced, &ActorLine { actor: replica.to_string() })?;
        }
        out.splice(start..start, announced);
    }
    Ok(lines)
}

fn put_item(item: &Item, actors: &Learning, out: &mut Vec<u8>) -> Result<(), LineError> {
    let home = |page: RecordId, record: RecordId| (page != record).then_some(Hex128(page.0));
    match item {
        Item::Record { page, record, state } => {
            let r = Written { state, actors };
            put(out, &RecordLine { e: Hex128(record.0), p: home(*page, *record), r })
        }
        Item::Erasure { record, erasure } => {
            let by = (actors.borrow_mut().index(erasure.by.replica), erasure.by.counter);
            put(out, &ErasureLine { x: Hex128(record.0), at: Hex64(erasure.at.0), by })
        }
        Item::History(history) => {
            let json = HistoryJson {
                j: Hex128(history.record.0),
                p: home(history.page, history.record),
                field: history.field.as_ref().map(FieldName::as_str),
                old: Plain(&history.old),
                new: Plain(&history.new),
                at: Hex64(history.at.0),
                by: (actors.borrow_mut().index(history.by.replica), history.by.counter),
            };
            put(out, &json)
        }
        Item::Member { card, checked } => {
            put(out, &MemberLine { m: Base64UrlUnpadded::encode_string(card), checked: *checked })
        }
        Item::Ledger(entry) => {
            let json = LedgerLine {
                l: Hex128(entry.bundle.0),
                at: entry.at.0,
                kind: kind_name(entry.kind).to_owned(),
                to: entry.to.clone(),
                purpose: entry.purpose.clone(),
                fields: entry.fields.clone(),
                customers: entry.customers.iter().map(|customer| Hex128(customer.0)).collect(),
                everyone: entry.everyone,
            };
            put(out, &json)
        }
        Item::Settings(settings) => put(out, &SettingsLine { settings: settings.iter().cloned().collect() }),
        Item::Keys(keys) => put(out, &KeysLine { keys: Base64UrlUnpadded::encode_string(keys) }),
    }
}

/// Writes one line.
pub(super) fn put(out: &mut Vec<u8>, line: &impl Serialize) -> Result<(), LineError> {
    serde_json::to_writer(&mut *out, line)?;
    out.push(b'\n');
    Ok(())
}

/// Reads a line, without its line feed.
pub(super) fn read(line: &[u8], actors: &mut Actors) -> Result<Read, LineError> {
    let wrong = || LineError("not what it should be".to_owned());
    let home = |page: Option<Hex128>, record: Hex128| RecordId(page.unwrap_or(record).0);
    let decode = |text: &str| Base64UrlUnpadded::decode_vec(text).map_err(|_| wrong());
    Ok(match first_key(line) {
        Some("e") => {
            let RecordLine { e, p, r } = serde_json::from_slice::<RecordLine<JsonState<'_>>>(line)?;
            let state = from_json(&r, actors).map_err(|error| LineError(error.to_string()))?;
            Read::Item(Item::Record { page: home(p, e), record: RecordId(e.0), state })
        }
        Some("x") => {
            let ErasureLine { x, at, by } = serde_json::from_slice(line)?;
            let by = Dot { replica: actors.replica(by.0).ok_or_else(wrong)?, counter: by.1 };
            Read::Item(Item::Erasure {
                record: RecordId(x.0),
                erasure: Erasure { at: HybridTimestamp(at.0), by },
            })
        }
        Some("j") => {
            let json: HistoryJson<Str<'_>, Held<'_>> = serde_json::from_slice(line)?;
            Read::Item(Item::History(HistoryLine {
                page: home(json.p, json.j),
                record: RecordId(json.j.0),
                field: json.field.map(|field| FieldName::new(&field.0)),
                old: json.old.into(),
                new: json.new.into(),
                at: HybridTimestamp(json.at.0),
                by: Dot { replica: actors.replica(json.by.0).ok_or_else(wrong)?, counter: json.by.1 },
            }))
        }
        Some("m") => {
            let MemberLine { m, checked } = serde_json::from_slice(line)?;
            Read::Item(Item::Member { card: decode(&m)?, checked })
        }
        Some("l") => {
            let json: LedgerLine = serde_json::from_slice(line)?;
            Read::Item(Item::Ledger(LedgerEntry {
                bundle: BundleId(json.l.0),
                at: Instant(json.at),
                kind: kind_of(&json.kind).ok_or_else(wrong)?,
                to: json.to,
                purpose: json.purpose,
                fields: json.fields,
                customers: json.customers.into_iter().map(|customer| RecordId(customer.0)).collect(),
                everyone: json.everyone,
            }))
        }
        Some("keys") => {
            let KeysLine { keys } = serde_json::from_slice(line)?;
            Read::Item(Item::Keys(decode(&keys)?))
        }
        Some("settings") => {
            let SettingsLine { settings } = serde_json::from_slice(line)?;
            Read::Item(Item::Settings(settings.into_iter().collect()))
        }
        Some("actor") => {
            let ActorLine { actor } = serde_json::from_slice(line)?;
            let replica = actor.parse().map_err(|_| wrong())?;
            actors.announce(replica).map_err(|error| LineError(error.to_string()))?;
            Read::Actor
        }
        Some("end") => Read::End(serde_json::from_slice::<EndLine>(line)?.end),
        Some("sig") => {
            let SignatureLine { sig } = serde_json::from_slice(line)?;
            Read::Signature(decode(&sig)?.try_into().map_err(|_| wrong())?)
        }
        _ => {
            // Of a newer version, but JSON it must be.
            serde_json::from_slice::<serde::de::IgnoredAny>(line)?;
            Read::Unknown
        }
    })
}

/// The first key of an object, if it is written plainly.
pub(super) fn first_key(line: &[u8]) -> Option<&str> {
    let key = line.strip_prefix(b"{\"")?;
    let end = key.iter().position(|byte| *byte == b'"')?;
    core::str::from_utf8(key.get(..end)?).ok()
}

/// How deep the objects and arrays of a line are nested at most.
pub(super) fn depth(line: &[u8]) -> usize {
    let (mut depth, mut most, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in line {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth += 1;
                most = most.max(depth);
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}
