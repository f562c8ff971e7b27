//! What the service worker says, through `public/offline.js`: a new version that waits, or that another page
//! has switched to. Nothing is loaded anew over something typed: while the notebook is open a person presses,
//! and before it is open only a page on which nothing stands yet does it by itself.

use js_sys::{Function, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

use crate::ui::reactive::effect;
use crate::ui::session::{Phase, Session};
use crate::ui::text::{Texts, t};
use crate::ui::widgets::toast::Toast;

/// Watches as long as the page lives.
pub fn watch(session: Session, i18n: Texts) {
    let Some(offline) = offline() else { return };
    let news = RwSignal::new(String::new());
    let read = {
        let offline = offline.clone();
        move || {
            let text = Reflect::get(&offline, &"news".into()).ok().and_then(|text| text.as_string());
            news.try_set(text.unwrap_or_default());
        }
    };
    read();
    let told = Closure::<dyn Fn()>::new(read);
    // It lives as long as the page.
    let _ = Reflect::set(&offline, &"told".into(), &told.into_js_value());
    let offered = StoredValue::new(String::new());
    let opened = StoredValue::new(false);
    effect(move || {
        if session.phase.get() == Phase::Open {
            opened.set_value(true);
        }
    });
    effect(move || {
        let (now, phase) = (news.get(), session.phase.get());
        if now.is_empty() || offered.with_value(|offered| *offered == now) {
            return;
        }
        match phase {
            // Another page may have the notebook open: it goes on with what it was loaded with.
            Phase::OpenElsewhere if now == "waiting" => {}
            Phase::Locked | Phase::OpenElsewhere if is(call("isBlank")) => drop(call("switch")),
            // Never open, so nothing is typed: perhaps the new version starts.
            Phase::Stopped(_) if !opened.get_value() => drop(call("switch")),
            Phase::Open => {
                let press = Callback::new(move |()| {
                    spawn_local(async move {
                        if session.settle(100).await && !works(session) {
                            call("switch");
                        } else {
                            session.toasts.show(Toast::trouble(t!(i18n, app.switch_waits)));
                            offered.try_set_value(String::new());
                            news.try_update(|_| ());
                        }
                    });
                });
                let toast = if now == "waiting" {
                    Toast::staying(t!(i18n, app.new_version)).with_action(t!(i18n, app.switch), press)
                } else {
                    Toast::staying(t!(i18n, app.replaced)).with_action(t!(i18n, app.reload), press)
                };
                offered.set_value(now);
                session.toasts.show(toast);
            }
            _ => {}
        }
    });
}

/// What `offline.js` has put there; nothing in a page without it.
#[must_use]
pub fn offline() -> Option<JsValue> {
    Reflect::get(&window(), &"offline".into()).ok().filter(JsValue::is_object)
}

fn call(name: &str) -> Option<JsValue> {
    let offline = offline()?;
    let function = Reflect::get(&offline, &name.into()).ok()?.dyn_into::<Function>().ok()?;
    function.call0(&offline).ok()
}

/// Whether something long is being done, which ends with the page.
fn works(session: Session) -> bool {
    session.jobs.with_untracked(|jobs| jobs.iter().any(|job| job.outcome.is_none()))
}

fn is(answer: Option<JsValue>) -> bool {
    answer.is_some_and(|answer| answer.is_truthy())
}
