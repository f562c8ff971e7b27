//! Backups: how the newest one stands, making one, the recovery sheet, rehearsing and restoring.

pub mod contents;
pub mod first_sheet;
pub mod folder;
pub mod handover;
pub mod light;
pub mod make;
pub mod open;
pub mod paper;
pub mod restore;
pub mod sheet;
pub mod team_folder;

use leptos::prelude::*;

use self::folder::AutomaticBackup;
use self::handover::Handover;
use self::light::{backup_words, follow_backup_age};
use self::make::MakeBackup;
use self::restore::Restore;
use self::sheet::SheetDialog;
use self::team_folder::TeamFolder;
use crate::engine::screen::backup_age::Urgency;
use crate::ui::clock::offset;
use crate::ui::reactive::memo;
use crate::ui::session::use_session;
use crate::ui::text::{language, t, t_string, use_i18n};
use crate::ui::words::{date_time, number};

/// What is done with a backup that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Rehearse,
    Restore,
}

/// The screen.
#[component]
pub fn Backup() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let sheet_open = RwSignal::new(false);
    let used = RwSignal::new(None::<Use>);
    let has_sheet = memo(move || session.sharing.with(|sharing| sharing.recovery));
    view! {
        <div class="backup">
            <h1>{t!(i18n, backup.title)}</h1>
            <p class="lead">{t!(i18n, backup.lead)}</p>
            <section class="panel" aria-labelledby="make">
                <h2 id="make">{t!(i18n, backup.make_title)}</h2>
                <State />
                <MakeBackup />
            </section>
            <section class="panel" aria-labelledby="sheet">
                <h2 id="sheet">{t!(i18n, sheet.title)}</h2>
                <p class="state-line" class:missing=move || !has_sheet.get()>
                    {move || if has_sheet.get() { t_string!(i18n, sheet.there) } else { t_string!(i18n, sheet.none) }}
                </p>
                <p>{t!(i18n, sheet.why)}</p>
                <button type="button" class="button secondary" on:click=move |_| sheet_open.set(true)>
                    {move || if has_sheet.get() { t_string!(i18n, sheet.again) } else { t_string!(i18n, sheet.make_one) }}
                </button>
                <SheetDialog open=sheet_open />
            </section>
            {move || match used.get() {
                Some(own) => {
                    let end = Callback::new(move |()| {
                        used.try_set(None);
                    });
                    view! { <Restore rehearsal=own == Use::Rehearse on_end=end /> }.into_any()
                }
                None => view! {
                    <section class="panel" aria-labelledby="use">
                        <h2 id="use">{t!(i18n, restore.use_title)}</h2>
                        <p>{t!(i18n, restore.use_lead)}</p>
                        <div class="button-row">
                            <button type="button" class="button secondary" on:click=move |_| used.set(Some(Use::Rehearse))>
                                {t!(i18n, restore.rehearse)}
                            </button>
                            <button type="button" class="button secondary" on:click=move |_| used.set(Some(Use::Restore))>
                                {t!(i18n, restore.title)}
                            </button>
                        </div>
                    </section>
                }
                .into_any(),
            }}
            <AutomaticBackup />
            <Handover />
            <TeamFolder />
        </div>
    }
}

/// How old the newest backup is, and what to do.
#[component]
fn State() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let age = follow_backup_age();
    let tone = move || match age.get().urgency {
        Urgency::Calm if age.get().days.is_none() => "notice-box calm",
        Urgency::Calm => "notice-box good",
        Urgency::Soon => "notice-box warning",
        Urgency::Now => "notice-box bad",
    };
    let made = move || session.sharing.with(|sharing| sharing.backup);
    let since = move || session.sharing.with(|sharing| sharing.since_backup);
    let advice = move || match (age.get().days, age.get().urgency) {
        (None, Urgency::Calm) => t_string!(i18n, backup.advice_first),
        (None, _) => t_string!(i18n, backup.advice_none),
        (Some(_), Urgency::Calm) => t_string!(i18n, backup.advice_good),
        (Some(_), _) => t_string!(i18n, backup.advice_old),
    };
    view! {
        <div class=tone role="status">
            <p><strong>{move || backup_words(i18n, age.get())}</strong></p>
            {move || made().map(|at| view! {
                <p>
                    {move || t_string!(
                        i18n, backup.newest,
                        at = date_time(at, offset(), language(i18n)), count = number(i64::from(since()))
                    )}
                </p>
            })}
            <p>{advice}</p>
        </div>
    }
}
