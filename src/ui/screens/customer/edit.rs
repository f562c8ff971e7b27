//! A text that turns into a field when it is tapped, and saves itself.
//!
//! Saved after a moment without a key, at the latest after three seconds of typing, when left, and at Enter
//! (in a text of several lines, Ctrl+Enter). Never while an input method converts: half a word is no value.
//! Escape brings back what stood there. What is typed is the field's own: a page that is loaded anew
//! meanwhile does not touch it.

use std::time::Duration;

use leptos::html::{Button, Input, Textarea};
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use web_sys::KeyboardEvent;

use crate::ui::clock::now;
use crate::ui::reactive::{Show, effect};
use crate::ui::session::use_session;
use crate::ui::text::{t, use_i18n};
use crate::ui::widgets::{enters, escapes, make_element_id};

/// Without a key so long, what was typed is saved.
const IDLE: Duration = Duration::from_millis(800);
/// Who types on and on is saved after so many milliseconds all the same.
const LATEST: i64 = 3_000;

/// What is told about an input method, for the suggestion of a reading.
#[derive(Clone, Debug)]
pub enum Heard {
    /// The composition shows this.
    Composing(String),
    /// It ended with this, and the field holds that.
    Committed(String, String),
    /// The field holds this after plain typing.
    Typed(String),
}

/// A text to be edited where it stands.
#[component]
pub fn EditText(
    /// What it is. Shown above the text, and as the field's label.
    #[prop(into)]
    label: TextProp,
    /// The text that is saved.
    #[prop(into)]
    value: Signal<String>,
    /// Saves another text.
    #[prop(into)]
    on_save: Callback<String>,
    /// What stands there when there is no text, such as "add a company".
    #[prop(into)]
    empty: TextProp,
    /// What helps to enter it; shown while it is edited.
    #[prop(into, optional)]
    hint: Option<TextProp>,
    /// How the text is shown when it is not edited; as it is otherwise.
    #[prop(into, optional)]
    shown: Option<Callback<String, String>>,
    /// Several lines.
    #[prop(optional)]
    multiline: bool,
    /// The keyboard of phones.
    #[prop(optional, default = "text")]
    keyboard: &'static str,
    /// Words to offer.
    #[prop(into, optional)]
    suggestions: Signal<Vec<String>>,
    /// Whether a text can be saved.
    #[prop(into, optional)]
    check: Option<Callback<String, bool>>,
    /// What is wrong with a text that can't.
    #[prop(into, optional)]
    problem: Option<TextProp>,
    /// Hears an input method.
    #[prop(into, optional)]
    on_heard: Option<Callback<Heard>>,
    /// A class for the whole.
    #[prop(optional)]
    class: &'static str,
    /// Whether the label is for screen readers only.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let editor = Editor::new(value, on_save, check);
    use_session().before_leaving(Callback::new(move |()| editor.save()));
    let id = make_element_id("edit");
    let error_id = format!("{id}-error");
    let (described, list) = (StoredValue::new(error_id.clone()), StoredValue::new(format!("{id}-list")));
    let id = StoredValue::new(id);
    let button = NodeRef::<Button>::new();
    let (input, area) = (NodeRef::<Input>::new(), NodeRef::<Textarea>::new());
    effect(move || {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
        if let Some(area) = area.get() {
            let _ = area.focus();
        }
    });
    let back_to_button = move || {
        request_animation_frame(move || {
            if let Some(button) = button.try_get_untracked().flatten() {
                let _ = button.focus();
            }
        });
    };
    let tell = move |heard| {
        if let Some(on_heard) = on_heard {
            on_heard.run(heard);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if escapes(&event) {
            event.prevent_default();
            event.stop_propagation();
            editor.restore();
            back_to_button();
        } else if enters(&event) && (!multiline || event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            editor.close();
            back_to_button();
        }
    };
    let on_compose_end = move |committed: Option<String>, whole: String| {
        tell(Heard::Committed(committed.unwrap_or_default(), whole.clone()));
        editor.composing.set_value(false);
        editor.typed(whole);
    };
    let empty = StoredValue::new(empty);
    let words = move || {
        let text = value.get();
        match (text.is_empty(), shown) {
            (true, _) => empty.with_value(|empty| empty.get().to_string()),
            (false, Some(shown)) => shown.run(text),
            (false, None) => text,
        }
    };
    let field = move || {
        let invalid = move || editor.invalid.get().to_string();
        if multiline {
            view! {
                <textarea
                    class="input text-area edit-field"
                    node_ref=area
                    id=id.get_value()
                    rows="3"
                    autocomplete="off"
                    autocapitalize="off"
                    aria-describedby=described.get_value()
                    prop:value=editor.text.get_untracked()
                    on:input:target=move |event| editor.typed(event.target().value())
                    on:compositionstart=move |_| editor.composing.set_value(true)
                    on:compositionend:target=move |event| on_compose_end(event.data(), event.target().value())
                    on:keydown=on_key
                    on:blur=move |_| editor.close()
                />
            }
            .into_any()
        } else {
            view! {
                <input
                    class="input edit-field"
                    node_ref=input
                    id=id.get_value()
                    type="text"
                    inputmode=keyboard
                    list=list.get_value()
                    autocomplete="off"
                    autocapitalize="off"
                    enterkeyhint="done"
                    maxlength="2000"
                    aria-describedby=described.get_value()
                    aria-invalid=invalid
                    prop:value=editor.text.get_untracked()
                    on:input:target=move |event| {
                        let text = event.target().value();
                        tell(Heard::Typed(text.clone()));
                        editor.typed(text);
                    }
                    on:compositionstart=move |_| editor.composing.set_value(true)
                    on:compositionupdate=move |event| {
                        tell(Heard::Composing(event.data().unwrap_or_default()));
                    }
                    on:compositionend:target=move |event| on_compose_end(event.data(), event.target().value())
                    on:keydown=on_key
                    on:blur=move |_| editor.close()
                />
            }
            .into_any()
        }
    };
    let (label, hint) = (StoredValue::new(label), StoredValue::new(hint));
    let label_words = move || label.with_value(TextProp::get).to_string();
    let offers_words = move || !suggestions.with(Vec::is_empty);
    let has_problem = problem.is_some();
    let problem =
        move || editor.invalid.get().then(|| problem.as_ref().map(|problem| problem.get().to_string()));
    view! {
        <div
            class=format!("edit {class}")
            class:editing=editor.open
            class:bare=bare
            class:filled=move || !value.with(String::is_empty)
        >
            <Show
                when=move || editor.open.get()
                fallback=move || {
                    view! {
                        <button
                            type="button"
                            class="edit-text"
                            class:is-empty=move || value.with(String::is_empty)
                            node_ref=button
                            on:click=move |_| editor.start()
                        >
                            <span class="edit-label">{label_words}<span class="visually-hidden">": "</span></span>
                            <span class="edit-value">{words}</span>
                            <span class="visually-hidden">{t!(i18n, customer.edit_mark)}</span>
                        </button>
                    }
                }
            >
                <label class="edit-label" for=id.get_value()>{label_words}</label>
                {move || hint.with_value(|hint| {
                    hint.as_ref().map(|hint| view! { <p class="field-hint">{hint.get().to_string()}</p> })
                })}
                {field()}
                <Show when=offers_words>
                    <datalist id=list.get_value()>
                        {move || {
                            suggestions.get().into_iter().map(|word| view! { <option value=word></option> }).collect_view()
                        }}
                    </datalist>
                </Show>
            </Show>
            {has_problem.then(|| view! { <p class="field-error" id=error_id aria-live="polite">{problem}</p> })}
        </div>
    }
}

/// What is typed, and whether it is saved.
#[derive(Clone, Copy)]
struct Editor {
    open: RwSignal<bool>,
    text: RwSignal<String>,
    invalid: RwSignal<bool>,
    composing: StoredValue<bool>,
    /// What stood there when editing began.
    original: StoredValue<String>,
    /// What was saved last.
    saved: StoredValue<String>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// When the oldest key was typed that is not saved yet.
    waiting_since: StoredValue<Option<i64>>,
    value: Signal<String>,
    on_save: Callback<String>,
    check: Option<Callback<String, bool>>,
}

impl Editor {
    fn new(value: Signal<String>, on_save: Callback<String>, check: Option<Callback<String, bool>>) -> Self {
        let editor = Self {
            open: RwSignal::new(false),
            text: RwSignal::new(String::new()),
            invalid: RwSignal::new(false),
            composing: StoredValue::new(false),
            original: StoredValue::new(String::new()),
            saved: StoredValue::new(String::new()),
            timer: StoredValue::new(None),
            waiting_since: StoredValue::new(None),
            value,
            on_save,
            check,
        };
        // Leaving the screen is leaving the field. Runs before what it reads is gone.
        on_cleanup(move || editor.save());
        editor
    }

    fn start(self) {
        let text = self.value.get_untracked();
        self.original.set_value(text.clone());
        self.saved.set_value(text.clone());
        self.composing.set_value(false);
        self.invalid.set(false);
        self.text.set(text);
        self.open.set(true);
    }

    fn typed(self, text: String) {
        self.invalid.set(false);
        self.text.set(text);
        self.stop_timer();
        let since = self.waiting_since.get_value().unwrap_or_else(|| now().0);
        self.waiting_since.set_value(Some(since));
        if now().0 - since >= LATEST && self.composing.try_get_value() == Some(false) {
            self.save();
            return;
        }
        let timer = set_timeout_with_handle(
            move || {
                if self.composing.try_get_value() == Some(false) {
                    self.save();
                }
            },
            IDLE,
        );
        self.timer.set_value(timer.ok());
    }

    /// Saves what is typed, if it is another text and one that can be saved.
    fn save(self) {
        self.stop_timer();
        let Some(text) =
            self.text.try_get_untracked().filter(|_| self.open.try_get_untracked() == Some(true))
        else {
            return;
        };
        self.waiting_since.try_set_value(None);
        if self.saved.try_with_value(|saved| *saved == text) != Some(false) {
            return;
        }
        if self.check.is_some_and(|check| !check.run(text.clone())) {
            self.invalid.try_set(true);
            return;
        }
        self.saved.try_set_value(text.clone());
        self.on_save.try_run(text);
    }

    /// Saves and shows the text again; a text that can't be saved stays in its field.
    fn close(self) {
        if self.open.try_get_untracked() == Some(true) {
            self.save();
            if self.invalid.try_get_untracked() == Some(false) {
                self.open.try_set(false);
            }
        }
    }

    fn restore(self) {
        self.stop_timer();
        let original = self.original.get_value();
        if self.saved.with_value(|saved| *saved != original) {
            self.on_save.run(original);
        }
        self.invalid.set(false);
        self.open.set(false);
    }

    fn stop_timer(self) {
        if let Some(Some(timer)) = self.timer.try_get_value() {
            timer.clear();
        }
        self.timer.try_set_value(None);
    }
}
