//! Finding customers by a few letters, to choose them.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::words::name_words;
use crate::engine::protocol::{Reply, Request, Sort, ViewQuery};
use crate::engine::rows::{Count, CustomerRow};
use crate::model::RecordId;
use crate::ui::reactive::{answered, memo};
use crate::ui::session::{Session, use_session};
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::TextField;
use crate::ui::words::number;

/// The number of this list among the engine's.
const VIEW: u32 = 20;
/// So many are shown; whoever looks for more types more.
const SHOWN: u32 = 12;

/// A search box; what it finds are buttons.
#[component]
pub fn CustomerPicker(
    /// What is searched.
    #[prop(into)]
    label: TextProp,
    /// How.
    #[prop(into)]
    hint: TextProp,
    /// Called with the customer that was pressed and its name.
    #[prop(into)]
    on_choose: Callback<(RecordId, String)>,
    /// Called with the search when all that it finds are wanted.
    #[prop(into, optional)]
    on_all: Option<Callback<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let search = RwSignal::new(String::new());
    let wanted = memo(move || search.with(|text| text.trim().to_owned()));
    let found = answered(move || {
        let search = wanted.get();
        async move { find(session, search).await }
    });
    let row = move |row: CustomerRow| {
        let (id, name) = (row.id, name_words(i18n, &row.name));
        let chosen = name.clone();
        view! {
            <li>
                <button
                    type="button"
                    class="pick"
                    on:click=move |_| {
                        on_choose.run((id, chosen.clone()));
                        search.set(String::new());
                    }
                >
                    <span class="pick-name">{name}</span>
                    <span class="pick-facts">{row.reading}</span>
                    <span class="pick-facts">{row.company}</span>
                </button>
            </li>
        }
    };
    let all = move |count: u32| {
        let on_all = on_all.filter(|_| count > 1)?;
        let text = wanted.get_untracked();
        let named = text.clone();
        Some(view! {
            <button
                type="button"
                class="button secondary"
                on:click=move |_| {
                    on_all.run(text.clone());
                    search.set(String::new());
                }
            >
                {move || {
                    t_string!(i18n, give.add_all, search = named.clone(), count = number(i64::from(count)))
                }}
            </button>
        })
    };
    view! {
        <div class="picker">
            <TextField label hint value=search kind="search" most=500 />
            <div aria-live="polite">
                {move || match found.get().flatten() {
                    None => ().into_any(),
                    Some((rows, _)) if rows.is_empty() => {
                        view! { <p>{t!(i18n, give.found_none)}</p> }.into_any()
                    }
                    Some((rows, count)) => {
                        let more = u32::try_from(rows.len()).is_ok_and(|shown| shown < count);
                        view! {
                            <ul class="picks" aria-label=t!(i18n, give.found)>
                                {rows.into_iter().map(row).collect_view()}
                            </ul>
                            {more.then(|| view! { <p class="field-hint">{t!(i18n, give.more_found)}</p> })}
                            {all(count)}
                        }
                            .into_any()
                    }
                }}
            </div>
        </div>
    }
}

/// The first customers that are found, and how many there are; nothing while nothing is searched.
async fn find(session: Session, search: String) -> Option<(Vec<CustomerRow>, u32)> {
    if search.is_empty() {
        return None;
    }
    let query = ViewQuery { view: VIEW, search, sort: Sort::Reading };
    let Ok(Reply::View { count, .. }) = session.engine.call(Request::OpenView(query)).await else {
        return None;
    };
    let rows = Request::Rows { view: VIEW, start: 0, count: SHOWN };
    match session.engine.call(rows).await {
        Ok(Reply::Rows(rows)) => {
            let (Count::Exactly(count) | Count::AtLeast(count)) = count;
            Some((rows, count))
        }
        _ => None,
    }
}
