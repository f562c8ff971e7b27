//! Step 2: what each column of the file is.

use leptos::prelude::*;

use crate::engine::rows::ImportPreview;
use crate::ui::text::{Texts, t, t_string, use_i18n};
use crate::ui::widgets::Notice;
use crate::ui::words::number;

/// So many rows are shown.
const ROWS: usize = 5;

/// The first rows, under a choice for each column.
#[component]
pub fn CheckColumns(
    /// The head of the file.
    preview: ImportPreview,
    /// Called with what each column is.
    on_start: Callback<Vec<String>>,
    /// Called when another file is wanted.
    on_another: Callback<()>,
    /// Whether the import is being started.
    #[prop(into)]
    busy: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let ImportPreview { name, header, columns, choices, rows, estimate, problems } = preview;
    let count = number(i64::from(estimate));
    let chosen = RwSignal::new(columns);
    let choices = StoredValue::new(choices);
    let heads = header
        .into_iter()
        .enumerate()
        .map(|(place, name)| {
            let label = name.clone();
            view! {
                <th scope="col">
                    <span class="column-name">{name}</span>
                    <select
                        class="input select"
                        aria-label=move || t_string!(i18n, import.column, name = label.clone())
                        on:change:target=move |event| {
                            let choice = event.target().value();
                            chosen.update(|chosen| {
                                if let Some(column) = chosen.get_mut(place) {
                                    *column = choice;
                                }
                            });
                        }
                    >
                        {move || options(i18n, choices, chosen.with(|chosen| chosen.get(place).cloned()))}
                    </select>
                </th>
            }
        })
        .collect_view();
    let body = rows
        .into_iter()
        .take(ROWS)
        .map(|row| {
            let cells = row
                .into_iter()
                .enumerate()
                .map(|(place, cell)| {
                    let left_out = move || {
                        chosen.with(|chosen| chosen.get(place).is_none_or(|column| column == "ignore"))
                    };
                    view! { <td class:left-out=left_out>{cell}</td> }
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    let known = problems.len();
    let (file_count, start_count) = (count.clone(), count);
    view! {
        <section class="panel" aria-labelledby="step-columns">
            <h2 id="step-columns">{t!(i18n, import.step_columns)}</h2>
            <p class="import-file">
                {move || t_string!(i18n, import.file, name = name.clone(), count = file_count.clone())}
            </p>
            <p>{t!(i18n, import.columns_lead)}</p>
            {(known > 0)
                .then(|| {
                    view! { <Notice tone="warning"><p>{move || t_string!(i18n, import.problems_so_far, count = known)}</p></Notice> }
                })}
            <div class="table-scroll" tabindex="0" role="region" aria-label=t!(i18n, import.preview)>
                <table class="preview">
                    <caption class="visually-hidden">{t!(i18n, import.preview)}</caption>
                    <thead>
                        <tr>{heads}</tr>
                    </thead>
                    <tbody>{body}</tbody>
                </table>
            </div>
            <div class="button-row">
                <button
                    type="button"
                    class="button primary"
                    aria-disabled=move || busy.get().to_string()
                    on:click=move |_| on_start.run(chosen.get_untracked())
                >
                    {move || t_string!(i18n, import.start_count, count = start_count.clone())}
                </button>
                <button type="button" class="button secondary" on:click=move |_| on_another.run(())>
                    {t!(i18n, import.another)}
                </button>
            </div>
        </section>
    }
}

fn options(i18n: Texts, choices: StoredValue<Vec<String>>, chosen: Option<String>) -> impl IntoView {
    choices.with_value(|choices| {
        choices
            .iter()
            .map(|choice| {
                let selected = chosen.as_ref() == Some(choice);
                view! { <option value=choice.clone() selected=selected>{column_text(i18n, choice)}</option> }
            })
            .collect_view()
    })
}

/// What a column is called; a name that is not known here is shown as it is.
fn column_text(i18n: Texts, name: &str) -> String {
    let text = match name {
        "ignore" => t_string!(i18n, column.ignore),
        "name" => t_string!(i18n, column.name),
        "family_name" => t_string!(i18n, column.family_name),
        "given_name" => t_string!(i18n, column.given_name),
        "middle_name" => t_string!(i18n, column.middle_name),
        "reading" => t_string!(i18n, column.reading),
        "family_reading" => t_string!(i18n, column.family_reading),
        "given_reading" => t_string!(i18n, column.given_reading),
        "organisation" => t_string!(i18n, column.organisation),
        "company" => t_string!(i18n, column.company),
        "company_reading" => t_string!(i18n, column.company_reading),
        "department" => t_string!(i18n, column.department),
        "title" => t_string!(i18n, column.title),
        "honorific" => t_string!(i18n, column.honorific),
        "phone" => t_string!(i18n, column.phone),
        "mail" => t_string!(i18n, column.mail),
        "label" => t_string!(i18n, column.label),
        "address" => t_string!(i18n, column.address),
        "postal" => t_string!(i18n, column.postal),
        "region" => t_string!(i18n, column.region),
        "city" => t_string!(i18n, column.city),
        "street" => t_string!(i18n, column.street),
        "building" => t_string!(i18n, column.building),
        "birthday" => t_string!(i18n, column.birthday),
        "tags" => t_string!(i18n, column.tags),
        "owner" => t_string!(i18n, column.owner),
        "source" => t_string!(i18n, column.source),
        "needs" => t_string!(i18n, column.needs),
        "memo" => t_string!(i18n, column.memo),
        "note" => t_string!(i18n, column.note),
        "warning" => t_string!(i18n, column.warning),
        "foreign_id" => t_string!(i18n, column.foreign_id),
        "custom" => t_string!(i18n, column.custom),
        other => return other.to_owned(),
    };
    text.to_owned()
}
