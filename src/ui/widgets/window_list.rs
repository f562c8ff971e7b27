//! A list of any length that draws only what is on the screen.
//!
//! A fixed number of row elements is made once and given other rows as the list scrolls: scrolling makes
//! and removes no element. That is why the list itself has the focus, not a row: it is a listbox that
//! points at its active row (`aria-activedescendant`), so recycling can't lose the focus.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::{html, text_prop::TextProp};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{HtmlElement, ResizeObserver};

use crate::engine::screen::window::{Move, Window};
use crate::ui::reactive::{For, effect, memo};

/// Rows drawn above and below what is seen.
const SPARE: u32 = 6;

/// Where a list stands. Made by whoever outlives the list, so that a list that is shown again stands where
/// it stood; a copy is the same.
#[derive(Clone, Copy)]
pub struct Scroller {
    window: RwSignal<Window>,
    active: RwSignal<u32>,
    /// Where to scroll, and a number that makes the same place twice two wishes.
    wish: RwSignal<(u32, i32)>,
}

impl Default for Scroller {
    fn default() -> Self {
        Self { window: RwSignal::default(), active: RwSignal::new(0), wish: RwSignal::new((0, 0)) }
    }
}

impl Scroller {
    /// The first row on the screen.
    #[must_use]
    pub fn first_row(self) -> u32 {
        self.window.with(|window| window.visible(0).start)
    }

    /// The rows that are drawn.
    #[must_use]
    pub fn rows(self) -> std::ops::Range<u32> {
        self.window.with(|window| window.visible(SPARE))
    }

    /// The same, without following it.
    #[must_use]
    pub fn rows_now(self) -> std::ops::Range<u32> {
        self.window.try_with_untracked(|window| window.visible(SPARE)).unwrap_or_default()
    }

    /// The list has so many rows now.
    pub fn set_count(self, count: u32) {
        self.window.try_update(|window| window.count = count);
        self.active.try_update(|active| *active = (*active).min(count.saturating_sub(1)));
    }

    /// Scrolls so that the row `index` is the first on the screen, and makes it the active one.
    pub fn jump(self, index: u32) {
        self.active.try_set(index);
        if let Some(place) = self.window.try_with_untracked(|window| window.scroll_to(index)) {
            self.wish(place);
        }
    }

    fn reveal(self, index: u32) {
        if let Some(Some(place)) = self.window.try_with_untracked(|window| window.reveal(index)) {
            self.wish(place);
        }
    }

    fn wish(self, place: i32) {
        // Also where the list is not on the screen, or will be in a moment.
        self.window.try_update(|window| window.scrolled = place);
        self.wish.try_update(|wish| *wish = (wish.0.wrapping_add(1), place));
    }
}

/// The list.
#[component]
pub fn WindowList<V: IntoView + 'static>(
    /// The id of the list's element; rows are `<id>-<index>`.
    id: &'static str,
    /// What the list is called by a screen reader.
    #[prop(into)]
    label: TextProp,
    /// Where it stands, and how many rows it has.
    scroller: Scroller,
    /// Whether a row is the chosen one.
    chosen: Callback<u32, bool>,
    /// Called with the index of a row that was clicked, or on which Enter was pressed.
    on_open: Callback<u32>,
    /// Draws a row. The index changes when the element is given another row.
    row: impl Fn(Signal<u32>) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    let ruler = NodeRef::<html::Div>::new();
    let (window, active, wish) = (scroller.window, scroller.active, scroller.wish);

    watch_size(scroller, list, ruler);
    Effect::new(move |seen: Option<u32>| {
        let (number, place) = wish.get();
        if let Some(list) = list.get().filter(|_| seen.is_some_and(|seen| seen != number)) {
            list.set_scroll_top(place);
        }
        number
    });

    let rows = memo(move || scroller.rows());
    // Grows only, so that elements are not made again and again while the window is resized.
    let elements = Memo::new(move |before: Option<&u32>| {
        let (range, fits) = window.with(|window| (window.visible(SPARE), window.fits()));
        (range.end - range.start).max(fits + 2 * SPARE + 2).max(before.copied().unwrap_or(0))
    });
    let shown_active =
        memo(move || Some(active.get()).filter(|active| rows.with(|rows| rows.contains(active))));

    let on_key = move |event: KeyboardEvent| {
        if event.is_composing() || event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let (count, page) = window.with_untracked(|window| (window.count, window.fits()));
        let now = active.get_untracked();
        if let Some(step) = Move::of_key(&event.key()) {
            event.prevent_default();
            // The first key after scrolling by hand goes on from what is seen.
            let seen = window.with_untracked(|window| window.visible(0));
            let from = if seen.contains(&now) { step.from(now, count, page) } else { seen.start };
            let next =
                if matches!(step, Move::First | Move::Last) { step.from(now, count, page) } else { from };
            active.set(next);
            scroller.reveal(next);
        } else if matches!(event.key().as_str(), "Enter" | " ") && now < count {
            event.prevent_default();
            on_open.run(now);
        }
    };

    view! {
        <div
            class="window-list"
            id=id
            node_ref=list
            role="listbox"
            tabindex="0"
            aria-label=move || label.get()
            aria-activedescendant=move || shown_active.get().map(|index| format!("{id}-{index}"))
            on:keydown=on_key
            on:scroll=move |event| {
                if let Some(list) = event.current_target().and_then(|list| list.dyn_into::<HtmlElement>().ok()) {
                    window.update(|window| window.scrolled = list.scroll_top());
                }
            }
        >
            <div class="window-list-ruler" aria-hidden="true" node_ref=ruler></div>
            <div
                class="window-list-track"
                role="presentation"
                style:height=move || format!("{}px", window.with(|window| window.length()))
            >
                <For each=move || (0..elements.get()).collect() key=u32::to_string let:element>
                    {
                        let index = memo(move || {
                            let (start, all) = (rows.with(|rows| rows.start), elements.get().max(1));
                            start + (element + all - start % all) % all
                        });
                        let is_there = memo(move || rows.with(|rows| rows.contains(&index.get())));
                        let is_chosen = memo(move || is_there.get() && chosen.run(index.get()));
                        let place = memo(move || window.with(|window| window.place(index.get())));
                        view! {
                            <div
                                class="window-list-row"
                                class:active=move || active.get() == index.get()
                                class:odd=move || index.get() % 2 == 1
                                role="option"
                                hidden=move || !is_there.get()
                                id=move || format!("{id}-{}", index.get())
                                aria-selected=move || if is_chosen.get() { "true" } else { "false" }
                                aria-posinset=move || (index.get() + 1).to_string()
                                aria-setsize=move || window.with(|window| window.count).to_string()
                                style:transform=move || format!("translateY({}px)", place.get())
                                on:click=move |_| {
                                    active.set(index.get_untracked());
                                    on_open.run(index.get_untracked());
                                }
                            >
                                {row(index.into())}
                            </div>
                        }
                    }
                </For>
            </div>
        </div>
    }
}

/// Follows the height of the list and of a row (which grows with the text). A list that is hidden for a
/// while is put back to where it stood.
fn watch_size(scroller: Scroller, list: NodeRef<html::Div>, ruler: NodeRef<html::Div>) {
    type Watch = (ResizeObserver, Closure<dyn FnMut()>);
    let watch = StoredValue::new_local(None::<Watch>);
    effect(move || {
        let (Some(list), Some(ruler)) = (list.get(), ruler.get()) else { return };
        let mut hidden = true;
        let (seen, measured) = (list.clone(), ruler.clone());
        let measure = Closure::<dyn FnMut()>::new(move || {
            let (height, row) = (seen.client_height(), measured.offset_height());
            if height == 0 || row == 0 {
                hidden = true;
                return;
            }
            let scrolled = scroller.window.try_update(|window| {
                if (window.height, window.row) != (height, row) {
                    // Larger text: the same row stays on top.
                    let first = window.visible(0).start;
                    let grown = window.row != row && window.row > 0;
                    (window.height, window.row) = (height, row);
                    if grown {
                        window.scrolled = window.scroll_to(first);
                    }
                }
                window.scrolled
            });
            if let Some(scrolled) = scrolled.filter(|scrolled| hidden || *scrolled != seen.scroll_top()) {
                hidden = false;
                // The track gets its height when the effects have run.
                let seen = seen.clone();
                request_animation_frame(move || seen.set_scroll_top(scrolled));
            }
        });
        let Ok(observer) = ResizeObserver::new(measure.as_ref().unchecked_ref()) else { return };
        observer.observe(&list);
        observer.observe(&ruler);
        watch.set_value(Some((observer, measure)));
    });
    on_cleanup(move || {
        watch.try_update_value(|watch| {
            if let Some((observer, _)) = watch.take() {
                observer.disconnect();
            }
        });
    });
}
