//! Memos, effects, conditions and lists that are compiled once.
//!
//! Leptos makes a copy of its own code for every closure that it is given. These take the closure in a box:
//! one copy for each type of value, or one in all. They behave as their namesakes in Leptos.

use std::pin::Pin;
use std::sync::Arc;

use leptos::children::ViewFn;
use leptos::either::Either;
use leptos::prelude::{
    AnyView, ChildrenFn, Effect, Get, GetUntracked, IntoAny, IntoView, LocalStorage, Memo, Owner, RwSignal,
    Set, Signal,
};
use leptos::tachys::reactive_graph::OwnedView;
use leptos::tachys::view::keyed::keyed;
use leptos::{component, task};

/// A value that is computed anew when what it was computed from changes, and tells only if it differs.
pub fn memo<T>(compute: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    boxed_memo(Box::new(compute))
}

fn boxed_memo<T>(compute: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| compute())
}

/// Runs `run` soon, and again whenever what it read has changed.
pub fn effect(run: impl FnMut() + 'static) {
    boxed_effect(Box::new(run));
}

fn boxed_effect(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_| run());
}

/// What `ask` answers; nothing until the first answer. Asks again whenever what `ask` read has changed, and
/// an answer that comes after that is dropped.
pub fn answered<T, A>(ask: impl Fn() -> A + 'static) -> Signal<Option<T>, LocalStorage>
where
    T: Clone + 'static,
    A: Future<Output = T> + 'static,
{
    boxed_answered(Box::new(move || Box::pin(ask())))
}

type Asking<T> = Box<dyn Fn() -> Pin<Box<dyn Future<Output = T>>>>;

fn boxed_answered<T: Clone + 'static>(ask: Asking<T>) -> Signal<Option<T>, LocalStorage> {
    let answer = RwSignal::new_local(None);
    let last = RwSignal::new(0_u32);
    effect(move || {
        let coming = ask();
        let own = last.try_get_untracked().unwrap_or_default().wrapping_add(1);
        last.set(own);
        task::spawn_local(async move {
            let value = coming.await;
            if last.try_get_untracked() == Some(own) {
                answer.try_set(Some(value));
            }
        });
    });
    answer.into()
}

/// Shows its children while `when` holds.
#[component]
pub fn Show(
    /// Whether the children are shown.
    #[prop(into)]
    when: Signal<bool>,
    /// What is shown.
    children: ChildrenFn,
    /// What is shown instead.
    #[prop(into, optional)]
    fallback: ViewFn,
) -> AnyView {
    let shown = memo(move || when.get());
    (move || if shown.get() { Either::Left(children()) } else { Either::Right(fallback.run()) }).into_any()
}

/// A row of each item. A row stays as long as its key is there, wherever it moves; each has its own owner.
#[component]
pub fn For<T, V>(
    /// The items, in their order.
    each: impl Fn() -> Vec<T> + Send + 'static,
    /// What tells the items apart.
    key: fn(&T) -> String,
    /// Makes the row of an item.
    children: impl Fn(T) -> V + Send + Sync + 'static,
) -> AnyView
where
    T: Send + 'static,
    V: IntoView + 'static,
{
    let children = Arc::new(children);
    keyed_rows(Box::new(move || {
        let row = |item: T| {
            let (key, children) = (key(&item), children.clone());
            Row { key, make: Box::new(move || children(item).into_any()) }
        };
        each().into_iter().map(row).collect()
    }))
}

struct Row {
    key: String,
    make: Box<dyn FnOnce() -> AnyView + Send>,
}

fn keyed_rows(rows: Box<dyn Fn() -> Vec<Row> + Send>) -> AnyView {
    let parent = Owner::current().unwrap_or_default();
    (move || {
        let parent = parent.clone();
        let make = move |_, row: Row| {
            let owner = parent.with(Owner::new);
            let view = owner.with(row.make);
            (drop::<usize>, OwnedView::new_with_owner(view, owner))
        };
        keyed(rows(), |row: &Row| row.key.clone(), make)
    })
    .into_any()
}
