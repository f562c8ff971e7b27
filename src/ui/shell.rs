//! The open notebook: navigation, the state of saving, running jobs, undo, and the screen in the middle.

use leptos::html::Details;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use crate::ui::clock;
use crate::ui::failure_text::failure_text;
use crate::ui::parts::{ScreenPart, Screens};
use crate::ui::queue::SaveState;
use crate::ui::reactive::{For, Show, effect, memo};
use crate::ui::route::Route;
use crate::ui::router::use_router;
use crate::ui::screens::backup::folder::watch_backup_folder;
use crate::ui::screens::backup::light::BackupLight;
use crate::ui::screens::customers::CustomerList;
use crate::ui::screens::find::{FindDialog, Finder, HelpDialog, use_finder};
use crate::ui::screens::sharing::{Incoming, ShareOrder};
use crate::ui::screens::{Customers, Tasks, Today};
use crate::ui::session::{Job, JobKind, Phase, use_session};
use crate::ui::shortcuts;
use crate::ui::text::{Texts, t, t_string, use_i18n};
use crate::ui::widgets::menu::{close_outside, fold};
use crate::ui::widgets::{ProgressBar, escapes};
use crate::ui::words;

/// The screens with what surrounds them.
#[component]
pub fn Shell() -> impl IntoView {
    // Outlives the screens: the list is found again as it was left.
    CustomerList::provide();
    // And so are files that are being taken in or made.
    let incoming = Incoming::provide();
    ShareOrder::provide();
    let i18n = use_i18n();
    let session = use_session();
    let route = use_router().route();
    let place = memo(move || Place::of(route.get()));
    let customer = memo(move || route.get().customer());
    watch_backup_folder(session, i18n);
    let finder = Finder::provide();
    shortcuts::watch(finder, memo(move || place.get() == Place::Customers));
    // A new screen starts at its top, and its name is read aloud.
    Effect::new(move |earlier: Option<Place>| {
        let place = place.get();
        if earlier.is_some_and(|earlier| earlier != place) {
            focus_main();
        }
        place
    });
    // The browser's history keeps titles: the screen's name stands there, never a customer's.
    effect(move || {
        document().set_title(&format!("{} – {}", place.get().words(i18n), t_string!(i18n, app.name)));
    });
    view! {
        <div class="shell">
            <button type="button" class="skip" on:click=move |_| focus_main()>{t!(i18n, app.skip)}</button>
            <Navigation place />
            <div class="shell-body">
                <EngineStopped />
                <SaveLine />
                <Jobs />
                <main class="shell-main" id="main" tabindex="-1">
                    {move || match place.get() {
                        Place::Today => view! { <Today /> }.into_any(),
                        Place::Customers => view! { <Customers customer=customer /> }.into_any(),
                        Place::Tasks => view! { <Tasks /> }.into_any(),
                        Place::Import => view! { <ScreenPart screen=|of: Screens| (of.import)() /> }.into_any(),
                        Place::Sharing => view! { <ScreenPart screen=|of: Screens| (of.sharing)() /> }.into_any(),
                        Place::Backup => view! { <ScreenPart screen=|of: Screens| (of.backup)() /> }.into_any(),
                        Place::Trash => view! { <ScreenPart screen=|of: Screens| (of.trash)() /> }.into_any(),
                        Place::Settings => view! { <ScreenPart screen=|of: Screens| (of.settings)() /> }.into_any(),
                    }}
                </main>
            </div>
            <FindDialog />
            <HelpDialog />
            <Show when=move || incoming.over.get()>
                <p class="drop-anywhere" aria-hidden="true">{t!(i18n, sharing.drop_anywhere)}</p>
            </Show>
        </div>
    }
}

/// The screens that the navigation knows; list and page of customers are one, so that the list stays as it
/// is when a page is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Today,
    Customers,
    Tasks,
    Import,
    Sharing,
    Backup,
    Trash,
    Settings,
}

impl Place {
    fn of(route: Route) -> Self {
        match route {
            Route::Today => Self::Today,
            Route::Customers | Route::Customer(_) => Self::Customers,
            Route::Tasks => Self::Tasks,
            Route::Import => Self::Import,
            Route::Share | Route::TakeIn | Route::Team | Route::Conflicts | Route::Ledger => Self::Sharing,
            Route::Backup => Self::Backup,
            Route::Trash => Self::Trash,
            Route::Settings => Self::Settings,
        }
    }

    fn route(self) -> Route {
        match self {
            Self::Today => Route::Today,
            Self::Customers => Route::Customers,
            Self::Tasks => Route::Tasks,
            Self::Import => Route::Import,
            Self::Sharing => Route::Share,
            Self::Backup => Route::Backup,
            Self::Trash => Route::Trash,
            Self::Settings => Route::Settings,
        }
    }

    fn words(self, i18n: Texts) -> &'static str {
        match self {
            Self::Today => t_string!(i18n, nav.today),
            Self::Customers => t_string!(i18n, nav.customers),
            Self::Tasks => t_string!(i18n, nav.tasks),
            Self::Import => t_string!(i18n, nav.import),
            Self::Sharing => t_string!(i18n, nav.sharing),
            Self::Backup => t_string!(i18n, nav.backup),
            Self::Trash => t_string!(i18n, nav.trash),
            Self::Settings => t_string!(i18n, nav.settings),
        }
    }

    /// A drawing of one line, 24 × 24.
    fn icon(self) -> &'static str {
        match self {
            Self::Today => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2"
            }
            Self::Customers => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 8c0-3.5 3.5-5.5 8-5.5s8 2 8 5.5",
            Self::Tasks => {
                "M4 6l1.5 1.5L8 5M4 12l1.5 1.5L8 11M4 18l1.5 1.5L8 17M11 6.5h9M11 12.5h9M11 18.5h9"
            }
            Self::Import => "M12 3v11m-4-4 4 4 4-4M4 16v4h16v-4",
            Self::Sharing => "M8 8l4-4 4 4M12 4v11M5 12v8h14v-8",
            Self::Backup => {
                "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3Zm0 0v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3"
            }
            Self::Trash => "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v6M14 11v6",
            Self::Settings => {
                "M4 7h9m4 0h3M4 17h3m4 0h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm-6 10a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z"
            }
        }
    }
}

/// Where a link stands: on every device, not in the narrow bar of phones, or in its menu.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    Major,
    Minor,
    Menu,
}

#[component]
fn Navigation(
    /// Where we are.
    #[prop(into)]
    place: Signal<Place>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let conflicts = memo(move || session.sharing.with(|state| state.conflicts));
    let badge = move || {
        let count = conflicts.get();
        (count > 0).then(|| {
            let words = t_string!(i18n, sharing.badge, count = words::number(i64::from(count)));
            view! { <span class="nav-badge">{words}</span> }
        })
    };
    // In the narrow bar of phones there is room for the number only.
    let short_badge = move || {
        let count = conflicts.get();
        (count > 0).then(|| {
            let shown = t_string!(i18n, sharing.items, count = words::number(i64::from(count)));
            let words = t_string!(i18n, sharing.badge, count = words::number(i64::from(count)));
            view! {
                <span class="nav-badge short" aria-hidden="true">{shown}</span>
                <span class="visually-hidden">{words}</span>
            }
        })
    };
    let link = move |to: Place, rank: Rank| {
        view! {
            <li class:nav-minor=rank == Rank::Minor>
                <a
                    class=if rank == Rank::Menu { "menu-item" } else { "nav-link" }
                    href=to.route().to_string()
                    aria-current=move || (place.get() == to).then_some("page")
                >
                    <Icon path=to.icon() />
                    <span>{move || to.words(i18n)}</span>
                    {move || (to == Place::Sharing).then(badge)}
                </a>
            </li>
        }
    };
    let more = NodeRef::<Details>::new();
    close_outside(more);
    let on_key = move |event: KeyboardEvent| {
        if escapes(&event) {
            fold(more);
        }
    };
    let elsewhere = move || !matches!(place.get(), Place::Today | Place::Customers | Place::Tasks);
    view! {
        <nav class="nav" aria-label=t!(i18n, nav.label)>
            <p class="nav-name" aria-hidden="true">{t!(i18n, app.name)}</p>
            <ul class="nav-links">
                {link(Place::Today, Rank::Major)}
                {link(Place::Customers, Rank::Major)}
                {link(Place::Tasks, Rank::Major)}
                {link(Place::Sharing, Rank::Minor)}
                {link(Place::Backup, Rank::Minor)}
                {link(Place::Import, Rank::Minor)}
                {link(Place::Trash, Rank::Minor)}
                {link(Place::Settings, Rank::Minor)}
            </ul>
            // On phones there is room for four: the rest is behind a button that says so.
            <details class="menu nav-more" node_ref=more on:keydown=on_key>
                <summary class="nav-link" aria-current=move || elsewhere().then_some("page")>
                    <Icon path="M5 12h.01M12 12h.01M19 12h.01" />
                    <span>{t!(i18n, nav.more)}</span>
                    {short_badge}
                </summary>
                <ul class="menu-items" on:click=move |_| fold(more)>
                    {link(Place::Sharing, Rank::Menu)}
                    {link(Place::Backup, Rank::Menu)}
                    {link(Place::Import, Rank::Menu)}
                    {link(Place::Trash, Rank::Menu)}
                    {link(Place::Settings, Rank::Menu)}
                </ul>
            </details>
            <button type="button" class="nav-link nav-lock" on:click=move |_| session.lock()>
                <Icon path="M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5zM12 14.5v2.5" />
                <span class="nav-long">{t!(i18n, nav.lock)}</span>
                // Beside four others there is room for a short word on phones.
                <span class="nav-short" aria-hidden="true">{t!(i18n, nav.lock_short)}</span>
            </button>
        </nav>
    }
}

/// A drawing of one line; always beside a word.
#[component]
pub fn Icon(
    /// The line, in a square of 24.
    path: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=path />
        </svg>
    }
}

/// Says that the engine has died; what was typed stays where it is, to be copied.
#[component]
fn EngineStopped() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let reload = move |_| {
        let _ = window().location().reload();
    };
    move || match session.phase.get() {
        Phase::Stopped(failure) => view! {
            <div class="notice-box bad" role="alert">
                <p><strong>{t!(i18n, app.stopped_title)}</strong></p>
                <p>{move || failure_text(i18n, &failure)}</p>
                <p>{t!(i18n, app.stopped_typed)}</p>
                <button type="button" class="button primary" on:click=reload>{t!(i18n, app.reload)}</button>
            </div>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

/// Undo, redo, whether all is saved, and how old the newest backup is.
#[component]
fn SaveLine() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let state = session.save_state();
    let can_undo = move || session.undo.with(|undo| undo.undo.is_some());
    let can_redo = move || session.undo.with(|undo| undo.redo.is_some());
    view! {
        <div class="save-line">
            <div class="save-state" role="status">
                {move || match state.get() {
                    SaveState::Idle => String::new(),
                    SaveState::Saving => t_string!(i18n, save.saving).to_owned(),
                    SaveState::Saved(at) => {
                        t_string!(i18n, save.saved, time = words::time(at, clock::offset()))
                    }
                    SaveState::Failed(_) => t_string!(i18n, save.failed).to_owned(),
                }}
            </div>
            <FindButton />
            <BackupLight />
            <div class="save-undo">
                <Show when=can_undo>
                    <button type="button" class="button quiet" on:click=move |_| session.undo_last()>
                        {t!(i18n, nav.undo)}
                    </button>
                </Show>
                <Show when=can_redo>
                    <button type="button" class="button quiet" on:click=move |_| session.redo_last()>
                        {t!(i18n, nav.redo)}
                    </button>
                </Show>
            </div>
        </div>
        {move || match state.get() {
            SaveState::Failed(failure) => {
                view! {
                    <div class="notice-box bad" role="alert">
                        <p>{move || failure_text(i18n, &failure)}</p>
                        <button type="button" class="button primary" on:click=move |_| session.retry()>
                            {t!(i18n, common.retry)}
                        </button>
                    </div>
                }
                .into_any()
            }
            _ => ().into_any(),
        }}
    }
}

/// Opens the box that finds everything.
#[component]
fn FindButton() -> impl IntoView {
    let i18n = use_i18n();
    let finder = use_finder();
    view! {
        <button
            type="button"
            class="button quiet save-find"
            aria-keyshortcuts="Control+K"
            on:click=move |_| finder.open.set(true)
        >
            <Icon path="M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm5-1.5L20.5 20.5" />
            <span>{t!(i18n, find.short)}</span>
        </button>
    }
}

/// The jobs that run, with a way to stop them.
#[component]
pub fn Jobs() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let running = memo(move || {
        session.jobs.with(|jobs| {
            jobs.iter().filter(|job| job.outcome.is_none()).map(|job| job.job).collect::<Vec<_>>()
        })
    });
    let bar = move |number: u32| {
        let job = move || session.jobs.with(|jobs| jobs.iter().find(|job| job.job == number).cloned());
        let figure = move |of: fn(&Job) -> u64| Signal::derive(move || job().map_or(0, |job| of(&job)));
        let label = move || match job().and_then(|job| job.kind) {
            Some(JobKind::Import) => t_string!(i18n, jobs.import),
            Some(JobKind::Sample) => t_string!(i18n, jobs.sample),
            Some(JobKind::UndoImport) => t_string!(i18n, jobs.undo_import),
            Some(JobKind::Check) => t_string!(i18n, jobs.check),
            Some(JobKind::MakeBundle) => t_string!(i18n, jobs.make_bundle),
            Some(JobKind::OpenBundle) => t_string!(i18n, jobs.open_bundle),
            Some(JobKind::ApplyBundle) => t_string!(i18n, jobs.apply_bundle),
            Some(JobKind::UndoMerge) => t_string!(i18n, jobs.undo_merge),
            Some(JobKind::Erase) => t_string!(i18n, jobs.erase),
            None => t_string!(i18n, jobs.other),
        };
        view! {
            <li class="job">
                <ProgressBar label done=figure(|job| job.done) total=figure(|job| job.total) />
                <button type="button" class="button secondary" on:click=move |_| session.cancel_job(number)>
                    {t!(i18n, jobs.cancel)}
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || running.with(|running| !running.is_empty())>
            <ul class="jobs" aria-label=t!(i18n, jobs.label)>
                <For each=move || running.get() key=u32::to_string children=bar />
            </ul>
        </Show>
    }
}

fn focus_main() {
    let main = document().get_element_by_id("main").and_then(|main| main.dyn_into::<HtmlElement>().ok());
    if let Some(main) = main {
        main.set_scroll_top(0);
        let _ = main.focus();
    }
}
