//! Text with marked pieces.

use leptos::prelude::*;

use crate::engine::screen::highlight::pieces;

/// Text in which byte ranges are marked. Always text, never HTML.
#[component]
pub fn Highlight(
    /// The text and its ranges.
    #[prop(into)]
    text: Signal<(String, Vec<(u32, u32)>)>,
) -> impl IntoView {
    move || {
        let (text, ranges) = text.get();
        if ranges.is_empty() {
            return text.into_any();
        }
        let piece = |(piece, marked): (String, bool)| match marked {
            true => view! { <mark class="highlight">{piece}</mark> }.into_any(),
            false => piece.into_any(),
        };
        pieces(&text, &ranges).into_iter().map(piece).collect_view().into_any()
    }
}
