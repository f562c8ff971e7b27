//! The colleagues: one's own card, taking in cards, and how each colleague stands.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::add_card::AddCard;
use super::compare::{Compare, Compared};
use super::hand_over::HandOver;
use super::words::{day_words, name_words, trust_words};
use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::engine::sharing::rows::{MemberRow, OwnCard, TeamView, TrustChange, TrustRow};
use crate::model::Instant;
use crate::ui::failure_text::failure_text;
use crate::ui::file::text_blob;
use crate::ui::reactive::{answered, memo};
use crate::ui::route::Route;
use crate::ui::session::{Session, use_session};
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::{Dialog, EmptyState, Menu, Notice, QrCode};

/// The part of the screen.
#[component]
pub fn Team() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    // What was changed here; what others changed comes with the state of sharing.
    let own = RwSignal::new(0_u32);
    let changed = Callback::new(move |()| {
        own.try_update(|own| *own = own.wrapping_add(1));
    });
    let revision =
        memo(move || (own.get(), session.sharing.with(|state| (state.members, state.gaps.clone()))));
    let team = answered(move || {
        revision.get();
        ask_team(session)
    });
    let checking = RwSignal::new(None::<MemberRow>);
    view! {
        <OwnCardPanel />
        <AddCard on_added=changed />
        <section class="panel" aria-labelledby="members">
            <h2 id="members">{t!(i18n, team.members)}</h2>
            {move || match team.get() {
                None => view! { <p role="status">{t!(i18n, common.loading)}</p> }.into_any(),
                Some(Err(failure)) => {
                    view! { <Notice tone="bad"><p>{failure_text(i18n, &failure)}</p></Notice> }.into_any()
                }
                Some(Ok(team)) if team.members.is_empty() => {
                    view! { <EmptyState title=t!(i18n, team.none_title) text=t!(i18n, team.none_text) /> }.into_any()
                }
                Some(Ok(team)) => {
                    let rows = team
                        .members
                        .into_iter()
                        .map(|member| view! { <Member member checking changed /> })
                        .collect_view();
                    view! { <ul class="share-rows">{rows}</ul> }.into_any()
                }
            }}
            <p>{t!(i18n, team.copies)}</p>
            <a class="button secondary" href=Route::Ledger.to_string()>{t!(i18n, team.to_ledger)}</a>
        </section>
        <CheckDialog checking changed />
    }
}

/// Asks who is in the team.
pub async fn ask_team(session: Session) -> Result<TeamView, Failure> {
    match session.engine.call(Request::Team).await? {
        Reply::Team(team) => Ok(team),
        _ => Err(Failure::Unreadable),
    }
}

/// One's own card, to be given.
#[component]
fn OwnCardPanel() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let card = answered(move || async move {
        match session.engine.call(Request::OwnCard).await {
            Ok(Reply::OwnCard(card)) => Ok(*card),
            Ok(_) => Err(Failure::Unreadable),
            Err(failure) => Err(failure),
        }
    });
    let device = move || session.overview.with(|overview| overview.device.clone());
    view! {
        <section class="panel" aria-labelledby="own-card">
            <h2 id="own-card">{t!(i18n, team.own)}</h2>
            <p class="share-row-name">{device}</p>
            <p>{t!(i18n, team.own_lead)}</p>
            {move || match card.get() {
                None => view! { <p role="status">{t!(i18n, common.loading)}</p> }.into_any(),
                Some(Err(failure)) => {
                    view! { <Notice tone="bad"><p>{failure_text(i18n, &failure)}</p></Notice> }.into_any()
                }
                Some(Ok(OwnCard { file_name, text, fingerprint, qr })) => {
                    let said = fingerprint.clone();
                    let hand_over = text_blob("text/plain", &text).map(|blob| {
                        view! {
                            <HandOver
                                name=file_name
                                blob
                                send_words=t!(i18n, team.give_card)
                                save_words=t!(i18n, team.save_card)
                            />
                        }
                    });
                    view! {
                        {hand_over}
                        <div class="own-card">
                            <div>
                                <h3>{t!(i18n, team.own_digits)}</h3>
                                <p class="digits">{fingerprint}</p>
                                <p class="field-hint">{t!(i18n, team.digits_hint)}</p>
                            </div>
                            <QrCode qr label=move || t_string!(i18n, team.qr, digits = said.clone()) />
                        </div>
                    }
                        .into_any()
                }
            }}
        </section>
    }
}

#[component]
fn Member(member: MemberRow, checking: RwSignal<Option<MemberRow>>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let MemberRow { trust, last_sent, last_received, gap, fingerprint, .. } = member.clone();
    let name = name_words(i18n, &member.name);
    let (named, checked_name) = (name.clone(), name.clone());
    let left = matches!(trust, TrustRow::Left(_));
    let sure = matches!(trust, TrustRow::Checked(_));
    let change = move |change: TrustChange| set_trust(session, fingerprint.clone(), change, changed);
    let (leave, back) = (change.clone(), change);
    let day = move |at: Option<Instant>| {
        move || at.map_or_else(|| t_string!(i18n, team.never).to_owned(), |at| day_words(i18n, at))
    };
    let end = if left {
        view! {
            <button type="button" class="button secondary" on:click=move |_| back(TrustChange::Return)>
                {t!(i18n, team.back)}
                <span class="visually-hidden">": "{named}</span>
            </button>
        }
        .into_any()
    } else {
        view! {
            <div class="button-row">
                <button
                    type="button"
                    class="button secondary"
                    on:click=move |_| checking.set(Some(member.clone()))
                >
                    {t!(i18n, team.check)}
                    <span class="visually-hidden">": "{checked_name}</span>
                </button>
                <Menu label=t!(i18n, common.menu)>
                    <button type="button" class="menu-item" on:click=move |_| leave(TrustChange::Left)>
                        {t!(i18n, team.left)}
                    </button>
                    <p class="menu-hint">{t!(i18n, team.left_hint)}</p>
                </Menu>
            </div>
        }
        .into_any()
    };
    view! {
        <li class="share-row">
            <div class="share-row-text">
                <h3>{name}</h3>
                <p class="trust" class:sure=sure>
                    <span aria-hidden="true">{if sure { "✓ " } else if left { "－ " } else { "！ " }}</span>
                    {move || trust_words(i18n, &trust)}
                </p>
                <dl class="facts">
                    <dt>{t!(i18n, team.last_sent)}</dt>
                    <dd>{day(last_sent)}</dd>
                    <dt>{t!(i18n, team.last_received)}</dt>
                    <dd>{day(last_received)}</dd>
                </dl>
                {gap.then(|| view! { <Notice tone="warning"><p>{t!(i18n, team.gap)}</p></Notice> })}
            </div>
            {end}
        </li>
    }
}

/// The digits of one colleague.
#[component]
fn CheckDialog(checking: RwSignal<Option<MemberRow>>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let open = Signal::derive(move || checking.with(Option::is_some));
    let title = move || {
        let name = checking.with(|member| member.as_ref().map(|member| name_words(i18n, &member.name)));
        t_string!(i18n, team.check_title, name = name.unwrap_or_default())
    };
    view! {
        <Dialog open on_close=move |()| checking.set(None) title=title>
            {move || {
                checking.get().map(|member| {
                    let fingerprint = member.fingerprint.clone();
                    let done = Callback::new(move |compared: Compared| {
                        checking.set(None);
                        if compared == Compared::Same {
                            set_trust(session, fingerprint.clone(), TrustChange::Check, changed);
                        }
                    });
                    view! { <Compare digits=member.fingerprint later=true on_done=done /> }
                })
            }}
        </Dialog>
    }
}

fn set_trust(session: Session, fingerprint: String, change: TrustChange, changed: Callback<()>) {
    let answer = session.commit(Request::SetTrust { fingerprint, change });
    spawn_local(async move {
        // The list says how it stands now; why it could not be done is said by the session.
        let _ = answer.await;
        changed.try_run(());
    });
}
