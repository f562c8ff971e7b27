//! The sentences of the screens: `src/locale/text/*.json` as typed messages.
//!
//! In a component: `let i18n = use_i18n();`, then `t!(i18n, settings.title)` wherever a text is shown: in a
//! view, as an attribute, as the label of a widget. It follows a change of language by itself. Where a
//! string is needed, and for a sentence with parts, `t_string!(i18n, settings.minutes, count = 5)`; that
//! follows a change of language when it stands in a closure.
//!
//! All sentences are of one type, [`Text`], so that views which differ in their texts only share their code.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;
use leptos::tachys::reactive_graph::SharedReactiveFunction;
use leptos::text_prop::TextProp;

use crate::engine::protocol::Language;
use crate::ui::preferences::use_preferences;

#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    unused_imports,
    deprecated,
    clippy::all,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::use_self,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::redundant_clone,
    clippy::allow_attributes_without_reason,
    reason = "generated from the translation files"
)]
mod messages {
    include!(concat!(env!("OUT_DIR"), "/messages/mod.rs"));
}

pub use messages::i18n::{Locale, td_string};

/// A sentence in both languages, Japanese first.
pub type Words = &'static [&'static str; 2];

/// What `use_i18n()` gives: the way to the sentences in the language of the screens.
#[derive(Clone, Copy)]
pub struct Texts {
    language: RwSignal<Language>,
}

/// The sentences of the app.
#[must_use]
pub fn use_i18n() -> Texts {
    Texts { language: use_preferences().language }
}

/// The language of the screens now; follows it when read in a closure.
#[must_use]
pub fn language(i18n: Texts) -> Language {
    i18n.language.get()
}

impl Texts {
    /// The translations of the language of the screens now; follows it when read in a closure.
    #[must_use]
    pub fn locale(self) -> Locale {
        match language(self) {
            Language::Japanese => Locale::ja,
            Language::English => Locale::en,
        }
    }

    /// A sentence in the language of the screens now; follows it when read in a closure.
    #[must_use]
    pub fn read(self, [japanese, english]: Words) -> &'static str {
        match language(self) {
            Language::Japanese => japanese,
            Language::English => english,
        }
    }
}

/// A sentence that follows the language of the screens. Made by `t!`.
#[derive(Clone, Copy)]
pub struct Text {
    texts: Texts,
    words: Words,
}

impl Text {
    /// The sentence in the language of the screens.
    #[must_use]
    pub fn new(texts: Texts, words: Words) -> Self {
        Self { texts, words }
    }

    /// The sentence now; follows the language when read in a closure.
    #[must_use]
    pub fn get(self) -> &'static str {
        self.texts.read(self.words)
    }

    fn shared(self) -> SharedText {
        Arc::new(Mutex::new(move || self.get()))
    }
}

/// What the `view!` macro makes of a closure that gives a text: with the same type, they share their code.
type SharedText = SharedReactiveFunction<&'static str>;

impl IntoRender for Text {
    type Output = SharedText;

    fn into_render(self) -> SharedText {
        self.shared()
    }
}

impl IntoAttributeValue for Text {
    type Output = SharedText;

    fn into_attribute_value(self) -> SharedText {
        self.shared()
    }
}

impl From<Text> for TextProp {
    fn from(text: Text) -> Self {
        (move || text.get()).into()
    }
}

/// A sentence in both languages, checked when compiled: `words!(settings.title)`.
macro_rules! words {
    ($($key:ident).+) => {{
        const BOTH: $crate::ui::text::Words = &[
            $crate::ui::text::Locale::ja.get_keys_const()$(.$key())+.inner(),
            $crate::ui::text::Locale::en.get_keys_const()$(.$key())+.inner(),
        ];
        BOTH
    }};
}

/// A sentence without parts, as a [`Text`]: `t!(i18n, settings.title)`.
macro_rules! t {
    ($texts:expr, $($key:ident).+) => {
        $crate::ui::text::Text::new($texts, $crate::ui::text::words!($($key).+))
    };
}

/// A sentence as a string, in the language of the screens now: `t_string!(i18n, settings.title)`, and with
/// its parts `t_string!(i18n, settings.minutes, count = 5)`.
macro_rules! t_string {
    ($texts:expr, $($key:ident).+) => {
        $texts.read($crate::ui::text::words!($($key).+))
    };
    ($texts:expr, $($key:ident).+, $($parts:tt)+) => {
        $crate::ui::text::td_string!($texts.locale(), $($key).+, $($parts)+)
    };
}

pub(crate) use {t, t_string, words};
