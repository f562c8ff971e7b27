//! Backups and handovers: what comes back, and whose word counts.

use daifuku::bundle::Kind;
use daifuku::bundle::sealer::SealerError;
use daifuku::engine::Failure;
use daifuku::engine::protocol::{Event, Outcome, PROTOCOL, Reply, Request, Sort};
use daifuku::engine::sharing::rows::{ApplyMode, Audience, BundleOrder, SenderStanding, TrustRow};
use daifuku::model::FieldName;

use super::place::{OTHER, PASSPHRASE, Screen, customer, id, named, note};

use super::colleagues::{order, pair, plain};

#[test]
fn a_lost_device_comes_back_with_the_sheet_alone() {
    let (shop, phone) = pair();
    shop.sample(150);
    shop.save(named(id(1), "髙橋", "たかはし"));
    shop.save(vec![customer(id(1), FieldName::NAME, "髙橋 一郎")]);
    let no_sheet = shop.make(order(Kind::Backup, Audience::RecoverySheet));
    assert_eq!(no_sheet, Err(Failure::NoRecoverySheet));
    let sheet = shop.sheet();
    let backup = shop.make(order(Kind::Backup, Audience::RecoverySheet)).unwrap().bytes;
    let state = shop.sharing();
    assert!(state.recovery && state.backup.is_some() && state.since_backup == 0);
    let ids = shop.ids();
    let before = shop.snapshot(&ids);
    let meant_for_shop = {
        phone.save(named(id(5), "留守中", "るすちゅう"));
        phone.for_team()
    };
    // The shop's device is gone. A new one, with another passphrase.
    let new = Screen::seeded(std::rc::Rc::default(), 77_000_000);
    new.ask(Request::Hello(PROTOCOL)).unwrap();
    new.ask(Request::Create { passphrase: OTHER.to_owned(), device: "新しい店".into() }).unwrap();
    assert_eq!(new.look(backup.clone()), Err(Failure::Bundle(SealerError::NotForUs)));
    let wrong = new.look_with(backup.clone(), "", &sheet.replace('Q', "P"));
    assert_eq!(wrong, Err(Failure::Bundle(SealerError::NotAnIdentity)));
    let preview = new.look_with(backup, "", &sheet.to_lowercase()).unwrap();
    assert_eq!((preview.new, preview.kind), (151, Kind::Backup));
    assert_eq!(preview.settings, [("text_size".to_owned(), "largest".to_owned())]);
    new.apply(ApplyMode::Merge);
    assert_eq!(new.snapshot(&ids).shown, before.shown);
    assert_eq!(new.snapshot(&ids).rows.len(), before.rows.len());
    let Ok(Reply::History(history)) = new.ask(Request::History(id(1))) else { panic!() };
    assert_eq!((history.len(), history[0].by.as_str()), (1, "店"), "history came along");
    // What colleagues wrote to the lost device opens, and nothing of it is missing.
    let receipt = new.take_in(meant_for_shop);
    assert_eq!((receipt.new, receipt.gap), (1, false));
    // The old sheet opens the new vault too, once it was adopted; then the passphrase may be forgotten.
    let adopt = Request::AdoptRecovery { identity: sheet.clone(), passphrase: OTHER.to_owned() };
    assert_eq!(new.ask(adopt), Ok(Reply::Done));
    new.rest();
    let locked = Screen::new(std::rc::Rc::new(super::place::Slow(new.store.0.survivor())));
    locked.ask(Request::Hello(PROTOCOL)).unwrap();
    let recover = |identity: &str| Request::Recover {
        identity: identity.to_owned(),
        passphrase: PASSPHRASE.to_owned(),
    };
    let another = phone.sheet();
    assert_eq!(locked.ask(recover(&another)), Err(Failure::NotTheSheet));
    assert!(matches!(locked.ask(recover(&sheet)), Ok(Reply::Opened(_))));
    let opened = locked.again();
    assert_eq!(opened.rows("", Sort::Reading).len(), 152);
}

#[test]
fn a_second_device_begins_with_everything_and_exchanges_news() {
    let (shop, phone) = pair();
    shop.sample(150);
    shop.save(vec![customer(shop.ids()[0], FieldName::MEMO, "引っ越しの前")]);
    let to = Audience::Passphrase { passphrase: OTHER.to_owned(), name: "自分の別の端末".to_owned() };
    shop.clock.set(1_795_563_000_000);
    let file = shop.make(order(Kind::Handover, to)).unwrap();
    // 2026-11-24, 23:30 UTC: the next morning in Japan.
    assert!(file.name.starts_with("daifuku-handover-自分の別の端末-2026-11-25-30600."), "{}", file.name);
    assert_eq!(shop.sharing().backup, None, "a file for another device is no backup");
    let tablet = Screen::named("タブレット", 3);
    assert_eq!(tablet.look(file.bytes.clone()), Err(Failure::Bundle(SealerError::NeedsPassphrase)));
    let preview = tablet.look_with(file.bytes, OTHER, "").unwrap();
    assert_eq!((preview.kind, preview.new), (Kind::Handover, 150));
    tablet.apply(ApplyMode::Merge);
    let ids = shop.ids();
    assert_eq!(tablet.snapshot(&ids).shown, shop.snapshot(&ids).shown);
    let checked = |screen: &Screen| {
        let sure = screen.members().into_iter().filter(|row| matches!(row.trust, TrustRow::Checked(_)));
        sure.map(|row| row.name).collect::<Vec<_>>()
    };
    assert_eq!(checked(&tablet), ["店", "花子"]);
    // Both go on: only what is new travels, and what is written for the shop opens on the tablet too.
    shop.knows(&tablet);
    tablet.save(named(id(5), "タブレットで", "たぶれっと"));
    let receipt = shop.take_in(tablet.for_team());
    assert_eq!((receipt.new, receipt.changed, receipt.gap), (1, 0, false));
    phone.save(named(id(6), "花子が", "はなこ"));
    assert_eq!(tablet.take_in(phone.for_team()).new, 1);
    let ledger = shop.ask(Request::Ledger(None));
    let Ok(Reply::Ledger(rows)) = ledger else { panic!("{ledger:?}") };
    assert!(rows.iter().any(|row| row.kind == Kind::Handover && row.everyone));
}

#[test]
fn what_a_stranger_hands_over_makes_nobody_trusted() {
    let (shop, stranger) = (Screen::named("店", 1), Screen::named("見知らぬ人", 2));
    let friend = Screen::named("その仲間", 3);
    stranger.knows(&shop);
    stranger.knows(&friend);
    stranger.save(named(id(1), "一", "いち"));
    let members = stranger.members();
    let to: Vec<_> = members.iter().filter(|row| row.name == "店").filter_map(|row| row.replica).collect();
    // Whoever sends a file may also tell its passphrase.
    let by_passphrase = Audience::Passphrase { passphrase: OTHER.to_owned(), name: "店".to_owned() };
    for (kind, to) in [Kind::Backup, Kind::Handover]
        .into_iter()
        .flat_map(|kind| [(kind, Audience::Members(to.clone())), (kind, by_passphrase.clone())])
    {
        let file = stranger.make(order(kind, to)).unwrap();
        let preview = shop.look_as(file.bytes, OTHER, "", false).unwrap();
        assert_eq!(preview.from.standing, SenderStanding::Unknown);
        shop.apply(ApplyMode::Merge);
        assert_eq!(shop.members(), [], "{kind:?}");
    }
    let order = BundleOrder { everything: true, ..order(Kind::Team, Audience::Members(to)) };
    let preview = shop.look(stranger.make(order).unwrap().bytes).unwrap();
    assert_eq!(preview.from.standing, SenderStanding::Unknown, "its keys were not taken for one's own");
    assert!(preview.settings.is_empty());
}

#[test]
fn a_restoring_that_is_killed_goes_on_or_was_never_there() {
    let shop = Screen::named("店", 1);
    let sheet = shop.sheet();
    shop.sample(700);
    let first = shop.ids()[0];
    let name = shop.name(first);
    let backup = shop.make(order(Kind::Backup, Audience::RecoverySheet)).unwrap().bytes;
    shop.save(vec![customer(first, FieldName::NAME, "書き損じ")]);
    shop.save(named(id(3), "控えのあと", "ひかえのあと"));
    let shown = |screen: &Screen| (screen.name(first), screen.ids().len());
    let (before, after) = (("書き損じ".to_owned(), 701), (name, 700));
    let (mut never, mut went_on) = (0, 0);
    // Killed after so many steps, until it is done before that.
    for steps in (0..).step_by(6) {
        let copy = shop.again();
        copy.look_with(backup.clone(), "", &sheet).unwrap();
        let started = copy.ask(Request::ApplyBundle { mode: ApplyMode::Replace, confirmed: true });
        let Ok(Reply::Started(number)) = started else { panic!("{started:?}") };
        (0..steps).for_each(|_| copy.tick());
        let ended =
            copy.events().iter().any(|event| matches!(event, Event::Finished { job, .. } if *job == number));
        let killed = Screen::new(std::rc::Rc::new(super::place::Slow(copy.store.0.survivor())));
        killed.clock.set(copy.clock.get() + 1_000);
        killed.ask(Request::Hello(PROTOCOL)).unwrap();
        killed.ask(Request::Unlock(PASSPHRASE.to_owned())).unwrap();
        killed.rest();
        let now = shown(&killed);
        assert!(now == before || now == after, "{now:?} after {steps} steps");
        if ended {
            break;
        }
        never += u32::from(now == before);
        went_on += u32::from(now == after);
    }
    assert!(never > 0 && went_on > 3, "{never} times never there, {went_on} times it went on");
}

#[test]
fn who_picks_from_a_backup_has_not_received_the_rest() {
    let (shop, phone) = pair();
    let sheet = shop.sheet();
    shop.save(named(id(1), "一", "いち"));
    shop.save(named(id(2), "二", "に"));
    phone.take_in(shop.for_team());
    let backup = shop.make(order(Kind::Backup, Audience::RecoverySheet)).unwrap().bytes;
    let new = Screen::named("新しい店", 7);
    new.look_with(backup, "", &sheet).unwrap();
    new.apply(ApplyMode::Pick(vec![id(2)]));
    assert_eq!((new.ids(), new.members().len()), (vec![id(2)], 0));
    new.knows(&phone);
    phone.knows(&new);
    new.save(named(id(3), "三", "さん"));
    phone.take_in(new.for_team());
    new.take_in(phone.for_team());
    let mut ids = new.ids();
    ids.sort();
    assert_eq!(ids, [1, 2, 3].map(id), "the colleague brings what was not picked");
}

#[test]
fn a_stranger_does_not_hide_what_is_missing() {
    let (shop, phone) = pair();
    let stranger = Screen::named("見知らぬ人", 3);
    shop.save(named(id(1), "一", "いち"));
    phone.take_in(shop.for_team());
    // The stranger has what the shop wrote, and gives it on with a part of it missing in the phone.
    stranger.knows(&shop);
    shop.knows(&stranger);
    shop.save(named(id(2), "二", "に"));
    stranger.take_in(shop.for_team());
    stranger.knows(&phone);
    let to =
        stranger.members().iter().filter(|row| row.name == "花子").filter_map(|row| row.replica).collect();
    let whole = BundleOrder { everything: true, ..order(Kind::Team, Audience::Members(to)) };
    phone.look(stranger.make(whole).unwrap().bytes).unwrap();
    phone.apply(ApplyMode::Merge);
    assert_eq!(phone.ids().len(), 2);
    // What the phone tells does not claim what only a stranger brought: the shop sends it once more.
    shop.take_in(phone.for_team_or_note());
    let to: Vec<_> =
        shop.members().iter().filter(|row| row.name == "花子").filter_map(|row| row.replica).collect();
    assert!(shop.make(order(Kind::Team, Audience::Members(to))).is_ok());
}

#[test]
fn a_member_that_was_put_back_gets_everything_again() {
    let (shop, phone) = pair();
    shop.save(named(id(1), "一", "いち"));
    phone.take_in(shop.for_team());
    // The phone's disk as it was then.
    let early = phone.again();
    shop.save(named(id(2), "二", "に"));
    phone.take_in(shop.for_team());
    phone.save(named(id(3), "三", "さん"));
    shop.take_in(phone.for_team());
    // It is put back, and its owner goes on without knowing.
    early.save(named(id(4), "四", "よん"));
    shop.look(early.for_team()).unwrap();
    shop.apply(ApplyMode::Merge);
    early.look(shop.for_team()).unwrap();
    early.apply(ApplyMode::Merge);
    for screen in [&early, &shop] {
        let mut ids = screen.ids();
        ids.sort();
        assert_eq!(ids, [1, 2, 3, 4].map(id));
    }
}

#[test]
fn a_backup_replaces_or_gives_back_one_customer() {
    let shop = Screen::named("店", 1);
    shop.save(named(id(1), "一", "いち"));
    shop.save(named(id(2), "二", "に"));
    shop.save(note(id(5), id(2), "大事なメモ"));
    let sheet = shop.sheet();
    let backup = shop.make(order(Kind::Backup, Audience::RecoverySheet)).unwrap().bytes;
    shop.save(vec![customer(id(1), FieldName::NAME, "書き損じ")]);
    shop.ask(Request::Delete(vec![id(2)])).unwrap();
    shop.save(named(id(3), "三", "さん"));
    // Merging brings nothing back: the delete knew what it deleted.
    let preview = shop.look_with(backup.clone(), "", &sheet).unwrap();
    assert_eq!((preview.new, preview.changed), (0, 0));
    shop.apply(ApplyMode::Pick(vec![id(2)]));
    assert_eq!(shop.name(id(2)), "二");
    assert_eq!(shop.page(id(2)).notes[0].text, "大事なメモ");
    assert_eq!(shop.name(id(1)), "書き損じ");
    shop.look_with(backup, "", &sheet).unwrap();
    let receipt = shop.apply(ApplyMode::Replace);
    assert_eq!(shop.name(id(1)), "一");
    let mut ids = shop.ids();
    ids.sort();
    assert_eq!(ids, [id(1), id(2)], "what the backup does not hold is in the trash");
    assert!(matches!(shop.job(Request::UndoMerge(receipt.bundle)), Ok(Outcome::Undone(_))));
    assert_eq!((shop.name(id(1)), shop.ids().len()), ("書き損じ".into(), 3));
}

#[test]
fn what_the_command_line_merged_is_restored() {
    let (shop, phone) = pair();
    shop.sample(150);
    let (shop_sheet, phone_sheet) = (shop.sheet(), phone.sheet());
    phone.take_in(shop.make(everything_for_team(&shop)).unwrap().bytes);
    // Both go on, apart, and both make backups.
    let first = shop.ids()[0];
    shop.save(vec![customer(first, FieldName::NAME, "店の名")]);
    phone.save(vec![customer(first, FieldName::NAME, "花子の名")]);
    phone.save(named(id(5), "留守中", "るすちゅう"));
    let folder = std::env::temp_dir().join(format!("daifuku-restoring-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let place = |name: &str| folder.join(name);
    for (screen, name) in [(&shop, "shop.age"), (&phone, "phone.age")] {
        let backup = screen.make(order(Kind::Backup, Audience::RecoverySheet)).unwrap();
        std::fs::write(place(name), backup.bytes).unwrap();
    }
    std::fs::write(place("keys.txt"), format!("{shop_sheet}\n{phone_sheet}\n")).unwrap();
    let file = |name: &str| place(name).into_os_string();
    let arguments = ["daifuku", "merge", "--identity"].map(std::ffi::OsString::from).into_iter();
    let arguments = arguments.chain(["keys.txt", "both.age", "shop.age", "phone.age"].map(file));
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let code = daifuku::cli::run(arguments.collect(), &mut out, &mut errors);
    assert_eq!((code, String::from_utf8(errors).unwrap()), (0, String::new()));

    let new = Screen::named("新しい店", 7);
    let preview = new.look_with(std::fs::read(place("both.age")).unwrap(), "", &shop_sheet).unwrap();
    assert_eq!((preview.kind, preview.new + preview.to_decide, preview.gap), (Kind::Backup, 151, false));
    std::fs::remove_dir_all(&folder).unwrap();
    new.apply(ApplyMode::Merge);
    // The same as if both had met.
    shop.take_in(phone.for_team());
    let mut ids = shop.ids();
    ids.sort();
    let mut restored = new.ids();
    restored.sort();
    assert_eq!(restored, ids);
    ids.iter().for_each(|page| assert_eq!(plain(new.page(*page)), plain(shop.page(*page))));
    assert_eq!(new.conflicts().len(), 1);
    let members: Vec<String> = new.members().into_iter().map(|row| row.name).collect();
    assert_eq!(members, ["店", "花子"]);
}

fn everything_for_team(screen: &Screen) -> BundleOrder {
    let to = screen.members().iter().filter_map(|member| member.replica).collect();
    BundleOrder { everything: true, ..order(Kind::Team, Audience::Members(to)) }
}
