//! The key table as bytes: who can open the vault (slots) and with which keys it was sealed (epochs).
//! The layout is in [`super`]. What is done with it is in [`super::unlock`] and [`super::change`].

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::kdf::{KDF_PARAMS_LEN, KdfParams, KdfParamsError};
use super::keys::{KEY_LEN, WRAPPED_LEN, WrappedKey};

/// The version that is written, and the only one that is read.
const VERSION: u8 = 1;
const MAC_LEN: usize = 32;
const CHECK_LEN: usize = 8;
/// How many slots a table can have.
pub(super) const MAX_SLOTS: usize = 32;
const MAX_BODY_LEN: usize = 4096;
/// Epochs are counted in 16 bits; nobody needs more than these.
pub(super) const MAX_EPOCHS: usize = 1024;

/// The plain part of a vault: its key slots and its wrapped content-encryption keys, authenticated as a
/// whole by a key that only an unlocked vault has. Nothing in it is secret. Without it the vault cannot
/// be opened by anyone: it deserves a second copy.
///
/// Changes give a new table and leave the old one, which stays valid until the new one is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyTable {
    pub(super) vault: [u8; 16],
    pub(super) slots: Vec<Slot>,
    pub(super) epochs: Vec<(u32, WrappedKey)>,
    pub(super) mac: [u8; MAC_LEN],
}

/// Names a slot in its table. 16 random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SlotId(pub [u8; 16]);

/// How a slot is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SlotKind {
    /// 1: by a passphrase.
    Passphrase,
    /// 2: by the identity on the recovery sheet.
    Recovery,
    /// 3: by the pseudo-random function of a passkey (WebAuthn). Reserved: read and kept, not made.
    Passkey,
    /// Anything that a newer program may have added: kept as it is.
    Other(u8),
}

/// One way to open the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub(super) id: SlotId,
    pub(super) kind: SlotKind,
    pub(super) created_millis: u64,
    pub(super) body: Vec<u8>,
    pub(super) check: [u8; CHECK_LEN],
}

/// What the body of a slot holds that this program opens.
pub(super) struct SlotBody {
    /// Of a passphrase slot; the secret of a recovery slot has all its bits of its own.
    pub(super) kdf: Option<KdfParams>,
    pub(super) commitment: [u8; KEY_LEN],
    pub(super) master: WrappedKey,
}

/// Why bytes are no key table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeKeyTableError {
    /// Written by a newer program, or no key table at all.
    #[error("key table is of version {found}, this program reads version 1")]
    UnsupportedVersion {
        /// The first byte.
        found: u8,
    },
    /// It ends too early.
    #[error("key table is cut off")]
    Truncated,
    /// It goes on after its end.
    #[error("key table is followed by {bytes} bytes")]
    Trailing {
        /// How many.
        bytes: usize,
    },
    /// More slots or epochs than there can be, or a slot that is too long.
    #[error("a count or length of {found} in the key table is too large")]
    TooMany {
        /// The count or length.
        found: usize,
    },
    /// The epochs do not ascend.
    #[error("epochs of the key table are not in order")]
    EpochOrder,
}

/// Why the parameters of a slot cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SlotError {
    /// This program cannot open slots of this kind.
    #[error("slot of a kind that is not opened here")]
    UnsupportedKind,
    /// Its bytes have changed by accident, or are not of the form of this version.
    #[error("slot is damaged")]
    Damaged,
    /// Its derivation would be too cheap or too expensive: somebody changed it.
    #[error("slot with a derivation out of bounds")]
    Kdf(#[from] KdfParamsError),
}

impl KeyTable {
    /// The vault that the table belongs to.
    #[must_use]
    pub const fn vault(&self) -> &[u8; 16] {
        &self.vault
    }

    /// All slots, also those that this program cannot open.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The slots that a passphrase opens: for each, derive with its [`Slot::kdf_params`], then unlock.
    pub fn passphrase_slots(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| slot.kind == SlotKind::Passphrase)
    }

    /// The slots that a recovery sheet opens.
    pub fn recovery_slots(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| slot.kind == SlotKind::Recovery)
    }

    /// The table's message authentication code. A sealed manifest that repeats it notices when an older
    /// table is put back in the place of this one.
    #[must_use]
    pub const fn mac(&self) -> &[u8; MAC_LEN] {
        &self.mac
    }

    /// The bytes to store.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.authenticated_bytes();
        bytes.extend_from_slice(&self.mac);
        bytes
    }

    /// Reads what [`Self::encode`] wrote. A damaged slot is no reason to refuse the others, so the slots
    /// are looked at when they are used; whether the whole is authentic, unlocking tells.
    ///
    /// # Errors
    /// If the bytes are not of the form of version 1.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeKeyTableError> {
        let mut reader = Reader(bytes);
        let [version] = reader.array()?;
        if version != VERSION {
            return Err(DecodeKeyTableError::UnsupportedVersion { found: version });
        }
        let vault = reader.array()?;
        let [count] = reader.array()?;
        let count = at_most(usize::from(count), MAX_SLOTS)?;
        let slots = (0..count).map(|_| Slot::read(&mut reader)).collect::<Result<_, _>>()?;
        let count = at_most(usize::from(u16::from_be_bytes(reader.array()?)), MAX_EPOCHS)?;
        let read = |_| Ok((u32::from_be_bytes(reader.array()?), reader.array()?));
        let epochs = (0..count).map(read).collect::<Result<Vec<_>, DecodeKeyTableError>>()?;
        if !epochs.is_sorted_by(|(earlier, _), (later, _)| earlier < later) {
            return Err(DecodeKeyTableError::EpochOrder);
        }
        let mac = reader.array()?;
        match reader.0.len() {
            0 => Ok(Self { vault, slots, epochs, mac }),
            bytes => Err(DecodeKeyTableError::Trailing { bytes }),
        }
    }

    pub(super) fn slot(&self, id: SlotId) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.id == id)
    }

    /// Everything before the code: what it authenticates.
    pub(super) fn authenticated_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.vault);
        // INVARIANT: neither `decode` nor a change makes more slots or epochs than the limits.
        bytes.push(u8::try_from(self.slots.len()).unwrap_or(u8::MAX));
        for slot in &self.slots {
            bytes.extend_from_slice(&slot.checked_bytes());
            bytes.extend_from_slice(&slot.check);
        }
        bytes.extend_from_slice(&u16::try_from(self.epochs.len()).unwrap_or(u16::MAX).to_be_bytes());
        for (epoch, wrapped) in &self.epochs {
            bytes.extend_from_slice(&epoch.to_be_bytes());
            bytes.extend_from_slice(wrapped);
        }
        bytes
    }
}

impl Slot {
    pub(super) fn new(vault: &[u8; 16], id: SlotId, created_millis: u64, body: &SlotBody) -> Self {
        let kind = if body.kdf.is_some() { SlotKind::Passphrase } else { SlotKind::Recovery };
        let mut slot = Self { id, kind, created_millis, body: body.encode(), check: [0; CHECK_LEN] };
        slot.check = slot.checksum(vault);
        slot
    }

    /// Its name in the table.
    #[must_use]
    pub const fn id(&self) -> SlotId {
        self.id
    }

    /// How it is opened.
    #[must_use]
    pub const fn kind(&self) -> SlotKind {
        self.kind
    }

    /// When it was made, in milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn created_millis(&self) -> u64 {
        self.created_millis
    }

    /// What to derive the secret of this slot with.
    ///
    /// # Errors
    /// If this is no passphrase slot, or its parameters are not within the bounds.
    pub fn kdf_params(&self) -> Result<KdfParams, SlotError> {
        self.body()?.kdf.ok_or(SlotError::UnsupportedKind)
    }

    pub(super) fn body(&self) -> Result<SlotBody, SlotError> {
        match self.kind {
            SlotKind::Passphrase => SlotBody::decode(&self.body, KDF_PARAMS_LEN),
            SlotKind::Recovery => SlotBody::decode(&self.body, 0),
            SlotKind::Passkey | SlotKind::Other(_) => Err(SlotError::UnsupportedKind),
        }
    }

    /// Whether no bit of the slot has changed by accident. Says nothing of intent: anyone can compute it.
    /// It tells a damaged salt from a wrong passphrase, which look the same otherwise.
    pub(super) fn is_intact(&self, vault: &[u8; 16]) -> bool {
        self.check == self.checksum(vault)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeKeyTableError> {
        let id = SlotId(reader.array()?);
        let [kind] = reader.array()?;
        let kind = SlotKind::from(kind);
        let created_millis = u64::from_be_bytes(reader.array()?);
        let length = at_most(usize::from(u16::from_be_bytes(reader.array()?)), MAX_BODY_LEN)?;
        let body = reader.bytes(length)?.to_vec();
        Ok(Self { id, kind, created_millis, body, check: reader.array()? })
    }

    fn checked_bytes(&self) -> Vec<u8> {
        let length = u16::try_from(self.body.len()).unwrap_or(u16::MAX).to_be_bytes();
        let created = self.created_millis.to_be_bytes();
        [&self.id.0[..], &[self.kind.number()], &created, &length, &self.body].concat()
    }

    fn checksum(&self, vault: &[u8; 16]) -> [u8; CHECK_LEN] {
        let hash = Sha256::new()
            .chain_update(b"daifuku.check.1")
            .chain_update(vault)
            .chain_update(self.checked_bytes())
            .finalize();
        let mut check = [0; CHECK_LEN];
        check.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        check
    }
}

impl SlotKind {
    /// The number that stands for it in the table.
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Passphrase => 1,
            Self::Recovery => 2,
            Self::Passkey => 3,
            Self::Other(number) => number,
        }
    }
}

impl From<u8> for SlotKind {
    fn from(number: u8) -> Self {
        match number {
            1 => Self::Passphrase,
            2 => Self::Recovery,
            3 => Self::Passkey,
            other => Self::Other(other),
        }
    }
}

impl SlotBody {
    fn encode(&self) -> Vec<u8> {
        let kdf = self.kdf.map(|kdf| kdf.encode());
        let kdf: &[u8] = kdf.as_ref().map_or(&[], |kdf| kdf);
        [kdf, &self.commitment, &self.master].concat()
    }

    fn decode(body: &[u8], kdf_len: usize) -> Result<Self, SlotError> {
        if body.len() != kdf_len + KEY_LEN + WRAPPED_LEN {
            return Err(SlotError::Damaged);
        }
        let mut reader = Reader(body);
        let mut part = |length| reader.bytes(length).map_err(|_| SlotError::Damaged);
        let kdf = part(kdf_len)?;
        let kdf = if kdf.is_empty() { None } else { Some(KdfParams::decode(kdf)?) };
        let commitment = part(KEY_LEN)?.try_into().map_err(|_| SlotError::Damaged)?;
        let master = part(WRAPPED_LEN)?.try_into().map_err(|_| SlotError::Damaged)?;
        Ok(Self { kdf, commitment, master })
    }
}

/// Takes bytes from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeKeyTableError> {
        let (array, rest) = self.0.split_first_chunk().ok_or(DecodeKeyTableError::Truncated)?;
        self.0 = rest;
        Ok(*array)
    }

    fn bytes(&mut self, length: usize) -> Result<&'a [u8], DecodeKeyTableError> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(DecodeKeyTableError::Truncated)?;
        self.0 = rest;
        Ok(bytes)
    }
}

const fn at_most(found: usize, limit: usize) -> Result<usize, DecodeKeyTableError> {
    if found > limit { Err(DecodeKeyTableError::TooMany { found }) } else { Ok(found) }
}
