//! Writes notes out of sentences.

use core::fmt::Write as _;

use super::Words;
use super::random::Random;
use super::sentences;
use super::words;

/// What a sample customer speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Japanese,
    English,
}

/// How long a note is, in characters.
const LENGTH: core::ops::RangeInclusive<u32> = 80..=400;

/// A note of 80 to 400 characters.
pub(super) fn write(random: &mut Random, words: &Words, language: Language) -> String {
    let list = match language {
        Language::Japanese => sentences::JAPANESE,
        Language::English => sentences::ENGLISH,
    };
    // One more than the least, because an English sentence ends in a space that is taken off.
    let wanted = random.between(LENGTH.start() + 1, *LENGTH.end());
    let mut text = String::with_capacity(1200);
    let mut length = 0;
    let mut used: Vec<&str> = Vec::with_capacity(16);
    while length < wanted {
        let before = text.len();
        let mut sentence = random.pick(list);
        // A note does not say a thing twice.
        while used.contains(&sentence) && used.len() < list.len() {
            sentence = random.pick(list);
        }
        used.push(sentence);
        fill(&mut text, sentence, random, words, language);
        let added = text.get(before..).unwrap_or_default().chars().count();
        length += u32::try_from(added).unwrap_or(u32::MAX);
        if length > *LENGTH.end() {
            // No sentence is as long as the space between the bounds, so enough text is left.
            text.truncate(before);
            break;
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// Appends `sentence`, with words in the place of the letters in braces.
fn fill(text: &mut String, sentence: &str, random: &mut Random, words: &Words, language: Language) {
    for piece in sentence.split_inclusive('}') {
        let Some((plain, key)) = piece.split_once('{') else {
            text.push_str(piece);
            continue;
        };
        text.push_str(plain);
        let english = language == Language::English;
        // Writing into a string does not fail.
        let _ = match (key, english) {
            ("p}", _) => text.write_str(random.pick(words::PRODUCTS).0),
            ("n}", false) => text.write_str(random.pick_early(&words.surnames).0),
            ("n}", true) => {
                let name = super::romanise(random.pick_early(&words.surnames).1);
                let mut letters = name.chars();
                let first = letters.next().unwrap_or_default().to_ascii_uppercase();
                write!(text, "{first}{}", letters.as_str())
            }
            ("d}", false) => write!(text, "{}月{}日", random.between(1, 12), random.between(1, 28)),
            ("d}", true) => write!(text, "{}/{}", random.between(1, 12), random.between(1, 28)),
            ("w}", false) => text.write_str(random.pick(words::WEEKDAYS)),
            ("w}", true) => text.write_str(random.pick(words::ENGLISH_WEEKDAYS)),
            ("t}", false) => text.write_str(random.pick(words::TOPICS)),
            ("t}", true) => text.write_str(random.pick(words::ENGLISH_TOPICS)),
            ("c}", _) => {
                let [_, city, ..] = random.pick(&words.cities);
                text.write_str(city)
            }
            ("m}", false) => write!(text, "{}万", random.between(1, 480)),
            ("m}", true) => write!(text, "{},000", random.between(5, 900)),
            ("q}", _) => write!(text, "{}", random.between(2, 9)),
            ("h}", false) => write!(text, "{}時", random.between(9, 18)),
            ("h}", true) => write!(text, "{}:00", random.between(9, 18)),
            (other, _) => text.write_str(other),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_have_the_promised_length_and_no_gaps() {
        let (mut random, words) = (Random::new(7), Words::parse());
        let mut shortest_and_longest = (usize::MAX, 0);
        for round in 0..4000 {
            let language = if round % 4 == 0 { Language::English } else { Language::Japanese };
            let note = write(&mut random, &words, language);
            let length = note.chars().count();
            assert!((80..=400).contains(&length) && !note.contains(['{', '}']), "{note}");
            shortest_and_longest = (length.min(shortest_and_longest.0), length.max(shortest_and_longest.1));
        }
        assert!(shortest_and_longest.0 < 110 && shortest_and_longest.1 > 380);
        assert!(sentences::JAPANESE.len() >= 40);
    }
}
