//! Language, text size, theme, and when the notebook locks by itself.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::engine::protocol::Language;
use crate::ui::preferences::use_preferences;
use crate::ui::setting::{TextSize, Theme};
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::Segmented;
use crate::ui::widgets::field::{Field, FieldIds};

/// The idle times that are offered, in minutes.
const MINUTES: [u32; 8] = [1, 2, 3, 5, 10, 15, 30, 60];

/// How everything looks.
#[component]
pub fn Display() -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let sizes: Vec<(TextSize, TextProp)> = vec![
        (TextSize::Standard, t!(i18n, settings.standard).into()),
        (TextSize::Large, t!(i18n, settings.large).into()),
        (TextSize::Largest, t!(i18n, settings.largest).into()),
    ];
    let themes: Vec<(Theme, TextProp)> = vec![
        (Theme::System, t!(i18n, settings.system).into()),
        (Theme::Light, t!(i18n, settings.light).into()),
        (Theme::Dark, t!(i18n, settings.dark).into()),
    ];
    let languages = vec![(Language::Japanese, "日本語".into()), (Language::English, "English".into())];
    view! {
        <section class="panel" aria-labelledby="display">
            <h2 id="display">{t!(i18n, settings.display)}</h2>
            <Segmented
                legend=t!(i18n, settings.language)
                options=languages
                value=preferences.language
                on_choose=move |language| preferences.set_language(language)
            />
            <Segmented
                legend=t!(i18n, settings.text_size)
                options=sizes
                value=preferences.text_size
                on_choose=move |size| preferences.set_text_size(size)
            />
            <Segmented
                legend=t!(i18n, settings.theme)
                options=themes
                value=preferences.theme
                on_choose=move |theme| preferences.set_theme(theme)
            />
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=preferences.shortcuts
                    on:change:target=move |event| preferences.set_shortcuts(event.target().checked())
                />
                <span>{t!(i18n, settings.shortcuts)}</span>
            </label>
        </section>
    }
}

/// When the notebook locks by itself.
#[component]
pub fn Locking() -> impl IntoView {
    let i18n = use_i18n();
    let preferences = use_preferences();
    let minutes = Callback::new(move |ids: FieldIds| {
        let options = move || {
            let chosen = preferences.lock_minutes.get();
            let mut all = MINUTES.to_vec();
            if !all.contains(&chosen) {
                all.push(chosen);
                all.sort_unstable();
            }
            all.into_iter()
                .map(|count| {
                    view! {
                        <option value=count.to_string() selected=count == chosen>
                            {t_string!(i18n, settings.minutes, count = count)}
                        </option>
                    }
                })
                .collect_view()
        };
        view! {
            <select
                class="input select"
                id=ids.control
                aria-describedby=ids.described
                on:change:target=move |event| {
                    if let Ok(minutes) = event.target().value().parse() {
                        preferences.set_lock_minutes(minutes);
                    }
                }
            >
                {options}
            </select>
        }
        .into_any()
    });
    view! {
        <Field label=t!(i18n, settings.lock_minutes) control=minutes />
        <label class="check">
            <input
                type="checkbox"
                prop:checked=preferences.lock_when_hidden
                on:change:target=move |event| preferences.set_lock_when_hidden(event.target().checked())
            />
            <span>{t!(i18n, settings.lock_when_hidden)}</span>
        </label>
    }
}
