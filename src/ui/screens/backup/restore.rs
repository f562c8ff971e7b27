//! Restoring, and rehearsing it: open a backup, see what it holds, and — in earnest — bring it back.

use std::collections::BTreeSet;

use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;

use super::contents::Contents;
use super::make::MakeBackup;
use super::open::{Opening, OpeningFields};
use crate::engine::Failure;
use crate::engine::protocol::{Outcome, Request};
use crate::engine::sharing::rows::{ApplyMode, BundlePreview, ChangedCustomer, ReceiptRow};
use crate::model::RecordId;
use crate::ui::failure_text::failure_text;
use crate::ui::preferences::use_preferences;
use crate::ui::reactive::{For, Show, memo};
use crate::ui::route::Route;
use crate::ui::session::{JobKind, use_session};
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::{Notice, Segmented, TextField};
use crate::ui::words::number;

/// Opens a backup, and then rehearses or restores.
#[component]
pub fn Restore(
    /// Whether nothing shall be changed.
    rehearsal: bool,
    /// Called when the person is through.
    on_end: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let opening = Opening::new();
    let preview = RwSignal::new(None::<BundlePreview>);
    let receipt = RwSignal::new(None::<ReceiptRow>);
    let result = NodeRef::<Div>::new();
    let focus = move || {
        if let Some(result) = result.try_get_untracked().flatten() {
            let _ = result.focus();
        }
    };
    let open = move || {
        spawn_local(async move {
            if let Some(found) = opening.open().await {
                preview.try_set(Some(found));
                focus();
            }
        });
    };
    on_cleanup(move || {
        if preview.try_with_untracked(Option::is_some) == Some(true) {
            opening.close();
        }
    });
    let end = move || {
        if preview.with_untracked(Option::is_some) {
            opening.close();
            preview.set(None);
        }
        opening.clear();
        on_end.run(());
    };
    let applied = Callback::new(move |row: ReceiptRow| {
        opening.close();
        opening.clear();
        preview.set(None);
        receipt.set(Some(row));
        focus();
    });
    let form = move || {
        view! {
            <form
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    open();
                }
            >
                <OpeningFields opening />
                <div class="button-row">
                    <button type="submit" class="button primary" aria-disabled=move || opening.busy.get().to_string()>
                        {move || {
                            if opening.busy.get() { t_string!(i18n, restore.opening) } else { t_string!(i18n, restore.open) }
                        }}
                    </button>
                    <button type="button" class="button quiet" on:click=move |_| end()>{t!(i18n, common.cancel)}</button>
                </div>
            </form>
        }
    };
    let title = if rehearsal { t!(i18n, restore.rehearse) } else { t!(i18n, restore.title) };
    let lead = if rehearsal { t!(i18n, restore.rehearse_lead) } else { t!(i18n, restore.lead) };
    view! {
        <section class="panel" aria-labelledby="restore">
            <h2 id="restore">{title}</h2>
            <div class="restore-result" node_ref=result tabindex="-1">
                {move || match (receipt.get(), preview.get()) {
                    (Some(receipt), _) => view! {
                        <Restored receipt />
                        <div class="button-row">
                            <a class="button primary" href=Route::Customers.to_string()>{t!(i18n, import.show_customers)}</a>
                            <button type="button" class="button secondary" on:click=move |_| end()>
                                {t!(i18n, common.close)}
                            </button>
                        </div>
                    }
                    .into_any(),
                    (None, Some(preview)) if rehearsal => view! {
                        <Notice tone="good"><p>{t!(i18n, restore.rehearsed)}</p></Notice>
                        <Contents preview />
                        <button type="button" class="button primary" on:click=move |_| end()>
                            {t!(i18n, restore.rehearse_end)}
                        </button>
                    }
                    .into_any(),
                    (None, Some(preview)) => view! {
                        <Contents preview=preview.clone() />
                        <Apply preview on_done=applied />
                        <button type="button" class="button quiet" on:click=move |_| end()>{t!(i18n, common.cancel)}</button>
                    }
                    .into_any(),
                    (None, None) => view! {
                        <p>{lead}</p>
                        {form()}
                    }
                    .into_any(),
                }}
            </div>
        </section>
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Merge,
    Pick,
    Replace,
}

/// How it is brought back.
#[component]
fn Apply(preview: BundlePreview, on_done: Callback<ReceiptRow>) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let way = RwSignal::new(Way::Merge);
    let chosen = RwSignal::new(BTreeSet::<RecordId>::new());
    let saved = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    let asked = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let preferences = use_preferences();
    let settings = StoredValue::new(preview.settings);
    let brake = preview.brake;
    let sample = StoredValue::new(preview.sample);
    let confirms = move || way.get() == Way::Replace || brake && way.get() == Way::Merge;
    let is_confirmed = move || typed.with(|typed| typed.trim() == t_string!(i18n, restore.word));
    let lacks = move || match way.get() {
        Way::Replace if !saved.get() => Some(t_string!(i18n, restore.backup_first)),
        Way::Pick if chosen.with(BTreeSet::is_empty) => Some(t_string!(i18n, restore.none_picked)),
        _ if confirms() && !is_confirmed() => Some(t_string!(i18n, restore.word_missing)),
        _ => None,
    };
    let apply = move || {
        asked.set(true);
        if busy.get_untracked() || untrack(lacks).is_some() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let replaces = way.get_untracked() == Way::Replace;
        let mode = match way.get_untracked() {
            Way::Merge => ApplyMode::Merge,
            Way::Pick => ApplyMode::Pick(chosen.get_untracked().into_iter().collect()),
            Way::Replace => ApplyMode::Replace,
        };
        spawn_local(async move {
            session.settle(100).await;
            // What is to be confirmed by typing was typed: nothing lacks.
            let request = Request::ApplyBundle { mode, confirmed: true };
            let outcome = session.run_job(JobKind::ApplyBundle, request, None).await;
            busy.try_set(false);
            match outcome {
                Ok(Outcome::Merged(receipt)) => {
                    if replaces {
                        preferences.restore(&settings.try_get_value().unwrap_or_default());
                    }
                    on_done.try_run(*receipt);
                }
                Ok(_) => {
                    failure.try_set(Some(Failure::Unreadable));
                }
                Err(found) => {
                    failure.try_set(Some(found));
                }
            }
        });
    };
    let ways: Vec<(Way, TextProp)> = vec![
        (Way::Merge, t!(i18n, restore.merge).into()),
        (Way::Pick, t!(i18n, restore.pick).into()),
        (Way::Replace, t!(i18n, restore.replace).into()),
    ];
    let saved_now = Callback::new(move |()| {
        saved.try_set(true);
    });
    view! {
        <Segmented
            legend=t!(i18n, restore.how)
            options=ways
            value=way
            on_choose=move |chosen| {
                asked.set(false);
                way.set(chosen);
            }
        />
        <p role="status">
            {move || match way.get() {
                Way::Merge => t_string!(i18n, restore.merge_lead),
                Way::Pick => t_string!(i18n, restore.pick_lead),
                Way::Replace => t_string!(i18n, restore.replace_lead),
            }}
        </p>
        <Show when=move || way.get() == Way::Pick>
            <Pick sample chosen />
        </Show>
        <Show when=move || way.get() == Way::Replace>
            <div class="backup-first">
                <h3>{t!(i18n, restore.backup_first_title)}</h3>
                <MakeBackup on_saved=saved_now />
            </div>
        </Show>
        <form
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                apply();
            }
        >
            <Show when=confirms>
                <TextField
                    label=move || t_string!(i18n, restore.word_label, word = t_string!(i18n, restore.word))
                    hint=t!(i18n, restore.word_hint)
                    value=typed
                    most=40
                />
            </Show>
            <p class="field-error" aria-live="polite">{move || if asked.get() { lacks() } else { None }}</p>
            {move || failure.get().map(|found| view! { <Notice tone="bad"><p>{failure_text(i18n, &found)}</p></Notice> })}
            <button
                type="submit"
                class="button"
                class:primary=move || way.get() != Way::Replace
                class:danger=move || way.get() == Way::Replace
                aria-disabled=move || busy.get().to_string()
            >
                {move || match (busy.get(), way.get()) {
                    (true, _) => t_string!(i18n, restore.restoring),
                    (false, Way::Merge) => t_string!(i18n, restore.do_merge),
                    (false, Way::Pick) => t_string!(i18n, restore.do_pick),
                    (false, Way::Replace) => t_string!(i18n, restore.do_replace),
                }}
            </button>
        </form>
    }
}

/// Choosing some of the customers.
#[component]
fn Pick(sample: StoredValue<Vec<ChangedCustomer>>, chosen: RwSignal<BTreeSet<RecordId>>) -> impl IntoView {
    let i18n = use_i18n();
    let search = RwSignal::new(String::new());
    let found = memo(move || {
        let wanted = search.with(|search| search.trim().to_ascii_lowercase());
        sample
            .try_with_value(|sample| {
                let fits = |row: &&ChangedCustomer| row.name.to_ascii_lowercase().contains(&wanted);
                sample.iter().filter(fits).map(|row| (row.id, row.name.clone())).collect::<Vec<_>>()
            })
            .unwrap_or_default()
    });
    let row = move |(id, name): (RecordId, String)| {
        view! {
            <li>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || chosen.with(|chosen| chosen.contains(&id))
                        on:change:target=move |event| {
                            let checked = event.target().checked();
                            chosen.update(|chosen| {
                                if checked { chosen.insert(id) } else { chosen.remove(&id) };
                            });
                        }
                    />
                    <span>{name}</span>
                </label>
            </li>
        }
    };
    view! {
        <TextField label=t!(i18n, restore.search) value=search kind="search" most=200 />
        <p role="status">
            {move || {
                let many = chosen.with(|chosen| i64::try_from(chosen.len()).unwrap_or(i64::MAX));
                t_string!(i18n, restore.picked, count = number(many))
            }}
        </p>
        <ul class="pick-list">
            <For each=move || found.get() key=|(id, _)| id.to_string() children=row />
        </ul>
        <p class="field-hint">{t!(i18n, restore.pick_limit)}</p>
    }
}

/// What restoring did.
#[component]
pub fn Restored(
    /// The receipt.
    receipt: ReceiptRow,
) -> impl IntoView {
    let i18n = use_i18n();
    let count = |count: u32| number(i64::from(count));
    let ReceiptRow { new, changed, to_decide, .. } = receipt;
    view! {
        <Notice tone="good">
            <p>{move || t_string!(i18n, restore.restored, new = count(new), changed = count(changed))}</p>
        </Notice>
        {(to_decide != 0).then(|| view! {
            <p>
                {move || t_string!(i18n, restore.to_decide, count = count(to_decide))}
                " "
                <a href=Route::Conflicts.to_string()>{t!(i18n, restore.decide)}</a>
            </p>
        })}
    }
}
