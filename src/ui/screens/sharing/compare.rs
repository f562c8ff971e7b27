//! Comparing check digits with a person: what to read out, and what came of it.

use leptos::prelude::*;

use crate::ui::reactive::Show;
use crate::ui::text::{t, use_i18n};
use crate::ui::widgets::Notice;

/// What came of comparing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// The digits are the same.
    Same,
    /// They were not compared.
    Later,
}

/// The digits and the buttons.
#[component]
pub fn Compare(
    /// Six groups of four digits.
    digits: String,
    /// Whether it may be left for later.
    later: bool,
    /// Called with what came of it; never when the digits were different.
    on_done: Callback<Compared>,
) -> impl IntoView {
    let i18n = use_i18n();
    let different = RwSignal::new(false);
    view! {
        <p>{t!(i18n, team.compare)}</p>
        <p class="digits">{digits}</p>
        <p class="field-hint">{t!(i18n, team.compare_where)}</p>
        <Show
            when=move || !different.get()
            fallback=move || view! { <Notice tone="bad"><p>{t!(i18n, team.different_text)}</p></Notice> }
        >
            <div class="button-row">
                <button type="button" class="button primary" on:click=move |_| on_done.run(Compared::Same)>
                    {t!(i18n, team.same)}
                </button>
                {later
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button secondary"
                                on:click=move |_| on_done.run(Compared::Later)
                            >
                                {t!(i18n, team.later)}
                            </button>
                        }
                    })}
                <button type="button" class="button danger" on:click=move |_| different.set(true)>
                    {t!(i18n, team.different)}
                </button>
            </div>
        </Show>
    }
}
