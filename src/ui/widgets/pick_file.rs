//! A button to choose files, and a place to drop them.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use web_sys::{DragEvent, File, FileList};

/// Button and place. The rest of the page may take what is dropped beside it.
#[component]
pub fn PickFile(
    /// The words on the button.
    #[prop(into)]
    label: TextProp,
    /// That a file may also be dropped.
    #[prop(into)]
    hint: TextProp,
    /// Whether the button is the main one of its screen.
    #[prop(optional)]
    primary: bool,
    /// Whether several files may be chosen at once.
    #[prop(optional)]
    several: bool,
    /// Called with the files; never with none.
    #[prop(into)]
    on_pick: Callback<Vec<File>>,
) -> impl IntoView {
    let node = NodeRef::<Input>::new();
    let over = RwSignal::new(false);
    let most = if several { usize::MAX } else { 1 };
    let give = move |files: Option<FileList>| {
        let mut files = files.map(|files| listed(&files)).unwrap_or_default();
        files.truncate(most);
        if !files.is_empty() {
            on_pick.run(files);
        }
    };
    let take = move || {
        let Some(input) = node.get_untracked() else { return };
        give(input.files());
        // The same file can then be chosen again.
        input.set_value("");
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        give(event.data_transfer().and_then(|transfer| transfer.files()));
    };
    view! {
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
            // The input covers its label, so that it can be focused; phones grey out unknown endings when
            // kinds of files are named.
            <label class="button file-button" class:primary=primary class:secondary=!primary>
                <input
                    class="visually-hidden"
                    type="file"
                    multiple=several
                    node_ref=node
                    on:change=move |_| take()
                />
                {move || label.get()}
            </label>
            <p class="drop-hint">{move || hint.get()}</p>
        </div>
    }
}

/// The files of a list of the browser.
#[must_use]
pub fn listed(files: &FileList) -> Vec<File> {
    (0..files.length()).filter_map(|place| files.get(place)).collect()
}
