//! `inspect` and `verify`: what a file is and holds, and whether it is authentic.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::{Value as Json, json};

use super::Outcome;
use super::arguments::{Inspect, Verify};
use super::failure::Failure;
use super::loading::{Bundle, Loaded, load};
use super::plain::{self, shown, time};
use super::secrets::Secrets;
use crate::bundle::Scope;
use crate::bundle::sealer::Card;
use crate::merge::RecordState;
use crate::model::{Instant, RecordKind};

pub(super) fn inspect(
    arguments: &Inspect,
    secrets: &mut Secrets,
    out: &mut dyn Write,
) -> Result<Outcome, Failure> {
    let described = match load(&arguments.file, secrets)? {
        Loaded::Card(card) => describe_card(&card),
        Loaded::Bundle(bundle) => describe(&bundle),
    };
    if arguments.json {
        let object: serde_json::Map<String, Json> =
            described.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        writeln!(out, "{:#}", Json::Object(object))?;
    } else {
        for (key, value) in described {
            writeln!(out, "{:<13} {}", key.replace('_', " "), line(&value))?;
        }
    }
    Ok(Outcome::Fine)
}

pub(super) fn verify(
    arguments: &Verify,
    secrets: &mut Secrets,
    out: &mut dyn Write,
) -> Result<Outcome, Failure> {
    let file = shown(&arguments.file.display().to_string());
    match load(&arguments.file, secrets)? {
        Loaded::Card(card) => writeln!(
            out,
            "{file}: authentic, the member card of {}, fingerprint {}",
            shown(&card.name),
            card.fingerprint.digits
        )?,
        Loaded::Bundle(bundle) => {
            let header = &bundle.opened.header;
            let addressed =
                if bundle.opened.addressed { "" } else { ", but written for someone else and passed on" };
            writeln!(
                out,
                "{file}: authentic, a {} by {} of {}, fingerprint {}, {} items{addressed}",
                plain::kind(header.kind),
                shown(&header.from.name),
                time(header.at.instant()),
                bundle.opened.fingerprint.digits,
                bundle.opened.items,
            )?;
        }
    }
    Ok(Outcome::Fine)
}

fn describe_card(card: &Card) -> Vec<(&'static str, Json)> {
    vec![
        ("kind", json!("card")),
        ("name", json!(card.name)),
        ("device", json!(card.replica.to_string())),
        ("fingerprint", json!(card.fingerprint.digits)),
        ("recipient", json!(card.recipient)),
        ("made", json!(time(Instant(card.made)))),
        ("bytes", json!(card.file.len())),
    ]
}

fn describe(bundle: &Bundle) -> Vec<(&'static str, Json)> {
    let (header, content) = (&bundle.opened.header, &bundle.content);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut deleted = 0_usize;
    for state in content.records.values() {
        *kinds.entry(state.kind().name()).or_default() += 1;
        deleted += usize::from(state.is_deleted());
    }
    let is_customer = |state: &&RecordState| *state.kind() == RecordKind::Customer && !state.is_deleted();
    let scope = match &header.scope {
        Scope::All if header.base.is_empty() => json!("all"),
        Scope::All => json!("all since the last exchange"),
        Scope::Part { title, fields } => json!({ "title": title, "fields": fields }),
    };
    vec![
        ("kind", json!(plain::kind(header.kind))),
        ("id", json!(header.id.to_string())),
        ("sender", json!(header.from.name)),
        ("device", json!(header.from.replica.to_string())),
        ("fingerprint", json!(bundle.opened.fingerprint.digits)),
        ("written", json!(time(header.at.instant()))),
        ("for", json!(plain::to(&header.to))),
        ("addressed", json!(bundle.opened.addressed)),
        ("scope", scope),
        ("customers", json!(content.records.values().filter(is_customer).count())),
        ("records", json!(kinds)),
        ("deleted", json!(deleted)),
        ("erasures", json!(content.erasures.iter().count())),
        ("history", json!(content.history.len())),
        ("members", json!(content.members.len())),
        ("ledger", json!(content.ledger.len())),
        ("device_keys", json!(content.keys.len())),
        ("unknown_lines", json!(bundle.opened.unknown)),
        ("format", json!(header.version)),
        ("app", json!(header.app)),
        ("bytes", json!(bundle.bytes)),
        ("unpacked", json!(bundle.opened.bytes)),
    ]
}

/// A value in one line of text.
fn line(value: &Json) -> String {
    match value {
        Json::String(text) => shown(text),
        Json::Bool(true) => "yes".to_owned(),
        Json::Bool(false) => "no".to_owned(),
        Json::Array(values) => values.iter().map(line).collect::<Vec<_>>().join(", "),
        Json::Object(values) if values.is_empty() => "none".to_owned(),
        Json::Object(values) => {
            let parts = values.iter().map(|(key, value)| format!("{} {}", shown(key), line(value)));
            parts.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
