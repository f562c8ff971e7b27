//! Making the recovery sheet: the passphrase, the printed page, and typing back its end.
//!
//! The text on the sheet is shown in one step only. While its end is typed it is hidden, and afterwards it
//! is forgotten: whoever has the sheet reads it there.

use leptos::html::{Div, Input};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::paper::SheetPaper;
use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::engine::sharing::rows::RecoverySheet;
use crate::ui::failure_text::failure_text;
use crate::ui::file::print_soon;
use crate::ui::reactive::{effect, memo};
use crate::ui::session::use_session;
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::{Dialog, Notice, PassphraseField, QrCode, TextField};
use crate::ui::words::in_groups;

/// The steps, in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// The passphrase is asked for.
    #[default]
    Ask,
    /// The sheet is shown and printed.
    Print,
    /// Its end is typed.
    Confirm,
    /// It counts.
    Done,
}

/// The dialog with the steps. Who closes it half-way is told what that means.
#[component]
pub fn SheetDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let step = RwSignal::new(Step::Ask);
    let leaving = RwSignal::new(false);
    let close = move || {
        leaving.set(false);
        open.set(false);
        step.set(Step::Ask);
    };
    let ask = Callback::new(move |()| match step.get_untracked() {
        Step::Print | Step::Confirm if !leaving.get_untracked() => leaving.set(true),
        Step::Print | Step::Confirm => {}
        Step::Ask | Step::Done => close(),
    });
    view! {
        <Dialog open on_close=ask title=t!(i18n, sheet.title)>
            {move || {
                leaving.get().then(|| {
                    view! {
                        <Notice tone="bad">
                            <p>{t!(i18n, sheet.leaving)}</p>
                            <div class="button-row">
                                <button type="button" class="button primary" on:click=move |_| leaving.set(false)>
                                    {t!(i18n, sheet.stay)}
                                </button>
                                <button type="button" class="button danger" on:click=move |_| close()>
                                    {t!(i18n, sheet.leave)}
                                </button>
                            </div>
                        </Notice>
                    }
                })
            }}
            <SheetSteps step on_done=Callback::new(move |()| close()) />
        </Dialog>
    }
}

/// The steps themselves; also among the first steps.
#[component]
pub fn SheetSteps(
    /// Where they are.
    step: RwSignal<Step>,
    /// Called when the person has read that it is done.
    on_done: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let sheet = RwSignal::new(None::<RecoverySheet>);
    let node = NodeRef::<Div>::new();
    // Each step is read aloud from its beginning.
    Effect::new(move |earlier: Option<Step>| {
        let now = step.get();
        if earlier.is_some_and(|earlier| earlier != now)
            && let Some(part) = node.get_untracked()
        {
            let _ = part.focus();
        }
        now
    });
    let made = Callback::new(move |made: RecoverySheet| {
        sheet.set(Some(made));
        step.set(Step::Print);
    });
    let confirmed = Callback::new(move |()| {
        sheet.set(None);
        step.set(Step::Done);
    });
    let most = memo(move || sheet.with(|sheet| sheet.as_ref().map_or(0, |sheet| sheet.typed)));
    view! {
        <div class="sheet-steps" node_ref=node tabindex="-1">
            {move || match step.get() {
                Step::Ask => view! { <Ask on_made=made /> }.into_any(),
                Step::Print => match sheet.get() {
                    Some(sheet) => view! { <Print sheet on_next=move |()| step.set(Step::Confirm) /> }.into_any(),
                    None => ().into_any(),
                },
                Step::Confirm => {
                    view! { <Confirm characters=most on_back=move |()| step.set(Step::Print) on_done=confirmed /> }
                        .into_any()
                }
                Step::Done => view! {
                    <Notice tone="good"><p>{t!(i18n, sheet.done)}</p></Notice>
                    <p>{t!(i18n, sheet.keep)}</p>
                    <button type="button" class="button primary" on:click=move |_| on_done.run(())>
                        {t!(i18n, sheet.finish)}
                    </button>
                }
                .into_any(),
            }}
        </div>
    }
}

#[component]
fn Ask(on_made: Callback<RecoverySheet>) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let passphrase = RwSignal::new(String::new());
    let failure = RwSignal::new(None::<Failure>);
    let missing = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let node = NodeRef::<Input>::new();
    let renews = session.sharing.with_untracked(|sharing| sharing.recovery);
    let make = move || {
        let typed = passphrase.get_untracked();
        missing.set(typed.is_empty());
        if busy.get_untracked() || typed.is_empty() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = session.engine.call(Request::MakeRecovery { passphrase: typed }).await;
            busy.try_set(false);
            match answer {
                Ok(Reply::RecoverySheet(sheet)) => {
                    passphrase.try_set(String::new());
                    on_made.try_run(*sheet);
                }
                Ok(_) => {
                    failure.try_set(Some(Failure::Unreadable));
                }
                Err(found) => {
                    failure.try_set(Some(found));
                    if let Some(input) = node.try_get_untracked().flatten() {
                        let _ = input.focus();
                    }
                }
            }
        });
    };
    let error = Signal::derive(move || {
        let wrong = failure.get().filter(|failure| *failure == Failure::WrongPassphrase);
        match wrong {
            Some(failure) => Some(failure_text(i18n, &failure)),
            None => missing.get().then(|| t_string!(i18n, unlock.missing).to_owned()),
        }
    });
    let trouble = move || failure.get().filter(|failure| *failure != Failure::WrongPassphrase);
    view! {
        <form
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                make();
            }
        >
            <p>{t!(i18n, sheet.lead)}</p>
            <p>{t!(i18n, sheet.lead_use)}</p>
            {renews.then(|| view! { <Notice tone="warning"><p>{t!(i18n, sheet.renews)}</p></Notice> })}
            <PassphraseField label=t!(i18n, passphrase.label) hint=t!(i18n, sheet.passphrase_hint) value=passphrase error node />
            {move || trouble().map(|found| view! { <Notice tone="bad"><p>{failure_text(i18n, &found)}</p></Notice> })}
            <button type="submit" class="button primary" aria-disabled=move || busy.get().to_string()>
                {move || if busy.get() { t_string!(i18n, sheet.making) } else { t_string!(i18n, sheet.make) }}
            </button>
        </form>
    }
}

#[component]
fn Print(sheet: RecoverySheet, #[prop(into)] on_next: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (code, identity) = (sheet.qr.clone(), in_groups(&sheet.identity));
    let printed = RwSignal::new(false);
    view! {
        <h3>{t!(i18n, sheet.print_step)}</h3>
        <p>{t!(i18n, sheet.print_lead)}</p>
        <div class="sheet-seen">
            <p class="sheet-identity">{identity}</p>
            <QrCode qr=code label=t!(i18n, sheet.code) />
        </div>
        <div class="button-row">
            <button
                type="button"
                class="button"
                class:primary=move || !printed.get()
                class:secondary=printed
                on:click=move |_| {
                    printed.set(true);
                    print_soon();
                }
            >
                {t!(i18n, sheet.print)}
            </button>
            <button
                type="button"
                class="button"
                class:primary=printed
                class:secondary=move || !printed.get()
                on:click=move |_| on_next.run(())
            >
                {t!(i18n, sheet.printed)}
            </button>
        </div>
        <p class="field-hint">{t!(i18n, sheet.no_printer)}</p>
        <SheetPaper sheet />
    }
}

#[component]
fn Confirm(
    #[prop(into)] characters: Signal<u32>,
    #[prop(into)] on_back: Callback<()>,
    on_done: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let typed = RwSignal::new(String::new());
    let failure = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let node = NodeRef::<Input>::new();
    effect(move || {
        if let Some(input) = node.get() {
            let _ = input.focus();
        }
    });
    let confirm = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let request = Request::ConfirmRecovery { typed: typed.get_untracked() };
        spawn_local(async move {
            let answer = session.engine.call(request).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    on_done.try_run(());
                }
                Err(found) => {
                    failure.try_set(Some(found));
                    if let Some(input) = node.try_get_untracked().flatten() {
                        let _ = input.focus();
                        input.select();
                    }
                }
            }
        });
    };
    let error = Signal::derive(move || failure.get().map(|found| failure_text(i18n, &found)));
    view! {
        <form
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                confirm();
            }
        >
            <h3>{t!(i18n, sheet.confirm_step)}</h3>
            <TextField
                label=move || t_string!(i18n, sheet.confirm_label, count = characters.get())
                hint=t!(i18n, sheet.confirm_hint)
                value=typed
                error
                required=true
                most=40
                node
            />
            <div class="button-row">
                <button type="submit" class="button primary" aria-disabled=move || busy.get().to_string()>
                    {move || if busy.get() { t_string!(i18n, sheet.confirming) } else { t_string!(i18n, sheet.confirm) }}
                </button>
                <button type="button" class="button quiet" on:click=move |_| on_back.run(())>
                    {t!(i18n, sheet.back)}
                </button>
            </div>
        </form>
    }
}
