//! Files for the person, as the browser hands them over.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, FilePropertyBag, HtmlAnchorElement, Url};

/// Hands a text to the person as a file, which the browser puts where it puts downloads.
pub fn save_file(name: &str, kind: &str, text: &str) {
    if let Some(blob) = typed_blob(kind, text) {
        save_blob(name, &blob);
    }
}

/// A text as the content of a file.
#[must_use]
pub fn text_blob(text: &str) -> Option<Blob> {
    typed_blob("text/plain;charset=utf-8", text)
}

fn typed_blob(kind: &str, text: &str) -> Option<Blob> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    Blob::new_with_str_sequence_and_options(&Array::of1(&JsValue::from_str(text)), &options).ok()
}

/// Hands a file to the person, which the browser puts where it puts downloads.
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

/// Whether this device has a menu through which text files can be sent to apps and people.
#[must_use]
pub fn can_send() -> bool {
    let file = text_file("daifuku.txt", &Array::of1(&JsValue::from_str("-")));
    let asked = file.and_then(|file| call_navigator("canShare", &sent(&file)).ok());
    asked.is_some_and(|answer| answer.is_truthy())
}

/// Opens that menu with a text file. Browsers allow it only right after something was pressed.
///
/// # Errors
/// When it was not opened, or put away.
pub async fn send_text_file(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let file = text_file(name, &Array::of1(blob)).ok_or(JsValue::NULL)?;
    let promise = call_navigator("share", &sent(&file))?.dyn_into::<Promise>()?;
    JsFuture::from(promise).await.map(|_| ())
}

fn text_file(name: &str, parts: &Array) -> Option<File> {
    let options = FilePropertyBag::new();
    options.set_type("text/plain");
    File::new_with_blob_sequence_and_options(parts, name, &options).ok()
}

fn sent(file: &File) -> Object {
    let data = Object::new();
    // Setting a property of a new object can't fail.
    let _ = Reflect::set(&data, &"files".into(), &Array::of1(file));
    data
}

/// The bindings take these for granted; not every browser has them.
fn call_navigator(name: &str, data: &Object) -> Result<JsValue, JsValue> {
    let navigator = leptos::prelude::window().navigator();
    let function = Reflect::get(&navigator, &name.into())?.dyn_into::<Function>()?;
    function.call1(&navigator, data)
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
