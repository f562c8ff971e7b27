//! Keeps [`Route`] and the fragment of the address equal.
//!
//! A link is a plain `<a href=route.to_string()>`: the browser changes the fragment, and with it the
//! screen. leptos_router has no mode for fragments and needs a server that answers every path.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::ui::route::Route;

/// Where we are; a copy is the same router.
#[derive(Clone, Copy)]
pub struct Router {
    route: RwSignal<Route>,
}

/// The router of the app.
#[must_use]
pub fn use_router() -> Router {
    use_context::<Router>().unwrap_or_else(Router::provide)
}

impl Router {
    /// Starts at the address of the page, follows it, and gives itself to everything below.
    #[must_use]
    pub fn provide() -> Self {
        let router = Self { route: RwSignal::new(address()) };
        let handle = window_event_listener(leptos::ev::hashchange, move |_| router.follow());
        on_cleanup(move || handle.remove());
        provide_context(router);
        router
    }

    /// The screen that is shown.
    #[must_use]
    pub fn route(self) -> Signal<Route> {
        self.route.into()
    }

    /// Goes to a screen; the back button leads back.
    pub fn go(self, route: Route) {
        if address() != route {
            let _ = window().location().set_hash(&route.to_string());
        }
        self.set(route);
    }

    /// Goes to a screen instead of this one; the back button leads to where one was before.
    pub fn replace(self, route: Route) {
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&route.to_string()));
        }
        self.set(route);
    }

    /// Goes back, or to `otherwise` when the app was opened here.
    pub fn back(self, otherwise: Route) {
        let history = window().history();
        match history {
            Ok(history) if history.length().is_ok_and(|length| length > 1) => {
                let _ = history.back();
            }
            _ => self.replace(otherwise),
        }
    }

    fn follow(self) {
        self.set(address());
    }

    fn set(self, route: Route) {
        if self.route.try_get_untracked().is_some_and(|old| old != route) {
            self.route.set(route);
        }
    }
}

fn address() -> Route {
    Route::parse(&window().location().hash().unwrap_or_default())
}
