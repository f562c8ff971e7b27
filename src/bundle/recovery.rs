//! The recovery sheet: a printed age identity that opens the vault and every backup.
//!
//! The identity is `AGE-SECRET-KEY-1…` (Bech32, BIP 173, of 32 random bytes). What opens the vault's
//! recovery slot are 64 bytes, a key-encryption key and a commitment ([`crate::crypto`]):
//! HKDF-SHA256 (RFC 5869) of those 32 bytes, salt = vault id (16 bytes), info = `daifuku/v1/rec`.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::keys::{identity_of, identity_text, secret_of_typed};
use super::qr::qr;
use super::sealer::{Recovery, SealerError};
use crate::crypto::Entropy;

const INFO: &[u8] = b"daifuku/v1/rec";

/// A new identity for a sheet, and what it opens.
///
/// # Errors
/// Never in practice: its text fits into a code.
pub fn make(vault: &[u8; 16], entropy: &mut dyn Entropy) -> Result<Recovery, SealerError> {
    let mut secret = Zeroizing::new([0; 32]);
    entropy.fill(&mut *secret);
    recovery(vault, &secret)
}

/// What an identity opens that was typed from a sheet: white space, hyphens other than its own, width and
/// case of letters do not matter.
///
/// # Errors
/// [`SealerError::NotAnIdentity`] when a character is wrong: the text has a checksum.
pub fn open(vault: &[u8; 16], typed: &str) -> Result<Recovery, SealerError> {
    let secret = secret_of_typed(typed).ok_or(SealerError::NotAnIdentity)?;
    recovery(vault, &secret)
}

fn recovery(vault: &[u8; 16], secret: &[u8; 32]) -> Result<Recovery, SealerError> {
    let identity = identity_text(secret);
    let mut derived = vec![0; 64];
    // INVARIANT: 64 bytes are far below the most that HKDF gives.
    Hkdf::<Sha256>::new(Some(vault), secret).expand(INFO, &mut derived).map_err(|_| SealerError::Order)?;
    let recipient = identity_of(secret)?.to_public().to_string();
    Ok(Recovery { qr: qr(&identity)?, identity, recipient, secret: derived })
}
