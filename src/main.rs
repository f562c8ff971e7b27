//! The app: shows the stopped notice when something panics, and mounts the screens.

#[cfg(all(target_family = "wasm", feature = "ui"))]
fn main() {
    use leptos::mount::mount_to;
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;

    // The notice stands in index.html in both languages; a panic's own words could hold customers' data.
    std::panic::set_hook(Box::new(|_| show("stopped", true)));
    let root =
        document().get_element_by_id("app").and_then(|root| root.dyn_into::<web_sys::HtmlElement>().ok());
    let Some(root) = root else { return show("stopped", true) };
    mount_to(root, daifuku::ui::app::App).forget();
    show("loading", false);
}

#[cfg(all(target_family = "wasm", feature = "ui"))]
fn show(id: &str, shown: bool) {
    if let Some(notice) = leptos::prelude::document().get_element_by_id(id) {
        let _ = notice.toggle_attribute_with_force("hidden", !shown);
    }
}

#[cfg(not(all(target_family = "wasm", feature = "ui")))]
fn main() {}
