//! The parts of the app that are loaded one after the other, so that nobody waits for what is not shown yet.
//!
//! The build cuts the linked app at the functions that are marked here (`./dev bindgen`): what only they use is
//! in files of their own. The door (first start, unlocking) comes first; while the passphrase is being typed,
//! the notebook's screens, then those behind "More". It stays one program with one memory.

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use wasm_bindgen_futures::spawn_local;

use crate::ui::screens::backup::first_sheet::FirstSheet;
use crate::ui::screens::begin_restore::BeginRestore;
use crate::ui::screens::forgot::Forgot;
use crate::ui::screens::{Backup, Import, Settings, Sharing, Trash};
use crate::ui::shell::Shell;
use crate::ui::text::{t, use_i18n};

/// A part, and what came of loading it.
#[derive(Clone, Copy, Debug, Default)]
pub enum Part<T> {
    /// It is on its way, or nobody asked for it yet.
    #[default]
    Waiting,
    /// It is there.
    Loaded(T),
    /// It could not be loaded. It can be tried again.
    Failed,
}

/// The notebook with all that surrounds it.
pub type Notebook = fn() -> AnyView;

/// How the screens are made that come last.
#[derive(Clone, Copy, Debug)]
pub struct Screens {
    /// Giving to and taking from colleagues.
    pub sharing: fn() -> AnyView,
    /// Backups and the recovery sheet.
    pub backup: fn() -> AnyView,
    /// Taking in a CSV file.
    pub import: fn() -> AnyView,
    /// The trash.
    pub trash: fn() -> AnyView,
    /// Settings.
    pub settings: fn() -> AnyView,
    /// The first steps with a backup instead of a new notebook: called to go back, and at the end.
    pub begin_restore: fn(Callback<()>, Callback<bool>) -> AnyView,
    /// The recovery sheet at the first start: called at the end.
    pub first_sheet: fn(Callback<()>) -> AnyView,
    /// Unlocking with the recovery sheet: called to go back.
    pub forgot: fn(Callback<()>) -> AnyView,
}

/// The parts beside the first. A copy is the same parts.
#[derive(Clone, Copy)]
pub struct Parts {
    notebook: RwSignal<Part<Notebook>>,
    screens: RwSignal<Part<Screens>>,
}

impl Parts {
    /// Gives the parts to everything below; none is loaded yet.
    pub fn provide() -> Self {
        let parts = Self { notebook: RwSignal::new(Part::Waiting), screens: RwSignal::new(Part::Waiting) };
        provide_context(parts);
        parts
    }

    /// Loads the notebook's part, if it is not there.
    pub fn load_notebook(self) {
        spawn_local(load(self.notebook, async || notebook().await.ok().map(|part| *part)));
    }

    /// Loads the screens' part, if it is not there.
    pub fn load_screens(self) {
        spawn_local(load(self.screens, async || screens().await.ok().map(|part| *part)));
    }

    /// Loads all parts, one after the other.
    pub fn load_all(self) {
        spawn_local(async move {
            load(self.notebook, async || notebook().await.ok().map(|part| *part)).await;
            load(self.screens, async || screens().await.ok().map(|part| *part)).await;
        });
    }
}

/// Loads a part once; what comes of it is in the signal.
async fn load<T: Copy + Send + Sync + 'static>(
    part: RwSignal<Part<T>>,
    ask: impl AsyncFnOnce() -> Option<T> + 'static,
) {
    if matches!(part.get_untracked(), Part::Loaded(_)) {
        return;
    }
    let loaded = ask().await;
    if !matches!(part.try_get_untracked(), Some(Part::Loaded(_))) {
        part.try_set(loaded.map_or(Part::Failed, Part::Loaded));
    }
}

#[wasm_split(notebook, wasm_split_path = leptos::wasm_split, fallible)]
fn notebook() -> Result<Box<Notebook>, SplitLoaderError> {
    Ok(Box::new(|| view! { <Shell /> }.into_any()))
}

#[wasm_split(screens, wasm_split_path = leptos::wasm_split, fallible)]
fn screens() -> Result<Box<Screens>, SplitLoaderError> {
    Ok(Box::new(Screens {
        sharing: || view! { <Sharing /> }.into_any(),
        backup: || view! { <Backup /> }.into_any(),
        import: || view! { <Import /> }.into_any(),
        trash: || view! { <Trash /> }.into_any(),
        settings: || view! { <Settings /> }.into_any(),
        begin_restore: |on_back, on_end| view! { <BeginRestore on_back on_end /> }.into_any(),
        first_sheet: |on_end| view! { <FirstSheet on_end /> }.into_any(),
        forgot: |on_back| view! { <Forgot on_back /> }.into_any(),
    }))
}

/// The notebook, as soon as its part is there.
#[component]
pub fn NotebookPart() -> impl IntoView {
    let parts = expect_context::<Parts>();
    parts.load_notebook();
    move || match parts.notebook.get() {
        Part::Loaded(notebook) => notebook(),
        Part::Waiting => waiting(),
        Part::Failed => failed(Callback::new(move |()| parts.load_notebook())),
    }
}

/// One of the screens that come last, as soon as their part is there.
#[component]
pub fn ScreenPart(
    /// Makes it.
    #[prop(into)]
    screen: Callback<Screens, AnyView>,
) -> impl IntoView {
    let parts = expect_context::<Parts>();
    parts.load_screens();
    move || match parts.screens.get() {
        Part::Loaded(screens) => screen.run(screens),
        Part::Waiting => waiting(),
        Part::Failed => failed(Callback::new(move |()| parts.load_screens())),
    }
}

fn waiting() -> AnyView {
    let i18n = use_i18n();
    view! { <p class="part-waiting" role="status">{t!(i18n, app.loading)}</p> }.into_any()
}

fn failed(again: Callback<()>) -> AnyView {
    let i18n = use_i18n();
    let reload = move |_| {
        let _ = window().location().reload();
    };
    view! {
        <div class="notice-box bad" role="alert">
            <p>{t!(i18n, app.part_missing)}</p>
            <button type="button" class="button primary" on:click=move |_| again.run(())>
                {t!(i18n, common.retry)}
            </button>
            // After an update of the server only a new start finds the parts.
            <button type="button" class="button quiet" on:click=reload>{t!(i18n, app.reload)}</button>
        </div>
    }
    .into_any()
}
