//! The settings of this browser, as they are stored: nothing of a customer, and not secret.
//!
//! Each has a short stored word; a word that is unknown (a newer version wrote it) is the default.

use crate::engine::protocol::Language;

/// The idle minutes after which the notebook is locked, if nothing else was chosen.
pub const LOCK_MINUTES: u32 = 5;

/// How large text is: the size of `1rem`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextSize {
    /// 18 px.
    #[default]
    Standard,
    /// 21 px.
    Large,
    /// 25 px. Notices stay until they are put away.
    Largest,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the device is set.
    #[default]
    System,
    /// Dark ink on paper.
    Light,
    /// Light ink on dark.
    Dark,
}

/// A setting that is stored as one word.
pub trait Setting: Copy + PartialEq + Sized + 'static {
    /// All values, in the order in which they are offered.
    const ALL: &'static [Self];

    /// The stored word.
    fn word(self) -> &'static str;

    /// The value of a stored word.
    #[must_use]
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.word() == word)
    }
}

impl Setting for Language {
    const ALL: &'static [Self] = &[Self::Japanese, Self::English];

    fn word(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::English => "en",
        }
    }
}

impl Setting for TextSize {
    const ALL: &'static [Self] = &[Self::Standard, Self::Large, Self::Largest];

    fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Large => "large",
            Self::Largest => "largest",
        }
    }
}

impl Setting for Theme {
    const ALL: &'static [Self] = &[Self::System, Self::Light, Self::Dark];

    fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Reads the idle minutes: 1 to 60, otherwise [`LOCK_MINUTES`].
#[must_use]
pub fn parse_lock_minutes(text: &str) -> u32 {
    text.trim().parse().ok().filter(|minutes| (1..=60).contains(minutes)).unwrap_or(LOCK_MINUTES)
}

/// The language for a browser that prefers these, best first (`ja-JP`, `en`, …): the first of them that we
/// have; Japanese when there is none.
#[must_use]
pub fn preferred_language<'a>(tags: impl IntoIterator<Item = &'a str>) -> Language {
    let known = |tag: &str| Language::from_word(tag.split('-').next().unwrap_or_default());
    tags.into_iter().find_map(known).unwrap_or(Language::Japanese)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_come_back<T: Setting + core::fmt::Debug>() {
        for &value in T::ALL {
            assert_eq!(T::from_word(value.word()), Some(value));
        }
        assert_eq!(T::from_word("?"), None);
    }

    #[test]
    fn every_setting_is_read_back() {
        words_come_back::<Language>();
        words_come_back::<TextSize>();
        words_come_back::<Theme>();
    }

    #[test]
    fn minutes_are_bounded() {
        let read = ["1", " 60 ", "0", "61", "-1", "", "many"].map(parse_lock_minutes);
        assert_eq!(read, [1, 60, 5, 5, 5, 5, 5]);
    }

    #[test]
    fn the_first_known_language_is_taken() {
        assert_eq!(preferred_language(["fr-FR", "en-GB", "ja"]), Language::English);
        assert_eq!(preferred_language(["ja-JP", "en"]), Language::Japanese);
        assert_eq!(preferred_language(["ko"]), Language::Japanese);
    }
}
