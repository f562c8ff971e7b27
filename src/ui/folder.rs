//! Folders of the device that the person has chosen for this program, where the browser can do that
//! (File System Access; Chromium).
//!
//! A handle is kept in a small database of its own, `daifuku-folders`: handles are objects of the browser
//! that can't be sealed, and they say no more than the folder's name. The permission may end with the
//! browser; it is asked for again by a press.
//!
//! Everything is called by name: the bindings of half of this are not settled yet.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransactionMode};

use crate::ui::answer::Later;

const DATABASE: &str = "daifuku-folders";
const STORE: &str = "folders";

/// A folder; a clone is the same folder.
#[derive(Clone)]
pub struct Folder(JsValue);

/// What is in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Whether it is a folder itself.
    pub is_folder: bool,
}

/// Whether the browser can keep a folder for this program.
#[must_use]
pub fn can_pick() -> bool {
    Reflect::has(&window(), &"showDirectoryPicker".into()).unwrap_or_default()
}

impl Folder {
    /// Lets the person choose one, right after a press.
    ///
    /// # Errors
    /// When the person did not.
    pub async fn pick() -> Result<Self, JsValue> {
        let options = object(&[("mode", "readwrite".into()), ("id", "daifuku".into())]);
        ask(&window(), "showDirectoryPicker", &[options.into()]).await.map(Self)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> String {
        let name = Reflect::get(&self.0, &"name".into()).ok().and_then(|name| name.as_string());
        name.unwrap_or_default()
    }

    /// Whether it may be written to now. With `asking`, right after a press, the person is asked.
    pub async fn is_allowed(&self, asking: bool) -> bool {
        let method = if asking { "requestPermission" } else { "queryPermission" };
        let options = object(&[("mode", "readwrite".into())]);
        let answer = ask(&self.0, method, &[options.into()]).await;
        answer.is_ok_and(|answer| answer.as_string().as_deref() == Some("granted"))
    }

    /// What is in it.
    ///
    /// # Errors
    /// When it can't be read: it is gone, or not allowed any more.
    pub async fn list(&self) -> Result<Vec<Entry>, JsValue> {
        let entries = call(&self.0, "values", &[])?;
        let mut list = Vec::new();
        loop {
            let step = ask(&entries, "next", &[]).await?;
            if Reflect::get(&step, &"done".into())?.is_truthy() {
                return Ok(list);
            }
            let entry = Reflect::get(&step, &"value".into())?;
            let text = |key: &str| Reflect::get(&entry, &key.into()).ok().and_then(|text| text.as_string());
            let is_folder = text("kind").as_deref() == Some("directory");
            list.push(Entry { name: text("name").unwrap_or_default(), is_folder });
        }
    }

    /// A folder in it, which is made if it is not there.
    ///
    /// # Errors
    /// When it can't be read or made.
    pub async fn folder(&self, name: &str) -> Result<Self, JsValue> {
        let options = object(&[("create", true.into())]);
        ask(&self.0, "getDirectoryHandle", &[name.into(), options.into()]).await.map(Self)
    }

    /// A file in it.
    ///
    /// # Errors
    /// When it is not there or can't be read.
    pub async fn file(&self, name: &str) -> Result<File, JsValue> {
        let handle = ask(&self.0, "getFileHandle", &[name.into()]).await?;
        ask(&handle, "getFile", &[]).await?.dyn_into()
    }

    /// Writes a file. Under its name there is either what was there before, or all of the new one.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn write(&self, name: &str, content: &Blob) -> Result<(), JsValue> {
        let options = object(&[("create", true.into())]);
        let handle = ask(&self.0, "getFileHandle", &[name.into(), options.into()]).await?;
        let stream = ask(&handle, "createWritable", &[]).await?;
        ask(&stream, "write", &[content.into()]).await?;
        ask(&stream, "close", &[]).await.map(|_| ())
    }

    /// Removes a file.
    ///
    /// # Errors
    /// When it can't be removed.
    pub async fn remove(&self, name: &str) -> Result<(), JsValue> {
        ask(&self.0, "removeEntry", &[name.into()]).await.map(|_| ())
    }
}

/// The folder that was kept for a purpose.
pub async fn kept_folder(purpose: &str) -> Option<Folder> {
    let store = store(IdbTransactionMode::Readonly).await.ok()?;
    let found = finished(store.get(&purpose.into()).ok()?).await.ok()?;
    (found.is_object()).then_some(Folder(found))
}

/// Keeps a folder for a purpose, or none any more.
///
/// # Errors
/// When the browser does not keep it: then it must be chosen again the next time.
pub async fn keep_folder(purpose: &str, folder: Option<&Folder>) -> Result<(), JsValue> {
    let store = store(IdbTransactionMode::Readwrite).await?;
    let request = match folder {
        Some(folder) => store.put_with_key(&folder.0, &purpose.into())?,
        None => store.delete(&purpose.into())?,
    };
    finished(request).await.map(|_| ())
}

async fn store(mode: IdbTransactionMode) -> Result<IdbObjectStore, JsValue> {
    let factory = window().indexed_db()?.ok_or(JsValue::NULL)?;
    let request = factory.open_with_u32(DATABASE, 1)?;
    let upgrade = Closure::<dyn FnMut(web_sys::Event)>::new(|event: web_sys::Event| {
        let request = event.target().and_then(|target| target.dyn_into::<IdbOpenDbRequest>().ok());
        let database = request.and_then(|request| request.result().ok());
        if let Some(database) = database.and_then(|database| database.dyn_into::<IdbDatabase>().ok()) {
            // Without the store the next step fails, which is heard there.
            let _ = database.create_object_store(STORE);
        }
    });
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let database = finished(request.into()).await?.dyn_into::<IdbDatabase>()?;
    database.transaction_with_str_and_mode(STORE, mode)?.object_store(STORE)
}

async fn finished(request: IdbRequest) -> Result<JsValue, JsValue> {
    let later = Later::<Result<JsValue, JsValue>>::default();
    let (good, bad, own) = (later.clone(), later.clone(), request.clone());
    let on_success = Closure::<dyn FnMut()>::new(move || good.fill(own.result()));
    let on_error = Closure::<dyn FnMut()>::new(move || bad.fill(Err(JsValue::NULL)));
    request.set_onsuccess(Some(on_success.as_ref().unchecked_ref()));
    request.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    later.await
}

fn object(pairs: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (key, value) in pairs {
        // Setting a property of a new object can't fail.
        let _ = Reflect::set(&object, &(*key).into(), value);
    }
    object
}

fn call(target: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let function = Reflect::get(target, &method.into())?.dyn_into::<Function>()?;
    function.apply(target, &arguments.iter().collect::<Array>())
}

async fn ask(target: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let promise = call(target, method, arguments)?.dyn_into::<Promise>()?;
    JsFuture::from(promise).await
}
