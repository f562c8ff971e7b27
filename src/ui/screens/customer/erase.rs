//! Erasing a customer for good, because the customer asked for it: what goes, who has the data, the
//! passphrase and the name once more, and a letter to those who were given the data.

use leptos::html::{Div, Input};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::bundle::Kind;
use crate::engine::Failure;
use crate::engine::protocol::{Outcome, Reply, Request};
use crate::engine::sharing::rows::{ErasePlan, LedgerRow};
use crate::model::RecordId;
use crate::ui::clock::{offset, today};
use crate::ui::failure_text::failure_text;
use crate::ui::file::print_soon;
use crate::ui::kind_text::records_words;
use crate::ui::reactive::effect;
use crate::ui::session::{JobKind, use_session};
use crate::ui::text::{Texts, language, t, t_string, use_i18n};
use crate::ui::widgets::{Dialog, Notice, Paper, PassphraseField, TextField};
use crate::ui::words::{date, date_time, number};

/// What the dialog shows.
#[derive(Clone, PartialEq)]
enum Step {
    Asking,
    Plan(Box<ErasePlan>),
    Done(Box<ErasePlan>),
    Failed(Failure),
}

/// The dialog.
#[component]
pub fn EraseDialog(
    /// The customer.
    id: RecordId,
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Called when the customer is gone and the person has read it.
    on_gone: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let step = RwSignal::new(Step::Asking);
    let busy = RwSignal::new(false);
    effect(move || {
        if !open.get() {
            return;
        }
        step.set(Step::Asking);
        spawn_local(async move {
            let next = match session.engine.call(Request::PlanErase(vec![id])).await {
                Ok(Reply::ErasePlan(plan)) => Step::Plan(plan),
                Ok(_) => Step::Failed(Failure::Unreadable),
                Err(failure) => Step::Failed(failure),
            };
            step.try_set(next);
        });
    });
    let close = Callback::new(move |()| {
        // Half-way there is no turning back, and the result must be read.
        if busy.get_untracked() {
            return;
        }
        open.set(false);
        if matches!(step.get_untracked(), Step::Done(..)) {
            on_gone.run(());
        }
    });
    let node = NodeRef::<Div>::new();
    let done = Callback::new(move |plan: ErasePlan| {
        step.set(Step::Done(Box::new(plan)));
        if let Some(part) = node.get_untracked() {
            let _ = part.focus();
        }
    });
    view! {
        <Dialog open on_close=close title=t!(i18n, erase.title)>
            <div class="erase-steps" node_ref=node tabindex="-1">
                {move || match step.get() {
                    Step::Asking => view! { <p role="status">{t!(i18n, common.loading)}</p> }.into_any(),
                    Step::Failed(failure) => {
                        view! { <Notice tone="bad"><p>{failure_text(i18n, &failure)}</p></Notice> }.into_any()
                    }
                    Step::Plan(plan) => view! { <Ask id plan=*plan busy on_done=done /> }.into_any(),
                    Step::Done(plan) => view! { <After plan=*plan on_close=close /> }.into_any(),
                }}
            </div>
        </Dialog>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lacks {
    Name,
    Passphrase,
}

/// What erasing would do, and the name and the passphrase to confirm it.
#[component]
fn Ask(id: RecordId, plan: ErasePlan, busy: RwSignal<bool>, on_done: Callback<ErasePlan>) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let name = plan.names.join("、");
    let name = if name.trim().is_empty() { t_string!(i18n, customer.no_name).to_owned() } else { name };
    let name = StoredValue::new(name);
    let typed = RwSignal::new(String::new());
    let passphrase = RwSignal::new(String::new());
    let lacks = RwSignal::new(None::<Lacks>);
    let failure = RwSignal::new(None::<Failure>);
    let (name_node, passphrase_node) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let focus = |node: NodeRef<Input>| {
        if let Some(input) = node.try_get_untracked().flatten() {
            let _ = input.focus();
        }
    };
    let kept = StoredValue::new(plan.clone());
    let erase = move || {
        if busy.get_untracked() {
            return;
        }
        failure.set(None);
        let secret = passphrase.get_untracked();
        let is_named = name.with_value(|name| typed.with_untracked(|typed| same_name(name, typed)));
        let missing = match (is_named, secret.is_empty()) {
            (false, _) => Some(Lacks::Name),
            (true, true) => Some(Lacks::Passphrase),
            (true, false) => None,
        };
        lacks.set(missing);
        match missing {
            Some(Lacks::Name) => return focus(name_node),
            Some(Lacks::Passphrase) => return focus(passphrase_node),
            None => {}
        }
        busy.set(true);
        spawn_local(async move {
            session.settle(100).await;
            let request = Request::Erase { records: vec![id], passphrase: secret };
            let outcome = session.run_job(JobKind::Erase, request, None).await;
            busy.try_set(false);
            match outcome {
                Ok(Outcome::Erased(_)) => {
                    on_done.try_run(kept.try_get_value().unwrap_or_default());
                }
                Ok(_) => {
                    failure.try_set(Some(Failure::Unreadable));
                }
                Err(found) => {
                    failure.try_set(Some(found));
                    focus(passphrase_node);
                }
            }
        });
    };
    let name_error = Signal::derive(move || {
        (lacks.get() == Some(Lacks::Name)).then(|| t_string!(i18n, erase.name_wrong).to_owned())
    });
    let passphrase_error = Signal::derive(move || match failure.get() {
        Some(found @ Failure::WrongPassphrase) => Some(failure_text(i18n, &found)),
        _ => (lacks.get() == Some(Lacks::Passphrase)).then(|| t_string!(i18n, unlock.missing).to_owned()),
    });
    let trouble = move || failure.get().filter(|found| *found != Failure::WrongPassphrase);
    let goes = plan
        .records
        .into_iter()
        .map(|(kind, many)| {
            view! {
                <dt>{move || records_words(i18n, &kind)}</dt>
                <dd>{number(i64::from(many))}</dd>
            }
        })
        .collect_view();
    let members = plan.members.join("、");
    view! {
        <p>{t!(i18n, erase.lead)}</p>
        <p><strong>{t!(i18n, erase.no_way_back)}</strong></p>
        <h3>{t!(i18n, erase.goes)}</h3>
        <dl class="facts">{goes}</dl>
        {(!members.is_empty()).then(|| view! {
            <h3>{t!(i18n, erase.colleagues)}</h3>
            <p>{members}</p>
        })}
        <h3>{t!(i18n, erase.holders)}</h3>
        <Holders holders=plan.holders />
        <p class="field-hint">{t!(i18n, erase.holders_note)}</p>
        <form
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                erase();
            }
        >
            <TextField
                label=move || {
                    t_string!(i18n, erase.name, name = name.try_get_value().unwrap_or_default())
                }
                value=typed
                error=name_error
                required=true
                most=500
                node=name_node
            />
            <PassphraseField
                label=t!(i18n, passphrase.label)
                hint=t!(i18n, erase.passphrase_hint)
                value=passphrase
                error=passphrase_error
                node=passphrase_node
            />
            {move || trouble().map(|found| view! { <Notice tone="bad"><p>{failure_text(i18n, &found)}</p></Notice> })}
            <button type="submit" class="button danger" aria-disabled=move || busy.get().to_string()>
                {move || if busy.get() { t_string!(i18n, erase.going) } else { t_string!(i18n, erase.go) }}
            </button>
        </form>
    }
}

/// It is done: what remains to do outside of the program.
#[component]
fn After(plan: ErasePlan, on_close: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let copied = RwSignal::new(false);
    let plan = StoredValue::new(plan);
    let holders = move || plan.try_with_value(|plan| plan.holders.clone()).unwrap_or_default();
    let outside = move || {
        let (_, outside): (Vec<_>, Vec<_>) = holders().into_iter().partition(is_own);
        outside
    };
    let has_outside = !outside().is_empty();
    let has_backups = holders().iter().any(is_own);
    let has_members = plan.try_with_value(|plan| !plan.members.is_empty()).unwrap_or_default();
    let letter = move || {
        let names = plan.try_with_value(|plan| plan.names.join("、")).unwrap_or_default();
        t_string!(i18n, erase.letter, names = names)
    };
    let copy = move |_| {
        let lines = outside().into_iter().map(|row| holder_words(i18n, &row));
        let list = t_string!(i18n, erase.letter_list).to_owned();
        let text = [untrack(letter), list].into_iter().chain(lines).collect::<Vec<_>>().join("\n");
        spawn_local(async move {
            let clipboard = window().navigator().clipboard();
            let done = wasm_bindgen_futures::JsFuture::from(clipboard.write_text(&text)).await.is_ok();
            copied.try_set(done);
        });
    };
    view! {
        <Notice tone="good">
            <p>{t!(i18n, erase.done)}</p>
        </Notice>
        {has_members.then(|| view! { <p>{t!(i18n, erase.after_members)}</p> })}
        {has_backups.then(|| view! { <p>{t!(i18n, erase.after_backups)}</p> })}
        <p class="field-hint">{t!(i18n, erase.after_browser)}</p>
        {has_outside.then(|| view! {
            <h3>{t!(i18n, erase.holders)}</h3>
            <Holders holders=outside() />
            <div class="button-row">
                <button type="button" class="button primary" on:click=move |_| print_soon()>
                    {t!(i18n, erase.print)}
                </button>
                <button type="button" class="button secondary" on:click=copy>{t!(i18n, erase.copy)}</button>
            </div>
            <p class="field-hint" role="status">
                {move || copied.get().then(|| t_string!(i18n, erase.copied))}
            </p>
            <Paper>
                <h1>{t!(i18n, erase.paper_title)}</h1>
                <p>{move || t_string!(i18n, erase.paper_made, at = date(today(), language(i18n)))}</p>
                <p>{letter}</p>
                <h2>{t!(i18n, erase.letter_list)}</h2>
                <Holders holders=outside() />
            </Paper>
        })}
        <p class="field-hint">{t!(i18n, erase.after_law)}</p>
        <button type="button" class="button secondary" on:click=move |_| on_close.run(())>
            {t!(i18n, erase.closed)}
        </button>
    }
}

/// Who was given the data, when, in what kind of file.
#[component]
fn Holders(holders: Vec<LedgerRow>) -> impl IntoView {
    let i18n = use_i18n();
    if holders.is_empty() {
        return view! { <p>{t!(i18n, erase.no_holders)}</p> }.into_any();
    }
    let rows =
        holders.into_iter().map(|row| view! { <li>{move || holder_words(i18n, &row)}</li> }).collect_view();
    view! { <ul class="paper-steps">{rows}</ul> }.into_any()
}

fn holder_words(i18n: Texts, row: &LedgerRow) -> String {
    let kind = match row.kind {
        Kind::Share => t_string!(i18n, erase.kind_share),
        Kind::Team => t_string!(i18n, erase.kind_team),
        Kind::Backup => t_string!(i18n, erase.kind_backup),
        Kind::Handover => t_string!(i18n, erase.kind_handover),
        Kind::Acknowledgement => t_string!(i18n, erase.kind_acknowledgement),
    };
    let at = date_time(row.at, offset(), language(i18n));
    if row.to.is_empty() {
        return t_string!(i18n, erase.holder_own, at = at, kind = kind);
    }
    t_string!(i18n, erase.holder, at = at, to = row.to.as_str(), kind = kind)
}

/// Whether it went to nobody else.
fn is_own(row: &LedgerRow) -> bool {
    matches!(row.kind, Kind::Backup | Kind::Handover)
}

/// Whether what was typed is the name; spaces, which look alike in Japanese, do not matter.
fn same_name(name: &str, typed: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    letters(name) == letters(typed)
}
