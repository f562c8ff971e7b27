//! What there is to do: overdue, today, this week, later, without a day, done.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::customer::{TaskForm, TaskLine};
use super::task_calendar::TaskCalendar;
use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::engine::rows::{TaskBoard, TaskRow};
use crate::model::records::{Edit, FieldChange, Task};
use crate::model::{FieldName, RecordId, RecordKind, Value};
use crate::ui::badge::set_badge;
use crate::ui::clock::today;
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::{For, Show, effect, memo};
use crate::ui::route::Route;
use crate::ui::session::use_session;
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::{EmptyState, Menu};
use crate::ui::words::number;

/// A group of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// Due before today.
    Overdue,
    /// Due today.
    Today,
    /// Due in the six days after.
    Week,
    /// Due later.
    Later,
    /// Without a due date.
    Undated,
    /// Done.
    Done,
}

impl Group {
    /// In the order of [`TaskBoard::counts`].
    const ALL: [Self; 6] = [Self::Overdue, Self::Today, Self::Week, Self::Later, Self::Undated, Self::Done];

    fn rows(self, board: &TaskBoard) -> &Vec<TaskRow> {
        match self {
            Self::Overdue => &board.overdue,
            Self::Today => &board.today,
            Self::Week => &board.week,
            Self::Later => &board.later,
            Self::Undated => &board.undated,
            Self::Done => &board.done,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(self, board: &TaskBoard) -> u32 {
        let place = Self::ALL.iter().position(|group| *group == self);
        place.and_then(|place| board.counts.get(place)).copied().unwrap_or_default()
    }
}

/// The task board, and why there is none.
#[derive(Clone, Copy)]
pub struct FollowedTasks {
    /// The board as it is now; nothing until it has come.
    pub board: RwSignal<Option<TaskBoard>>,
    /// Why it has not come.
    pub failure: RwSignal<Option<Failure>>,
}

/// The task board, as the notebook changes and days go by.
#[must_use]
pub fn follow_tasks() -> FollowedTasks {
    let session = use_session();
    let board = RwSignal::new(None::<TaskBoard>);
    let failure = RwSignal::new(None::<Failure>);
    let load = move || {
        spawn_local(async move {
            match session.engine.call(Request::Tasks { today: today() }).await {
                Ok(Reply::Tasks(news)) => {
                    failure.try_set(None);
                    board.try_set(Some(news));
                }
                Ok(_) => {
                    failure.try_set(Some(Failure::Unreadable));
                }
                Err(reason) => {
                    failure.try_set(Some(reason));
                }
            }
        });
    };
    let changed = memo(move || session.changed.with(|changed| changed.revision));
    effect(move || {
        changed.get();
        load();
    });
    // Left open over night, the screen knows the new day when one comes back to it.
    let focus = window_event_listener(leptos::ev::focus, move |_| load());
    on_cleanup(move || focus.remove());
    effect(move || {
        let due = board.with(|board| {
            board.as_ref().map(|board| Group::Overdue.count(board) + Group::Today.count(board))
        });
        if let Some(due) = due {
            set_badge(due);
        }
    });
    FollowedTasks { board, failure }
}

/// The screen.
#[component]
pub fn Tasks() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let FollowedTasks { board, failure } = follow_tasks();
    let all_done = memo(move || {
        board.with(|board| {
            board.as_ref().is_some_and(|board| board.counts.iter().take(5).all(|count| *count == 0))
        })
    });
    view! {
        <div class="tasks">
            <h1>{t!(i18n, tasks.title)}</h1>
            <details class="tasks-add">
                <summary class="button primary">
                    <span aria-hidden="true">"＋ "</span>
                    {t!(i18n, tasks.add)}
                </summary>
                <TaskForm
                    parent=RecordId::NIL
                    draft_key="task/".to_owned()
                    on_add=Callback::new(move |edits| session.save(edits))
                />
            </details>
            {move || failure.get().map(|reason| {
                view! { <p class="field-error" role="alert">{failure_text(i18n, &reason)}</p> }
            })}
            <Show when=move || board.with(Option::is_none) && failure.with(Option::is_none)>
                <p role="status">{t!(i18n, common.loading)}</p>
            </Show>
            <Show when=move || all_done.get()>
                <EmptyState title=t!(i18n, tasks.none_title) text=t!(i18n, tasks.none_text) />
            </Show>
            {Group::ALL.map(|group| view! { <TaskGroup group board /> }).collect_view()}
            <TaskCalendar />
        </div>
    }
}

/// The tasks of one group, with their number; nothing when there are none.
#[component]
pub fn TaskGroup(
    /// Which.
    group: Group,
    /// Where they come from.
    board: RwSignal<Option<TaskBoard>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let ids = memo(move || {
        board.with(|board| {
            let rows = board
                .as_ref()
                .map(|board| group.rows(board).iter().map(|row| row.task.id).collect::<Vec<_>>());
            rows.unwrap_or_default()
        })
    });
    let count =
        memo(move || board.with(|board| board.as_ref().map(|board| group.count(board)).unwrap_or_default()));
    let title = move || match group {
        Group::Overdue => t_string!(i18n, tasks.overdue),
        Group::Today => t_string!(i18n, tasks.today),
        Group::Week => t_string!(i18n, tasks.week),
        Group::Later => t_string!(i18n, tasks.later),
        Group::Undated => t_string!(i18n, tasks.undated),
        Group::Done => t_string!(i18n, tasks.done),
    };
    let hidden = memo(move || {
        let shown = u32::try_from(ids.with(Vec::len)).unwrap_or(u32::MAX);
        count.get().saturating_sub(shown)
    });
    let rows = move || {
        view! {
            <ul class="tasks-rows">
                <For each=move || ids.get() key=RecordId::to_string let:id>
                    <TaskItem id group board />
                </For>
            </ul>
            <Show when=move || { hidden.get() > 0 }>
                <p class="tasks-hidden">
                    {move || t_string!(i18n, tasks.hidden, count = number(i64::from(hidden.get()))).to_string()}
                </p>
            </Show>
        }
    };
    let heading = move || {
        view! {
            <h2>
                {title}
                " "
                <span class="tasks-count">{move || number(i64::from(count.get()))}</span>
            </h2>
        }
    };
    view! {
        <Show when=move || { count.get() > 0 }>
            {if group == Group::Done {
                view! {
                    <details class="tasks-group done">
                        <summary>{heading()}</summary>
                        {rows()}
                    </details>
                }
                    .into_any()
            } else {
                view! {
                    <section class="tasks-group" class:overdue=group == Group::Overdue>
                        {heading()}
                        {rows()}
                    </section>
                }
                    .into_any()
            }}
        </Show>
    }
}

#[component]
fn TaskItem(id: RecordId, group: Group, board: RwSignal<Option<TaskBoard>>) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let row = memo(move || {
        board.with(|board| {
            let row = board
                .as_ref()
                .and_then(|board| group.rows(board).iter().find(|row| row.task.id == id).cloned());
            row.unwrap_or_default()
        })
    });
    let task = memo(move || row.with(|row| row.task.clone()));
    let customer = Signal::derive(move || {
        let (id, name) = row.with(|row| (row.task.customer, row.customer.clone()));
        let name = if name.is_empty() { t_string!(i18n, customer.no_name).to_owned() } else { name };
        (!id.is_nil()).then(|| (Route::Customer(id).to_string(), name))
    });
    let edit = Callback::new(move |(field, value): (FieldName, Value)| {
        // Shown at once; the board comes anew when it is saved.
        board.update(|board| {
            let row = board.as_mut().and_then(|board| {
                let rows = match group {
                    Group::Overdue => &mut board.overdue,
                    Group::Today => &mut board.today,
                    Group::Week => &mut board.week,
                    Group::Later => &mut board.later,
                    Group::Undated => &mut board.undated,
                    Group::Done => &mut board.done,
                };
                rows.iter_mut().find(|row| row.task.id == id)
            });
            if let Some(row) = row {
                show(&mut row.task, &field, &value);
            }
        });
        session.save(vec![Edit {
            record: id,
            kind: RecordKind::Task,
            change: FieldChange::Set(field, value),
        }]);
    });
    view! {
        <li class="tasks-row">
            <TaskLine task on_edit=edit customer>
                <Menu label=t!(i18n, common.menu)>
                    <button type="button" class="menu-item" on:click=move |_| session.delete(vec![id])>
                        {t!(i18n, common.delete)}
                    </button>
                </Menu>
            </TaskLine>
        </li>
    }
}

fn show(task: &mut Task, field: &FieldName, value: &Value) {
    let text = value.as_text().unwrap_or_default();
    if *field == FieldName::TITLE {
        text.clone_into(&mut task.title);
    } else if *field == FieldName::REPEAT {
        text.clone_into(&mut task.repeat);
    } else if *field == FieldName::DUE {
        task.due = if let Value::Date(day) = value { Some(*day) } else { None };
    }
}
