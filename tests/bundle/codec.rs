//! Every item there and back: what a bundle gives is, to the bit, what was put in, and its lines are those
//! of no other items.

use daifuku::bundle::{Header, HistoryLine, Item, Kind, To};
use daifuku::crypto::padded_len;
use daifuku::merge::{Change, Dot, Erasure, HybridTimestamp, RecordState, Replica};
use daifuku::model::{Date, FieldName, Instant, RecordId, RecordKind, ReplicaId, Value};
use proptest::prelude::*;

use super::world::{
    NOW, Whole, content, for_one, header, items, keys, lines, read, record, replica, values, written,
};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[あ-ん]{0,6}", "[\\p{C}\"\\\\/<]{0,6}"]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        prop::sample::select(values()),
        text().prop_map(Value::Text),
        any::<i64>().prop_map(Value::Number),
        any::<i64>().prop_map(|millis| Value::Instant(Instant(millis))),
        any::<[u8; 16]>().prop_map(|id| Value::Link(RecordId(id))),
        (-700_000_i64..2_900_000).prop_map(|days| Value::Date(Date::from_days(days))),
        prop::collection::btree_map(text(), text(), 0..4).prop_map(Value::Parts),
        (9_u32.., prop::collection::vec(any::<u8>(), 0..9))
            .prop_map(|(kind, bytes)| Value::Unknown(kind, bytes)),
    ]
}

fn field() -> impl Strategy<Value = FieldName> {
    let known = prop::sample::select(vec![FieldName::NAME, FieldName::PHONE.item(1), FieldName::MEMO]);
    prop_oneof![4 => known, 1 => text().prop_map(|name| FieldName::new(&name))]
}

fn change() -> impl Strategy<Value = Change> {
    let tags = || prop_oneof![3 => Just(FieldName::TAGS), 1 => field()];
    let texts = || prop_oneof![3 => Just(FieldName::TEXT), 1 => field()];
    prop_oneof![
        6 => (field(), value()).prop_map(|(field, value)| Change::Set(field, value)),
        3 => (tags(), text()).prop_map(|(field, word)| Change::Add(field, word)),
        2 => (tags(), text()).prop_map(|(field, word)| Change::Remove(field, word)),
        3 => (texts(), text()).prop_map(|(field, text)| Change::Write(field, text)),
        1 => Just(Change::Delete),
        1 => Just(Change::Restore),
    ]
}

/// The states of a record on one to three devices that saw of each other what they saw.
fn states() -> impl Strategy<Value = Vec<RecordState>> {
    let step = (0..3_usize, prop_oneof![3 => change().prop_map(Some), 1 => Just(None)], 0..3_usize);
    let kind = prop_oneof![Just(RecordKind::Customer), text().prop_map(|name| RecordKind::from_name(&name))];
    let ids = any::<[[u8; 8]; 3]>();
    (kind, ids, prop::collection::vec(step, 0..20)).prop_map(|(kind, ids, steps)| {
        let mut devices = ids.map(|id| (Replica::new(ReplicaId(id)), RecordState::new(kind.clone())));
        for (turn, (device, change, other)) in (0..).zip(steps) {
            match change {
                Some(change) => {
                    let (replica, state) = &mut devices[device];
                    let stamp = replica.stamp(Instant(NOW + turn));
                    state.change(change, stamp);
                }
                None => {
                    let seen = devices[other].1.clone();
                    devices[device].1.join(&seen);
                }
            }
        }
        devices.into_iter().map(|(_, state)| state).collect()
    })
}

fn dots() -> impl Strategy<Value = Dot> {
    (any::<[u8; 8]>(), any::<u64>()).prop_map(|(id, counter)| Dot { replica: ReplicaId(id), counter })
}

/// Lines about records, of any ids: several of each kind, sharing replicas or not.
fn random_items() -> impl Strategy<Value = Vec<Item>> {
    let ids = || any::<[u8; 16]>().prop_map(RecordId);
    let record = (ids(), ids(), any::<bool>(), states(), any::<prop::sample::Index>()).prop_map(
        |(page, record, own, states, index)| {
            let page = if own { record } else { page };
            Item::Record { page, record, state: index.get(&states).clone() }
        },
    );
    let erasure = (ids(), any::<u64>(), dots()).prop_map(|(record, at, by)| Item::Erasure {
        record,
        erasure: Erasure { at: HybridTimestamp(at), by },
    });
    let history = (ids(), ids(), prop::option::of(field()), value(), value(), any::<u64>(), dots()).prop_map(
        |(page, record, field, old, new, at, by)| {
            Item::History(HistoryLine { page, record, field, old, new, at: HybridTimestamp(at), by })
        },
    );
    let fixed = prop::sample::select(items());
    let item = prop_oneof![4 => record, 1 => erasure, 2 => history, 1 => fixed];
    prop::collection::vec(item, 0..6)
}

fn a_header() -> Header {
    header(&keys(1), Kind::Team, for_one(&keys(2)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    /// What is read is what was written, and writing it again gives the same bytes.
    #[test]
    fn items_come_back_as_they_were(items in random_items()) {
        let content = written(&a_header(), &items, &keys(1));
        let whole = read(&content).unwrap();
        prop_assert_eq!(&whole.items, &items);
        prop_assert_eq!(whole.unknown, 0);
        prop_assert_eq!(&whole.header, &a_header());
        prop_assert_eq!(written(&whole.header, &whole.items, &keys(1)), content);
    }

    /// Equal states give equal lines, in whatever order they came about; and other states other lines.
    #[test]
    fn equal_items_have_equal_lines(states in states()) {
        let line = |state: &RecordState| {
            let item = Item::Record { page: record(1), record: record(1), state: state.clone() };
            lines(&written(&a_header(), &[item], &keys(1)))
        };
        let joined = |order: [usize; 4]| {
            let mut whole = RecordState::new(states[0].kind().clone());
            order.iter().for_each(|index| whole.join(&states[*index]));
            whole
        };
        prop_assert_eq!(line(&joined([0, 1, 2, 2])), line(&joined([2, 0, 1, 0])));
        for (one, other) in [(0, 1), (1, 2), (0, 2)] {
            prop_assert_eq!(states[one] == states[other], line(&states[one]) == line(&states[other]));
        }
    }

    /// All lines are of one line each, and the program that reads them back needs no more than JSON.
    #[test]
    fn every_line_is_json_by_itself(items in random_items()) {
        let content = written(&a_header(), &items, &keys(1));
        let lines = lines(&content);
        let actors = lines.iter().filter(|line| line.starts_with("{\"actor\":")).count();
        prop_assert_eq!(lines.len(), 1 + actors + items.len() + 1);
        for line in &lines {
            let json: serde_json::Value = serde_json::from_str(line).unwrap();
            prop_assert!(json.is_object());
        }
        prop_assert_eq!(lines.last().unwrap(), &format!("{{\"end\":{}}}", items.len()));
    }

    #[test]
    fn values_of_history_come_back(old in value(), new in value()) {
        let (page, record, at) = (record(1), record(1), HybridTimestamp(1));
        let by = Dot { replica: replica(1), counter: 1 };
        let item = Item::History(HistoryLine { page, record, field: None, old, new, at, by });
        let content = written(&a_header(), core::slice::from_ref(&item), &keys(1));
        prop_assert_eq!(read(&content).unwrap().items, [item]);
    }
}

#[test]
fn every_kind_of_item_and_bundle_comes_back() {
    for kind in [Kind::Share, Kind::Team, Kind::Backup, Kind::Handover, Kind::Acknowledgement] {
        for to in [To::Passphrase, for_one(&keys(2)), To::Recipients(Vec::new())] {
            let header = header(&keys(1), kind, to);
            let read = read(&written(&header, &items(), &keys(1))).unwrap();
            assert_eq!(read, Whole { header, items: items(), unknown: 0 });
        }
    }
}

#[test]
fn an_empty_bundle_is_whole() {
    let mut header = a_header();
    (header.previous, header.number) = (None, 0);
    header.trails.clear();
    let content = written(&header, &[], &keys(1));
    assert_eq!(read(&content).unwrap(), Whole { header, items: Vec::new(), unknown: 0 });
    assert_eq!(lines(&content).len(), 2);
}

/// Several times what is packed at once, in one gzip member padded to a length of the scheme.
#[test]
fn many_items_are_packed_as_they_come() {
    let all: Vec<Item> = items().into_iter().cycle().take(1_000).collect();
    let content = written(&a_header(), &all, &keys(1));
    assert_eq!(read(&content).unwrap().items, all);
    assert_eq!(padded_len(content.len() - 1), Some(content.len()));
    assert_eq!(content[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, content[9]], "no time and no name");
}

/// Replicas are announced before the first line that names them, once.
#[test]
fn replicas_are_announced_once_where_they_are_needed() {
    let lines = lines(&written(&a_header(), &[items(), items()].concat(), &keys(1)));
    let actor = |number: u8| format!("{{\"actor\":\"{}\"}}", replica(number));
    let actors: Vec<&String> = lines.iter().filter(|line| line.starts_with("{\"actor\":")).collect();
    assert_eq!(actors, [&actor(1), &actor(2), &actor(9), &actor(5), &actor(4)]);
    assert_eq!(lines[1..3], [actor(1), actor(2)]);
    assert!(lines[3].starts_with("{\"e\":"));
}

/// A person can read a record in a text editor.
#[test]
fn a_record_reads_as_what_it_is() {
    let mut state = RecordState::new(RecordKind::Customer);
    let mut replica = Replica::new(replica(1));
    state.set(FieldName::NAME, Value::text("山田 \"花子\"</script>"), replica.stamp(Instant(NOW)));
    let item = Item::Record { page: record(1), record: record(1), state };
    let lines = lines(&written(&a_header(), &[item], &keys(1)));
    let id = record(1);
    let at = format!("{:016x}", HybridTimestamp::at(Instant(NOW)).0);
    assert_eq!(
        lines[2],
        format!(
            "{{\"e\":\"{id}\",\"r\":{{\"k\":\"customer\",\"t\":\"{at}\",\"f\":{{\"name\":\
            {{\"h\":[[0,1,\"{at}\",\"山田 \\\"花子\\\"</script>\"]]}}}}}}}}"
        )
    );
}

/// Numbers that other readers of JSON would round are written as text.
#[test]
fn numbers_are_exact_for_every_reader_of_json() {
    let exact = 1_i64 << 53;
    for number in [0, exact, -exact, exact + 1, -exact - 1, i64::MAX, i64::MIN] {
        let (page, record, at) = (record(1), record(1), HybridTimestamp(1));
        let (old, new) = (Value::Number(number), Value::Empty);
        let by = Dot { replica: replica(1), counter: 1 };
        let item = Item::History(HistoryLine { page, record, field: None, old, new, at, by });
        let lines = lines(&written(&a_header(), &[item], &keys(1)));
        let small = format!("\"old\":{number},");
        let large = format!("\"old\":{{\"number\":\"{number}\"}},");
        assert_eq!(lines[2].contains(&small), number.unsigned_abs() <= exact.unsigned_abs());
        assert_ne!(lines[2].contains(&small), lines[2].contains(&large));
    }
}

/// Lines and keys that a newer version invents are passed over; the lines are counted.
#[test]
fn what_a_newer_version_adds_is_passed_over() {
    let mut newer = a_header();
    newer.version = 7;
    let mut lines = lines(&written(&newer, &items(), &keys(1)));
    for line in &mut lines {
        line.insert_str(line.len() - 1, ",\"zz\":{\"new\":[1,null]}");
    }
    let end = lines.len() - 1;
    lines.insert(1, "{\"q\":\"quite new\",\"e\":1}".to_owned());
    lines.insert(4, "[\"not even an object\"]".to_owned());
    lines.insert(5, "{ \"e\": \"with a space\" }".to_owned());
    let count = items().len() + 3;
    lines[end + 3] = format!("{{\"end\":{count},\"zz\":1}}");
    let whole = read(&content(&lines, &keys(1))).unwrap();
    assert_eq!(whole, Whole { header: newer, items: items(), unknown: 3 });
}
