//! The recovery sheet at the first start.

use leptos::html::Div;
use leptos::prelude::*;

use super::sheet::{SheetSteps, Step};
use crate::ui::reactive::{Show, effect};
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::Notice;

/// Leads through the recovery sheet, which can be put off until it was begun.
#[component]
pub fn FirstSheet(
    /// Called at the end.
    on_end: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let step = RwSignal::new(Step::Ask);
    let leaving = RwSignal::new(false);
    let node = NodeRef::<Div>::new();
    effect(move || {
        if let Some(card) = node.get() {
            let _ = card.focus();
        }
    });
    let later = move |_| {
        if step.get_untracked() == Step::Ask || leaving.get_untracked() {
            on_end.run(());
        } else {
            leaving.set(true);
        }
    };
    view! {
        <div class="door-card" node_ref=node tabindex="-1">
            <h1>{t!(i18n, begin.sheet_title)}</h1>
            <p>{t!(i18n, begin.sheet_lead)}</p>
            <SheetSteps step on_done=on_end />
            <Show when=move || step.get() != Step::Done>
                <div class="first-start-later">
                    <Show when=move || leaving.get()>
                        <Notice tone="bad"><p>{t!(i18n, sheet.leaving)}</p></Notice>
                    </Show>
                    <button type="button" class="button quiet wide" on:click=later>
                        {move || {
                            if leaving.get() { t_string!(i18n, sheet.leave) } else { t_string!(i18n, begin.later) }
                        }}
                    </button>
                    <p class="field-hint">{t!(i18n, begin.later_note)}</p>
                </div>
            </Show>
        </div>
    }
}
