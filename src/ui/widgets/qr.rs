//! A QR code (ISO/IEC 18004), drawn crisp: dark on white in every colour scheme, as readers expect it.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::bundle::sealer::Qr;

/// Modules of white around the code, as the standard asks.
const QUIET: u32 = 4;

/// The code as a drawing.
#[component]
pub fn QrCode(
    /// Its modules.
    qr: Qr,
    /// What it says, for those who can't see it.
    #[prop(into)]
    label: TextProp,
) -> impl IntoView {
    let whole = qr.side.saturating_add(QUIET * 2);
    view! {
        <svg
            class="qr"
            viewBox=format!("0 0 {whole} {whole}")
            shape-rendering="crispEdges"
            role="img"
            aria-label=move || label.get()
        >
            <rect width=whole height=whole fill="#fff" />
            <path fill="#000" d=outline(&qr) />
        </svg>
    }
}

/// One rectangle for each run of dark modules in a row.
fn outline(qr: &Qr) -> String {
    let side = usize::try_from(qr.side).unwrap_or_default().max(1);
    let mut path = String::new();
    for (y, row) in (QUIET..).zip(qr.modules.chunks(side)) {
        let mut x = QUIET;
        for run in row.chunk_by(|a, b| a == b) {
            let length = u32::try_from(run.len()).unwrap_or_default();
            if run.first().is_some_and(|module| *module != 0) {
                path.push_str(&format!("M{x} {y}h{length}v1h-{length}z"));
            }
            x = x.saturating_add(length);
        }
    }
    path
}
