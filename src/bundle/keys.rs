//! The keys of a device: one signs what it writes, one opens what is written to it.

use age::x25519;
use bech32::{Bech32, Hrp};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::sealer::SealerError;
use crate::crypto::Entropy;

/// The human-readable part of an age identity (c2sp.org/age).
const IDENTITY: &str = "age-secret-key-";
const VERSION: u8 = 1;
/// Version, signing seed, age secret.
const ENCODED_LEN: usize = 1 + 32 + 32;

/// The secret keys of a device. Made once, never copied to another device but in backups of its own.
pub struct DeviceKeys {
    signing: SigningKey,
    secret: Zeroizing<[u8; 32]>,
    identity: x25519::Identity,
}

impl DeviceKeys {
    /// New keys.
    ///
    /// # Errors
    /// Never in practice: every secret has a text form.
    pub fn make(entropy: &mut dyn Entropy) -> Result<Self, SealerError> {
        let mut seed = Zeroizing::new([0; 32]);
        let mut secret = Zeroizing::new([0; 32]);
        entropy.fill(&mut *seed);
        entropy.fill(&mut *secret);
        Self::of(&seed, secret)
    }

    fn of(seed: &[u8; 32], secret: Zeroizing<[u8; 32]>) -> Result<Self, SealerError> {
        Ok(Self { signing: SigningKey::from_bytes(seed), identity: identity_of(&secret)?, secret })
    }

    /// Version 1, the Ed25519 seed (32 bytes), the X25519 secret (32 bytes).
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(ENCODED_LEN));
        bytes.push(VERSION);
        bytes.extend_from_slice(self.signing.as_bytes());
        bytes.extend_from_slice(&*self.secret);
        bytes
    }

    /// Reads [`Self::encode`].
    ///
    /// # Errors
    /// If it is of a newer version or another length.
    pub fn decode(bytes: &[u8]) -> Result<Self, SealerError> {
        let wrong = || SealerError::Damaged { part: "device keys".to_owned() };
        let (&version, rest) = bytes.split_first().ok_or_else(wrong)?;
        let (seed, rest) = rest.split_first_chunk().ok_or_else(wrong)?;
        let secret: [u8; 32] = rest.try_into().map_err(|_| wrong())?;
        if version == VERSION { Self::of(seed, Zeroizing::new(secret)) } else { Err(wrong()) }
    }

    /// The age recipient, `age1…`.
    #[must_use]
    pub fn recipient(&self) -> String {
        self.identity.to_public().to_string()
    }

    /// What opens bundles that are written to this device.
    #[must_use]
    pub const fn identity(&self) -> &x25519::Identity {
        &self.identity
    }

    /// The Ed25519 public key (RFC 8032).
    #[must_use]
    pub fn signing_key(&self) -> [u8; 32] {
        self.signing.verifying_key().to_bytes()
    }

    /// Signs a message.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }
}

/// Whether `signature` is of `message` by the holder of `key`: strict verification, without the weak keys
/// and second encodings that RFC 8032 leaves open.
#[must_use]
pub fn is_signed_by(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(key)
        .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}

/// The age identity with this secret.
pub(super) fn identity_of(secret: &[u8; 32]) -> Result<x25519::Identity, SealerError> {
    Zeroizing::new(identity_text(secret)).parse().map_err(|_| SealerError::NotAnIdentity)
}

/// `AGE-SECRET-KEY-1…`, the text form of an identity.
pub(super) fn identity_text(secret: &[u8; 32]) -> String {
    let text = Hrp::parse(IDENTITY).ok().and_then(|hrp| bech32::encode_upper::<Bech32>(hrp, secret).ok());
    text.unwrap_or_default()
}

/// The secret of an identity in its text form.
fn secret_of(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let checked = bech32::primitives::decode::CheckedHrpstring::new::<Bech32>(text).ok()?;
    if !checked.hrp().as_bytes().eq_ignore_ascii_case(IDENTITY.as_bytes()) {
        return None;
    }
    let bytes = Zeroizing::new(checked.byte_iter().collect::<Vec<u8>>());
    let secret: [u8; 32] = bytes.as_slice().try_into().ok()?;
    Some(Zeroizing::new(secret))
}

/// The secret of an identity that a person typed from a sheet: white space, hyphens, width and case of
/// letters do not matter.
pub(super) fn secret_of_typed(typed: &str) -> Option<Zeroizing<[u8; 32]>> {
    // Room for all of it keeps the text from moving, which would leave a copy that nothing wipes.
    let mut letters = Zeroizing::new(String::with_capacity(typed.len().saturating_mul(2)));
    letters
        .extend(typed.nfkc().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()));
    // The hyphens of the prefix are put back.
    let rest = letters.strip_prefix("AGESECRETKEY").unwrap_or(&letters);
    secret_of(&Zeroizing::new(format!("AGE-SECRET-KEY-{rest}")))
}
