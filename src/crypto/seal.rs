//! Sealing and opening: the only way in which data gets into the store and out of it.
//!
//! A sealed blob is `01 ‖ epoch u32be ‖ nonce 24 ‖ ciphertext ‖ tag 16`. The ciphertext is
//! XAES-256-GCM (C2SP) under the content-encryption key of the epoch, of the padded text
//! ([`super::padding`]). What it is bound to is [`Context`].

use core::ops::Range;

use thiserror::Error;

use super::entropy::Entropy;
use super::keys::{NONCE_LEN, TAG_LEN};
use super::padding::{MARK, padded_len, unpadded_len};
use super::ring::KeyRing;

/// Length of what stands before the ciphertext: version, epoch, nonce.
const HEADER_LEN: usize = 1 + 4 + NONCE_LEN;

/// The version that is written, and the only one that is read.
const VERSION: u8 = 1;

/// The longest text that is sealed or opened, in bytes: 256 MiB. Rows are far shorter; the bound is there
/// so that no length from outside is believed.
pub const MAX_PLAINTEXT_LEN: usize = 1 << 28;

/// Where a sealed blob belongs. It is authenticated, not stored: a blob opens in its own place only, so
/// that rows cannot be swapped, between vaults, object stores, rows or formats.
///
/// The associated data are 45 bytes: `"daifuku.row.1" ‖ vault 16 ‖ area u16be ‖ row u64be ‖
/// format u16be ‖ epoch u32be`, the epoch being that of the blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Context {
    /// The vault's id.
    pub vault: [u8; 16],
    /// Which object store. The numbers are the vault layer's and never change their meaning.
    pub area: u16,
    /// The key of the row in its object store.
    pub row: u64,
    /// What the text is and in which version of its form. The numbers are the vault layer's.
    pub format: u16,
}

/// The text is too long to be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{length} bytes are more than can be sealed at once")]
pub struct SealError {
    /// How long it is, in bytes.
    pub length: usize,
}

/// Why a blob was not opened. Whatever it is, none of its text came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Shorter than the shortest blob, or longer than the longest.
    #[error("{length} bytes are no sealed blob")]
    Length {
        /// How long it is, in bytes.
        length: usize,
    },
    /// Written by a newer program, or not a sealed blob.
    #[error("blob is of version {found}, this program reads version 1")]
    UnsupportedVersion {
        /// The first byte.
        found: u8,
    },
    /// The key ring has no key of that epoch: the blob is damaged, from another vault, or of a retired
    /// epoch.
    #[error("no key of epoch {epoch}")]
    UnknownEpoch {
        /// The epoch that the blob names.
        epoch: u32,
    },
    /// Changed since it was sealed, moved from where it belongs, or sealed by another key.
    #[error("blob is not authentic here")]
    NotAuthentic,
    /// Authentic, but not padded by the rules of this version.
    #[error("blob is not padded as this version pads")]
    Padding,
}

/// Seals `plaintext` for its place with the newest key of the ring and a random nonce. One allocation,
/// one copy. Seal a text again rather than copying its blob: contexts differ.
///
/// # Errors
/// If `plaintext` is longer than [`MAX_PLAINTEXT_LEN`].
///
/// ```
/// use daifuku::crypto::{
///     Context, DerivedSecret, KdfParams, KeyTable, MemoryClass, NewPassphrase, SeededEntropy, open, seal,
/// };
///
/// let entropy = &mut SeededEntropy::new(1); // for examples and tests only
/// let kdf = KdfParams::make(MemoryClass::Standard, 3, entropy);
/// let secret = DerivedSecret::from_bytes(&[7; 64]); // comes from `derive`
/// let slot = NewPassphrase { kdf: &kdf, secret: &secret, created_millis: 0 };
/// let (_table, keys) = KeyTable::create([1; 16], &slot, entropy);
///
/// let context = Context { vault: [1; 16], area: 2, row: 3, format: 1 };
/// let blob = seal(keys.ring(), &context, "田中様".as_bytes(), entropy)?;
/// assert_eq!(open(keys.ring(), &context, &blob)?, "田中様".as_bytes());
/// assert!(open(keys.ring(), &Context { row: 4, ..context }, &blob).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn seal(
    ring: &KeyRing,
    context: &Context,
    plaintext: &[u8],
    entropy: &mut dyn Entropy,
) -> Result<Vec<u8>, SealError> {
    let mut blob = Vec::new();
    seal_into(ring, context, plaintext, entropy, &mut blob)?;
    Ok(blob)
}

/// Like [`seal`], into a buffer that is cleared first and reused: a long run of rows costs one
/// allocation.
///
/// # Errors
/// Like [`seal`]; the buffer is then empty.
pub fn seal_into(
    ring: &KeyRing,
    context: &Context,
    plaintext: &[u8],
    entropy: &mut dyn Entropy,
    blob: &mut Vec<u8>,
) -> Result<(), SealError> {
    blob.clear();
    let padded = sealable_len(plaintext.len())?;
    blob.reserve_exact(HEADER_LEN + padded + TAG_LEN);
    blob.resize(HEADER_LEN, 0);
    blob.extend_from_slice(plaintext);
    encrypt(ring, context, padded, entropy, blob)
}

/// Like [`seal`], turning the text in `buffer` into its blob. With [`sealed_len`] bytes of capacity
/// nothing is allocated; the text moves by 29 bytes, a hundredth of the work.
///
/// # Errors
/// Like [`seal`]; `buffer` is then as it was.
pub fn seal_in_place(
    ring: &KeyRing,
    context: &Context,
    buffer: &mut Vec<u8>,
    entropy: &mut dyn Entropy,
) -> Result<(), SealError> {
    let length = buffer.len();
    let padded = sealable_len(length)?;
    buffer.reserve_exact(HEADER_LEN + padded + TAG_LEN - length);
    buffer.resize(HEADER_LEN + length, 0);
    buffer.copy_within(..length, HEADER_LEN);
    encrypt(ring, context, padded, entropy, buffer)
}

/// Opens a blob in its place. One allocation, one copy.
///
/// # Errors
/// If it is not, to the bit, what was sealed for this place by a key of the ring.
pub fn open(ring: &KeyRing, context: &Context, blob: &[u8]) -> Result<Vec<u8>, OpenError> {
    let parts = Parts::split(blob)?;
    let mut text = blob.get(parts.data.clone()).unwrap_or_default().to_vec();
    let length = decrypt(ring, context, &parts, &mut text)?;
    text.truncate(length);
    Ok(text)
}

/// Like [`open`], within the buffer of the blob: nothing is allocated or copied.
///
/// # Errors
/// Like [`open`]; the buffer is then of no further use.
pub fn open_in_place<'a>(
    ring: &KeyRing,
    context: &Context,
    blob: &'a mut [u8],
) -> Result<&'a mut [u8], OpenError> {
    let parts = Parts::split(blob)?;
    let data = blob.get_mut(parts.data.clone()).unwrap_or_default();
    let length = decrypt(ring, context, &parts, data)?;
    data.get_mut(..length).ok_or(OpenError::Padding)
}

/// The authentication tag of a blob, which changes with every sealing: the manifest lists those of the
/// live rows. `None` if this is no blob of version 1; whether it is authentic only [`open`] tells.
#[must_use]
pub fn auth_tag(blob: &[u8]) -> Option<[u8; TAG_LEN]> {
    Parts::split(blob).ok().map(|parts| parts.tag)
}

/// The epoch whose key a blob was sealed with, by its own account. `None` if this is no blob of version 1.
#[must_use]
pub fn sealed_epoch(blob: &[u8]) -> Option<u32> {
    Parts::split(blob).ok().map(|parts| parts.epoch)
}

/// How long the blob of a text of `plain` bytes is; `None` if it is too long to be sealed.
#[must_use]
pub fn sealed_len(plain: usize) -> Option<usize> {
    sealable_len(plain).ok().map(|padded| HEADER_LEN + padded + TAG_LEN)
}

/// A blob, taken apart. Its lengths are possible ones, its version is the one we read.
struct Parts {
    epoch: u32,
    nonce: [u8; NONCE_LEN],
    /// Where the ciphertext is.
    data: Range<usize>,
    tag: [u8; TAG_LEN],
}

impl Parts {
    fn split(blob: &[u8]) -> Result<Self, OpenError> {
        let length = OpenError::Length { length: blob.len() };
        let (&[version], rest) = blob.split_first_chunk().ok_or(length)?;
        if version != VERSION {
            return Err(OpenError::UnsupportedVersion { found: version });
        }
        let (epoch, rest) = rest.split_first_chunk().ok_or(length)?;
        let (nonce, rest) = rest.split_first_chunk().ok_or(length)?;
        let (data, tag) = rest.split_last_chunk().ok_or(length)?;
        if data.is_empty() || padded_len(MAX_PLAINTEXT_LEN).is_none_or(|longest| data.len() > longest) {
            return Err(length);
        }
        let data = HEADER_LEN..HEADER_LEN + data.len();
        Ok(Self { epoch: u32::from_be_bytes(*epoch), nonce: *nonce, data, tag: *tag })
    }
}

fn sealable_len(plain: usize) -> Result<usize, SealError> {
    let padded = if plain <= MAX_PLAINTEXT_LEN { padded_len(plain) } else { None };
    padded.ok_or(SealError { length: plain })
}

/// `blob` is room for the header, then the text.
fn encrypt(
    ring: &KeyRing,
    context: &Context,
    padded: usize,
    entropy: &mut dyn Entropy,
    blob: &mut Vec<u8>,
) -> Result<(), SealError> {
    let too_long = SealError { length: blob.len() };
    blob.push(MARK);
    blob.resize(HEADER_LEN + padded, 0);
    let (epoch, key) = ring.sealing_key();
    let mut nonce = [0; NONCE_LEN];
    entropy.fill(&mut nonce);
    let (header, data) = blob.split_at_mut_checked(HEADER_LEN).ok_or(too_long)?;
    let fields = [VERSION].into_iter().chain(epoch.to_be_bytes()).chain(nonce);
    header.iter_mut().zip(fields).for_each(|(to, from)| *to = from);
    let tag = key.encrypt(&nonce, &context.associated_data(epoch), data).ok_or(too_long)?;
    blob.extend_from_slice(&tag);
    Ok(())
}

/// Decrypts `data` in place; how much of it is text.
fn decrypt(ring: &KeyRing, context: &Context, parts: &Parts, data: &mut [u8]) -> Result<usize, OpenError> {
    let key = ring.key(parts.epoch).ok_or(OpenError::UnknownEpoch { epoch: parts.epoch })?;
    let associated_data = context.associated_data(parts.epoch);
    key.decrypt(&parts.nonce, &associated_data, data, &parts.tag).ok_or(OpenError::NotAuthentic)?;
    unpadded_len(data).ok_or(OpenError::Padding)
}

impl Context {
    fn associated_data(&self, epoch: u32) -> [u8; 45] {
        let mut bytes = [0; 45];
        let fields = b"daifuku.row.1".iter().copied().chain(self.vault);
        let fields = fields.chain(self.area.to_be_bytes()).chain(self.row.to_be_bytes());
        let fields = fields.chain(self.format.to_be_bytes()).chain(epoch.to_be_bytes());
        bytes.iter_mut().zip(fields).for_each(|(to, from)| *to = from);
        bytes
    }
}
