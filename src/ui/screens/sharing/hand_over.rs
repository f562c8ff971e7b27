//! Handing a file that was made to the person: to another app where the device can do that, or as a download.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::Blob;

use crate::ui::file::{can_send, save_blob, send};
use crate::ui::text::{Text, t_string, use_i18n};

/// How handing it over went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Saved,
    NotSent,
}

/// The buttons.
#[component]
pub fn HandOver(
    /// The file's name.
    name: String,
    /// What is in it.
    blob: Blob,
    /// The words on the button that hands it to another app.
    send_words: Text,
    /// The words on the button that saves it.
    save_words: Text,
) -> impl IntoView {
    let i18n = use_i18n();
    let sends = can_send(&name, &blob);
    let file = StoredValue::new_local((name, blob));
    let said = RwSignal::new(None::<Said>);
    let save = move |_| {
        file.with_value(|(name, blob)| save_blob(name, blob));
        said.set(Some(Said::Saved));
    };
    let hand_on = move |_| {
        let (name, blob) = file.get_value();
        said.set(None);
        spawn_local(async move {
            if send(&name, &blob).await.is_err() {
                said.try_set(Some(Said::NotSent));
            }
        });
    };
    view! {
        <div class="button-row">
            {sends
                .then(|| view! { <button type="button" class="button primary" on:click=hand_on>{send_words}</button> })}
            <button type="button" class="button" class:primary=!sends class:secondary=sends on:click=save>
                {save_words}
            </button>
        </div>
        <p role="status">
            {move || {
                said.get().map(|said| match said {
                    Said::Saved => t_string!(i18n, sharing.saved),
                    Said::NotSent => t_string!(i18n, sharing.not_sent),
                })
            }}
        </p>
    }
}
