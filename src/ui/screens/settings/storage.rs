//! Where the notebook lies, how large it is, and whether the browser keeps it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Status;
use crate::ui::clock;
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::answered;
use crate::ui::storage::{browser_storage, persist};
use crate::ui::text::{language, t, t_string, use_i18n};
use crate::ui::widgets::Notice;
use crate::ui::words;

/// What is known of the storage.
#[component]
pub fn Storage(
    /// What the engine said.
    status: Signal<Status, LocalStorage>,
) -> impl IntoView {
    let i18n = use_i18n();
    let asked = RwSignal::new(0_u32);
    let refused = RwSignal::new(false);
    let browser = answered(move || {
        asked.track();
        browser_storage()
    });
    let keep = move |_| {
        spawn_local(async move {
            let kept = persist().await;
            refused.try_set(!kept);
            asked.try_update(|asked| *asked += 1);
        });
    };
    let size = |bytes: Option<u64>| bytes.map_or_else(|| "–".to_owned(), words::bytes);
    view! {
        <section class="panel" aria-labelledby="storage">
            <h2 id="storage">{t!(i18n, settings.storage)}</h2>
            <p>{t!(i18n, settings.storage_lead)}</p>
            {move || browser.get().map(|found| {
                if found.persisted {
                    view! { <Notice tone="good"><p>{t!(i18n, settings.persisted)}</p></Notice> }.into_any()
                } else {
                    view! {
                        <Notice tone="warning">
                            <p>{t!(i18n, settings.not_persisted)}</p>
                            <p>{move || refused.get().then(|| t_string!(i18n, settings.persist_refused))}</p>
                            <button type="button" class="button secondary" on:click=keep>
                                {t!(i18n, settings.persist)}
                            </button>
                        </Notice>
                    }
                    .into_any()
                }
            })}
            {move || match status.get() {
                None => view! { <p role="status">{t!(i18n, common.loading)}</p> }.into_any(),
                Some(Err(failure)) => {
                    view! { <Notice tone="bad"><p>{failure_text(i18n, &failure)}</p></Notice> }.into_any()
                }
                Some(Ok(status)) => {
                    let language = language(i18n);
                    let used = move || size(browser.get().and_then(|found| found.used));
                    let room = move || size(browser.get().and_then(|found| found.room));
                    let memory = words::bytes(u64::from(status.kdf_memory).saturating_mul(1024));
                    view! {
                        <dl class="facts">
                            <dt>{t!(i18n, settings.customers)}</dt>
                            <dd>{words::number(i64::from(status.customers))}</dd>
                            <dt>{t!(i18n, settings.size)}</dt>
                            <dd>{words::bytes(status.bytes)}</dd>
                            <dt>{t!(i18n, settings.used)}</dt>
                            <dd>{used}</dd>
                            <dt>{t!(i18n, settings.room)}</dt>
                            <dd>{room}</dd>
                            <dt>{t!(i18n, settings.created)}</dt>
                            <dd>{words::date(status.created.date(clock::offset()), language)}</dd>
                        </dl>
                        <details class="fold">
                            <summary>{t!(i18n, settings.technical)}</summary>
                            <dl class="facts">
                                <dt>{t!(i18n, settings.protection)}</dt>
                                <dd>
                                    {t_string!(
                                        i18n, settings.protection_value, memory = memory, passes = status.kdf_passes
                                    )}
                                </dd>
                                <dt>{t!(i18n, settings.format)}</dt>
                                <dd>{status.format}</dd>
                                <dt>{t!(i18n, settings.segments)}</dt>
                                <dd>{words::number(i64::from(status.segments))}</dd>
                                <dt>{t!(i18n, settings.log_rows)}</dt>
                                <dd>{words::number(i64::from(status.log_rows))}</dd>
                                <dt>{t!(i18n, settings.memory)}</dt>
                                <dd>{words::bytes(status.memory)}</dd>
                            </dl>
                        </details>
                    }
                    .into_any()
                }
            }}
        </section>
    }
}
