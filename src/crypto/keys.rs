//! The keys and what each may do. A key-encryption key wraps the master key, the wrapping key wraps
//! content-encryption keys, the table key authenticates the key table; only a content-encryption key
//! seals data. The format is in [`super`].

use hmac::Mac;
use subtle::ConstantTimeEq;
use xaes_256_gcm::aead::{AeadInOut, KeyInit};
use xaes_256_gcm::{Nonce, Xaes256Gcm};

use super::entropy::Entropy;
use super::kdf::{DerivedSecret, KdfParams};
use super::secret::{Secret, derive_key, hmac};

pub(super) const KEY_LEN: usize = 32;
pub(super) const NONCE_LEN: usize = 24;
pub(super) const TAG_LEN: usize = 16;
/// `nonce ‖ encrypted key ‖ tag`.
pub(super) const WRAPPED_LEN: usize = NONCE_LEN + KEY_LEN + TAG_LEN;

/// A key as it is stored: encrypted and authenticated by another.
pub(super) type WrappedKey = [u8; WRAPPED_LEN];

/// Encrypts the master key of one slot, and knows whether it is the right key for that slot.
pub(super) struct KeyEncryptionKey {
    cipher: Box<Xaes256Gcm>,
    commitment: [u8; KEY_LEN],
}

/// The root of a vault's keys: 32 random bytes that never encrypt anything themselves.
pub(super) struct MasterKey(Secret<KEY_LEN>);

/// Encrypts content-encryption keys.
pub(super) struct WrappingKey(Box<Xaes256Gcm>);

/// Authenticates the key table.
pub(super) struct TableKey(Secret<KEY_LEN>);

/// Encrypts data: one for each epoch.
pub(super) struct ContentEncryptionKey(Box<Xaes256Gcm>);

/// A content-encryption key on its way between two tables, before it can seal.
pub(super) struct RawContentKey(Secret<KEY_LEN>);

/// What a slot is, as far as its wrapped master key is bound to it.
pub(super) struct SlotContext<'a> {
    pub(super) vault: &'a [u8; 16],
    pub(super) slot: &'a [u8; 16],
    pub(super) kind: u8,
    pub(super) kdf: Option<&'a KdfParams>,
}

impl KeyEncryptionKey {
    pub(super) fn new(secret: &DerivedSecret) -> Self {
        let mut key = Secret::<KEY_LEN>::zeroed();
        let mut commitment = [0; KEY_LEN];
        let mut bytes = secret.0.bytes().iter();
        key.bytes_mut().iter_mut().zip(&mut bytes).for_each(|(to, from)| *to = *from);
        commitment.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Self { cipher: cipher(&key), commitment }
    }

    /// Stored beside the wrapped key. GCM alone does not commit to a key: without this, a ciphertext
    /// could be made that several passphrases open.
    pub(super) const fn commitment(&self) -> &[u8; KEY_LEN] {
        &self.commitment
    }

    /// Whether this is the key that the slot was made for, in constant time.
    pub(super) fn is_committed(&self, commitment: &[u8; KEY_LEN]) -> bool {
        self.commitment.ct_eq(commitment).into()
    }

    pub(super) fn wrap(
        &self,
        context: &SlotContext<'_>,
        master: &MasterKey,
        entropy: &mut dyn Entropy,
    ) -> WrappedKey {
        wrap(&self.cipher, &context.associated_data(), &master.0, entropy)
    }

    pub(super) fn unwrap(&self, context: &SlotContext<'_>, wrapped: &WrappedKey) -> Option<MasterKey> {
        unwrap(&self.cipher, &context.associated_data(), wrapped).map(MasterKey)
    }
}

impl MasterKey {
    pub(super) fn make(entropy: &mut dyn Entropy) -> Self {
        Self(Secret::make(entropy))
    }

    pub(super) fn derive_wrapping_key(&self, vault: &[u8; 16]) -> WrappingKey {
        WrappingKey(cipher(&derive_key(self.0.bytes(), vault, b"daifuku/v1/wrap")))
    }

    pub(super) fn derive_table_key(&self, vault: &[u8; 16]) -> TableKey {
        TableKey(derive_key(self.0.bytes(), vault, b"daifuku/v1/meta"))
    }
}

impl WrappingKey {
    pub(super) fn wrap(
        &self,
        vault: &[u8; 16],
        epoch: u32,
        key: &RawContentKey,
        entropy: &mut dyn Entropy,
    ) -> WrappedKey {
        wrap(&self.0, &epoch_associated_data(vault, epoch), &key.0, entropy)
    }

    pub(super) fn unwrap(&self, vault: &[u8; 16], epoch: u32, wrapped: &WrappedKey) -> Option<RawContentKey> {
        unwrap(&self.0, &epoch_associated_data(vault, epoch), wrapped).map(RawContentKey)
    }
}

impl TableKey {
    pub(super) fn mac(&self, table: &[u8]) -> [u8; 32] {
        hmac(self.0.bytes(), &[b"daifuku.keys.1", table]).finalize().into_bytes().into()
    }

    /// Whether `mac` belongs to `table`, in constant time.
    pub(super) fn is_authentic(&self, table: &[u8], mac: &[u8; 32]) -> bool {
        self.mac(table).ct_eq(mac).into()
    }
}

impl RawContentKey {
    pub(super) fn make(entropy: &mut dyn Entropy) -> Self {
        Self(Secret::make(entropy))
    }
}

impl ContentEncryptionKey {
    pub(super) fn new(key: &RawContentKey) -> Self {
        Self(cipher(&key.0))
    }

    /// Encrypts in place and returns the tag; `None` if `data` is longer than the cipher takes.
    pub(super) fn encrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        associated_data: &[u8],
        data: &mut [u8],
    ) -> Option<[u8; TAG_LEN]> {
        let tag = self.0.encrypt_inout_detached(&Nonce::from(*nonce), associated_data, data.into());
        tag.ok().map(Into::into)
    }

    /// Decrypts in place. `None`, with `data` as it was, if anything is not as it was encrypted.
    pub(super) fn decrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        associated_data: &[u8],
        data: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Option<()> {
        let (nonce, tag) = (Nonce::from(*nonce), (*tag).into());
        self.0.decrypt_inout_detached(&nonce, associated_data, data.into(), &tag).ok()
    }
}

impl SlotContext<'_> {
    fn associated_data(&self) -> Vec<u8> {
        let kdf = self.kdf.map(KdfParams::encode);
        let kdf: &[u8] = kdf.as_ref().map_or(&[], |kdf| kdf);
        [b"daifuku.slot.1", &self.vault[..], self.slot, &[self.kind], kdf].concat()
    }
}

fn epoch_associated_data(vault: &[u8; 16], epoch: u32) -> Vec<u8> {
    [b"daifuku.epoch.1", &vault[..], &epoch.to_be_bytes()].concat()
}

fn cipher(key: &Secret<KEY_LEN>) -> Box<Xaes256Gcm> {
    Box::new(Xaes256Gcm::new(key.bytes().into()))
}

fn wrap(
    cipher: &Xaes256Gcm,
    associated_data: &[u8],
    key: &Secret<KEY_LEN>,
    entropy: &mut dyn Entropy,
) -> WrappedKey {
    let mut nonce = [0; NONCE_LEN];
    entropy.fill(&mut nonce);
    let mut data = *key.bytes();
    // INVARIANT: GCM refuses only plaintexts above 64 GiB and associated data above 2 EiB.
    #[expect(clippy::expect_used, reason = "32 bytes are within the limit of NIST SP 800-38D")]
    let tag = cipher
        .encrypt_inout_detached(&Nonce::from(nonce), associated_data, data.as_mut_slice().into())
        .expect("GCM encrypts 32 bytes");
    let mut wrapped = [0; WRAPPED_LEN];
    let parts = nonce.into_iter().chain(data).chain(tag);
    wrapped.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
    wrapped
}

fn unwrap(cipher: &Xaes256Gcm, associated_data: &[u8], wrapped: &WrappedKey) -> Option<Secret<KEY_LEN>> {
    let (nonce, rest) = wrapped.split_first_chunk::<NONCE_LEN>()?;
    let (data, tag) = rest.split_first_chunk::<KEY_LEN>()?;
    let tag = <[u8; TAG_LEN]>::try_from(tag).ok()?.into();
    let mut key = Secret::zeroed();
    key.bytes_mut().copy_from_slice(data);
    let nonce = Nonce::from(*nonce);
    let buffer = key.bytes_mut().as_mut_slice().into();
    cipher.decrypt_inout_detached(&nonce, associated_data, buffer, &tag).ok()?;
    Some(key)
}
