//! Keys of devices, member cards and their fingerprints, recovery sheets: what people hand on and compare.

use base64ct::{Base64UrlUnpadded, Encoding};
use daifuku::bundle::keys::{DeviceKeys, is_signed_by};
use daifuku::bundle::limits::{MOST_CARD_BYTES, MOST_NAME_BYTES};
use daifuku::bundle::sealer::{Card, SealerError};
use daifuku::bundle::{card, qr, recovery};
use daifuku::crypto::SeededEntropy;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::world::{NOW, hex, keys, replica, unhex};

fn a_card() -> Card {
    card::make(&keys(1), "受付の端末", replica(1), NOW).unwrap()
}

/// The card's line, and what stands before it.
fn parts(card: &Card) -> (String, Json) {
    let text = core::str::from_utf8(&card.file).unwrap();
    let (words, line) = text.split_at(text.find('{').unwrap());
    (words.to_owned(), serde_json::from_str(line).unwrap())
}

/// The keys in the order in which they are written.
fn file(prefix: &str, json: &Json) -> Vec<u8> {
    let keys = ["card", "name", "dev", "sig", "age", "made", "self", "extra"];
    let pairs = keys.iter().filter_map(|key| Some(format!("\"{key}\":{}", json.get(key)?)));
    format!("{prefix}{{{}}}\n", pairs.collect::<Vec<_>>().join(",")).into_bytes()
}

fn damaged() -> SealerError {
    SealerError::Damaged { part: "card".to_owned() }
}

proptest! {
    #[test]
    fn a_card_gives_back_what_it_was_made_of(
        seed in any::<u64>(),
        name in "[^\\p{C}]{0,20}[a-z漢\"\\\\😀]",
        id in any::<u8>(),
        made in any::<i64>(),
    ) {
        let keys = keys(seed);
        let card = card::make(&keys, &name, replica(id), made).unwrap();
        prop_assert_eq!(&card.name, &name);
        prop_assert_eq!(card.replica, replica(id));
        prop_assert_eq!(card.made, made);
        prop_assert_eq!(card.signing_key, keys.signing_key());
        prop_assert_eq!(&card.recipient, &keys.recipient());
        prop_assert_eq!(&card.fingerprint, &card::fingerprint(&keys.signing_key(), &keys.recipient()));
        prop_assert_eq!(card::read(&card.file), Ok(card));
    }

    #[test]
    fn arbitrary_bytes_are_no_card(bytes in prop::collection::vec(any::<u8>(), 0..300), begins in any::<bool>()) {
        let begin: &[u8] = if begins { b"{\"card\":1," } else { b"" };
        prop_assert!(card::read(&[begin, &bytes].concat()).is_err());
    }

    #[test]
    fn device_keys_come_back_as_they_were(seed in any::<u64>(), message in prop::collection::vec(any::<u8>(), 0..99)) {
        let keys = keys(seed);
        let encoded = keys.encode();
        prop_assert_eq!(encoded.len(), 65);
        let decoded = DeviceKeys::decode(&encoded).unwrap();
        prop_assert_eq!(decoded.encode(), encoded);
        prop_assert_eq!(decoded.recipient(), keys.recipient());
        prop_assert!(is_signed_by(&keys.signing_key(), &message, &decoded.sign(&message)));
        prop_assert!(!is_signed_by(&keys.signing_key(), &[&message[..], b"x"].concat(), &decoded.sign(&message)));
    }

    #[test]
    fn a_typed_sheet_is_read_forgivingly(seed in any::<u64>(), breaks in prop::collection::vec(0..80_usize, 0..8)) {
        let vault = [9; 16];
        let made = recovery::make(&vault, &mut SeededEntropy::new(seed)).unwrap();
        prop_assert_eq!(made.secret.len(), 64);
        let text = &made.identity;
        let full_width: String =
            text.chars().map(|letter| char::from_u32(u32::from(letter) + 0xfee0).unwrap()).collect();
        let mut spaced = text.clone();
        for at in breaks {
            spaced.insert(at % (spaced.len() + 1), [' ', '\n', '\t', '-'][at % 4]);
        }
        let without_prefix = text.strip_prefix("AGE-SECRET-KEY-").unwrap().to_owned();
        let typed = [
            text.clone(), text.to_lowercase(), full_width.clone(), full_width.to_lowercase(), spaced,
            text.replace('-', ""), text.replace('-', "\u{2010}\u{3000}"), format!("  {text}\r\n"), without_prefix,
        ];
        for typed in typed {
            prop_assert_eq!(&recovery::open(&vault, &typed).unwrap(), &made, "{}", typed);
        }
        let other = recovery::open(&[8; 16], text).unwrap();
        prop_assert_eq!(&other.recipient, &made.recipient);
        prop_assert_ne!(other.secret, made.secret, "each vault has a secret of its own");
    }

    #[test]
    fn arbitrary_text_is_no_identity(text in any::<String>()) {
        prop_assert_eq!(recovery::open(&[0; 16], &text), Err(SealerError::NotAnIdentity));
    }
}

#[test]
fn every_wrong_character_on_a_sheet_is_noticed() {
    let made = recovery::make(&[9; 16], &mut SeededEntropy::new(1)).unwrap();
    let start = "AGE-SECRET-KEY-".len();
    let letters = || ('A'..='Z').chain('0'..='9');
    for at in start..made.identity.len() {
        let mut typed = made.identity.clone().into_bytes();
        let right = typed.remove(at);
        let refuse = |typed: Vec<u8>| {
            let typed = String::from_utf8(typed).unwrap();
            assert_eq!(recovery::open(&[9; 16], &typed), Err(SealerError::NotAnIdentity), "{typed}");
        };
        refuse(typed.clone());
        for letter in letters() {
            let with = |byte: u8| [&typed[..at], &[byte], &typed[at..]].concat();
            if u8::try_from(letter).unwrap() != right {
                refuse(with(u8::try_from(letter).unwrap()));
            }
        }
        let next = at + 1;
        if next < made.identity.len() && made.identity.as_bytes()[next] != right {
            let mut swapped = made.identity.clone().into_bytes();
            swapped.swap(at, next);
            refuse(swapped);
        }
    }
}

/// RFC 7748, section 6.1, Bob's keys: a recipient is the public key of its identity.
#[test]
fn a_sheet_has_the_recipient_of_its_identity() {
    let secret = unhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    let public = unhex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    let hrp = |text: &str| bech32::Hrp::parse(text).unwrap();
    let identity = bech32::encode_upper::<bech32::Bech32>(hrp("age-secret-key-"), &secret).unwrap();
    let opened = recovery::open(&[0; 16], &identity).unwrap();
    assert_eq!(opened.identity, identity);
    assert_eq!(opened.recipient, bech32::encode::<bech32::Bech32>(hrp("age"), &public).unwrap());
    let keys = DeviceKeys::decode(&[&[1][..], &[5; 32], &secret].concat()).unwrap();
    assert_eq!(keys.recipient(), opened.recipient);
}

#[test]
fn a_card_of_which_anything_was_changed_is_refused() {
    let card = a_card();
    let (prefix, json) = parts(&card);
    assert_eq!(file(&prefix, &json), card.file);
    let other = parts(&card::make(&keys(2), "控え", replica(2), NOW + 1).unwrap()).1;
    for key in ["name", "dev", "sig", "age", "made", "self"] {
        let mut changed = json.clone();
        changed[key] = other[key].clone();
        assert_eq!(card::read(&file(&prefix, &changed)), Err(SealerError::ForgedCard), "{key}");
        let mut without = json.clone();
        without.as_object_mut().unwrap().remove(key);
        assert_eq!(card::read(&file(&prefix, &without)), Err(damaged()), "{key}");
        for wrong in [json!(""), json!(null), json!([]), json!("x\u{7}"), json!("あ".repeat(400)), json!(1.5)]
        {
            let mut changed = json.clone();
            changed[key] = wrong;
            assert_eq!(card::read(&file(&prefix, &changed)), Err(damaged()), "{key} {changed}");
        }
    }
}

#[test]
fn every_wrong_bit_of_a_card_is_noticed_and_the_words_before_it_do_not_count() {
    let card = a_card();
    let begin = card.file.iter().position(|byte| *byte == b'{').unwrap();
    for (at, bit) in (begin..card.file.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut changed = card.file.clone();
        changed[at] ^= 1 << bit;
        match card::read(&changed) {
            Err(_) => {}
            // What follows the line, or a space instead of its line end.
            Ok(read) => assert_eq!((at + 1, read.name), (card.file.len(), card.name.clone())),
        }
    }
    let line = &card.file[begin..];
    for words in ["", "\u{feff}Hello\r\n", "{\"other\":1}\n", "  \n\t"] {
        let read = card::read(&[words.as_bytes(), line].concat()).unwrap();
        assert_eq!((read.name, read.fingerprint), (card.name.clone(), card.fingerprint.clone()));
    }
}

#[test]
fn cards_are_bounded_and_versioned() {
    let card = a_card();
    let (prefix, json) = parts(&card);
    let newer = SealerError::Newer { needed: 2, newest: 1 };
    let mut changed = json.clone();
    changed["card"] = json!(2);
    assert_eq!(card::read(&file(&prefix, &changed)), Err(newer));
    let mut extended = json;
    extended["extra"] = json!({ "of": ["a", "newer", "version"] });
    assert_eq!(card::read(&file(&prefix, &extended)).unwrap().name, card.name);
    let long = [card.file.as_slice(), &vec![b' '; MOST_CARD_BYTES]].concat();
    assert_eq!(card::read(&long), Err(SealerError::TooLarge { limit: "card".to_owned() }));
    for (bytes, error) in
        [(&b""[..], SealerError::NotABundle), (b"\xff{\"card\":1}", SealerError::NotABundle)]
    {
        assert_eq!(card::read(bytes), Err(error));
    }
    for name in ["", " ", "a\nb", "\u{85}", &"a".repeat(MOST_NAME_BYTES + 1)] {
        assert_eq!(card::make(&keys(1), name, replica(1), NOW), Err(damaged()), "{name}");
    }
    assert!(card::make(&keys(1), &"a".repeat(MOST_NAME_BYTES), replica(1), NOW).is_ok());
}

/// The signature says nothing of who it is: only what is compared does.
#[test]
fn a_fingerprint_is_of_both_keys_and_of_nothing_else() {
    let [first, second] = [keys(1), keys(2)];
    let fingerprint = card::fingerprint(&first.signing_key(), &first.recipient());
    assert_ne!(fingerprint, card::fingerprint(&second.signing_key(), &first.recipient()));
    assert_ne!(fingerprint, card::fingerprint(&first.signing_key(), &second.recipient()));
    let renamed = card::make(&first, "別の名", replica(7), 0).unwrap();
    assert_eq!(renamed.fingerprint, fingerprint);
}

#[test]
fn device_keys_of_another_length_or_version_are_refused() {
    let encoded = keys(1).encode();
    let refused = |bytes: &[u8]| {
        let error = DeviceKeys::decode(bytes).err();
        assert_eq!(error, Some(SealerError::Damaged { part: "device keys".to_owned() }), "{}", hex(bytes));
    };
    (0..encoded.len()).for_each(|length| refused(&encoded[..length]));
    refused(&[&encoded[..], &[0]].concat());
    for version in [0, 2, 255] {
        refused(&[&[version], &encoded[1..]].concat());
    }
}

/// RFC 8032, section 7.1, TEST 3: the signatures are Ed25519 as everyone else's.
#[test]
fn signatures_are_those_of_rfc_8032() {
    let seed = unhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
    let keys = DeviceKeys::decode(&[&[1][..], &seed, &[5; 32]].concat()).unwrap();
    assert_eq!(hex(&keys.signing_key()), "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
    let signature = keys.sign(&[0xaf, 0x82]);
    let expected = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
        18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";
    assert_eq!(hex(&signature), expected);
    assert!(is_signed_by(&keys.signing_key(), &[0xaf, 0x82], &signature));
    // The same number modulo the order of the group, and the key that signs everything.
    let mut second = signature;
    second[63] |= 0x80;
    assert!(!is_signed_by(&keys.signing_key(), &[0xaf, 0x82], &second));
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut weak = [0; 64];
    weak[0] = 1;
    assert!(!is_signed_by(&neutral, b"anything", &weak));
}

#[test]
fn a_code_holds_its_text_or_says_that_it_can_not() {
    let made = recovery::make(&[9; 16], &mut SeededEntropy::new(1)).unwrap();
    let side = usize::try_from(made.qr.side).unwrap();
    assert_eq!(made.qr, qr::qr(&made.identity).unwrap());
    assert_eq!(made.qr.modules.len(), side * side);
    assert!(made.qr.modules.iter().all(|module| *module <= 1));
    // The three corners by which a reader finds it: dark frames of 7, and the fourth corner is none.
    for (x, y) in [(0, 0), (side - 7, 0), (0, side - 7)] {
        let row = |y: usize| &made.qr.modules[y * side + x..y * side + x + 7];
        assert_eq!((row(y), row(y + 6)), (&[1; 7][..], &[1; 7][..]));
        assert_eq!(row(y + 3), [1, 0, 1, 1, 1, 0, 1]);
    }
    assert_eq!(qr::qr(&"a".repeat(3_000)), Err(SealerError::TooLongForQr));
}

#[test]
fn keys_in_cards_are_text_without_padding() {
    let (_, json) = parts(&a_card());
    let decoded = Base64UrlUnpadded::decode_vec(json["sig"].as_str().unwrap()).unwrap();
    assert_eq!(decoded, keys(1).signing_key());
}
