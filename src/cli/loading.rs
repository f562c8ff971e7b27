//! A file, opened and verified, and its content by kind.

use std::collections::BTreeMap;
use std::path::Path;

use super::failure::Failure;
use super::machine;
use super::secrets::{Secrets, entropy};
use crate::bundle::sealer::{Answer, Card, OpenWith, Opened, Request, SealerError};
use crate::bundle::worker::Worker;
use crate::bundle::{BundleId, HistoryLine, Item, LedgerEntry, card, is_for_oneself};
use crate::merge::{Dot, Erasures, HybridTimestamp, RecordState};
use crate::model::{FieldName, Instant, RecordId, Value};

/// A file of the app.
pub(super) enum Loaded {
    Card(Box<Card>),
    Bundle(Box<Bundle>),
}

/// A bundle whose signature was verified.
pub(super) struct Bundle {
    pub(super) opened: Opened,
    pub(super) content: Content,
    /// Bytes of the file.
    pub(super) bytes: usize,
}

/// Orders lines of the history: by page, then time, and then by everything else.
type LineKey = (RecordId, HybridTimestamp, Dot, RecordId, Option<FieldName>, Value, Value);

/// What bundles hold, by kind, each thing once.
#[derive(Default)]
pub(super) struct Content {
    /// By page and id.
    pub(super) records: BTreeMap<(RecordId, RecordId), RecordState>,
    pub(super) erasures: Erasures,
    pub(super) history: BTreeMap<LineKey, HistoryLine>,
    /// Cards, and whether they were checked.
    pub(super) members: BTreeMap<Vec<u8>, bool>,
    pub(super) ledger: BTreeMap<(Instant, BundleId, Vec<u8>), LedgerEntry>,
    /// Keys of devices, oldest first.
    pub(super) keys: Vec<Vec<u8>>,
    /// How the screens were set, by name; of the file that was read last.
    pub(super) settings: BTreeMap<String, String>,
    /// Items that only one's own backups may have, in something else.
    pub(super) out_of_place: u64,
}

impl Content {
    /// Takes in an item. `own`: of a bundle that its writer made for itself, the only kind that is believed
    /// about history, ledger, keys and who was checked; as in the app.
    pub(super) fn take(&mut self, item: Item, own: bool) {
        match item {
            Item::Record { page, record, state } => match self.records.get_mut(&(page, record)) {
                Some(known) => known.join(&state),
                None => {
                    self.records.insert((page, record), state);
                }
            },
            Item::Erasure { record, erasure } => self.erasures.note(record, erasure),
            Item::Member { card, checked } => {
                *self.members.entry(card).or_default() |= checked && own;
            }
            Item::History(_) | Item::Ledger(_) | Item::Keys(_) | Item::Settings(_) if !own => {
                self.out_of_place += 1
            }
            Item::History(line) => {
                let HistoryLine { page, record, field, old, new, at, by } = line.clone();
                self.history.insert((page, at, by, record, field, old, new), line);
            }
            Item::Ledger(entry) => {
                let bytes = postcard::to_allocvec(&entry).unwrap_or_default();
                self.ledger.insert((entry.at, entry.bundle, bytes), entry);
            }
            Item::Keys(keys) => {
                if !self.keys.contains(&keys) {
                    self.keys.push(keys);
                }
            }
            Item::Settings(settings) => self.settings.extend(settings),
        }
    }

    /// Takes in all of another content.
    pub(super) fn join(&mut self, other: Self) {
        for ((page, record), state) in other.records {
            self.take(Item::Record { page, record, state }, true);
        }
        self.erasures.join(&other.erasures);
        self.history.extend(other.history);
        for (card, checked) in other.members {
            *self.members.entry(card).or_default() |= checked;
        }
        self.ledger.extend(other.ledger);
        other.keys.into_iter().for_each(|keys| self.take(Item::Keys(keys), true));
        self.settings.extend(other.settings);
        self.out_of_place += other.out_of_place;
    }

    /// Drops what was erased, and what is on the page of a customer who was.
    pub(super) fn settle(&mut self) {
        let erasures = &self.erasures;
        let is_gone = |page: RecordId, record: RecordId| {
            !page.is_nil() && erasures.contains(page) || erasures.contains(record)
        };
        self.records.retain(|(page, record), _| !is_gone(*page, *record));
        self.history.retain(|_, line| !is_gone(line.page, line.record));
    }

    /// All of it, in the order in which the app writes it.
    pub(super) fn into_items(self) -> Vec<Item> {
        let mut items: Vec<Item> =
            self.erasures.iter().map(|(record, erasure)| Item::Erasure { record, erasure }).collect();
        items.extend(self.members.into_iter().map(|(card, checked)| Item::Member { card, checked }));
        items.extend(self.keys.into_iter().map(Item::Keys));
        items.extend(self.ledger.into_values().map(Item::Ledger));
        if !self.settings.is_empty() {
            items.push(Item::Settings(self.settings.into_iter().collect()));
        }
        let mut history = self.history.into_values().peekable();
        let mut records = self.records.into_iter().peekable();
        // The history of a page stands behind its records.
        loop {
            let page = match (records.peek(), history.peek()) {
                (Some(((page, _), _)), Some(line)) => (*page).min(line.page),
                (Some(((page, _), _)), None) => *page,
                (None, Some(line)) => line.page,
                (None, None) => return items,
            };
            while let Some(((page, record), state)) = records.next_if(|((on, _), _)| *on == page) {
                items.push(Item::Record { page, record, state });
            }
            while let Some(line) = history.next_if(|line| line.page == page) {
                items.push(Item::History(line));
            }
        }
    }
}

/// Opens a file.
pub(super) fn load(path: &Path, secrets: &mut Secrets) -> Result<Loaded, Failure> {
    let file = machine::read(path)?;
    let is_card = file.trim_ascii_start().starts_with(b"{\"card\":")
        || core::str::from_utf8(&file)
            .is_ok_and(|text| text.lines().any(|line| line.trim().starts_with("{\"card\":")));
    if is_card {
        let card = card::read(&file).map_err(|error| Failure::of(path, &error))?;
        return Ok(Loaded::Card(Box::new(card)));
    }
    open(path, file, secrets).map(|bundle| Loaded::Bundle(Box::new(bundle)))
}

/// Opens a file that must be a bundle.
pub(super) fn load_bundle(path: &Path, secrets: &mut Secrets) -> Result<Bundle, Failure> {
    match load(path, secrets)? {
        Loaded::Bundle(bundle) => Ok(*bundle),
        Loaded::Card(_) => Err(Failure::Refused(format!(
            "{} is a member card, which holds no records: give a bundle or a backup.",
            path.display()
        ))),
    }
}

fn open(path: &Path, file: Vec<u8>, secrets: &mut Secrets) -> Result<Bundle, Failure> {
    let bytes = file.len();
    let mut worker = Worker::new(entropy());
    let mut read = |file: Vec<u8>, secrets: &Secrets| {
        let passphrase = secrets.passphrase.as_ref().map(|passphrase| passphrase.to_string());
        let open_with = OpenWith { devices: Vec::new(), identities: secrets.texts(), passphrase };
        worker.answer(Request::Read { file, open_with })
    };
    let failed = |error: SealerError| Failure::of(path, &error);
    let answer = if secrets.passphrase.is_some() {
        read(file, secrets)
    } else {
        match read(file.clone(), secrets) {
            Answer::Failed(SealerError::NeedsPassphrase) => {
                secrets.passphrase = machine::ask(path);
                read(file, secrets)
            }
            answer => answer,
        }
    };
    let opened = match answer {
        Answer::Opened(opened) => *opened,
        Answer::Failed(SealerError::NotForUs) if secrets.identities.is_empty() => {
            return Err(Failure::Refused(format!(
                "{} was written for an identity: give it with --identity FILE or in DAIFUKU_IDENTITY.",
                path.display()
            )));
        }
        Answer::Failed(error) => return Err(failed(error)),
        _ => return Err(failed(SealerError::Order)),
    };
    let own = is_for_oneself(opened.header.kind);
    let mut content = Content::default();
    loop {
        match worker.answer(Request::More) {
            Answer::Items(items) if items.is_empty() => break,
            Answer::Items(items) => items.into_iter().for_each(|item| content.take(item, own)),
            Answer::Failed(error) => return Err(failed(error)),
            _ => return Err(failed(SealerError::Order)),
        }
    }
    Ok(Bundle { opened, content, bytes })
}
