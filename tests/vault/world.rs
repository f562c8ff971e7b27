//! A notebook and, beside it, the plain values that it has confirmed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use daifuku::crypto::{DerivedSecret, KdfParams, SeededEntropy};
use daifuku::merge::{Dot, HybridTimestamp};
use daifuku::model::{FieldName, Instant, RecordId, RecordKind, Value};
use daifuku::vault::bulk::{Bulk, import_id};
use daifuku::vault::format::{Card, Import};
use daifuku::vault::locked::NewVault;
use daifuku::vault::{Locked, Notebook, Page, Transaction, VaultError, view};
use futures::executor::block_on;
use proptest::prelude::*;

use super::store::Watched;

pub(super) type Vault = Notebook<Rc<Watched>>;

/// One record as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) kind: RecordKind,
    pub(super) fields: BTreeMap<FieldName, Value>,
    pub(super) text: String,
    pub(super) tags: BTreeSet<String>,
    pub(super) deleted: bool,
}

impl Seen {
    pub(super) fn new(kind: RecordKind) -> Self {
        Self { kind, fields: BTreeMap::new(), text: String::new(), tags: BTreeSet::new(), deleted: false }
    }
}

pub(super) type Pages = BTreeMap<RecordId, BTreeMap<RecordId, Seen>>;

/// Everything that a vault holds, as plain values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Model {
    pub(super) pages: Pages,
    pub(super) drafts: BTreeMap<String, String>,
    /// Seed, number of customers, whether it was undone.
    pub(super) imports: Vec<(RecordId, u32, bool)>,
    pub(super) device: String,
    /// Which of the passphrases opens it.
    pub(super) passphrase: u8,
}

#[derive(Clone, Debug)]
pub(super) enum Op {
    Set { customer: u8, field: u8, word: u8 },
    Note { customer: u8, note: u8, word: u8 },
    Tag { customer: u8, word: u8, add: bool },
    Task { customer: u8, word: u8 },
    Many { word: u8 },
    Delete { customer: u8, note: Option<u8> },
    Restore { customer: u8, note: Option<u8> },
    Import { count: u8 },
    AddTo { customer: u8, word: u8 },
    UndoImport { import: u8 },
    Compact,
    Rewrap { passphrase: u8 },
    Rename { word: u8 },
    Draft { key: u8, word: u8 },
    Reopen,
}

pub(super) const WORDS: [&str; 8] =
    ["", "髙橋 花子", "ﾊﾅｺ", "夏に会う。冬にも会う。", "  ", "VIP 🎌", "x\ny", "株式会社さくら商店"];

pub(super) fn word(number: u8) -> &'static str {
    WORDS[usize::from(number) % WORDS.len()]
}

/// Customers 0 to 5 are typed in, those from 6 on come from imports, in their order.
pub(super) fn customer_id(model: &Model, number: u8) -> RecordId {
    let imported = model.imports.iter().flat_map(|(seed, count, _)| {
        (0..u64::from(*count)).map(|index| import_id(*seed, index)).collect::<Vec<_>>()
    });
    let imported: Vec<RecordId> = imported.collect();
    match number.checked_sub(6) {
        Some(place) if !imported.is_empty() => imported[usize::from(place) % imported.len()],
        _ => RecordId([number % 6 + 1; 16]),
    }
}

fn part(page: RecordId, kind: u8, number: u8) -> RecordId {
    let mut id = page.0;
    id[0] ^= 0x80;
    id[14] = kind;
    id[15] = number;
    RecordId(id)
}

pub(super) fn note_id(page: RecordId, number: u8) -> RecordId {
    part(page, 1, number % 3)
}

pub(super) fn secret(passphrase: u8) -> DerivedSecret {
    DerivedSecret::from_bytes(&[passphrase + 1; 64])
}

pub(super) fn kdf(passphrase: u8) -> KdfParams {
    KdfParams::new(19_456, 2, 1, [passphrase; 16]).unwrap()
}

pub(super) fn op() -> impl Strategy<Value = Op> {
    let customer = 0..12_u8;
    let word = 0..8_u8;
    prop_oneof![
        5 => (customer.clone(), 0..4_u8, word.clone()).prop_map(|(customer, field, word)| Op::Set { customer, field, word }),
        5 => (customer.clone(), 0..3_u8, word.clone()).prop_map(|(customer, note, word)| Op::Note { customer, note, word }),
        3 => (customer.clone(), word.clone(), any::<bool>()).prop_map(|(customer, word, add)| Op::Tag { customer, word, add }),
        2 => (customer.clone(), word.clone()).prop_map(|(customer, word)| Op::Task { customer, word }),
        1 => word.clone().prop_map(|word| Op::Many { word }),
        3 => (customer.clone(), proptest::option::of(0..3_u8)).prop_map(|(customer, note)| Op::Delete { customer, note }),
        2 => (customer.clone(), proptest::option::of(0..3_u8)).prop_map(|(customer, note)| Op::Restore { customer, note }),
        2 => (1..5_u8).prop_map(|count| Op::Import { count }),
        2 => (customer, word.clone()).prop_map(|(customer, word)| Op::AddTo { customer, word }),
        1 => any::<u8>().prop_map(|import| Op::UndoImport { import }),
        2 => Just(Op::Compact),
        1 => (0..3_u8).prop_map(|passphrase| Op::Rewrap { passphrase }),
        1 => word.clone().prop_map(|word| Op::Rename { word }),
        2 => (0..2_u8, word).prop_map(|(key, word)| Op::Draft { key, word }),
        2 => Just(Op::Reopen),
    ]
}

pub(super) struct World {
    pub(super) store: Rc<Watched>,
    pub(super) notebook: Vault,
    pub(super) model: Model,
    pub(super) now: i64,
    /// Of every dot that was ever seen, what it wrote and when.
    dots: HashMap<Dot, (RecordId, String, HybridTimestamp)>,
    opened: u64,
    added: u8,
}

/// An operation that was not confirmed, and what there would be if it had reached the disk.
#[derive(Debug)]
pub(super) struct Unconfirmed {
    pub(super) error: VaultError,
    pub(super) after: Model,
}

impl World {
    pub(super) fn new() -> Self {
        Self::on(Rc::new(Watched::default()))
    }

    pub(super) fn on(store: Rc<Watched>) -> Self {
        let new = NewVault { secret: &secret(0), kdf: &kdf(0), device: "店", now: Instant(1_000_000) };
        let notebook =
            block_on(Locked::create(Rc::clone(&store), &new, Box::new(SeededEntropy::new(1)))).unwrap();
        let model = Model { device: "店".to_owned(), ..Model::default() };
        Self { store, notebook, model, now: 1_000_000, dots: HashMap::new(), opened: 1, added: 0 }
    }

    fn entropy(&mut self) -> Box<SeededEntropy> {
        self.opened += 1;
        Box::new(SeededEntropy::new(self.opened))
    }

    /// Opens the store of this world anew.
    pub(super) fn open(&mut self, passphrase: u8) -> Result<Vault, VaultError> {
        let entropy = self.entropy();
        let store = Rc::clone(&self.store);
        block_on(async {
            let mut locked = Locked::find(store).await?.expect("the vault is gone");
            locked.read_early().await?;
            locked.unlock(&secret(passphrase), entropy).await.map_err(|(_, error)| error)
        })
    }

    pub(super) fn now(&mut self) -> Instant {
        self.now += 7;
        Instant(self.now)
    }

    /// Does one thing. When it is confirmed, the model has it too.
    pub(super) fn apply(&mut self, op: &Op) -> Result<(), Unconfirmed> {
        let mut after = self.model.clone();
        let result = self.perform(op, &mut after);
        match result {
            Ok(()) => {
                self.model = after;
                Ok(())
            }
            Err(error) => Err(Unconfirmed { error, after }),
        }
    }

    fn perform(&mut self, op: &Op, after: &mut Model) -> Result<(), VaultError> {
        let now = self.now();
        let edit = |world: &Self, pages: &[RecordId], change: &mut dyn FnMut(&mut Transaction)| {
            block_on(async {
                let turn = world.notebook.begin().await;
                let mut transaction = world.notebook.transaction(&turn, now, pages.iter().copied()).await?;
                change(&mut transaction);
                world.notebook.commit(&turn, transaction).await.map(drop)
            })
        };
        match *op {
            Op::Set { customer, field, word: number } => {
                let id = customer_id(after, customer);
                let field = [FieldName::NAME, FieldName::READING, FieldName::MEMO, FieldName::PHONE.item(1)]
                    [usize::from(field)]
                .clone();
                let value = if field.is(&FieldName::PHONE) {
                    Value::parts([("label", "店"), ("number", word(number))])
                } else {
                    Value::text(word(number))
                };
                let kind = RecordKind::Customer;
                after.set(id, id, &kind, &field, &value);
                edit(self, &[id], &mut |open| open.set(id, id, &kind, &field, value.clone()))
            }
            Op::Note { customer, note, word: number } => {
                let page = customer_id(after, customer);
                let id = note_id(page, note);
                after.write(page, id, word(number));
                let value = Value::text(word(number));
                edit(self, &[page], &mut |open| {
                    open.set(page, id, &RecordKind::Note, &FieldName::TEXT, value.clone());
                })
            }
            Op::Tag { customer, word: number, add } => {
                let id = customer_id(after, customer);
                after.tag(id, word(number), add);
                edit(self, &[id], &mut |open| {
                    if add {
                        open.add(id, id, &RecordKind::Customer, &FieldName::TAGS, word(number));
                    } else {
                        open.remove(id, id, &FieldName::TAGS, word(number));
                    }
                })
            }
            Op::Task { customer, word: number } => {
                let page = customer_id(after, customer);
                let id = part(page, 2, 0);
                let value = Value::text(word(number));
                after.set(page, id, &RecordKind::Task, &FieldName::TITLE, &value);
                edit(self, &[page], &mut |open| {
                    open.set(page, id, &RecordKind::Task, &FieldName::TITLE, value.clone());
                })
            }
            Op::Many { word: number } => {
                let ids: Vec<RecordId> = (0..10).map(|number| customer_id(after, number)).collect();
                let value = Value::text(word(number));
                for id in &ids {
                    after.set(*id, *id, &RecordKind::Customer, &FieldName::NEEDS, &value);
                }
                edit(self, &ids, &mut |open| {
                    for id in &ids {
                        open.set(*id, *id, &RecordKind::Customer, &FieldName::NEEDS, value.clone());
                    }
                })
            }
            Op::Delete { customer, note } => {
                let page = customer_id(after, customer);
                let record = note.map_or(page, |note| note_id(page, note));
                after.delete(page, record);
                edit(self, &[page], &mut |open| drop(open.delete(page, record)))
            }
            Op::Restore { customer, note } => {
                let page = customer_id(after, customer);
                let record = note.map_or(page, |note| note_id(page, note));
                if let Some(seen) = after.pages.get_mut(&page).and_then(|page| page.get_mut(&record)) {
                    seen.deleted = false;
                }
                edit(self, &[page], &mut |open| open.restore(page, record))
            }
            Op::Import { count } => {
                let seed = RecordId([0xf0 + u8::try_from(after.imports.len()).unwrap_or(15); 16]);
                after.imports.push((seed, u32::from(count), false));
                let import = Import {
                    seed,
                    name: "名簿.csv".to_owned(),
                    at: now,
                    added: u32::from(count),
                    undone: false,
                };
                block_on(async {
                    let turn = self.notebook.begin().await;
                    let mut bulk = self.notebook.bulk(&turn, now);
                    for index in 0..u64::from(count) {
                        let id = import_id(seed, index);
                        let name = format!("名簿 {index}");
                        after.set(id, id, &RecordKind::Customer, &FieldName::NAME, &Value::text(&name));
                        after.tag(id, "名簿", true);
                        let fields = [(FieldName::NAME, Value::text(&name))];
                        bulk.add(id, id, RecordKind::Customer, fields, &["名簿".to_owned()]);
                        add_note(&mut bulk, after, id, note_id(id, 0), "取り込み");
                    }
                    self.notebook.add(&turn, bulk, |manifest| manifest.imports.push(import)).await.map(drop)
                })
            }
            Op::AddTo { customer, word: number } => {
                let page = customer_id(after, customer);
                self.added += 1;
                let id = part(page, 3, self.added);
                block_on(async {
                    let turn = self.notebook.begin().await;
                    let mut bulk = self.notebook.bulk(&turn, now);
                    add_note(&mut bulk, after, page, id, word(number));
                    self.notebook.add(&turn, bulk, |_| {}).await.map(drop)
                })
            }
            Op::UndoImport { import } => {
                let Some(place) = usize::from(import).checked_rem(after.imports.len()) else { return Ok(()) };
                let (seed, count, undone) = &mut after.imports[place];
                *undone = true;
                let seed = *seed;
                let ids: Vec<RecordId> = (0..u64::from(*count)).map(|index| import_id(seed, index)).collect();
                ids.iter().for_each(|id| after.delete(*id, *id));
                block_on(undo_import(&self.notebook, seed, &ids, now))
            }
            Op::Compact => block_on(self.notebook.compact(async || {})).map(drop),
            Op::Rewrap { passphrase } => {
                let old = after.passphrase;
                after.passphrase = passphrase;
                block_on(self.notebook.rewrap(&secret(old), &kdf(passphrase), &secret(passphrase), now))
            }
            Op::Rename { word: number } => {
                after.device = word(number).to_owned();
                block_on(self.notebook.rename_device(word(number)))
            }
            Op::Draft { key, word: number } => {
                let key = format!("note/{key}");
                let text = word(number);
                if text.is_empty() {
                    after.drafts.remove(&key)
                } else {
                    after.drafts.insert(key.clone(), text.to_owned())
                };
                block_on(self.notebook.keep_draft(&key, text, now))
            }
            Op::Reopen => {
                self.notebook = self.open(after.passphrase)?;
                Ok(())
            }
        }
    }

    /// The notebook must hold exactly what is expected; its cards and dots must be sound.
    pub(super) fn check(&mut self, expected: &Model) {
        let found = self.observe();
        assert_eq!(found.pages, expected.pages);
        assert_eq!(found, Model { passphrase: found.passphrase, ..expected.clone() });
        assert_eq!(self.notebook.damaged(), []);
    }

    /// What the notebook holds, read page by page.
    pub(super) fn observe(&mut self) -> Model {
        let notebook = &self.notebook;
        let mut model = Model { passphrase: self.model.passphrase, ..Model::default() };
        let cards: Vec<Card> = notebook.cards().iter().map(|(_, card)| card.clone()).collect();
        for card in cards {
            let page = block_on(notebook.page(card.page)).unwrap();
            let made = Card { segment: card.segment, place: card.place, ..page.card(card.page) };
            assert_eq!(card, made, "the card differs from its page");
            watch_dots(&mut self.dots, &page);
            assert_unrepeated(&page);
            model.pages.insert(card.page, seen(&page));
        }
        model.drafts = notebook.drafts().into_iter().map(|(key, text, _)| (key, text)).collect();
        let manifest = notebook.manifest();
        model.imports =
            manifest.imports.iter().map(|import| (import.seed, import.added, import.undone)).collect();
        let own = manifest.devices.iter().find(|(replica, _)| *replica == manifest.replica);
        model.device = own.map(|(_, name)| name.clone()).unwrap_or_default();
        model
    }

    /// A new process on what reached the disk.
    pub(super) fn after_crash(&self) -> (Rc<Watched>, HashMap<Dot, (RecordId, String, HybridTimestamp)>) {
        (Rc::new(self.store.survivor()), self.dots.clone())
    }

    /// Goes on as a new process; the notebook opens with the passphrase of one of the models, and that
    /// one is what it must hold.
    pub(super) fn restart(&mut self, unconfirmed: Option<&Model>) {
        let (store, _) = self.after_crash();
        self.store = store;
        let passphrases = [Some(self.model.passphrase), unconfirmed.map(|model| model.passphrase)];
        let opened = passphrases.into_iter().flatten().find_map(|passphrase| match self.open(passphrase) {
            Ok(notebook) => Some((notebook, passphrase)),
            Err(VaultError::WrongPassphrase) => None,
            Err(error) => panic!("{error}"),
        });
        let (notebook, passphrase) = opened.expect("no passphrase opens the vault");
        self.notebook = notebook;
        let found = Model { passphrase, ..self.observe() };
        if let Some(unconfirmed) = unconfirmed.filter(|unconfirmed| **unconfirmed == found) {
            self.model = unconfirmed.clone();
        }
        self.model.passphrase = passphrase;
        let model = self.model.clone();
        self.check(&model);
    }
}

fn add_note(bulk: &mut Bulk, after: &mut Model, page: RecordId, id: RecordId, text: &str) {
    after.set(page, id, &RecordKind::Note, &FieldName::PARENT, &Value::Link(page));
    after.write(page, id, text);
    let fields = [(FieldName::PARENT, Value::Link(page)), (FieldName::TEXT, Value::Text(text.to_owned()))];
    bulk.add(page, id, RecordKind::Note, fields, &[]);
}

pub(super) async fn undo_import(
    notebook: &Vault,
    seed: RecordId,
    ids: &[RecordId],
    now: Instant,
) -> Result<(), VaultError> {
    let turn = notebook.begin().await;
    let mut transaction = notebook.transaction(&turn, now, ids.iter().copied()).await?;
    for id in ids {
        transaction.delete(*id, *id);
    }
    let (replica, _, pages) = transaction.finish();
    let written = notebook.write_pages(&turn, replica, pages, |manifest| {
        manifest
            .imports
            .iter_mut()
            .filter(|import| import.seed == seed)
            .for_each(|import| import.undone = true);
    });
    written.await.map(drop)
}

impl Model {
    fn record(&mut self, page: RecordId, record: RecordId, kind: &RecordKind) -> &mut Seen {
        let records = self.pages.entry(page).or_default();
        records.entry(record).or_insert_with(|| Seen::new(kind.clone()))
    }

    fn knows(&self, page: RecordId, record: RecordId) -> bool {
        self.pages.get(&page).is_some_and(|records| records.contains_key(&record))
    }

    pub(super) fn set(
        &mut self,
        page: RecordId,
        record: RecordId,
        kind: &RecordKind,
        field: &FieldName,
        value: &Value,
    ) {
        if value.is_empty() && !self.knows(page, record) {
            return;
        }
        let seen = self.record(page, record, kind);
        if seen.fields.get(field).unwrap_or(&Value::Empty) != value {
            seen.deleted = false;
            if value.is_empty() {
                seen.fields.remove(field)
            } else {
                seen.fields.insert(field.clone(), value.clone())
            };
        }
    }

    /// White space alone counts as nothing when it is typed into a field.
    pub(super) fn write(&mut self, page: RecordId, record: RecordId, text: &str) {
        let empty = text.trim().is_empty();
        if empty && !self.knows(page, record) {
            return;
        }
        let seen = self.record(page, record, &RecordKind::Note);
        let text = if empty { "" } else { text };
        if seen.text != text {
            seen.deleted = false;
            text.clone_into(&mut seen.text);
        }
    }

    pub(super) fn tag(&mut self, id: RecordId, word: &str, add: bool) {
        if add {
            let seen = self.record(id, id, &RecordKind::Customer);
            if seen.tags.insert(word.to_owned()) {
                seen.deleted = false;
            }
        } else if let Some(seen) = self.pages.get_mut(&id).and_then(|page| page.get_mut(&id))
            && seen.tags.remove(word)
        {
            seen.deleted = false;
        }
    }

    pub(super) fn delete(&mut self, page: RecordId, record: RecordId) {
        let records = self.pages.get_mut(&page).into_iter().flatten();
        records.filter(|(id, _)| record == page || **id == record).for_each(|(_, seen)| seen.deleted = true);
    }
}

/// A page as people see it.
pub(super) fn seen(page: &Page) -> BTreeMap<RecordId, Seen> {
    let records = page.records.iter().map(|(id, state)| {
        let shown = state.fields().filter_map(|(field, register)| {
            assert!(!register.is_conflict(), "one device never contradicts itself");
            let value = register.displayed()?;
            (!value.is_empty() && *field != FieldName::RESTORED).then(|| (field.clone(), value.clone()))
        });
        let text = state.text_of(&FieldName::TEXT).map(|text| text.view().text()).unwrap_or_default();
        let text = if text.trim().is_empty() { String::new() } else { text };
        let kind = state.kind().clone();
        let tags = view::tags(state).into_iter().collect();
        (*id, Seen { kind, fields: shown.collect(), text, tags, deleted: state.is_deleted() })
    });
    records.collect()
}

/// A dot names one write for ever.
fn watch_dots(dots: &mut HashMap<Dot, (RecordId, String, HybridTimestamp)>, page: &Page) {
    let mut note = |dot: Dot, record: RecordId, what: &str, at: HybridTimestamp| {
        let known = dots.entry(dot).or_insert_with(|| (record, what.to_owned(), at));
        assert_eq!(*known, (record, what.to_owned(), at), "{dot:?} was used twice");
    };
    for (id, state) in &page.records {
        for (field, register) in state.fields() {
            register.heads().iter().for_each(|head| {
                // Bringing a record back is one write to a field and to the deletes.
                note(head.dot, *id, field.as_str(), head.at);
            });
        }
        for (field, set) in state.sets() {
            set.heads().iter().for_each(|head| note(head.dot, *id, field.as_str(), head.at));
        }
        for (field, text) in state.texts() {
            text.heads().iter().for_each(|head| note(head.dot, *id, field.as_str(), head.at));
        }
        state.deletes().iter().for_each(|head| note(head.dot, *id, "deleted", head.at));
    }
}

/// However often a save was folded in, its line stands in the history once, and the lines of a field
/// follow one another.
fn assert_unrepeated(page: &Page) {
    let mut last = BTreeMap::new();
    for line in &page.journal {
        let before = last.insert((line.record, line.field.clone()), line);
        if let Some(before) = before {
            assert!(before.by.counter < line.by.counter, "out of order: {before:?} {line:?}");
            // Deleting has no line of its own when an edit brought the record back in between.
            if before.field.is_some() {
                assert_eq!(before.new, line.old, "a gap in the history");
            }
        }
    }
}
