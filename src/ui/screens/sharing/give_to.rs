//! Step 1 of giving: for whom.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;

use super::order::{Recipient, use_share_order};
use super::team::ask_team;
use super::words::{name_words, trust_words};
use crate::engine::protocol::{Reply, Request};
use crate::engine::sharing::rows::{MemberRow, TrustRow};
use crate::model::ReplicaId;
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::{answered, effect, memo};
use crate::ui::route::Route;
use crate::ui::screens::strength::watch_strength;
use crate::ui::session::use_session;
use crate::ui::text::{language, t, t_string, use_i18n};
use crate::ui::widgets::{EmptyState, Notice, PassphraseField, Segmented, StrengthMeter, TextField};

/// The colleagues, or a passphrase.
#[component]
pub fn GiveTo() -> impl IntoView {
    let i18n = use_i18n();
    let order = use_share_order();
    let options: Vec<(Recipient, TextProp)> = vec![
        (Recipient::Members, t!(i18n, give.to_members).into()),
        (Recipient::Passphrase, t!(i18n, give.to_passphrase).into()),
    ];
    view! {
        <section class="panel" aria-labelledby="give-to">
            <h2 id="give-to">{t!(i18n, give.to)}</h2>
            <Segmented
                legend=t!(i18n, give.to_how)
                options
                value=order.recipient
                on_choose=move |recipient| order.recipient.set(recipient)
            />
            {move || match order.recipient.get() {
                Recipient::Members => view! { <Members /> }.into_any(),
                Recipient::Passphrase => view! { <Secret /> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Members() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let order = use_share_order();
    let team = answered(move || ask_team(session));
    // With one colleague only there is nothing to choose.
    effect(move || {
        if let Some(Ok(team)) = team.get()
            && order.members.with_untracked(Vec::is_empty)
            && let [(only, _)] = present(team.members).as_slice()
        {
            order.members.set(vec![*only]);
        }
    });
    move || match team.get() {
        None => view! { <p role="status">{t!(i18n, common.loading)}</p> }.into_any(),
        Some(Err(failure)) => {
            view! { <Notice tone="bad"><p>{failure_text(i18n, &failure)}</p></Notice> }.into_any()
        }
        Some(Ok(team)) => {
            let members = present(team.members);
            if members.is_empty() {
                return view! {
                    <EmptyState title=t!(i18n, team.none_title) text=t!(i18n, give.no_members)>
                        <a class="button secondary" href=Route::Team.to_string()>{t!(i18n, give.to_team)}</a>
                    </EmptyState>
                }
                .into_any();
            }
            let all = StoredValue::new(members.clone());
            let rows = members
                .into_iter()
                .map(|(replica, member)| view! { <MemberCheck replica member /> })
                .collect_view();
            // Those who were chosen and whose digits were not compared.
            let doubtful = memo(move || {
                let chosen = order.members.get();
                let name = |(replica, member): &(ReplicaId, MemberRow)| {
                    let sure = matches!(member.trust, TrustRow::Checked(_));
                    (chosen.contains(replica) && !sure).then(|| name_words(i18n, &member.name))
                };
                all.with_value(|all| all.iter().filter_map(name).collect::<Vec<_>>())
            });
            view! {
                <fieldset class="share-members">
                    <legend class="visually-hidden">{t!(i18n, give.to_members)}</legend>
                    {rows}
                </fieldset>
                {move || {
                    let names = doubtful.get().join("、");
                    (!names.is_empty()).then(|| {
                        view! {
                            <Notice tone="warning">
                                <p>{t_string!(i18n, give.unchecked_chosen, names = names)}</p>
                                <a class="button secondary" href=Route::Team.to_string()>
                                    {t!(i18n, give.to_compare)}
                                </a>
                            </Notice>
                        }
                    })
                }}
            }
            .into_any()
        }
    }
}

#[component]
fn MemberCheck(replica: ReplicaId, member: MemberRow) -> impl IntoView {
    let i18n = use_i18n();
    let order = use_share_order();
    let MemberRow { name, trust, .. } = member;
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=move || order.members.with(|members| members.contains(&replica))
                on:change:target=move |event| {
                    let chosen = event.target().checked();
                    order.members.update(|members| {
                        members.retain(|other| *other != replica);
                        if chosen {
                            members.push(replica);
                        }
                    });
                }
            />
            <span>
                <strong>{name_words(i18n, &name)}</strong>
                <span class="check-hint">{move || trust_words(i18n, &trust)}</span>
            </span>
        </label>
    }
}

/// Those who can be written to: not those who left, and only devices whose id is known.
fn present(members: Vec<MemberRow>) -> Vec<(ReplicaId, MemberRow)> {
    let here = members.into_iter().filter(|member| !matches!(member.trust, TrustRow::Left(_)));
    here.filter_map(|member| Some((member.replica?, member))).collect()
}

#[component]
fn Secret() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let order = use_share_order();
    let strength = watch_strength(order.passphrase);
    let suggest = move || {
        let request = Request::SuggestPassphrase(untrack(|| language(i18n)));
        spawn_local(async move {
            if let Ok(Reply::Passphrase(words)) = session.engine.call(request).await {
                order.passphrase.try_set(words);
            }
        });
    };
    if order.passphrase.with_untracked(String::is_empty) {
        suggest();
    }
    view! {
        <TextField label=t!(i18n, give.name) hint=t!(i18n, give.name_hint) value=order.name required=true most=100 />
        <PassphraseField
            label=t!(i18n, give.passphrase)
            hint=t!(i18n, give.passphrase_hint)
            value=order.passphrase
            fresh=true
            shown=true
        />
        <StrengthMeter strength />
        <button type="button" class="button secondary" on:click=move |_| suggest()>
            {t!(i18n, give.another)}
        </button>
        <Notice tone="warning"><p>{t!(i18n, give.passphrase_other_way)}</p></Notice>
    }
}
