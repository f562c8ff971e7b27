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
/// If the name is empty, too long or has control characters.
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
    let json: Json = serde_json::from_str(line.ok_or(SealerError::NotABundle)?).map_err(|_| damaged())?;
    if json.card > VERSION {
        return Err(SealerError::Newer { needed: json.card, newest: VERSION });
    }
    let is_name = !json.name.trim().is_empty()
        && json.name.len() <= MOST_NAME_BYTES
        && !json.name.chars().any(char::is_control);
    let replica: ReplicaId = json.dev.parse().map_err(|_| damaged())?;
    let signing_key: [u8; 32] = decode(&json.sig)?;
    let signature: [u8; 64] = decode(&json.signature)?;
    if json.card == 0 || !is_name || json.age.parse::<age::x25519::Recipient>().is_err() {
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
