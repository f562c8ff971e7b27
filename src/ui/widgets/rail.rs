//! The index あかさたな at the edge of a list: shows where one is, leads to a mark by touch (sliding too),
//! by mouse and by keyboard. To a screen reader it is one slider, not thirteen buttons.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::{html, prelude::*, text_prop::TextProp};

use crate::engine::screen::rail::{MARKS, mark_under};
use crate::engine::screen::window::Move;
use crate::ui::reactive::Show;

/// The rail.
#[component]
pub fn Rail(
    /// What it is called by a screen reader.
    #[prop(into)]
    label: TextProp,
    /// The mark of the first row on the screen.
    #[prop(into)]
    mark: Signal<Option<u8>>,
    /// Whether any row stands under a mark.
    filled: Callback<u8, bool>,
    /// Called with the mark to go to.
    on_jump: Callback<u8>,
) -> impl IntoView {
    let rail = NodeRef::<html::Div>::new();
    // The mark under the finger, while it slides.
    let held = RwSignal::new(None::<u8>);
    let marks = u32::try_from(MARKS.len()).unwrap_or(1);

    let slide = move |event: &PointerEvent| {
        let Some(rail) = rail.get_untracked() else { return };
        let bounds = rail.get_bounding_client_rect();
        let top = i32::try_from(crate::ui::clock::whole(bounds.top())).unwrap_or(0);
        let mark = mark_under(event.client_y() - top, rail.offset_height());
        if held.get_untracked() != Some(mark) {
            held.set(Some(mark));
            on_jump.run(mark);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if let Some(step) = Move::of_key(&event.key()) {
            event.prevent_default();
            let now = u32::from(mark.get_untracked().unwrap_or(0));
            // Marks without rows are passed over.
            let mut next = step.from(now, marks, 5);
            while !to_mark(next).is_some_and(|mark| filled.run(mark)) && (1..marks - 1).contains(&next) {
                next = if next >= now { next + 1 } else { next - 1 };
            }
            to_mark(next).into_iter().for_each(|mark| on_jump.run(mark));
        }
    };

    view! {
        <div
            class="rail"
            node_ref=rail
            role="slider"
            tabindex="0"
            aria-orientation="vertical"
            aria-label=move || label.get()
            aria-valuemin="0"
            aria-valuemax=(marks - 1).to_string()
            aria-valuenow=move || mark.get().unwrap_or(0).to_string()
            aria-valuetext=move || mark.get().and_then(text_of).unwrap_or_default()
            on:keydown=on_key
            on:pointerdown=move |event| {
                if let Some(rail) = rail.get_untracked() {
                    let _ = rail.set_pointer_capture(event.pointer_id());
                }
                held.set(None);
                slide(&event);
            }
            on:pointermove=move |event| {
                if held.get_untracked().is_some() {
                    slide(&event);
                }
            }
            on:pointerup=move |_| held.set(None)
            on:pointercancel=move |_| held.set(None)
        >
            {(0_u8..)
                .zip(MARKS)
                .map(|(own, text)| {
                    view! {
                        <span
                            class="rail-mark"
                            class:here=move || mark.get() == Some(own)
                            class:vacant=move || !filled.run(own)
                            aria-hidden="true"
                        >
                            {text}
                        </span>
                    }
                })
                .collect_view()}
            <Show when=move || held.get().is_some()>
                <span class="rail-bubble" aria-hidden="true">
                    {move || held.get().and_then(text_of)}
                </span>
            </Show>
        </div>
    }
}

fn to_mark(number: u32) -> Option<u8> {
    u8::try_from(number).ok()
}

fn text_of(mark: u8) -> Option<&'static str> {
    MARKS.get(usize::from(mark)).copied()
}
