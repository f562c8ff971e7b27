//! Who holds the vault: a Web Lock for as long as the worker lives, and a channel on which another tab
//! asks for it.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{BroadcastChannel, MessageEvent};

/// How long a holder may take to finish its write before the vault is taken from it. It can't do harm
/// then: its writes carry an old fence.
const PATIENCE_MILLIS: u32 = 4_000;
/// How long the worker of a page that was just left may still hold the lock.
const ENDING_MILLIS: u32 = 800;
const ASK: &str = "release";

/// The lock of the vault.
#[derive(Clone)]
pub struct VaultLock {
    name: String,
    channel: Option<BroadcastChannel>,
    /// Ends the promise that keeps the lock.
    release: Rc<RefCell<Option<Function>>>,
}

impl VaultLock {
    /// The lock of that name. `on_asked` is called when another tab wants it, or has taken it.
    #[must_use]
    pub fn new(name: &str, on_asked: impl Fn() + 'static) -> Self {
        let channel = BroadcastChannel::new(name).ok();
        let lock = Self { name: name.to_owned(), channel, release: Rc::default() };
        let held = Rc::clone(&lock.release);
        if let Some(channel) = &lock.channel {
            let asked = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                if event.data().as_string().as_deref() == Some(ASK) && held.borrow().is_some() {
                    on_asked();
                }
            });
            channel.set_onmessage(Some(asked.as_ref().unchecked_ref()));
            asked.forget();
        }
        lock
    }

    /// Whether this worker holds the lock.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.release.borrow().is_some()
    }

    /// Lets the lock go.
    pub fn let_go(&self) {
        if let Some(release) = self.release.borrow_mut().take() {
            // A promise's own function can't fail.
            let _ = release.call0(&JsValue::NULL);
        }
    }

    /// Takes the lock if it is free; with `ask`, asks its holder for it and takes it in any case. `lost`
    /// is called when another tab takes it away later.
    pub async fn hold(&self, ask: bool, lost: impl Fn() + 'static) -> bool {
        if self.is_held() {
            return true;
        }
        let Some(locks) = locks() else {
            // A browser without locks: the fence alone keeps writers apart.
            *self.release.borrow_mut() = Some(Function::new_no_args(""));
            return true;
        };
        let lost: Rc<dyn Fn()> = Rc::new(lost);
        let told = || {
            let lost = Rc::clone(&lost);
            move || lost()
        };
        // A page that was reloaded meets the worker of the page before, which is about to end.
        for _ in 0..ENDING_MILLIS / 100 {
            if self.request(&locks, "ifAvailable", told()).await {
                return true;
            }
            super::turn::sleep(100).await;
        }
        if !ask {
            return false;
        }
        if let Some(channel) = &self.channel {
            // Should the message fail, the lock is stolen below.
            let _ = channel.post_message(&ASK.into());
        }
        for _ in 0..PATIENCE_MILLIS / 100 {
            super::turn::sleep(100).await;
            if self.request(&locks, "ifAvailable", told()).await {
                return true;
            }
        }
        self.request(&locks, "steal", told()).await
    }

    /// One request; tells whether the lock was granted.
    async fn request(&self, locks: &JsValue, option: &str, lost: impl FnOnce() + 'static) -> bool {
        let options = Object::new();
        if Reflect::set(&options, &option.into(), &JsValue::TRUE).is_err() {
            return false;
        }
        let slot = Rc::clone(&self.release);
        let mut lost = Some(lost);
        let answer = Promise::new(&mut |granted, _| {
            let slot = Rc::clone(&slot);
            let refused = granted.clone();
            let callback = Closure::once_into_js(move |lock: JsValue| -> JsValue {
                let held = !lock.is_null();
                // A promise's own function can't fail.
                let _ = granted.call1(&JsValue::NULL, &JsValue::from_bool(held));
                if !held {
                    return JsValue::UNDEFINED;
                }
                // The lock is held until this promise ends.
                Promise::new(&mut |resolve, _| *slot.borrow_mut() = Some(resolve)).into()
            });
            let request =
                Reflect::get(locks, &"request".into()).and_then(|request| request.dyn_into::<Function>());
            let promise = request
                .and_then(|request| request.call3(locks, &self.name.as_str().into(), &options, &callback));
            let held = Rc::clone(&self.release);
            let lost = lost.take();
            let Ok(promise) = promise.and_then(|promise| promise.dyn_into::<Promise>()) else {
                let _ = refused.call1(&JsValue::NULL, &JsValue::FALSE);
                return;
            };
            wasm_bindgen_futures::spawn_local(async move {
                // It is rejected when another tab steals the lock, or when the browser refuses to ask
                // for it: that is an answer too, and without it the page would wait for ever.
                if JsFuture::from(promise).await.is_err() {
                    let stolen = held.borrow_mut().take().is_some();
                    let _ = refused.call1(&JsValue::NULL, &JsValue::FALSE);
                    if let Some(lost) = lost.filter(|_| stolen) {
                        lost();
                    }
                }
            });
        });
        JsFuture::from(answer).await.is_ok_and(|held| held.is_truthy())
    }
}

fn locks() -> Option<JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    Reflect::get(&navigator, &"locks".into()).ok().filter(|locks| !locks.is_undefined())
}
