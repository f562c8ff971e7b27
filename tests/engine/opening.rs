//! First start, unlocking, changing the passphrase, locking, and who holds the vault.

use std::rc::Rc;

use daifuku::engine::Failure;
use daifuku::engine::dispatch::encode;
use daifuku::engine::protocol::{Call, Event, Language, Message, PROTOCOL, Reply, Request};
use daifuku::engine::rows::VaultState;
use daifuku::model::FieldName;
use daifuku::vault::Area;
use futures::future::join;

use super::place::{OTHER, PASSPHRASE, Screen, Slow, customer, id, named};

fn unlock(screen: &Screen, passphrase: &str) -> Result<Reply, Failure> {
    screen.ask(Request::Unlock(passphrase.to_owned()))
}

#[test]
fn the_first_start_makes_one_vault() {
    let screen = Screen::new(Rc::default());
    assert_eq!(screen.ask(Request::Trash), Err(Failure::OtherProtocol { theirs: 0, ours: PROTOCOL }));
    assert_eq!(
        screen.ask(Request::Hello(PROTOCOL + 1)),
        Err(Failure::OtherProtocol { theirs: PROTOCOL + 1, ours: PROTOCOL })
    );
    assert_eq!(screen.ask(Request::Hello(PROTOCOL)), Ok(Reply::Welcome(VaultState::Absent)));
    assert_eq!(screen.ask(Request::Trash), Err(Failure::NoVault));
    assert_eq!(unlock(&screen, PASSPHRASE), Err(Failure::NoVault));
    let create =
        |passphrase: &str| Request::Create { passphrase: passphrase.to_owned(), device: "店".to_owned() };
    assert_eq!(screen.ask(create("password")), Err(Failure::WeakPassphrase));
    assert_eq!(screen.store.0.batches(), 0);
    let Ok(Reply::Passphrase(suggested)) = screen.ask(Request::SuggestPassphrase(Language::Japanese)) else {
        panic!()
    };
    let Ok(Reply::Opened(overview)) = screen.ask(create(&suggested)) else {
        panic!("a suggestion is refused")
    };
    assert_eq!((overview.customers, overview.device.as_str(), overview.damaged), (0, "店", 0));
    assert_eq!(screen.ask(create(&suggested)), Err(Failure::VaultExists));
    assert_eq!(screen.ask(Request::Hello(PROTOCOL)), Ok(Reply::Welcome(VaultState::Unlocked)));
}

#[test]
fn bytes_that_are_no_call_are_answered_too() {
    let screen = Screen::fresh();
    let answer = |bytes: &[u8]| {
        let answer = screen.run(screen.engine.answer(bytes.to_vec(), None));
        postcard::from_bytes::<Message>(&answer.0).unwrap()
    };
    for bytes in [&[][..], &[0xff; 40], &[7, 0xee, 1, 2]] {
        let Message::Reply(_, result) = answer(bytes) else { panic!("no reply") };
        assert_eq!(result, Err(Failure::Unreadable));
    }
    assert_eq!(answer(&[7, 0xee]), Message::Reply(7, Err(Failure::Unreadable)));
    let call = Call { number: 300, request: Request::Page(id(1)) };
    let bytes = postcard::to_allocvec(&call).unwrap();
    assert_eq!(answer(&bytes), Message::Reply(300, Err(Failure::NotFound)));
    for end in 0..bytes.len() {
        let Message::Reply(_, result) = answer(&bytes[..end]) else { panic!("no reply") };
        assert_eq!(result, Err(Failure::Unreadable));
    }
    assert!(!encode(&answer(&bytes)).is_empty());
}

#[test]
fn a_wrong_passphrase_is_told_apart_and_can_be_typed_again() {
    let screen = Screen::fresh();
    screen.save(named(id(1), "髙橋", "たかはし"));
    screen.rest();
    let other = Screen::new(Rc::new(Slow(screen.store.0.survivor())));
    assert_eq!(other.ask(Request::Hello(PROTOCOL)), Ok(Reply::Welcome(VaultState::Locked)));
    assert_eq!(other.ask(Request::Trash), Err(Failure::Locked));
    assert_eq!(unlock(&other, OTHER), Err(Failure::WrongPassphrase));
    assert_eq!(unlock(&other, ""), Err(Failure::WrongPassphrase));
    let Ok(Reply::Opened(overview)) = unlock(&other, PASSPHRASE) else { panic!("not opened") };
    assert_eq!(overview.customers, 1);
}

/// One copy of the key slots is damaged in its salt: the other opens the vault.
#[test]
fn a_damaged_copy_of_the_key_slots_is_no_wrong_passphrase() {
    let screen = Screen::fresh();
    let length = screen
        .run(async { daifuku::vault::Store::read(&*screen.store, Area::Meta, 1).await })
        .unwrap()
        .unwrap()
        .len();
    for row in [1, 4] {
        for at in 0..length {
            let store = screen.store.0.survivor();
            store.tamper(|rows| rows.get_mut(&(Area::Meta, row)).unwrap()[at] ^= 4);
            let other = Screen::new(Rc::new(Slow(store)));
            other.ask(Request::Hello(PROTOCOL)).unwrap();
            assert_eq!(unlock(&other, OTHER), Err(Failure::WrongPassphrase), "byte {at} of {row}");
            let Ok(Reply::Opened(overview)) = unlock(&other, PASSPHRASE) else {
                panic!("byte {at} of {row}")
            };
            assert_eq!(overview.damaged, 1, "byte {at} of {row}");
            other.save(named(id(1), "髙橋", "たかはし"));
        }
    }
}

#[test]
fn another_passphrase_opens_and_the_old_one_does_not() {
    let screen = Screen::fresh();
    screen.sample(30);
    let rows = |screen: &Screen| {
        let mut all = std::collections::BTreeMap::new();
        screen.store.0.tamper(|rows| all = rows.clone());
        all
    };
    let before = rows(&screen);
    let change = |old: &str, new: &str| {
        screen.ask(Request::ChangePassphrase { old: old.to_owned(), new: new.to_owned() })
    };
    assert_eq!(change(OTHER, OTHER), Err(Failure::WrongPassphrase));
    assert_eq!(change(PASSPHRASE, "abc"), Err(Failure::WeakPassphrase));
    assert_eq!(rows(&screen), before);
    assert_eq!(change(PASSPHRASE, OTHER), Ok(Reply::Done));
    let after = rows(&screen);
    for (key, bytes) in before.iter().filter(|((area, _), _)| *area != Area::Meta) {
        assert_eq!(after.get(key), Some(bytes), "{key:?} was sealed anew");
    }
    let other = Screen::new(Rc::new(Slow(screen.store.0.survivor())));
    other.ask(Request::Hello(PROTOCOL)).unwrap();
    assert_eq!(unlock(&other, PASSPHRASE), Err(Failure::WrongPassphrase));
    let Ok(Reply::Opened(overview)) = unlock(&other, OTHER) else { panic!("not opened") };
    assert_eq!(overview.customers, 30);
}

#[test]
fn a_second_engine_shuts_the_first_out() {
    let first = Screen::fresh();
    first.save(named(id(1), "髙橋", "たかはし"));
    first.rest();
    let second = Screen::new(Rc::clone(&first.store));
    second.elsewhere.set(true);
    assert_eq!(second.ask(Request::Hello(PROTOCOL)), Ok(Reply::Welcome(VaultState::OpenElsewhere)));
    assert_eq!(second.ask(Request::Trash), Err(Failure::OpenElsewhere));
    assert_eq!(unlock(&second, PASSPHRASE), Err(Failure::OpenElsewhere));
    assert_eq!(second.ask(Request::TakeOver), Ok(Reply::Done));
    // The first one has not noticed yet, and saves once more.
    first.save(vec![customer(id(1), FieldName::MEMO, "間に合った")]);
    unlock(&second, PASSPHRASE).unwrap();
    assert_eq!(second.page(id(1)).customer.memo, "間に合った");
    let late = first.ask(Request::Save(vec![customer(id(1), FieldName::MEMO, "遅い")]));
    assert_eq!(late, Err(Failure::OpenElsewhere));
    second.save(vec![customer(id(1), FieldName::NEEDS, "静かな席")]);
    assert_eq!(first.page(id(1)).customer.memo, "間に合った", "a refused save is shown");
    first.run(first.engine.release());
    assert!(first.events().contains(&Event::TakenOver));
    assert_eq!(first.ask(Request::Trash), Err(Failure::Locked));
    let third = second.again();
    assert_eq!(third.page(id(1)).customer.needs, "静かな席");
}

/// The vault is taken while a key is being derived: neither unlocking nor creating takes it back.
#[test]
fn what_was_taken_while_a_key_was_derived_stays_taken() {
    let first = Screen::fresh();
    first.rest();
    let waiting = Screen::new(Rc::clone(&first.store));
    waiting.ask(Request::Hello(PROTOCOL)).unwrap();
    waiting.slow_derive.set(50);
    let unlock = waiting.engine.handle(Request::Unlock(PASSPHRASE.to_owned()));
    let (unlocked, ()) = waiting.run(join(unlock, waiting.engine.release()));
    assert_eq!(unlocked, Err(Failure::Locked));
    assert_eq!(waiting.ask(Request::Trash), Err(Failure::Locked));
    first.save(named(id(1), "髙橋", "たかはし"));

    let maker = Screen::new(Rc::default());
    maker.ask(Request::Hello(PROTOCOL)).unwrap();
    maker.slow_derive.set(50);
    let create = Request::Create { passphrase: OTHER.to_owned(), device: "店".to_owned() };
    let (made, ()) = maker.run(join(maker.engine.handle(create), maker.engine.release()));
    assert_eq!(made, Err(Failure::Locked));
    assert_eq!(maker.store.0.batches(), 0);
}

#[test]
fn a_locked_engine_has_forgotten_everything() {
    let screen = Screen::fresh();
    screen.save(named(id(1), "髙橋", "たかはし"));
    let save = screen.engine.handle(Request::Save(vec![customer(id(1), FieldName::MEMO, "最後")]));
    let (saved, locked) = screen.run(join(save, screen.engine.handle(Request::Lock)));
    assert!(matches!(saved, Ok(Reply::Saved(_))));
    assert_eq!(locked, Ok(Reply::Done));
    assert_eq!(screen.ask(Request::Page(id(1))), Err(Failure::Locked));
    screen.rest();
    let again = screen.again();
    assert_eq!(again.page(id(1)).customer.memo, "最後");
}

#[test]
fn drafts_outlive_the_process() {
    let screen = Screen::fresh();
    let keep = |key: &str, text: &str| {
        screen.ask(Request::KeepDraft { key: key.to_owned(), text: text.to_owned() }).unwrap();
    };
    keep("note/1", "書きかけ");
    keep("note/2", "消す");
    keep("note/1", "書きかけの文");
    keep("note/2", "");
    let again = screen.again();
    let Ok(Reply::Drafts(drafts)) = again.ask(Request::Drafts) else { panic!("no drafts") };
    assert_eq!(drafts.len(), 1);
    assert_eq!((drafts[0].key.as_str(), drafts[0].text.as_str()), ("note/1", "書きかけの文"));
    let Ok(Reply::Status(status)) = again.ask(Request::Status) else { panic!("no status") };
    assert_eq!(status.device, "店");
    again.ask(Request::RenameDevice("家".to_owned())).unwrap();
    let Ok(Reply::Status(status)) = again.again().ask(Request::Status) else { panic!("no status") };
    assert_eq!(status.device, "家");
}
