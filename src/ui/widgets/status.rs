//! A line or box that says how something stands.

use leptos::prelude::*;

/// A box that says something; read aloud when it appears.
#[component]
pub fn Notice(
    /// `good`, `calm`, `warning` or `bad`; each has a word in the text as well, never colour alone.
    #[prop(optional, default = "calm")]
    tone: &'static str,
    /// What it says.
    children: Children,
) -> impl IntoView {
    let role = if tone == "bad" { "alert" } else { "status" };
    view! { <div class=format!("notice-box {tone}") role=role>{children()}</div> }
}
