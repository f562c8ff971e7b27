//! Giving other messages their turn, and waiting.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, MessageEvent};

/// Lets messages that have arrived be handled before going on. A message to oneself comes behind them
/// and costs a few microseconds; a timer would cost four milliseconds when repeated.
#[derive(Clone)]
pub struct Turns {
    channel: MessageChannel,
    waiting: Rc<RefCell<VecDeque<Function>>>,
}

impl Turns {
    /// A way to give turns.
    ///
    /// # Errors
    /// When the browser refuses the channel.
    pub fn new() -> Result<Self, JsValue> {
        let channel = MessageChannel::new()?;
        let waiting: Rc<RefCell<VecDeque<Function>>> = Rc::default();
        let woken = Rc::clone(&waiting);
        let wake = Closure::<dyn FnMut(MessageEvent)>::new(move |_| {
            let next = woken.borrow_mut().pop_front();
            if let Some(next) = next {
                // A promise's own function can't fail.
                let _ = next.call0(&JsValue::NULL);
            }
        });
        channel.port1().set_onmessage(Some(wake.as_ref().unchecked_ref()));
        wake.forget();
        Ok(Self { channel, waiting })
    }

    /// Waits until the messages that have arrived are handled.
    pub async fn give(&self) {
        let promise = Promise::new(&mut |resolve, _| self.waiting.borrow_mut().push_back(resolve));
        if self.channel.port2().post_message(&JsValue::NULL).is_ok() {
            // The promise is never rejected.
            let _ = JsFuture::from(promise).await;
        }
    }
}

/// Waits so many milliseconds.
pub async fn sleep(millis: u32) {
    gloo::timers::future::TimeoutFuture::new(millis).await;
}
