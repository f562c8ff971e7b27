//! From a passphrase to a secret: Argon2id version 1.3 (RFC 9106), its parameters and their bounds.
//!
//! The derivation takes tens of megabytes. In the browser it runs in a worker of its own that is ended
//! afterwards, because the memory of a wasm instance never shrinks; so [`DerivedSecret`] can travel as
//! plain bytes.

use core::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use thiserror::Error;
use zeroize::Zeroizing;

use super::entropy::Entropy;
use super::passphrase::Passphrase;
use super::secret::Secret;

/// What [`calibrate`] aims at when nothing else is asked for.
///
/// The derivation stands between a person and the list of customers at every unlock, and the time until
/// that list is ours to keep short. Three passes over 64 MiB (the second recommendation of RFC 9106 §4)
/// take 110-170 ms in the browser of a plain desktop computer; that is what makes guessing expensive. A
/// further pass is a further 33 % for the attacker as for the owner, whereas one more word in the
/// passphrase is a factor of 2,048. So the aim only lets a machine that has time to spare do more.
pub const DEFAULT_AIM: Duration = Duration::from_millis(150);

/// How many passes a measured run must have for [`calibrate`].
pub const MEASURED_PASSES: u32 = 3;

/// How many bytes [`KdfParams::encode`] writes.
pub const KDF_PARAMS_LEN: usize = 29;

const SALT_LEN: usize = 16;
const MEMORY_KIB: core::ops::RangeInclusive<u32> = 19_456..=262_144;
const PASSES: core::ops::RangeInclusive<u32> = 2..=32;
const LANES: u32 = 1;

/// The cost of a derivation and its salt. A value of this type is always within the bounds, so that a
/// tampered one can neither weaken a passphrase nor hang the program: memory 19,456 to 262,144 KiB (the
/// lower one is OWASP's floor), 2 to 32 passes, exactly one lane (one wasm thread gains nothing from
/// more), a salt of 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfParams {
    memory_kib: u32,
    passes: u32,
    salt: [u8; SALT_LEN],
}

/// Which cost parameter is out of bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KdfParamsError {
    /// Too little would weaken the passphrase, too much would hang the program.
    #[error("{found} KiB of memory are not within 19456 and 262144")]
    Memory {
        /// In KiB.
        found: u32,
    },
    /// Like the memory.
    #[error("{found} passes are not within 2 and 32")]
    Passes {
        /// How many there are.
        found: u32,
    },
    /// Other than one.
    #[error("{found} lanes instead of 1")]
    Lanes {
        /// How many there are.
        found: u32,
    },
    /// The bytes are not parameters at all: too short, too long, or a salt of another length.
    #[error("the parameters are not of the form of this version")]
    Malformed,
}

/// How much memory a device can spare for a derivation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryClass {
    /// 64 MiB, at least 3 passes.
    Standard,
    /// 32 MiB, at least 6 passes: for a device with 2 GiB or less, or where [`KdfError::OutOfMemory`]
    /// was answered.
    Small,
}

/// Why a derivation gave no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KdfError {
    /// The device could not give the memory that the parameters ask for.
    #[error("{memory_kib} KiB of memory cannot be had")]
    OutOfMemory {
        /// How much was asked for, in KiB.
        memory_kib: u32,
    },
    /// Argon2 refused its input, for instance a passphrase of 4 GiB.
    #[error("input that argon2 does not take")]
    Refused,
}

/// What a slot is opened with: 32 bytes that wrap and 32 that tell whether they are the right ones.
/// Neither printed, nor cloned, nor serialised; wiped when dropped.
pub struct DerivedSecret(pub(super) Secret<64>);

impl MemoryClass {
    /// Memory of a derivation, in KiB.
    #[must_use]
    pub const fn memory_kib(self) -> u32 {
        match self {
            Self::Standard => 65_536,
            Self::Small => 32_768,
        }
    }

    /// The fewest passes that are written, whatever the aim.
    #[must_use]
    pub const fn fewest_passes(self) -> u32 {
        match self {
            Self::Standard => 3,
            Self::Small => 6,
        }
    }
}

/// How many passes a device does within `aim`, if [`MEASURED_PASSES`] with the memory of `class` took
/// `measured`: rounded down, never fewer than [`MemoryClass::fewest_passes`], never more than 10.
#[must_use]
pub fn calibrate(class: MemoryClass, measured: Duration, aim: Duration) -> u32 {
    let passes = (aim.as_micros() * u128::from(MEASURED_PASSES)) / measured.as_micros().max(1);
    u32::try_from(passes).unwrap_or(u32::MAX).clamp(class.fewest_passes(), 10)
}

/// Derives the secret of a slot from a passphrase. Takes as long as `params` say: run it where nobody
/// waits.
///
/// # Errors
/// [`KdfError::OutOfMemory`], before any work, if the memory cannot be had.
pub fn derive(passphrase: &Passphrase, params: &KdfParams) -> Result<DerivedSecret, KdfError> {
    let argon2 = Params::new(params.memory_kib, params.passes, LANES, Some(64))
        .map(|cost| Argon2::new(Algorithm::Argon2id, Version::V0x13, cost))
        .map_err(|_| KdfError::Refused)?;
    let mut secret = Secret::zeroed();
    match argon2.hash_password_into(passphrase.bytes(), &params.salt, secret.bytes_mut()) {
        Ok(()) => Ok(DerivedSecret(secret)),
        Err(argon2::Error::OutOfMemory) => Err(KdfError::OutOfMemory { memory_kib: params.memory_kib }),
        Err(_) => Err(KdfError::Refused),
    }
}

impl KdfParams {
    /// # Errors
    /// The first parameter that is out of bounds.
    pub fn new(
        memory_kib: u32,
        passes: u32,
        lanes: u32,
        salt: [u8; SALT_LEN],
    ) -> Result<Self, KdfParamsError> {
        if !MEMORY_KIB.contains(&memory_kib) {
            return Err(KdfParamsError::Memory { found: memory_kib });
        }
        if !PASSES.contains(&passes) {
            return Err(KdfParamsError::Passes { found: passes });
        }
        if lanes != LANES {
            return Err(KdfParamsError::Lanes { found: lanes });
        }
        Ok(Self { memory_kib, passes, salt })
    }

    /// Parameters for a new slot, with a salt of their own. `passes` is what [`calibrate`] answered;
    /// fewer than the class allows, or more than 10, are brought within.
    #[must_use]
    pub fn make(class: MemoryClass, passes: u32, entropy: &mut dyn Entropy) -> Self {
        let mut salt = [0; SALT_LEN];
        entropy.fill(&mut salt);
        let passes = passes.clamp(class.fewest_passes(), 10);
        Self { memory_kib: class.memory_kib(), passes, salt }
    }

    /// Memory, in KiB.
    #[must_use]
    pub const fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    /// How often the memory is gone through.
    #[must_use]
    pub const fn passes(&self) -> u32 {
        self.passes
    }

    /// How many lanes: always one.
    #[must_use]
    pub const fn lanes(&self) -> u32 {
        LANES
    }

    /// 16 bytes that no other slot has.
    #[must_use]
    pub const fn salt(&self) -> &[u8; SALT_LEN] {
        &self.salt
    }

    /// `memory KiB u32 ‖ passes u32 ‖ lanes u32 ‖ length of the salt u8 ‖ salt`, big-endian.
    #[must_use]
    pub fn encode(&self) -> [u8; KDF_PARAMS_LEN] {
        let mut bytes = [0; KDF_PARAMS_LEN];
        let fields = self.memory_kib.to_be_bytes().into_iter();
        let fields = fields.chain(self.passes.to_be_bytes()).chain(LANES.to_be_bytes());
        let fields = fields.chain([16]).chain(self.salt);
        bytes.iter_mut().zip(fields).for_each(|(byte, field)| *byte = field);
        bytes
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// A form or a value that this version does not take.
    pub fn decode(bytes: &[u8]) -> Result<Self, KdfParamsError> {
        let parts = || {
            let (memory_kib, rest) = bytes.split_first_chunk()?;
            let (passes, rest) = rest.split_first_chunk()?;
            let (lanes, rest) = rest.split_first_chunk()?;
            let (&[16], salt) = rest.split_first_chunk()? else { return None };
            Some((*memory_kib, *passes, *lanes, <[u8; SALT_LEN]>::try_from(salt).ok()?))
        };
        let (memory_kib, passes, lanes, salt) = parts().ok_or(KdfParamsError::Malformed)?;
        let [memory_kib, passes, lanes] = [memory_kib, passes, lanes].map(u32::from_be_bytes);
        Self::new(memory_kib, passes, lanes, salt)
    }
}

impl DerivedSecret {
    /// From what [`Self::into_bytes`] gave, on the other side of a message. The caller's copy is the
    /// caller's to wipe.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 64]) -> Self {
        let mut secret = Secret::zeroed();
        secret.bytes_mut().copy_from_slice(bytes);
        Self(secret)
    }

    /// The bytes for a message to the worker that unlocks: the key-encryption key, then the commitment.
    #[must_use]
    pub fn into_bytes(self) -> Zeroizing<[u8; 64]> {
        Zeroizing::new(*self.0.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SeededEntropy;
    use proptest::prelude::*;

    const SALT: [u8; 16] = *b"sixteen bytes :)";

    #[test]
    fn bounds_are_exact() {
        let new = |memory, passes, lanes| KdfParams::new(memory, passes, lanes, SALT);
        assert!(new(19_456, 2, 1).is_ok() && new(262_144, 32, 1).is_ok());
        for (memory, passes, lanes, wrong) in [
            (19_455, 2, 1, KdfParamsError::Memory { found: 19_455 }),
            (262_145, 2, 1, KdfParamsError::Memory { found: 262_145 }),
            (u32::MAX, 2, 1, KdfParamsError::Memory { found: u32::MAX }),
            (65_536, 1, 1, KdfParamsError::Passes { found: 1 }),
            (65_536, 33, 1, KdfParamsError::Passes { found: 33 }),
            (65_536, 3, 0, KdfParamsError::Lanes { found: 0 }),
            (65_536, 3, 4, KdfParamsError::Lanes { found: 4 }),
        ] {
            assert_eq!(new(memory, passes, lanes), Err(wrong));
        }
    }

    #[test]
    fn bytes_of_another_form_are_refused() {
        let bytes = KdfParams::new(65_536, 3, 1, SALT).unwrap().encode();
        for length in 0..bytes.len() {
            assert_eq!(KdfParams::decode(&bytes[..length]), Err(KdfParamsError::Malformed));
        }
        assert_eq!(KdfParams::decode(&[&bytes[..], &[0]].concat()), Err(KdfParamsError::Malformed));
        let mut short_salt = bytes;
        short_salt[12] = 15;
        assert_eq!(KdfParams::decode(&short_salt), Err(KdfParamsError::Malformed));
    }

    #[test]
    fn calibration_follows_the_aim_within_its_bounds() {
        let passes = |class, measured, aim| {
            calibrate(class, Duration::from_millis(measured), Duration::from_millis(aim))
        };
        assert_eq!(passes(MemoryClass::Standard, 110, 150), 4);
        assert_eq!(passes(MemoryClass::Standard, 170, 150), 3);
        assert_eq!(passes(MemoryClass::Standard, 3_000, 150), 3);
        assert_eq!(passes(MemoryClass::Standard, 300, 900), 9);
        assert_eq!(passes(MemoryClass::Standard, 0, 900), 10);
        assert_eq!(passes(MemoryClass::Small, 900, 150), 6);
        assert_eq!(passes(MemoryClass::Small, 60, 150), 7);
    }

    #[test]
    fn the_secret_depends_on_everything() {
        let secret = |typed: &str, memory, passes, salt| {
            let params = KdfParams::new(memory, passes, 1, salt).unwrap();
            *derive(&Passphrase::new(typed), &params).unwrap().into_bytes()
        };
        let first = secret("大福帳の合言葉", 19_456, 2, SALT);
        assert_eq!(first, secret("  大福帳の合言葉　", 19_456, 2, SALT));
        assert_ne!(first, secret("大福帳の合言波", 19_456, 2, SALT));
        assert_ne!(first, secret("大福帳の合言葉", 19_464, 2, SALT));
        assert_ne!(first, secret("大福帳の合言葉", 19_456, 3, SALT));
        assert_ne!(first, secret("大福帳の合言葉", 19_456, 2, [0; 16]));
    }

    proptest! {
        #[test]
        fn what_is_made_is_read_again(passes in 0_u32..40, seed: u64, small: bool) {
            let class = if small { MemoryClass::Small } else { MemoryClass::Standard };
            let params = KdfParams::make(class, passes, &mut SeededEntropy::new(seed));
            prop_assert!((class.fewest_passes()..=10).contains(&params.passes()));
            prop_assert_eq!(KdfParams::decode(&params.encode()), Ok(params));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(params) = KdfParams::decode(&bytes) {
                prop_assert_eq!(&params.encode()[..], &bytes[..]);
            }
        }
    }
}
