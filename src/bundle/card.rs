//! The member card of a device: its name and public keys, signed by itself, in a text file. Who it really
//! is only people can tell, by comparing the fingerprint.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::keys::{DeviceKeys, is_signed_by};
use super::limits::{MOST_CARD_BYTES, MOST_NAME_BYTES};
use super::sealer::{Card, Fingerprint, SealerError};
use crate::model::ReplicaId;

const DOMAIN: &[u8] = b"daifuku.card.1\0";
const VERSION: u32 = 1;
/// How the line begins that counts; what stands before it is for people.
const BEGIN: &str = "{\"card\":";

/// What every version of a card says.
#[derive(Deserialize)]
struct Versioned {
    card: u32,
}

#[derive(Serialize, Deserialize)]
struct Json {
    card: u32,
    name: String,
    dev: String,
    sig: String,
    age: String,
    made: i64,
    #[serde(rename = "self")]
    signature: String,
}

/// Makes the card of a device.
///
/// # Errors
/// If the name is empty, too long, or has characters that control how text is shown.
pub fn make(keys: &DeviceKeys, name: &str, replica: ReplicaId, made: i64) -> Result<Card, SealerError> {
    let recipient = keys.recipient();
    let signing_key = keys.signing_key();
    let signature = keys.sign(&message(name, replica, &signing_key, &recipient, made));
    let json = Json {
        card: VERSION,
        name: name.to_owned(),
        dev: replica.to_string(),
        sig: Base64UrlUnpadded::encode_string(&signing_key),
        age: recipient,
        made,
        signature: Base64UrlUnpadded::encode_string(&signature),
    };
    let line = serde_json::to_string(&json).map_err(|_| damaged())?;
    let file = format!("大福帳の名刺 / Daifuku member card\n\n{line}\n");
    read(file.as_bytes())
}

/// Reads a card, which must be signed by its own keys.
///
/// # Errors
/// When it is no card, is out of bounds, of a newer version, or was changed.
pub fn read(file: &[u8]) -> Result<Card, SealerError> {
    if file.len() > MOST_CARD_BYTES {
        return Err(SealerError::TooLarge { limit: "card".to_owned() });
    }
    let text = core::str::from_utf8(file).map_err(|_| SealerError::NotABundle)?;
    let line = text.lines().map(str::trim).find(|line| line.starts_with(BEGIN));
    let line = line.ok_or(SealerError::NotABundle)?;
    // The version first: the rest of a newer card may look different.
    let Versioned { card } = serde_json::from_str(line).map_err(|_| damaged())?;
    if card > VERSION {
        return Err(SealerError::Newer { needed: card, newest: VERSION });
    }
    let json: Json = serde_json::from_str(line).map_err(|_| damaged())?;
    let replica: ReplicaId = json.dev.parse().map_err(|_| damaged())?;
    let signing_key: [u8; 32] = decode(&json.sig)?;
    let signature: [u8; 64] = decode(&json.signature)?;
    // Recipients are compared as text, so there is one text for each.
    let is_recipient =
        json.age.parse::<age::x25519::Recipient>().is_ok_and(|key| key.to_string() == json.age);
    if card != VERSION || !is_name(&json.name) || !is_recipient {
        return Err(damaged());
    }
    let message = message(&json.name, replica, &signing_key, &json.age, json.made);
    if !is_signed_by(&signing_key, &message, &signature) {
        return Err(SealerError::ForgedCard);
    }
    Ok(Card {
        file: file.to_vec(),
        fingerprint: fingerprint(&signing_key, &json.age),
        name: json.name,
        replica,
        signing_key,
        recipient: json.age,
        made: json.made,
    })
}

fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= MOST_NAME_BYTES && !name.chars().any(controls_text)
}

/// Control characters, and what turns the direction of all that follows (UAX #9, 2.1 to 2.4): with it a name
/// could look like another, or rearrange the sentence that it stands in. The marks of a direction, which
/// right-to-left names need, are harmless.
fn controls_text(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What people compare: SHA-256 of `daifuku.card.1`, a zero byte, the Ed25519 key (32 bytes) and the age
/// recipient. Its first 16 bytes; as digits, each of the first six pairs of bytes, big-endian, modulo 10,000.
#[must_use]
pub fn fingerprint(signing_key: &[u8; 32], recipient: &str) -> Fingerprint {
    let hash =
        Sha256::new().chain_update(DOMAIN).chain_update(signing_key).chain_update(recipient).finalize();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    let groups = bytes.chunks_exact(2).take(6).map(|pair| {
        let number = pair.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        format!("{:04}", number % 10_000)
    });
    Fingerprint { digits: groups.collect::<Vec<_>>().join(" "), bytes }
}

/// What a card's signature is of: the domain, then the key (32 bytes), the replica (8 bytes), the time
/// (8 bytes, big-endian), the length of the recipient (4 bytes, big-endian), the recipient, the name.
fn message(name: &str, replica: ReplicaId, key: &[u8; 32], recipient: &str, made: i64) -> Vec<u8> {
    let length = u32::try_from(recipient.len()).unwrap_or(u32::MAX).to_be_bytes();
    let parts: [&[u8]; 7] =
        [DOMAIN, key, &replica.0, &made.to_be_bytes(), &length, recipient.as_bytes(), name.as_bytes()];
    parts.concat()
}

fn decode<const N: usize>(text: &str) -> Result<[u8; N], SealerError> {
    let bytes = Base64UrlUnpadded::decode_vec(text).map_err(|_| damaged())?;
    bytes.try_into().map_err(|_| damaged())
}

fn damaged() -> SealerError {
    SealerError::Damaged { part: "card".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SeededEntropy;

    /// A card whose signature is right, whatever it says.
    fn signed(card: u32, name: &str, recipient: &str) -> Vec<u8> {
        let keys = DeviceKeys::make(&mut SeededEntropy::new(1)).unwrap();
        let replica = ReplicaId([7; 8]);
        let key = keys.signing_key();
        let json = Json {
            card,
            name: name.to_owned(),
            dev: replica.to_string(),
            sig: Base64UrlUnpadded::encode_string(&key),
            age: recipient.to_owned(),
            made: 1,
            signature: Base64UrlUnpadded::encode_string(
                &keys.sign(&message(name, replica, &key, recipient, 1)),
            ),
        };
        serde_json::to_vec(&json).unwrap()
    }

    fn recipient() -> String {
        DeviceKeys::make(&mut SeededEntropy::new(1)).unwrap().recipient()
    }

    #[test]
    fn a_right_signature_does_not_excuse_the_rest() {
        assert_eq!(read(&signed(1, "山田", &recipient())).unwrap().name, "山田");
        assert_eq!(read(&signed(0, "山田", &recipient())), Err(damaged()), "no such version");
        let upper = recipient().to_uppercase();
        assert!(upper.parse::<age::x25519::Recipient>().is_ok(), "another text for the same key");
        assert_eq!(read(&signed(1, "山田", &upper)), Err(damaged()));
        for turned in ["a\u{202e}b", "\u{2066}a", "a\u{2069}", "\u{202a}a"] {
            assert_eq!(read(&signed(1, turned, &recipient())), Err(damaged()), "{turned:?}");
        }
        assert!(read(&signed(1, "\u{200f}שרה\u{200e}", &recipient())).is_ok());
    }

    #[test]
    fn a_card_of_a_newer_form_is_newer_not_damaged() {
        let newer = Err(SealerError::Newer { needed: 2, newest: 1 });
        assert_eq!(read(b"{\"card\":2,\"of\":[\"another\",{\"form\":true}]}"), newer);
    }
}
