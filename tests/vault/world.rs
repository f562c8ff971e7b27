//! A notebook and, beside it, the plain values that it has confirmed.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use daifuku::crypto::{DerivedSecret, KdfParams, SeededEntropy};
use daifuku::merge::{Dot, HybridTimestamp};
use daifuku::model::{FieldName, Instant, RecordId, RecordKind, Value};
use daifuku::vault::bulk::{Bulk, import_id};
use daifuku::vault::format::{Card, Import};
use daifuku::vault::locked::NewVault;
use daifuku::vault::{Locked, Notebook, Page, Transaction, VaultError};
use futures::executor::block_on;

use super::model::{Model, Op, customer_id, note_id, part, seen, word};
use super::store::Watched;

pub(super) type Vault = Notebook<Rc<Watched>>;

pub(super) fn secret(passphrase: u8) -> DerivedSecret {
    DerivedSecret::from_bytes(&[passphrase + 1; 64])
}

pub(super) fn kdf(passphrase: u8) -> KdfParams {
    KdfParams::new(19_456, 2, 1, [passphrase; 16]).unwrap()
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
