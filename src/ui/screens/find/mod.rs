//! One box that finds everything: customers and what is on their pages, tasks, screens and commands.

mod command;
pub mod help;
mod hits;

pub use help::HelpDialog;

use leptos::html::Input;
use leptos::prelude::*;

use self::hits::{Found, Hit, Hits};
use super::customers::list::use_customer_list;
use crate::engine::rows::Count;
use crate::ui::clock::today;
use crate::ui::reactive::{Show, effect, memo};
use crate::ui::route::Route;
use crate::ui::router::use_router;
use crate::ui::session::use_session;
use crate::ui::text::{Texts, language, t, t_string, use_i18n};
use crate::ui::widgets::highlight::Highlight;
use crate::ui::widgets::{Dialog, enters, is_composing};
use crate::ui::words;

const LIST: &str = "find-list";

/// What the box is opened with, and what stays of it while the notebook is open.
#[derive(Clone, Copy)]
pub struct Finder {
    /// Whether the box is open.
    pub open: RwSignal<bool>,
    /// Whether the list of shortcuts is open.
    pub help: RwSignal<bool>,
    /// What was searched lately, latest first. Kept in memory only.
    searches: RwSignal<Vec<String>>,
}

/// The box of the open notebook.
///
/// # Panics
/// Outside of what [`Finder::provide`] was called for.
#[must_use]
pub fn use_finder() -> Finder {
    expect_context::<Finder>()
}

impl Finder {
    /// Makes it and gives it to everything below.
    pub fn provide() -> Self {
        let finder = Self {
            open: RwSignal::new(false),
            help: RwSignal::new(false),
            searches: RwSignal::new(Vec::new()),
        };
        provide_context(finder);
        finder
    }

    fn remember(self, text: &str) {
        let text = text.trim().to_owned();
        if !text.is_empty() {
            self.searches.update(|searches| {
                searches.retain(|known| *known != text);
                searches.insert(0, text);
                searches.truncate(5);
            });
        }
    }
}

/// The dialog with the box.
#[component]
pub fn FindDialog() -> impl IntoView {
    let i18n = use_i18n();
    let finder = use_finder();
    view! {
        <Dialog open=finder.open on_close=move |()| finder.open.set(false) title=t!(i18n, find.title)>
            <FindBox />
        </Dialog>
    }
}

#[component]
fn FindBox() -> impl IntoView {
    let i18n = use_i18n();
    let finder = use_finder();
    let hits = Hits::load();
    let active = hits.active;
    let node = NodeRef::<Input>::new();
    effect(move || {
        if let Some(input) = node.get() {
            let _ = input.focus();
        }
    });
    let choose = act(hits, finder);
    let count = memo(move || hits.all(i18n).len());
    let chosen = memo(move || active.get().min(count.get().saturating_sub(1)));
    // The box is written to only when it holds something else, which never happens while one types.
    effect(move || {
        let text = hits.typed.get();
        if let Some(input) = node.get().filter(|input| input.value() != text) {
            input.set_value(&text);
        }
    });
    // Who is faster than the answer gets the first of what was asked for, not of what was there before.
    let enters_next = StoredValue::new(false);
    effect(move || {
        if !hits.pending.get() && enters_next.try_get_value() == Some(true) {
            enters_next.set_value(false);
            if let Some(hit) = untrack(|| hits.all(i18n)).into_iter().next() {
                choose.run(hit);
            }
        }
    });
    let to = move |index: usize| {
        active.set(index);
        scroll_to(index);
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        if is_composing(&event) {
            return;
        }
        let (at, count) = (chosen.get_untracked(), count.get_untracked());
        match event.key().as_str() {
            // Some browsers would only empty the box.
            "Escape" => finder.open.set(false),
            "ArrowDown" if count > 0 => to((at + 1) % count),
            "ArrowUp" if count > 0 => to((at + count - 1) % count),
            _ if enters(&event) && hits.pending.get_untracked() => enters_next.set_value(true),
            _ if enters(&event) => {
                if let Some(hit) = untrack(|| hits.all(i18n)).into_iter().nth(at) {
                    choose.run(hit);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let described = move || {
        let count = i64::try_from(count.get()).unwrap_or(i64::MAX);
        t_string!(i18n, find.found, count = words::number(count)).to_string()
    };
    view! {
        <div class="find">
            <input
                class="input"
                node_ref=node
                type="search"
                role="combobox"
                aria-label=t!(i18n, find.label)
                placeholder=t!(i18n, find.placeholder)
                aria-expanded="true"
                aria-controls=LIST
                aria-activedescendant=move || (count.get() > 0).then(|| element_id(chosen.get()))
                aria-autocomplete="list"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                enterkeyhint="go"
                maxlength="500"
                // Also while an input method converts: kana find readings.
                on:input:target=move |event| {
                    enters_next.set_value(false);
                    hits.search(event.target().value());
                }
                on:keydown=on_key
            />
            <p class="visually-hidden" role="status">{described}</p>
            <div class="find-list" id=LIST role="listbox" aria-label=t!(i18n, find.title)>
                {move || groups(i18n, hits, chosen, choose)}
            </div>
            <Show when=move || hits.is_nothing(i18n)>
                <p class="find-nothing">{move || t_string!(i18n, find.nothing, text = hits.found_for()).to_string()}</p>
            </Show>
            <details class="find-tips">
                <summary>{t!(i18n, find.tips)}</summary>
                <ul>
                    <li>{t!(i18n, find.tip_and)}</li>
                    <li>{t!(i18n, find.tip_not)}</li>
                    <li>{t!(i18n, find.tip_quote)}</li>
                    <li>{t!(i18n, find.tip_tag)}</li>
                    <li>{t!(i18n, find.tip_owner)}</li>
                </ul>
            </details>
        </div>
    }
}

/// What choosing does: the box closes, and what was chosen opens.
fn act(hits: Hits, finder: Finder) -> Callback<Hit> {
    let (router, session, list) = (use_router(), use_session(), use_customer_list());
    Callback::new(move |hit: Hit| {
        let text = hits.found_for();
        match hit {
            // What was searched before is searched again, and the box stays.
            Hit::Search(text) => return hits.search(text),
            Hit::Customer(row) => router.go(Route::Customer(row.id)),
            Hit::Recent(row) => router.go(Route::Customer(row.id)),
            Hit::Task(row) if row.task.customer.is_nil() => router.go(Route::Tasks),
            Hit::Task(row) => router.go(Route::Customer(row.task.customer)),
            Hit::All(_) => {
                list.search.set(text.clone());
                list.ask();
                router.go(Route::Customers);
            }
            Hit::Command(command) => {
                finder.open.set(false);
                command.run(session, router, list, finder);
                return;
            }
        }
        finder.remember(&text);
        finder.open.set(false);
    })
}

/// The groups with what is in them; numbers go through all of them.
fn groups(i18n: Texts, hits: Hits, chosen: Memo<usize>, choose: Callback<Hit>) -> impl IntoView {
    let text = hits.found_for();
    let mut number = 0;
    let group = |Found { title, hits }: Found| {
        let options = hits.into_iter().map(|hit| {
            let at = number;
            number += 1;
            option(i18n, &text, (at, hit), chosen, choose)
        });
        let options = options.collect_view();
        view! {
            <div class="find-group" role="group" aria-label=title>
                <p class="find-title" aria-hidden="true">{title}</p>
                {options}
            </div>
        }
    };
    hits.groups(i18n).into_iter().map(group).collect_view()
}

fn option(
    i18n: Texts,
    text: &str,
    (at, hit): (usize, Hit),
    chosen: Memo<usize>,
    choose: Callback<Hit>,
) -> impl IntoView + use<> {
    let (main, beside) = shown(i18n, &hit, text);
    let hit = StoredValue::new(hit);
    view! {
        <div
            class="find-option"
            role="option"
            id=element_id(at)
            aria-selected=move || (chosen.get() == at).to_string()
            // The focus stays in the box.
            on:mousedown=|event| event.prevent_default()
            on:click=move |_| choose.run(hit.get_value())
        >
            <span class="find-main"><Highlight text=main /></span>
            <span class="find-beside"><Highlight text=beside /></span>
        </div>
    }
}

type Marked = (String, Vec<(u32, u32)>);

fn shown(i18n: Texts, hit: &Hit, text: &str) -> (Signal<Marked>, Signal<Marked>) {
    let plain = |text: String| (text, Vec::new());
    let named = |name: &str| {
        let name = if name.is_empty() { t_string!(i18n, customer.no_name) } else { name };
        plain(name.to_owned())
    };
    let (main, beside) = match hit {
        Hit::Customer(row) => {
            let beside = [
                (&row.snippet, &row.marks.snippet),
                (&row.reading, &row.marks.reading),
                (&row.company, &row.marks.company),
                (&row.phone, &row.marks.phone),
            ];
            // Where it matched says more than what is always there.
            let told = beside.iter().find(|(_, marks)| !marks.is_empty());
            let told = told.or_else(|| beside.iter().find(|(text, _)| !text.is_empty()));
            let beside =
                told.map_or_else(Default::default, |(text, marks)| ((*text).clone(), (*marks).clone()));
            let main =
                if row.name.is_empty() { named("") } else { (row.name.clone(), row.marks.name.clone()) };
            (main, beside)
        }
        Hit::Recent(row) => (named(&row.name), plain(row.company.clone())),
        Hit::Task(row) => {
            let day = row.task.due.map(|due| words::near_date(due, today(), language(i18n)));
            let beside = [day.unwrap_or_default(), row.customer.clone()];
            (plain(row.task.title.clone()), plain(beside.join("  ").trim().to_owned()))
        }
        Hit::All(Count::Exactly(count)) => {
            let count = words::number(i64::from(*count));
            let text = t_string!(i18n, find.all, text = text, count = count).to_string();
            (plain(text), plain(String::new()))
        }
        Hit::All(Count::AtLeast(_)) => {
            (plain(t_string!(i18n, find.all_more, text = text).to_string()), plain(String::new()))
        }
        Hit::Command(command) => (plain(command.words(i18n).to_owned()), plain(String::new())),
        Hit::Search(text) => (plain(text.clone()), plain(String::new())),
    };
    (Signal::stored(main), Signal::stored(beside))
}

fn element_id(at: usize) -> String {
    format!("find-{at}")
}

fn scroll_to(at: usize) {
    if let Some(option) = document().get_element_by_id(&element_id(at)) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        option.scroll_into_view_with_scroll_into_view_options(&options);
    }
}
