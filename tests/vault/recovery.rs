//! The recovery sheet: a second way in, and out of a forgotten passphrase.

use std::rc::Rc;

use daifuku::crypto::{DerivedSecret, SeededEntropy};
use daifuku::vault::{Area, Locked, VaultError};
use futures::executor::block_on;

use super::desk::{Desk, NOW, Way, assert_same};
use super::store::Watched;
use super::world::{Vault, kdf, secret};

fn sheet(number: u8) -> DerivedSecret {
    DerivedSecret::from_bytes(&[0xa0 + number; 64])
}

fn filled() -> Desk {
    let desk = Desk::new();
    desk.write(0, Way::Field(0), 1, NOW).unwrap();
    block_on(desk.notebook.set_recovery(&secret(0), &sheet(0), "age1先", NOW)).unwrap();
    desk
}

fn locked(store: &Rc<Watched>) -> Locked<Rc<Watched>> {
    block_on(Locked::find(Rc::clone(store))).unwrap().unwrap()
}

fn by_sheet(store: &Rc<Watched>, number: u8) -> Result<Vault, VaultError> {
    let secret = sheet(number);
    let opened = locked(store).unlock_recovery(&secret, Box::new(SeededEntropy::new(91)));
    block_on(opened).map_err(|(_, error)| error)
}

fn by_passphrase(store: &Rc<Watched>, number: u8) -> Result<Vault, VaultError> {
    let secret = secret(number);
    let opened = locked(store).unlock(&secret, Box::new(SeededEntropy::new(92)));
    block_on(opened).map_err(|(_, error)| error)
}

#[test]
fn a_sheet_opens_the_vault_and_sets_a_new_passphrase() {
    let mut desk = filled();
    assert!(locked(&desk.store).has_recovery());
    assert_eq!(locked(&desk.store).vaults().len(), 1);
    assert_eq!(by_sheet(&desk.store, 1).err(), Some(VaultError::WrongPassphrase));
    assert_eq!(by_passphrase(&desk.store, 1).err(), Some(VaultError::WrongPassphrase));
    let before = filled();
    desk.notebook = by_sheet(&desk.store, 0).unwrap();
    assert!(!desk.notebook.is_read_only());
    assert_same(&desk, &before, "opened by the sheet");
    assert_eq!(desk.notebook.team().recovery.as_ref().unwrap().recipient, "age1先");
    assert!(desk.notebook.is_passphrase(&secret(0)) && !desk.notebook.is_passphrase(&sheet(0)));

    let wrong = block_on(desk.notebook.reset_passphrase(&sheet(1), &kdf(1), &secret(1), NOW));
    assert_eq!(wrong, Err(VaultError::WrongPassphrase));
    let rows = desk.store.rows();
    block_on(desk.notebook.reset_passphrase(&sheet(0), &kdf(1), &secret(1), NOW)).unwrap();
    let after = desk.store.rows();
    let differ = rows.iter().filter(|(key, bytes)| after.get(key) != Some(bytes)).map(|(key, _)| key.0);
    assert!(
        differ.clone().count() > 0 && differ.clone().all(|area| area == Area::Meta),
        "a row was sealed anew"
    );
    assert_eq!(by_passphrase(&desk.store, 0).err(), Some(VaultError::WrongPassphrase));
    for opened in [by_passphrase(&desk.store, 1), by_sheet(&desk.store, 0)] {
        desk.notebook = opened.unwrap();
        assert_same(&desk, &before, "opened again");
        assert_eq!(desk.notebook.damaged(), []);
    }
    assert_eq!(desk.notebook.kdf(), Ok(kdf(1)));
}

#[test]
fn a_new_sheet_makes_the_old_one_worthless() {
    let desk = filled();
    let wrong = block_on(desk.notebook.set_recovery(&secret(1), &sheet(1), "age1後", NOW));
    assert_eq!(wrong, Err(VaultError::WrongPassphrase));
    block_on(desk.notebook.set_recovery(&secret(0), &sheet(1), "age1後", NOW)).unwrap();
    assert_eq!(by_sheet(&desk.store, 0).err(), Some(VaultError::WrongPassphrase));
    assert!(by_passphrase(&desk.store, 0).is_ok());
    let opened = by_sheet(&desk.store, 1).unwrap();
    assert_eq!(opened.team().recovery.as_ref().unwrap().recipient, "age1後");
}

/// Whatever happens on the way, one of the old and the new opens the vault, as the disk has it.
#[test]
fn a_crash_leaves_a_vault_that_opens() {
    for written in [false, true] {
        let desk = filled();
        desk.store.memory.die_after(0, written);
        assert!(block_on(desk.notebook.set_recovery(&secret(0), &sheet(1), "age1後", NOW)).is_err());
        let store = Rc::new(desk.store.survivor());
        assert_eq!(by_sheet(&store, 1).is_ok(), written);
        assert_eq!(by_sheet(&store, 0).is_ok(), !written);
        let opened = by_passphrase(&store, 0).unwrap();
        let expected = if written { "age1後" } else { "age1先" };
        assert_eq!(opened.team().recovery.as_ref().unwrap().recipient, expected);

        let desk = filled();
        desk.store.memory.die_after(0, written);
        assert!(block_on(desk.notebook.reset_passphrase(&sheet(0), &kdf(1), &secret(1), NOW)).is_err());
        let store = Rc::new(desk.store.survivor());
        assert_eq!(by_passphrase(&store, u8::from(written)).unwrap().damaged(), []);
        assert!(by_passphrase(&store, u8::from(!written)).is_err());
        assert!(by_sheet(&store, 0).is_ok());
    }
}

/// Damage of one slot is not a wrong secret for it, and hurts the other slot not at all.
#[test]
fn a_damaged_slot_is_not_a_wrong_secret() {
    let desk = filled();
    let rows = desk.store.rows();
    let table = rows[&(Area::Meta, 1)].clone();
    // Version, vault, count; then a passphrase slot of 168 bytes and a recovery slot of 139.
    let (passphrase, recovery) = (18 + 40, 18 + 168 + 40);
    for (at, sheet_opens) in [(passphrase, true), (recovery, false)] {
        let store = Rc::new(desk.store.survivor());
        store.memory.tamper(|rows| {
            for row in [1, 4] {
                let mut table = table.clone();
                table[at] ^= 1;
                rows.insert((Area::Meta, row), table);
            }
        });
        let damaged = |error: Option<VaultError>| matches!(error, Some(VaultError::Damaged(_)));
        if sheet_opens {
            assert!(damaged(by_passphrase(&store, 0).err()) && damaged(by_passphrase(&store, 1).err()));
            assert_eq!(by_sheet(&store, 1).err(), Some(VaultError::WrongPassphrase));
            assert!(by_sheet(&store, 0).unwrap().is_read_only());
        } else {
            assert!(damaged(by_sheet(&store, 0).err()) && damaged(by_sheet(&store, 1).err()));
            assert_eq!(by_passphrase(&store, 1).err(), Some(VaultError::WrongPassphrase));
            assert!(by_passphrase(&store, 0).unwrap().is_read_only());
        }
    }
}

#[test]
fn without_a_sheet_nothing_opens_by_one() {
    let desk = Desk::new();
    assert!(!locked(&desk.store).has_recovery());
    assert!(matches!(by_sheet(&desk.store, 0).err(), Some(VaultError::Damaged(_))));
    let reset = block_on(desk.notebook.reset_passphrase(&sheet(0), &kdf(1), &secret(1), NOW));
    assert!(reset.is_err());
    assert!(by_passphrase(&desk.store, 0).is_ok());
}
