//! Days and repetitions: chosen in one tap, or from the browser's calendar.

use leptos::html::{Button, Input};
use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::engine::screen::due::Shortcut;
use crate::model::Date;
use crate::model::records::Repeat;
use crate::ui::clock::today;
use crate::ui::reactive::{Show, effect, memo};
use crate::ui::text::{Texts, language, t, t_string, use_i18n};
use crate::ui::widgets::{DateField, escapes, make_element_id};
use crate::ui::words;

/// What a task's repetition is called.
#[must_use]
pub fn repeat_words(i18n: Texts, repeat: &str) -> String {
    match repeat {
        "" => t_string!(i18n, customer.no_repeat).to_owned(),
        "day" => t_string!(i18n, customer.daily).to_owned(),
        "week" => t_string!(i18n, customer.weekly).to_owned(),
        "2 week" => t_string!(i18n, customer.fortnightly).to_owned(),
        "month" => t_string!(i18n, customer.monthly).to_owned(),
        "year" => t_string!(i18n, customer.yearly).to_owned(),
        other => match Repeat::parse(other) {
            Some(Repeat::Days(days)) => t_string!(i18n, customer.every_days, count = days).to_string(),
            Some(Repeat::Months(months)) => {
                t_string!(i18n, customer.every_months, count = months).to_string()
            }
            None => other.to_owned(),
        },
    }
}

/// Today, tomorrow, next week, or any day.
#[component]
pub fn DueChoice(
    /// The day that is chosen.
    #[prop(into)]
    due: Signal<Option<Date>>,
    /// Called with another day, or none.
    #[prop(into)]
    on_choose: Callback<Option<Date>>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="due-choice">
            <ShortcutButtons due on_choose />
            <DateField label=t!(i18n, customer.due) value=due on_change=on_choose />
        </div>
    }
}

#[component]
fn ShortcutButtons(due: Signal<Option<Date>>, on_choose: Callback<Option<Date>>) -> impl IntoView {
    let i18n = use_i18n();
    let button = move |shortcut: Shortcut| {
        let day = move || Some(shortcut.date(today()));
        let text = move || match shortcut {
            Shortcut::Today => t_string!(i18n, customer.due_today),
            Shortcut::Tomorrow => t_string!(i18n, customer.due_tomorrow),
            Shortcut::NextWeek => t_string!(i18n, customer.due_next_week),
        };
        view! {
            <button
                type="button"
                class="button secondary"
                aria-pressed=move || (due.get() == day()).to_string()
                on:click=move |_| on_choose.run(if due.get_untracked() == day() { None } else { day() })
            >
                {text}
            </button>
        }
    };
    view! {
        <div class="due-shortcuts" role="group" aria-label=t!(i18n, customer.due)>
            {button(Shortcut::Today)}
            {button(Shortcut::Tomorrow)}
            {button(Shortcut::NextWeek)}
        </div>
    }
}

/// How a task repeats.
#[component]
pub fn RepeatSelect(
    /// The stored form; empty for never.
    #[prop(into)]
    value: Signal<String>,
    /// Called with another.
    #[prop(into)]
    on_choose: Callback<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    const USUAL: [&str; 6] = ["", "day", "week", "2 week", "month", "year"];
    let id = make_element_id("repeat");
    let label_for = id.clone();
    let option = move |word: String| {
        let (own, text) = (word.clone(), word.clone());
        view! {
            <option value=word selected=move || value.with(|value| *value == own)>
                {move || repeat_words(i18n, &text)}
            </option>
        }
    };
    // A repetition of another program is offered too, or it would look as if there were none.
    let other = memo(move || value.with(|value| (!USUAL.contains(&value.as_str())).then(|| value.clone())));
    view! {
        <label class="inline-field" for=label_for>
            <span>{t!(i18n, customer.repeat)}</span>
            <select
                class="input select"
                id=id
                prop:value=value
                on:change:target=move |event| on_choose.run(event.target().value())
            >
                {USUAL.map(|word| option(word.to_owned())).collect_view()}
                {move || other.get().map(option)}
            </select>
        </label>
    }
}

/// A task's repetition in words, which turns into a choice when it is tapped.
#[component]
pub fn EditRepeat(
    /// The stored form; empty for never.
    #[prop(into)]
    value: Signal<String>,
    /// Saves another.
    #[prop(into)]
    on_save: Callback<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    let words = move || match value.get() {
        word if word.is_empty() => t_string!(i18n, customer.add_repeat).to_owned(),
        word => repeat_words(i18n, &word),
    };
    view! {
        <Show
            when=move || open.get()
            fallback=move || {
                view! {
                    <button
                        type="button"
                        class="edit-text"
                        class:is-empty=move || value.with(String::is_empty)
                        on:click=move |_| open.set(true)
                    >
                        <span class="edit-value">{words}</span>
                    </button>
                }
            }
        >
            <RepeatSelect
                value
                on_choose=move |word| {
                    on_save.run(word);
                    open.set(false);
                }
            />
        </Show>
    }
}

/// A day that turns into the browser's calendar when it is tapped.
#[component]
pub fn EditDate(
    /// What day it is.
    #[prop(into)]
    label: TextProp,
    /// The day.
    #[prop(into)]
    value: Signal<Option<Date>>,
    /// Saves another, or none.
    #[prop(into)]
    on_save: Callback<Option<Date>>,
    /// What stands there when there is none.
    #[prop(into)]
    empty: TextProp,
    /// Whether today, tomorrow and next week are offered.
    #[prop(optional)]
    shortcuts: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    let (input, button) = (NodeRef::<Input>::new(), NodeRef::<Button>::new());
    effect(move || {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    let save = move || {
        // While it is half typed the browser gives an empty text, and says so.
        let input = input.try_get_untracked().flatten();
        let Some(input) = input.filter(|input| input.check_validity()) else { return };
        let day = input.value().parse::<Date>().ok();
        if value.try_get_untracked().is_some_and(|value| value != day) {
            on_save.try_run(day);
        }
    };
    let close = move || {
        save();
        open.set(false);
        request_animation_frame(move || {
            if let Some(button) = button.try_get_untracked().flatten() {
                let _ = button.focus();
            }
        });
    };
    let choose = Callback::new(move |day: Option<Date>| {
        if let Some(input) = input.get_untracked() {
            input.set_value(&day.map(|day| day.to_string()).unwrap_or_default());
        }
        close();
    });
    let (label, empty) = (StoredValue::new(label), StoredValue::new(empty));
    let name = move || label.with_value(TextProp::get).to_string();
    let text = move || match value.get() {
        Some(day) => words::near_date(day, today(), language(i18n)),
        None => empty.with_value(TextProp::get).to_string(),
    };
    view! {
        <span class="edit-date" class:editing=open>
            <Show
                when=move || open.get()
                fallback=move || {
                    view! {
                        <button
                            type="button"
                            class="edit-text"
                            class:is-empty=move || value.with(Option::is_none)
                            node_ref=button
                            on:click=move |_| open.set(true)
                        >
                            <span class="visually-hidden">{name}": "</span>
                            <span class="edit-value">{text}</span>
                        </button>
                    }
                }
            >
                <span class="edit-date-open">
                    <Show when=move || shortcuts>
                        <ShortcutButtons due=value on_choose=choose />
                    </Show>
                    <input
                        class="input date-input"
                        node_ref=input
                        type="date"
                        aria-label=name
                        prop:value=value.get_untracked().map(|day| day.to_string()).unwrap_or_default()
                        // Each key changes the day, so it is saved when the field is left.
                        on:blur=move |_| save()
                        on:keydown=move |event| {
                            if escapes(&event) {
                                event.stop_propagation();
                                if let Some(input) = input.get_untracked() {
                                    let day = value.get_untracked();
                                    input.set_value(&day.map(|day| day.to_string()).unwrap_or_default());
                                }
                                close();
                            } else if event.key() == "Enter" {
                                event.prevent_default();
                                close();
                            }
                        }
                    />
                    <button type="button" class="button quiet" on:click=move |_| close()>
                        {t!(i18n, customer.ready)}
                    </button>
                </span>
            </Show>
        </span>
    }
}
