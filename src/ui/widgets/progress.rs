//! How far long work has come.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::make_element_id;
use crate::ui::text::{t_string, use_i18n};
use crate::ui::words::number;

/// A bar with a label and the numbers in words.
#[component]
pub fn ProgressBar(
    /// What goes on.
    #[prop(into)]
    label: TextProp,
    /// Units done.
    #[prop(into)]
    done: Signal<u64>,
    /// Units in all; 0 while unknown.
    #[prop(into)]
    total: Signal<u64>,
) -> impl IntoView {
    let i18n = use_i18n();
    let id = make_element_id("progress");
    let words = move || {
        let text = |count: u64| number(i64::try_from(count).unwrap_or(i64::MAX));
        match total.get() {
            0 => t_string!(i18n, jobs.progress_unknown, done = text(done.get())),
            total => t_string!(i18n, jobs.progress, done = text(done.get().min(total)), total = text(total)),
        }
    };
    // Without a value the bar shows that work goes on, not how far it is.
    let value = move || match total.get() {
        0 => None,
        total => Some(per_mille(done.get(), total)),
    };
    view! {
        <div class="progress">
            <label for=id.clone()>{move || label.get()}</label>
            <progress id=id max="1000" value=value></progress>
            <span class="progress-words">{words}</span>
        </div>
    }
}

fn per_mille(done: u64, total: u64) -> String {
    (u128::from(done.min(total)) * 1000 / u128::from(total.max(1))).to_string()
}
