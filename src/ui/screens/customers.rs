//! The list of customers, and beside it one customer's page.

use leptos::prelude::*;

use crate::model::RecordId;
use crate::ui::text::{t, use_i18n};

/// The list, and the page of `customer` where there is one.
#[component]
pub fn Customers(
    /// The customer whose page is shown.
    #[prop(into)]
    customer: Signal<Option<RecordId>>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <h1>{t!(i18n, nav.customers)}</h1>
        <p>{move || customer.get().map(|id| id.to_string())}</p>
    }
}
