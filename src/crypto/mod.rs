//! Keys, slots, seal and open. Knows bytes, not customers; no clock, no chance, no browser.
//!
//! # The hierarchy
//!
//! ```text
//!  passphrase ── NFKC, trimmed ── Argon2id 1.3 (memory, passes, salt of the slot) ──► 64 bytes
//!                                                            ┌────────────────────────┴──────┐
//!                                                  key-encryption key (32)          commitment (32)
//!                                                            │ wraps                  stored in the slot
//!                                                            ▼
//!                                            master key (32 random bytes)
//!                                                            │ HKDF-SHA256, salt = vault id
//!                              ┌─────────────────────────────┴───────────────┐
//!                   info "daifuku/v1/wrap"                         info "daifuku/v1/meta"
//!                        wrapping key                                   table key
//!                              │ wraps                                       │ HMAC-SHA256
//!                              ▼                                             ▼
//!          content-encryption keys, one for each epoch            the whole key table
//!                              │ seals
//!                              ▼
//!     rows: log rows, segments, index pieces, manifest, drafts, chunks of attachments
//! ```
//!
//! Several slots can hold the same master key, each opened in its own way. Changing a passphrase wraps 32
//! bytes again and touches no row. The secret of a slot has a second half, the commitment, that is
//! compared before anything is decrypted: GCM does not commit to a key, and a wrong passphrase must be
//! told from a damaged slot.
//!
//! # Format 1, byte by byte
//!
//! Everything here is for ever: a vector in `tests/data/vault` pins it. Numbers are unsigned and
//! big-endian, `‖` joins, texts in quotes are ASCII without a terminator. *Encrypt* is XAES-256-GCM
//! (<https://c2sp.org/XAES-256-GCM>) with 24 random bytes of nonce; its tag has 16 bytes.
//!
//! ## Secret of a passphrase slot
//!
//! The typed text in NFKC (UAX #15), without characters of the property `White_Space` at either end, as
//! UTF-8. Argon2id, version 0x13 (RFC 9106), without secret and associated data, the parameters of the
//! slot, 64 bytes out: `key-encryption key 32 ‖ commitment 32`.
//!
//! ## Key table
//!
//! ```text
//!  table  = version u8 = 1 ‖ vault 16 ‖ number of slots u8 (≤ 32) ‖ slots
//!         ‖ number of epochs u16 (≤ 1024) ‖ epochs, ascending ‖ mac 32
//!  slot   = id 16 ‖ kind u8 ‖ created u64 (ms since 1970 UTC) ‖ length of the body u16 (≤ 4096) ‖ body
//!         ‖ check 8
//!  body of kind 1 (passphrase)
//!         = kdf 29 ‖ commitment 32 ‖ wrapped master key 72
//!  body of kind 2 (recovery sheet)
//!         = commitment 32 ‖ wrapped master key 72
//!  kdf    = memory u32 (KiB, 19456 to 262144) ‖ passes u32 (2 to 32) ‖ lanes u32 = 1
//!         ‖ length of the salt u8 = 16 ‖ salt 16
//!  epoch  = number u32 ‖ wrapped content-encryption key 72
//!  wrapped key = nonce 24 ‖ encrypted key 32 ‖ tag 16
//!
//!  mac    = HMAC-SHA256(table key, "daifuku.keys.1" ‖ all bytes of the table before the mac)
//!  check  = first 8 bytes of SHA-256("daifuku.check.1" ‖ vault 16 ‖ the slot's bytes before the check)
//!
//!  associated data of a wrapped master key:
//!           "daifuku.slot.1" ‖ vault 16 ‖ slot id 16 ‖ kind u8 ‖ kdf 29 (only of kind 1)
//!  associated data of a wrapped content-encryption key:
//!           "daifuku.epoch.1" ‖ vault 16 ‖ number u32
//! ```
//!
//! The secret of a recovery slot is derived from what is printed on the sheet: 64 bytes, key-encryption key
//! and commitment. Kind 3 (passkey) is reserved; slots of it and of unknown kinds are kept as they are. The
//! check says nothing of intent, everyone can compute it: it tells a damaged slot from a wrong passphrase,
//! which would otherwise give the same answer. The mac is of use only once a slot has been opened.
//!
//! ## Sealed row
//!
//! ```text
//!  blob   = version u8 = 1 ‖ epoch u32 ‖ nonce 24 ‖ ciphertext ‖ tag 16
//!  text   = plaintext ‖ 80 ‖ 00 … 00, in all L bytes: with n = length of the plaintext + 1
//!           n ≤ 4096: L = n rounded up to a multiple of 128
//!           n > 4096: L = n rounded up to a multiple of 2^(e − s), e = ⌊log2 n⌋, s = ⌊log2 e⌋ + 1
//!  associated data:
//!           "daifuku.row.1" ‖ vault 16 ‖ area u16 ‖ row u64 ‖ format u16 ‖ epoch u32
//! ```
//!
//! # What it does not do
//!
//! A row that is replaced by an older one of the same place still opens: the manifest, which lists the
//! tags of the live rows, notices that. When everything is put back to an earlier state, nothing inside
//! can notice. Memory is wiped as far as a program can; in the browser, ending the worker is what wipes.
//! Opened texts are ordinary buffers for that reason.

mod change;
mod entropy;
mod kdf;
mod keys;
mod padding;
mod passphrase;
mod ring;
mod seal;
mod secret;
mod strength;
mod table;
mod unlock;
mod words;

pub use change::{EpochError, NewEpoch, RewrapError};
pub use entropy::{Entropy, SeededEntropy};
pub use kdf::{
    DEFAULT_AIM, DerivedSecret, KDF_PARAMS_LEN, KdfError, KdfParams, KdfParamsError, MEASURED_PASSES,
    MemoryClass, calibrate, derive,
};
pub use padding::padded_len;
pub use passphrase::Passphrase;
pub use ring::KeyRing;
pub use seal::{
    Context, MAX_PLAINTEXT_LEN, OpenError, SealError, auth_tag, open, open_in_place, seal, seal_in_place,
    seal_into, sealed_epoch, sealed_len,
};
pub use strength::{FEWEST_CHARACTERS, Level, Strength, strength};
pub use table::{DecodeKeyTableError, KeyTable, Slot, SlotError, SlotId, SlotKind};
pub use unlock::{Integrity, NewPassphrase, UnlockError, Unlocked, VaultKeys};
pub use words::{WordLanguage, suggest};
