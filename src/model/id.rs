//! Identifiers: random, opaque, never reused, never derived from what a person is called.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Names one record for ever, on every device. 16 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
pub struct RecordId(pub [u8; 16]);

/// Names one vault: the encrypted whole on one device. 16 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VaultId(pub [u8; 16]);

/// Names one copy of the notebook (on screen: a device). 8 random bytes, taken anew by every
/// installation, restore and clone, because two copies that share one would lose writes silently.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReplicaId(pub [u8; 8]);

/// Why a text is not an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an identifier is {expected} lower-case hexadecimal digits")]
pub struct ParseIdError {
    /// How many digits it should have.
    pub expected: usize,
}

impl RecordId {
    /// The id of no record: the page on which records without a customer are kept.
    pub const NIL: Self = Self([0; 16]);

    /// Whether this is [`Self::NIL`].
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.0 == [0; 16]
    }
}

/// Writes `bytes` into `digits`, of which there must be two for each: lower-case hexadecimal.
pub fn hexadecimal<'a>(bytes: &[u8], digits: &'a mut [u8]) -> &'a str {
    let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' + half - 10 };
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        if let [high, low] = pair {
            (*high, *low) = (digit(byte >> 4), digit(byte & 15));
        }
    }
    core::str::from_utf8(digits).unwrap_or_default()
}

macro_rules! as_hexadecimal {
    ($name:ident, $bytes:literal) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(hexadecimal(&self.0, &mut [0; $bytes * 2]))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let wrong = ParseIdError { expected: $bytes * 2 };
                let digits = text.as_bytes();
                if digits.len() != $bytes * 2 {
                    return Err(wrong);
                }
                let mut bytes = [0; $bytes];
                for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
                    *byte = pair.iter().try_fold(0_u8, |sum, &digit| {
                        let digit = match digit {
                            b'0'..=b'9' => digit - b'0',
                            b'a'..=b'f' => digit - b'a' + 10,
                            _ => return Err(wrong),
                        };
                        Ok(sum << 4 | digit)
                    })?;
                }
                Ok(Self(bytes))
            }
        }
    };
}

as_hexadecimal!(RecordId, 16);
as_hexadecimal!(VaultId, 16);
as_hexadecimal!(ReplicaId, 8);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips_and_refuses_the_rest() {
        let id = RecordId(*b"0123456789abcdef");
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in ["", "0g", "30313233343536373839616263646566ff", "３0313233343536373839616263646566"] {
            assert!(wrong.parse::<RecordId>().is_err(), "{wrong}");
        }
    }
}
