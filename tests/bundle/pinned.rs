//! Files as format 1 has them: they must open for ever, to these items, and be written like this.

use std::fs;
use std::path::{Path, PathBuf};

use daifuku::bundle::keys::DeviceKeys;
use daifuku::bundle::sealer::{Answer, OpenWith, Request};
use daifuku::bundle::worker::Worker;
use daifuku::bundle::{Header, Item, Kind, To, card, container, recovery};
use daifuku::crypto::SeededEntropy;
use daifuku::model::RecordId;
use serde_json::json;

use super::world::{
    NOW, Whole, customer, for_one, header, hex, items, of_a_newer_version, packed, read, record, replica,
    unhex, unpacked, written,
};

const FOLDER: &str = "tests/data/bundle";

/// What [`DeviceKeys::encode`] gives of the device that all of it is from.
const KEYS: &str = "01\
    1111111111111111111111111111111111111111111111111111111111111111\
    2222222222222222222222222222222222222222222222222222222222222222";
const SHEET: &str = "3333333333333333333333333333333333333333333333333333333333333333";
const VAULT: [u8; 16] = [0x44; 16];

fn device() -> DeviceKeys {
    DeviceKeys::decode(&unhex(KEYS)).unwrap()
}

/// The sheet's identity, from its secret.
fn sheet() -> String {
    let hrp = bech32::Hrp::parse("age-secret-key-").unwrap();
    bech32::encode_upper::<bech32::Bech32>(hrp, &unhex(SHEET)).unwrap()
}

fn path(name: &str) -> PathBuf {
    Path::new(FOLDER).join(name)
}

/// A bundle of each kind, and what is in it.
fn bundles() -> [(&'static str, Header, Vec<Item>); 6] {
    let of = |kind, to| header(&device(), kind, to);
    let mut all = items();
    // These came later, and have a file of their own.
    let settings = all.split_off(all.len() - 1);
    let customer = Item::Record { page: record(1), record: record(1), state: customer() };
    let newer = Item::Record { page: RecordId::NIL, record: record(2), state: of_a_newer_version() };
    [
        ("share", of(Kind::Share, To::Passphrase), vec![customer.clone()]),
        ("team", of(Kind::Team, for_one(&device())), vec![customer.clone(), all[3].clone(), all[7].clone()]),
        ("backup", of(Kind::Backup, for_one(&device())), [&[customer, newer], &all[3..]].concat()),
        ("settings", of(Kind::Backup, for_one(&device())), settings),
        ("handover", of(Kind::Handover, for_one(&device())), all),
        ("ack", of(Kind::Acknowledgement, for_one(&device())), Vec::new()),
    ]
}

/// Keys, a card and a sheet as plain text.
fn identities() -> serde_json::Value {
    let keys = device();
    let made = card::make(&keys, "受付の端末", replica(1), NOW).unwrap();
    let sheet = recovery::open(&VAULT, &sheet()).unwrap();
    let side = usize::try_from(sheet.qr.side).unwrap();
    let row = |row: &[u8]| row.iter().map(|module| if *module == 1 { '#' } else { '.' }).collect();
    let rows: Vec<String> = sheet.qr.modules.chunks(side).map(row).collect();
    json!({
        "device": {
            "keys": hex(&keys.encode()),
            "signing_key": hex(&keys.signing_key()),
            "recipient": keys.recipient(),
            "signature_of_daifuku": hex(&keys.sign(b"daifuku")),
        },
        "card": {
            "file": String::from_utf8(made.file).unwrap(),
            "digits": made.fingerprint.digits,
            "fingerprint": hex(&made.fingerprint.bytes),
        },
        "sheet": {
            "identity": sheet.identity,
            "recipient": sheet.recipient,
            "vault": hex(&VAULT),
            "secret": hex(&sheet.secret),
            "qr": rows,
        },
    })
}

#[test]
fn every_kind_of_bundle_opens_to_what_it_holds() {
    for (name, header, items) in bundles() {
        let packed = fs::read(path(&format!("{name}.gz"))).unwrap();
        let text = fs::read(path(&format!("{name}.jsonl"))).unwrap();
        assert!(unpacked(&packed) == text, "{name}.jsonl is not what {name}.gz holds");
        assert_eq!(
            read(&packed).unwrap(),
            Whole { header: header.clone(), items: items.clone(), unknown: 0 }
        );
        // Packing may become better; the lines stay.
        let again = unpacked(&written(&header, &items, &device()));
        assert!(again == text, "{name} is written differently now");
        assert!(self::packed(&text).len() < text.len());
    }
}

/// All of it, from the file to the items.
#[test]
fn a_whole_file_opens() {
    let (_, header, items) = bundles()[1].clone();
    for name in ["team.age", "team.txt"] {
        let mut worker = Worker::new(Box::new(SeededEntropy::new(1)));
        let open_with = OpenWith { devices: vec![unhex(KEYS)], ..OpenWith::default() };
        let file = fs::read(path(name)).unwrap();
        let Answer::Opened(opened) = worker.answer(Request::Read { file, open_with }) else {
            panic!("{name} does not open");
        };
        assert_eq!((&opened.header, opened.addressed), (&header, true));
        let Answer::Items(read) = worker.answer(Request::More) else { panic!("{name} has no items") };
        assert_eq!(read, items);
    }
}

#[test]
fn keys_cards_and_sheets_are_what_they_were() {
    let pinned: serde_json::Value =
        serde_json::from_slice(&fs::read(path("identities.json")).unwrap()).unwrap();
    assert_eq!(identities(), pinned);
    let read = card::read(pinned["card"]["file"].as_str().unwrap().as_bytes()).unwrap();
    assert_eq!((read.name.as_str(), read.replica, read.made), ("受付の端末", replica(1), NOW));
    assert_eq!(read.recipient, pinned["device"]["recipient"].as_str().unwrap());
}

/// Wrote the files of this folder, once. What is there is never written again: a change of the format needs
/// new files beside them.
#[test]
#[ignore = "the files are there"]
fn make_the_files() {
    let make = |name: &str, bytes: &[u8]| {
        if !path(name).exists() {
            fs::write(path(name), bytes).unwrap();
        }
    };
    for (name, header, items) in bundles() {
        let content = written(&header, &items, &device());
        make(&format!("{name}.gz"), &content);
        make(&format!("{name}.jsonl"), &unpacked(&content));
        if name == "team" {
            for (file, armored) in [("team.age", false), ("team.txt", true)] {
                make(file, &container::seal_for(&content, &[device().recipient()], armored).unwrap());
            }
        }
    }
    make("identities.json", format!("{:#}\n", identities()).as_bytes());
}
