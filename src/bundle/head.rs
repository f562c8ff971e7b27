//! The header as the first line of a bundle.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};

use super::header::{BundleId, Header, Kind, Scope, Sender, To};
use super::limits::{MOST_NAME_BYTES, MOST_RECIPIENTS, MOST_REPLICAS};
use super::line::{LineError, first_key, kind_name, kind_of};
use super::plain::Hex64;
use super::sealer::SealerError;
use crate::merge::fork::Trail;
use crate::merge::{Dot, HybridTimestamp, VersionVector};
use crate::model::{RecordId, ReplicaId};

/// The version of the format that is written, and the newest that is read.
pub const VERSION: u32 = 1;

type Counters = Vec<(String, u64)>;

/// Unknown keys are passed over.
#[derive(Serialize, Deserialize)]
struct Json {
    daifuku: u32,
    min: u32,
    app: String,
    id: String,
    kind: String,
    at: Hex64,
    from: JsonSender,
    to: JsonTo,
    scope: JsonScope,
    base: Counters,
    covers: Counters,
    have: Counters,
    trails: Vec<(String, Vec<(u64, String)>)>,
    devices: Vec<(String, String)>,
    number: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
}

/// What is read before anything else: whether this version may go on.
#[derive(Deserialize)]
struct Versions {
    daifuku: u32,
    min: u32,
}

#[derive(Serialize, Deserialize)]
struct JsonSender {
    name: String,
    dev: String,
    sig: String,
    age: String,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum JsonTo {
    Word(String),
    Recipients(Vec<String>),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum JsonScope {
    Word(String),
    Part { title: String, fields: Vec<String> },
}

const PASSPHRASE: &str = "passphrase";
const ALL: &str = "all";

/// Writes the header.
///
/// # Errors
/// [`SealerError::TooLarge`] when no reader would take it.
pub(super) fn write(header: &Header, out: &mut Vec<u8>) -> Result<(), SealerError> {
    let counters = |version: &VersionVector| -> Counters {
        version.dots().map(|dot| (dot.replica.to_string(), dot.counter)).collect()
    };
    let trail = |trail: &Trail| (trail.counter, format!("{:016x}", u64::from_be_bytes(trail.digest)));
    let json = Json {
        daifuku: header.version,
        min: header.oldest_reader,
        app: header.app.clone(),
        id: header.id.to_string(),
        kind: kind_name(header.kind).to_owned(),
        at: Hex64(header.at.0),
        from: JsonSender {
            name: header.from.name.clone(),
            dev: header.from.replica.to_string(),
            sig: Base64UrlUnpadded::encode_string(&header.from.signing_key),
            age: header.from.recipient.clone(),
        },
        to: match &header.to {
            To::Passphrase => JsonTo::Word(PASSPHRASE.to_owned()),
            To::Recipients(recipients) => JsonTo::Recipients(recipients.clone()),
        },
        scope: match &header.scope {
            Scope::All => JsonScope::Word(ALL.to_owned()),
            Scope::Part { title, fields } => JsonScope::Part { title: title.clone(), fields: fields.clone() },
        },
        base: counters(&header.base),
        covers: counters(&header.covers),
        have: counters(&header.have),
        trails: header
            .trails
            .iter()
            .map(|(replica, trails)| (replica.to_string(), trails.iter().map(trail).collect()))
            .collect(),
        devices: header.devices.iter().map(|(replica, name)| (replica.to_string(), name.clone())).collect(),
        number: header.number,
        previous: header.previous.map(|id| id.to_string()),
    };
    bounded(&json)?;
    Ok(super::line::put(out, &json)?)
}

/// Reads the header.
///
/// # Errors
/// [`SealerError::NoBundleInside`] when it is none, [`SealerError::Newer`] when it says that this version must
/// not read it, [`SealerError::Line`] and [`SealerError::TooLarge`] when it is damaged or out of bounds.
pub(super) fn read(line: &[u8]) -> Result<Header, SealerError> {
    // The first key says what a line is: a header can't be anything else at the same time.
    if first_key(line) != Some("daifuku") {
        return Err(SealerError::NoBundleInside);
    }
    let versions: Versions = serde_json::from_slice(line).map_err(|_| SealerError::NoBundleInside)?;
    if versions.min > VERSION {
        return Err(SealerError::Newer { needed: versions.min, newest: VERSION });
    }
    if versions.daifuku == 0 || versions.min > versions.daifuku {
        return Err(SealerError::NoBundleInside);
    }
    let wrong = |reason: &str| SealerError::Line { line: 1, reason: reason.to_owned() };
    let json: Json = serde_json::from_slice(line)
        .map_err(|error| SealerError::Line { line: 1, reason: LineError::from(error).0 })?;
    bounded(&json)?;
    let replica = |text: &str| text.parse::<ReplicaId>().map_err(|_| wrong("replica"));
    let bundle = |text: &str| text.parse::<RecordId>().map(|id| BundleId(id.0)).map_err(|_| wrong("id"));
    let counters = |counters: &Counters| {
        let dots =
            counters.iter().map(|(text, counter)| Ok(Dot { replica: replica(text)?, counter: *counter }));
        dots.collect::<Result<VersionVector, SealerError>>()
    };
    let trail = |(counter, digest): &(u64, String)| {
        let digest: ReplicaId = digest.parse().map_err(|_| wrong("trail"))?;
        Ok(Trail { counter: *counter, digest: digest.0 })
    };
    let named = |(text, trails): &(String, Vec<(u64, String)>)| {
        Ok((replica(text)?, trails.iter().map(trail).collect::<Result<_, SealerError>>()?))
    };
    let key = Base64UrlUnpadded::decode_vec(&json.from.sig).ok().and_then(|key| key.try_into().ok());
    Ok(Header {
        version: json.daifuku,
        oldest_reader: json.min,
        app: json.app,
        id: bundle(&json.id)?,
        kind: kind_of(&json.kind).ok_or_else(|| wrong("kind"))?,
        at: HybridTimestamp(json.at.0),
        from: Sender {
            name: json.from.name,
            replica: replica(&json.from.dev)?,
            signing_key: key.ok_or_else(|| wrong("key"))?,
            recipient: json.from.age,
        },
        to: match json.to {
            JsonTo::Recipients(recipients) => To::Recipients(recipients),
            JsonTo::Word(word) if word == PASSPHRASE => To::Passphrase,
            JsonTo::Word(_) => return Err(wrong("to")),
        },
        scope: match json.scope {
            JsonScope::Part { title, fields } => Scope::Part { title, fields },
            JsonScope::Word(word) if word == ALL => Scope::All,
            JsonScope::Word(_) => return Err(wrong("scope")),
        },
        base: counters(&json.base)?,
        covers: counters(&json.covers)?,
        have: counters(&json.have)?,
        trails: json.trails.iter().map(named).collect::<Result<_, SealerError>>()?,
        devices: json
            .devices
            .iter()
            .map(|(text, name)| Ok((replica(text)?, name.clone())))
            .collect::<Result<_, SealerError>>()?,
        number: json.number,
        previous: json.previous.as_deref().map(bundle).transpose()?,
    })
}

/// Holds counts and lengths to [`super::limits`].
fn bounded(json: &Json) -> Result<(), SealerError> {
    let too_large = |limit: &str| Err(SealerError::TooLarge { limit: limit.to_owned() });
    let to: &[String] = match &json.to {
        JsonTo::Recipients(recipients) => recipients,
        JsonTo::Word(_) => &[],
    };
    if to.len() > MOST_RECIPIENTS {
        return too_large("recipients");
    }
    let counts = [json.base.len(), json.covers.len(), json.have.len(), json.trails.len(), json.devices.len()];
    if counts.into_iter().any(|count| count > MOST_REPLICAS) {
        return too_large("replicas");
    }
    let part: &[String] = match &json.scope {
        JsonScope::Part { fields, .. } => fields,
        JsonScope::Word(_) => &[],
    };
    let title = match &json.scope {
        JsonScope::Part { title, .. } => title,
        JsonScope::Word(word) => word,
    };
    let names = [&json.from.name, &json.app, &json.from.age, title];
    let names = names.into_iter().chain(json.devices.iter().map(|(_, name)| name)).chain(part).chain(to);
    if names.into_iter().any(|name| name.len() > MOST_NAME_BYTES) {
        return too_large("name");
    }
    Ok(())
}

/// What a header of this version is for.
#[must_use]
pub const fn is_for_oneself(kind: Kind) -> bool {
    matches!(kind, Kind::Backup | Kind::Handover)
}
