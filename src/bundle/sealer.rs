//! What the sealer worker does for the engine: everything whose secrets or memory shall end with it.
//!
//! The engine asks in [`Request`]s and waits for the [`Answer`] to each before the next. Both travel as
//! postcard. The engine knows nothing of age, gzip, JSON or signatures; the sealer knows nothing of the
//! store.
//!
//! Writing: [`Request::Write`], then [`Request::Items`] as often as needed, then [`Request::Finish`].
//! Reading: [`Request::Read`] opens, unpacks and verifies the whole bundle before it answers; then
//! [`Request::More`] until the answer has no items. So no item of a bundle that is not authentic ever
//! leaves the sealer.

use core::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::header::{Header, To};
use super::item::Item;
use crate::model::ReplicaId;

/// What the sealer is asked.
#[derive(Serialize, Deserialize)]
pub enum Request {
    /// The secret of a passphrase slot: [`crate::crypto::derive`]. Answer: [`Answer::Secret`].
    Derive {
        /// [`crate::crypto::KdfParams::encode`].
        params: Vec<u8>,
        /// As typed.
        passphrase: String,
    },
    /// New keys and the card of a device. Answer: [`Answer::Device`].
    MakeDevice {
        /// How the device is called.
        name: String,
        /// Its replica.
        replica: ReplicaId,
        /// When, in milliseconds since 1970.
        at: i64,
        /// Its keys, to make a card for keys that are there; empty for new ones.
        keys: Vec<u8>,
    },
    /// Reads a member card. Answer: [`Answer::Card`].
    ReadCard(Vec<u8>),
    /// A new identity for a recovery sheet. Answer: [`Answer::Recovery`].
    MakeRecovery {
        /// The vault that it shall open.
        vault: [u8; 16],
    },
    /// What an identity on a recovery sheet, as typed or scanned, opens. Answer: [`Answer::Recovery`].
    OpenRecovery {
        /// The vault; all zero to open files only.
        vault: [u8; 16],
        /// As typed: spaces, line ends and case do not matter.
        identity: String,
    },
    /// A QR code. Answer: [`Answer::Qr`].
    Qr(String),
    /// Begins to write a bundle. Answer: [`Answer::Ready`].
    Write {
        /// Its first line.
        header: Box<Header>,
        /// The secret keys of the device.
        keys: Vec<u8>,
        /// The passphrase, when it is for one.
        passphrase: Option<String>,
        /// Armored text instead of bytes.
        armored: bool,
    },
    /// Goes on writing. Answer: [`Answer::Ready`].
    Items(Vec<Item>),
    /// Ends writing. Answer: [`Answer::File`].
    Finish,
    /// Opens a bundle, unpacks and verifies it. Answer: [`Answer::Opened`].
    Read {
        /// The whole file, binary or armored.
        #[serde(with = "serde_bytes_vec")]
        file: Vec<u8>,
        /// With what to open it.
        open_with: OpenWith,
    },
    /// The next items. Answer: [`Answer::Items`].
    More,
}

/// The secrets that may open a bundle.
#[derive(Default, Serialize, Deserialize)]
pub struct OpenWith {
    /// Keys of this device and of those it succeeded: [`Answer::Device`].
    pub devices: Vec<Vec<u8>>,
    /// Identities of recovery sheets, as typed.
    pub identities: Vec<String>,
    /// A passphrase.
    pub passphrase: Option<String>,
}

/// What the sealer answers.
#[derive(Serialize, Deserialize)]
pub enum Answer {
    /// To [`Request::Derive`]: 64 bytes.
    Secret(Vec<u8>),
    /// To [`Request::MakeDevice`].
    Device {
        /// Its secret keys, to be kept sealed.
        keys: Vec<u8>,
        /// Its card.
        card: Card,
    },
    /// To [`Request::ReadCard`].
    Card(Card),
    /// To [`Request::MakeRecovery`] and [`Request::OpenRecovery`].
    Recovery(Recovery),
    /// To [`Request::Qr`].
    Qr(Qr),
    /// To [`Request::Write`] and [`Request::Items`]: bytes packed so far.
    Ready(u64),
    /// To [`Request::Finish`].
    File(#[serde(with = "serde_bytes_vec")] Vec<u8>),
    /// To [`Request::Read`].
    Opened(Box<Opened>),
    /// To [`Request::More`]; none at the end.
    Items(Vec<Item>),
    /// To anything.
    Failed(SealerError),
}

/// A bundle that was opened and is authentic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Its first line.
    pub header: Header,
    /// Whether one of the recipients that it was written for is of the keys that opened it. If not, somebody
    /// passed on what was written for someone else.
    pub addressed: bool,
    /// Whether one of the device keys that were given is the sender's.
    pub own: bool,
    /// Whether it is meant for the identity or the passphrase that was typed.
    pub by_secret: bool,
    /// How many items it has.
    pub items: u64,
    /// Lines of kinds that this version does not know, which are passed over.
    pub unknown: u64,
    /// Bytes, unpacked.
    pub bytes: u64,
    /// The fingerprint of the sender's keys.
    pub fingerprint: Fingerprint,
}

/// A member card, read and with a valid signature of its own keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The bytes of its file.
    pub file: Vec<u8>,
    /// How the device is called.
    pub name: String,
    /// Its replica.
    pub replica: ReplicaId,
    /// Its Ed25519 public key.
    pub signing_key: [u8; 32],
    /// Its age recipient.
    pub recipient: String,
    /// When it was made, in milliseconds since 1970, by the clock of its maker.
    pub made: i64,
    /// What people compare.
    pub fingerprint: Fingerprint,
}

/// The short form of keys that people compare: digits in six groups of four.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
pub struct Fingerprint {
    /// Six groups of four digits, separated by spaces.
    pub digits: String,
    /// The first 16 bytes of the hash that the digits come from.
    pub bytes: [u8; 16],
}

/// An identity of a recovery sheet. What it opens is not printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// `AGE-SECRET-KEY-1…`.
    pub identity: String,
    /// `age1…`: what backups are written to.
    pub recipient: String,
    /// 64 bytes that open the vault's recovery slot.
    pub secret: Vec<u8>,
    /// The identity as a QR code.
    pub qr: Qr,
}

impl fmt::Debug for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recovery").field("recipient", &self.recipient).finish_non_exhaustive()
    }
}

/// A QR code (ISO/IEC 18004): dark and light modules of a square, row by row, without the quiet zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qr {
    /// Modules on each side.
    pub side: u32,
    /// One byte for each module, 1 for dark.
    pub modules: Vec<u8>,
}

/// Why the sealer could not do what was asked. Each has a sentence of its own on the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
pub enum SealerError {
    /// The request did not come when it could be answered, or is damaged.
    #[error("request out of order")]
    Order,
    /// Deriving needs more memory than there is.
    #[error("out of memory")]
    OutOfMemory,
    /// The parameters of the derivation are out of bounds.
    #[error("derivation refused")]
    Refused,
    /// Neither an age file nor a card.
    #[error("not a bundle")]
    NotABundle,
    /// An age file of a later version or with a kind of recipient that is not known here.
    #[error("age file of an unknown version")]
    UnknownContainer,
    /// None of the keys opens it: it was written for someone else.
    #[error("written for someone else")]
    NotForUs,
    /// It opens with a passphrase, and none was given.
    #[error("needs a passphrase")]
    NeedsPassphrase,
    /// The passphrase is wrong.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The passphrase was made so expensive to try that it is not worked for.
    #[error("work factor {found} is more than {most}")]
    ExcessiveWork {
        /// Its exponent.
        found: u8,
        /// The most that is worked for.
        most: u8,
    },
    /// It ends too early.
    #[error("cut off")]
    Truncated,
    /// It was changed after it was written, or is not what it should be.
    #[error("damaged: {part}")]
    Damaged {
        /// Which part, for developers.
        part: String,
    },
    /// Larger than this program takes: which limit.
    #[error("too large: {limit}")]
    TooLarge {
        /// Which limit, for developers.
        limit: String,
    },
    /// It opened, but holds something else than a bundle of this program.
    #[error("no bundle inside")]
    NoBundleInside,
    /// Written by a newer version, which says that this one must not read it.
    #[error("needs version {needed}, this program reads {newest}")]
    Newer {
        /// The version that it needs.
        needed: u32,
        /// The newest that is read.
        newest: u32,
    },
    /// A line is not what it should be.
    #[error("line {line} is damaged: {reason}")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// Why, for developers.
        reason: String,
    },
    /// The signature is not of the sender that it names.
    #[error("the signature is not the sender's")]
    Forged,
    /// The identity on the recovery sheet is mistyped.
    #[error("not an identity")]
    NotAnIdentity,
    /// The card's signature is not of its own keys.
    #[error("the card is not authentic")]
    ForgedCard,
    /// A recipient is not one.
    #[error("not a recipient")]
    NotARecipient,
    /// Too much for one QR code.
    #[error("too long for a code")]
    TooLongForQr,
}

/// For whom a bundle is, as the container needs it.
#[must_use]
pub fn recipients(to: &To) -> &[String] {
    match to {
        To::Passphrase => &[],
        To::Recipients(recipients) => recipients,
    }
}

/// Byte strings as such: postcard would otherwise handle them one by one.
mod serde_bytes_vec {
    use core::fmt;

    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }

            fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
                Ok(bytes)
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}
