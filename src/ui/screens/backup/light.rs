//! The line at the edge of every screen that says how old the newest backup is.

use std::time::Duration;

use leptos::prelude::*;

use crate::engine::screen::backup_age::{BackupAge, Urgency, backup_age};
use crate::ui::clock::{now, offset};
use crate::ui::reactive::memo;
use crate::ui::route::Route;
use crate::ui::session::use_session;
use crate::ui::text::{Texts, t_string, use_i18n};

/// The age of the newest backup, as the notebook changes and time goes by.
#[must_use]
pub fn follow_backup_age() -> Memo<BackupAge> {
    let session = use_session();
    let time = RwSignal::new(0_u32);
    let tick = move || {
        time.try_update(|time| *time = time.wrapping_add(1));
    };
    let timer = set_interval_with_handle(tick, Duration::from_secs(20 * 60));
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
    memo(move || {
        time.track();
        session.sharing.with(|sharing| backup_age(sharing, now(), offset()))
    })
}

/// How old it is, in words.
#[must_use]
pub fn backup_words(i18n: Texts, age: BackupAge) -> String {
    match age.days {
        None => t_string!(i18n, light.none).to_owned(),
        Some(0) => t_string!(i18n, light.today).to_owned(),
        Some(1) => t_string!(i18n, light.yesterday).to_owned(),
        Some(days) => t_string!(i18n, light.days, count = days),
    }
}

/// The line: a mark, words, and what to press when it is time.
#[component]
pub fn BackupLight() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let age = follow_backup_age();
    let level = move || match age.get().urgency {
        Urgency::Calm => "calm",
        Urgency::Soon => "soon",
        Urgency::Now => "now",
    };
    // Each level has a drawing of its own: a tick, a clock, a triangle with a mark.
    let icon = move || match age.get().urgency {
        Urgency::Calm if age.get().days.is_some() => "M4 12.5l5 5L20 6.5",
        Urgency::Calm | Urgency::Soon => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.5V12l3.5 2",
        Urgency::Now => "M12 4 2.8 20h18.4ZM12 10v4.5M12 17.4v.1",
    };
    let rest = move || {
        if age.get().urgency != Urgency::Calm || age.get().days.is_none() {
            t_string!(i18n, light.make)
        } else if !session.sharing.with(|sharing| sharing.recovery) {
            t_string!(i18n, light.no_sheet)
        } else {
            ""
        }
    };
    view! {
        <a class="backup-light" data-level=level href=Route::Backup.to_string()>
            <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                <path d=icon />
            </svg>
            <span>{move || backup_words(i18n, age.get())}</span>
            <span class="backup-light-act">{rest}</span>
        </a>
    }
}
