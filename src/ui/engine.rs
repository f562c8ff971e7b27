//! The way to the engine: sends calls, matches replies.
//!
//! The worker is started by `public/boot.js`, so that it is loaded beside the app and not after it.
//!
//! Calls and messages are postcard bytes in transferred `ArrayBuffer`s; a file goes beside its call as it
//! is. The worker says `ready` once it
//! listens; what is called before waits. A worker that dies answers every open call, and every later one,
//! with [`stopped`], so nothing waits for ever.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, File, MessageEvent, MessagePort, Worker, WorkerOptions, WorkerType};

use crate::engine::Failure;
use crate::engine::protocol::{Call, Event, Message, Reply, Request};
use crate::engine::sharing::rows::FileOut;
use crate::ui::answer::Later;

/// A handle of the engine worker; a copy is the same worker.
#[derive(Clone, Copy)]
pub struct Engine(StoredValue<Link, LocalStorage>);

/// What the engine says without being asked.
#[derive(Debug)]
pub enum Notice {
    /// One of its events.
    Event(Event),
    /// The worker is gone.
    Died,
}

/// The failure of every call to a worker that is gone.
#[must_use]
pub fn stopped() -> Failure {
    Failure::Storage { name: "EngineStopped".to_owned() }
}

impl Engine {
    /// Takes over the worker that `boot.js` has started. `on_notice` hears what it says.
    #[must_use]
    pub fn start(on_notice: impl Fn(Notice) + 'static) -> Self {
        let state = Rc::new(RefCell::new(State::default()));
        let worker = started_worker();
        if let Some(worker) = worker.as_ref().filter(|worker| !has(worker, "failed")) {
            state.borrow_mut().ready = has(worker, "ready");
            listen(worker, &state, Rc::new(on_notice));
        } else {
            state.borrow_mut().dead = true;
            on_notice(Notice::Died);
        }
        Self(StoredValue::new_local(Link { worker, state }))
    }

    /// Asks. The engine does what it was asked even if nobody waits for the answer.
    pub fn call(self, request: Request) -> Later {
        self.0.try_with_value(|link| link.send(request, None)).unwrap_or_else(|| Later::known(Err(stopped())))
    }

    /// Asks something about a file, which the engine reads.
    pub fn call_with(self, request: Request, file: File) -> Later {
        let sent = self.0.try_with_value(|link| link.send(request, Some(file)));
        sent.unwrap_or_else(|| Later::known(Err(stopped())))
    }

    /// The file that the engine made last, with its name.
    ///
    /// # Errors
    /// When there is none.
    pub async fn take_file(self) -> Result<(FileOut, Blob), Failure> {
        let Reply::File(file) = self.call(Request::TakeFile).await? else { return Err(Failure::Unreadable) };
        let blob = self.0.try_with_value(|link| link.state.borrow_mut().file.take()).flatten();
        // Share sheets look at the type. A slice is the same bytes.
        let typed = blob.and_then(|blob| {
            blob.slice_with_f64_and_f64_and_content_type(0.0, blob.size(), &file.media_type).ok()
        });
        typed.map(|blob| (file, blob)).ok_or(Failure::NotFound)
    }

    /// Whether an answer is still to come, be it to a draft that is being kept.
    #[must_use]
    pub fn is_asked(self) -> bool {
        self.0.try_with_value(|link| !link.state.borrow().open.is_empty()).unwrap_or_default()
    }

    /// Ends the worker at once; its memory, and with it the keys, goes away.
    pub fn terminate(self) {
        self.0.try_with_value(|link| {
            if let Some(worker) = &link.worker {
                worker.terminate();
            }
            link.state.borrow_mut().fail_all();
        });
    }
}

struct Link {
    worker: Option<Worker>,
    state: Rc<RefCell<State>>,
}

#[derive(Default)]
struct State {
    /// Whether the worker listens.
    ready: bool,
    dead: bool,
    last: u32,
    /// Calls that wait until the worker listens.
    waiting: Vec<(Vec<u8>, Option<File>)>,
    open: HashMap<u32, Later>,
    /// The file that came beside the last reply that had one.
    file: Option<Blob>,
}

impl State {
    fn fail_all(&mut self) {
        self.dead = true;
        self.waiting.clear();
        for later in std::mem::take(&mut self.open).into_values() {
            later.fill(Err(stopped()));
        }
    }
}

impl Link {
    fn send(&self, request: Request, file: Option<File>) -> Later {
        let mut state = self.state.borrow_mut();
        if state.dead {
            return Later::known(Err(stopped()));
        }
        state.last = state.last.wrapping_add(1);
        let number = state.last;
        let Ok(bytes) = postcard::to_allocvec(&Call { number, request }) else {
            return Later::known(Err(Failure::Unreadable));
        };
        let later = Later::default();
        state.open.insert(number, later.clone());
        match &self.worker {
            Some(worker) if state.ready => post(worker, &bytes, file.as_ref()),
            _ => state.waiting.push((bytes, file)),
        }
        later
    }
}

/// What `boot.js` leaves: the worker, which it has marked if it is `ready` or has `failed`.
fn started_worker() -> Option<Worker> {
    let worker = js_sys::Reflect::get(&js_sys::global(), &"engine".into()).ok()?;
    worker.dyn_into::<Worker>().ok()
}

/// Whether the worker has said that it listens, or has failed already.
fn has(worker: &Worker, mark: &str) -> bool {
    js_sys::Reflect::get(worker, &mark.into()).is_ok_and(|mark| mark.is_truthy())
}

/// The closures live as long as the page: there is one worker per page.
fn listen(worker: &Worker, state: &Rc<RefCell<State>>, on_notice: Rc<dyn Fn(Notice)>) {
    let (own, calls, notify) = (worker.clone(), state.clone(), on_notice.clone());
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let data = match event.data().dyn_into::<js_sys::Array>() {
            Ok(both) if both.get(0).is_instance_of::<js_sys::ArrayBuffer>() => {
                calls.borrow_mut().file = both.get(1).dyn_into().ok();
                both.get(0)
            }
            Ok(ports) => return start_sealer(&ports),
            Err(data) => data,
        };
        let Ok(buffer) = data.dyn_into::<js_sys::ArrayBuffer>() else {
            let mut state = calls.borrow_mut();
            state.ready = true;
            for (bytes, file) in std::mem::take(&mut state.waiting) {
                post(&own, &bytes, file.as_ref());
            }
            return;
        };
        match postcard::from_bytes(&js_sys::Uint8Array::new(&buffer).to_vec()) {
            Ok(Message::Reply(number, answer)) => {
                let later = calls.borrow_mut().open.remove(&number);
                if let Some(later) = later {
                    later.fill(answer);
                }
            }
            Ok(Message::Event(event)) => notify(Notice::Event(event)),
            // An engine whose words can't be read is of another version: nothing it says can be trusted.
            Err(_) => {
                own.terminate();
                calls.borrow_mut().fail_all();
                notify(Notice::Died);
            }
        }
    });
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();

    let calls = state.clone();
    let on_error = Closure::<dyn FnMut(web_sys::Event)>::new(move |_| {
        calls.borrow_mut().fail_all();
        on_notice(Notice::Died);
    });
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
    on_error.forget();
}

/// Starts the worker that the engine asks for, and gives it the second of two ports: what is said there is
/// between the two. On the first the engine hears if the worker fails. The worker ends by itself.
fn start_sealer(ports: &js_sys::Array) {
    let (Ok(engine), Ok(port)) =
        (ports.get(0).dyn_into::<MessagePort>(), ports.get(1).dyn_into::<MessagePort>())
    else {
        return;
    };
    let fail = move || {
        // An engine that is gone need not know.
        let _ = engine.post_message(&"failed".into());
    };
    let name =
        ports.get(2).as_string().filter(|name| name == "bundler").unwrap_or_else(|| "sealer".to_owned());
    let Ok(worker) = start_worker(&name) else { return fail() };
    let sealer = worker.clone();
    let on_ready = Closure::once_into_js(move || {
        let _ = sealer.post_message_with_transfer(&port, &js_sys::Array::of1(&port));
    });
    let on_error = Closure::once_into_js(fail);
    worker.set_onmessage(Some(on_ready.unchecked_ref()));
    worker.set_onerror(Some(on_error.unchecked_ref()));
}

fn start_worker(name: &str) -> Result<Worker, JsValue> {
    let root = document().document_element();
    let base = root.and_then(|root| root.get_attribute("data-base")).unwrap_or_default();
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name(name);
    Worker::new_with_options(&format!("{base}{name}_loader.js"), &options)
}

fn post(worker: &Worker, bytes: &[u8], file: Option<&File>) {
    let buffer = js_sys::Uint8Array::from(bytes).buffer();
    let message =
        file.map_or_else(|| JsValue::from(&buffer), |file| js_sys::Array::of2(&buffer, file).into());
    // Cloning a buffer that was just made can't fail; a dead worker is heard of by its error event.
    let _ = worker.post_message_with_transfer(&message, &js_sys::Array::of1(&buffer));
}
