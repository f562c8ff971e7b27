//! Who changed what, when, from what to what; and a button to bring back what stood there.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::page::use_page;
use super::words::{field_words, value_words};
use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::engine::rows::{CustomerPage, HistoryEntry, UndoLabel};
use crate::model::records::{Edit, FieldChange};
use crate::model::{FieldName, RecordId, RecordKind, Value};
use crate::ui::clock::offset;
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::{effect, memo};
use crate::ui::session::use_session;
use crate::ui::text::{language, t, t_string, use_i18n};
use crate::ui::widgets::{Dialog, EmptyState};
use crate::ui::words;

/// Entries that are shown at first, and again with each "more".
const STEP: usize = 50;

/// The history of the record that `page.history` names.
#[component]
pub fn HistoryDialog() -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let open = Signal::derive(move || page.history.with(Option::is_some));
    view! {
        <Dialog open on_close=move |()| page.history.set(None) title=t!(i18n, customer.history)>
            {move || page.history.get().map(|(record, field)| view! { <History record field /> })}
        </Dialog>
    }
}

#[component]
fn History(record: RecordId, field: Option<FieldName>) -> impl IntoView {
    let i18n = use_i18n();
    let (page, session) = (use_page(), use_session());
    let answer = RwSignal::new(None::<Result<Vec<HistoryEntry>, Failure>>);
    let most = RwSignal::new(STEP);
    // Everything that changes the page changes its history.
    let changed = memo(move || session.changed.with(|changed| changed.revision));
    effect(move || {
        changed.get();
        spawn_local(async move {
            let news = match session.engine.call(Request::History(record)).await {
                Ok(Reply::History(entries)) => Ok(entries),
                Ok(_) => Err(Failure::Unreadable),
                Err(failure) => Err(failure),
            };
            answer.try_set(Some(news));
        });
    });
    let kind = page
        .content
        .with_untracked(|page| page.as_ref().map_or(RecordKind::Customer, |page| kind_of(page, record)));
    let kind = StoredValue::new(kind);
    let only = StoredValue::new(field);
    let entry = move |entry: HistoryEntry| {
        let name = entry.field.clone();
        let what = move || match &name {
            Some(field) => field_words(i18n, field),
            None => t_string!(i18n, customer.whole_record).to_owned(),
        };
        let (old, new) = (entry.old.clone(), entry.new.clone());
        let restore = change_back(&entry).map(|change| {
            let change = StoredValue::new(change);
            view! {
                <button
                    type="button"
                    class="button secondary"
                    on:click=move |_| {
                        let edit = Edit { record, kind: kind.get_value(), change: change.get_value() };
                        let answer = page.save(vec![edit]);
                        spawn_local(async move {
                            if answer.await.is_ok() {
                                // The offer would lie under the dialog.
                                page.history.try_set(None);
                                session.offer_undo(UndoLabel::Edit);
                            }
                        });
                    }
                >
                    {t!(i18n, customer.restore_value)}
                </button>
            }
        });
        view! {
            <li class="history-entry">
                <p class="history-head">
                    <strong>{what}</strong>
                    <span>{move || words::date_time(entry.at, offset(), language(i18n))}</span>
                    <span>{entry.by.clone()}</span>
                </p>
                <p class="history-values">
                    <del>{move || value_words(i18n, &old)}</del>
                    <span aria-hidden="true">" → "</span>
                    <ins>{move || value_words(i18n, &new)}</ins>
                </p>
                {restore}
            </li>
        }
    };
    move || match answer.get() {
        None => view! { <p role="status">{t!(i18n, common.loading)}</p> }.into_any(),
        Some(Err(failure)) => {
            view! { <p class="field-error" role="alert">{failure_text(i18n, &failure)}</p> }.into_any()
        }
        Some(Ok(entries)) => {
            let wanted = only.get_value();
            let shown: Vec<_> =
                entries.into_iter().filter(|entry| wanted.is_none() || entry.field == wanted).collect();
            let more = shown.len().saturating_sub(most.get());
            if shown.is_empty() {
                return view! { <EmptyState title=t!(i18n, customer.no_history) /> }.into_any();
            }
            view! {
                <ol class="history">{shown.into_iter().take(most.get()).map(entry).collect_view()}</ol>
                {(more > 0)
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button secondary"
                                on:click=move |_| most.update(|most| *most += STEP * 4)
                            >
                                {t_string!(i18n, customer.more, count = words::number(i64::try_from(more).unwrap_or(i64::MAX))).to_string()}
                            </button>
                        }
                    })}
            }
            .into_any()
        }
    }
}

/// The change that writes the old value again; nothing for what is restored otherwise.
fn change_back(entry: &HistoryEntry) -> Option<FieldChange> {
    let field = entry.field.clone()?;
    if field == FieldName::TAGS {
        return match (&entry.old, &entry.new) {
            (Value::Text(word), Value::Empty) => Some(FieldChange::Add(field, word.clone())),
            (Value::Empty, Value::Text(word)) => Some(FieldChange::Remove(field, word.clone())),
            _ => None,
        };
    }
    let is_fact = field != FieldName::PARENT && field != FieldName::DONE && field != FieldName::RESTORED;
    // Nobody is without a name.
    let is_nameless = field == FieldName::NAME && entry.old.is_empty();
    (is_fact && !is_nameless && entry.old != entry.new).then(|| FieldChange::Set(field, entry.old.clone()))
}

fn kind_of(page: &CustomerPage, record: RecordId) -> RecordKind {
    if page.notes.iter().any(|note| note.id == record) {
        RecordKind::Note
    } else if page.tasks.iter().any(|task| task.id == record) {
        RecordKind::Task
    } else if page.purchases.iter().any(|purchase| purchase.id == record) {
        RecordKind::Purchase
    } else if page.contacts.iter().any(|person| person.id == record) {
        RecordKind::Contact
    } else {
        RecordKind::Customer
    }
}
