//! Bytes that are wiped when they are dropped, and the derivations between them (HKDF, HMAC).

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroize;

use super::entropy::Entropy;

/// `N` secret bytes. They live on the heap, so that moving the value leaves no copy on the stack.
/// Neither printed, nor cloned, nor serialised; wiped when dropped.
pub(super) struct Secret<const N: usize>(Box<[u8; N]>);

impl<const N: usize> Secret<N> {
    /// `N` zero bytes, to be written through [`Self::bytes_mut`].
    pub(super) fn zeroed() -> Self {
        Self(Box::new([0; N]))
    }

    pub(super) fn make(entropy: &mut dyn Entropy) -> Self {
        let mut secret = Self::zeroed();
        entropy.fill(secret.bytes_mut());
        secret
    }

    pub(super) const fn bytes(&self) -> &[u8; N] {
        &self.0
    }

    pub(super) const fn bytes_mut(&mut self) -> &mut [u8; N] {
        &mut self.0
    }
}

impl<const N: usize> Drop for Secret<N> {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

/// HKDF-SHA256 (RFC 5869) to one 32-byte key.
pub(super) fn derive_key(key: &[u8; 32], salt: &[u8], info: &[u8]) -> Secret<32> {
    let mut derived = Secret::zeroed();
    // INVARIANT: HKDF-SHA256 expands to at most 255 × 32 bytes, and these are 32.
    #[expect(clippy::expect_used, reason = "32 bytes are within the limit of RFC 5869")]
    Hkdf::<Sha256>::new(Some(salt), key)
        .expand(info, derived.bytes_mut())
        .expect("HKDF-SHA256 expands to 32 bytes");
    derived
}

/// HMAC-SHA256 (RFC 2104) that has read `parts` one after the other. They are not delimited: callers
/// pass parts of fixed length, only the last may vary.
pub(super) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> Hmac<Sha256> {
    // A key shorter than the block of 64 bytes is padded with zeros (RFC 2104 §2).
    let mut block = Secret::<64>::zeroed();
    for (byte, secret) in block.bytes_mut().iter_mut().zip(key) {
        *byte = *secret;
    }
    let mut mac = Hmac::<Sha256>::new(block.bytes().into());
    parts.iter().for_each(|part| mac.update(part));
    mac
}
