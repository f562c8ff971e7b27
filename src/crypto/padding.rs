//! Padding, so that the size of a sealed row does not tell how long the text in it is. One byte `80`,
//! then zeros (ISO/IEC 7816-4), up to the next of few lengths.

/// Up to this length there is one step every [`STEP`] bytes, above it the steps grow.
const FINE_UP_TO: usize = 4096;
const STEP: usize = 128;

/// How long `plain` bytes are once padded; `None` beyond the address space. With its mark, the text
/// fills up to a multiple of 128 bytes as long as that is no more than 4,096; above, to a length of the
/// PADMÉ scheme (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with
/// PURBs", 2019, §4), which adds at most 12 %, and less the longer the text.
#[must_use]
pub fn padded_len(plain: usize) -> Option<usize> {
    let marked = plain.checked_add(1)?;
    let step = if marked <= FINE_UP_TO {
        STEP
    } else {
        // A length with exponent e keeps as many bits as it takes to write e, the rest are rounded up.
        let exponent = marked.ilog2();
        1_usize.checked_shl(exponent - (exponent.ilog2() + 1))?
    };
    marked.checked_next_multiple_of(step)
}

/// How many bytes of `padded` are text; `None` if they were not padded by these rules.
pub(super) fn unpadded_len(padded: &[u8]) -> Option<usize> {
    let mark = padded.iter().rposition(|&byte| byte != 0)?;
    let is_padding = padded.get(mark) == Some(&0x80) && padded_len(mark) == Some(padded.len());
    is_padding.then_some(mark)
}

/// The byte after the text.
pub(super) const MARK: u8 = 0x80;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_are_those_of_the_format() {
        for (plain, padded) in [
            (0, 128),
            (1, 128),
            (127, 128),
            (128, 256),
            (3_967, 3_968),
            (3_968, 4_096),
            (4_095, 4_096),
            // PADMÉ: e = 12, 4 bits to write it, so steps of 2^8; from 2^16 on 5 bits, steps of 2^11.
            (4_096, 4_352),
            (4_351, 4_352),
            (8_191, 8_192),
            (8_192, 8_704),
            (65_535, 65_536),
            (65_536, 67_584),
            (262_143, 262_144),
            (262_144, 270_336),
        ] {
            assert_eq!(padded_len(plain), Some(padded), "{plain}");
        }
        assert_eq!(padded_len(usize::MAX), None);
    }

    #[test]
    fn padding_of_another_kind_is_refused() {
        let with = |bytes: &[(usize, u8)], length| {
            let mut padded = vec![0; length];
            bytes.iter().for_each(|&(at, byte)| padded[at] = byte);
            padded
        };
        assert_eq!(unpadded_len(&[]), None);
        assert_eq!(unpadded_len(&with(&[], 128)), None);
        assert_eq!(unpadded_len(&with(&[(5, 0x81)], 128)), None);
        assert_eq!(unpadded_len(&with(&[(5, 0x80)], 256)), None);
        assert_eq!(unpadded_len(&with(&[(5, 0x80)], 127)), None);
        assert_eq!(unpadded_len(&with(&[(5, 0x80)], 128)), Some(5));
        assert_eq!(unpadded_len(&with(&[(5, 0x80), (9, 0x80)], 128)), Some(9));
    }

    proptest! {
        #[test]
        fn padded_lengths_are_few_and_never_far(plain in 0_usize..100_000_000) {
            let padded = padded_len(plain).unwrap();
            prop_assert!(padded > plain);
            prop_assert_eq!(padded_len(padded - 1), Some(padded));
            let added = padded - plain;
            prop_assert!(added <= 128 || added * 100 <= plain * 12 + 100);
        }
    }
}
