//! The recovery sheet as the printer gets it. Years later it must explain itself, also to someone who has
//! never seen the program.

use leptos::prelude::*;

use crate::engine::sharing::rows::RecoverySheet;
use crate::ui::clock::offset;
use crate::ui::text::{language, t, t_string, use_i18n};
use crate::ui::widgets::{Paper, QrCode};
use crate::ui::words::{date, in_groups};

/// How a backup is opened without this program: age with the identity in a file, then gzip.
const COMMAND: &str = "age -d -i key.txt backup.age | gzip -dc > backup.jsonl";

/// The page.
#[component]
pub fn SheetPaper(
    /// What stands on it.
    sheet: RecoverySheet,
) -> impl IntoView {
    let i18n = use_i18n();
    let sheet = StoredValue::new(sheet);
    let read = move |part: fn(&RecoverySheet) -> String| sheet.try_with_value(part).unwrap_or_default();
    view! {
        <Paper>
            <h1>{t!(i18n, sheet.paper_title)}</h1>
            <p>{t!(i18n, sheet.paper_lead)}</p>
            <p class="paper-key">{read(|sheet| in_groups(&sheet.identity))}</p>
            <QrCode qr=sheet.try_with_value(|sheet| sheet.qr.clone()).unwrap_or_default() label=t!(i18n, sheet.code) />
            <dl class="paper-facts">
                <dt>{t!(i18n, sheet.paper_device)}</dt>
                <dd>{read(|sheet| sheet.device.clone())}</dd>
                <dt>{t!(i18n, sheet.paper_date)}</dt>
                <dd>
                    {move || {
                        let made = sheet.try_with_value(|sheet| sheet.made).unwrap_or_default();
                        date(made.date(offset()), language(i18n))
                    }}
                </dd>
            </dl>
            <h2>{t!(i18n, sheet.paper_use)}</h2>
            <ol class="paper-steps">
                <li>{t!(i18n, sheet.paper_use_1)}</li>
                <li>{t!(i18n, sheet.paper_use_2)}</li>
                <li>{t!(i18n, sheet.paper_use_3)}</li>
            </ol>
            <h2>{t!(i18n, sheet.paper_keep)}</h2>
            <ul class="paper-steps">
                <li>{t!(i18n, sheet.paper_keep_1)}</li>
                <li>{t!(i18n, sheet.paper_keep_2)}</li>
                <li>{t!(i18n, sheet.paper_keep_3)}</li>
            </ul>
            <h2>{t!(i18n, sheet.paper_without)}</h2>
            <p>{t!(i18n, sheet.paper_without_text)}</p>
            <p class="paper-command">{COMMAND}</p>
            <p>{move || t_string!(i18n, sheet.paper_without_note)}</p>
        </Paper>
    }
}
