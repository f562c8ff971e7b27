//! Tasks for the calendar of a phone or another program: a file that reminds when this app is closed.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::Blob;

use super::sharing::hand_over::HandOver;
use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::ui::clock::today;
use crate::ui::failure_text::failure_text;
use crate::ui::file::text_blob;
use crate::ui::session::{Session, use_session};
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::words::number;

/// What came of making the file.
#[derive(Clone)]
enum Made {
    /// So many tasks are in it, its name, and it.
    File(u32, String, Blob),
    /// No task has a day.
    Nothing,
    /// It could not be made.
    Failed(Failure),
}

/// The unfolding part of the tasks' screen that makes the file.
#[component]
pub fn TaskCalendar() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let names = RwSignal::new(false);
    let made = RwSignal::new_local(None::<Made>);
    let make = move |_| {
        spawn_local(async move {
            let names = names.try_get_untracked().unwrap_or_default();
            made.try_set(Some(make(session, names).await));
        });
    };
    let shown = move || {
        made.get().map(|made| match made {
            Made::File(count, name, blob) => view! {
                <p>{move || t_string!(i18n, tasks.calendar_made, count = number(i64::from(count))).to_string()}</p>
                <HandOver
                    name
                    blob
                    send_words=t!(i18n, tasks.calendar_send)
                    save_words=t!(i18n, tasks.calendar_save)
                />
            }
            .into_any(),
            Made::Nothing => view! { <p role="status">{t!(i18n, tasks.calendar_none)}</p> }.into_any(),
            Made::Failed(failure) => {
                view! { <p class="field-error" role="alert">{failure_text(i18n, &failure)}</p> }.into_any()
            }
        })
    };
    view! {
        <details class="tasks-calendar">
            <summary>{t!(i18n, tasks.calendar)}</summary>
            <p>{t!(i18n, tasks.calendar_lead)}</p>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=names
                    on:change:target=move |event| {
                        names.set(event.target().checked());
                        made.set(None);
                    }
                />
                <span>{t!(i18n, tasks.calendar_names)}</span>
            </label>
            <p class="field-hint">{t!(i18n, tasks.calendar_open)}</p>
            <button type="button" class="button secondary" on:click=make>{t!(i18n, tasks.calendar_make)}</button>
            {shown}
        </details>
    }
}

async fn make(session: Session, names: bool) -> Made {
    session.settle(100).await;
    match session.engine.call(Request::TaskCalendar { names }).await {
        Ok(Reply::Calendar(0, _)) => Made::Nothing,
        Ok(Reply::Calendar(count, text)) => match text_blob("text/calendar", &text) {
            Some(blob) => Made::File(count, format!("daifuku-tasks-{}.ics", today()), blob),
            None => Made::Failed(Failure::Unreadable),
        },
        Ok(_) => Made::Failed(Failure::Unreadable),
        Err(failure) => Made::Failed(failure),
    }
}
