//! The sealer from end to end, asked as the engine asks it: every message goes through its bytes.

use daifuku::bundle::container::{Keys, open, seal_for};
use daifuku::bundle::keys::DeviceKeys;
use daifuku::bundle::sealer::{Answer, Card, OpenWith, Opened, Recovery, Request, SealerError};
use daifuku::bundle::worker::Worker;
use daifuku::bundle::{Header, Item, Kind, To};
use daifuku::crypto::{self, KdfParams, Passphrase, SeededEntropy};
use daifuku::merge::RecordState;
use daifuku::model::RecordKind;

use super::world::{NOW, content, header, items, keys, lines, record, replica, signed, unpacked, written};

/// A sealer behind its messages.
struct Sealer(Worker);

impl Sealer {
    fn new(seed: u64) -> Self {
        Self(Worker::new(Box::new(SeededEntropy::new(seed))))
    }

    fn ask(&mut self, request: &Request) -> Result<Answer, SealerError> {
        let request = postcard::from_bytes(&postcard::to_allocvec(request).unwrap()).unwrap();
        let answer = postcard::to_allocvec(&self.0.answer(request)).unwrap();
        match postcard::from_bytes(&answer).unwrap() {
            Answer::Failed(error) => Err(error),
            answer => Ok(answer),
        }
    }

    fn device(&mut self, name: &str, number: u8) -> Device {
        let name = name.to_owned();
        let request = Request::MakeDevice { name, replica: replica(number), at: NOW, keys: Vec::new() };
        let Ok(Answer::Device { keys, card }) = self.ask(&request) else { panic!("no device") };
        Device { keys, card }
    }

    fn begin(&mut self, from: &Device, header: &Header, passphrase: Option<&str>) -> Result<(), SealerError> {
        let (header, keys) = (Box::new(header.clone()), from.keys.clone());
        let passphrase = passphrase.map(str::to_owned);
        match self.ask(&Request::Write { header, keys, passphrase, armored: false })? {
            Answer::Ready(0) => Ok(()),
            _ => panic!("not ready"),
        }
    }

    fn finish(&mut self, items: &[Item]) -> Result<Vec<u8>, SealerError> {
        for some in items.chunks(100) {
            assert!(matches!(self.ask(&Request::Items(some.to_vec()))?, Answer::Ready(_)));
        }
        match self.ask(&Request::Finish)? {
            Answer::File(file) => Ok(file),
            _ => panic!("no file"),
        }
    }

    fn read(&mut self, file: &[u8], open_with: OpenWith) -> Result<Opened, SealerError> {
        match self.ask(&Request::Read { file: file.to_vec(), open_with })? {
            Answer::Opened(opened) => Ok(*opened),
            _ => panic!("not opened"),
        }
    }

    fn more(&mut self) -> Result<Vec<Item>, SealerError> {
        match self.ask(&Request::More)? {
            Answer::Items(items) => Ok(items),
            _ => panic!("no items"),
        }
    }

    fn rest(&mut self) -> Vec<Item> {
        let mut all = Vec::new();
        loop {
            let some = self.more().unwrap();
            if some.is_empty() {
                return all;
            }
            all.extend(some);
        }
    }

    fn sheet(&mut self) -> Recovery {
        match self.ask(&Request::MakeRecovery { vault: [9; 16] }) {
            Ok(Answer::Recovery(recovery)) => recovery,
            _ => panic!("no sheet"),
        }
    }
}

struct Device {
    keys: Vec<u8>,
    card: Card,
}

impl Device {
    fn opens(&self) -> OpenWith {
        OpenWith { devices: vec![self.keys.clone()], ..OpenWith::default() }
    }

    fn decoded(&self) -> DeviceKeys {
        DeviceKeys::decode(&self.keys).unwrap()
    }
}

fn with_sheet(typed: &str) -> OpenWith {
    OpenWith { identities: vec![typed.to_owned()], ..OpenWith::default() }
}

fn with_passphrase(passphrase: &str) -> OpenWith {
    OpenWith { passphrase: Some(passphrase.to_owned()), ..OpenWith::default() }
}

fn to(device: &Device) -> To {
    To::Recipients(vec![device.card.recipient.clone()])
}

/// Three devices and a sealer.
fn team() -> (Sealer, [Device; 3]) {
    let mut sealer = Sealer::new(1);
    let devices = [("受付", 1), ("厨房", 2), ("余所", 3)].map(|(name, number)| sealer.device(name, number));
    (sealer, devices)
}

fn sent(sealer: &mut Sealer, from: &Device, to: To, items: &[Item]) -> Vec<u8> {
    sealer.begin(from, &header(&from.decoded(), Kind::Team, to), None).unwrap();
    sealer.finish(items).unwrap()
}

#[test]
fn a_colleague_reads_what_was_written_for_her_and_nobody_else_does() {
    let (mut sealer, [a, b, c]) = team();
    let all: Vec<Item> = items().into_iter().cycle().take(700).collect();
    let to_b = header(&a.decoded(), Kind::Team, to(&b));
    sealer.begin(&a, &to_b, None).unwrap();
    let file = sealer.finish(&all).unwrap();

    let opened = sealer.read(&file, b.opens()).unwrap();
    assert_eq!(opened.header, to_b);
    assert_eq!((opened.addressed, opened.items, opened.unknown), (true, 700, 0));
    assert_eq!(opened.fingerprint, a.card.fingerprint);
    let content = open(&file, &Keys { identities: vec![b.decoded().identity()], passphrase: None }).unwrap();
    assert_eq!(opened.bytes, u64::try_from(unpacked(&content).len()).unwrap());
    let first = sealer.more().unwrap();
    assert!(first.len() < all.len(), "not all at once");
    assert_eq!([first, sealer.rest()].concat(), all);
    assert_eq!(sealer.more(), Ok(Vec::new()), "the end stays the end");
    let with_unreadable = OpenWith { devices: vec![vec![1, 2], b.keys.clone()], ..OpenWith::default() };
    assert!(sealer.read(&file, with_unreadable).is_ok(), "keys that can't be read do not stand in the way");

    for stranger in [&a, &c] {
        assert_eq!(sealer.read(&file, stranger.opens()), Err(SealerError::NotForUs));
    }
    let many = OpenWith { devices: vec![c.keys, b.keys], ..OpenWith::default() };
    assert!(
        sealer.read(&file, many).unwrap().addressed,
        "the keys of a device that it succeeds open it, too"
    );
}

#[test]
fn a_file_names_the_keys_that_signed_it_whatever_the_header_said() {
    let (mut sealer, [a, b, c]) = team();
    sealer.begin(&a, &header(&c.decoded(), Kind::Team, to(&b)), None).unwrap();
    let file = sealer.finish(&[]).unwrap();
    let opened = sealer.read(&file, b.opens()).unwrap();
    assert_eq!(opened.header.from.signing_key, a.card.signing_key);
    assert_eq!(opened.header.from.recipient, a.card.recipient);
    assert_eq!(opened.fingerprint, a.card.fingerprint);
    assert_eq!(sealer.rest(), []);
}

#[test]
fn nobody_can_write_in_the_name_of_another() {
    let (mut sealer, [a, b, c]) = team();
    let claimed = written(&header(&a.decoded(), Kind::Team, to(&b)), &items(), &c.decoded());
    let file = seal_for(&claimed, core::slice::from_ref(&b.card.recipient), false).unwrap();
    assert_eq!(sealer.read(&file, b.opens()), Err(SealerError::Forged));
    assert_eq!(sealer.more(), Err(SealerError::Order), "nothing of it is given out");
}

/// Whoever reads a file can seal it again for someone else; the reader is told that it was not meant.
#[test]
fn a_file_that_was_passed_on_says_so() {
    let (mut sealer, [a, b, c]) = team();
    let file = sent(&mut sealer, &a, to(&b), &items());
    let content = open(&file, &Keys { identities: vec![b.decoded().identity()], passphrase: None }).unwrap();
    let passed_on = seal_for(&content, core::slice::from_ref(&c.card.recipient), false).unwrap();
    let opened = sealer.read(&passed_on, c.opens()).unwrap();
    assert_eq!((opened.addressed, opened.fingerprint), (false, a.card.fingerprint));
    assert_eq!(sealer.rest(), items());
}

#[test]
fn a_backup_opens_with_the_sheet_however_it_is_typed() {
    let (mut sealer, [a, b, _]) = team();
    let sheet = sealer.sheet();
    let to_sheet = To::Recipients(vec![sheet.recipient.clone()]);
    let file = sent(&mut sealer, &a, to_sheet, &items());
    let typed = format!(" {}\n", sheet.identity.to_lowercase().replace('-', " "));
    assert!(sealer.read(&file, with_sheet(&typed)).unwrap().addressed);
    assert_eq!(sealer.rest(), items());
    assert_eq!(sealer.read(&file, b.opens()), Err(SealerError::NotForUs));
    let mistyped = sheet.identity.replacen('Q', "P", 1);
    assert_eq!(sealer.read(&file, with_sheet(&mistyped)), Err(SealerError::NotAnIdentity));
    let other = sealer.sheet();
    assert_ne!(other.identity, sheet.identity);
    assert_eq!(sealer.read(&file, with_sheet(&other.identity)), Err(SealerError::NotForUs));
    // Sealed for the sheet, but not written for it.
    let to_b = sent(&mut sealer, &a, to(&b), &items());
    let content = open(&to_b, &Keys { identities: vec![b.decoded().identity()], passphrase: None }).unwrap();
    let passed_on = seal_for(&content, &[sheet.recipient], false).unwrap();
    assert!(!sealer.read(&passed_on, with_sheet(&sheet.identity)).unwrap().addressed);
}

#[test]
fn a_file_for_a_passphrase_opens_with_it() {
    let (mut sealer, [a, b, _]) = team();
    let for_all = header(&a.decoded(), Kind::Share, To::Passphrase);
    sealer.begin(&a, &for_all, Some("猫が二匹")).unwrap();
    let file = sealer.finish(&items()).unwrap();
    assert_eq!(sealer.read(&file, b.opens()), Err(SealerError::NeedsPassphrase));
    assert_eq!(sealer.read(&file, with_passphrase("猫が三匹")), Err(SealerError::WrongPassphrase));
    let both = OpenWith { passphrase: Some(" 猫が二匹".to_owned()), ..b.opens() };
    assert!(sealer.read(&file, both).unwrap().addressed);
    assert_eq!(sealer.rest(), items());
}

/// A passphrase that was given but opened nothing does not make its holder the one who was meant.
#[test]
fn a_file_for_a_passphrase_that_was_passed_on_says_so() {
    let (mut sealer, [a, b, _]) = team();
    let content = written(&header(&a.decoded(), Kind::Share, To::Passphrase), &items(), &a.decoded());
    let passed_on = seal_for(&content, core::slice::from_ref(&b.card.recipient), false).unwrap();
    for passphrase in [None, Some("another".to_owned())] {
        let open_with = OpenWith { passphrase, ..b.opens() };
        assert!(!sealer.read(&passed_on, open_with).unwrap().addressed);
    }
}

#[test]
fn a_bundle_has_either_recipients_or_a_passphrase() {
    let (mut sealer, [a, b, _]) = team();
    let with = |to: To| header(&a.decoded(), Kind::Share, to);
    for (to, passphrase) in [
        (To::Passphrase, None),
        (To::Recipients(Vec::new()), None),
        (to(&b), Some("猫")),
        (To::Recipients(Vec::new()), Some("猫")),
    ] {
        assert_eq!(sealer.begin(&a, &with(to), passphrase), Err(SealerError::NotARecipient));
        assert_eq!(sealer.finish(&[]), Err(SealerError::Order));
    }
    let unknown = To::Recipients(vec![b.card.recipient.clone(), "age1x".to_owned()]);
    assert_eq!(sealer.begin(&a, &with(unknown), None), Err(SealerError::NotARecipient));
    let no_keys = Device { keys: vec![1, 2], card: a.card.clone() };
    let damaged = SealerError::Damaged { part: "device keys".to_owned() };
    assert_eq!(sealer.begin(&no_keys, &with(to(&b)), None), Err(damaged.clone()));
    assert_eq!(sealer.read(b"", no_keys.opens()), Err(damaged));
}

#[test]
fn requests_out_of_order_are_refused() {
    let (mut sealer, [a, b, c]) = team();
    assert!(matches!(sealer.ask(&Request::Items(items())), Err(SealerError::Order)));
    assert!(matches!(sealer.ask(&Request::Finish), Err(SealerError::Order)));
    assert_eq!(sealer.more(), Err(SealerError::Order));
    let file = sent(&mut sealer, &a, to(&b), &items());
    assert!(matches!(sealer.ask(&Request::Finish), Err(SealerError::Order)), "it was finished");
    assert_eq!(sealer.more(), Err(SealerError::Order));
    // Another answer between parts does not mix them up.
    sealer.begin(&a, &header(&a.decoded(), Kind::Team, to(&c)), None).unwrap();
    sealer.read(&file, b.opens()).unwrap();
    assert!(sealer.ask(&Request::Items(items()[..2].to_vec())).is_ok());
    assert_eq!(sealer.more().unwrap(), items());
    let to_c = sealer.finish(&items()[2..]).unwrap();
    sealer.read(&to_c, c.opens()).unwrap();
    assert_eq!(sealer.rest(), items());
    // Beginning again forgets what was begun.
    sealer.begin(&a, &header(&a.decoded(), Kind::Team, to(&c)), None).unwrap();
    assert!(sealer.ask(&Request::Items(items())).is_ok());
    let again = sent(&mut sealer, &a, to(&b), &items()[..1]);
    sealer.read(&again, b.opens()).unwrap();
    assert_eq!(sealer.rest(), items()[..1]);
}

/// What failed leaves nothing of what was there before that could be taken for it.
#[test]
fn after_a_failure_there_is_nothing_to_go_on_with() {
    let (mut sealer, [a, b, c]) = team();
    let file = sent(&mut sealer, &a, to(&b), &items());
    sealer.read(&file, b.opens()).unwrap();
    assert_eq!(sealer.read(&file, c.opens()), Err(SealerError::NotForUs));
    assert_eq!(sealer.more(), Err(SealerError::Order));
    sealer.begin(&a, &header(&a.decoded(), Kind::Team, to(&c)), None).unwrap();
    assert!(sealer.begin(&a, &header(&a.decoded(), Kind::Team, To::Passphrase), None).is_err());
    assert!(matches!(sealer.ask(&Request::Finish), Err(SealerError::Order)));
    // An item that can't be read is not followed by an end without items.
    let mut lines = lines(&written(&header(&a.decoded(), Kind::Team, to(&b)), &[], &a.decoded()));
    lines.splice(1.., ["{\"e\":1}".to_owned(), "{\"end\":1}".to_owned()]);
    let wrong =
        seal_for(&content(&lines, &a.decoded()), core::slice::from_ref(&b.card.recipient), false).unwrap();
    assert_eq!(sealer.read(&wrong, b.opens()).unwrap().items, 1);
    assert!(matches!(sealer.more(), Err(SealerError::Line { line: 2, .. })));
    assert_eq!(sealer.more(), Err(SealerError::Order));
}

#[test]
fn what_opens_but_is_no_bundle_is_said_to_be_none() {
    let (mut sealer, [_, b, _]) = team();
    for inside in [&b""[..], b"hello", &signed(b"hello\n", &keys(1))] {
        let file = seal_for(inside, core::slice::from_ref(&b.card.recipient), true).unwrap();
        assert_eq!(sealer.read(&file, b.opens()), Err(SealerError::NoBundleInside));
    }
    assert_eq!(sealer.read(&b.card.file, b.opens()), Err(SealerError::NotABundle), "a card is no bundle");
}

#[test]
fn an_armored_file_survives_a_mail() {
    let (mut sealer, [a, b, _]) = team();
    let header = Box::new(header(&a.decoded(), Kind::Team, to(&b)));
    let write = Request::Write { header, keys: a.keys, passphrase: None, armored: true };
    sealer.ask(&write).unwrap();
    let file = String::from_utf8(sealer.finish(&items()).unwrap()).unwrap();
    assert!(file.is_ascii() && file.lines().all(|line| line.len() <= 64));
    for mailed in [file.replace('\n', "\r\n"), format!("\n\n  {file}\n \n"), file.trim_end().to_owned()] {
        assert!(sealer.read(mailed.as_bytes(), b.opens()).unwrap().addressed);
        assert_eq!(sealer.rest(), items());
    }
}

#[test]
fn devices_keep_their_keys_when_they_are_renamed() {
    let (mut sealer, [a, b, _]) = team();
    assert_ne!(a.keys, b.keys);
    assert_ne!(a.card.fingerprint, b.card.fingerprint);
    let rename =
        |keys: Vec<u8>| Request::MakeDevice {
            name: "新しい名".to_owned(), replica: replica(1), at: 1, keys
        };
    let Ok(Answer::Device { keys, card }) = sealer.ask(&rename(a.keys.clone())) else { panic!("no device") };
    assert_eq!((&keys, &card.fingerprint), (&a.keys, &a.card.fingerprint));
    assert_eq!((card.name.as_str(), card.made), ("新しい名", 1));
    let Ok(Answer::Card(read)) = sealer.ask(&Request::ReadCard(card.file.clone())) else { panic!("no card") };
    assert_eq!(read, card);
    assert!(sealer.ask(&rename(vec![1])).is_err());
    assert!(matches!(sealer.ask(&Request::ReadCard(Vec::new())), Err(SealerError::NotABundle)));
}

#[test]
fn sheets_and_codes_are_made_and_read() {
    let mut sealer = Sealer::new(5);
    let sheet = sealer.sheet();
    let open = |vault, identity: &str| Request::OpenRecovery { vault, identity: identity.to_owned() };
    let Ok(Answer::Recovery(opened)) = sealer.ask(&open([9; 16], &sheet.identity)) else {
        panic!("no sheet")
    };
    assert_eq!(opened, sheet);
    assert!(matches!(sealer.ask(&open([9; 16], "AGE-SECRET-KEY-1")), Err(SealerError::NotAnIdentity)));
    let Ok(Answer::Qr(code)) = sealer.ask(&Request::Qr(sheet.identity.clone())) else { panic!("no code") };
    assert_eq!(code, sheet.qr);
    assert!(matches!(sealer.ask(&Request::Qr("a".repeat(9_000))), Err(SealerError::TooLongForQr)));
}

#[test]
fn a_passphrase_slot_is_derived_as_the_vault_does() {
    let mut sealer = Sealer::new(6);
    let params = KdfParams::new(19_456, 2, 1, [3; 16]).unwrap();
    let request = |params: Vec<u8>| Request::Derive { params, passphrase: "猫が二匹".to_owned() };
    let Ok(Answer::Secret(secret)) = sealer.ask(&request(params.encode().to_vec())) else {
        panic!("no secret")
    };
    let expected = crypto::derive(&Passphrase::new("猫が二匹"), &params).unwrap();
    assert_eq!(secret, expected.into_bytes().to_vec());
    assert!(matches!(sealer.ask(&request(vec![1, 2, 3])), Err(SealerError::Refused)));
}

/// The largest message that is asked for at once is some hundred items, however many there are.
#[test]
fn items_are_given_in_parts() {
    let (mut sealer, [a, b, _]) = team();
    let state = RecordState::new(RecordKind::Customer);
    let all = vec![Item::Record { page: record(1), record: record(1), state }; 1_000];
    let file = sent(&mut sealer, &a, to(&b), &all);
    assert_eq!(sealer.read(&file, b.opens()).unwrap().items, 1_000);
    let mut parts = Vec::new();
    while let Some(count) = Some(sealer.more().unwrap().len()).filter(|count| *count > 0) {
        parts.push(count);
    }
    assert_eq!(parts.iter().sum::<usize>(), 1_000);
    assert!(parts.iter().all(|count| *count <= 256), "{parts:?}");
}
