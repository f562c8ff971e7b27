//! The sentences of the screens: `src/locale/text/*.json` as typed messages.
//!
//! In a component: `let i18n = use_i18n();`, then `t!(i18n, settings.title)` in a view and
//! `t_string!(i18n, settings.title)` where a string is needed. Both follow a change of language when they
//! stand in a closure. A text handed to a widget is a closure: `label=move || t_string!(i18n, common.save)`.

use leptos_i18n::I18nContext;

use crate::engine::protocol::Language;

#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
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

pub use messages::i18n::*;

/// What `use_i18n()` gives.
pub type Texts = I18nContext<Locale>;

/// The translations of a language.
#[must_use]
pub fn locale(language: Language) -> Locale {
    match language {
        Language::Japanese => Locale::ja,
        Language::English => Locale::en,
    }
}

/// The language of the screens now; follows it when read in a closure.
#[must_use]
pub fn language(i18n: Texts) -> Language {
    match i18n.get_locale() {
        Locale::ja => Language::Japanese,
        Locale::en => Language::English,
    }
}
