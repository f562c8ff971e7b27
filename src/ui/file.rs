//! Files for the person, as the browser hands them over.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, FilePropertyBag, HtmlAnchorElement, Url};

/// Hands a text to the person as a file, which the browser puts where it puts downloads.
pub fn save_file(name: &str, kind: &str, text: &str) {
    if let Some(blob) = text_blob(kind, text) {
        save_blob(name, &blob);
    }
}

/// The same with what is in `blob`.
pub fn save_blob(name: &str, blob: &Blob) {
    let Ok(address) = Url::create_object_url_with_blob(blob) else { return };
    let link = leptos::prelude::document().create_element("a").ok();
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    // The browser has taken hold of the blob when the click returns, but not every one has read it.
    leptos::prelude::set_timeout(
        move || {
            let _ = Url::revoke_object_url(&address);
        },
        std::time::Duration::from_secs(60),
    );
}

/// A text as what a file is made of.
#[must_use]
pub fn text_blob(kind: &str, text: &str) -> Option<Blob> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    Blob::new_with_str_sequence_and_options(&Array::of1(&JsValue::from_str(text)), &options).ok()
}

/// Whether this device can hand a text file to another app, as phones do.
#[must_use]
pub fn can_send_text() -> bool {
    let blob = text_blob("text/plain", "-");
    blob.and_then(|blob| sendable("daifuku.txt", &blob)).is_some()
}

/// Whether this device can hand this file to another app.
#[must_use]
pub fn can_send(name: &str, blob: &Blob) -> bool {
    sendable(name, blob).is_some()
}

/// Lets the person choose an app that the file is handed to. Must be called while a press is answered.
/// `Ok(false)` when the person chose none.
///
/// # Errors
/// When the browser refuses.
pub async fn send(name: &str, blob: &Blob) -> Result<bool, SendError> {
    let files = sendable(name, blob).ok_or(SendError)?;
    let navigator = leptos::prelude::window().navigator();
    let share = method(&navigator, "share").ok_or(SendError)?;
    let promise = share.call1(&navigator, &files).map_err(|_| SendError)?;
    match JsFuture::from(Promise::resolve(&promise)).await {
        Ok(_) => Ok(true),
        Err(reason) => {
            let name = Reflect::get(&reason, &"name".into()).ok().and_then(|name| name.as_string());
            if name.as_deref() == Some("AbortError") { Ok(false) } else { Err(SendError) }
        }
    }
}

/// The browser did not hand the file on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the browser did not hand the file on")]
pub struct SendError;

/// What `navigator.share` takes, if this browser has it and takes this file. Not every browser has it, and
/// none says which kinds of file it takes.
fn sendable(name: &str, blob: &Blob) -> Option<Object> {
    let options = FilePropertyBag::new();
    options.set_type(&blob.type_());
    let file = File::new_with_blob_sequence_and_options(&Array::of1(blob), name, &options).ok()?;
    let data = Object::new();
    Reflect::set(&data, &"files".into(), &Array::of1(&file)).ok()?;
    let navigator = leptos::prelude::window().navigator();
    method(&navigator, "share")?;
    let taken = method(&navigator, "canShare")?.call1(&navigator, &data).ok()?;
    taken.is_truthy().then_some(data)
}

fn method(object: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(object, &name.into()).ok()?.dyn_into().ok()
}

/// Opens the browser's dialog to print, once what is to be printed is in the page.
pub fn print_soon() {
    leptos::prelude::set_timeout(
        || {
            let _ = leptos::prelude::window().print();
        },
        std::time::Duration::from_millis(60),
    );
}

/// One line of a CSV file (RFC 4180).
#[must_use]
pub fn csv_line(cells: &[&str]) -> String {
    let quoted = |cell: &&str| {
        if cell.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            (*cell).to_owned()
        }
    };
    let mut line = cells.iter().map(quoted).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}
