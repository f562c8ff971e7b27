//! The engine's surroundings in its worker.

use std::rc::Rc;

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::DedicatedWorkerGlobalScope;

use super::entropy::BrowserEntropy;
use super::indexed_db::IndexedDb;
use super::lock::VaultLock;
use super::sealer::Sealer;
use super::turn::{Turns, sleep};
use crate::bundle::sealer::SealerError;
use crate::crypto::{DerivedSecret, Entropy, KdfError, KdfParams, MemoryClass};
use crate::engine::dispatch::encode;
use crate::engine::host::Task;
use crate::engine::protocol::{Event, Message};
use crate::engine::{Engine, Host};
use crate::model::Instant;

/// Devices with no more memory than this, in GiB, derive with less of it.
const SMALL_DEVICE: f64 = 2.0;

/// The browser's worker as the engine's host.
pub struct Browser {
    scope: DedicatedWorkerGlobalScope,
    store: IndexedDb,
    sealer: Sealer,
    turns: Turns,
    lock: VaultLock,
    lost: Rc<dyn Fn()>,
}

impl Browser {
    /// The host of the vault called `name`; `lost` is called when another tab wants it or has taken it.
    ///
    /// # Errors
    /// When the browser refuses what every browser has.
    pub fn new(scope: DedicatedWorkerGlobalScope, name: &str, lost: Rc<dyn Fn()>) -> Result<Self, JsValue> {
        let asked = Rc::clone(&lost);
        Ok(Self {
            sealer: Sealer::new(scope.clone()),
            scope,
            store: IndexedDb::new(name),
            turns: Turns::new()?,
            lock: VaultLock::new(name, move || asked()),
            lost,
        })
    }

    /// Sends a message to the screen, its bytes transferred.
    pub fn post(scope: &DedicatedWorkerGlobalScope, message: &[u8]) {
        let bytes = Uint8Array::from(message);
        let buffer = bytes.buffer();
        let transfer = js_sys::Array::of1(&buffer);
        // Only a screen that is gone can't be told.
        let _ = scope.post_message_with_transfer(&buffer, &transfer);
    }

    /// Sends a message to the screen with a file beside it.
    pub fn post_with_file(scope: &DedicatedWorkerGlobalScope, message: &[u8], file: &[u8]) {
        let buffer = Uint8Array::from(message).buffer();
        let parts = js_sys::Array::of1(&Uint8Array::from(file));
        let Ok(blob) = web_sys::Blob::new_with_u8_array_sequence(&parts) else { return };
        let both = js_sys::Array::of2(&buffer, &blob);
        let _ = scope.post_message_with_transfer(&both, &js_sys::Array::of1(&buffer));
    }

    /// Lets the vault go, for another tab.
    pub fn let_go(&self) {
        self.lock.let_go();
    }
}

impl Host for Browser {
    type Store = IndexedDb;

    fn store(&self) -> IndexedDb {
        self.store.clone()
    }

    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "milliseconds are far below 2^53"
    )]
    fn now(&self) -> Instant {
        Instant(js_sys::Date::now() as i64)
    }

    fn entropy(&self) -> Box<dyn Entropy> {
        Box::new(BrowserEntropy)
    }

    fn memory_class(&self) -> MemoryClass {
        let navigator = Reflect::get(&self.scope, &"navigator".into());
        let memory = navigator.and_then(|navigator| Reflect::get(&navigator, &"deviceMemory".into()));
        match memory.ok().and_then(|memory| memory.as_f64()) {
            Some(memory) if memory <= SMALL_DEVICE => MemoryClass::Small,
            _ => MemoryClass::Standard,
        }
    }

    fn prepare_derive(&self) {
        self.sealer.prepare();
    }

    async fn derive(&self, passphrase: &str, params: KdfParams) -> Result<DerivedSecret, KdfError> {
        self.sealer.derive(passphrase, params).await
    }

    type Sealer = super::sealer::Port;

    async fn sealer(&self) -> Result<super::sealer::Port, SealerError> {
        self.sealer.start()
    }

    async fn pause(&self) {
        self.turns.give().await;
    }

    async fn sleep(&self, millis: u32) {
        sleep(millis).await;
    }

    fn spawn(&self, task: Task) {
        wasm_bindgen_futures::spawn_local(task);
    }

    fn emit(&self, event: Event) {
        Self::post(&self.scope, &encode(&Message::Event(event)));
    }

    async fn hold(&self, ask: bool) -> bool {
        let lost = Rc::clone(&self.lost);
        self.lock.hold(ask, move || lost()).await
    }

    fn release(&self) {
        self.let_go();
    }

    fn memory(&self) -> u64 {
        let buffer = wasm_bindgen::memory().unchecked_into::<js_sys::WebAssembly::Memory>().buffer();
        u64::from(buffer.unchecked_into::<js_sys::ArrayBuffer>().byte_length())
    }
}

/// The type of the engine in its worker.
pub type BrowserEngine = Engine<Browser>;
