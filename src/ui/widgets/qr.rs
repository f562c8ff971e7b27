//! A QR code, drawn as one path.

use std::fmt::Write;

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::bundle::sealer::Qr;

/// Light modules around a code, so that cameras find its edge (ISO/IEC 18004).
const QUIET: usize = 4;

/// A code for cameras: always dark on light, whatever the theme.
#[component]
pub fn QrCode(
    /// The code; nothing is drawn of an empty one.
    code: Qr,
    /// What it holds.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    let side = usize::try_from(code.side).unwrap_or_default();
    (side > 0).then(|| {
        let whole = side + 2 * QUIET;
        view! {
            <svg
                class="qr"
                viewBox=format!("0 0 {whole} {whole}")
                role="img"
                aria-label=move || label.get()
                shape-rendering="crispEdges"
            >
                <rect class="qr-ground" width=whole height=whole />
                <path class="qr-dark" d=path(&code.modules, side) />
            </svg>
        }
    })
}

fn path(modules: &[u8], side: usize) -> String {
    let mut path = String::new();
    for (place, _) in modules.iter().enumerate().filter(|(_, module)| **module == 1) {
        let (row, column) = (place / side + QUIET, place % side + QUIET);
        // Writing into a string can't fail.
        let _ = write!(path, "M{column} {row}h1v1h-1z");
    }
    path
}
