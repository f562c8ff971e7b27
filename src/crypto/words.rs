//! Passphrases that nobody has to think of: words drawn from a list, easy to read out and to write down.

use zeroize::Zeroizing;

use super::entropy::Entropy;

/// The language of the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordLanguage {
    /// Hiragana of two to eight characters. Some browsers switch the input method off in a password
    /// field: whoever is offered these must be able to show what is typed.
    Japanese,
    /// Lower-case Latin letters, three to eight.
    English,
}

/// 2^11 words, so a word is 11 bits.
const WORDS: usize = 1 << WORD_BITS;
pub(super) const WORD_BITS: u32 = 11;
/// Six words are 66 bits.
const WORDS_PER_PASSPHRASE: usize = 6;

impl WordLanguage {
    /// All 2,048 words, a line each (BIP-39).
    pub(super) const fn list(self) -> &'static str {
        match self {
            Self::Japanese => include_str!("words/japanese.txt"),
            Self::English => include_str!("words/english.txt"),
        }
    }
}

/// Makes a passphrase of six words with a space between them: 66 bits, each word as likely as any other.
/// At the cost of our key derivation, 64 bits are out of reach for anyone.
#[must_use]
pub fn suggest(language: WordLanguage, entropy: &mut dyn Entropy) -> Zeroizing<String> {
    let words = language.list();
    // Room for all of it, so that no copy is left behind when it grows.
    let mut passphrase = Zeroizing::new(String::with_capacity(WORDS_PER_PASSPHRASE * 32));
    for _ in 0..WORDS_PER_PASSPHRASE {
        if !passphrase.is_empty() {
            passphrase.push(' ');
        }
        // The number of words is a power of two, so the remainder favours none.
        let mut random = [0; 2];
        entropy.fill(&mut random);
        let number = usize::from(u16::from_be_bytes(random)) % WORDS;
        passphrase.push_str(words.lines().nth(number).unwrap_or_default());
    }
    passphrase
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SeededEntropy;
    use std::collections::BTreeSet;

    const BOTH: [WordLanguage; 2] = [WordLanguage::Japanese, WordLanguage::English];

    #[test]
    fn the_lists_are_whole_and_plain() {
        for language in BOTH {
            let words: BTreeSet<_> = language.list().lines().collect();
            assert_eq!(words.len(), WORDS);
            assert_eq!(language.list().lines().count(), WORDS);
            assert!(words.iter().all(|word| (2..=8).contains(&word.chars().count())));
            let belongs = |letter: char| match language {
                WordLanguage::Japanese => ('ぁ'..='ん').contains(&letter) || letter == 'ー',
                WordLanguage::English => letter.is_ascii_lowercase(),
            };
            let foreign: Vec<_> = words.iter().filter(|word| !word.chars().all(belongs)).collect();
            assert!(foreign.is_empty(), "{foreign:?}");
        }
    }

    #[test]
    fn every_word_can_come_and_none_is_favoured() {
        /// Counts up through all values of two bytes.
        struct Counting(u16);
        impl Entropy for Counting {
            fn fill(&mut self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.0.to_be_bytes());
                self.0 = self.0.wrapping_add(1);
            }
        }
        let mut entropy = Counting(0);
        let mut seen = std::collections::BTreeMap::<String, usize>::new();
        for _ in 0..WORDS {
            let passphrase = suggest(WordLanguage::English, &mut entropy);
            passphrase.split(' ').for_each(|word| *seen.entry(word.to_owned()).or_default() += 1);
        }
        assert_eq!(seen.len(), WORDS);
        assert!(seen.values().all(|&count| count == WORDS_PER_PASSPHRASE));
    }

    #[test]
    fn a_passphrase_is_six_words_of_its_language() {
        for (language, seed) in BOTH.into_iter().zip(0..) {
            let passphrase = suggest(language, &mut SeededEntropy::new(seed));
            let words: Vec<_> = passphrase.split(' ').collect();
            assert_eq!(words.len(), 6);
            assert!(words.iter().all(|word| language.list().lines().any(|known| known == *word)));
            assert_ne!(passphrase, suggest(language, &mut SeededEntropy::new(seed + 100)));
        }
    }
}
