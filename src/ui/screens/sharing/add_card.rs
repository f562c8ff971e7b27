//! Taking a colleague's card into the team: what it is, a warning where one is due, and the check digits.

use leptos::html::Section;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

use super::compare::{Compare, Compared};
use super::incoming::use_incoming;
use super::words::name_words;
use crate::engine::protocol::Request;
use crate::engine::sharing::rows::{CardPreview, CardStanding};
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::effect;
use crate::ui::session::use_session;
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::toast::Toast;
use crate::ui::widgets::{Notice, PickFile};

/// Picks a card and shows what it is.
#[component]
pub fn AddCard(
    /// Called when a card was taken in.
    on_added: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    let incoming = use_incoming();
    let node = NodeRef::<Section>::new();
    effect(move || {
        let there = incoming.card.with(Option::is_some);
        if let Some(section) = node.get().filter(|_| there) {
            let _ = section.focus();
            section.scroll_into_view();
        }
    });
    // What was said of a card is not said again the next time.
    on_cleanup(move || {
        incoming.card.try_set(None);
    });
    let pick = move |files: Vec<File>| {
        if let Some(file) = files.into_iter().next() {
            incoming.read_card(file);
        }
    };
    view! {
        <section class="panel step" tabindex="-1" node_ref=node aria-labelledby="add-card">
            <h2 id="add-card">{t!(i18n, team.add)}</h2>
            {move || match incoming.card.get() {
                Some(Ok(card)) => view! { <Card card on_added /> }.into_any(),
                Some(Err(failure)) => {
                    view! { <Notice tone="bad"><p>{failure_text(i18n, &failure)}</p></Notice> }.into_any()
                }
                None => view! { <p>{t!(i18n, team.add_lead)}</p> }.into_any(),
            }}
            {move || {
                incoming.reading.get().then(|| view! { <p role="status">{t!(i18n, team.reading)}</p> })
            }}
            <PickFile
                label=t!(i18n, team.pick_card)
                hint=t!(i18n, sharing.drop)
                on_pick=pick
            />
        </section>
    }
}

#[component]
fn Card(card: CardPreview, on_added: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let (session, incoming) = (use_session(), use_incoming());
    let CardPreview { name, fingerprint, standing } = card;
    let name = StoredValue::new(name_words(i18n, &name));
    let add = Callback::new(move |compared: Compared| {
        let answer = session.commit(Request::AddMember { checked: compared == Compared::Same });
        let name = name.get_value();
        spawn_local(async move {
            if answer.await.is_ok() {
                incoming.card.try_set(None);
                on_added.try_run(());
                session.toasts.show(Toast::new(move || t_string!(i18n, team.added, name = name.clone())));
            }
        });
    });
    let body = match standing {
        CardStanding::Own => view! { <Notice><p>{t!(i18n, team.card_own)}</p></Notice> }.into_any(),
        CardStanding::Known => {
            view! { <Notice tone="good"><p>{t!(i18n, team.card_known)}</p></Notice> }.into_any()
        }
        CardStanding::New => view! { <Compare digits=fingerprint later=true on_done=add /> }.into_any(),
        CardStanding::OtherKeys { known_as, fingerprint: known } => {
            let new = fingerprint.clone();
            view! {
                <Notice tone="bad">
                    <p>{move || t_string!(i18n, team.card_other_keys, name = known_as.clone())}</p>
                    <p>{t!(i18n, team.card_other_known)}</p>
                    <p class="digits">{known}</p>
                    <p>{t!(i18n, team.card_other_new)}</p>
                    <p class="digits">{new}</p>
                </Notice>
                <Compare digits=fingerprint later=false on_done=add />
            }
            .into_any()
        }
    };
    view! {
        <h3>{move || t_string!(i18n, team.card_of, name = name.get_value())}</h3>
        {body}
    }
}
