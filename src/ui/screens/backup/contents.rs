//! What a backup holds, in counts and examples.

use leptos::prelude::*;

use crate::engine::sharing::rows::{BundlePreview, CustomerChange, SenderStanding};
use crate::model::RecordKind;
use crate::ui::clock::offset;
use crate::ui::kind_text::records_words;
use crate::ui::text::{Texts, language, t, t_string, use_i18n};
use crate::ui::widgets::Notice;
use crate::ui::words::{date_time, number};

/// So many names are shown.
const SHOWN: usize = 12;

/// When and by whom it was made, how much is in it, and what would be different here.
#[component]
pub fn Contents(
    /// What was found.
    preview: BundlePreview,
) -> impl IntoView {
    let i18n = use_i18n();
    let BundlePreview {
        at, from, customers, records, new, changed, deleted, erased, refused, unknown, ..
    } = preview;
    let count = |count: u32| number(i64::from(count));
    let stranger = matches!(from.standing, SenderStanding::OtherKeys | SenderStanding::Unknown);
    let kinds = records
        .into_iter()
        .filter(|(kind, _)| *kind != RecordKind::Customer)
        .map(|(kind, many)| {
            view! {
                <dt>{move || records_words(i18n, &kind)}</dt>
                <dd>{count(many)}</dd>
            }
        })
        .collect_view();
    let names = preview
        .sample
        .into_iter()
        .take(SHOWN)
        .map(|customer| {
            let change = customer.change;
            view! {
                <li>
                    <span class="contents-name">{customer.name}</span>
                    " "
                    <span class="contents-change">{move || change_words(i18n, change)}</span>
                </li>
            }
        })
        .collect_view();
    let changes = move || {
        t_string!(
            i18n,
            restore.changes,
            new = count(new),
            changed = count(changed),
            deleted = count(deleted.saturating_add(erased))
        )
    };
    let any = new != 0 || changed != 0 || deleted != 0 || erased != 0;
    view! {
        <div class="contents">
            <dl class="facts">
                <dt>{t!(i18n, restore.made)}</dt>
                <dd>{move || date_time(at, offset(), language(i18n))}</dd>
                <dt>{t!(i18n, restore.made_by)}</dt>
                <dd>{from.name}</dd>
                <dt>{t!(i18n, settings.customers)}</dt>
                <dd>{count(customers)}</dd>
                {kinds}
            </dl>
            {stranger.then(|| view! { <p class="field-hint">{t!(i18n, restore.other_device)}</p> })}
            <p>{move || if any { changes() } else { t_string!(i18n, restore.no_changes).to_owned() }}</p>
            <ul class="contents-names">{names}</ul>
            {(refused != 0).then(|| view! {
                <Notice><p>{move || t_string!(i18n, restore.refused, count = count(refused))}</p></Notice>
            })}
            {(unknown != 0).then(|| view! {
                <Notice tone="warning"><p>{move || t_string!(i18n, restore.unknown, count = count(unknown))}</p></Notice>
            })}
        </div>
    }
}

fn change_words(i18n: Texts, change: CustomerChange) -> &'static str {
    match change {
        CustomerChange::Erased => t_string!(i18n, restore.change_erased),
        CustomerChange::Deleted => t_string!(i18n, restore.change_deleted),
        CustomerChange::ToDecide => t_string!(i18n, restore.change_decide),
        CustomerChange::Changed => t_string!(i18n, restore.change_changed),
        CustomerChange::New => t_string!(i18n, restore.change_new),
    }
}
