//! The rows of what is shared: for ever the same bytes; kept twice; and what is hidden stays hidden.

use core::fmt::Debug;
use std::rc::Rc;

use daifuku::bundle::{BundleId, Kind, LedgerEntry};
use daifuku::merge::fork::Trail;
use daifuku::merge::{Dot, Erasures, HybridTimestamp, RecordState, Stamp, VersionVector};
use daifuku::model::{FieldName, Instant, RecordId, RecordKind, ReplicaId, Value};
use daifuku::vault::check::Census;
use daifuku::vault::format::{Card, DecodeError, decode, encode};
use daifuku::vault::team::{
    Backup, BatchVersions, LEDGER_FROM, Member, Next, ROW_TEAM, ROW_TEAM_COPY, Receipt, Restoring, Said,
    Sheet, Stage, Team, Told, ToldMember, Trust, UndoPiece, Unread, sharing_row,
};
use daifuku::vault::{Area, VaultError};
use futures::executor::block_on;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::desk::{Desk, NOW, Way, customer, note};

fn dot(replica: u8, counter: u64) -> Dot {
    Dot { replica: ReplicaId([replica; 8]), counter }
}

fn stamp(replica: u8, counter: u64) -> Stamp {
    Stamp { dot: dot(replica, counter), at: HybridTimestamp::at(Instant(NOW.0 + 7)) }
}

fn version(dots: &[Dot]) -> VersionVector {
    dots.iter().copied().collect()
}

fn member(number: u8, trust: Trust) -> Member {
    Member {
        card: vec![number, 1, 2],
        name: format!("同僚 {number}"),
        replica: ReplicaId([number; 8]),
        signing_key: [number; 32],
        recipient: format!("age1{number}"),
        fingerprint: "1234 5678 9012 3456 7890 1234".to_owned(),
        trust,
        added: NOW,
        base: version(&[dot(1, 300), dot(2, 5)]),
        sent: 70_000,
        last: Some((BundleId([number; 16]), Instant(NOW.0 + 1))),
        received: None,
    }
}

fn team() -> Team {
    let mut erasures = Erasures::new();
    erasures.erase(RecordId([9; 16]), stamp(1, 40));
    Team {
        keys: vec![0xaa; 5],
        card: vec![0xbb; 3],
        fingerprint: "0000 1111 2222 3333 4444 5555".to_owned(),
        old_keys: vec![vec![0xcc; 2], Vec::new()],
        members: vec![
            member(1, Trust::Unchecked),
            member(2, Trust::Checked(Instant(NOW.0 + 2))),
            member(3, Trust::Introduced("髙橋".to_owned())),
            member(4, Trust::Left(Instant(NOW.0 + 3))),
        ],
        have: version(&[dot(1, 300), dot(3, 1)]),
        trails: vec![(ReplicaId([1; 8]), vec![Trail { counter: 300, digest: [7; 8] }])],
        erasures,
        erasing: vec![RecordId([9; 16])],
        hidden: vec![customer(0), customer(5)],
        recovery: Some(Sheet { recipient: "age1紙".to_owned(), made: NOW }),
        backup: Some(Backup { at: NOW, counter: 299 }),
        devices: vec![(ReplicaId([3; 8]), "倉庫".to_owned())],
        gaps: vec![ReplicaId([2; 8])],
        next: Next { ledger: 3, receipt: 300, undo: 70_000 },
    }
}

fn ledger_entry() -> LedgerEntry {
    LedgerEntry {
        bundle: BundleId([5; 16]),
        at: NOW,
        kind: Kind::Share,
        to: "税理士".to_owned(),
        purpose: "決算".to_owned(),
        fields: vec!["name".to_owned()],
        customers: vec![customer(0), customer(1)],
        everyone: false,
    }
}

fn receipt(stage: Stage) -> Receipt {
    Receipt {
        bundle: BundleId([6; 16]),
        kind: Kind::Team,
        from: (ReplicaId([3; 8]), "倉庫".to_owned()),
        at: NOW,
        counts: [1, 2, 3, 4, 500],
        gap: true,
        undo: (4, 9),
        stage,
    }
}

fn undo_piece() -> UndoPiece {
    let name = [(FieldName::NAME, Value::text("前の名"))];
    let state = RecordState::fresh(RecordKind::Customer, name, stamp(1, 4));
    UndoPiece(vec![
        (customer(0), vec![(customer(0), Some(state)), (note(0), None)]),
        (customer(1), Vec::new()),
    ])
}

/// Checks one row against the pinned bytes of its name.
fn assert_pinned<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, row: &T) {
    let pinned: serde_json::Value =
        serde_json::from_str(include_str!("../data/vault/sharing-1.json")).unwrap();
    let bytes = encode(row);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(pinned[name].as_str(), Some(hex.as_str()), "{name}");
    assert_eq!(decode::<T>(&bytes).as_ref(), Ok(row), "{name}");
    for end in 0..bytes.len() {
        assert_eq!(decode::<T>(&bytes[..end]), Err(DecodeError::Damaged), "{name} cut to {end}");
    }
    assert_eq!(decode::<T>(&[&bytes[..], &[0]].concat()), Err(DecodeError::Damaged), "{name}");
    for at in 1..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        if let Ok(other) = decode::<T>(&changed) {
            assert_ne!(&other, row, "{name} byte {at}");
        }
    }
    let newer = [&[2], &bytes[1..]].concat();
    assert_eq!(decode::<T>(&newer), Err(DecodeError::Newer(2)), "{name}");
}

#[test]
fn rows_have_the_pinned_bytes() {
    assert_pinned("team", &team());
    assert_pinned("team, empty", &Team::default());
    assert_pinned("ledger entry", &ledger_entry());
    assert_pinned("receipt, applying", &receipt(Stage::Applying { pieces: 300, done: 2 }));
    assert_pinned("receipt, applied", &receipt(Stage::Applied));
    assert_pinned("receipt, undone", &receipt(Stage::Undone));
    assert_pinned(
        "unread",
        &Unread(vec![(customer(0), note(0), Some("memo".to_owned())), (customer(1), customer(1), None)]),
    );
    assert_pinned(
        "batch versions",
        &BatchVersions(vec![(300, version(&[dot(1, 2)])), (301, VersionVector::new())]),
    );
    assert_pinned("undo piece", &undo_piece());
    assert_pinned("restoring all", &Restoring(None));
    assert_pinned("restoring some", &Restoring(Some(vec![customer(0)])));
    let said = Said { have: version(&[dot(1, 2)]), erasures: 3, members: vec![("1234".to_owned(), true)] };
    assert_pinned("told", &Told(vec![ToldMember { member: dot(1, 2).replica, last: said, answered: 2 }]));
}

#[test]
fn the_secret_keys_are_not_printed() {
    let printed = format!("{:?}", team());
    assert!(printed.contains("age1紙") && !printed.contains("170") && !printed.contains("204"), "{printed}");
}

fn change(desk: &Desk, change: impl FnOnce(&mut Team)) -> Result<(), VaultError> {
    block_on(async {
        let turn = desk.notebook.begin().await;
        desk.notebook.change_team(&turn, change, Vec::new()).await
    })
}

#[test]
fn the_team_comes_back_with_the_rows_that_belong_to_it() {
    let mut desk = Desk::new();
    assert_eq!(*desk.notebook.team(), Team::default());
    let rows = desk.store.rows();
    change(&desk, |_| {}).unwrap();
    assert_eq!(desk.store.rows(), rows, "nothing changed, and something was written");
    let expected = Team { hidden: Vec::new(), ..team() };
    block_on(async {
        let turn = desk.notebook.begin().await;
        let rows = (0..200).map(|number| sharing_row(LEDGER_FROM + number, &ledger_entry())).collect();
        desk.notebook.change_team(&turn, |team| *team = expected.clone(), rows).await.unwrap();
    });
    for _ in 0..2 {
        assert_eq!(*desk.notebook.team(), expected);
        let ledger =
            block_on(desk.notebook.sharing_rows::<LedgerEntry>(LEDGER_FROM, LEDGER_FROM + 150)).unwrap();
        assert_eq!(ledger.len(), 150);
        assert!(
            ledger
                .iter()
                .zip(LEDGER_FROM..)
                .all(|((row, entry), number)| *row == number && *entry == ledger_entry())
        );
        desk.restart();
    }
    for written in [false, true] {
        let mut desk = Desk::new();
        desk.store.memory.die_after(0, written);
        assert!(change(&desk, |team| team.keys = vec![1]).is_err());
        assert_eq!(desk.notebook.team().keys, Vec::<u8>::new());
        desk.restart();
        assert_eq!(desk.notebook.team().keys == vec![1], written);
    }
}

fn tampered(desk: &Desk, rows: &[u64], tamper: impl Fn(&mut Vec<u8>)) -> Desk {
    let mut other = Desk::new();
    other.store = Rc::new(desk.store.survivor());
    other
        .store
        .memory
        .tamper(|all| rows.iter().for_each(|row| tamper(all.get_mut(&(Area::Sharing, *row)).unwrap())));
    other.notebook = other.open().unwrap();
    other
}

#[test]
fn damage_of_one_copy_loses_nothing_and_is_counted() {
    let desk = Desk::new();
    change(&desk, |known| *known = Team { hidden: Vec::new(), erasing: Vec::new(), ..team() }).unwrap();
    let expected = desk.notebook.team().clone();
    let counted = |desk: &Desk| {
        let mut census = Census::default();
        block_on(desk.notebook.check_log(&mut census)).unwrap();
        !census.damaged.is_empty()
    };
    assert!(!counted(&desk));
    for row in [ROW_TEAM, ROW_TEAM_COPY] {
        let other = tampered(&desk, &[row], |bytes| bytes[50] ^= 1);
        assert_eq!((&*other.notebook.team(), counted(&other)), (&expected, true));
        change(&other, |team| team.next.undo += 1).unwrap();
        let mut other = other;
        other.restart();
        assert_eq!((other.notebook.team().members.len(), counted(&other)), (4, false));
    }
    // Of both copies nothing can be read: they are put aside before they are written anew.
    let sealed = desk.store.rows()[&(Area::Sharing, ROW_TEAM)].clone();
    let lost = tampered(&desk, &[ROW_TEAM, ROW_TEAM_COPY], |bytes| bytes[50] ^= 1);
    assert_eq!((&*lost.notebook.team(), counted(&lost)), (&Team::default(), true));
    change(&lost, |team| team.next.undo += 1).unwrap();
    let kept: Vec<Vec<u8>> = lost
        .store
        .rows()
        .into_iter()
        .filter(|((area, _), _)| *area == Area::Blobs)
        .map(|(_, bytes)| bytes)
        .collect();
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().any(|bytes| bytes.iter().zip(&sealed).filter(|(a, b)| a != b).count() == 1));
    assert!(counted(&lost));
}

/// An older team that was put back in one place does not take an erasure back.
#[test]
fn an_older_copy_does_not_count() {
    let desk = Desk::new();
    change(&desk, |team| team.keys = vec![1]).unwrap();
    let older = desk.store.rows();
    change(&desk, |team| drop(team.erasures.erase(RecordId([9; 16]), stamp(1, 40)))).unwrap();
    for row in [ROW_TEAM, ROW_TEAM_COPY] {
        let other = tampered(&desk, &[row], |bytes| bytes.clone_from(&older[&(Area::Sharing, row)]));
        assert!(other.notebook.team().erasures.contains(RecordId([9; 16])));
        assert!(!other.notebook.damaged().is_empty());
    }
}

#[test]
fn who_is_hidden_stays_hidden_until_shown_again() {
    let mut desk = Desk::new();
    (0..3).for_each(|number| desk.write(number, Way::Field(0), 1, NOW).unwrap());
    let listed = |desk: &Desk| {
        let cards = desk.notebook.cards();
        cards.iter().filter(|(_, card)| card.is_listed()).map(|(_, card)| card.page).collect::<Vec<_>>()
    };
    // A page that is not there yet can be hidden too: it may come in a bundle.
    change(&desk, |team| team.hidden = vec![customer(0), customer(7)]).unwrap();
    for round in 0..3 {
        assert_eq!(listed(&desk), [customer(1), customer(2)], "{round}");
        assert!(desk.notebook.cards().of(customer(0)).unwrap().is(Card::HIDDEN));
        desk.write(0, Way::Field(1), round + 1, NOW).unwrap();
        assert_eq!(listed(&desk), [customer(1), customer(2)], "{round} after a save");
        block_on(desk.notebook.compact(async || {})).unwrap();
        assert_eq!(listed(&desk), [customer(1), customer(2)], "{round} after compaction");
        desk.restart();
    }
    desk.write(7, Way::Field(0), 1, NOW).unwrap();
    assert_eq!(listed(&desk), [customer(1), customer(2)]);
    assert!(desk.pages()[&customer(0)].0.records.contains_key(&customer(0)), "hidden is not deleted");
    change(&desk, |team| team.hidden.clear()).unwrap();
    for _ in 0..2 {
        assert_eq!(listed(&desk), [customer(0), customer(1), customer(2), customer(7)]);
        desk.restart();
    }
}
