//! What the tests of bundles share: keys, a header, one item of each kind, contents made by hand.

use std::io::{Read, Write};

use base64ct::{Base64UrlUnpadded, Encoding};
use daifuku::bundle::keys::{DeviceKeys, is_signed_by};
use daifuku::bundle::read::Bundle;
use daifuku::bundle::sealer::SealerError;
use daifuku::bundle::write::Writer;
use daifuku::bundle::{BundleId, Header, HistoryLine, Item, Kind, LedgerEntry, Scope, Sender, To};
use daifuku::crypto::SeededEntropy;
use daifuku::merge::fork::Trail;
use daifuku::merge::{Dot, Erasure, HybridTimestamp, RecordState, Replica, Stamp, VersionVector};
use daifuku::model::{Date, FieldName, Instant, RecordId, RecordKind, ReplicaId, Value};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha512};

/// 2026-11-24, 00:00 UTC.
pub(crate) const NOW: i64 = 1_795_478_400_000;

pub(crate) fn keys(seed: u64) -> DeviceKeys {
    DeviceKeys::make(&mut SeededEntropy::new(seed)).unwrap()
}

pub(crate) fn replica(number: u8) -> ReplicaId {
    ReplicaId([number; 8])
}

pub(crate) fn record(number: u8) -> RecordId {
    RecordId([number; 16])
}

pub(crate) fn dot(number: u8, counter: u64) -> Dot {
    Dot { replica: replica(number), counter }
}

pub(crate) fn version(dots: &[(u8, u64)]) -> VersionVector {
    dots.iter().map(|&(number, counter)| dot(number, counter)).collect()
}

pub(crate) fn stamp(number: u8, counter: u64) -> Stamp {
    let at = HybridTimestamp::at(Instant(NOW + i64::try_from(counter).unwrap() * 1_000));
    Stamp { dot: dot(number, counter), at }
}

pub(crate) fn sender(keys: &DeviceKeys) -> Sender {
    Sender {
        name: "受付の端末".to_owned(),
        replica: replica(1),
        signing_key: keys.signing_key(),
        recipient: keys.recipient(),
    }
}

/// A header with something in each of its places.
pub(crate) fn header(keys: &DeviceKeys, kind: Kind, to: To) -> Header {
    let part =
        Scope::Part { title: "夏の案内".to_owned(), fields: vec!["name".to_owned(), "tel".to_owned()] };
    Header {
        version: 1,
        oldest_reader: 1,
        app: "0.1.0".to_owned(),
        id: BundleId([7; 16]),
        kind,
        at: HybridTimestamp::at(Instant(NOW)),
        from: sender(keys),
        to,
        scope: if kind == Kind::Share { part } else { Scope::All },
        base: version(&[(1, 4)]),
        covers: version(&[(1, 9), (2, 3)]),
        have: version(&[(1, 9), (2, 3), (3, u64::MAX)]),
        trails: vec![
            (replica(1), vec![Trail { counter: 4, digest: [0xab; 8] }, Trail { counter: 9, digest: [1; 8] }]),
            (replica(2), Vec::new()),
        ],
        devices: vec![(replica(2), "控えの端末 😀".to_owned())],
        number: 3,
        previous: Some(BundleId([6; 16])),
    }
}

pub(crate) fn for_one(keys: &DeviceKeys) -> To {
    To::Recipients(vec![keys.recipient()])
}

/// Every kind of value, with its extremes.
pub(crate) fn values() -> Vec<Value> {
    let exact = 1_i64 << 53;
    let texts = [
        "",
        "山田 花子",
        "</script><!-- ]]> \" \\ / \u{2028}\u{2029}",
        "\0\u{1}\u{7}\t\r\n\u{1b}\u{7f}\u{85}\u{feff}\u{202e}",
        "👩‍👩‍👧‍👦🇯🇵",
        "e\u{301}é 葛󠄀",
    ];
    let numbers = [0, 1, -1, exact - 1, exact, exact + 1, -exact, -exact - 1, i64::MAX, i64::MIN];
    let dates = [(None, 2, 29), (Some(2026), 11, 24), (Some(1), 1, 1), (Some(9999), 12, 31)];
    let mut values = vec![
        Value::Empty,
        Value::Flag(true),
        Value::Flag(false),
        Value::Instant(Instant(NOW)),
        Value::Instant(Instant(i64::MIN)),
        Value::Instant(Instant(i64::MAX)),
        Value::Link(record(0xfe)),
        Value::parts([("city", "千代田区"), ("line", "1-1\n2F"), ("\"", "{")]),
        Value::Parts(std::collections::BTreeMap::new()),
        Value::Unknown(8, Vec::new()),
        Value::Unknown(u32::MAX, vec![0, 255, 13, 10]),
    ];
    values.extend(texts.map(|text| Value::Text(text.to_owned())));
    values.extend(numbers.map(Value::Number));
    values.extend(dates.map(|(year, month, day)| Value::Date(Date::new(year, month, day).unwrap())));
    values
}

/// A customer on whom two devices wrote: fields, words, a memo in conflict, a delete that was undone.
pub(crate) fn customer() -> RecordState {
    let mut here = RecordState::new(RecordKind::Customer);
    here.set(FieldName::NAME, Value::text("山田 花子"), stamp(1, 1));
    here.set(FieldName::PHONE.item(1), Value::text("090-0000-0000"), stamp(1, 2));
    here.add(FieldName::TAGS, "常連", stamp(1, 3));
    here.write_text(FieldName::TEXT, "猫が二匹。", stamp(1, 4));
    let mut there = here.clone();
    here.set(FieldName::NAME, Value::text("山田 はなこ"), stamp(1, 5));
    here.write_text(FieldName::TEXT, "猫が三匹。", stamp(1, 6));
    there.set(FieldName::NAME, Value::text("鈴木 花子"), stamp(2, 1));
    there.write_text(FieldName::TEXT, "猫が二匹。犬も。", stamp(2, 2));
    there.remove(FieldName::TAGS, "常連", stamp(2, 3));
    there.delete(stamp(2, 4));
    here.join(&there);
    here
}

/// All kinds of values, in fields with names that are no constants here.
pub(crate) fn of_a_newer_version() -> RecordState {
    let mut state = RecordState::new(RecordKind::Other("mascot".to_owned()));
    let mut replica = Replica::new(replica(9));
    for (number, value) in (0_u32..).zip(values()) {
        let stamp = replica.stamp(Instant(NOW));
        state.set(FieldName::new(&format!("new\"field/{number}")), value, stamp);
    }
    state.delete(replica.stamp(Instant(NOW)));
    state
}

/// Items of every kind.
pub(crate) fn items() -> Vec<Item> {
    let history = |field: Option<FieldName>, old: Value, new: Value| {
        let (page, record, at) = (record(1), record(2), HybridTimestamp(u64::MAX));
        Item::History(HistoryLine { page, record, field, old, new, at, by: dot(4, u64::MAX) })
    };
    let ledger = |kind, everyone| {
        Item::Ledger(LedgerEntry {
            bundle: BundleId([8; 16]),
            at: Instant(NOW),
            kind,
            to: "税理士 \"佐藤\"".to_owned(),
            purpose: "案内の\n送付".to_owned(),
            fields: if everyone { Vec::new() } else { vec!["name".to_owned(), "".to_owned()] },
            customers: if everyone { Vec::new() } else { vec![record(1), record(3)] },
            everyone,
        })
    };
    let card = daifuku::bundle::card::make(&keys(3), "厨房", replica(3), NOW).unwrap();
    vec![
        Item::Record { page: record(1), record: record(1), state: customer() },
        Item::Record { page: RecordId::NIL, record: record(2), state: of_a_newer_version() },
        Item::Record { page: record(1), record: record(3), state: RecordState::new(RecordKind::Customer) },
        Item::Erasure { record: record(4), erasure: Erasure { at: HybridTimestamp(1), by: dot(5, 6) } },
        history(Some(FieldName::NAME), Value::text("前"), Value::text("後")),
        history(Some(FieldName::new("future")), Value::Unknown(300, vec![1]), Value::Number(i64::MIN)),
        history(None, Value::Flag(false), Value::Flag(true)),
        Item::Member { card: card.file, checked: true },
        Item::Member { card: Vec::new(), checked: false },
        ledger(Kind::Share, false),
        ledger(Kind::Backup, true),
        Item::Keys(keys(3).encode().to_vec()),
        Item::Settings(vec![
            ("language".to_owned(), "ja".to_owned()),
            ("theme".to_owned(), "dark".to_owned()),
        ]),
    ]
}

/// The content of a bundle as the writer makes it.
pub(crate) fn written(header: &Header, items: &[Item], keys: &DeviceKeys) -> Vec<u8> {
    let mut writer = Writer::new(header).unwrap();
    items.iter().for_each(|item| writer.push(item).unwrap());
    writer.finish(|message| keys.sign(message)).unwrap()
}

/// What a content holds.
#[derive(Debug, PartialEq)]
pub(crate) struct Whole {
    pub(crate) header: Header,
    pub(crate) items: Vec<Item>,
    pub(crate) unknown: u64,
}

/// Reads a content to its end.
pub(crate) fn read(content: &[u8]) -> Result<Whole, SealerError> {
    let bundle = Bundle::open(content.to_vec())?.verify(is_signed_by)?;
    let items: Vec<Item> = bundle.items().collect::<Result<_, _>>()?;
    assert_eq!(u64::try_from(items.len()).unwrap(), bundle.len());
    assert_eq!(items.is_empty(), bundle.is_empty());
    Ok(Whole { header: bundle.header().clone(), items, unknown: bundle.unknown() })
}

pub(crate) fn packed(text: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::new(1));
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

pub(crate) fn unpacked(content: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    GzDecoder::new(content).read_to_end(&mut text).unwrap();
    text
}

/// The lines of a content, without the signature.
pub(crate) fn lines(content: &[u8]) -> Vec<String> {
    let text = String::from_utf8(unpacked(content)).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    assert!(lines.pop().unwrap().starts_with("{\"sig\":"));
    lines
}

/// Signs any bytes, as the bytes before the last line.
pub(crate) fn signed(text: &[u8], keys: &DeviceKeys) -> Vec<u8> {
    let message = [b"daifuku.bundle.1\0".as_slice(), &Sha512::digest(text)].concat();
    let signature = Base64UrlUnpadded::encode_string(&keys.sign(&message));
    [text, format!("{{\"sig\":\"{signature}\"}}\n").as_bytes()].concat()
}

/// A content of these lines, signed and packed.
pub(crate) fn content<S: AsRef<str>>(lines: &[S], keys: &DeviceKeys) -> Vec<u8> {
    let text: String = lines.iter().flat_map(|line| [line.as_ref(), "\n"]).collect();
    packed(&signed(text.as_bytes(), keys))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn unhex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| core::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
