//! The first steps of a device that goes on with what another had: a new notebook, filled from a backup.
//!
//! The notebook is made before the backup can be opened, because opening is the work of an open notebook.
//! If the backup does not open then, the file and its key can be tried again as often as needed.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::backup::contents::Contents;
use super::backup::open::{Key, Opening, OpeningFields};
use super::backup::restore::Restored;
use super::new_passphrase::{NewPassphrase, NewPassphraseFields};
use crate::engine::Failure;
use crate::engine::protocol::{Outcome, Request};
use crate::engine::sharing::rows::{ApplyMode, BundlePreview, ReceiptRow};
use crate::ui::failure_text::failure_text;
use crate::ui::preferences::use_preferences;
use crate::ui::reactive::Show;
use crate::ui::session::{JobKind, use_session};
use crate::ui::shell::Jobs;
use crate::ui::storage::persist;
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::{Notice, TextField};

/// How far it came.
#[derive(Clone, PartialEq)]
enum Step {
    Open,
    Look(Box<BundlePreview>),
    /// What it did, and whether the sheet opens this device too; nothing without a sheet.
    End(Box<ReceiptRow>, Option<bool>),
}

/// The steps.
#[component]
pub fn BeginRestore(
    /// Called when the person wants a new notebook instead.
    on_back: Callback<()>,
    /// Called at the end; whether a recovery sheet opens this device already.
    on_end: Callback<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let preferences = use_preferences();
    let opening = Opening::new();
    let typed = NewPassphrase::new();
    let device = RwSignal::new(String::new());
    let passphrase = StoredValue::new(String::new());
    let created = RwSignal::new(false);
    let settings = StoredValue::new(Vec::new());
    let step = RwSignal::new(Step::Open);
    let failure = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let node = NodeRef::<Div>::new();
    let show = move |next: Step| {
        step.try_set(next);
        window().scroll_to_with_x_and_y(0.0, 0.0);
        if let Some(part) = node.try_get_untracked().flatten() {
            let _ = part.focus();
        }
    };

    let make_notebook = move |name: String| async move {
        let Some(chosen) = typed.taken().await else { return false };
        session.beginning.set(true);
        match session.create(chosen.clone(), name).await {
            Ok(()) => {
                passphrase.try_set_value(chosen);
                typed.clear();
                created.try_set(true);
                spawn_local(async {
                    persist().await;
                });
                true
            }
            Err(found) => {
                session.beginning.try_set(false);
                failure.try_set(Some(found));
                false
            }
        }
    };
    let open = move || {
        if busy.get_untracked() || !opening.is_complete() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let name = device.with_untracked(|name| name.trim().to_owned());
        let name =
            if name.is_empty() { t_string!(i18n, first_start.device_default).to_owned() } else { name };
        spawn_local(async move {
            let ready = created.try_get_untracked() == Some(true) || make_notebook(name).await;
            let preview = if ready { opening.open().await } else { None };
            settings.try_set_value(preview.as_ref().map(|own| own.settings.clone()).unwrap_or_default());
            busy.try_set(false);
            if let Some(preview) = preview {
                show(Step::Look(Box::new(preview)));
            }
        });
    };
    let apply = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            // Nothing is here that could be lost: the brake is released.
            let request = Request::ApplyBundle { mode: ApplyMode::Merge, confirmed: true };
            let receipt = match session.run_job(JobKind::ApplyBundle, request, None).await {
                Ok(Outcome::Merged(receipt)) => receipt,
                Ok(_) => return fail(busy, failure, Failure::Unreadable),
                Err(found) => return fail(busy, failure, found),
            };
            opening.close();
            preferences.restore(&settings.try_get_value().unwrap_or_default());
            let adopted = match opening.key.try_get_untracked() {
                Some(Key::Sheet) => {
                    let request = Request::AdoptRecovery {
                        identity: opening.identity.try_get_untracked().unwrap_or_default(),
                        passphrase: passphrase.try_get_value().unwrap_or_default(),
                    };
                    Some(session.engine.call(request).await.is_ok())
                }
                _ => None,
            };
            passphrase.try_set_value(String::new());
            opening.clear();
            busy.try_set(false);
            show(Step::End(receipt, adopted));
        });
    };
    let trouble = move || {
        failure.get().map(|found| view! { <Notice tone="bad"><p>{failure_text(i18n, &found)}</p></Notice> })
    };
    let is_busy = move || busy.get().to_string();
    view! {
        <div class="door-card" node_ref=node tabindex="-1">
            <h1>{t!(i18n, begin.restore_title)}</h1>
            <Jobs />
            {move || match step.get() {
                Step::Open => view! {
                    <form
                        novalidate
                        on:submit=move |event| {
                            event.prevent_default();
                            open();
                        }
                    >
                        <p>{t!(i18n, begin.restore_lead)}</p>
                        <Show when=move || created.get()>
                            <Notice><p>{t!(i18n, begin.made_empty)}</p></Notice>
                        </Show>
                        <h2>{t!(i18n, begin.step_file)}</h2>
                        <OpeningFields opening />
                        <Show when=move || !created.get()>
                            <h2>{t!(i18n, begin.step_passphrase)}</h2>
                            <TextField
                                label=t!(i18n, first_start.device)
                                hint=t!(i18n, first_start.device_hint)
                                value=device
                                autocomplete="name"
                                most=100
                            />
                            <NewPassphraseFields typed />
                        </Show>
                        {trouble}
                        <button type="submit" class="button primary wide" aria-disabled=is_busy>
                            {move || {
                                if busy.get() { t_string!(i18n, restore.opening) } else { t_string!(i18n, begin.go) }
                            }}
                        </button>
                        <Show
                            when=move || created.get()
                            fallback=move || {
                                view! {
                                    <button type="button" class="button quiet wide" on:click=move |_| on_back.run(())>
                                        {t!(i18n, begin.back)}
                                    </button>
                                }
                            }
                        >
                            <button type="button" class="button quiet wide" on:click=move |_| on_end.run(false)>
                                {t!(i18n, begin.enter_empty)}
                            </button>
                        </Show>
                    </form>
                }
                .into_any(),
                Step::Look(preview) => view! {
                    <h2>{t!(i18n, begin.step_check)}</h2>
                    <Contents preview=*preview />
                    {trouble}
                    <button type="button" class="button primary wide" aria-disabled=is_busy on:click=move |_| apply()>
                        {move || if busy.get() { t_string!(i18n, restore.restoring) } else { t_string!(i18n, begin.apply) }}
                    </button>
                    <button
                        type="button"
                        class="button quiet wide"
                        on:click=move |_| {
                            if !busy.get_untracked() {
                                opening.close();
                                show(Step::Open);
                            }
                        }
                    >
                        {t!(i18n, restore.choose_another)}
                    </button>
                }
                .into_any(),
                Step::End(receipt, adopted) => view! {
                    <Restored receipt=*receipt />
                    {match adopted {
                        Some(true) => view! { <p>{t!(i18n, begin.adopted)}</p> }.into_any(),
                        Some(false) => {
                            view! { <Notice tone="warning"><p>{t!(i18n, begin.adopt_failed)}</p></Notice> }.into_any()
                        }
                        None => ().into_any(),
                    }}
                    <button
                        type="button"
                        class="button primary wide"
                        on:click=move |_| on_end.run(adopted == Some(true))
                    >
                        {t!(i18n, begin.enter)}
                    </button>
                }
                .into_any(),
            }}
        </div>
    }
}

fn fail(busy: RwSignal<bool>, failure: RwSignal<Option<Failure>>, found: Failure) {
    busy.try_set(false);
    failure.try_set(Some(found));
}
