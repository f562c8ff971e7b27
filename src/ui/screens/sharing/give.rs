//! Making a file for a colleague: to whom, what, a look inside, and the file.

use leptos::html::Section;
use leptos::prelude::*;

use super::focus_soon;
use super::give_to::GiveTo;
use super::give_what::GiveWhat;
use super::hand_over::HandOver;
use super::inside::Inside;
use super::order::{MadeFile, Making, Missing, use_share_order};
use crate::engine::Failure;
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::{Show, effect, memo};
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::{Notice, TextField};
use crate::ui::words::{bytes, number};

/// The part of the screen.
#[component]
pub fn Give() -> impl IntoView {
    let order = use_share_order();
    let is_made = memo(move || order.making.with(|making| matches!(making, Making::Made(_))));
    move || {
        if is_made.get() {
            match order.making.get_untracked() {
                Making::Made(file) => view! { <Given file /> }.into_any(),
                _ => ().into_any(),
            }
        } else {
            view! { <Steps /> }.into_any()
        }
    }
}

#[component]
fn Steps() -> impl IntoView {
    let i18n = use_i18n();
    let order = use_share_order();
    let missing = RwSignal::new(None::<Missing>);
    let making = memo(move || order.making.with(|making| matches!(making, Making::Making)));
    let failure = move || {
        let failed = order.making.with(|making| match making {
            Making::Failed(failure) => Some(failure.clone()),
            _ => None,
        });
        let words = match (missing.get(), failed) {
            (Some(Missing::Recipient | Missing::Customers), _) => failure_text(i18n, &Failure::NothingChosen),
            (Some(Missing::Name), _) => t_string!(i18n, give.name_missing).to_owned(),
            (Some(Missing::Passphrase), _) => t_string!(i18n, give.passphrase_missing).to_owned(),
            (None, Some(failure)) => failure_text(i18n, &failure),
            (None, None) => return None,
        };
        Some(view! { <Notice tone="bad"><p>{words}</p></Notice> })
    };
    // What was missing is no longer said once it is there.
    effect(move || {
        let lacks = order.lacks();
        if missing.with_untracked(Option::is_some) {
            missing.set(missing.get_untracked().filter(|said| lacks == Some(*said)));
        }
    });
    let make = move |_| {
        if making.get_untracked() {
            return;
        }
        let lacks = untrack(|| order.lacks());
        missing.set(lacks);
        if lacks.is_none() {
            order.make();
        }
    };
    view! {
        <p class="lead">{t!(i18n, give.lead)}</p>
        <GiveTo />
        <GiveWhat />
        <Inside />
        <section class="panel" aria-label=t!(i18n, give.make)>
            <Show when=move || order.has_fields()>
                <TextField label=t!(i18n, give.title) hint=t!(i18n, give.title_hint) value=order.title most=100 />
            </Show>
            <TextField label=t!(i18n, give.purpose) hint=t!(i18n, give.purpose_hint) value=order.purpose most=500 />
            {failure}
            <button
                type="button"
                class="button primary wide"
                aria-disabled=move || making.get().to_string()
                on:click=make
            >
                {move || if making.get() { t_string!(i18n, give.making) } else { t_string!(i18n, give.make) }}
            </button>
        </section>
    }
}

/// The file that was made, and what to do with it.
#[component]
fn Given(file: MadeFile) -> impl IntoView {
    let i18n = use_i18n();
    let order = use_share_order();
    let node = NodeRef::<Section>::new();
    effect(move || {
        if let Some(section) = node.get() {
            let _ = section.focus();
            section.scroll_into_view();
        }
    });
    let MadeFile { made, name, blob, passphrase } = file;
    let (shown, size, count) = (name.clone(), bytes(made.bytes), number(i64::from(made.customers)));
    let secret = order.passphrase.get_untracked();
    let again = move |_| {
        order.again();
        focus_soon("main");
    };
    view! {
        <section class="panel step" tabindex="-1" node_ref=node aria-labelledby="made">
            <h2 id="made">{t!(i18n, give.made_title)}</h2>
            <p class="file-name">
                {move || t_string!(i18n, give.made, name = shown.clone(), size = size.clone())}
            </p>
            <p>{move || t_string!(i18n, give.made_count, count = count.clone())}</p>
            <HandOver name blob send_words=t!(i18n, sharing.send) save_words=t!(i18n, sharing.save_file) />
            <h3>{t!(i18n, give.say_title)}</h3>
            <p>{t!(i18n, give.say_member)}</p>
            {passphrase
                .then(|| {
                    view! {
                        <Notice tone="warning">
                            <p>{t!(i18n, give.say_passphrase)}</p>
                            <p class="share-secret">{secret}</p>
                        </Notice>
                    }
                })}
            <button type="button" class="button secondary" on:click=again>
                {t!(i18n, give.again)}
            </button>
        </section>
    }
}
