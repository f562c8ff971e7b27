//! A header, the records of invented customers, contents made by hand.

use std::io::{Read, Write};

use daifuku::bundle::{BundleId, Header, Item, Kind, Scope, Sender, To};
use daifuku::exchange::Sample;
use daifuku::exchange::sample::SampleCustomer;
use daifuku::merge::{HybridTimestamp, RecordState, Replica, VersionVector};
use daifuku::model::{FieldName, Instant, RecordId, RecordKind, ReplicaId, Value};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// 2026-11-24, 00:00 UTC.
pub(crate) const NOW: i64 = 1_795_478_400_000;

pub(crate) fn header() -> Header {
    Header {
        version: 1,
        oldest_reader: 1,
        app: "0.1.0".to_owned(),
        id: BundleId([7; 16]),
        kind: Kind::Backup,
        at: HybridTimestamp::at(Instant(NOW)),
        from: Sender {
            name: "受付".to_owned(),
            replica: ReplicaId([1; 8]),
            signing_key: [3; 32],
            recipient: "age1".to_owned(),
        },
        to: To::Passphrase,
        scope: Scope::All,
        base: VersionVector::new(),
        covers: VersionVector::new(),
        have: VersionVector::new(),
        trails: Vec::new(),
        devices: Vec::new(),
        number: 1,
        previous: None,
    }
}

/// Makes the records of customers as an import makes them, with random ids.
pub(crate) struct Records {
    replica: Replica,
    ids: u64,
    now: i64,
}

impl Records {
    pub(crate) fn new() -> Self {
        Self { replica: Replica::new(ReplicaId([1; 8])), ids: 1, now: NOW }
    }

    fn id(&mut self) -> RecordId {
        // SplitMix64: nothing in a real id can be packed.
        let mut half = || {
            self.ids = self.ids.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.ids ^ (self.ids >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (mixed ^ (mixed >> 31)).to_be_bytes()
        };
        let (first, second) = (half(), half());
        RecordId([first, second].concat().try_into().unwrap())
    }

    fn record(&mut self, kind: RecordKind, fields: Vec<(FieldName, Value)>) -> RecordState {
        self.now += 977;
        let first = self.replica.reserve(Instant(self.now), u64::try_from(fields.len()).unwrap());
        RecordState::fresh(kind, fields, first)
    }

    /// About seven records: the customer, three notes, two purchases, for one of five a task.
    pub(crate) fn of(&mut self, sample: SampleCustomer) -> Vec<Item> {
        let page = self.id();
        let parent = (FieldName::PARENT, Value::Link(page));
        let mut state = self.record(RecordKind::Customer, sample.customer.fields);
        for tag in &sample.customer.tags {
            state.add(FieldName::TAGS, tag, self.replica.stamp(Instant(self.now)));
        }
        let mut items = vec![Item::Record { page, record: page, state }];
        for (date, text) in sample.notes {
            let fields = vec![parent.clone(), (FieldName::DATE, Value::Date(date))];
            let mut state = self.record(RecordKind::Note, fields);
            state.write_text(FieldName::TEXT, &text, self.replica.stamp(Instant(self.now)));
            items.push(Item::Record { page, record: self.id(), state });
        }
        for bought in sample.purchases {
            let fields = vec![
                parent.clone(),
                (FieldName::DATE, Value::Date(bought.date)),
                (FieldName::ITEM, Value::text(bought.item)),
                (FieldName::QUANTITY, Value::Number(bought.quantity.into())),
                (FieldName::AMOUNT, Value::Number(bought.amount.into())),
                (FieldName::CHANNEL, Value::text(bought.channel)),
            ];
            let state = self.record(RecordKind::Purchase, fields);
            items.push(Item::Record { page, record: self.id(), state });
        }
        for task in sample.tasks {
            let fields = vec![
                parent.clone(),
                (FieldName::TITLE, Value::text(task.title)),
                (FieldName::DUE, Value::Date(task.due)),
                (FieldName::OWNER, Value::text(task.owner)),
            ];
            let state = self.record(RecordKind::Task, fields);
            items.push(Item::Record { page, record: self.id(), state });
        }
        items
    }
}

pub(crate) fn packed(text: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text).unwrap();
    packer.finish().unwrap()
}

pub(crate) fn unpacked(content: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    GzDecoder::new(content).read_to_end(&mut text).unwrap();
    text
}

pub(crate) fn samples(count: usize) -> Sample {
    Sample::new(1, count, "2026-11-24".parse().unwrap())
}
