//! What the browser says of its storage.

use wasm_bindgen_futures::JsFuture;
use web_sys::StorageEstimate;

use crate::ui::clock::whole;

/// How safe and how large the browser's storage is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BrowserStorage {
    /// Whether the browser has promised not to clear it by itself.
    pub persisted: bool,
    /// Bytes that this site uses, if the browser says so.
    pub used: Option<u64>,
    /// Bytes that this site may use, if the browser says so.
    pub room: Option<u64>,
}

/// Asks the browser.
pub async fn browser_storage() -> BrowserStorage {
    let storage = leptos::prelude::window().navigator().storage();
    let persisted = match storage.persisted() {
        Ok(promise) => JsFuture::from(promise).await.is_ok_and(|answer| answer.is_truthy()),
        Err(_) => false,
    };
    let estimate = match storage.estimate() {
        Ok(promise) => JsFuture::from(promise).await.ok().map(StorageEstimate::from),
        Err(_) => None,
    };
    let size = |number: Option<f64>| number.and_then(|number| u64::try_from(whole(number)).ok());
    BrowserStorage {
        persisted,
        used: size(estimate.as_ref().and_then(StorageEstimate::get_usage)),
        room: size(estimate.as_ref().and_then(StorageEstimate::get_quota)),
    }
}

/// Asks the browser not to clear the storage by itself. Some ask the person, most decide alone.
pub async fn persist() -> bool {
    match leptos::prelude::window().navigator().storage().persist() {
        Ok(promise) => JsFuture::from(promise).await.is_ok_and(|answer| answer.is_truthy()),
        Err(_) => false,
    }
}
