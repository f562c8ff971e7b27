//! Deriving the secret of a passphrase slot, as the sealer is asked for it.

use zeroize::Zeroizing;

use super::sealer::{Answer, SealerError};
use crate::crypto::{self, KdfError, KdfParams, Passphrase};

/// Derives ([`crate::crypto::derive`]): the answer is [`Answer::Secret`].
///
/// # Errors
/// When the parameters are out of bounds or there is not enough memory.
pub fn derive(params: &[u8], passphrase: Zeroizing<String>) -> Result<Answer, SealerError> {
    let params = KdfParams::decode(params).map_err(|_| SealerError::Refused)?;
    match crypto::derive(&Passphrase::new(&passphrase), &params) {
        Ok(secret) => Ok(Answer::Secret(secret.into_bytes().to_vec())),
        Err(KdfError::OutOfMemory { .. }) => Err(SealerError::OutOfMemory),
        Err(KdfError::Refused) => Err(SealerError::Refused),
    }
}
