//! Writing something new onto a customer's page: a note, a task, a purchase.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::draft::Draft;
use super::due::{DueChoice, RepeatSelect};
use super::page::use_page;
use crate::engine::screen::amount::parse_number;
use crate::model::records::{Edit, FieldChange};
use crate::model::{Date, FieldName, RecordId, RecordKind, Value};
use crate::ui::clock::{make_record_id, today};
use crate::ui::reactive::effect;
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::{DateField, TabPanel, Tabs, TextArea, TextField};

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum New {
    Note,
    Task,
    Purchase,
}

/// The place to write.
#[component]
pub fn Composer() -> impl IntoView {
    let i18n = use_i18n();
    let new = RwSignal::new(New::Note);
    let tabs: Vec<(New, TextProp)> = vec![
        (New::Note, t!(i18n, customer.new_note).into()),
        (New::Task, t!(i18n, customer.new_task).into()),
        (New::Purchase, t!(i18n, customer.new_purchase).into()),
    ];
    view! {
        <div class="composer">
            <Tabs
                label=t!(i18n, customer.write)
                name="composer"
                tabs
                value=new
                on_choose=move |chosen| new.set(chosen)
            />
            <TabPanel name="composer" label=t!(i18n, customer.write)>
                {move || match new.get() {
                    New::Note => view! { <NewNote /> }.into_any(),
                    New::Task => view! { <NewTask /> }.into_any(),
                    New::Purchase => view! { <NewPurchase /> }.into_any(),
                }}
            </TabPanel>
        </div>
    }
}

/// Fields of a new record on a page.
fn new_record(
    record: RecordId,
    kind: &RecordKind,
    parent: RecordId,
    fields: Vec<(FieldName, Value)>,
) -> Vec<Edit> {
    let parent = (!parent.is_nil()).then_some((FieldName::PARENT, Value::Link(parent)));
    parent
        .into_iter()
        .chain(fields)
        .filter(|(_, value)| !value.is_empty())
        .map(|(field, value)| Edit { record, kind: kind.clone(), change: FieldChange::Set(field, value) })
        .collect()
}

#[component]
fn NewNote() -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    let draft = Draft::new(format!("note/{}", page.id));
    let kind = RwSignal::new(String::new());
    let private = RwSignal::new(false);
    let add = Callback::new(move |()| {
        let text = draft.text.get_untracked();
        if text.trim().is_empty() {
            return;
        }
        let fields = vec![
            (FieldName::TEXT, Value::text(text)),
            (FieldName::DATE, Value::Date(today())),
            (FieldName::TYPE, Value::text(kind.get_untracked())),
            (FieldName::PRIVATE, if private.get_untracked() { Value::Flag(true) } else { Value::Empty }),
        ];
        draft.handed_over(page.save(new_record(make_record_id(), &RecordKind::Note, page.id, fields)));
        kind.set(String::new());
        private.set(false);
    });
    view! {
        <div class="new-note">
            <TextArea
                label=t!(i18n, customer.note_label)
                value=draft.text
                on_input=move |text| draft.typed(text)
                on_submit=add
            />
            <Restored draft />
            <p class="form-actions">
                <label class="inline-field">
                    <span>{t!(i18n, customer.note_type)}</span>
                    <select class="input select" prop:value=kind on:change:target=move |event| kind.set(event.target().value())>
                        <option value="">{t!(i18n, customer.no_type)}</option>
                        {move || {
                            let option = |word: &str| view! { <option value=word.to_owned()>{word.to_owned()}</option> };
                            t_string!(i18n, customer.note_types).split(' ').map(option).collect_view()
                        }}
                    </select>
                </label>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=private
                        on:change:target=move |event| private.set(event.target().checked())
                    />
                    <span>{t!(i18n, own_note.label)}</span>
                </label>
                <button type="button" class="button primary" on:click=move |_| add.run(())>
                    {t!(i18n, customer.add_note)}
                </button>
            </p>
        </div>
    }
}

#[component]
fn NewTask() -> impl IntoView {
    let page = use_page();
    view! {
        <TaskForm
            parent=page.id
            draft_key=format!("task/{}", page.id)
            on_add=Callback::new(move |edits| page.save(edits))
        />
    }
}

/// The fields of a new task; also on the screen of tasks, without a customer.
#[component]
pub fn TaskForm(
    /// The customer, or nil.
    parent: RecordId,
    /// Under which an unsaved title is kept.
    draft_key: String,
    /// Saves the task.
    on_add: Callback<Vec<Edit>, crate::ui::answer::Later>,
) -> impl IntoView {
    let i18n = use_i18n();
    let draft = Draft::new(draft_key);
    let title = RwSignal::new(String::new());
    // The field's signal and the draft hold the same text, in both directions.
    effect(move || title.set(draft.text.get()));
    effect(move || {
        let text = title.get();
        if draft.text.with_untracked(|kept| *kept != text) {
            draft.typed(text);
        }
    });
    let due = RwSignal::new(None::<Date>);
    let repeat = RwSignal::new(String::new());
    let error = RwSignal::new(false);
    let add = Callback::new(move |()| {
        let text = draft.text.get_untracked();
        error.set(text.trim().is_empty());
        if text.trim().is_empty() {
            return;
        }
        // A task that repeats needs a day to count from.
        let day =
            due.get_untracked().or_else(|| repeat.with_untracked(|repeat| (!repeat.is_empty()).then(today)));
        let fields = vec![
            (FieldName::TITLE, Value::text(text.trim())),
            (FieldName::DUE, day.map_or(Value::Empty, Value::Date)),
            (FieldName::REPEAT, Value::text(repeat.get_untracked())),
        ];
        draft.handed_over(on_add.run(new_record(make_record_id(), &RecordKind::Task, parent, fields)));
        due.set(None);
        repeat.set(String::new());
    });
    view! {
        <div class="new-task">
            <TextField
                label=t!(i18n, customer.task_label)
                value=title
                most=500
                on_enter=add
                error=Signal::derive(move || {
                    (error.get() && title.with(|title| title.trim().is_empty()))
                        .then(|| t_string!(i18n, customer.task_missing).to_owned())
                })
            />
            <Restored draft />
            <DueChoice due=due on_choose=move |day| due.set(day) />
            <p class="form-actions">
                <RepeatSelect value=repeat on_choose=move |word| repeat.set(word) />
                <button type="button" class="button primary" on:click=move |_| add.run(())>
                    {t!(i18n, customer.add_task)}
                </button>
            </p>
        </div>
    }
}

#[component]
fn NewPurchase() -> impl IntoView {
    let i18n = use_i18n();
    let page = use_page();
    // One line each: item, quantity, amount, channel.
    let draft = Draft::new(format!("purchase/{}", page.id));
    let lines: [RwSignal<String>; 4] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let [item, quantity, amount, channel] = lines;
    effect(move || {
        draft.text.with(|text| {
            let mut texts = text.split('\n');
            for line in lines {
                line.set(texts.next().unwrap_or_default().to_owned());
            }
        });
    });
    effect(move || {
        let text = lines.map(|line| line.get()).join("\n");
        let text = if text.trim().is_empty() { String::new() } else { text };
        if draft.text.with_untracked(|kept| *kept != text) {
            draft.typed(text);
        }
    });
    let date = RwSignal::new(Some(today()));
    let tried = RwSignal::new(false);
    let unread = move |text: RwSignal<String>| {
        Signal::derive(move || {
            (tried.get() && text.with(|text| !text.trim().is_empty() && parse_number(text).is_none()))
                .then(|| t_string!(i18n, customer.number_unread).to_owned())
        })
    };
    let missing = Signal::derive(move || {
        (tried.get() && item.with(|item| item.trim().is_empty()))
            .then(|| t_string!(i18n, customer.item_missing).to_owned())
    });
    let add = Callback::new(move |()| {
        tried.set(true);
        let count = |text: RwSignal<String>, otherwise: i64| {
            text.with_untracked(
                |text| if text.trim().is_empty() { Some(otherwise) } else { parse_number(text) },
            )
        };
        let (Some(count), Some(yen)) = (count(quantity, 1), count(amount, 0)) else { return };
        if item.with_untracked(|item| item.trim().is_empty()) {
            return;
        }
        let fields = vec![
            (FieldName::DATE, date.get_untracked().map_or(Value::Empty, Value::Date)),
            (FieldName::ITEM, Value::text(item.get_untracked().trim())),
            (FieldName::QUANTITY, Value::Number(count)),
            (FieldName::AMOUNT, Value::Number(yen)),
            (FieldName::CHANNEL, Value::text(channel.get_untracked().trim())),
        ];
        tried.set(false);
        draft.handed_over(page.save(new_record(make_record_id(), &RecordKind::Purchase, page.id, fields)));
    });
    view! {
        <div class="new-purchase">
            <DateField label=t!(i18n, customer.date) value=date on_change=move |day| date.set(day) />
            <TextField
                label=t!(i18n, customer.item)
                value=item
                error=missing
                most=500
                on_enter=add
            />
            <TextField
                label=t!(i18n, customer.quantity)
                value=quantity
                keyboard="numeric"
                error=unread(quantity)
                most=30
                on_enter=add
            />
            <TextField
                label=t!(i18n, customer.amount)
                value=amount
                keyboard="numeric"
                error=unread(amount)
                most=30
                on_enter=add
            />
            <TextField label=t!(i18n, customer.channel) value=channel most=200 on_enter=add />
            <Restored draft />
            <p class="form-actions">
                <button type="button" class="button primary" on:click=move |_| add.run(())>
                    {t!(i18n, customer.add_purchase)}
                </button>
            </p>
        </div>
    }
}

/// Says that unsaved text of an earlier time is back.
#[component]
fn Restored(draft: Draft) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <p class="restored" role="status">
            {move || draft.restored.get().then(|| t_string!(i18n, customer.draft_restored))}
        </p>
    }
}
