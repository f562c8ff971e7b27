//! A small vault as format 1 has it: these rows must open for ever, to these values.

use std::rc::Rc;

use daifuku::crypto::{Passphrase, SeededEntropy, derive};
use daifuku::model::{FieldName, RecordId, Value};
use daifuku::vault::memory::MemoryStore;
use daifuku::vault::{Area, Locked, Notebook, VaultError, view};
use futures::executor::block_on;
use serde_json::{Value as Json, json};

type Vault = Notebook<Rc<MemoryStore>>;

fn bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| core::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unlock(store: &Rc<MemoryStore>, passphrase: &str) -> Result<Vault, VaultError> {
    let locked = block_on(Locked::find(Rc::clone(store)))?.expect("there is a vault");
    let kdfs = locked.kdfs()?;
    assert_eq!(kdfs.len(), 1);
    let secret = derive(&Passphrase::new(passphrase), &kdfs[0]).unwrap();
    block_on(locked.unlock(&secret, Box::new(SeededEntropy::new(1)))).map_err(|(_, error)| error)
}

fn value(value: &Value) -> Json {
    match value {
        Value::Empty => Json::Null,
        Value::Text(text) => json!(text),
        Value::Number(number) => json!(number),
        Value::Flag(flag) => json!(flag),
        Value::Date(date) => json!({ "date": date.to_string() }),
        Value::Instant(instant) => json!({ "instant": instant.0 }),
        Value::Link(record) => json!({ "link": hex(&record.0) }),
        Value::Parts(parts) => json!({ "parts": parts }),
        Value::Unknown(kind, content) => json!({ "unknown": kind, "content": hex(content) }),
    }
}

/// Everything in a notebook, as plain values.
fn describe(notebook: &Vault) -> Json {
    let mut cards: Vec<_> = notebook.cards().iter().map(|(_, card)| card.clone()).collect();
    cards.sort_by_key(|card| card.page);
    let pages: Vec<Json> = cards
        .iter()
        .map(|card| json!({ "card": describe_card(card), "page": describe_page(notebook, card.page) }))
        .collect();
    let manifest = notebook.manifest();
    let imports = manifest
        .imports
        .iter()
        .map(|import| json!([hex(&import.seed.0), import.name, import.at.0, import.added, import.undone]));
    json!({
        "pages": pages,
        "imports": imports.collect::<Vec<_>>(),
        "drafts": notebook.drafts().into_iter().map(|(key, text, at)| json!([key, text, at.0])).collect::<Vec<_>>(),
        "replica": hex(&manifest.replica.0),
        "created": manifest.created.0,
        "devices": manifest.devices.iter().map(|(replica, name)| json!([hex(&replica.0), name])).collect::<Vec<_>>(),
        "counter": manifest.counter,
        "clock": manifest.clock.to_string(),
        "log_from": manifest.log_from,
        "next_segment": manifest.next_segment,
        "members": manifest.pages.iter().map(|entry| json!([entry.row, entry.members])).collect::<Vec<_>>(),
        "log_rows": notebook.log_rows(),
        "damaged": notebook.damaged().len(),
    })
}

fn describe_card(card: &daifuku::vault::format::Card) -> Json {
    json!({
        "place": [card.segment, card.place],
        "changed": card.changed.0,
        "flags": card.flags,
        "texts": [card.name, card.reading, card.company, card.phone, card.reach, card.owner],
        "tags": card.tags,
        "tasks": card.tasks.iter().map(|task| json!([
            hex(&task.id.0), task.title, task.due.map(|due| due.to_string()), task.done.map(|done| done.0),
            task.owner, task.repeat, task.changed.0,
        ])).collect::<Vec<_>>(),
        "trash": card.trash.iter().map(|gone| json!([
            hex(&gone.id.0), gone.kind.name(), gone.title, gone.deleted.0, gone.with_customer,
        ])).collect::<Vec<_>>(),
    })
}

fn describe_page(notebook: &Vault, id: RecordId) -> Json {
    let page = block_on(notebook.page(id)).unwrap();
    let records = page.records.iter().map(|(id, state)| {
        let fields = state.fields().map(|(field, register)| {
            let heads = register
                .heads()
                .iter()
                .map(|head| json!([head.dot.counter, head.at.to_string(), value(&head.value)]));
            (field.as_str().to_owned(), heads.collect::<Vec<_>>().into())
        });
        let text = state.text_of(&FieldName::TEXT).map(|text| text.view().text());
        json!({
            "id": hex(&id.0),
            "kind": state.kind().name(),
            "created": state.created().to_string(),
            "deleted": state.is_deleted(),
            "fields": fields.collect::<serde_json::Map<_, _>>(),
            "text": text,
            "tags": view::tags(state),
        })
    });
    let journal = page.journal.iter().map(|line| {
        let field = line.field.as_ref().map(FieldName::as_str);
        json!([
            hex(&line.record.0),
            field,
            value(&line.old),
            value(&line.new),
            line.at.to_string(),
            line.by.counter
        ])
    });
    json!({
        "id": hex(&id.0),
        "records": records.collect::<Vec<_>>(),
        "journal": journal.collect::<Vec<_>>(),
    })
}

/// Notebooks with rows of the versions 1 and 2.
const PINNED: [&str; 2] =
    [include_str!("../data/vault/notebook-1.json"), include_str!("../data/vault/notebook-2.json")];

fn pinned(text: &str) -> (Json, Rc<MemoryStore>) {
    let pinned: Json = serde_json::from_str(text).unwrap();
    let store = MemoryStore::new();
    store.tamper(|rows| {
        for row in pinned["rows"].as_array().unwrap() {
            let area = Area::ALL.into_iter().find(|area| row[0] == area.name()).unwrap();
            rows.insert((area, row[1].as_u64().unwrap()), bytes(row[2].as_str().unwrap()));
        }
    });
    (pinned, Rc::new(store))
}

#[test]
fn the_pinned_vaults_open_to_their_values() {
    for text in PINNED {
        opens_to_its_values(text);
    }
}

fn opens_to_its_values(text: &str) {
    let (pinned, store) = pinned(text);
    let notebook = unlock(&store, pinned["passphrase"].as_str().unwrap()).unwrap();
    let mut found = describe(&notebook);
    if text != PINNED[0] {
        found["days"] = days(&notebook);
    }
    for (name, expected) in pinned["expected"].as_object().unwrap() {
        assert_eq!(found[name], *expected, "{name}");
    }
    assert_eq!(found.as_object().unwrap().len(), pinned["expected"].as_object().unwrap().len());
    let mut census = daifuku::vault::check::Census::default();
    let mut last = 0;
    while let [batch] = notebook.next_batches(last, 1)[..] {
        block_on(notebook.check_batches(&[batch], &mut census)).unwrap();
        last = batch;
    }
    assert!(census.damaged.is_empty(), "{:?}", census.damaged);
}

/// What version 1 did not keep in cards.
fn days(notebook: &Vault) -> Json {
    let cards = notebook.cards();
    let mut days: Vec<_> = cards
        .iter()
        .map(|(_, card)| {
            (card.page, card.birthday.map(|day| day.to_string()), card.talked.map(|day| day.to_string()))
        })
        .collect();
    days.sort();
    json!(
        days.into_iter()
            .map(|(page, birthday, talked)| json!([hex(&page.0), birthday, talked]))
            .collect::<Vec<_>>()
    )
}

#[test]
fn cards_of_version_1_are_made_anew_once() {
    let (pinned, store) = pinned(PINNED[0]);
    let passphrase = pinned["passphrase"].as_str().unwrap();
    let notebook = unlock(&store, passphrase).unwrap();
    assert!(notebook.lacks_in_cards());
    let before = describe(&notebook);
    assert!(notebook.cards().iter().all(|(_, card)| card.birthday.is_none() && card.talked.is_none()));
    block_on(notebook.renew_cards(async || {})).unwrap();
    let renewed = days(&notebook);
    let cards: Vec<_> = notebook.cards().iter().map(|(_, card)| card.clone()).collect();
    for card in cards {
        let page = block_on(notebook.page(card.page)).unwrap();
        let new = page.card(card.page);
        assert_eq!((card.birthday, card.talked, card.flags), (new.birthday, new.talked, new.flags));
    }
    assert!(notebook.cards().iter().any(|(_, card)| card.birthday.is_some() && card.talked.is_some()));
    drop(notebook);
    let notebook = unlock(&store, passphrase).unwrap();
    assert!(!notebook.lacks_in_cards());
    assert_eq!(days(&notebook), renewed);
    let after = describe(&notebook);
    for part in ["replica", "devices", "drafts", "imports", "damaged"] {
        assert_eq!(after[part], before[part], "{part}");
    }
    let contents = |described: &Json| {
        let pages = described["pages"].as_array().unwrap().iter();
        pages.map(|page| (page["page"].clone(), page["card"]["texts"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(contents(&after), contents(&before));
}

/// The browser may end at any moment: whatever was stored by then, the next opening goes on.
#[test]
fn making_cards_anew_is_taken_up_again() {
    let (pinned, _) = pinned(PINNED[0]);
    let passphrase = pinned["passphrase"].as_str().unwrap();
    let mut ended = [false, false];
    for (commits, written) in (0..5).flat_map(|commits| [(commits, false), (commits, true)]) {
        let (_, store) = self::pinned(PINNED[0]);
        let notebook = unlock(&store, passphrase).unwrap();
        store.die_after(commits, written);
        let done = block_on(notebook.renew_cards(async || {})).is_ok();
        ended[usize::from(done)] = true;
        drop(notebook);
        let store = Rc::new(store.survivor());
        let notebook = unlock(&store, passphrase).unwrap();
        // Also what others write in between says of itself that it lacks something.
        block_on(notebook.compact(async || {})).unwrap();
        drop(notebook);
        let notebook = unlock(&store, passphrase).unwrap();
        block_on(notebook.renew_cards(async || {})).unwrap();
        assert!(!notebook.lacks_in_cards(), "after {commits} commits");
        let cards: Vec<_> = notebook.cards().iter().map(|(_, card)| card.clone()).collect();
        for card in cards {
            let new = block_on(notebook.page(card.page)).unwrap().card(card.page);
            assert_eq!((card.birthday, card.talked), (new.birthday, new.talked));
        }
    }
    assert_eq!(ended, [true; 2]);
}

/// Wrote the second notebook, once: the first with its cards made anew, and one more save.
#[test]
#[ignore = "the file is there"]
fn make_the_second_vault() {
    let (mut pinned, store) = pinned(PINNED[0]);
    let passphrase = pinned["passphrase"].as_str().unwrap().to_owned();
    let notebook = unlock(&store, &passphrase).unwrap();
    block_on(notebook.renew_cards(async || {})).unwrap();
    let page = notebook.cards().iter().last().map(|(_, card)| card.page).unwrap();
    block_on(async {
        let turn = notebook.begin().await;
        let now = daifuku::model::Instant(1_795_305_600_000);
        let mut change = notebook.transaction(&turn, now, [page]).await.unwrap();
        let birthday = Value::Date("--02-29".parse().unwrap());
        change.set(page, page, &daifuku::model::RecordKind::Customer, &FieldName::BIRTHDAY, birthday);
        notebook.commit(&turn, change).await.unwrap();
    });
    drop(notebook);
    let notebook = unlock(&store, &passphrase).unwrap();
    let mut expected = describe(&notebook);
    expected["days"] = days(&notebook);
    pinned["expected"] = expected;
    store.tamper(|rows| {
        let rows = rows.iter().map(|((area, row), bytes)| json!([area.name(), row, hex(bytes)]));
        pinned["rows"] = rows.collect();
    });
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/vault/notebook-2.json");
    std::fs::write(path, format!("{pinned}\n")).unwrap();
}

#[test]
fn the_pinned_vault_does_not_open_otherwise() {
    let (_, store) = pinned(PINNED[0]);
    assert_eq!(unlock(&store, "帳場の鍵ではない").unwrap_err(), VaultError::WrongPassphrase);
}
