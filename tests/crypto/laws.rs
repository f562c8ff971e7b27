//! What must hold of the vault format whatever the bytes: nothing changed opens, nothing panics, a wrong
//! passphrase is not damage.

use daifuku::crypto::{
    Context, DecodeKeyTableError, DerivedSecret, EpochError, Integrity, KdfParams, KeyTable, NewPassphrase,
    OpenError, RewrapError, SeededEntropy, SlotId, SlotKind, UnlockError, VaultKeys, auth_tag, open,
    open_in_place, seal, seal_in_place, seal_into, sealed_epoch, sealed_len,
};
use proptest::prelude::*;

const VAULT: [u8; 16] = *b"vault of a shop!";
const CONTEXT: Context = Context { vault: VAULT, area: 2, row: 77, format: 1 };

fn secret(byte: u8) -> DerivedSecret {
    let mut bytes = [byte; 64];
    bytes[32..].fill(byte ^ 0xff);
    DerivedSecret::from_bytes(&bytes)
}

fn kdf() -> KdfParams {
    KdfParams::new(19_456, 2, 1, *b"sixteen bytes :)").unwrap()
}

/// A table that the secret of 7s opens, its only slot, its keys.
fn vault(seed: u64) -> (KeyTable, SlotId, VaultKeys) {
    let passphrase = NewPassphrase { kdf: &kdf(), secret: &secret(7), created_millis: 1_700_000_000_000 };
    let (table, keys) = KeyTable::create(VAULT, &passphrase, &mut SeededEntropy::new(seed));
    let slot = table.slots()[0].id();
    (table, slot, keys)
}

fn unlock(table: &KeyTable, slot: SlotId, byte: u8) -> Result<(VaultKeys, Integrity), UnlockError> {
    table.unlock(slot, &secret(byte)).map(|unlocked| (unlocked.keys, unlocked.integrity))
}

fn error<T>(result: Result<T, UnlockError>) -> Option<UnlockError> {
    result.err()
}

#[test]
fn every_truncation_and_every_flipped_bit_of_a_blob_is_refused() {
    let (_, _, keys) = vault(1);
    let blob = seal(keys.ring(), &CONTEXT, "田中 花子".as_bytes(), &mut SeededEntropy::new(2)).unwrap();
    for length in 0..blob.len() {
        assert!(open(keys.ring(), &CONTEXT, &blob[..length]).is_err(), "{length}");
        assert!(open_in_place(keys.ring(), &CONTEXT, &mut blob[..length].to_vec()).is_err());
    }
    assert!(open(keys.ring(), &CONTEXT, &[&blob[..], &[0]].concat()).is_err());
    for bit in 0..blob.len() * 8 {
        let mut flipped = blob.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let refused = open(keys.ring(), &CONTEXT, &flipped).unwrap_err();
        match bit / 8 {
            0 => assert!(matches!(refused, OpenError::UnsupportedVersion { .. })),
            1..=4 => assert!(matches!(refused, OpenError::UnknownEpoch { .. })),
            _ => assert_eq!(refused, OpenError::NotAuthentic),
        }
        assert_eq!(open_in_place(keys.ring(), &CONTEXT, &mut flipped), Err(refused));
    }
}

#[test]
fn a_blob_opens_in_its_own_place_only() {
    let (_, _, keys) = vault(1);
    let blob = seal(keys.ring(), &CONTEXT, b"text", &mut SeededEntropy::new(2)).unwrap();
    for elsewhere in [
        Context { vault: *b"vault of another", ..CONTEXT },
        Context { area: 3, ..CONTEXT },
        Context { area: 0x0200, ..CONTEXT },
        Context { row: 78, ..CONTEXT },
        Context { format: 2, ..CONTEXT },
        Context { area: 77, row: 2, ..CONTEXT },
    ] {
        assert_eq!(open(keys.ring(), &elsewhere, &blob), Err(OpenError::NotAuthentic));
    }
    let (_, _, other) = vault(3);
    assert_eq!(open(other.ring(), &CONTEXT, &blob), Err(OpenError::NotAuthentic));
}

#[test]
fn an_epoch_cannot_be_passed_off_as_another() {
    let (table, slot, mut keys) = vault(1);
    let entropy = &mut SeededEntropy::new(2);
    let old = seal(keys.ring(), &CONTEXT, b"text", entropy).unwrap();
    let (table, new) = table.add_epoch(&keys, entropy).unwrap();
    assert_eq!(new.epoch(), 2);
    keys.adopt(new);
    assert_eq!(keys.ring().epochs().collect::<Vec<_>>(), [1, 2]);

    let mut disguised = old.clone();
    disguised[4] = 2;
    assert_eq!(open(keys.ring(), &CONTEXT, &disguised), Err(OpenError::NotAuthentic));
    assert_eq!(open(keys.ring(), &CONTEXT, &old).unwrap(), b"text");
    let sealed = seal(keys.ring(), &CONTEXT, b"text", entropy).unwrap();
    assert_eq!((sealed_epoch(&old), sealed_epoch(&sealed)), (Some(1), Some(2)));

    let (again, integrity) = unlock(&table, slot, 7).unwrap();
    assert_eq!(integrity, Integrity::Intact);
    assert_eq!(open(again.ring(), &CONTEXT, &sealed).unwrap(), b"text");

    for epoch in [0, 2, 3] {
        assert_eq!(table.retire_epoch(&keys, epoch).err(), Some(EpochError::NotRetirable { epoch }));
    }
    let retired = table.retire_epoch(&keys, 1).unwrap();
    keys.forget(1);
    for ring in [keys.ring(), unlock(&retired, slot, 7).unwrap().0.ring()] {
        assert_eq!(open(ring, &CONTEXT, &old), Err(OpenError::UnknownEpoch { epoch: 1 }));
        assert_eq!(open(ring, &CONTEXT, &sealed).unwrap(), b"text");
    }
}

#[test]
fn equal_texts_seal_to_different_blobs() {
    let (_, _, keys) = vault(1);
    let entropy = &mut SeededEntropy::new(2);
    let one = seal(keys.ring(), &CONTEXT, b"text", entropy).unwrap();
    let other = seal(keys.ring(), &CONTEXT, b"text", entropy).unwrap();
    assert_ne!(one[5..29], other[5..29]);
    assert_ne!(auth_tag(&one), auth_tag(&other));
    assert_eq!(auth_tag(&one).unwrap(), one[one.len() - 16..]);
    assert_eq!(auth_tag(&one[..45]), None);
}

#[test]
fn a_wrong_passphrase_is_not_damage_and_damage_is_no_wrong_passphrase() {
    let (table, slot, _) = vault(1);
    assert_eq!(unlock(&table, slot, 7).unwrap().1, Integrity::Intact);
    assert_eq!(error(unlock(&table, slot, 8)), Some(UnlockError::WrongPassphrase));
    assert_eq!(error(unlock(&table, SlotId([0; 16]), 7)), Some(UnlockError::UnknownSlot));

    // Whatever single bit is flipped: nobody is told that the right passphrase is wrong, and nothing
    // passes as intact.
    let stored = table.encode();
    for bit in 0..stored.len() * 8 {
        let mut flipped = stored.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Ok(table) = KeyTable::decode(&flipped) else { continue };
        let Some(found) = table.slots().first().map(|slot| slot.id()) else { continue };
        for byte in [7, 8] {
            match unlock(&table, found, byte) {
                Ok((_, integrity)) => {
                    assert_eq!(byte, 7);
                    assert_ne!(integrity, Integrity::Intact, "bit {bit}");
                }
                Err(UnlockError::WrongPassphrase) => assert_eq!(byte, 8, "bit {bit}"),
                Err(_) => {}
            }
        }
    }
}

#[test]
fn every_parameter_of_a_slot_is_bound_to_it() {
    let (table, slot, _) = vault(1);
    let stored = table.encode();
    // version 1, vault 16, count 1, then the slot: id 16, kind 1, created 8, length 2, kdf …
    let (id, kdf, commitment, wrapped) = (18, 45, 74, 106);
    let changed = |at: usize, bytes: &[u8]| {
        let mut changed = stored.clone();
        assert_ne!(&changed[at..at + bytes.len()], bytes);
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        KeyTable::decode(&changed).unwrap()
    };
    let refused = |table: &KeyTable, slot| error(unlock(table, slot, 7));

    assert_eq!(refused(&changed(1, &[9; 16]), slot), Some(UnlockError::DamagedSlot));
    assert_eq!(refused(&changed(id, &[9; 16]), SlotId([9; 16])), Some(UnlockError::DamagedSlot));
    assert_eq!(refused(&changed(id + 16, &[2]), slot), Some(UnlockError::DamagedSlot));
    assert_eq!(refused(&changed(id + 16, &[3]), slot), Some(UnlockError::UnsupportedSlot));
    assert_eq!(refused(&changed(kdf + 13, &[9; 16]), slot), Some(UnlockError::DamagedSlot));
    assert_eq!(refused(&changed(kdf, &65_536_u32.to_be_bytes()), slot), Some(UnlockError::DamagedSlot));
    assert_eq!(refused(&changed(kdf + 4, &3_u32.to_be_bytes()), slot), Some(UnlockError::DamagedSlot));
    for (at, number) in [(0, 19_455), (0, 262_145), (0, u32::MAX), (4, 1), (4, 33), (8, 0), (8, 4)] {
        let table = changed(kdf + at, &u32::to_be_bytes(number));
        assert!(matches!(refused(&table, slot), Some(UnlockError::KdfOutOfBounds(_))));
        assert!(table.slots()[0].kdf_params().is_err());
    }
    assert_eq!(refused(&changed(commitment, &[9; 32]), slot), Some(UnlockError::DamagedSlot));
    assert_eq!(refused(&changed(wrapped, &[9; 72]), slot), Some(UnlockError::DamagedSlot));

    // The date, the epochs, the code: it opens, and says so.
    let length = stored.len();
    for (at, damaged_epochs) in [(id + 17, vec![]), (length - 32, vec![])] {
        let (_, integrity) = unlock(&changed(at, &[9; 8]), slot, 7).unwrap();
        assert_eq!(integrity, Integrity::ChangedOutside { damaged_epochs });
    }
    assert_eq!(refused(&changed(length - 40, &[9; 8]), slot), Some(UnlockError::DamagedKeys));
    assert_eq!(refused(&changed(length - 108, &[9; 4]), slot), Some(UnlockError::DamagedKeys));
}

#[test]
fn one_lost_epoch_does_not_take_the_others_with_it() {
    let (table, slot, mut keys) = vault(1);
    let entropy = &mut SeededEntropy::new(2);
    let first = seal(keys.ring(), &CONTEXT, b"first", entropy).unwrap();
    let (table, new) = table.add_epoch(&keys, entropy).unwrap();
    keys.adopt(new);
    let second = seal(keys.ring(), &CONTEXT, b"second", entropy).unwrap();
    let mut stored = table.encode();
    let at = stored.len() - 32 - 1;
    stored[at] ^= 1;
    let (keys, integrity) = unlock(&KeyTable::decode(&stored).unwrap(), slot, 7).unwrap();
    assert_eq!(integrity, Integrity::ChangedOutside { damaged_epochs: vec![2] });
    assert_eq!(open(keys.ring(), &CONTEXT, &first).unwrap(), b"first");
    assert_eq!(open(keys.ring(), &CONTEXT, &second), Err(OpenError::UnknownEpoch { epoch: 2 }));
}

#[test]
fn a_new_passphrase_opens_what_the_old_one_sealed() {
    let (table, slot, keys) = vault(1);
    let entropy = &mut SeededEntropy::new(2);
    let blob = seal(keys.ring(), &CONTEXT, b"text", entropy).unwrap();
    let kdf = KdfParams::new(20_000, 3, 1, [1; 16]).unwrap();
    let new = NewPassphrase { kdf: &kdf, secret: &secret(9), created_millis: 5 };

    let wrong = table.rewrap((slot, &secret(8)), slot, &new, entropy);
    assert_eq!(wrong.err(), Some(RewrapError::Unlock(UnlockError::WrongPassphrase)));
    let unknown = table.rewrap((slot, &secret(7)), SlotId([0; 16]), &new, entropy);
    assert_eq!(unknown.err(), Some(RewrapError::UnknownSlot));

    let changed = table.rewrap((slot, &secret(7)), slot, &new, entropy).unwrap();
    assert_eq!(error(unlock(&changed, slot, 7)), Some(UnlockError::WrongPassphrase));
    assert_eq!(changed.slots()[0].kdf_params(), Ok(kdf));
    let (keys, integrity) = unlock(&changed, slot, 9).unwrap();
    assert_eq!(integrity, Integrity::Intact);
    assert_eq!(open(keys.ring(), &CONTEXT, &blob).unwrap(), b"text");
    assert_eq!(keys.ring().newest_epoch(), 1);
}

/// A table with a recovery sheet of the secret of 5s, and the slots.
fn with_recovery(seed: u64) -> (KeyTable, SlotId, SlotId, VaultKeys) {
    let (table, slot, keys) = vault(seed);
    let entropy = &mut SeededEntropy::new(seed ^ 0xff);
    let table = table.set_recovery((slot, &secret(7)), &secret(5), 1_700_000_000_001, entropy).unwrap();
    let sheet = table.recovery_slots().next().unwrap().id();
    (table, slot, sheet, keys)
}

#[test]
fn a_recovery_sheet_opens_and_sets_a_new_passphrase() {
    let (table, slot, sheet, keys) = with_recovery(1);
    let entropy = &mut SeededEntropy::new(2);
    let blob = seal(keys.ring(), &CONTEXT, b"text", entropy).unwrap();
    assert_eq!(
        (table.slots().len(), table.recovery_slots().count(), table.passphrase_slots().count()),
        (2, 1, 1)
    );
    for (slot, byte, wrong) in [(slot, 7, 5), (sheet, 5, 7)] {
        let (keys, integrity) = unlock(&table, slot, byte).unwrap();
        assert_eq!(integrity, Integrity::Intact);
        assert_eq!(open(keys.ring(), &CONTEXT, &blob).unwrap(), b"text");
        assert_eq!(error(unlock(&table, slot, wrong)), Some(UnlockError::WrongPassphrase));
    }

    let new = NewPassphrase { kdf: &kdf(), secret: &secret(9), created_millis: 5 };
    let wrong = table.rewrap((sheet, &secret(7)), slot, &new, entropy);
    assert_eq!(wrong.err(), Some(RewrapError::Unlock(UnlockError::WrongPassphrase)));
    let reset = table.rewrap((sheet, &secret(5)), slot, &new, entropy).unwrap();
    assert_eq!(error(unlock(&reset, slot, 7)), Some(UnlockError::WrongPassphrase));
    for (slot, byte) in [(slot, 9), (sheet, 5)] {
        let (keys, integrity) = unlock(&reset, slot, byte).unwrap();
        assert_eq!(integrity, Integrity::Intact);
        assert_eq!(open(keys.ring(), &CONTEXT, &blob).unwrap(), b"text");
    }
}

#[test]
fn a_new_recovery_sheet_takes_the_place_of_the_old_one_and_of_nothing_else() {
    let (table, slot, old, _) = with_recovery(1);
    let entropy = &mut SeededEntropy::new(3);
    for (authority, byte) in [(slot, 8), (old, 7)] {
        let refused = table.set_recovery((authority, &secret(byte)), &secret(4), 9, entropy);
        assert_eq!(refused.err(), Some(RewrapError::Unlock(UnlockError::WrongPassphrase)));
    }
    let table = table.set_recovery((slot, &secret(7)), &secret(4), 9, entropy).unwrap();
    let [new] = table.recovery_slots().collect::<Vec<_>>()[..] else { panic!("one sheet") };
    assert_ne!(new.id(), old);
    assert_eq!((new.created_millis(), new.kdf_params().is_err()), (9, true));
    assert_eq!(error(unlock(&table, old, 5)), Some(UnlockError::UnknownSlot));
    assert_eq!(error(unlock(&table, new.id(), 5)), Some(UnlockError::WrongPassphrase));
    assert_eq!(unlock(&table, new.id(), 4).unwrap().1, Integrity::Intact);
    assert_eq!(unlock(&table, slot, 7).unwrap().1, Integrity::Intact);
}

#[test]
fn a_flipped_bit_of_a_recovery_slot_is_no_wrong_sheet_and_hurts_no_passphrase() {
    let (table, slot, sheet, _) = with_recovery(1);
    let stored = table.encode();
    let at = stored.windows(16).position(|bytes| bytes == sheet.0).unwrap();
    for bit in at * 8..(at + 16 + 1 + 8 + 2 + 104 + 8) * 8 {
        let mut flipped = stored.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let Ok(table) = KeyTable::decode(&flipped) else { continue };
        let (_, integrity) = unlock(&table, slot, 7).unwrap();
        assert_ne!(integrity, Integrity::Intact, "bit {bit}");
        let Some(found) = table.slots().get(1).map(|slot| slot.id()) else { continue };
        match unlock(&table, found, 5) {
            Ok((_, integrity)) => assert_ne!(integrity, Integrity::Intact, "bit {bit}"),
            Err(refused) => assert_ne!(refused, UnlockError::WrongPassphrase, "bit {bit}"),
        }
    }
}

#[test]
fn a_recovery_slot_cannot_be_passed_off_as_another_kind_or_place() {
    let (table, _, sheet, _) = with_recovery(1);
    let (other, _, _, _) = with_recovery(2);
    let stored = table.encode();
    let at = stored.windows(16).position(|bytes| bytes == sheet.0).unwrap();
    let body = |stored: &[u8]| {
        let length = stored.len();
        // The epoch, its number, its count and the code follow the slot.
        stored[length - 32 - 76 - 2 - 8 - 104..length - 32 - 76 - 2 - 8].to_vec()
    };
    let mut spliced = stored.clone();
    spliced[at + 27..at + 27 + 104].copy_from_slice(&body(&other.encode()));
    let spliced = KeyTable::decode(&spliced).unwrap();
    assert_eq!(error(unlock(&spliced, sheet, 5)), Some(UnlockError::DamagedSlot));
    for (kind, expected) in [(1, UnlockError::DamagedSlot), (3, UnlockError::UnsupportedSlot)] {
        let mut disguised = stored.clone();
        disguised[at + 16] = kind;
        let disguised = KeyTable::decode(&disguised).unwrap();
        assert_eq!(error(unlock(&disguised, sheet, 5)), Some(expected));
    }
}

#[test]
fn after_a_rekey_old_passphrase_and_old_table_open_nothing_new() {
    let (table, slot, keys) = vault(1);
    let entropy = &mut SeededEntropy::new(2);
    let blob = seal(keys.ring(), &CONTEXT, b"before", entropy).unwrap();
    let new = NewPassphrase { kdf: &kdf(), secret: &secret(9), created_millis: 5 };
    let (rekeyed, new_keys) = table.rekey((slot, &secret(7)), &new, entropy).unwrap();
    let new_slot = rekeyed.slots()[0].id();
    assert_ne!(new_slot, slot);
    let later = seal(new_keys.ring(), &CONTEXT, b"after", entropy).unwrap();

    for keys in [new_keys, unlock(&rekeyed, new_slot, 9).unwrap().0] {
        assert_eq!(open(keys.ring(), &CONTEXT, &blob).unwrap(), b"before");
        assert_eq!(open(keys.ring(), &CONTEXT, &later).unwrap(), b"after");
        assert_eq!(table.add_epoch(&keys, entropy).err(), Some(EpochError::ChangedOutside));
    }
    assert_eq!(open(keys.ring(), &CONTEXT, &later), Err(OpenError::UnknownEpoch { epoch: 2 }));
    // The old master key, put to work on the new epochs: the epochs of the new table behind the old slot.
    let (old, new) = (table.encode(), rekeyed.encode());
    let spliced = [&old[..old.len() - 110], &new[new.len() - 186..]].concat();
    let spliced = KeyTable::decode(&spliced).unwrap();
    assert_eq!(error(unlock(&spliced, slot, 7)), Some(UnlockError::DamagedKeys));
}

#[test]
fn a_table_that_was_changed_outside_is_not_made_genuine() {
    let (table, slot, keys) = vault(1);
    let entropy = &mut SeededEntropy::new(2);
    let mut stored = table.encode();
    stored[35] ^= 1;
    let table = KeyTable::decode(&stored).unwrap();
    let new = NewPassphrase { kdf: &kdf(), secret: &secret(9), created_millis: 5 };
    let own = secret(7);
    assert_eq!(table.rewrap((slot, &own), slot, &new, entropy).err(), Some(RewrapError::ChangedOutside));
    assert_eq!(table.rekey((slot, &own), &new, entropy).err(), Some(RewrapError::ChangedOutside));
    assert_eq!(table.add_epoch(&keys, entropy).err(), Some(EpochError::ChangedOutside));
    assert_eq!(table.retire_epoch(&keys, 1).err(), Some(EpochError::ChangedOutside));
    let recovery = table.set_recovery((slot, &own), &secret(5), 1, entropy);
    assert_eq!(recovery.err(), Some(RewrapError::ChangedOutside));
}

#[test]
fn slots_of_other_kinds_survive() {
    let (table, slot, _) = vault(1);
    let mut stored = table.encode();
    let mut other = vec![3; 16];
    other.extend_from_slice(&[3, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 0xab, 0xcd]);
    other.extend_from_slice(&[5; 8]);
    stored.splice(18..18, other.iter().copied());
    stored[17] = 2;
    let table = KeyTable::decode(&stored).unwrap();
    assert_eq!(table.encode(), stored);
    let kinds: Vec<_> = table.slots().iter().map(|slot| slot.kind()).collect();
    assert_eq!(kinds, [SlotKind::Passkey, SlotKind::Passphrase]);
    assert_eq!(table.passphrase_slots().count(), 1);
    assert_eq!(error(unlock(&table, SlotId([3; 16]), 7)), Some(UnlockError::UnsupportedSlot));
    // It was not there when the code was made.
    assert_ne!(unlock(&table, slot, 7).unwrap().1, Integrity::Intact);
}

#[test]
fn tables_of_another_form_are_refused() {
    let (table, ..) = vault(1);
    let stored = table.encode();
    for length in 0..stored.len() {
        assert_eq!(KeyTable::decode(&stored[..length]), Err(DecodeKeyTableError::Truncated));
    }
    let longer = [&stored[..], &[0, 0]].concat();
    assert_eq!(KeyTable::decode(&longer), Err(DecodeKeyTableError::Trailing { bytes: 2 }));
    let with = |at: usize, bytes: &[u8]| {
        let mut changed = stored.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        KeyTable::decode(&changed)
    };
    assert_eq!(with(0, &[2]), Err(DecodeKeyTableError::UnsupportedVersion { found: 2 }));
    assert_eq!(with(17, &[33]), Err(DecodeKeyTableError::TooMany { found: 33 }));
    assert_eq!(with(43, &[0xff, 0xff]), Err(DecodeKeyTableError::TooMany { found: 0xffff }));
    assert_eq!(with(stored.len() - 110, &[0xff, 0xff]), Err(DecodeKeyTableError::TooMany { found: 0xffff }));
    let (_, _, keys) = vault(1);
    let mut twice = table.add_epoch(&keys, &mut SeededEntropy::new(2)).unwrap().0.encode();
    let at = twice.len() - 32 - 76;
    twice[at + 3] = 1;
    assert_eq!(KeyTable::decode(&twice), Err(DecodeKeyTableError::EpochOrder));
}

#[test]
fn large_texts_round_trip() {
    let (_, _, keys) = vault(1);
    let text: Vec<u8> = (0..300_000_u32).map(|number| number.to_be_bytes()[3]).collect();
    let mut blob = seal(keys.ring(), &CONTEXT, &text, &mut SeededEntropy::new(2)).unwrap();
    assert_eq!(open(keys.ring(), &CONTEXT, &blob).unwrap(), text);
    assert_eq!(open_in_place(keys.ring(), &CONTEXT, &mut blob).unwrap(), text);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_way_of_sealing_and_opening_agrees(
        text in proptest::collection::vec(any::<u8>(), 0..6_000),
        seed: u64,
        area: u16,
        row: u64,
        format: u16,
    ) {
        let (_, _, keys) = vault(seed);
        let context = Context { vault: VAULT, area, row, format };
        let mut blob = seal(keys.ring(), &context, &text, &mut SeededEntropy::new(seed)).unwrap();
        prop_assert_eq!(Some(blob.len()), sealed_len(text.len()));

        let mut reused = vec![1; 100];
        seal_into(keys.ring(), &context, &text, &mut SeededEntropy::new(seed), &mut reused).unwrap();
        prop_assert_eq!(&reused, &blob);
        let mut buffer = text.clone();
        seal_in_place(keys.ring(), &context, &mut buffer, &mut SeededEntropy::new(seed)).unwrap();
        prop_assert_eq!(&buffer, &blob);

        prop_assert_eq!(&open(keys.ring(), &context, &blob).unwrap(), &text);
        prop_assert_eq!(&*open_in_place(keys.ring(), &context, &mut blob).unwrap(), &text[..]);
    }

    #[test]
    fn no_bytes_open_or_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), epoch in 0_u8..3) {
        let (_, slot, keys) = vault(1);
        let lucky = [&[1, 0, 0, 0, epoch], &bytes[..]].concat();
        for mut bytes in [bytes, lucky] {
            prop_assert!(open(keys.ring(), &CONTEXT, &bytes).is_err());
            prop_assert!(open_in_place(keys.ring(), &CONTEXT, &mut bytes).is_err());
            let _ = (auth_tag(&bytes), sealed_epoch(&bytes));
            if let Ok(table) = KeyTable::decode(&bytes) {
                prop_assert!(unlock(&table, slot, 7).is_err());
                prop_assert_eq!(table.encode(), bytes);
            }
        }
    }

    #[test]
    fn a_changed_table_never_passes_as_intact(
        changes in proptest::collection::vec((0_usize..254, any::<u8>()), 1..4),
    ) {
        let (table, _, _) = vault(1);
        let stored = table.encode();
        let mut changed = stored.clone();
        for (at, byte) in changes {
            let length = changed.len();
            changed[at % length] = byte;
        }
        if let Ok(table) = KeyTable::decode(&changed)
            && changed != stored
            && let Some(slot) = table.slots().first()
            && let Ok((_, integrity)) = unlock(&table, slot.id(), 7)
        {
            prop_assert_ne!(integrity, Integrity::Intact);
        }
    }

    #[test]
    fn tables_round_trip(seed: u64, epochs in 0_usize..5) {
        let (mut table, slot, mut keys) = vault(seed);
        let entropy = &mut SeededEntropy::new(!seed);
        for _ in 0..epochs {
            let (next, new) = table.add_epoch(&keys, entropy).unwrap();
            keys.adopt(new);
            table = next;
        }
        let read = KeyTable::decode(&table.encode()).unwrap();
        prop_assert_eq!(&read, &table);
        let (again, integrity) = unlock(&read, slot, 7).unwrap();
        prop_assert_eq!(integrity, Integrity::Intact);
        prop_assert_eq!(again.ring().epochs().count(), epochs + 1);
        prop_assert_eq!(again.ring().newest_epoch(), keys.ring().newest_epoch());
    }
}
