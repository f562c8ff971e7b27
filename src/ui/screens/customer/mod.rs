//! One customer's page: warning, name, card, and the timeline of notes, tasks and purchases.

pub mod card;
pub mod composer;
pub mod draft;
pub mod due;
pub mod edit;
pub mod erase;
pub mod history;
pub mod items;
pub mod news;
pub mod page;
pub mod people;
pub mod timeline;
pub mod words;

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;

pub use composer::TaskForm;
pub use timeline::TaskLine;

use card::{Card, NameLine};
use composer::Composer;
use erase::EraseDialog;
use history::HistoryDialog;
use news::{ToDecide, Unread};
use page::{Page, use_page};
use timeline::Timeline;

use crate::engine::Failure;
use crate::engine::protocol::Request;
use crate::engine::rows::UndoLabel;
use crate::model::{FieldName, RecordId, RecordKind, Value};
use crate::ui::clock::offset;
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::{Show, effect, memo};
use crate::ui::route::Route;
use crate::ui::router::use_router;
use crate::ui::screens::sharing::use_share_order;
use crate::ui::session::use_session;
use crate::ui::text::{language, t, t_string, use_i18n};
use crate::ui::widgets::toast::Toast;
use crate::ui::widgets::{EmptyState, Menu};
use crate::ui::words::date_time;

/// What stands in the place of the page.
#[derive(Clone, PartialEq)]
enum Shown {
    Nothing,
    Page,
    Failure(Failure),
}

/// The page of one customer.
#[component]
pub fn CustomerScreen(
    /// Whose.
    id: RecordId,
) -> impl IntoView {
    let i18n = use_i18n();
    let page = Page::provide(id);
    let is_loaded = memo(move || page.content.with(Option::is_some));
    // Changes only when something else is to be shown: what is being typed outlives every new load.
    let shown = memo(move || match (is_loaded.get(), page.failure.get()) {
        (true, _) => Shown::Page,
        (false, None) => Shown::Nothing,
        (false, Some(failure)) => Shown::Failure(failure),
    });
    let node = NodeRef::<Div>::new();
    // Where the page takes the place of the list, the focus goes along; beside it, it stays in the list.
    effect(move || {
        if let Some(page) = node.get().filter(|_| is_loaded.get() && !is_wide()) {
            let _ = page.focus();
        }
    });
    view! {
        <div class="customer" node_ref=node tabindex="-1">
            {move || match shown.get() {
                Shown::Page => view! { <Content /> }.into_any(),
                Shown::Nothing => view! { <p class="customers-nothing" role="status">{t!(i18n, common.loading)}</p> }.into_any(),
                Shown::Failure(failure) => {
                    let text = move || match &failure {
                        Failure::NotFound => t_string!(i18n, customer.not_found).to_owned(),
                        failure => failure_text(i18n, failure),
                    };
                    view! {
                        <EmptyState title=text>
                            <a class="button secondary" href=Route::Customers.to_string()>{t!(i18n, customer.to_list)}</a>
                        </EmptyState>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

#[component]
fn Content() -> impl IntoView {
    let i18n = use_i18n();
    let (page, session) = (use_page(), use_session());
    let warning = page.part(|page| page.customer.warning.clone());
    let deleted = page.part(|page| page.deleted);
    let changed = page.part(|page| page.customer.changed);
    view! {
        <PageHead />
        <Show when=move || deleted.get()>
            <div class="customer-deleted" role="status">
                <p>{t!(i18n, customer.in_trash)}</p>
                <button
                    type="button"
                    class="button secondary"
                    on:click=move |_| {
                        session.commit_with_undo(Request::Restore(vec![page.id]), UndoLabel::Restore(1));
                    }
                >
                    {t!(i18n, trash.restore)}
                </button>
            </div>
        </Show>
        <Show when=move || warning.with(|warning| !warning.is_empty())>
            <p class="customer-warning">
                <strong>{t!(i18n, customer.warning)}</strong>
                <span class="customer-warning-text">{warning}</span>
            </p>
        </Show>
        <ToDecide />
        <Unread />
        <NameLine />
        <div class="customer-columns">
            <div class="customer-timeline">
                <Composer />
                <Timeline />
            </div>
            <section class="customer-card" aria-label=t!(i18n, customer.card)>
                <h2 class="visually-hidden">{t!(i18n, customer.card)}</h2>
                <Card />
                <p class="customer-changed">
                    {move || {
                        let at = date_time(changed.get(), offset(), language(i18n));
                        t_string!(i18n, customer.changed, at = at).to_string()
                    }}
                </p>
            </section>
        </div>
        <HistoryDialog />
    }
}

/// The way back, and what is done with the whole page.
#[component]
fn PageHead() -> impl IntoView {
    let i18n = use_i18n();
    let (page, session) = (use_page(), use_session());
    let router = use_router();
    let erasing = RwSignal::new(false);
    let name = page.part(|page| page.customer.name.clone());
    let hide = move || {
        let (id, name) = (page.id, name.get_untracked());
        let answer = session.commit(Request::Hide(vec![id]));
        router.replace(Route::Customers);
        spawn_local(async move {
            if answer.await.is_ok() {
                let show = Callback::new(move |()| {
                    session.commit(Request::Unhide(vec![id]));
                });
                let text = move || t_string!(i18n, hiding.hidden, name = name.as_str());
                session.toasts.show(Toast::new(text).with_action(t!(i18n, common.undo), show));
            }
        });
    };
    let organisation = page.part(|page| page.customer.organisation);
    let order = use_share_order();
    let give = move |_| {
        let name = page.part(|page| page.customer.name.clone()).get_untracked();
        order.begin_with(page.id, name);
        router.go(Route::Share);
    };
    view! {
        <div class="customer-head">
            <a class="button quiet customer-back" href=Route::Customers.to_string()>
                <span aria-hidden="true">"← "</span>
                {t!(i18n, customer.to_list)}
            </a>
            <Menu label=t!(i18n, common.menu)>
                <button type="button" class="menu-item" on:click=move |_| page.history.set(Some((page.id, None)))>
                    {t!(i18n, customer.history)}
                </button>
                <button
                    type="button"
                    class="menu-item"
                    on:click=move |_| {
                        let _ = window().print();
                    }
                >
                    {t!(i18n, customer.print)}
                </button>
                <button type="button" class="menu-item" on:click=give>
                    {t!(i18n, give.this_person)}
                </button>
                <button
                    type="button"
                    class="menu-item"
                    on:click=move |_| {
                        let value = Value::Flag(!organisation.get_untracked());
                        page.set(page.id, RecordKind::Customer, FieldName::ORGANISATION, value);
                    }
                >
                    {move || {
                        if organisation.get() {
                            t_string!(i18n, customer.make_person)
                        } else {
                            t_string!(i18n, customer.make_organisation)
                        }
                    }}
                </button>
                <button
                    type="button"
                    class="menu-item"
                    on:click=move |_| {
                        page.delete(vec![page.id]);
                        router.replace(Route::Customers);
                    }
                >
                    {t!(i18n, common.delete)}
                </button>
                <button type="button" class="menu-item" on:click=move |_| hide()>
                    {t!(i18n, hiding.hide)}
                </button>
                <button type="button" class="menu-item danger" on:click=move |_| erasing.set(true)>
                    {t!(i18n, erase.open)}
                </button>
            </Menu>
        </div>
        <EraseDialog
            id=page.id
            open=erasing
            on_gone=Callback::new(move |()| router.replace(Route::Customers))
        />
    }
}

/// Whether list and page stand side by side, as `style/screens/customers.css` has it.
#[must_use]
pub fn is_wide() -> bool {
    let media = window().match_media("(min-width: 1024px)").ok().flatten();
    media.is_some_and(|media| media.matches())
}
