//! What may occur in a block, in a few kilobytes: enough to leave most blocks unread.
//!
//! A Bloom filter (Bloom 1970) with two probes over every character and every pair of neighbouring
//! characters of the folded texts. It never denies what is there.
//!
//! # Encoding
//!
//! | bytes | content |
//! | --- | --- |
//! | 1 | version, 1 |
//! | 1 | `n`, 10 to 18 |
//! | 2ⁿ / 8 | 2ⁿ bits, the lowest bit of a byte first |
//!
//! A pair of code points `a`, `b` (a single character: `a` = 0) sets the bits `h mod 2ⁿ` and
//! `(h >> 32) mod 2ⁿ`, where `h = mix(a · 2²¹ + b)` and `mix` is the finaliser of SplitMix64.

use thiserror::Error;

/// Which characters and pairs may occur in the texts of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// A power of two of words.
    words: Vec<u64>,
}

/// Why bytes are not a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DecodeFilterError {
    /// Of another version.
    #[error("filter is of version {found}, this program reads version 1")]
    Version {
        /// The version found.
        found: u8,
    },
    /// Too short, too long or of a size that is never written.
    #[error("filter is damaged")]
    Damaged,
}

const VERSION: u8 = 1;
/// log₂ of the number of bits.
const SMALLEST: u8 = 10;
const LARGEST: u8 = 18;
/// A filter is halved as long as no more than this share of its bits would be set: at two probes a
/// pair that does not occur is then taken for one that does about once in ten times.
const FULL: f64 = 0.33;

impl Filter {
    /// The filter of some folded texts, as small as stays useful.
    #[must_use]
    pub fn build<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut filter = Self { words: vec![0; 1 << (LARGEST - 6)] };
        for text in texts {
            let mut before = None;
            for c in text.chars() {
                filter.set(hash(None, c));
                if before.is_some() {
                    filter.set(hash(before, c));
                }
                before = Some(c);
            }
        }
        while filter.words.len() > 1 << (SMALLEST - 6) {
            let half = filter.words.len() / 2;
            let (low, high) = filter.words.split_at(half);
            let halved: Vec<u64> = low.iter().zip(high).map(|(low, high)| low | high).collect();
            let set: u32 = halved.iter().map(|word| word.count_ones()).sum();
            let bits = u32::try_from(half * 64).unwrap_or(u32::MAX);
            if f64::from(set) > f64::from(bits) * FULL {
                break;
            }
            filter.words = halved;
        }
        filter
    }

    /// Whether `needle` may occur in one of the texts. If not, it does not.
    #[must_use]
    pub fn may_contain(&self, needle: &str) -> bool {
        let mut chars = needle.chars();
        let Some(first) = chars.next() else { return true };
        let mut before = first;
        let mut single = true;
        for c in chars {
            single = false;
            if !self.has(hash(Some(before), c)) {
                return false;
            }
            before = c;
        }
        !single || self.has(hash(None, first))
    }

    /// The stored form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let bits = u8::try_from((self.words.len() * 64).trailing_zeros()).unwrap_or(LARGEST);
        let mut bytes = vec![VERSION, bits];
        bytes.extend(self.words.iter().flat_map(|word| word.to_le_bytes()));
        bytes
    }

    /// Reads the stored form.
    ///
    /// # Errors
    ///
    /// Bytes that [`Self::encode`] never writes.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeFilterError> {
        let (version, rest) = bytes.split_first().ok_or(DecodeFilterError::Damaged)?;
        if *version != VERSION {
            return Err(DecodeFilterError::Version { found: *version });
        }
        let (bits, rest) = rest.split_first().ok_or(DecodeFilterError::Damaged)?;
        if !(SMALLEST..=LARGEST).contains(bits) || rest.len() != 1 << (bits - 3) {
            return Err(DecodeFilterError::Damaged);
        }
        let words = rest.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word)).collect();
        Ok(Self { words })
    }

    /// Bytes in memory.
    #[must_use]
    pub fn size(&self) -> usize {
        self.words.len() * 8
    }

    fn set(&mut self, hash: u64) {
        for half in [hash, hash >> 32] {
            let (word, bit) = self.place(half);
            if let Some(word) = self.words.get_mut(word) {
                *word |= bit;
            }
        }
    }

    fn has(&self, hash: u64) -> bool {
        [hash, hash >> 32].into_iter().all(|half| {
            let (word, bit) = self.place(half);
            self.words.get(word).is_some_and(|word| word & bit != 0)
        })
    }

    fn place(&self, hash: u64) -> (usize, u64) {
        let word = usize::try_from((hash & 0xFFFF_FFFF) / 64).unwrap_or_default() & (self.words.len() - 1);
        (word, 1 << (hash % 64))
    }
}

fn hash(before: Option<char>, c: char) -> u64 {
    let pair = (u64::from(before.map_or(0, u32::from)) << 21) + u64::from(u32::from(c));
    let mixed = (pair ^ (pair >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_there_is_never_denied(texts in prop::collection::vec("[あ-ん漢字a-c ]{0,80}", 0..9)) {
            let filter = Filter::build(texts.iter().map(String::as_str));
            for text in &texts {
                for (from, _) in text.char_indices() {
                    for (to, _) in text.char_indices().filter(|(to, _)| *to >= from) {
                        prop_assert!(filter.may_contain(text.get(from..to).unwrap()));
                    }
                }
            }
            prop_assert_eq!(Filter::decode(&filter.encode()), Ok(filter));
        }
    }

    #[test]
    fn what_is_not_there_is_mostly_denied() {
        let pairs = |from: u32| -> String {
            (0..20_000).filter_map(|i| char::from_u32(from + i % 9_000 * (1 + i / 9_000))).collect()
        };
        let text = pairs(0x4E00);
        let filter = Filter::build([text.as_str()]);
        let absent = (0..10_000_u32).filter(|i| {
            let pair: String =
                [char::from_u32(0x3041 + i % 80), char::from_u32(0x4E00 + i)].into_iter().flatten().collect();
            filter.may_contain(&pair)
        });
        assert!(absent.count() < 1_200);
    }

    #[test]
    fn damage_is_refused() {
        let bytes = Filter::build(["大福帳"]).encode();
        assert_eq!(bytes.len(), 2 + 128);
        for end in 0..bytes.len() {
            assert_eq!(Filter::decode(&bytes[..end]), Err(DecodeFilterError::Damaged));
        }
        assert_eq!(Filter::decode(&[2, 10]), Err(DecodeFilterError::Version { found: 2 }));
        assert_eq!(Filter::decode(&[1, 9]), Err(DecodeFilterError::Damaged));
        assert_eq!(Filter::decode(&[bytes.as_slice(), &[0]].concat()), Err(DecodeFilterError::Damaged));
    }
}
