//! The pinned vectors of the vault format, which an independent program wrote: they must open for ever.

use daifuku::crypto::{
    Context, DerivedSecret, Integrity, KdfParams, KeyTable, Passphrase, SeededEntropy, SlotKind, UnlockError,
    auth_tag, derive, open, open_in_place, seal, sealed_epoch, sealed_len,
};
use serde_json::Value;

use super::bytes;

struct Pinned(Value);

impl Pinned {
    fn format_1() -> Self {
        Self(serde_json::from_str(include_str!("../data/vault/format-1.json")).unwrap())
    }

    fn bytes<const N: usize>(&self, name: &str) -> [u8; N] {
        bytes(self.0[name].as_str().unwrap()).try_into().unwrap()
    }

    fn table(&self) -> KeyTable {
        KeyTable::decode(&bytes(self.0["table"].as_str().unwrap())).unwrap()
    }

    fn list(&self, name: &str) -> &[Value] {
        self.0[name].as_array().unwrap()
    }

    fn kdf(&self) -> KdfParams {
        let number = |name: &str| number(&self.0["kdf"][name]);
        let salt = bytes(self.0["kdf"]["salt"].as_str().unwrap()).try_into().unwrap();
        KdfParams::new(number("memory_kib"), number("passes"), number("lanes"), salt).unwrap()
    }
}

fn number<N: TryFrom<u64, Error: core::fmt::Debug>>(value: &Value) -> N {
    value.as_u64().unwrap().try_into().unwrap()
}

#[test]
fn the_key_table_is_read_and_written_to_the_bit() {
    let pinned = Pinned::format_1();
    let table = pinned.table();
    assert_eq!(super::hex(&table.encode()), pinned.0["table"].as_str().unwrap());
    assert_eq!(*table.vault(), pinned.bytes("vault"));
    assert_eq!(*table.mac(), pinned.bytes("mac"));
    let slots: Vec<_> =
        table.slots().iter().map(|slot| (slot.id().0, slot.kind(), slot.created_millis())).collect();
    let kinds = [SlotKind::Passkey, SlotKind::Passphrase, SlotKind::Other(200)];
    let expected: Vec<_> = pinned
        .list("slots")
        .iter()
        .zip(kinds)
        .map(|(slot, kind)| {
            let id = bytes(slot["id"].as_str().unwrap()).try_into().unwrap();
            (id, kind, number(&slot["created_millis"]))
        })
        .collect();
    assert_eq!(slots, expected);
}

#[test]
fn however_it_is_typed_the_passphrase_derives_the_same_secret() {
    let pinned = Pinned::format_1();
    let table = pinned.table();
    let kdf = table.passphrase_slots().next().unwrap().kdf_params().unwrap();
    assert_eq!(kdf, pinned.kdf());
    for typed in pinned.list("typed") {
        let secret = derive(&Passphrase::new(typed.as_str().unwrap()), &kdf).unwrap();
        assert_eq!(secret.into_bytes()[..], pinned.bytes::<64>("derived_secret"));
    }
}

#[test]
fn what_is_typed_wrong_is_a_wrong_passphrase() {
    let pinned = Pinned::format_1();
    let table = pinned.table();
    let slot = table.passphrase_slots().next().unwrap();
    for typed in pinned.list("typed_wrong") {
        let secret = derive(&Passphrase::new(typed.as_str().unwrap()), &pinned.kdf()).unwrap();
        assert_eq!(table.unlock(slot.id(), &secret).err(), Some(UnlockError::WrongPassphrase));
    }
}

#[test]
fn the_rows_open() {
    let pinned = Pinned::format_1();
    let table = pinned.table();
    let secret = DerivedSecret::from_bytes(&pinned.bytes("derived_secret"));
    let slot = table.passphrase_slots().next().unwrap().id();
    let unlocked = table.unlock(slot, &secret).unwrap();
    assert_eq!(unlocked.integrity, Integrity::Intact);
    let ring = unlocked.keys.ring();
    let epochs: Vec<u32> = pinned.list("epochs").iter().map(number).collect();
    assert_eq!(ring.epochs().collect::<Vec<_>>(), epochs);
    assert_eq!(Some(&ring.newest_epoch()), epochs.last());

    assert_eq!(pinned.list("rows").len(), 7);
    for row in pinned.list("rows") {
        let context = Context {
            vault: pinned.bytes("vault"),
            area: number(&row["area"]),
            row: row["row"].as_str().unwrap().parse().unwrap(),
            format: number(&row["format"]),
        };
        let text = row["text"].as_str().unwrap().repeat(number(&row["times"]));
        let mut blob = bytes(row["blob"].as_str().unwrap());
        assert_eq!(open(ring, &context, &blob).unwrap(), text.as_bytes());
        assert_eq!(sealed_epoch(&blob), Some(number(&row["epoch"])));
        assert_eq!(super::hex(&auth_tag(&blob).unwrap()), row["auth_tag"].as_str().unwrap());
        assert_eq!(sealed_len(text.len()), Some(number(&row["length"])));
        assert_eq!(open_in_place(ring, &context, &mut blob).unwrap(), text.as_bytes());
        // What is sealed today differs in nonce and epoch only.
        let again = seal(ring, &context, text.as_bytes(), &mut SeededEntropy::new(1)).unwrap();
        assert_eq!(again.len(), blob.len());
        assert_eq!(open(ring, &context, &again).unwrap(), text.as_bytes());
    }
}

#[test]
fn the_recovery_slot_opens_what_the_passphrase_opens() {
    let pinned = Pinned(serde_json::from_str(include_str!("../data/vault/recovery-1.json")).unwrap());
    let table = pinned.table();
    assert_eq!(super::hex(&table.encode()), pinned.0["table"].as_str().unwrap());
    let [slot] = table.recovery_slots().collect::<Vec<_>>()[..] else { panic!("one recovery slot") };
    assert_eq!((slot.id().0, slot.kind()), (pinned.bytes("recovery_slot"), SlotKind::Recovery));
    assert_eq!(slot.created_millis(), number::<u64>(&pinned.0["recovery_created_millis"]));
    let row = &pinned.0["row"];
    let context = Context {
        vault: pinned.bytes("vault"),
        area: number(&row["area"]),
        row: number(&row["row"]),
        format: number(&row["format"]),
    };
    for (slot, secret) in [("passphrase_slot", "passphrase_secret"), ("recovery_slot", "recovery_secret")] {
        let slot = daifuku::crypto::SlotId(pinned.bytes(slot));
        let secret = DerivedSecret::from_bytes(&pinned.bytes(secret));
        let unlocked = table.unlock(slot, &secret).unwrap();
        assert_eq!(unlocked.integrity, Integrity::Intact);
        let blob = bytes(row["blob"].as_str().unwrap());
        let text = open(unlocked.keys.ring(), &context, &blob).unwrap();
        assert_eq!(text, row["text"].as_str().unwrap().as_bytes());
    }
}
