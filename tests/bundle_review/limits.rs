//! What is written can be read: a bundle that no reader takes is refused while it is made. And what is read
//! can be kept: no value comes out of a file that could not be stored.

use daifuku::bundle::limits::{MOST_HEAD_BYTES, MOST_LINE_BYTES, MOST_NAME_BYTES, MOST_REPLICAS};
use daifuku::bundle::read::Bundle;
use daifuku::bundle::sealer::SealerError;
use daifuku::bundle::write::Writer;
use daifuku::bundle::{Header, HistoryLine, Item, Scope, To};
use daifuku::merge::{Dot, Erasure, HybridTimestamp, RecordState, Replica, Stamp};
use daifuku::model::{Date, FieldName, RecordId, RecordKind, ReplicaId, Value};
use proptest::prelude::*;

use super::world::{Records, header, packed, samples, unpacked};

const RECORD: RecordId = RecordId([5; 16]);

fn dot(replica: u64) -> Dot {
    Dot { replica: ReplicaId(replica.to_be_bytes()), counter: 1 }
}

fn stamp(counter: u64) -> Stamp {
    Stamp { dot: Dot { replica: ReplicaId([1; 8]), counter }, at: HybridTimestamp(counter << 16) }
}

fn note(length: usize) -> Item {
    let mut state = RecordState::new(RecordKind::Note);
    state.write_text(FieldName::TEXT, &"a".repeat(length), stamp(1));
    Item::Record { page: RECORD, record: RECORD, state }
}

fn history(old: Value, new: Value) -> Item {
    let (at, by) = (HybridTimestamp(1), dot(1));
    Item::History(HistoryLine { page: RECORD, record: RECORD, field: None, old, new, at, by })
}

fn written(items: &[Item]) -> Vec<u8> {
    let mut writer = Writer::new(&header()).unwrap();
    items.iter().for_each(|item| writer.push(item).unwrap());
    writer.finish(|_| [9; 64]).unwrap()
}

fn open(content: Vec<u8>) -> Result<Bundle<daifuku::bundle::read::Verified>, SealerError> {
    Bundle::open(content)?.verify(|_, _, _| true)
}

fn read(content: Vec<u8>) -> Result<Vec<Item>, SealerError> {
    open(content)?.items().collect()
}

fn too_large(limit: &str) -> SealerError {
    SealerError::TooLarge { limit: limit.to_owned() }
}

/// A bundle of these lines between the header and the end.
fn by_hand(lines: &[String]) -> Vec<u8> {
    let text = String::from_utf8(unpacked(&written(&[]))).unwrap();
    let mut text = text.lines().next().unwrap().to_owned() + "\n";
    let actors = lines.iter().filter(|line| line.starts_with("{\"actor\"")).count();
    lines.iter().for_each(|line| text += &format!("{line}\n"));
    text += &format!("{{\"end\":{}}}\n{{\"sig\":\"{}\"}}\n", lines.len() - actors, "A".repeat(86));
    packed(text.as_bytes())
}

#[test]
fn a_line_that_no_reader_takes_is_not_written() {
    let around = unpacked(&written(&[note(0)])).len() - unpacked(&written(&[])).len();
    let actor = "{\"actor\":\"0101010101010101\"}\n".len();
    let longest = MOST_LINE_BYTES + 1 - (around - actor);
    let items = [note(longest)];
    assert_eq!(read(written(&items)).unwrap(), items);
    let mut writer = Writer::new(&header()).unwrap();
    assert_eq!(writer.push(&note(longest + 1)), Err(too_large("line")));
}

#[test]
fn more_replicas_than_a_reader_takes_are_not_written() {
    let erasure = |replica| Item::Erasure {
        record: RECORD,
        erasure: Erasure { at: HybridTimestamp(1), by: dot(replica) },
    };
    let most = u64::try_from(MOST_REPLICAS).unwrap();
    let items: Vec<Item> = (0..most).map(erasure).collect();
    assert_eq!(read(written(&items)).unwrap(), items);
    let mut writer = Writer::new(&header()).unwrap();
    items.iter().for_each(|item| writer.push(item).unwrap());
    assert_eq!(writer.push(&erasure(0)), Ok(()));
    assert_eq!(writer.push(&erasure(most)), Err(too_large("replicas")));
}

#[test]
fn a_header_that_no_reader_takes_is_not_written() {
    let refused = |change: &dyn Fn(&mut Header), limit: &str| {
        let mut header = header();
        change(&mut header);
        assert_eq!(Writer::new(&header).err(), Some(too_large(limit)));
    };
    let long = || "a".repeat(MOST_NAME_BYTES + 1);
    refused(&|header| header.from.name = long(), "name");
    refused(&|header| header.scope = Scope::Part { title: long(), fields: Vec::new() }, "name");
    refused(&|header| header.to = To::Recipients(vec![String::new(); 65]), "recipients");
    refused(&|header| header.have = (0..=10_000).map(dot).collect(), "replicas");
    let names = || (0..5_000).map(|id: u64| (ReplicaId(id.to_be_bytes()), "a".repeat(MOST_NAME_BYTES)));
    refused(&|header| header.devices = names().collect(), "line");
}

/// The header is read before anything is known of its sender.
#[test]
fn a_first_line_is_bounded_more_tightly_than_the_others() {
    let text = String::from_utf8(unpacked(&written(&[]))).unwrap();
    let (head, rest) = text.split_once('\n').unwrap();
    let padded = |length: usize| {
        let spaces = " ".repeat(length - head.len());
        packed(format!("{head}{spaces}\n{rest}").as_bytes())
    };
    assert_eq!(read(padded(MOST_HEAD_BYTES)), Ok(Vec::new()));
    assert_eq!(read(padded(MOST_HEAD_BYTES + 1)), Err(too_large("line")));
    let many = head.replacen("\"to\":\"passphrase\"", &format!("\"to\":[{}0]", "0,".repeat(4 << 20)), 1);
    assert_ne!(many, head);
    assert_eq!(read(packed(format!("{many}\n{rest}").as_bytes())), Err(too_large("line")));
}

/// A type that is known here and does not fit its content would be damage to whatever row it is stored in.
#[test]
fn no_value_is_read_that_could_not_be_stored() {
    let id = RECORD.to_string();
    let line = |value: &str| {
        let record = format!("{{\"k\":\"c\",\"f\":{{\"name\":{{\"h\":[[0,1,\"{0:016x}\",{value}]]}}}}}}", 1);
        [
            format!("{{\"e\":\"{id}\",\"r\":{record}}}"),
            format!("{{\"j\":\"{id}\",\"old\":{value},\"new\":null,\"at\":\"{0:016x}\",\"by\":[0,1]}}", 1),
        ]
    };
    let actor = || "{\"actor\":\"0101010101010101\"}".to_owned();
    for wrong in [
        r#"{"other":[0,"AA=="]}"#,
        r#"{"other":[1,"/w=="]}"#,
        r#"{"other":[2,""]}"#,
        r#"{"other":[3,"Ag=="]}"#,
        r#"{"other":[4,"AA0B"]}"#,
        r#"{"other":[6,"AA=="]}"#,
        r#"{"other":[7,"/////w8="]}"#,
    ] {
        for line in line(wrong) {
            let result = read(by_hand(&[actor(), line]));
            assert!(matches!(result, Err(SealerError::Line { line: 3, .. })), "{wrong}: {result:?}");
        }
    }
    // What fits is that value, in whichever form it came.
    for line in line(r#"{"other":[2,"Dg=="]}"#) {
        let items = read(by_hand(&[actor(), line])).unwrap();
        let known = match &items[..] {
            [Item::Record { state, .. }] => state.displayed(&FieldName::NAME) == Some(&Value::Number(7)),
            [Item::History(history)] => history.old == Value::Number(7),
            _ => false,
        };
        assert!(known, "{items:?}");
    }
}

/// Days far from ours have no text of four digits for their year.
#[test]
fn dates_of_every_year_come_back() {
    for year in [None, Some(i16::MIN), Some(-1), Some(0), Some(1), Some(9_999), Some(10_000), Some(i16::MAX)]
    {
        let value = Value::Date(Date::new(year, 2, 28).unwrap());
        let first = Replica::new(ReplicaId([1; 8])).stamp(daifuku::model::Instant(1));
        let state = RecordState::fresh(RecordKind::Task, [(FieldName::DUE, value.clone())], first);
        let record = Item::Record { page: RECORD, record: RECORD, state };
        let items = [record, history(value.clone(), value)];
        assert_eq!(read(written(&items)).unwrap(), items, "{year:?}");
    }
}

#[test]
fn items_come_in_batches_of_bounded_size() {
    let large: Vec<Item> = (0..9).map(|_| note(700 << 10)).collect();
    let small: Vec<Item> = (0..700).map(|number| history(Value::Number(number), Value::Empty)).collect();
    let all = [large, small].concat();
    let bundle = open(written(&all)).unwrap();
    let mut items = bundle.items();
    let mut together = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let batch = items.batch().unwrap();
        sizes.push(batch.len());
        if batch.is_empty() {
            break;
        }
        together.extend(batch);
    }
    assert_eq!(together, all);
    assert_eq!(sizes, [2, 2, 2, 2, 256, 256, 189, 0], "no empty batch before the end");
    assert_eq!(items.batch(), Ok(Vec::new()));
}

#[test]
fn a_batch_with_damage_is_an_error_and_the_end() {
    let good = format!("{{\"e\":\"{RECORD}\",\"r\":{{\"k\":\"c\"}}}}");
    let content = by_hand(&[good.clone(), "{\"e\":1}".to_owned(), good]);
    let mut items = open(content).unwrap().items();
    assert!(matches!(items.batch(), Err(SealerError::Line { line: 3, .. })));
    assert!(items.next().is_none());
}

/// Lines without any item between do not end the items.
#[test]
fn batches_go_on_behind_lines_that_are_passed_over() {
    let unknown = format!("{{\"q\":\"{}\"}}", "a".repeat(600 << 10));
    let good = format!("{{\"e\":\"{RECORD}\",\"r\":{{\"k\":\"c\"}}}}");
    let mut lines = vec![unknown; 5];
    lines.push(good);
    let bundle = open(by_hand(&lines)).unwrap();
    assert_eq!((bundle.len(), bundle.unknown()), (1, 5));
    let mut items = bundle.items();
    assert_eq!(items.batch().unwrap().len(), 1);
    assert_eq!(items.batch(), Ok(Vec::new()));
}

#[test]
fn the_records_of_invented_customers_come_back() {
    let mut records = Records::new();
    let items: Vec<Item> = samples(40).flat_map(|sample| records.of(sample)).collect();
    assert_eq!(read(written(&items)).unwrap(), items);
}

proptest! {
    /// Whatever a file says that a value is: it is refused, or can be stored and is the same afterwards.
    #[test]
    fn values_of_any_type_can_be_stored(kind in 0..12_u32, content in prop::collection::vec(any::<u8>(), 0..12)) {
        use base64ct::{Base64, Encoding};
        let value = format!("{{\"other\":[{kind},\"{}\"]}}", Base64::encode_string(&content));
        let line = format!("{{\"j\":\"{RECORD}\",\"old\":{value},\"new\":null,\"at\":\"{0:016x}\",\"by\":[0,1]}}", 1);
        let actor = "{\"actor\":\"0000000000000001\"}".to_owned();
        match read(by_hand(&[actor, line])) {
            Ok(items) => {
                let stored = postcard::to_allocvec(&items).unwrap();
                prop_assert_eq!(postcard::from_bytes::<Vec<Item>>(&stored).unwrap(), items.clone());
                prop_assert_eq!(read(written(&items)).unwrap(), items);
            }
            Err(error) => {
                let is_refused = kind < 8 && matches!(error, SealerError::Line { line: 3, .. });
                prop_assert!(is_refused, "{:?}", error);
            }
        }
    }
}
