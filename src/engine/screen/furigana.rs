//! The reading of a name, overheard from the input method while the name is typed.
//!
//! A Japanese input method shows the kana before it turns them into kanji. What was kana last before the
//! conversion is the reading of what was converted. It is a suggestion only: it fills an empty field and
//! never replaces what a person wrote.

/// What was heard so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Furigana {
    reading: String,
    /// The kana of the conversion that is going on.
    latest: String,
}

impl Furigana {
    /// The composition shows `text` now (`compositionupdate`).
    pub fn hear(&mut self, text: &str) {
        // Romaji input ends in letters that are no kana yet: やまd.
        let kana =
            text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic() || is_wide_letter(letter));
        if kana.chars().all(is_kana) && (!kana.is_empty() || text.is_empty()) {
            kana.clone_into(&mut self.latest);
        }
    }

    /// The composition ended with `text` (`compositionend`), and the field holds `whole` now.
    pub fn commit(&mut self, text: &str, whole: &str) {
        let latest = core::mem::take(&mut self.latest);
        if whole.trim() == text.trim() {
            // The field was empty before, or everything in it was replaced.
            self.reading.clear();
        }
        if !text.is_empty() && text.chars().all(is_kana) {
            self.reading.push_str(text);
        } else if !text.is_empty() {
            self.reading.push_str(&latest);
        }
    }

    /// The field holds `whole` after plain typing: a space between names goes into the reading too, and
    /// an emptied field starts anew.
    pub fn typed(&mut self, whole: &str) {
        if whole.trim().is_empty() {
            *self = Self::default();
        } else if whole.ends_with([' ', '\u{3000}'])
            && !self.reading.is_empty()
            && !self.reading.ends_with(' ')
        {
            self.reading.push(' ');
        }
    }

    /// The suggestion in katakana; empty when nothing was heard.
    #[must_use]
    pub fn suggestion(&self) -> String {
        self.reading.trim().chars().map(katakana).collect()
    }
}

fn is_kana(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309e}' | '\u{30a1}'..='\u{30fe}' | '゛' | '゜' | ' ' | '\u{3000}')
}

fn is_wide_letter(letter: char) -> bool {
    matches!(letter, 'Ａ'..='Ｚ' | 'ａ'..='ｚ')
}

fn katakana(letter: char) -> char {
    match letter {
        '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309e}' => {
            char::from_u32(u32::from(letter) + 0x60).unwrap_or(letter)
        }
        '\u{3000}' => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_typed_in_two_conversions() {
        let mut furigana = Furigana::default();
        for text in ["ｙ", "や", "やｍ", "やま", "やまｄ", "やまだ", "山田"] {
            furigana.hear(text);
        }
        furigana.commit("山田", "山田");
        furigana.typed("山田 ");
        for text in ["は", "はな", "はなこ", "華子", "花子"] {
            furigana.hear(text);
        }
        furigana.commit("花子", "山田 花子");
        assert_eq!(furigana.suggestion(), "ヤマダ ハナコ");
    }

    #[test]
    fn kana_stay_and_latin_letters_have_no_reading() {
        let mut furigana = Furigana::default();
        furigana.hear("さくら");
        furigana.commit("さくら", "さくら");
        assert_eq!(furigana.suggestion(), "サクラ");
        furigana.typed("");
        assert_eq!(furigana.suggestion(), "");
        furigana.hear("ＡＢＣ");
        furigana.commit("ＡＢＣ", "ＡＢＣ");
        assert_eq!(furigana.suggestion(), "");
    }

    #[test]
    fn a_cancelled_composition_leaves_nothing() {
        let mut furigana = Furigana::default();
        furigana.hear("やま");
        furigana.hear("");
        furigana.commit("", "");
        assert_eq!(furigana, Furigana::default());
    }

    #[test]
    fn replacing_the_whole_name_replaces_the_reading() {
        let mut furigana = Furigana::default();
        furigana.hear("さとう");
        furigana.commit("佐藤", "佐藤");
        furigana.hear("すずき");
        furigana.commit("鈴木", "鈴木");
        assert_eq!(furigana.suggestion(), "スズキ");
    }
}
