//! Step 1: picking or dropping the file.

use leptos::html::Input;
use leptos::prelude::*;
use web_sys::{DragEvent, File};

use crate::ui::text::{t, t_string, use_i18n};

/// A button and a place to drop a file.
#[component]
pub fn ChooseFile(
    /// Called with the file.
    on_choose: Callback<File>,
    /// Whether a file is being read.
    #[prop(into)]
    busy: Signal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let node = NodeRef::<Input>::new();
    let over = RwSignal::new(false);
    let take = move || {
        let Some(input) = node.get_untracked() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            on_choose.run(file);
        }
        // The same file can then be chosen again after it was corrected.
        input.set_value("");
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        let files = event.data_transfer().and_then(|transfer| transfer.files());
        if let Some(file) = files.and_then(|files| files.get(0)) {
            on_choose.run(file);
        }
    };
    view! {
        <section class="panel" aria-labelledby="step-file">
            <h2 id="step-file">{t!(i18n, import.step_file)}</h2>
            <div
                class="drop"
                class:over=over
                on:dragover=move |event: DragEvent| {
                    event.prevent_default();
                    over.set(true);
                }
                on:dragleave=move |_| over.set(false)
                on:drop=drop
            >
                // The input covers its label, so that it can be focused; phones grey out unknown endings
                // when kinds of files are named.
                <label class="button primary file-button">
                    <input class="visually-hidden" type="file" node_ref=node on:change=move |_| take() />
                    {move || if busy.get() { t_string!(i18n, import.reading) } else { t_string!(i18n, import.choose) }}
                </label>
                <p class="drop-hint">{t!(i18n, import.drop)}</p>
            </div>
        </section>
    }
}
