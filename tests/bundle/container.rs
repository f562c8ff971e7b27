//! The container against the vectors that all implementations of age share, and against itself.

use std::fs;
use std::io::{Read, Write};
use std::iter;

use age::secrecy::SecretString;
use age::{Encryptor, scrypt, x25519};
use daifuku::bundle::container::{Keys, open, seal_for, seal_with};
use daifuku::bundle::limits::{MOST_HEADER_BYTES, MOST_RECIPIENTS, MOST_SCRYPT_LOG_N};
use daifuku::bundle::sealer::SealerError;
use flate2::read::ZlibDecoder;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::world::{hex, keys};

/// One file of the vectors.
#[derive(Default)]
struct Vector {
    expect: String,
    payload: String,
    identities: Vec<x25519::Identity>,
    passphrases: Vec<String>,
    file: Vec<u8>,
}

fn vector(bytes: &[u8]) -> Vector {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
    let (head, rest) = (core::str::from_utf8(&bytes[..end]).unwrap(), &bytes[end + 2..]);
    let mut vector = Vector { file: rest.to_vec(), ..Vector::default() };
    for line in head.lines() {
        let (key, value) = line.split_once(": ").unwrap();
        match key {
            "expect" => value.clone_into(&mut vector.expect),
            "payload" => value.clone_into(&mut vector.payload),
            "identity" => vector.identities.push(value.parse().unwrap()),
            "passphrase" => vector.passphrases.push(value.to_owned()),
            "compressed" => {
                assert_eq!(value, "zlib");
                vector.file.clear();
                ZlibDecoder::new(rest).read_to_end(&mut vector.file).unwrap();
            }
            "armored" | "file key" | "comment" => {}
            _ => panic!("{key} is not known here"),
        }
    }
    vector
}

/// The crate `age` still reads stanzas without a short last line, as the first betas of age wrote them. The
/// header is authenticated as it stands, so nothing can be forged by this.
const LEGACY: [&str; 2] = ["stanza_missing_body", "stanza_missing_final_line"];

/// What may come of a file that must not open.
fn is_right(name: &str, expect: &str, error: &SealerError) -> bool {
    use SealerError::{
        Damaged, ExcessiveWork, NotABundle, NotForUs, Truncated, UnknownContainer, WrongPassphrase,
    };
    let part = match error {
        Damaged { part } => part.as_str(),
        _ => "",
    };
    match (name, expect) {
        // Valid, but we take no more than 2^18, whatever the format allows.
        ("scrypt_work_factor_23", _) => *error == ExcessiveWork { found: 23, most: MOST_SCRYPT_LOG_N },
        ("version_unsupported", _) => *error == UnknownContainer,
        // Without the first line of the armor it could be anything.
        (_, "armor failure") => matches!(error, NotABundle | Truncated | Damaged { .. }),
        ("empty" | "armor_empty", _) => *error == NotABundle,
        // It ends before the header or the nonce after it does.
        ("hmac_missing" | "hmac_truncated" | "stream_no_nonce" | "stream_short_nonce", _) => {
            *error == Truncated
        }
        (_, "header failure") => part == "header",
        (_, "HMAC failure") => part == "header mac",
        (_, "no match") => matches!(error, NotForUs | WrongPassphrase),
        (_, "payload failure") => part == "payload" || *error == Truncated,
        _ => false,
    }
}

#[test]
fn every_shared_vector_gives_what_it_shall() {
    let mut seen = 0;
    for entry in fs::read_dir("tests/data/age/testkit").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let vector = vector(&fs::read(&path).unwrap());
        let keys = Keys {
            identities: vector.identities.iter().collect(),
            passphrase: vector.passphrases.first().map(String::as_str),
        };
        match open(&vector.file, &keys) {
            Ok(content) if LEGACY.contains(&name) => assert_eq!(content, b"age"),
            Ok(content) => {
                assert_eq!(vector.expect, "success", "{name} must not open");
                assert_eq!(hex(&Sha256::digest(&content)), vector.payload, "{name}");
            }
            Err(error) => {
                assert!(is_right(name, &vector.expect, &error), "{name}: {} {error:?}", vector.expect);
            }
        }
        seen += 1;
    }
    assert_eq!(seen, 123);
}

const CONTENT: &[u8] = b"content";

fn with_identity(identity: &x25519::Identity) -> Keys<'_> {
    Keys { identities: vec![identity], passphrase: None }
}

const fn with_passphrase(passphrase: &str) -> Keys<'_> {
    Keys { identities: Vec::new(), passphrase: Some(passphrase) }
}

/// A file for a passphrase that costs next to nothing to try.
fn cheap(passphrase: &str, log_n: u8) -> Vec<u8> {
    let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
    recipient.set_work_factor(log_n);
    let recipient: &dyn age::Recipient = &recipient;
    sealed(Encryptor::with_recipients(iter::once(recipient)).unwrap())
}

fn sealed(encryptor: Encryptor) -> Vec<u8> {
    let mut file = Vec::new();
    let mut stream = encryptor.wrap_output(&mut file).unwrap();
    stream.write_all(CONTENT).unwrap();
    stream.finish().unwrap();
    file
}

fn armored(file: &[u8]) -> Vec<u8> {
    use age::armor::{ArmoredWriter, Format};
    let mut writer = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor).unwrap();
    writer.write_all(file).unwrap();
    writer.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// For any content, also of several chunks of 64 KiB, every recipient's identity opens it; no other does.
    #[test]
    fn every_recipient_opens_and_no_other(
        byte in any::<u8>(),
        length in prop_oneof![0..300_usize, 65_530..65_540_usize, 131_070..131_075_usize],
        others in 0..4_u64,
        is_armored in any::<bool>(),
    ) {
        let content = vec![byte; length];
        let all: Vec<_> = (0..=others).map(keys).collect();
        let recipients: Vec<String> = all.iter().map(|keys| keys.recipient()).collect();
        let file = seal_for(&content, &recipients, is_armored).unwrap();
        prop_assert_eq!(is_armored, file.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----\n"));
        prop_assert_eq!(is_armored, file.is_ascii());
        for keys in &all {
            prop_assert_eq!(&open(&file, &with_identity(keys.identity())).unwrap(), &content);
        }
        let stranger = keys(100);
        prop_assert_eq!(open(&file, &with_identity(stranger.identity())), Err(SealerError::NotForUs));
        let both = Keys { identities: vec![stranger.identity(), all[0].identity()], passphrase: Some("x") };
        prop_assert_eq!(&open(&file, &both).unwrap(), &content);
    }

    /// Bytes of any kind are refused, whatever they begin with.
    #[test]
    fn arbitrary_bytes_are_refused(
        begin in prop::sample::select(vec![
            "", "age-encryption.org/v1\n", "age-encryption.org/v1\n-> X25519 ", "age-encryption.org/v1\n--- ",
            "-----BEGIN AGE ENCRYPTED FILE-----\n", "age-encryption.org/v2\n", "age-encryption.org/v1\n-> scrypt ",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..400),
        is_armored in any::<bool>(),
    ) {
        let mut file = [begin.as_bytes(), &rest].concat();
        if is_armored {
            file = armored(&file);
        }
        let keys = keys(1);
        let opened = open(&file, &Keys { identities: vec![keys.identity()], passphrase: Some("x") });
        prop_assert!(opened.is_err());
    }
}

#[test]
fn a_passphrase_opens_what_it_sealed_however_it_is_typed() {
    for (is_armored, typed) in [(false, "\tpass ｶﾞ\n"), (true, "pass \u{30ab}\u{3099}")] {
        let file = seal_with(CONTENT, " ｐａｓｓ ガ\u{3000}", is_armored).unwrap();
        assert_eq!(open(&file, &with_passphrase(typed)).unwrap(), CONTENT);
        assert_eq!(open(&file, &with_passphrase("Pass ガ")), Err(SealerError::WrongPassphrase));
        let stranger = keys(1);
        assert_eq!(open(&file, &with_identity(stranger.identity())), Err(SealerError::NeedsPassphrase));
        assert_eq!(open(&file, &Keys::default()), Err(SealerError::NeedsPassphrase));
    }
}

#[test]
fn a_file_for_recipients_does_not_ask_for_a_passphrase() {
    let file = seal_for(CONTENT, &[keys(1).recipient()], false).unwrap();
    assert_eq!(open(&file, &with_passphrase("pass")), Err(SealerError::NotForUs));
    assert_eq!(open(&file, &Keys::default()), Err(SealerError::NotForUs));
}

#[test]
fn work_is_bounded_before_it_is_done() {
    // Only the header says so: nobody has worked for it.
    let file = cheap("pass", 1);
    for (found, most) in [(MOST_SCRYPT_LOG_N + 1, MOST_SCRYPT_LOG_N), (63, MOST_SCRYPT_LOG_N)] {
        let at = file.windows(3).position(|three| three == b" 1\n").unwrap();
        let changed = [&file[..at], format!(" {found}").as_bytes(), &file[at + 2..]].concat();
        let refused = Err(SealerError::ExcessiveWork { found, most });
        assert_eq!(open(&changed, &with_passphrase("pass")), refused);
        assert_eq!(open(&armored(&changed), &with_passphrase("pass")), refused);
    }
    assert_eq!(open(&file, &with_passphrase("pass")).unwrap(), CONTENT);
}

#[test]
fn recipients_are_bounded_in_both_forms() {
    let too_many = || SealerError::TooLarge { limit: "recipients".to_owned() };
    let keys = keys(1);
    for count in [MOST_RECIPIENTS, MOST_RECIPIENTS + 1] {
        let recipient = keys.identity().to_public();
        let recipient: &dyn age::Recipient = &recipient;
        let all = iter::repeat_n(recipient, count);
        let file = sealed(Encryptor::with_recipients(all).unwrap());
        let ours = seal_for(CONTENT, &vec![keys.recipient(); count], true);
        for opened in [&file, &armored(&file)].map(|file| open(file, &with_identity(keys.identity()))) {
            if count > MOST_RECIPIENTS {
                assert_eq!(opened, Err(too_many()));
                assert_eq!(ours, Err(too_many()));
            } else {
                assert_eq!(opened.unwrap(), CONTENT);
                assert_eq!(open(ours.as_ref().unwrap(), &with_identity(keys.identity())).unwrap(), CONTENT);
            }
        }
    }
}

#[test]
fn headers_are_bounded_in_both_forms() {
    let file =
        [b"age-encryption.org/v1\n-> x ".to_vec(), vec![b'a'; MOST_HEADER_BYTES], b"\n\n--- ".to_vec()];
    let file = file.concat();
    let refused = Err(SealerError::TooLarge { limit: "header".to_owned() });
    assert_eq!(open(&file, &Keys::default()), refused);
    assert_eq!(open(&armored(&file), &Keys::default()), refused);
}

#[test]
fn only_recipients_are_written_to() {
    let identity = "AGE-SECRET-KEY-1QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSKMP32K";
    for wrong in ["", "age1", identity, "ssh-ed25519 AAAA", &keys(1).recipient().replace('1', "2")] {
        let recipients = [keys(1).recipient(), wrong.to_owned()];
        assert_eq!(seal_for(CONTENT, &recipients, false), Err(SealerError::NotARecipient), "{wrong}");
    }
    assert_eq!(seal_for(CONTENT, &[], false), Err(SealerError::NotARecipient));
}

/// Files of both kinds in both forms, and what opens them.
fn small_files(test: impl Fn(&[u8], &Keys<'_>)) {
    let keys = keys(1);
    let file = seal_for(CONTENT, &[keys.recipient()], false).unwrap();
    let cheap = cheap("pass", 1);
    for file in [&file, &armored(&file)] {
        test(file, &with_identity(keys.identity()));
    }
    for file in [&cheap, &armored(&cheap)] {
        test(file, &with_passphrase("pass"));
    }
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    small_files(|file, keys| {
        for length in 0..file.len() {
            match open(&file[..length], keys) {
                // The last line end of the armor may be missing.
                Ok(content) => assert!(file.is_ascii() && length + 1 == file.len() && content == CONTENT),
                Err(SealerError::Truncated | SealerError::NotABundle | SealerError::Damaged { .. }) => {}
                Err(error) => panic!("{length} bytes: {error:?}"),
            }
        }
    });
}

#[test]
fn a_file_with_a_wrong_byte_is_refused() {
    small_files(|file, keys| {
        // Also another case of a letter.
        for (at, bits) in (0..file.len()).flat_map(|at| [0x01, 0x20, 0x80].map(|bits| (at, bits))) {
            let mut changed = file.to_vec();
            changed[at] ^= bits;
            assert!(open(&changed, keys).is_err(), "byte {at} ^ {bits} does not matter");
        }
    });
}

#[test]
fn what_follows_a_file_is_refused() {
    small_files(|file, keys| {
        assert!(open(&[file, b"x"].concat(), keys).is_err());
        assert!(open(&[file, file].concat(), keys).is_err());
    });
}
