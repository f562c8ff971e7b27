//! What rows contain: it comes back as it was; what was cut off is an error, and nothing makes it panic.

use daifuku::merge::{Dot, HybridTimestamp, RecordState, Replica};
use daifuku::model::{Date, FieldName, Instant, RecordId, RecordKind, ReplicaId, Value};
use daifuku::vault::Page;
use daifuku::vault::format::{
    Card, DecodeError, Drafts, Import, JournalEntry, LogRow, Manifest, PageChange, SegmentEntry, TaskCard,
    TrashCard, decode, decode_log, encode, encode_log,
};
use daifuku::vault::segment::{Unpacked, decode_page, encode_page, pack_cards, pack_pages, unpack_cards};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn timestamp() -> impl Strategy<Value = HybridTimestamp> {
    any::<u64>().prop_map(HybridTimestamp)
}

fn id() -> impl Strategy<Value = RecordId> {
    any::<[u8; 16]>().prop_map(RecordId)
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["", "髙橋", "会う。\n🎌", "a"]).prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Empty),
        text().prop_map(Value::Text),
        any::<i64>().prop_map(Value::Number),
        any::<bool>().prop_map(Value::Flag),
        (1..13_u8, 1..29_u8).prop_map(|(month, day)| Value::Date(Date::new(Some(2026), month, day).unwrap())),
        any::<i64>().prop_map(|millis| Value::Instant(Instant(millis))),
        id().prop_map(Value::Link),
        text().prop_map(|text| Value::parts([("number", text.as_str())])),
        (8..99_u32, prop::collection::vec(any::<u8>(), 0..9))
            .prop_map(|(kind, content)| Value::Unknown(kind, content)),
    ]
}

fn record() -> impl Strategy<Value = RecordState> {
    (prop::collection::vec((0..5_u8, value(), text()), 0..6), any::<u64>()).prop_map(|(writes, at)| {
        let mut replica = Replica::new(ReplicaId([3; 8]));
        let now = Instant(i64::try_from(at >> 20).unwrap());
        let mut state = RecordState::new(RecordKind::Customer);
        for (way, value, text) in writes {
            let stamp = replica.stamp(now);
            match way {
                0 => state.set(FieldName::NAME, value, stamp),
                1 => state.set(FieldName::PHONE.item(7), value, stamp),
                2 => state.add(FieldName::TAGS, &text, stamp),
                3 => state.write_text(FieldName::TEXT, &text, stamp),
                _ => state.delete(stamp),
            };
        }
        state
    })
}

fn journal() -> impl Strategy<Value = JournalEntry> {
    (id(), prop::option::of(text()), value(), value(), timestamp(), any::<u64>()).prop_map(
        |(record, field, old, new, at, counter)| {
            let by = Dot { replica: ReplicaId([3; 8]), counter };
            JournalEntry { record, field: field.map(|name| FieldName::new(&name)), old, new, at, by }
        },
    )
}

fn card() -> impl Strategy<Value = Card> {
    let task = (id(), text(), any::<bool>()).prop_map(|(id, title, done)| TaskCard {
        id,
        title,
        due: Date::new(None, 2, 29),
        done: done.then_some(Instant(5)),
        ..TaskCard::default()
    });
    let gone = (id(), text(), any::<bool>()).prop_map(|(id, title, with_customer)| TrashCard {
        id,
        kind: RecordKind::Other("要望".to_owned()),
        title,
        deleted: Instant(-1),
        with_customer,
    });
    let many = (
        prop::collection::vec(task, 0..3),
        prop::collection::vec(gone, 0..3),
        prop::collection::vec(text(), 0..3),
    );
    (id(), any::<(u64, u32, i64, u8)>(), [text(), text(), text(), text(), text(), text()], many).prop_map(
        |(
            page,
            (segment, place, changed, flags),
            [name, reading, company, phone, reach, owner],
            (tasks, trash, tags),
        )| Card {
            page,
            segment,
            place,
            changed: Instant(changed),
            flags,
            name,
            reading,
            company,
            phone,
            reach,
            owner,
            tags,
            birthday: Date::new(None, 2, 29).filter(|_| flags % 2 == 0),
            talked: Date::new(Some(2026), 11, 24).filter(|_| flags % 3 == 0),
            tasks,
            trash,
        },
    )
}

fn page() -> impl Strategy<Value = Page> {
    (prop::collection::btree_map(id(), record(), 0..3), prop::collection::vec(journal(), 0..3))
        .prop_map(|(records, journal)| Page { records, journal })
}

fn log_row() -> impl Strategy<Value = LogRow> {
    let change =
        (id(), prop::collection::vec((id(), record()), 0..2), prop::collection::vec(journal(), 0..2), card())
            .prop_map(|(page, deltas, journal, card)| PageChange { page, deltas, journal, card });
    (timestamp(), any::<u64>(), prop::collection::vec(change, 0..3)).prop_map(|(at, counter, pages)| LogRow {
        at,
        counter,
        pages,
    })
}

fn manifest() -> impl Strategy<Value = Manifest> {
    let entry = any::<(u64, [u8; 16], u32, u32, [u8; 16])>()
        .prop_map(|(row, tag, bytes, members, filter)| SegmentEntry { row, tag, bytes, members, filter });
    let entries = || prop::collection::vec(entry.clone(), 0..3);
    let import = (id(), text(), any::<(i64, u32, bool)>())
        .prop_map(|(seed, name, (at, added, undone))| Import { seed, name, at: Instant(at), added, undone });
    (
        any::<([u8; 8], i64, [u8; 32], u64, u64, u64)>(),
        timestamp(),
        text(),
        entries(),
        entries(),
        prop::collection::vec(import, 0..3),
    )
        .prop_map(
            |(
                (replica, created, slots, counter, log_from, next_segment),
                clock,
                name,
                pages,
                cards,
                imports,
            )| Manifest {
                replica: ReplicaId(replica),
                created: Instant(created),
                slots,
                devices: vec![(ReplicaId(replica), name)],
                counter,
                clock,
                log_from,
                next_segment,
                pages,
                cards,
                imports,
            },
        )
}

/// A row comes back; cut off or longer it is damaged, of another version it is told; changed bytes are
/// something else or an error.
fn assert_codec<T: Serialize + DeserializeOwned + PartialEq + core::fmt::Debug>(row: &T) {
    assert_codec_by(row, encode, |bytes| decode(bytes), 2);
}

/// `newer` is the first version that is not known yet.
fn assert_codec_by<T: PartialEq + core::fmt::Debug>(
    row: &T,
    encode: fn(&T) -> Vec<u8>,
    decode: fn(&[u8]) -> Result<T, DecodeError>,
    newer: u8,
) {
    let bytes = encode(row);
    assert_eq!(decode(&bytes).as_ref(), Ok(row));
    for end in 0..bytes.len() {
        assert_eq!(decode(&bytes[..end]), Err(DecodeError::Damaged), "cut to {end}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(decode(&longer), Err(DecodeError::Damaged));
    for at in 1..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        if let Ok(other) = decode(&changed) {
            assert_ne!(&other, row, "byte {at}");
        }
    }
    let mut later = bytes;
    later[0] = newer;
    assert_eq!(decode(&later), Err(DecodeError::Newer(newer)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn manifests(manifest in manifest()) {
        assert_codec(&manifest);
    }

    #[test]
    fn saves(row in log_row()) {
        assert_codec_by(&row, encode_log, decode_log, 3);
    }

    #[test]
    fn drafts(drafts in prop::collection::vec((text(), text(), any::<i64>().prop_map(Instant)), 0..4)) {
        assert_codec(&Drafts(drafts));
    }

    #[test]
    fn batches(pages in prop::collection::vec((id(), page()), 0..4), cards in prop::collection::vec(card(), 0..4)) {
        let encoded: Vec<_> = pages.iter().map(|(id, page)| (*id, encode_page(page))).collect();
        let packed = pack_pages(&encoded);
        let unpacked = Unpacked::new(&packed).unwrap();
        let read: Vec<_> = unpacked.pages().unwrap().into_iter().map(|(id, bytes)| (id, decode_page(bytes).unwrap())).collect();
        prop_assert_eq!(&read, &pages);
        let packed_cards = pack_cards(&cards.iter().collect::<Vec<_>>());
        prop_assert_eq!(unpack_cards(&packed_cards), Ok(cards));
        for end in 0..packed.len() {
            prop_assert!(Unpacked::new(&packed[..end]).is_err(), "cut to {}", end);
        }
        for end in 0..packed_cards.len() {
            prop_assert!(unpack_cards(&packed_cards[..end]).is_err(), "cut to {}", end);
        }
        for at in 1..packed.len() {
            let mut changed = packed.clone();
            changed[at] ^= 1 << (at % 8);
            // Whatever it is then, reading it ends.
            if let Ok(unpacked) = Unpacked::new(&changed) {
                unpacked.pages().into_iter().flatten().for_each(|(_, bytes)| drop(decode_page(bytes)));
            }
        }
        for at in 0..packed_cards.len() {
            let mut changed = packed_cards.clone();
            changed[at] ^= 1 << (at % 8);
            drop(unpack_cards(&changed));
        }
        let newer = [&[9], &packed[1..]].concat();
        prop_assert_eq!(Unpacked::new(&newer).err(), Some(DecodeError::Newer(9)));
        let newer = [&[9], &packed_cards[1..]].concat();
        prop_assert_eq!(unpack_cards(&newer).err(), Some(DecodeError::Newer(9)));
        for (_, page) in &pages {
            let bytes = encode_page(page);
            for end in 0..bytes.len() {
                prop_assert_eq!(decode_page(&bytes[..end]), Err(DecodeError::Damaged));
            }
        }
    }
}

/// A small batch that unpacks to more than any batch may.
#[test]
fn a_batch_that_unpacks_without_end_is_refused() {
    use std::io::Write;
    let mut encoder = flate2::write::DeflateEncoder::new(vec![1], flate2::Compression::new(9));
    let zeros = vec![0; 1 << 20];
    (0..257).for_each(|_| encoder.write_all(&zeros).unwrap());
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1 << 20);
    assert_eq!(Unpacked::new(&bomb).err(), Some(DecodeError::Damaged));
}
