//! The timeline: what is pinned, what is to do, and the past, with chips to see one kind only.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::due::{EditDate, EditRepeat};
use super::edit::EditText;
use super::page::use_page;
use crate::engine::protocol::Request;
use crate::engine::rows::UndoLabel;
use crate::engine::screen::amount::parse_number;
use crate::engine::screen::due::days_until;
use crate::engine::screen::timeline::{Entry, Filter, Heading, arrange, counts};
use crate::model::records::{Note, Purchase, Task};
use crate::model::{Date, FieldName, RecordId, RecordKind, Value};
use crate::ui::clock::{offset, today};
use crate::ui::reactive::{For, Show, memo};
use crate::ui::session::use_session;
use crate::ui::text::{language, t, t_string, use_i18n};
use crate::ui::widgets::{EmptyState, Menu};
use crate::ui::words;

type Day = Option<Date>;

/// Entries that are shown at first, and again with each "more".
const STEP: usize = 50;

/// A line of the timeline.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Heading(Heading),
    Entry(Entry),
}

impl Line {
    /// What tells it from the other lines.
    fn key(&self) -> String {
        match self {
            Self::Heading(Heading::Pinned) => "pinned".to_owned(),
            Self::Heading(Heading::ToDo) => "to do".to_owned(),
            Self::Heading(Heading::Month(year, month)) => format!("{year}-{month}"),
            Self::Heading(Heading::Undated) => "undated".to_owned(),
            Self::Entry(Entry::Note(id) | Entry::Task(id) | Entry::Purchase(id)) => id.to_string(),
        }
    }
}

/// The timeline of the page.
#[component]
pub fn Timeline() -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let filter = RwSignal::new(Filter::All);
    let most = RwSignal::new(STEP);
    let arranged = memo(move || {
        page.content.with(|page| {
            let Some(page) = page else { return (Vec::new(), 0) };
            let (groups, more) = arrange(page, filter.get(), most.get(), offset());
            let lines = groups.into_iter().flat_map(|(heading, entries)| {
                std::iter::once(Line::Heading(heading)).chain(entries.into_iter().map(Line::Entry))
            });
            (lines.collect::<Vec<_>>(), more)
        })
    });
    let counts = page.part(counts);
    let chip = move |own: Filter, place: usize, words: TextProp| {
        view! {
            <button
                type="button"
                class="filter-chip"
                aria-pressed=move || (filter.get() == own).to_string()
                on:click=move |_| {
                    filter.set(own);
                    most.set(STEP);
                }
            >
                {move || words.get()}
                " "
                <span class="filter-count">{move || counts.get().get(place).copied().unwrap_or_default()}</span>
            </button>
        }
    };
    let line = move |line: Line| match line {
        Line::Heading(heading) => {
            view! { <h3 class="timeline-heading">{move || heading_words(i18n, heading)}</h3> }.into_any()
        }
        Line::Entry(Entry::Note(id)) => view! { <NoteEntry id /> }.into_any(),
        Line::Entry(Entry::Task(id)) => view! { <TaskEntry id /> }.into_any(),
        Line::Entry(Entry::Purchase(id)) => view! { <PurchaseEntry id /> }.into_any(),
    };
    view! {
        <section class="timeline" aria-label=t!(i18n, customer.timeline)>
            <h2 class="visually-hidden">{t!(i18n, customer.timeline)}</h2>
            <div class="timeline-filter" role="group" aria-label=t!(i18n, customer.filter)>
                {chip(Filter::All, 0, t!(i18n, customer.filter_all).into())}
                {chip(Filter::Notes, 1, t!(i18n, customer.filter_notes).into())}
                {chip(Filter::Tasks, 2, t!(i18n, customer.filter_tasks).into())}
                {chip(Filter::Purchases, 3, t!(i18n, customer.filter_purchases).into())}
            </div>
            <For each=move || arranged.get().0 key=Line::key children=line />
            <Show when=move || arranged.with(|(lines, _)| lines.is_empty())>
                <EmptyState title=t!(i18n, customer.timeline_empty) />
            </Show>
            <Show when=move || arranged.with(|(_, more)| *more > 0)>
                <button
                    type="button"
                    class="button secondary"
                    on:click=move |_| most.update(|most| *most += STEP * 4)
                >
                    {move || {
                        let more = i64::try_from(arranged.with(|(_, more)| *more)).unwrap_or(i64::MAX);
                        t_string!(i18n, customer.more, count = words::number(more)).to_string()
                    }}
                </button>
            </Show>
        </section>
    }
}

fn heading_words(i18n: crate::ui::text::Texts, heading: Heading) -> String {
    match heading {
        Heading::Pinned => t_string!(i18n, customer.heading_pinned).to_owned(),
        Heading::ToDo => t_string!(i18n, customer.heading_to_do).to_owned(),
        Heading::Undated => t_string!(i18n, customer.heading_undated).to_owned(),
        Heading::Month(year, month) => {
            let name = t_string!(i18n, customer.months)
                .split(' ')
                .nth(usize::from(month.saturating_sub(1)))
                .unwrap_or("");
            t_string!(i18n, customer.heading_month, year = year, month = name).to_string()
        }
    }
}

#[component]
fn NoteEntry(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let part = NotePart { id };
    let text = part.read(|note| note.text.clone());
    let kind = part.read(|note| note.kind.clone());
    let pinned = part.read(|note| note.pinned);
    let private = part.read(|note| note.private);
    let concurrent = part.read(|note| note.concurrent);
    let date = part.read(|note| Some(note.date.unwrap_or_else(|| note.created.date(offset()))));
    let set = move |field, value| page.set(id, RecordKind::Note, field, value);
    view! {
        <article class="entry note" class:pinned=pinned>
            <header class="entry-head">
                <span class="entry-kind">{move || {
                    let kind = kind.get();
                    if kind.is_empty() { t_string!(i18n, customer.note).to_owned() } else { kind }
                }}</span>
                <EditDate
                    label=t!(i18n, customer.date)
                    value=date
                    empty=t!(i18n, customer.no_date)
                    on_save=move |day: Day| set(FieldName::DATE, day.map_or(Value::Empty, Value::Date))
                />
                <Show when=move || private.get()>
                    <span class="entry-private">{t!(i18n, own_note.mark)}</span>
                </Show>
                <Show when=move || concurrent.get()>
                    <button
                        type="button"
                        class="conflict-chip"
                        on:click=move |_| page.history.set(Some((id, Some(FieldName::TEXT))))
                    >
                        {t!(i18n, customer.conflict)}
                    </button>
                </Show>
                <Menu label=t!(i18n, common.menu)>
                    <button
                        type="button"
                        class="menu-item"
                        on:click=move |_| set(FieldName::PINNED, Value::Flag(!pinned.get_untracked()))
                    >
                        {move || if pinned.get() { t_string!(i18n, customer.unpin) } else { t_string!(i18n, customer.pin) }}
                    </button>
                    <button
                        type="button"
                        class="menu-item"
                        on:click=move |_| set(FieldName::PRIVATE, Value::Flag(!private.get_untracked()))
                    >
                        {move || {
                            if private.get() { t_string!(i18n, own_note.unset) } else { t_string!(i18n, own_note.set) }
                        }}
                    </button>
                    <CommonActions id />
                </Menu>
            </header>
            <EditText
                class="entry-text"
                bare=true
                multiline=true
                label=t!(i18n, customer.note)
                value=text
                empty=t!(i18n, customer.add_text)
                on_save=move |text: String| set(FieldName::TEXT, Value::Text(text))
            />
        </article>
    }
}

/// Reads parts of one note.
#[derive(Clone, Copy)]
struct NotePart {
    id: RecordId,
}

impl NotePart {
    fn read<T>(self, read: fn(&Note) -> T) -> Memo<T>
    where
        T: Default + PartialEq + Send + Sync + 'static,
    {
        use_page()
            .part(move |page| page.notes.iter().find(|note| note.id == self.id).map(read).unwrap_or_default())
    }
}

#[component]
fn TaskEntry(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let task =
        page.part(move |page| page.tasks.iter().find(|task| task.id == id).cloned().unwrap_or_default());
    view! {
        <article class="entry task">
            <TaskLine
                task
                on_edit=Callback::new(move |(field, value)| page.set(id, RecordKind::Task, field, value))
            >
                <Menu label=t!(i18n, common.menu)>
                    <CommonActions id />
                </Menu>
            </TaskLine>
        </article>
    }
}

/// What the menu of every record offers.
#[component]
fn CommonActions(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    view! {
        <button type="button" class="menu-item" on:click=move |_| page.history.set(Some((id, None)))>
            {t!(i18n, customer.history)}
        </button>
        <button type="button" class="menu-item" on:click=move |_| page.delete(vec![id])>
            {t!(i18n, common.delete)}
        </button>
    }
}

/// A task with its box to tick; also on the screen of tasks.
#[component]
pub fn TaskLine(
    /// The task.
    #[prop(into)]
    task: Signal<Task>,
    /// Saves a field.
    on_edit: Callback<(FieldName, Value)>,
    /// Whose task it is, where that is not clear: the address of the page and the name.
    #[prop(into, optional)]
    customer: Signal<Option<(String, String)>>,
    /// Further actions.
    children: Children,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    // Ticked at once; the engine's word comes a moment later.
    let ticked = RwSignal::new(None::<bool>);
    let is_done = memo(move || {
        let done = task.with(|task| task.done.is_some());
        ticked.get().unwrap_or(done)
    });
    let title = memo(move || task.with(|task| task.title.clone()));
    let due = memo(move || task.with(|task| task.due));
    let repeat = memo(move || task.with(|task| task.repeat.clone()));
    let owner = memo(move || task.with(|task| task.owner.clone()));
    let late = memo(move || {
        !is_done.get() && due.get().and_then(|due| days_until(due, today())).is_some_and(|days| days < 0)
    });
    let finish = move |_| {
        let done = !is_done.get_untracked();
        ticked.set(Some(done));
        let task = task.with_untracked(|task| task.id);
        let answer = session.commit(Request::FinishTask { task, done, today: today() });
        leptos::task::spawn_local(async move {
            if answer.await.is_ok() {
                session.offer_undo(UndoLabel::Finish);
            }
            ticked.try_set(None);
        });
    };
    view! {
        <div class="task-line" class:done=is_done class:late=late>
            <button
                type="button"
                class="task-box"
                role="checkbox"
                aria-checked=move || is_done.get().to_string()
                aria-label=move || t_string!(i18n, customer.tick, title = title.get()).to_string()
                on:click=finish
            >
                <span aria-hidden="true"></span>
            </button>
                <EditText
                    class="task-title"
                    bare=true
                    label=t!(i18n, customer.task_label)
                    value=title
                    empty=t!(i18n, customer.no_title)
                    on_save=move |text: String| on_edit.run((FieldName::TITLE, Value::text(text)))
                />
                <div class="task-facts">
                    <EditDate
                        label=t!(i18n, customer.due)
                        value=due
                        shortcuts=true
                        empty=t!(i18n, customer.no_due)
                        on_save=move |day: Day| {
                            on_edit.run((FieldName::DUE, day.map_or(Value::Empty, Value::Date)));
                        }
                    />
                    <Show when=move || late.get()>
                        <span class="task-late">{t!(i18n, customer.late)}</span>
                    </Show>
                    {move || customer.get().map(|(link, name)| view! { <a class="task-customer" href=link>{name}</a> })}
                    <EditRepeat
                        value=repeat
                        on_save=move |word: String| on_edit.run((FieldName::REPEAT, Value::text(word)))
                    />
                    <Show when=move || owner.with(|owner| !owner.is_empty())>
                        <span class="task-owner">{owner}</span>
                    </Show>
                </div>
                {children()}
        </div>
    }
}

#[component]
fn PurchaseEntry(id: RecordId) -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let purchase = page.part(move |page| {
        page.purchases.iter().find(|purchase| purchase.id == id).cloned().unwrap_or_default()
    });
    let part = move |read: fn(&Purchase) -> String| memo(move || purchase.with(read));
    let date = memo(move || purchase.with(|purchase| purchase.date));
    let set = move |field, value| page.set(id, RecordKind::Purchase, field, value);
    let is_number = Callback::new(|text: String| parse_number(&text).is_some());
    let as_number = |text: &str| parse_number(text).map_or(Value::Empty, Value::Number);
    let yen = Callback::new(move |text: String| words::yen(parse_number(&text).unwrap_or(0), language(i18n)));
    let count = Callback::new(move |text: String| t_string!(i18n, customer.pieces, count = text).to_string());
    view! {
        <article class="entry purchase">
            <header class="entry-head">
                <span class="entry-kind">{t!(i18n, customer.purchase)}</span>
                <EditDate
                    label=t!(i18n, customer.date)
                    value=date
                    empty=t!(i18n, customer.no_date)
                    on_save=move |day: Day| set(FieldName::DATE, day.map_or(Value::Empty, Value::Date))
                />
                <Menu label=t!(i18n, common.menu)>
                    <CommonActions id />
                </Menu>
            </header>
            <div class="purchase-facts">
                <EditText
                    class="purchase-item"
                    bare=true
                    label=t!(i18n, customer.item)
                    value=part(|purchase| purchase.item.clone())
                    empty=t!(i18n, customer.item)
                    on_save=move |text: String| set(FieldName::ITEM, Value::text(text))
                />
                <EditText
                    class="purchase-quantity"
                    bare=true
                    keyboard="numeric"
                    label=t!(i18n, customer.quantity)
                    value=part(|purchase| purchase.quantity.to_string())
                    shown=count
                    empty=t!(i18n, customer.quantity)
                    check=is_number
                    problem=t!(i18n, customer.number_unread)
                    on_save=move |text: String| set(FieldName::QUANTITY, as_number(&text))
                />
                <EditText
                    class="purchase-amount"
                    bare=true
                    keyboard="numeric"
                    label=t!(i18n, customer.amount)
                    value=part(|purchase| words::number(purchase.amount))
                    shown=yen
                    empty=t!(i18n, customer.amount)
                    check=is_number
                    problem=t!(i18n, customer.number_unread)
                    on_save=move |text: String| set(FieldName::AMOUNT, as_number(&text))
                />
                <EditText
                    class="purchase-channel"
                    bare=true
                    label=t!(i18n, customer.channel)
                    value=part(|purchase| purchase.channel.clone())
                    empty=t!(i18n, customer.add_channel)
                    on_save=move |text: String| set(FieldName::CHANNEL, Value::text(text))
                />
            </div>
        </article>
    }
}
