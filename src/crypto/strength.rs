//! How hard a passphrase is to guess, for the meter beside the field in which it is chosen.
//!
//! An estimate from below, after the idea of zxcvbn (Wheeler, USENIX Security 2016): the passphrase is cut
//! into pieces that an attacker would try (common passwords, words, repetitions, runs of neighbours,
//! years), and single characters; the cheapest cut counts.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::words::{WORD_BITS, WordLanguage};

/// A passphrase has at least so many characters.
pub const FEWEST_CHARACTERS: usize = 12;

/// What [`strength`] answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    /// The logarithm to base 2 of how many guesses it takes, by estimate.
    pub bits: u32,
    /// The same in a word.
    pub level: Level,
}

/// In ascending order. A vault may be made from [`Self::Fair`] upward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Fewer than [`FEWEST_CHARACTERS`] characters.
    TooShort,
    /// Under 40 bits: a stolen copy is opened within weeks.
    Weak,
    /// Under 56 bits: it takes an attacker with money years.
    Fair,
    /// Out of reach at the cost of our key derivation.
    Strong,
}

/// Costs are counted in tenths of a bit.
const BIT: u32 = 10;
const FAIR: u32 = 40;
const STRONG: u32 = 56;
/// Characters after these add nothing: enough is enough, and the meter answers at every keystroke.
const MOST_CHARACTERS: usize = 64;

/// Estimates how hard `typed` is to guess, in the form that the key derivation reads.
#[must_use]
pub fn strength(typed: &str) -> Strength {
    let normal = Zeroizing::new(typed.nfkc().collect::<String>());
    let text = Zeroizing::new(normal.trim().chars().take(MOST_CHARACTERS).collect::<Vec<_>>());
    let bits = Estimate::new(&text).cheapest() / BIT;
    let level = match bits {
        _ if text.len() < FEWEST_CHARACTERS => Level::TooShort,
        ..FAIR => Level::Weak,
        FAIR..STRONG => Level::Fair,
        STRONG.. => Level::Strong,
    };
    Strength { bits, level }
}

/// A piece of the text from one character to another (exclusive), and what it costs.
struct Piece {
    from: usize,
    to: usize,
    cost: u32,
}

struct Estimate<'a> {
    text: &'a [char],
    /// In lower case, with letters in the place of the digits and signs that imitate them.
    plain: Zeroizing<Vec<char>>,
    pieces: Vec<Piece>,
}

/// Neighbours on keyboards, and the order of the kana.
const ROWS: [&str; 7] = [
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん",
    "あかさたなはまやらわ",
    "いろはにほへとちりぬるをわかよたれそつねならむうゐのおくやまけふこえてあさきゆめみしゑひもせす",
];

/// Words that people of this trade and country choose, besides the common passwords.
const LOCAL_WORDS: [&str; 24] = [
    "daifuku",
    "daifukucho",
    "kokyaku",
    "okyakusama",
    "pasuwado",
    "arigatou",
    "arigato",
    "sakura",
    "nippon",
    "nihon",
    "japan",
    "tokyo",
    "osaka",
    "kyoto",
    "konnichiwa",
    "大福帳",
    "大福",
    "顧客",
    "お客様",
    "株式会社",
    "ぱすわーど",
    "パスワード",
    "ありがとう",
    "さくら",
];

impl<'a> Estimate<'a> {
    fn new(text: &'a [char]) -> Self {
        let plain = Zeroizing::new(text.iter().map(|&letter| unmasked(letter)).collect());
        let mut estimate = Self { text, plain, pieces: Vec::new() };
        estimate.find_words();
        estimate.find_runs();
        estimate.find_repetitions();
        estimate.find_years();
        estimate
    }

    /// The cost of the cheapest way to cut the text.
    fn cheapest(&self) -> u32 {
        let mut costs = vec![0_u32];
        for to in 1..=self.text.len() {
            let before = |at: usize| costs.get(at).copied().unwrap_or_default();
            let single = before(to - 1).saturating_add(self.character_cost(to - 1));
            let pieces = self.pieces.iter().filter(|piece| piece.to == to);
            let pieces = pieces.map(|piece| before(piece.from).saturating_add(piece.cost));
            let cost = pieces.fold(single, u32::min);
            costs.push(cost);
        }
        costs.last().copied().unwrap_or_default()
    }

    /// A character that belongs to nothing. Letters are dearer by far when drawn by dice, but mostly they
    /// are part of a word that we do not know; a change between kinds of characters is a surprise.
    fn character_cost(&self, at: usize) -> u32 {
        let kind = |at: usize| self.text.get(at).map(|&letter| Kind::of(letter));
        let change = if at > 0 && kind(at - 1) != kind(at) { 17 } else { 0 };
        match kind(at) {
            Some(Kind::Space) | None => 5,
            Some(Kind::Lower | Kind::Upper | Kind::Digit | Kind::Kana) => 33 + change,
            Some(Kind::Sign) => 40 + change,
            Some(Kind::Other) => 55 + change,
        }
    }

    fn find_words(&mut self) {
        let common = include_str!("words/common.txt").lines().zip(1..);
        let common = common.map(|(word, rank): (_, u32)| (word, BIT * (2 + rank.ilog2())));
        let local = LOCAL_WORDS.into_iter().map(|word| (word, 7 * BIT));
        let listed = |list: WordLanguage| list.list().lines().map(|word| (word, BIT * WORD_BITS));
        let words = common.chain(local).chain(listed(WordLanguage::Japanese));
        for (word, cost) in words.chain(listed(WordLanguage::English)) {
            self.find_word(word, cost);
        }
    }

    fn find_word(&mut self, word: &str, cost: u32) {
        let length = word.chars().count();
        for from in 0..self.text.len() {
            let end = from + length;
            let Some(written) = self.text.get(from..end) else { break };
            let lower = || written.iter().flat_map(|letter| letter.to_lowercase());
            let plain = self.plain.get(from..end).unwrap_or_default();
            if lower().eq(word.chars()) || plain.iter().copied().eq(word.chars()) {
                let disguise = if written.iter().copied().eq(word.chars()) { 0 } else { 2 * BIT };
                self.pieces.push(Piece { from, to: end, cost: cost + disguise });
            }
        }
    }

    /// `1234`, `fedcba`, `qwerty`, `あいうえ`, in both directions.
    fn find_runs(&mut self) {
        let lower: Zeroizing<Vec<_>> =
            Zeroizing::new(self.text.iter().flat_map(|letter| letter.to_lowercase()).collect());
        if lower.len() != self.text.len() {
            return;
        }
        let mut runs = Vec::new();
        for from in 0..lower.len() {
            let length = |follows: &dyn Fn(char, char) -> bool| {
                let pairs = lower.get(from..).unwrap_or_default().windows(2);
                let run = pairs.take_while(|pair| matches!(pair, [one, next] if follows(*one, *next)));
                run.count() + 1
            };
            let code = |letter: char| u32::from(letter);
            let up = length(&|one, next| code(one) + 1 == code(next));
            let down = length(&|one, next| code(next) + 1 == code(one));
            let mut longest = up.max(down);
            for row in ROWS {
                let beside = |one, next| row.chars().zip(row.chars().skip(1)).any(|pair| pair == (one, next));
                longest = longest.max(length(&beside)).max(length(&|one, next| beside(next, one)));
            }
            runs.push((from, longest));
        }
        for (from, longest) in runs {
            for length in 3..=longest {
                let cost = self.character_cost(from) + 2 * BIT + logarithm(length);
                self.pieces.push(Piece { from, to: from + length, cost });
            }
        }
    }

    /// Whatever stood there before: `aaaa`, `abcabcabc`, the same word twice.
    fn find_repetitions(&mut self) {
        for from in 1..self.text.len() {
            let rest = self.text.get(from..).unwrap_or_default();
            let shared = |earlier: usize| {
                let again = self.text.get(earlier..).unwrap_or_default().iter();
                again.zip(rest).take_while(|(one, other)| one == other).count()
            };
            let longest = (0..from).map(shared).max().unwrap_or_default();
            for length in 2..=longest {
                let cost = 2 * BIT + logarithm(length);
                self.pieces.push(Piece { from, to: from + length, cost });
            }
        }
    }

    /// `1900` to `2099`, alone or with a day: `19800401`, `0401`.
    fn find_years(&mut self) {
        for from in 0..self.text.len() {
            let digits = |offset: usize, count: usize| {
                let digits = self.text.get(from + offset..from + offset + count)?;
                digits.iter().try_fold(0, |number, digit| Some(number * 10 + digit.to_digit(10)?))
            };
            let is_day = |offset| {
                digits(offset, 2).is_some_and(|month| (1..=12).contains(&month))
                    && digits(offset + 2, 2).is_some_and(|day| (1..=31).contains(&day))
            };
            let is_year = digits(0, 4).is_some_and(|year| (1900..2100).contains(&year));
            let found = [(is_year, 4, 7), (is_day(0), 4, 9), (is_year && is_day(4), 8, 15)];
            for (_, length, bits) in found.into_iter().filter(|(found, ..)| *found) {
                self.pieces.push(Piece { from, to: from + length, cost: bits * BIT });
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lower,
    Upper,
    Digit,
    Kana,
    Space,
    Sign,
    Other,
}

impl Kind {
    const fn of(letter: char) -> Self {
        match letter {
            'a'..='z' => Self::Lower,
            'A'..='Z' => Self::Upper,
            '0'..='9' => Self::Digit,
            'ぁ'..='ヿ' => Self::Kana,
            ' ' | '-' | '_' => Self::Space,
            '!'..='~' => Self::Sign,
            _ => Self::Other,
        }
    }
}

fn unmasked(letter: char) -> char {
    match letter {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        _ => letter.to_ascii_lowercase(),
    }
}

/// In tenths of a bit, rounded down to whole ones.
fn logarithm(count: usize) -> u32 {
    BIT * count.checked_ilog2().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{SeededEntropy, suggest};
    use proptest::prelude::*;

    #[test]
    fn passphrases_that_people_choose_are_weak() {
        for typed in [
            "password1234",
            "P@ssw0rd1234",
            "passwordpassword",
            "aaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "123456789012",
            "abcdefghijklmnop",
            "qwertyuiopasdf",
            "poiuytrewqlkjhgf",
            "1qaz2wsx3edc4rfv",
            "iloveyou19800401",
            "sakura20240401",
            "あいうえおかきくけこさし",
            "ぱすわーどぱすわーど12",
            "ＰＡＳＳＷＯＲＤ１２３４",
            "株式会社大福帳 2024年",
            "dragon monkey 2020",
        ] {
            let Strength { bits, level } = strength(typed);
            assert_eq!(level, Level::Weak, "{typed}: {bits} bits");
        }
    }

    #[test]
    fn short_ones_are_short_whatever_they_are() {
        for typed in ["", "x", "kX9#mQ2$vL7", "   kX9#mQ2$vL7   ", "祖母の店の看板猫は三毛"] {
            assert_eq!(strength(typed).level, Level::TooShort, "{typed}");
        }
        assert_eq!(strength("").bits, 0);
    }

    #[test]
    fn what_dice_made_is_not_weak() {
        for typed in ["kX9#mQ2$vL7p", "correct horse battery staple ankle", "vq7mzk2hd9fwt4xr"] {
            let Strength { bits, level } = strength(typed);
            assert!(level >= Level::Fair, "{typed}: {bits} bits");
        }
    }

    #[test]
    fn a_suggestion_is_strong_and_never_overrated() {
        for seed in 0..100 {
            for language in [WordLanguage::Japanese, WordLanguage::English] {
                let passphrase = suggest(language, &mut SeededEntropy::new(seed));
                let Strength { bits, level } = strength(&passphrase);
                assert_eq!(level, Level::Strong, "{}: {bits} bits", *passphrase);
                assert!(bits <= 6 * WORD_BITS + 6, "{}: {bits} bits", *passphrase);
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_strength(typed in any::<String>()) {
            let Strength { bits, level } = strength(&typed);
            prop_assert_eq!(level == Level::TooShort, {
                let normal: String = typed.nfkc().collect();
                normal.trim().chars().count() < FEWEST_CHARACTERS
            });
            prop_assert!(bits <= 72 * 64 / 10 + 1);
        }

        #[test]
        fn repeating_a_text_hardly_helps(typed in "[a-z0-9]{4,10}", times in 2_usize..5) {
            let once = strength(&typed).bits;
            let repeated = strength(&typed.repeat(times)).bits;
            prop_assert!(repeated <= once + 8, "{} then {}", once, repeated);
        }
    }
}
