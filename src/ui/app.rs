//! The app: its contexts, and which of the few great states is shown.

use leptos::prelude::*;

use crate::ui::failure_text::failure_text;
use crate::ui::idle;
use crate::ui::offline;
use crate::ui::parts::{NotebookPart, Parts};
use crate::ui::preferences::Preferences;
use crate::ui::reactive::effect;
use crate::ui::router::Router;
use crate::ui::screens::{FirstStart, OpenElsewhere, Unlock};
use crate::ui::session::{Phase, Session, use_session};
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::toast::ToastRegion;

/// Everything. Mounted once, into `#app`.
#[component]
pub fn App() -> impl IntoView {
    let preferences = Preferences::provide();
    let session = Session::provide();
    let _ = Router::provide();
    idle::watch(session, preferences);
    offline::watch(session, use_i18n());
    // An engine that dies must not take what was typed off the screen: the shell says so itself.
    let stage = Memo::new(move |earlier: Option<&Phase>| match (session.phase.get(), earlier) {
        (Phase::Stopped(_), Some(Phase::Open)) => Phase::Open,
        // The first steps go on for a while when the notebook is there.
        (Phase::Open, Some(Phase::FirstStart)) if session.beginning.get() => Phase::FirstStart,
        (phase, _) => phase,
    });
    let parts = Parts::provide();
    let i18n = use_i18n();
    effect(move || {
        // What unlocking needs comes first.
        if stage.get() != Phase::Starting {
            parts.load_all();
        }
        if stage.get() != Phase::Open {
            document().set_title(t_string!(i18n, app.name));
        }
    });
    view! {
        {move || match stage.get() {
            Phase::Starting => view! { <Starting /> }.into_any(),
            Phase::FirstStart => view! { <FirstStart /> }.into_any(),
            Phase::Locked => view! { <Unlock /> }.into_any(),
            Phase::OpenElsewhere => view! { <OpenElsewhere /> }.into_any(),
            Phase::Open => view! { <NotebookPart /> }.into_any(),
            Phase::Stopped(_) => view! { <Stopped /> }.into_any(),
        }}
        <ToastRegion toasts=session.toasts />
    }
}

#[component]
fn Starting() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <main class="door">
            <h1 class="door-name">{t!(i18n, app.name)}</h1>
            <p role="status">{t!(i18n, app.starting)}</p>
        </main>
    }
}

#[component]
fn Stopped() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let reason = move || match session.phase.get() {
        Phase::Stopped(failure) => failure_text(i18n, &failure),
        _ => String::new(),
    };
    let reload = move |_| {
        let _ = window().location().reload();
    };
    view! {
        <main class="door">
            <div class="door-card" role="alert">
                <h1>{t!(i18n, app.stopped_title)}</h1>
                <p>{reason}</p>
                <p>{t!(i18n, app.stopped_safe)}</p>
                <button type="button" class="button primary" on:click=reload>{t!(i18n, app.reload)}</button>
            </div>
        </main>
    }
}
