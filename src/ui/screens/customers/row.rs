//! One row of the list: name and reading, company, phone, tags, and where a search matched.

use leptos::prelude::*;

use super::list::use_customer_list;
use crate::engine::rows::CustomerRow;
use crate::ui::reactive::{Show, memo};
use crate::ui::text::{t, use_i18n};
use crate::ui::widgets::highlight::Highlight;

/// The row `index` of the list; grey bars while it is on its way.
#[component]
pub fn Row(
    /// Which row. Changes as the element is used for another one.
    index: Signal<u32>,
) -> impl IntoView {
    let i18n = use_i18n();
    let list = use_customer_list();
    let row = memo(move || list.row(index.get()));
    let part = move |read: fn(&CustomerRow) -> (&String, &Vec<(u32, u32)>)| {
        Signal::derive(move || {
            row.with(|row| {
                row.as_ref().map_or_else(Default::default, |row| {
                    let (text, marks) = read(row);
                    (text.clone(), marks.clone())
                })
            })
        })
    };
    let has =
        move |read: fn(&CustomerRow) -> bool| memo(move || row.with(|row| row.as_ref().is_some_and(read)));
    let warning = has(|row| row.warning);
    let conflict = has(|row| row.conflict);
    let unread = has(|row| row.unread);
    let organisation = has(|row| row.organisation);
    let tags = memo(move || row.with(|row| row.as_ref().map(|row| row.tags.clone()).unwrap_or_default()));

    view! {
        <div class="customer-row" class:waiting=move || row.with(Option::is_none)>
            <span class="customer-row-main">
                <span class="customer-row-first">
                    <span class="customer-row-name">
                        <Highlight text=part(|row| (&row.name, &row.marks.name)) />
                    </span>
                    <span class="customer-row-reading">
                        <Highlight text=part(|row| (&row.reading, &row.marks.reading)) />
                    </span>
                    <Show when=move || organisation.get()>
                        <span class="customer-row-kind">{t!(i18n, customers.company_mark)}</span>
                    </Show>
                    <Show when=move || warning.get()>
                        <span class="customer-row-warning">{t!(i18n, customers.warning)}</span>
                    </Show>
                    <Show when=move || conflict.get()>
                        <span class="customer-row-conflict">{t!(i18n, conflicts.mark)}</span>
                    </Show>
                    <Show when=move || unread.get()>
                        <span class="customer-row-kind">{t!(i18n, conflicts.unread_mark)}</span>
                    </Show>
                </span>
                <span class="customer-row-second">
                    <span class="customer-row-company">
                        <Highlight text=part(|row| (&row.company, &row.marks.company)) />
                    </span>
                    <span class="customer-row-phone">
                        <Highlight text=part(|row| (&row.phone, &row.marks.phone)) />
                    </span>
                    <span class="customer-row-snippet">
                        <Highlight text=part(|row| (&row.snippet, &row.marks.snippet)) />
                    </span>
                </span>
            </span>
            <span class="customer-row-tags">
                {move || {
                    let tag = |tag: String| view! { <span class="customer-row-tag">{tag}</span> };
                    tags.get().into_iter().take(3).map(tag).collect_view()
                }}
            </span>
        </div>
    }
}
