//! The settings of this browser: language, text size, theme, idle time. They lie in `localStorage`, which
//! is readable by anyone who sits at the device, so nothing of a customer is among them.

use leptos::prelude::*;

use crate::engine::protocol::Language;
use crate::ui::setting::{Setting, TextSize, Theme, parse_lock_minutes, preferred_language};

/// The settings; a copy is the same settings. Change them with the `set_` functions, which also store them
/// and tell the style sheets (`<html lang data-text data-theme>`).
#[derive(Clone, Copy)]
pub struct Preferences {
    /// The language of the screens.
    pub language: RwSignal<Language>,
    /// How large text is.
    pub text_size: RwSignal<TextSize>,
    /// Light or dark.
    pub theme: RwSignal<Theme>,
    /// Idle minutes until the notebook is locked.
    pub lock_minutes: RwSignal<u32>,
    /// Whether it is also locked after a minute in the background.
    pub lock_when_hidden: RwSignal<bool>,
    /// Whether single keys do something.
    pub shortcuts: RwSignal<bool>,
}

/// The settings of the app.
#[must_use]
pub fn use_preferences() -> Preferences {
    use_context::<Preferences>().unwrap_or_else(Preferences::load)
}

impl Preferences {
    /// Reads what is stored and gives it to everything below.
    #[must_use]
    pub fn provide() -> Self {
        let preferences = Self::load();
        preferences.set_language(preferences.language.get_untracked());
        preferences.set_text_size(preferences.text_size.get_untracked());
        preferences.set_theme(preferences.theme.get_untracked());
        provide_context(preferences);
        preferences
    }

    fn load() -> Self {
        Self {
            language: RwSignal::new(stored(LANGUAGE).unwrap_or_else(browser_language)),
            text_size: RwSignal::new(stored(TEXT_SIZE).unwrap_or_default()),
            theme: RwSignal::new(stored(THEME).unwrap_or_default()),
            lock_minutes: RwSignal::new(parse_lock_minutes(&load(LOCK_MINUTES).unwrap_or_default())),
            lock_when_hidden: RwSignal::new(load(LOCK_WHEN_HIDDEN).as_deref() == Some("yes")),
            shortcuts: RwSignal::new(load(SHORTCUTS).as_deref() != Some("no")),
        }
    }

    /// Switches the language of the screens at once.
    pub fn set_language(self, language: Language) {
        mark("lang", language.word());
        store(LANGUAGE, language.word());
        self.language.set(language);
    }

    /// Makes all text larger or smaller.
    pub fn set_text_size(self, size: TextSize) {
        mark("data-text", size.word());
        store(TEXT_SIZE, size.word());
        self.text_size.set(size);
    }

    /// Switches between light and dark.
    pub fn set_theme(self, theme: Theme) {
        mark("data-theme", theme.word());
        store(THEME, theme.word());
        self.theme.set(theme);
    }

    /// The settings by name, for a backup.
    #[must_use]
    pub fn words() -> Vec<(String, String)> {
        let named = ALL.iter().filter_map(|key| Some(((*key).to_owned(), load(key)?)));
        named.map(|(key, word)| (key.trim_start_matches(PREFIX).to_owned(), word)).collect()
    }

    /// Takes over the settings of a backup. What is unknown here stays as it is.
    pub fn restore(self, words: &[(String, String)]) {
        for (name, word) in words {
            match format!("{PREFIX}{name}").as_str() {
                LANGUAGE => restored(word, |language| self.set_language(language)),
                TEXT_SIZE => restored(word, |size| self.set_text_size(size)),
                THEME => restored(word, |theme| self.set_theme(theme)),
                LOCK_MINUTES => self.set_lock_minutes(parse_lock_minutes(word)),
                SHORTCUTS => self.set_shortcuts(word != "no"),
                LOCK_WHEN_HIDDEN => self.set_lock_when_hidden(word == "yes"),
                _ => {}
            }
        }
    }

    /// Sets the idle time, 1 to 60 minutes.
    pub fn set_lock_minutes(self, minutes: u32) {
        let minutes = minutes.clamp(1, 60);
        store(LOCK_MINUTES, &minutes.to_string());
        self.lock_minutes.set(minutes);
    }

    /// Chooses whether single keys do something.
    pub fn set_shortcuts(self, on: bool) {
        store(SHORTCUTS, if on { "yes" } else { "no" });
        self.shortcuts.set(on);
    }

    /// Chooses whether a minute in the background locks.
    pub fn set_lock_when_hidden(self, lock: bool) {
        store(LOCK_WHEN_HIDDEN, if lock { "yes" } else { "no" });
        self.lock_when_hidden.set(lock);
    }
}

const PREFIX: &str = "daifuku.";
const LANGUAGE: &str = "daifuku.language";
const TEXT_SIZE: &str = "daifuku.text_size";
const THEME: &str = "daifuku.theme";
const LOCK_MINUTES: &str = "daifuku.lock_minutes";
const LOCK_WHEN_HIDDEN: &str = "daifuku.lock_when_hidden";
const SHORTCUTS: &str = "daifuku.shortcuts";

const ALL: [&str; 6] = [LANGUAGE, TEXT_SIZE, THEME, LOCK_MINUTES, LOCK_WHEN_HIDDEN, SHORTCUTS];

fn restored<T: Setting>(word: &str, set: impl FnOnce(T)) {
    if let Some(value) = T::from_word(word) {
        set(value);
    }
}

fn stored<T: Setting>(key: &str) -> Option<T> {
    load(key).as_deref().and_then(T::from_word)
}

fn load(key: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(key).ok().flatten()
}

fn store(key: &str, word: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        // A browser that forbids or has no room for this forgets the setting at the next start, no more.
        let _ = storage.set_item(key, word);
    }
}

fn mark(attribute: &str, word: &str) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute(attribute, word);
    }
}

fn browser_language() -> Language {
    let tags: Vec<String> =
        window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect();
    preferred_language(tags.iter().map(String::as_str))
}
