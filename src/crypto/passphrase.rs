//! The secret that a person types.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// How much longer NFKC makes a text in UTF-8 at most (UAX #15 §9).
const EXPANSION: usize = 11;

/// A passphrase, ready for the key derivation. Neither printed, nor cloned, nor serialised; wiped when
/// dropped. Which passphrases are good enough is [`super::strength`]'s question: whoever chose a weak
/// one must still be able to unlock.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes what was typed, in the form that the key derivation reads: normalised to NFKC (UAX #15),
    /// then without white space (`White_Space`, UAX #44) at either end.
    ///
    /// NFKC because an input method writes `Ａ１` for `A1`, an ideographic space for a space, half-width
    /// kana for full-width ones, and か + ゛ for が, depending on the machine and on a key pressed by
    /// accident. White space inside is kept as it is, and so is the case of letters.
    #[must_use]
    pub fn new(typed: &str) -> Self {
        // Room for all of it keeps the text from moving, which would leave a copy that nothing wipes.
        let mut normal = Zeroizing::new(String::with_capacity(typed.len().saturating_mul(EXPANSION)));
        normal.extend(typed.nfkc());
        let mut text = Zeroizing::new(String::with_capacity(normal.len()));
        text.push_str(normal.trim());
        Self(text)
    }

    /// What is left of it. Empty when nothing but white space was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The UTF-8 bytes that the key derivation reads.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_an_input_method_varies_does_not_matter() {
        for (typed, same) in [
            ("Ａｂｃ１２３！", "Abc123!"),
            ("さくら　もち", "さくら もち"),
            ("ｶﾞﾗｽ", "ガラス"),
            ("か\u{3099}", "が"),
            ("\u{3000} 大福 \n", "大福"),
            ("㍿", "株式会社"),
        ] {
            assert_eq!(Passphrase::new(typed).bytes(), same.as_bytes(), "{typed}");
        }
    }

    #[test]
    fn what_a_person_means_does_matter() {
        for (one, other) in [("abc", "Abc"), ("a b", "a  b"), ("かき", "カキ"), ("は", "ば")] {
            assert_ne!(Passphrase::new(one).bytes(), Passphrase::new(other).bytes());
        }
    }

    proptest! {
        #[test]
        fn taking_it_again_changes_nothing(typed in any::<String>()) {
            let once = Passphrase::new(&typed);
            let twice = Passphrase::new(&once.0);
            prop_assert_eq!(twice.bytes(), once.bytes());
        }

        #[test]
        fn the_text_never_outgrows_its_room(typed in any::<String>()) {
            let typed = typed + "\u{fdfa}";
            let length = typed.nfkc().map(char::len_utf8).sum::<usize>();
            prop_assert!(length <= typed.len() * EXPANSION);
        }
    }
}
