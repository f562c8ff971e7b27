//! The customers: search box and list, and one customer's page beside it where there is room.

pub mod add;
pub mod list;
pub mod row;

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;

pub use list::CustomerList;

use add::{AddDialog, add_customer};
use list::use_customer_list;
use row::Row;

use super::customer::CustomerScreen;
use crate::engine::protocol::{Request, Sort};
use crate::engine::rows::Count;
use crate::engine::screen::rail::{first_of, mark_of};
use crate::model::RecordId;
use crate::ui::clock::today;
use crate::ui::failure_text::failure_text;
use crate::ui::preferences::use_preferences;
use crate::ui::reactive::{Show, effect, memo};
use crate::ui::route::Route;
use crate::ui::router::use_router;
use crate::ui::session::{JobKind, use_session};
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::rail::Rail;
use crate::ui::widgets::toast::Toast;
use crate::ui::widgets::window_list::WindowList;
use crate::ui::widgets::{EmptyState, Segmented, escapes, is_composing, is_free};
use crate::ui::words::number;

/// How many invented customers are added to look around.
const SAMPLE: u32 = 50;

/// List and page.
#[component]
pub fn Customers(
    /// The customer whose page is shown.
    #[prop(into)]
    customer: Signal<Option<RecordId>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let list = use_customer_list();
    let adding = list.adding;
    on_cleanup(move || {
        adding.try_set(false);
    });
    list.ask();
    // Back from a page that took the place of the list, the focus is where it was.
    Effect::new(move |earlier: Option<bool>| {
        let shows_page = customer.with(Option::is_some);
        if earlier == Some(true) && !shows_page {
            request_animation_frame(focus_list);
        }
        shows_page
    });
    view! {
        <div class="customers" class:with-page=move || customer.with(Option::is_some)>
            <section class="customers-list" aria-label=t!(i18n, customers.title)>
                <ListHead adding />
                <ListBody customer adding />
            </section>
            <section class="customers-page" aria-label=t!(i18n, customer.title)>
                {move || match customer.get() {
                    Some(id) => view! { <CustomerScreen id /> }.into_any(),
                    None => {
                        view! { <p class="customers-nothing">{t!(i18n, customers.choose)}</p> }.into_any()
                    }
                }}
            </section>
            <AddDialog open=adding />
        </div>
    }
}

/// Search box, order, number of results, and the button to add.
#[component]
fn ListHead(adding: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let list = use_customer_list();
    let preferences = use_preferences();
    let node = NodeRef::<Input>::new();
    let focus = move || {
        if let Some(input) = node.get_untracked() {
            let _ = input.focus();
            input.select();
        }
    };
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "/" && preferences.shortcuts.get_untracked() && is_free(&event) {
            event.prevent_default();
            focus();
        }
    });
    on_cleanup(move || keys.remove());
    // The box is written to only when it holds something else, which never happens while one types.
    effect(move || {
        let text = list.search.get();
        if let Some(input) = node.get().filter(|input| input.value() != text) {
            input.set_value(&text);
        }
    });
    let clear = move || {
        list.search.set(String::new());
        list.ask();
    };
    let found = move || {
        list.count.get().map(|count| match count {
            Count::Exactly(count) => {
                t_string!(i18n, customers.count, count = number(i64::from(count))).to_string()
            }
            Count::AtLeast(count) => {
                t_string!(i18n, customers.count_at_least, count = number(i64::from(count))).to_string()
            }
        })
    };
    let orders: Vec<(Sort, TextProp)> = vec![
        (Sort::Reading, t!(i18n, customers.by_reading).into()),
        (Sort::Recent, t!(i18n, customers.by_recent).into()),
    ];
    view! {
        <header class="customers-head">
            <h1 class="visually-hidden">{t!(i18n, customers.title)}</h1>
            <div class="customers-search">
                <div class="customers-box" role="search">
                    <input
                        class="input"
                        node_ref=node
                        type="search"
                        id="customers-search"
                        aria-label=t!(i18n, customers.search)
                        placeholder=t!(i18n, customers.search)
                        aria-keyshortcuts="/"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        enterkeyhint="search"
                        maxlength="500"
                        // Also while an input method converts: kana find readings.
                        on:input:target=move |event| {
                            list.search.set(event.target().value());
                            list.ask();
                        }
                        on:keydown=move |event| {
                            if escapes(&event) {
                                event.prevent_default();
                                clear();
                            } else if matches!(event.key().as_str(), "ArrowDown" | "Enter") && !is_composing(&event) {
                                event.prevent_default();
                                focus_list();
                            }
                        }
                    />
                    <Show when=move || list.search.with(|text| !text.is_empty())>
                        <button
                            type="button"
                            class="customers-clear"
                            aria-label=t!(i18n, customers.clear)
                            on:click=move |_| {
                                clear();
                                focus();
                            }
                        >
                            <span aria-hidden="true">"×"</span>
                        </button>
                    </Show>
                </div>
                <button type="button" class="button primary" on:click=move |_| adding.set(true)>
                    <span aria-hidden="true">"＋"</span>
                    {t!(i18n, customers.add_short)}
                </button>
            </div>
            <div class="customers-tools">
                <p class="customers-count" role="status">{found}</p>
                <Show
                    when=move || list.found_for.with(|text| text.trim().is_empty())
                    fallback=move || view! { <p class="customers-ranked">{t!(i18n, customers.ranked)}</p> }
                >
                    <Segmented
                        legend=t!(i18n, customers.order)
                        options=orders.clone()
                        value=list.sort
                        on_choose=move |sort| {
                            list.sort.set(sort);
                            list.ask();
                        }
                    />
                </Show>
            </div>
        </header>
    }
}

/// The list with its rail, or why it is empty.
#[component]
fn ListBody(customer: Signal<Option<RecordId>>, adding: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let list = use_customer_list();
    let router = use_router();
    let is_empty = memo(move || list.count.get().map(|count| count == Count::Exactly(0)));
    let chosen = Callback::new(move |index: u32| {
        customer.with(|customer| customer.is_some_and(|id| list.with_row(index, |row| row.id) == Some(id)))
    });
    let on_open = Callback::new(move |index: u32| {
        if let Some(id) = list.with_row_now(index, |row| row.id) {
            router.go(Route::Customer(id));
        }
    });
    let mark = memo(move || list.rail.with(|rail| mark_of(rail, list.scroller.first_row())));
    let filled =
        Callback::new(move |mark: u8| list.rail.with(|rail| rail.iter().any(|entry| entry.mark == mark)));
    let on_jump = Callback::new(move |mark: u8| {
        if let Some(first) = list.rail.with_untracked(|rail| first_of(rail, mark)) {
            list.scroller.jump(first);
        }
    });
    view! {
        {move || match is_empty.get() {
            None => view! { <p class="customers-nothing" role="status">{t!(i18n, common.loading)}</p> }.into_any(),
            Some(true) => view! { <NothingHere adding /> }.into_any(),
            Some(false) => {
                view! {
                    <div class="customers-rows">
                        <WindowList
                            id="customers-rows"
                            label=t!(i18n, customers.title)
                            scroller=list.scroller
                            chosen
                            on_open
                            row=move |index| view! { <Row index /> }
                        />
                        <Show when=move || list.rail.with(|rail| !rail.is_empty())>
                            <Rail label=t!(i18n, customers.rail) mark filled on_jump />
                        </Show>
                    </div>
                }
                    .into_any()
            }
        }}
    }
}

/// No customer yet, or none that was searched for.
#[component]
fn NothingHere(adding: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let list = use_customer_list();
    let (session, router) = (use_session(), use_router());
    let add_sample = move |_| {
        spawn_local(async move {
            let request = Request::AddSample { customers: SAMPLE, today: today() };
            if let Err(failure) = session.start_job(JobKind::Sample, request).await {
                session.toasts.show(Toast::trouble(move || failure_text(i18n, &failure)));
            }
        });
    };
    move || {
        let searched = list.found_for.get();
        if searched.trim().is_empty() {
            view! {
                <EmptyState
                    title=t!(i18n, customers.none_title)
                    text=t!(i18n, customers.none_text)
                >
                    <button type="button" class="button primary" on:click=move |_| adding.set(true)>
                        {t!(i18n, customers.add_first)}
                    </button>
                    <a class="button secondary" href=Route::Import.to_string()>{t!(i18n, customers.import)}</a>
                    <button type="button" class="button secondary" on:click=add_sample>
                        {t!(i18n, customers.sample)}
                    </button>
                </EmptyState>
            }
            .into_any()
        } else {
            let name = StoredValue::new(searched.trim().to_owned());
            view! {
                <EmptyState
                    title=move || {
                        t_string!(i18n, customers.not_found_title, search = name.get_value()).to_string()
                    }
                    text=t!(i18n, customers.not_found_text)
                >
                    <button
                        type="button"
                        class="button secondary"
                        on:click=move |_| {
                            list.search.set(String::new());
                            list.ask();
                            focus_search();
                        }
                    >
                        {t!(i18n, customers.clear_search)}
                    </button>
                    <button
                        type="button"
                        class="button secondary"
                        on:click=move |_| add_customer(session, router, &name.get_value(), "", false)
                    >
                        {move || t_string!(i18n, customers.add_named, name = name.get_value()).to_string()}
                    </button>
                </EmptyState>
            }
            .into_any()
        }
    }
}

fn focus_list() {
    focus_element("customers-rows");
}

fn focus_search() {
    focus_element("customers-search");
}

fn focus_element(id: &str) {
    use wasm_bindgen::JsCast;
    let element = document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
