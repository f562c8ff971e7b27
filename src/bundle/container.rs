//! The container of a bundle: an age v1 file (<https://c2sp.org/age>), binary or armored, for X25519
//! recipients or for a passphrase.
//!
//! The crate `age` does the cryptography, with randomness of its own. Here stand the limits, which are
//! looked at before any work, and what can go wrong in the words of [`SealerError`].

use std::io::{Read, Write};
use std::iter;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt, x25519};

use super::limits::{MOST_FILE_BYTES, MOST_HEADER_BYTES, MOST_RECIPIENTS, MOST_SCRYPT_LOG_N, SCRYPT_LOG_N};
use super::sealer::SealerError;
use crate::crypto::Passphrase;

const ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
const MAGIC: &[u8] = b"age-encryption.org/";
const VERSION: &[u8] = b"age-encryption.org/v1\n";

/// Seals `content` for recipients, `age1…`. Whoever holds the identity of one of them can open it.
///
/// # Errors
/// If there is none, there are too many, or one is not a recipient.
pub fn seal_for(content: &[u8], recipients: &[String], armored: bool) -> Result<Vec<u8>, SealerError> {
    let parsed = parse_recipients(recipients)?;
    let as_dyn = parsed.iter().map(|recipient| -> &dyn age::Recipient { recipient });
    let encryptor = Encryptor::with_recipients(as_dyn).map_err(|_| SealerError::NotARecipient)?;
    write(encryptor, content, armored)
}

/// What files are sealed for.
///
/// # Errors
/// If there is none, there are too many, or one is not a recipient.
pub(super) fn parse_recipients(texts: &[String]) -> Result<Vec<x25519::Recipient>, SealerError> {
    match texts.len() {
        0 => Err(SealerError::NotARecipient),
        1..=MOST_RECIPIENTS => {
            texts.iter().map(|text| text.parse().map_err(|_| SealerError::NotARecipient)).collect()
        }
        _ => Err(SealerError::TooLarge { limit: "recipients".to_owned() }),
    }
}

/// Seals `content` for whoever knows the passphrase, with scrypt at [`SCRYPT_LOG_N`].
///
/// # Errors
/// When the passphrase is empty, or there is not enough memory for the file.
pub fn seal_with(content: &[u8], passphrase: &str, armored: bool) -> Result<Vec<u8>, SealerError> {
    if Passphrase::new(passphrase).text().is_empty() {
        return Err(SealerError::NotARecipient);
    }
    let mut recipient = scrypt::Recipient::new(secret(passphrase));
    recipient.set_work_factor(SCRYPT_LOG_N);
    let recipient: &dyn age::Recipient = &recipient;
    let encryptor =
        Encryptor::with_recipients(iter::once(recipient)).map_err(|_| SealerError::NotARecipient)?;
    write(encryptor, content, armored)
}

fn write(encryptor: Encryptor, content: &[u8], armored: bool) -> Result<Vec<u8>, SealerError> {
    // Nothing but memory is written to: only the want of it can make this fail.
    let failed = |_: std::io::Error| SealerError::OutOfMemory;
    let format = if armored { Format::AsciiArmor } else { Format::Binary };
    let file = Vec::with_capacity(content.len() + content.len() / if armored { 2 } else { 64 } + 1024);
    let armor = ArmoredWriter::wrap_output(file, format).map_err(failed)?;
    let mut stream = encryptor.wrap_output(armor).map_err(failed)?;
    stream.write_all(content).map_err(failed)?;
    stream.finish().and_then(ArmoredWriter::finish).map_err(failed)
}

/// With what a container may be opened.
#[derive(Default)]
pub struct Keys<'a> {
    /// Identities.
    pub identities: Vec<&'a x25519::Identity>,
    /// A passphrase as typed.
    pub passphrase: Option<&'a str>,
}

/// Opens a container, binary or armored.
///
/// # Errors
/// [`SealerError`] says why not. Nothing of the content is given out unless all of it is whole.
pub fn open(file: &[u8], keys: &Keys<'_>) -> Result<Vec<u8>, SealerError> {
    if file.len() > MOST_FILE_BYTES {
        return Err(SealerError::TooLarge { limit: "file".to_owned() });
    }
    let text = file.trim_ascii_start();
    if !text.starts_with(ARMOR) {
        look_at_header(file)?;
        return open_stream(file, file.len(), keys);
    }
    let mut armor = ArmoredReader::new(text);
    let mut head = Vec::new();
    let bound = u64::try_from(MOST_HEADER_BYTES + 1).unwrap_or(u64::MAX);
    armor.by_ref().take(bound).read_to_end(&mut head).map_err(|error| stream_error(&error, "armor"))?;
    look_at_header(&head)?;
    open_stream(head.chain(armor), file.len(), keys)
}

/// Refuses what is no age file, and headers out of all bounds.
fn look_at_header(file: &[u8]) -> Result<(), SealerError> {
    if !file.starts_with(VERSION) {
        let begun = !file.is_empty() && VERSION.starts_with(file);
        return Err(match file.strip_prefix(MAGIC) {
            _ if begun => SealerError::Truncated,
            // Something took it for text and changed its line ends.
            Some(rest) if rest.starts_with(b"v1\r") => damaged("header"),
            Some(_) => SealerError::UnknownContainer,
            None => SealerError::NotABundle,
        });
    }
    let head = file.get(..MOST_HEADER_BYTES.min(file.len())).unwrap_or_default();
    let mut stanzas = 0;
    for line in head.split(|byte| *byte == b'\n') {
        // Writers add stanzas of invented kinds, so that readers stay tolerant; nobody works for those.
        stanzas += usize::from(line.starts_with(b"-> X25519 "));
        if line.starts_with(b"---") {
            let few = stanzas <= MOST_RECIPIENTS;
            return if few { Ok(()) } else { Err(SealerError::TooLarge { limit: "recipients".to_owned() }) };
        }
    }
    if head.len() < file.len() {
        Err(SealerError::TooLarge { limit: "header".to_owned() })
    } else {
        Err(SealerError::Truncated)
    }
}

fn open_stream(input: impl Read, length: usize, keys: &Keys<'_>) -> Result<Vec<u8>, SealerError> {
    let decryptor = Decryptor::new(input).map_err(|error| header_error(&error))?;
    let opened = if decryptor.is_scrypt() {
        let passphrase = keys.passphrase.ok_or(SealerError::NeedsPassphrase)?;
        let mut identity = scrypt::Identity::new(secret(passphrase));
        identity.set_max_work_factor(MOST_SCRYPT_LOG_N);
        let identity: &dyn age::Identity = &identity;
        decryptor.decrypt(iter::once(identity)).map_err(|error| match error {
            DecryptError::ExcessiveWork { required, .. } => {
                SealerError::ExcessiveWork { found: required, most: MOST_SCRYPT_LOG_N }
            }
            DecryptError::KeyDecryptionFailed
            | DecryptError::DecryptionFailed
            | DecryptError::NoMatchingKeys => SealerError::WrongPassphrase,
            error => header_error(&error),
        })
    } else {
        let identities = keys.identities.iter().map(as_dyn);
        decryptor.decrypt(identities).map_err(|error| match error {
            DecryptError::NoMatchingKeys => SealerError::NotForUs,
            error => header_error(&error),
        })
    };
    let mut content = Vec::with_capacity(length);
    opened?.read_to_end(&mut content).map_err(|error| stream_error(&error, "payload"))?;
    Ok(content)
}

fn as_dyn<'a>(identity: &&'a x25519::Identity) -> &'a dyn age::Identity {
    *identity
}

fn header_error(error: &DecryptError) -> SealerError {
    match error {
        DecryptError::Io(error) => stream_error(error, "header"),
        DecryptError::InvalidMac => damaged("header mac"),
        // Its version was looked at before: what is unknown in it is not of a later one.
        DecryptError::UnknownFormat | DecryptError::InvalidHeader => damaged("header"),
        DecryptError::KeyDecryptionFailed => damaged("file key"),
        _ => damaged("container"),
    }
}

fn stream_error(error: &std::io::Error, part: &str) -> SealerError {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => SealerError::Truncated,
        _ => damaged(part),
    }
}

fn damaged(part: &str) -> SealerError {
    SealerError::Damaged { part: part.to_owned() }
}

/// The passphrase in the form that a vault reads it in.
fn secret(passphrase: &str) -> SecretString {
    SecretString::from(Passphrase::new(passphrase).text().to_owned())
}
