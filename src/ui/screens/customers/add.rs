//! Adding a customer: a name is all that is needed.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;

use crate::engine::screen::furigana::Furigana;
use crate::model::records::{Edit, FieldChange};
use crate::model::{FieldName, RecordKind, Value};
use crate::ui::clock::make_record_id;
use crate::ui::reactive::effect;
use crate::ui::route::Route;
use crate::ui::router::{Router, use_router};
use crate::ui::session::{Session, use_session};
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::{Dialog, Segmented, enters};

/// Saves a new customer and opens its page.
pub fn add_customer(session: Session, router: Router, name: &str, reading: &str, organisation: bool) {
    let record = make_record_id();
    let set =
        |field, value| Edit { record, kind: RecordKind::Customer, change: FieldChange::Set(field, value) };
    let mut edits = vec![set(FieldName::NAME, Value::text(name.trim()))];
    if !reading.is_empty() {
        edits.push(set(FieldName::READING, Value::text(reading)));
    }
    if organisation {
        edits.push(set(FieldName::ORGANISATION, Value::Flag(true)));
    }
    let saved = session.save(edits);
    spawn_local(async move {
        if saved.await.is_ok() {
            router.go(Route::Customer(record));
        }
    });
}

/// The dialog that asks for the name.
#[component]
pub fn AddDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <Dialog open on_close=move |()| open.set(false) title=t!(i18n, customers.add)>
            <AddForm open />
        </Dialog>
    }
}

#[component]
fn AddForm(open: RwSignal<bool>) -> impl IntoView {
    let i18n = use_i18n();
    let (session, router) = (use_session(), use_router());
    let name = RwSignal::new(String::new());
    let organisation = RwSignal::new(false);
    let missing = RwSignal::new(false);
    let heard = StoredValue::new(Furigana::default());
    let node = NodeRef::<Input>::new();
    effect(move || {
        if let Some(input) = node.get() {
            let _ = input.focus();
        }
    });
    let add = move || {
        let text = name.get_untracked();
        if text.trim().is_empty() {
            missing.set(true);
            if let Some(input) = node.get_untracked() {
                let _ = input.focus();
            }
            return;
        }
        open.set(false);
        let reading = heard.with_value(Furigana::suggestion);
        add_customer(session, router, &text, &reading, organisation.get_untracked());
    };
    let kinds: Vec<(bool, TextProp)> =
        vec![(false, t!(i18n, customers.person).into()), (true, t!(i18n, customers.organisation).into())];
    view! {
        <form
            class="add-customer"
            on:submit=move |event| {
                event.prevent_default();
                add();
            }
        >
            <Segmented
                legend=t!(i18n, customers.kind)
                options=kinds
                value=organisation
                on_choose=move |chosen| organisation.set(chosen)
            />
            <div class="field" class:invalid=move || missing.get()>
                <label class="field-label" for="add-customer-name">{t!(i18n, customers.name)}</label>
                <p class="field-hint" id="add-customer-hint">{t!(i18n, customers.add_hint)}</p>
                <input
                    class="input"
                    node_ref=node
                    id="add-customer-name"
                    type="text"
                    autocomplete="off"
                    autocapitalize="off"
                    enterkeyhint="done"
                    maxlength="200"
                    aria-describedby="add-customer-hint add-customer-error"
                    aria-invalid=move || missing.get().to_string()
                    on:input:target=move |event| {
                        let text = event.target().value();
                        heard.update_value(|heard| heard.typed(&text));
                        missing.set(false);
                        name.set(text);
                    }
                    on:compositionupdate=move |event| {
                        heard.update_value(|heard| heard.hear(&event.data().unwrap_or_default()));
                    }
                    on:compositionend:target=move |event| {
                        let whole = event.target().value();
                        heard.update_value(|heard| heard.commit(&event.data().unwrap_or_default(), &whole));
                    }
                    on:keydown=move |event| {
                        if event.key() == "Enter" {
                            // Never the browser's own submission, which some send for the Enter of an
                            // input method.
                            event.prevent_default();
                            if enters(&event) {
                                add();
                            }
                        }
                    }
                />
                <p class="field-error" id="add-customer-error" aria-live="polite">
                    {move || missing.get().then(|| t_string!(i18n, customers.name_missing))}
                </p>
            </div>
            <p class="form-actions">
                <button type="submit" class="button primary">{t!(i18n, customers.add_and_open)}</button>
            </p>
        </form>
    }
}
