//! What a colleague's file brought to this page: what waits for a decision, and what changed since the page
//! was looked at last.

use leptos::prelude::*;

use super::page::use_page;
use super::words::field_words;
use crate::engine::protocol::Request;
use crate::model::{FieldName, RecordId};
use crate::ui::reactive::{Show, effect, memo};
use crate::ui::route::Route;
use crate::ui::session::use_session;
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::words::number;

/// Says how much waits for a decision on this page, and leads there.
#[component]
pub fn ToDecide() -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let count = page.part(|page| page.conflicts.len());
    view! {
        <Show when=move || { count.get() > 0 }>
            <div class="customer-news to-decide">
                <p>
                    {move || {
                        let count = number(i64::try_from(count.get()).unwrap_or(i64::MAX));
                        t_string!(i18n, conflicts.banner, count = count)
                    }}
                </p>
                <a class="button secondary" href=Route::Conflicts.to_string()>
                    {t!(i18n, conflicts.to_conflicts)}
                </a>
            </div>
        </Show>
    }
}

/// Says what changed since the page was looked at last, and that it is looked at now.
#[component]
pub fn Unread() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let page = use_page();
    let unread = page.part(|page| page.unread.clone());
    // Stays as long as the page is open; the engine forgets it at once.
    let news = RwSignal::new(Vec::<(RecordId, Option<FieldName>)>::new());
    effect(move || {
        let unread = unread.get();
        if !unread.is_empty() {
            news.set(unread);
            session.commit(Request::MarkRead(vec![page.id]));
        }
    });
    let fields = memo(move || {
        let mut names = Vec::new();
        for (_, field) in news.get() {
            let name = match field {
                Some(field) => field_words(i18n, &field),
                None => t_string!(i18n, conflicts.new_records).to_owned(),
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(" / ")
    });
    view! {
        <Show when=move || news.with(|news| !news.is_empty())>
            <p class="customer-news" role="status">
                {move || t_string!(i18n, conflicts.unread, fields = fields.get())}
            </p>
        </Show>
    }
}
