//! One thing to decide: what each person wrote, and a button for each way out.

use leptos::html::Textarea;
use leptos::prelude::*;

use super::words::{moment_words, name_words};
use crate::engine::sharing::rows::{ConflictKind, ConflictRow, Resolution, TextPiece, Version};
use crate::model::{FieldName, Instant, RecordKind, Value};
use crate::ui::reactive::{Show, effect};
use crate::ui::route::Route;
use crate::ui::screens::customer::words::{field_words, value_words};
use crate::ui::screens::trash::kind_words;
use crate::ui::text::{Texts, t, t_string, use_i18n};
use crate::ui::widgets::TextArea;

type Resolve = Callback<(ConflictRow, Resolution)>;

/// The row of one conflict.
#[component]
pub fn ConflictCard(
    /// What is to decide.
    row: ConflictRow,
    /// The id of its element.
    id_of: fn(&ConflictRow) -> String,
    /// Called with how it is resolved.
    resolve: Resolve,
) -> impl IntoView {
    let i18n = use_i18n();
    let id = id_of(&row);
    let (customer, kind) = (row.customer.clone(), StoredValue::new(row.kind.clone()));
    let link = Route::Customer(row.page).to_string();
    let what = match &row.conflict {
        ConflictKind::Values { field, .. } | ConflictKind::Text { field, .. } => Some(field.clone()),
        ConflictKind::Revived { .. } => None,
    };
    let head = move || {
        let kind = kind.with_value(|kind| match kind {
            RecordKind::Customer => None,
            kind => Some(kind_words(i18n, kind).to_owned()),
        });
        let field = what.as_ref().map(|field| field_words(i18n, field));
        kind.into_iter().chain(field).collect::<Vec<_>>().join(" / ")
    };
    let own = row.clone();
    let decide = Callback::new(move |resolution| resolve.run((own.clone(), resolution)));
    let body = match row.conflict {
        ConflictKind::Values { field, values } => view! { <Values field values decide /> }.into_any(),
        ConflictKind::Text { pieces, .. } => view! { <Pieces pieces decide /> }.into_any(),
        ConflictKind::Revived { title, deleted, changed } => {
            let words = move || {
                t_string!(
                    i18n,
                    conflicts.revived,
                    deleter = name_words(i18n, &deleted.0),
                    deleted = moment_words(i18n, deleted.1),
                    writer = name_words(i18n, &changed.0),
                    changed = moment_words(i18n, changed.1)
                )
            };
            view! {
                <p class="conflict-value">{title}</p>
                <p>{words}</p>
                <div class="button-row">
                    <button type="button" class="button secondary" on:click=move |_| decide.run(Resolution::Keep)>
                        {t!(i18n, conflicts.keep)}
                    </button>
                    <button type="button" class="button danger" on:click=move |_| decide.run(Resolution::Delete)>
                        {t!(i18n, conflicts.delete)}
                    </button>
                </div>
            }
                .into_any()
        }
    };
    let label_id = format!("{id}-name");
    let labelled = label_id.clone();
    view! {
        <li class="panel conflict" id=id tabindex="-1" aria-labelledby=labelled>
            <h3 id=label_id>
                <a href=link>{move || name_words(i18n, &customer)}</a>
                " "
                <span class="conflict-what">{head}</span>
            </h3>
            {body}
        </li>
    }
}

/// Several values of one field.
#[component]
fn Values(field: FieldName, values: Vec<Version>, decide: Callback<Resolution>) -> impl IntoView {
    let i18n = use_i18n();
    let both = takes_both(&field, &values);
    let options = values
        .into_iter()
        .enumerate()
        .map(|(place, version)| {
            let Version { value, by, at } = version;
            let chosen = value.clone();
            let said = StoredValue::new(value);
            let text = move || said.with_value(|value| value_words(i18n, value));
            view! {
                <li class="conflict-option">
                    {(place == 0).then(|| view! { <p><span class="chip">{t!(i18n, conflicts.shown)}</span></p> })}
                    <p class="conflict-value">{text}</p>
                    <p class="conflict-by">{by_words(i18n, by, at)}</p>
                    <button
                        type="button"
                        class="button secondary wide"
                        on:click=move |_| decide.run(Resolution::Value(chosen.clone()))
                    >
                        {t!(i18n, conflicts.choose)}
                        <span class="visually-hidden">": "{text}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="conflict-options">{options}</ul>
        {both
            .then(|| {
                view! {
                    <button type="button" class="button secondary" on:click=move |_| decide.run(Resolution::Both)>
                        {t!(i18n, conflicts.both)}
                    </button>
                }
            })}
    }
}

/// A note that was written in several places, sentence by sentence.
#[component]
fn Pieces(pieces: Vec<TextPiece>, decide: Callback<Resolution>) -> impl IntoView {
    let i18n = use_i18n();
    let editing = RwSignal::new(false);
    let text = RwSignal::new(whole(&pieces));
    let parts = pieces
        .into_iter()
        .map(|piece| match piece {
            TextPiece::Agreed(text) => view! { <p>{text}</p> }.into_any(),
            TextPiece::Differing(voices) => {
                let voices = voices
                    .into_iter()
                    .map(|(by, at, text)| {
                        let who = move || {
                            t_string!(
                                i18n,
                                conflicts.says,
                                name = name_words(i18n, &by),
                                at = moment_words(i18n, at)
                            )
                        };
                        let text = if text.is_empty() {
                            view! { <em>{t!(i18n, conflicts.took_out)}</em> }.into_any()
                        } else {
                            text.into_any()
                        };
                        view! {
                            <li class="conflict-voice">
                                <span class="conflict-by">{who}</span>
                                <p>{text}</p>
                            </li>
                        }
                    })
                    .collect_view();
                view! { <ul class="conflict-voices">{voices}</ul> }.into_any()
            }
        })
        .collect_view();
    view! {
        <p>{t!(i18n, conflicts.text_lead)}</p>
        <div class="conflict-text">{parts}</div>
        <Show
            when=move || editing.get()
            fallback=move || {
                view! {
                    <div class="button-row">
                        <button
                            type="button"
                            class="button secondary"
                            on:click=move |_| decide.run(Resolution::MergedText)
                        >
                            {t!(i18n, conflicts.text_good)}
                        </button>
                        <button type="button" class="button secondary" on:click=move |_| editing.set(true)>
                            {t!(i18n, conflicts.text_edit)}
                        </button>
                    </div>
                }
            }
        >
            <Editor text decide />
        </Show>
    }
}

#[component]
fn Editor(text: RwSignal<String>, decide: Callback<Resolution>) -> impl IntoView {
    let i18n = use_i18n();
    let node = NodeRef::<Textarea>::new();
    effect(move || {
        if let Some(area) = node.get() {
            let _ = area.focus();
        }
    });
    let save = move || decide.run(Resolution::Text(text.get_untracked()));
    view! {
        <TextArea label=t!(i18n, conflicts.text_label) value=text rows=6 node on_submit=move |()| save() />
        <button type="button" class="button primary" on:click=move |_| save()>
            {t!(i18n, conflicts.text_save)}
        </button>
    }
}

fn by_words(i18n: Texts, by: String, at: Instant) -> impl Fn() -> String + Send {
    move || t_string!(i18n, conflicts.by, name = name_words(i18n, &by), at = moment_words(i18n, at))
}

/// Whether all values can stay: where a field may have several, or one after the other in a text.
fn takes_both(field: &FieldName, values: &[Version]) -> bool {
    let several = [FieldName::PHONE, FieldName::MAIL, FieldName::ADDRESS];
    let texts = [FieldName::MEMO, FieldName::NEEDS, FieldName::WARNING];
    let is = |fields: &[FieldName]| fields.iter().any(|known| field.is(known));
    let written = values.iter().all(|version| matches!(version.value, Value::Text(_)));
    let filled = values.iter().all(|version| !version.value.is_empty());
    filled && (is(&several) || (written && (is(&texts) || field.base() == "x")))
}

/// The note with all voices one after the other, to be edited.
fn whole(pieces: &[TextPiece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            TextPiece::Agreed(agreed) => text.push_str(agreed),
            TextPiece::Differing(voices) => voices.iter().for_each(|(_, _, said)| text.push_str(said)),
        }
    }
    text
}
