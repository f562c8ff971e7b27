//! What the day begins with: what is due, birthdays, who was not spoken to for long, who was looked at last.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::backup::light::{backup_words, follow_backup_age};
use super::tasks::{FollowedTasks, Group, TaskGroup, follow_tasks};
use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::engine::rows::{BirthdayRow, QuietRow, RecentRow, TodayBoard};
use crate::engine::screen::backup_age::Urgency;
use crate::engine::screen::due::days_until;
use crate::engine::screen::greeting::{Greeting, greeting};
use crate::ui::clock::{hour, today};
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::{Show, effect, memo};
use crate::ui::route::Route;
use crate::ui::session::use_session;
use crate::ui::text::{Texts, language, t, t_string, use_i18n};
use crate::ui::widgets::EmptyState;
use crate::ui::words;

/// The screen.
#[component]
pub fn Today() -> impl IntoView {
    let i18n = use_i18n();
    let FollowedTasks { board: tasks, failure } = follow_tasks();
    let (board, board_failure) = follow_today();
    // The tasks come anew when one comes back to the screen, perhaps on another day.
    let greeting = move || {
        tasks.track();
        match greeting(hour()) {
            Greeting::Morning => t_string!(i18n, today.morning),
            Greeting::Day => t_string!(i18n, today.day),
            Greeting::Evening => t_string!(i18n, today.evening),
        }
    };
    let date = move || {
        tasks.track();
        words::near_date(today(), today(), language(i18n))
    };
    let trouble = move || failure.get().or_else(|| board_failure.get());
    let due = memo(move || {
        tasks
            .with(|tasks| tasks.as_ref().map(|tasks| Group::Overdue.count(tasks) + Group::Today.count(tasks)))
    });
    let is_empty = memo(move || board.with(|board| board.as_ref().is_some_and(|board| board.customers == 0)));
    view! {
        <div class="today">
            <header class="today-head">
                <h1>{greeting}</h1>
                <p class="today-date">{date}</p>
            </header>
            {move || trouble().map(|reason| {
                view! { <p class="field-error" role="alert">{failure_text(i18n, &reason)}</p> }
            })}
            <Show when=move || is_empty.get()>
                <EmptyState title=t!(i18n, today.first_title) text=t!(i18n, today.first_text)>
                    <a class="button primary" href=Route::Customers.to_string()>{t!(i18n, today.first)}</a>
                </EmptyState>
            </Show>
            <div class="today-columns">
                <div class="today-tasks">
                    <Show when=move || due.get() == Some(0) && !is_empty.get()>
                        <section class="today-nothing">
                            <h2>{t!(i18n, today.tasks)}</h2>
                            <p>{t!(i18n, today.nothing)}</p>
                            <a class="button quiet" href=Route::Tasks.to_string()>{t!(i18n, today.all_tasks)}</a>
                        </section>
                    </Show>
                    <TaskGroup group=Group::Overdue board=tasks />
                    <TaskGroup group=Group::Today board=tasks />
                    <Show when=move || due.get().is_some_and(|due| due > 0)>
                        <a class="button quiet" href=Route::Tasks.to_string()>{t!(i18n, today.all_tasks)}</a>
                    </Show>
                </div>
                <div class="today-people">
                    {move || board.get().map(|board| view! { <People board /> })}
                    <BackupState />
                </div>
            </div>
        </div>
    }
}

/// What is beside the tasks, as the notebook changes and days go by.
fn follow_today() -> (RwSignal<Option<TodayBoard>>, RwSignal<Option<Failure>>) {
    let session = use_session();
    let board = RwSignal::new(None::<TodayBoard>);
    let failure = RwSignal::new(None::<Failure>);
    let load = move || {
        spawn_local(async move {
            let reply = session.engine.call(Request::Today { today: today() }).await;
            let (news, reason) = match reply {
                Ok(Reply::Today(news)) => (Some(*news), None),
                Ok(_) => (None, Some(Failure::Unreadable)),
                Err(reason) => (None, Some(reason)),
            };
            // The same again would take the focus from who is reading.
            if news.is_some() && board.try_with_untracked(|known| *known != news) == Some(true) {
                board.try_set(news);
            }
            failure.try_set(reason);
        });
    };
    let changed = memo(move || session.changed.with(|changed| changed.revision));
    effect(move || {
        changed.get();
        load();
    });
    let focus = window_event_listener(leptos::ev::focus, move |_| load());
    on_cleanup(move || focus.remove());
    (board, failure)
}

#[component]
fn People(board: TodayBoard) -> impl IntoView {
    let i18n = use_i18n();
    let TodayBoard { birthdays, quiet, quiet_count, recent, .. } = board;
    let more = usize::try_from(quiet_count).unwrap_or(usize::MAX).saturating_sub(quiet.len());
    let hidden = i64::try_from(more).unwrap_or(i64::MAX);
    let birthday = |row: BirthdayRow| {
        let (id, name) = (row.id, row.name.clone());
        view! { <PersonRow id name told=Signal::derive(move || birthday_words(i18n, &row)) /> }
    };
    let silent = |row: QuietRow| {
        let (id, name) = (row.id, row.name.clone());
        view! { <PersonRow id name told=Signal::derive(move || quiet_words(i18n, &row)) /> }
    };
    let latest = |row: RecentRow| {
        let company = row.company.clone();
        view! { <PersonRow id=row.id name=row.name told=Signal::derive(move || company.clone()) /> }
    };
    view! {
        {(!birthdays.is_empty()).then(|| view! {
            <section class="today-group">
                <h2>{t!(i18n, today.birthdays)}</h2>
                <ul>{birthdays.into_iter().map(birthday).collect_view()}</ul>
            </section>
        })}
        {(!recent.is_empty()).then(|| view! {
            <section class="today-group">
                <h2>{t!(i18n, today.recent)}</h2>
                <ul>{recent.into_iter().map(latest).collect_view()}</ul>
            </section>
        })}
        {(!quiet.is_empty()).then(|| view! {
            <section class="today-group">
                <h2>{t!(i18n, today.quiet)}</h2>
                <p class="field-hint">{t!(i18n, today.quiet_note)}</p>
                <ul>{quiet.into_iter().map(silent).collect_view()}</ul>
                {(hidden > 0).then(|| view! {
                    <p class="tasks-hidden">
                        {move || t_string!(i18n, today.hidden, count = words::number(hidden)).to_string()}
                    </p>
                })}
            </section>
        })}
    }
}

#[component]
fn PersonRow(id: crate::model::RecordId, name: String, #[prop(into)] told: Signal<String>) -> impl IntoView {
    let i18n = use_i18n();
    let shown =
        move || if name.is_empty() { t_string!(i18n, customer.no_name).to_owned() } else { name.clone() };
    view! {
        <li>
            <a class="today-person" href=Route::Customer(id).to_string()>
                <span class="today-name">{shown}</span>
                <span class="today-told">{move || told.get()}</span>
            </a>
        </li>
    }
}

fn birthday_words(i18n: Texts, row: &BirthdayRow) -> String {
    let day = match days_until(row.day, today()) {
        Some(0) => t_string!(i18n, today.is_today).to_owned(),
        Some(1) => t_string!(i18n, today.is_tomorrow).to_owned(),
        _ => words::near_date(row.day, today(), language(i18n)),
    };
    match row.age {
        Some(age) => t_string!(i18n, today.turns, day = day, age = age),
        None => day,
    }
}

fn quiet_words(i18n: Texts, row: &QuietRow) -> String {
    let months = days_until(today(), row.talked).unwrap_or_default() / 30;
    let since = if months < 24 {
        t_string!(i18n, today.months, count = months)
    } else {
        t_string!(i18n, today.years, count = months / 12)
    };
    if row.phone.is_empty() { since } else { format!("{since}  {}", row.phone) }
}

/// How old the newest backup is, with what to do about it.
#[component]
fn BackupState() -> impl IntoView {
    let i18n = use_i18n();
    let age = follow_backup_age();
    let is_due = move || age.get().urgency != Urgency::Calm || age.get().days.is_none();
    view! {
        <section class="today-group">
            <h2>{t!(i18n, nav.backup)}</h2>
            <p>{move || backup_words(i18n, age.get())}</p>
            <a class="button" class:primary=is_due class:quiet=move || !is_due() href=Route::Backup.to_string()>
                {move || if is_due() { t_string!(i18n, today.make_backup) } else { t_string!(i18n, today.see_backup) }}
            </a>
        </section>
    }
}
