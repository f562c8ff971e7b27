//! Items as lines of JSON, and back. The first key of a line says what it is; a line with another first
//! key is of a newer version.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

use super::actors::Actors;
use super::header::{BundleId, Kind};
use super::item::{HistoryLine, Item, LedgerEntry};
use super::state::{Hex64, JsonState, Plain, from_json, to_json};
use crate::merge::{Dot, Erasure, HybridTimestamp};
use crate::model::{FieldName, Instant, RecordId};

/// A record: its id, its page if that is another, what is known of it.
#[derive(Serialize, Deserialize)]
struct RecordLine {
    e: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    r: JsonState,
}

/// An erased record: its id, when, by which write.
#[derive(Serialize, Deserialize)]
struct ErasureLine {
    x: String,
    at: Hex64,
    by: (u32, u64),
}

/// A line of the history of a record.
#[derive(Serialize, Deserialize)]
struct HistoryJson {
    j: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    old: Plain,
    new: Plain,
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
    l: String,
    at: i64,
    kind: String,
    to: String,
    purpose: String,
    fields: Vec<String>,
    customers: Vec<String>,
    everyone: bool,
}

/// The keys of the device.
#[derive(Serialize, Deserialize)]
struct KeysLine {
    keys: String,
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
pub(super) fn write(item: &Item, actors: &mut Actors, out: &mut Vec<u8>) -> Result<(), LineError> {
    let page = |page: RecordId, record: RecordId| (page != record).then(|| page.to_string());
    let mut line = Vec::with_capacity(512);
    match item {
        Item::Record { page: home, record, state } => {
            let r = to_json(state, actors).map_err(|error| LineError(error.to_string()))?;
            put(&mut line, &RecordLine { e: record.to_string(), p: page(*home, *record), r })?;
        }
        Item::Erasure { record, erasure } => {
            let by = (actors.index(erasure.by.replica), erasure.by.counter);
            put(&mut line, &ErasureLine { x: record.to_string(), at: Hex64(erasure.at.0), by })?;
        }
        Item::History(history) => {
            let by = (actors.index(history.by.replica), history.by.counter);
            let json = HistoryJson {
                j: history.record.to_string(),
                p: page(history.page, history.record),
                field: history.field.as_ref().map(|field| field.as_str().to_owned()),
                old: Plain(history.old.clone()),
                new: Plain(history.new.clone()),
                at: Hex64(history.at.0),
                by,
            };
            put(&mut line, &json)?;
        }
        Item::Member { card, checked } => {
            put(&mut line, &MemberLine { m: Base64UrlUnpadded::encode_string(card), checked: *checked })?;
        }
        Item::Ledger(entry) => {
            let json = LedgerLine {
                l: entry.bundle.to_string(),
                at: entry.at.0,
                kind: kind_name(entry.kind).to_owned(),
                to: entry.to.clone(),
                purpose: entry.purpose.clone(),
                fields: entry.fields.clone(),
                customers: entry.customers.iter().map(ToString::to_string).collect(),
                everyone: entry.everyone,
            };
            put(&mut line, &json)?;
        }
        Item::Keys(keys) => put(&mut line, &KeysLine { keys: Base64UrlUnpadded::encode_string(keys) })?,
    }
    for replica in actors.news() {
        put(out, &ActorLine { actor: replica.to_string() })?;
    }
    out.append(&mut line);
    Ok(())
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
    let id = |text: &str| text.parse::<RecordId>().map_err(|error| LineError(error.to_string()));
    let home = |page: Option<String>, record: RecordId| page.map_or(Ok(record), |page| id(&page));
    let decode = |text: &str| Base64UrlUnpadded::decode_vec(text).map_err(|_| wrong());
    Ok(match first_key(line) {
        Some("e") => {
            let RecordLine { e, p, r } = serde_json::from_slice(line)?;
            let record = id(&e)?;
            let state = from_json(r, actors).map_err(|error| LineError(error.to_string()))?;
            Read::Item(Item::Record { page: home(p, record)?, record, state })
        }
        Some("x") => {
            let ErasureLine { x, at, by } = serde_json::from_slice(line)?;
            let by = Dot { replica: actors.replica(by.0).ok_or_else(wrong)?, counter: by.1 };
            Read::Item(Item::Erasure { record: id(&x)?, erasure: Erasure { at: HybridTimestamp(at.0), by } })
        }
        Some("j") => {
            let json: HistoryJson = serde_json::from_slice(line)?;
            let record = id(&json.j)?;
            Read::Item(Item::History(HistoryLine {
                page: home(json.p, record)?,
                record,
                field: json.field.as_deref().map(FieldName::new),
                old: json.old.0,
                new: json.new.0,
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
            let customers = json.customers.iter().map(|customer| id(customer));
            Read::Item(Item::Ledger(LedgerEntry {
                bundle: BundleId(id(&json.l)?.0),
                at: Instant(json.at),
                kind: kind_of(&json.kind).ok_or_else(wrong)?,
                to: json.to,
                purpose: json.purpose,
                fields: json.fields,
                customers: customers.collect::<Result<_, _>>()?,
                everyone: json.everyone,
            }))
        }
        Some("keys") => {
            let KeysLine { keys } = serde_json::from_slice(line)?;
            Read::Item(Item::Keys(decode(&keys)?))
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
