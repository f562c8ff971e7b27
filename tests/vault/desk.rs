//! A notebook, and what others wrote meanwhile: for everything that is exchanged.

use std::collections::BTreeMap;
use std::rc::Rc;

use daifuku::crypto::SeededEntropy;
use daifuku::merge::{HybridTimestamp, RecordState, Replica};
use daifuku::model::{FieldName, Instant, RecordId, RecordKind, ReplicaId, Value};
use daifuku::vault::format::Card;
use daifuku::vault::locked::NewVault;
use daifuku::vault::merging::{Incoming, Merged};
use daifuku::vault::{Locked, Page, VaultError};
use futures::executor::block_on;
use proptest::prelude::*;

use super::model::{part, word};
use super::store::Watched;
use super::world::{Vault, kdf, secret};

pub(super) const NOW: Instant = Instant(1_795_305_600_000);

pub(super) fn customer(number: u8) -> RecordId {
    RecordId([number + 1; 16])
}

pub(super) fn note(number: u8) -> RecordId {
    part(customer(number), 1, 0)
}

/// What someone does to a record.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    Field(u8),
    Text,
    Tag(bool),
    Delete,
    Restore,
}

/// One write by one of four devices, of which 0 is the notebook's own; or one takes in all that another has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Write { device: u8, customer: u8, way: Way, word: u8 },
    Take { device: u8, from: u8 },
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let way = prop_oneof![
        4 => (0..2_u8).prop_map(Way::Field),
        2 => Just(Way::Text),
        2 => any::<bool>().prop_map(Way::Tag),
        1 => Just(Way::Delete),
        1 => Just(Way::Restore),
    ];
    let step = prop_oneof![
        5 => (0..4_u8, 0..4_u8, way, 1..8_u8)
            .prop_map(|(device, customer, way, word)| Step::Write { device, customer, way, word }),
        2 => (1..4_u8, 0..4_u8).prop_map(|(device, from)| Step::Take { device, from }),
    ];
    prop::collection::vec(step, 1..40)
}

pub(super) type Records = BTreeMap<(RecordId, RecordId), RecordState>;

/// A device of a colleague.
pub(super) struct Colleague {
    replica: Replica,
    pub(super) records: Records,
}

impl Colleague {
    pub(super) fn new(number: u8) -> Self {
        Self { replica: Replica::new(ReplicaId([0xc0 + number; 8])), records: Records::new() }
    }

    pub(super) fn write(&mut self, customer_number: u8, way: Way, number: u8, now: Instant) {
        let page = customer(customer_number);
        let record = if matches!(way, Way::Text) { note(customer_number) } else { page };
        let kind = if record == page { RecordKind::Customer } else { RecordKind::Note };
        let state = self.records.entry((page, record)).or_insert_with(|| RecordState::new(kind));
        let stamp = self.replica.stamp(now);
        match way {
            Way::Field(0) => state.set(FieldName::NAME, Value::text(word(number)), stamp),
            Way::Field(_) => state.set(FieldName::MEMO, Value::text(word(number)), stamp),
            Way::Text => state.write_text(FieldName::TEXT, word(number), stamp),
            Way::Tag(true) => state.add(FieldName::TAGS, word(number), stamp),
            Way::Tag(false) => state.remove(FieldName::TAGS, word(number), stamp),
            Way::Delete => state.delete(stamp),
            Way::Restore => state.restore(stamp),
        };
    }

    pub(super) fn take(&mut self, records: &Records) {
        for (id, state) in records {
            match self.records.get_mut(id) {
                Some(known) => known.join(state),
                None => drop(self.records.insert(*id, state.clone())),
            }
        }
    }

    /// All that this device has, page by page.
    pub(super) fn bundle(&self) -> Vec<Incoming> {
        let mut pages: Vec<Incoming> = Vec::new();
        for ((page, record), state) in &self.records {
            if pages.last().is_none_or(|last| last.page != *page) {
                pages.push(Incoming { page: *page, ..Incoming::default() });
            }
            pages.last_mut().unwrap().records.push((*record, state.clone()));
        }
        pages
    }
}

/// A notebook on a store, and three colleagues.
pub(super) struct Desk {
    pub(super) store: Rc<Watched>,
    pub(super) notebook: Vault,
    pub(super) colleagues: [Colleague; 3],
    opened: u64,
}

impl Desk {
    pub(super) fn new() -> Self {
        let store = Rc::new(Watched::default());
        let new = NewVault { secret: &secret(0), kdf: &kdf(0), device: "店", now: NOW };
        let made = Locked::create(Rc::clone(&store), &new, Box::new(SeededEntropy::new(1)));
        let colleagues = [Colleague::new(0), Colleague::new(1), Colleague::new(2)];
        Self { store, notebook: block_on(made).unwrap(), colleagues, opened: 1 }
    }

    /// A desk after these steps. The notebook has merged nothing.
    pub(super) fn after(steps: &[Step]) -> Self {
        let mut desk = Self::new();
        for (step, second) in steps.iter().zip(0_i64..) {
            let now = Instant(NOW.0 + second * 1_000);
            match *step {
                Step::Write { device: 0, customer, way, word } => {
                    desk.write(customer, way, word, now).unwrap()
                }
                Step::Write { device, customer, way, word } => {
                    desk.colleagues[usize::from(device) - 1].write(customer, way, word, now);
                }
                Step::Take { device, from: 0 } => {
                    let records = desk.records();
                    desk.colleagues[usize::from(device) - 1].take(&records);
                }
                Step::Take { device, from } => {
                    let records = desk.colleagues[usize::from(from) - 1].records.clone();
                    desk.colleagues[usize::from(device) - 1].take(&records);
                }
            }
        }
        desk
    }

    pub(super) fn write(&self, number: u8, way: Way, text: u8, now: Instant) -> Result<(), VaultError> {
        let page = customer(number);
        let kind = RecordKind::Customer;
        block_on(async {
            let turn = self.notebook.begin().await;
            let mut open = self.notebook.transaction(&turn, now, [page]).await?;
            let value = Value::text(word(text));
            match way {
                Way::Field(0) => open.set(page, page, &kind, &FieldName::NAME, value),
                Way::Field(_) => open.set(page, page, &kind, &FieldName::MEMO, value),
                Way::Text => open.set(page, note(number), &RecordKind::Note, &FieldName::TEXT, value),
                Way::Tag(true) => open.add(page, page, &kind, &FieldName::TAGS, word(text)),
                Way::Tag(false) => open.remove(page, page, &FieldName::TAGS, word(text)),
                Way::Delete => drop(open.delete(page, page)),
                Way::Restore => open.restore(page, page),
            }
            self.notebook.commit(&turn, open).await.map(drop)
        })
    }

    /// All that is in the notebook.
    pub(super) fn records(&self) -> Records {
        let pages = self.pages().into_iter();
        pages
            .flat_map(|(id, (page, _))| {
                page.records.into_iter().map(move |(record, state)| ((id, record), state))
            })
            .collect()
    }

    /// All pages with their cards, wherever they are stored.
    pub(super) fn pages(&self) -> BTreeMap<RecordId, (Page, Card)> {
        let cards: Vec<Card> = self.notebook.cards().iter().map(|(_, card)| card.clone()).collect();
        let read = |card: Card| {
            let page = block_on(self.notebook.page(card.page)).unwrap();
            (card.page, ((*page).clone(), Card { segment: 0, place: 0, ..card }))
        };
        cards.into_iter().map(read).collect()
    }

    /// Merges pages in one step; tells whether anything was new.
    pub(super) fn merge(&self, pages: &[Incoming]) -> Result<bool, VaultError> {
        block_on(async {
            let turn = self.notebook.begin().await;
            let mut joined = Vec::new();
            for page in pages {
                joined.push(self.notebook.join(page, &mut 0).await?);
            }
            let at = HybridTimestamp::at(NOW);
            let merged = self.notebook.merge(&turn, joined, (at, NOW), |_| {}, Vec::new()).await?;
            Ok(!matches!(merged, Merged::Nothing))
        })
    }

    pub(super) fn open(&mut self) -> Result<Vault, VaultError> {
        self.opened += 1;
        let entropy = Box::new(SeededEntropy::new(self.opened));
        let store = Rc::clone(&self.store);
        block_on(async {
            let mut locked = Locked::find(store).await?.expect("the vault is gone");
            locked.read_early().await?;
            locked.unlock(&secret(0), entropy).await.map_err(|(_, error)| error)
        })
    }

    /// Goes on as a new process on what reached the disk.
    pub(super) fn restart(&mut self) {
        self.store = Rc::new(self.store.survivor());
        self.notebook = self.open().unwrap();
        assert_eq!(self.notebook.damaged(), []);
    }
}

/// Whether two desks hold the same, apart from where it is stored.
pub(super) fn assert_same(one: &Desk, other: &Desk, what: &str) {
    let (one, other) = (one.pages(), other.pages());
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{what}");
    for (id, page) in &one {
        assert_eq!(page.0.records, other[id].0.records, "{what}: records");
        assert_eq!(page.0.journal, other[id].0.journal, "{what}: history");
        assert_eq!(page.1, other[id].1, "{what}: card");
    }
}
