//! Times, values and names for people.

use base64ct::{Base64, Encoding};
use serde_json::{Value as Json, json};

use crate::bundle::{Kind, To};
use crate::merge::{NoteText, RecordState};
use crate::model::{FieldName, Instant, Value};

/// A text from a file as a terminal may show it: nothing in it moves the cursor or turns the direction.
pub(super) fn shown(text: &str) -> String {
    let controls = |character: char| {
        character.is_control()
            || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    };
    text.chars().map(|character| if controls(character) { '\u{fffd}' } else { character }).collect()
}

/// A moment in UTC (RFC 3339).
pub(super) fn time(instant: Instant) -> String {
    let milliseconds = instant.0.rem_euclid(86_400_000);
    let seconds = milliseconds / 1_000;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    // Years that no calendar shows are told as they are stored.
    match instant.0 {
        -62_135_596_800_000..=253_402_300_799_999 => {
            format!("{}T{hours:02}:{minutes:02}:{:02}Z", instant.date(0), seconds % 60)
        }
        other => format!("{other} ms"),
    }
}

/// What a bundle is for.
pub(super) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Share => "share",
        Kind::Team => "team",
        Kind::Backup => "backup",
        Kind::Handover => "handover",
        Kind::Acknowledgement => "ack",
    }
}

/// For whom a bundle is.
pub(super) fn to(to: &To) -> Vec<String> {
    match to {
        To::Passphrase => vec!["passphrase".to_owned()],
        To::Recipients(recipients) => recipients.clone(),
    }
}

/// A value as JSON: text, number, yes or no and nothing as such, dates and moments as text, parts by name.
pub(super) fn json(value: &Value) -> Json {
    match value {
        Value::Empty => Json::Null,
        Value::Text(text) => json!(text),
        Value::Number(number) => json!(number),
        Value::Flag(flag) => json!(flag),
        Value::Date(date) => json!(date.to_string()),
        Value::Instant(instant) => json!(time(*instant)),
        Value::Link(record) => json!(record.to_string()),
        Value::Parts(parts) => json!(parts),
        Value::Unknown(kind, content) => json!({ "type": kind, "content": Base64::encode_string(content) }),
    }
}

/// A value in one cell or line.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.clone(),
        Value::Parts(parts) => {
            let filled = parts.values().filter(|part| !part.is_empty());
            filled.map(String::as_str).collect::<Vec<_>>().join(" ")
        }
        other => match json(other) {
            Json::String(text) => text,
            other => other.to_string(),
        },
    }
}

/// What a record is called: its name, title or item, or how its text begins.
pub(super) fn title(state: &RecordState) -> String {
    let named = [FieldName::NAME, FieldName::COMPANY, FieldName::TITLE, FieldName::ITEM];
    let name = named.iter().filter_map(|field| state.displayed(field)).find(|value| !value.is_empty());
    let title = match name {
        Some(value) => text(value),
        None => state.text_of(&FieldName::TEXT).map(NoteText::view).unwrap_or_default().text(),
    };
    shown(&title.lines().next().unwrap_or_default().chars().take(40).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_and_never_fail() {
        assert_eq!(time(Instant(1_795_478_400_000)), "2026-11-24T00:00:00Z");
        assert_eq!(time(Instant(-1)), "1969-12-31T23:59:59Z");
        assert_eq!(time(Instant(i64::MIN)), format!("{} ms", i64::MIN));
    }

    #[test]
    fn nothing_controls_the_terminal() {
        assert_eq!(shown("山田\u{1b}[2J\u{202e}x\n"), "山田\u{fffd}[2J\u{fffd}x\u{fffd}");
    }
}
