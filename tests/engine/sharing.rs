//! Two and three notebooks that exchange files, and a device that is lost.

use daifuku::bundle::Kind;
use daifuku::bundle::sealer::SealerError;
use daifuku::engine::Failure;
use daifuku::engine::protocol::{Outcome, Reply, Request, Sort};
use daifuku::engine::sharing::rows::{
    ApplyMode, Audience, BundleOrder, ConflictKind, FieldGroup, Resolution, SenderStanding, TrustChange,
    TrustRow, Who,
};
use daifuku::model::{FieldName, RecordKind, Value};

use super::place::{OTHER, PASSPHRASE, Screen, customer, id, named, note, set, tag};

use super::colleagues::{order, pair, plain};

#[test]
fn two_colleagues_end_with_the_same_notebook() {
    let (shop, phone) = pair();
    shop.save(named(id(1), "髙橋 一郎", "たかはし いちろう"));
    shop.save(note(id(2), id(1), "本日訪問。見積を送る。"));
    phone.save(named(id(3), "佐藤 花", "さとう はな"));
    let receipt = phone.take_in(shop.for_team());
    assert_eq!((receipt.new, receipt.gap), (1, false));
    let receipt = shop.take_in(phone.for_team());
    assert_eq!((receipt.new, receipt.changed), (1, 0), "only what is new came");
    for page in [1, 3].map(id) {
        assert_eq!(plain(shop.page(page)), plain(phone.page(page)));
    }
    // Both know that the other has everything: a second round holds nothing.
    let phone_again = phone.take_in(shop.for_team());
    assert_eq!((phone_again.new, phone_again.changed), (0, 0));
    let news = |screen: &Screen| {
        let to = screen.members().iter().filter_map(|member| member.replica).collect();
        screen.make(order(Kind::Team, Audience::Members(to)))
    };
    // Each has said what it has: nobody has anything to say until something is written.
    assert_eq!(news(&shop), Err(Failure::NothingNew));
    assert_eq!(news(&phone), Err(Failure::NothingNew));
    shop.save(vec![customer(id(1), FieldName::MEMO, "新しい")]);
    assert!(news(&shop).is_ok());
    assert!(news(&shop).is_ok(), "until the phone says that it has it, since a file may be lost");
}

#[test]
fn what_conflicts_is_shown_and_decided_once() {
    let (shop, phone) = pair();
    shop.save(named(id(1), "髙橋", "たかはし"));
    shop.save(note(id(2), id(1), "本日訪問。担当は山田様。見積を送る。"));
    phone.take_in(shop.for_team());
    shop.save(vec![customer(id(1), FieldName::NAME, "髙橋 一郎")]);
    phone.save(vec![customer(id(1), FieldName::NAME, "高橋")]);
    shop.save(note(id(2), id(1), "本日訪問。担当は佐藤様。見積を送る。"));
    phone.save(note(id(2), id(1), "本日訪問。担当は山田様。見積を送る。次回は5月。"));
    phone.save(vec![tag(id(1), "常連", true)]);
    let receipt = phone.take_in(shop.for_team());
    assert_eq!((receipt.to_decide, receipt.changed), (1, 0));
    assert_eq!(phone.sharing().conflicts, 1);
    let rows = phone.conflicts();
    assert_eq!(rows.len(), 2, "{rows:#?}");
    let values = rows.iter().find_map(|row| match &row.conflict {
        ConflictKind::Values { values, .. } => Some(values),
        _ => None,
    });
    let mut told: Vec<_> = values.unwrap().iter().map(|v| (v.by.as_str(), v.value.as_text())).collect();
    told.sort();
    assert_eq!(told, [("店", Some("髙橋 一郎")), ("花子", Some("高橋"))]);
    let note_text = &phone.page(id(1)).notes[0];
    assert_eq!(note_text.text, "本日訪問。担当は佐藤様。見積を送る。次回は5月。", "merged by sentence");
    shop.take_in(phone.for_team());
    assert_eq!(plain(shop.page(id(1))), plain(phone.page(id(1))));
    for row in &rows {
        let (field, resolution) = match &row.conflict {
            ConflictKind::Values { field, .. } => (field, Resolution::Value(Value::text("髙橋 一郎"))),
            ConflictKind::Text { field, .. } => (field, Resolution::MergedText),
            other => panic!("{other:?}"),
        };
        let (page, record, field) = (row.page, row.record, Some(field.clone()));
        let answer = phone.ask(Request::Resolve { page, record, field, resolution });
        assert!(matches!(answer, Ok(Reply::Saved(_))), "{answer:?}");
    }
    phone.rest();
    assert_eq!(phone.conflicts(), []);
    shop.take_in(phone.for_team());
    assert_eq!(shop.conflicts(), []);
    assert_eq!((shop.name(id(1)), shop.page(id(1)).customer.tags), ("髙橋 一郎".into(), vec!["常連".into()]));
}

#[test]
fn an_edit_beats_a_delete_and_someone_decides() {
    let (shop, phone) = pair();
    shop.save(named(id(1), "髙橋", "たかはし"));
    phone.take_in(shop.for_team());
    shop.ask(Request::Delete(vec![id(1)])).unwrap();
    phone.save(vec![customer(id(1), FieldName::MEMO, "来週また")]);
    let receipt = phone.take_in(shop.for_team());
    assert_eq!((receipt.deleted, receipt.to_decide), (0, 1));
    let rows = phone.conflicts();
    let ConflictKind::Revived { deleted, changed, .. } = &rows[0].conflict else { panic!("{rows:?}") };
    assert_eq!((deleted.0.as_str(), changed.0.as_str()), ("店", "花子"));
    let delete = Request::Resolve { page: id(1), record: id(1), field: None, resolution: Resolution::Delete };
    phone.ask(delete).unwrap();
    phone.rest();
    assert!(phone.conflicts().is_empty() && phone.ids().is_empty());
    shop.take_in(phone.for_team());
    assert!(shop.ids().is_empty() && shop.conflicts().is_empty());
}

#[test]
fn any_order_twice_and_lost_files_end_alike_and_say_what_is_missing() {
    let (shop, phone) = pair();
    shop.save(named(id(1), "一", "いち"));
    let first = shop.for_team();
    phone.take_in(first.clone());
    shop.take_in(phone.for_team());
    // The shop knows now what the phone has, and writes deltas.
    shop.save(named(id(2), "二", "に"));
    let lost = shop.for_team();
    // The answer to the lost file comes from elsewhere: pretend that the phone had it.
    shop.save(named(id(3), "三", "さん"));
    let third = shop.for_team();
    let receipt = phone.take_in(third.clone());
    assert!(!receipt.gap, "without an answer, deltas overlap");
    assert_eq!(phone.ids().len(), 3);
    assert_eq!(phone.take_in(lost).new, 0);
    assert_eq!(phone.take_in(third).new, 0);
    assert_eq!(phone.take_in(first).new, 0);
    for page in [1, 2, 3].map(id) {
        assert_eq!(plain(shop.page(page)), plain(phone.page(page)));
    }
}

#[test]
fn a_gap_is_told_and_a_full_file_closes_it() {
    let (shop, phone) = pair();
    let stranger = Screen::named("太郎", 3);
    shop.save(named(id(1), "一", "いち"));
    let sheet = phone.sheet();
    let early = phone.make(order(Kind::Backup, Audience::RecoverySheet)).unwrap().bytes;
    phone.take_in(shop.for_team());
    shop.take_in(phone.for_team_or_note());
    shop.save(named(id(2), "二", "に"));
    let delta = shop.for_team();
    assert_eq!(stranger.look(delta.clone()), Err(Failure::Bundle(SealerError::NotForUs)));
    // The phone is lost. What it comes back with is older than what the shop builds on.
    let back = Screen::named("花子の新しい電話", 4);
    back.look_with(early, "", &sheet).unwrap();
    back.apply(ApplyMode::Merge);
    let preview = back.look(delta).unwrap();
    assert!(preview.gap && preview.new == 1);
    assert!(back.apply(ApplyMode::Merge).gap);
    assert_eq!((back.ids(), back.sharing().gaps), (vec![id(2)], vec!["店".to_owned()]));
    shop.knows(&back);
    let to = shop.members().iter().filter_map(|member| member.replica).collect();
    let whole = BundleOrder { everything: true, ..order(Kind::Team, Audience::Members(to)) };
    let receipt = back.take_in(shop.make(whole).unwrap().bytes);
    assert_eq!((receipt.new, receipt.gap), (1, false));
    assert!(back.sharing().gaps.is_empty());
}

impl Screen {
    /// What is new, or only the note that everything was received.
    pub(super) fn for_team_or_note(&self) -> Vec<u8> {
        let to: Vec<_> = self.members().iter().filter_map(|member| member.replica).collect();
        let new = self.make(order(Kind::Team, Audience::Members(to.clone())));
        new.or_else(|_| self.make(order(Kind::Acknowledgement, Audience::Members(to)))).unwrap().bytes
    }
}

#[test]
fn what_a_colleague_has_is_not_sent_again() {
    let (shop, phone) = pair();
    shop.save(named(id(1), "一", "いち"));
    phone.take_in(shop.for_team());
    // Text that does not pack: a linear congruential generator over kanji.
    let long: String = (0..20_000_u32)
        .scan(7_u32, |seed, _| {
            *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from_u32(0x4E00 + (*seed >> 18))
        })
        .collect();
    phone.save(note(id(2), id(1), &long));
    let with_text = phone.for_team();
    shop.take_in(with_text.clone());
    shop.save(named(id(3), "三", "さん"));
    phone.take_in(shop.for_team());
    phone.save(named(id(4), "四", "よん"));
    let next = phone.for_team();
    assert!(next.len() * 4 < with_text.len(), "{} of {} bytes", next.len(), with_text.len());
    let receipt = shop.take_in(next);
    assert_eq!((receipt.new, receipt.gap), (1, false));
}

#[test]
fn a_share_holds_what_was_chosen_and_nothing_private() {
    let (shop, phone) = pair();
    shop.save(named(id(1), "髙橋", "たかはし"));
    shop.save(named(id(2), "佐藤", "さとう"));
    shop.save(vec![customer(id(1), FieldName::MEMO, "値引きに弱い")]);
    shop.save(note(id(3), id(1), "公開のメモ"));
    shop.save(note(id(4), id(1), "内緒のメモ"));
    shop.save(vec![set(id(4), RecordKind::Note, FieldName::PRIVATE, Value::Flag(true))]);
    let to = shop.members().iter().filter_map(|member| member.replica).collect();
    let share = BundleOrder {
        who: Who::Customers(vec![id(1)]),
        fields: vec![FieldGroup::Notes],
        ..order(Kind::Share, Audience::Members(to))
    };
    let Ok(Reply::Plan(plan)) = shop.ask(Request::PlanBundle(Box::new(share.clone()))) else { panic!() };
    assert_eq!((plan.customers, plan.private_notes), (1, 1));
    assert!(plan.sample[0].fields.iter().all(|(field, _)| *field != FieldName::MEMO));
    phone.take_in(shop.make(share).unwrap().bytes);
    let page = phone.page(id(1));
    assert_eq!((page.customer.memo.as_str(), page.notes.len()), ("", 1));
    assert_eq!(page.notes[0].text, "公開のメモ");
    assert_eq!(phone.ids(), [id(1)]);
    let ledger = shop.ask(Request::Ledger(Some(id(1)))).unwrap();
    let Reply::Ledger(rows) = ledger else { panic!() };
    assert_eq!((rows.len(), rows[0].to.as_str(), rows[0].purpose.as_str()), (1, "花子", "引き継ぎ"));
    assert_eq!(shop.ask(Request::Ledger(Some(id(2)))), Ok(Reply::Ledger(Vec::new())));
    // A team bundle brings the rest, and still not what is private, until it is private no more.
    phone.take_in(shop.for_team());
    assert_eq!(phone.page(id(1)).customer.memo, "値引きに弱い");
    assert_eq!(phone.page(id(1)).notes.len(), 1);
    shop.take_in(phone.for_team_or_note());
    shop.save(vec![set(id(4), RecordKind::Note, FieldName::PRIVATE, Value::Flag(false))]);
    phone.take_in(shop.for_team());
    assert_eq!(phone.page(id(1)).notes.len(), 2);
}

#[test]
fn with_a_passphrase_for_someone_without_a_card() {
    let shop = Screen::named("店", 1);
    let other = Screen::named("税理士", 2);
    shop.save(named(id(1), "髙橋", "たかはし"));
    let weak = Audience::Passphrase { passphrase: "1234".into(), name: "税理士".into() };
    assert_eq!(shop.make(order(Kind::Team, weak)), Err(Failure::WeakPassphrase));
    let to = Audience::Passphrase { passphrase: OTHER.to_owned(), name: "税理士".into() };
    let file = shop.make(BundleOrder { armored: true, ..order(Kind::Team, to) }).unwrap();
    assert!(file.name.ends_with(".txt") && file.bytes.starts_with(b"-----BEGIN AGE"));
    let look = |word: &str| other.look_with(file.bytes.clone(), word, "");
    assert_eq!(look(""), Err(Failure::Bundle(SealerError::NeedsPassphrase)));
    assert_eq!(look(PASSPHRASE), Err(Failure::Bundle(SealerError::WrongPassphrase)));
    let preview = look(OTHER).unwrap();
    assert_eq!((preview.new, preview.addressed), (1, true));
    assert_eq!(preview.from.standing, SenderStanding::Unknown);
}

#[test]
fn a_merge_is_undone_and_what_was_written_since_stays() {
    let (shop, phone) = pair();
    shop.save(named(id(1), "髙橋", "たかはし"));
    phone.take_in(shop.for_team());
    let before = plain(phone.page(id(1)));
    shop.take_in(phone.for_team_or_note());
    shop.save(vec![customer(id(1), FieldName::NAME, "間違い"), tag(id(1), "間違い", true)]);
    shop.save(vec![customer(id(1), FieldName::MEMO, "間違い")]);
    shop.save(named(id(2), "余分", "よぶん"));
    let receipt = phone.take_in(shop.for_team());
    assert_eq!((receipt.new, receipt.changed, receipt.can_undo), (1, 1, true));
    phone.save(vec![customer(id(1), FieldName::MEMO, "自分で直した")]);
    assert!(matches!(phone.job(Request::UndoMerge(receipt.bundle)), Ok(Outcome::Undone(2))));
    let after = plain(phone.page(id(1)));
    assert_eq!(after.customer.memo, "自分で直した");
    assert_eq!((&after.customer.name, &after.customer.tags), (&before.customer.name, &before.customer.tags));
    assert_eq!(phone.ids(), [id(1)]);
    let again = phone.job(Request::UndoMerge(receipt.bundle));
    assert_eq!(again, Err(Failure::NothingToUndo));
}

#[test]
fn a_device_has_one_card_however_often_it_is_asked_at_once() {
    let shop = Screen::named("店", 1);
    let (card, team) = shop.run(async {
        futures::join!(shop.engine.handle(Request::OwnCard), shop.engine.handle(Request::Team))
    });
    let (Ok(Reply::OwnCard(card)), Ok(Reply::Team(team))) = (card, team) else { panic!() };
    assert_eq!((&card.fingerprint, &card.text), (&team.own.fingerprint, &shop.own_card().text));
}

#[test]
fn trust_is_for_people_to_give() {
    let (shop, phone) = (Screen::named("店", 1), Screen::named("花子", 2));
    let bytes = phone.own_card().text.into_bytes();
    shop.ask(Request::ReadCard { bytes }).unwrap();
    shop.ask(Request::AddMember { checked: false }).unwrap();
    let member = shop.members().remove(0);
    assert_eq!((member.trust, &member.fingerprint), (TrustRow::Unchecked, &phone.own_card().fingerprint));
    let check = Request::SetTrust { fingerprint: member.fingerprint.clone(), change: TrustChange::Check };
    shop.ask(check).unwrap();
    assert!(matches!(shop.members()[0].trust, TrustRow::Checked(_)));
    // Another device that takes the same name is told apart.
    let impostor = Screen::named("花子", 9);
    let bytes = impostor.own_card().text.into_bytes();
    let answer = format!("{:?}", shop.ask(Request::ReadCard { bytes }));
    assert!(answer.contains("OtherKeys"), "{answer}");
    impostor.knows(&shop);
    impostor.save(named(id(7), "偽", "にせ"));
    let preview = shop.look(impostor.for_team()).unwrap();
    assert_eq!(preview.from.standing, SenderStanding::OtherKeys);
    let left = Request::SetTrust { fingerprint: member.fingerprint, change: TrustChange::Left };
    shop.ask(left).unwrap();
    shop.save(named(id(1), "一", "いち"));
    let to = Audience::Members(shop.members().iter().filter_map(|member| member.replica).collect());
    assert_eq!(shop.make(order(Kind::Team, to)), Err(Failure::NothingChosen), "nothing for who has left");
}

#[test]
fn erasing_reaches_the_colleague_and_leaves_nothing() {
    let (shop, phone) = pair();
    shop.save(named(id(1), "忘れられたい人", "わすれ"));
    shop.save(note(id(2), id(1), "秘密の事情"));
    shop.save(named(id(3), "残る人", "のこる"));
    phone.take_in(shop.for_team());
    shop.take_in(phone.for_team_or_note());
    let Ok(Reply::ErasePlan(plan)) = shop.ask(Request::PlanErase(vec![id(1)])) else { panic!() };
    assert_eq!((plan.names.as_slice(), plan.holders.len()), (["忘れられたい人".to_owned()].as_slice(), 1));
    let erase = |passphrase: &str| Request::Erase { records: vec![id(1)], passphrase: passphrase.into() };
    assert_eq!(shop.ask(erase(OTHER)), Err(Failure::WrongPassphrase));
    assert_eq!(shop.job(erase(PASSPHRASE)), Ok(Outcome::Erased(1)));
    assert_eq!(shop.ids(), [id(3)]);
    assert!(shop.rows("秘密", Sort::Reading).is_empty());
    // The colleague has changed it meanwhile: an erasure beats everything.
    phone.save(vec![customer(id(1), FieldName::MEMO, "続きの話")]);
    phone.save(note(id(6), id(1), "続きのメモ"));
    let preview = phone.look(shop.for_team()).unwrap();
    assert_eq!(preview.erased, 1);
    phone.apply(ApplyMode::Merge);
    assert_eq!(phone.ids(), [id(3)]);
    assert!(phone.rows("続き", Sort::Reading).is_empty());
    let receipt = shop.take_in(phone.for_team_or_note());
    assert_eq!(receipt.new, 0);
    for screen in [&shop, &phone] {
        let again = screen.again();
        assert_eq!(again.ids(), [id(3)]);
        assert!(again.ask(Request::Page(id(1))).is_err());
    }
}

#[test]
fn an_erasure_is_told_until_the_colleague_has_answered() {
    let (shop, phone) = pair();
    shop.save(named(id(1), "一", "いち"));
    shop.save(named(id(2), "二", "に"));
    phone.take_in(shop.for_team());
    shop.take_in(phone.for_team());
    let erase = Request::Erase { records: vec![id(2)], passphrase: PASSPHRASE.to_owned() };
    assert!(matches!(shop.job(erase), Ok(Outcome::Erased(_))));
    let lost = shop.for_team();
    let again = shop.for_team();
    assert_ne!(lost, again, "a file may be lost");
    phone.look(again).unwrap();
    phone.apply(ApplyMode::Merge);
    assert_eq!(phone.ids(), [id(1)]);
    phone.save(vec![customer(id(1), FieldName::MEMO, "返事")]);
    shop.take_in(phone.for_team());
    shop.take_in(phone.for_team());
    // The shop says that it has the answer; after that there is nothing to say.
    shop.for_team();
    let to = shop.members().iter().filter_map(|member| member.replica).collect();
    assert_eq!(shop.make(order(Kind::Team, Audience::Members(to))), Err(Failure::NothingNew));
}

#[test]
fn hidden_customers_stay_and_are_forwarded() {
    let (shop, phone) = pair();
    shop.save(named(id(1), "一", "いち"));
    shop.save(named(id(2), "二", "に"));
    assert_eq!(shop.ask(Request::Hide(vec![id(1)])), Ok(Reply::Done));
    assert_eq!(shop.ids(), [id(2)]);
    assert!(shop.rows("一", Sort::Reading).is_empty());
    let again = shop.again();
    assert_eq!(again.ids(), [id(2)]);
    phone.take_in(again.for_team());
    assert_eq!(phone.ids().len(), 2);
    assert!(matches!(again.ask(Request::Hidden), Ok(Reply::Hidden(rows)) if rows.len() == 1));
    again.ask(Request::Unhide(vec![id(1)])).unwrap();
    assert_eq!((again.ids().len(), again.rows("一", Sort::Reading).len()), (2, 1));
}

#[test]
fn a_copied_device_takes_another_id_and_nothing_is_lost() {
    let (shop, phone) = pair();
    shop.save(named(id(1), "一", "いち"));
    phone.take_in(shop.for_team());
    // Somebody copies the browser's profile.
    let copy = shop.again();
    shop.save(named(id(2), "店で", "みせ"));
    copy.save(named(id(3), "写しで", "うつし"));
    shop.save(vec![customer(id(1), FieldName::NAME, "店の名")]);
    copy.save(vec![customer(id(1), FieldName::NAME, "写しの名")]);
    phone.take_in(shop.for_team());
    let to_copy = phone.for_team_or_note();
    let preview = copy.look(to_copy).unwrap();
    assert!(preview.fork, "the copy meets exports under its own id that it never made");
    copy.apply(ApplyMode::Merge);
    phone.knows(&copy);
    phone.take_in(copy.for_team());
    let mut ids = phone.ids();
    ids.sort();
    assert_eq!(ids, [1, 2, 3].map(id));
    let values: Vec<String> = phone
        .conflicts()
        .into_iter()
        .flat_map(|row| match row.conflict {
            ConflictKind::Values { values, .. } => values,
            _ => Vec::new(),
        })
        .filter_map(|version| version.value.as_text().map(str::to_owned))
        .collect();
    assert!(values.contains(&"店の名".to_owned()) && values.contains(&"写しの名".to_owned()), "{values:?}");
}

#[test]
fn what_a_merge_changed_is_marked_until_it_is_looked_at() {
    let (shop, phone) = pair();
    shop.save(named(id(1), "一", "いち"));
    phone.take_in(shop.for_team());
    shop.take_in(phone.for_team_or_note());
    phone.ask(Request::MarkRead(Vec::new())).unwrap();
    shop.save(vec![customer(id(1), FieldName::MEMO, "新しい")]);
    phone.take_in(shop.for_team());
    assert!(phone.rows("", Sort::Reading)[0].unread);
    assert_eq!(phone.page(id(1)).unread, [(id(1), Some(FieldName::MEMO))]);
    let again = phone.again();
    again.rest();
    assert!(again.rows("", Sort::Reading)[0].unread, "also after a restart");
    again.ask(Request::MarkRead(vec![id(1)])).unwrap();
    assert!(!again.rows("", Sort::Reading)[0].unread);
}
