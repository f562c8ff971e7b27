//! The queue of writes. It belongs to the session, not to a screen: what was entered is written even if
//! its screen is left at once, one write after the other, in the order of entering.
//!
//! A write that fails for want of room or because the browser's storage failed stays at the head, and
//! everything behind it waits: [`WriteQueue::retry`] goes on. Any other failure answers its own write only.

use std::collections::VecDeque;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::engine::Failure;
use crate::engine::protocol::{Reply, Request};
use crate::model::Instant;
use crate::ui::answer::Later;
use crate::ui::engine::Engine;

/// Whether what was entered is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SaveState {
    /// Nothing was entered yet.
    #[default]
    Idle,
    /// Something is being written.
    Saving,
    /// Everything is durable since then.
    Saved(Instant),
    /// The oldest write failed and waits, with all behind it, for [`WriteQueue::retry`].
    Failed(Failure),
}

/// The queue; a copy is the same queue.
#[derive(Clone, Copy)]
pub struct WriteQueue {
    engine: Engine,
    writes: StoredValue<VecDeque<Write>, LocalStorage>,
    running: StoredValue<bool>,
    state: RwSignal<SaveState>,
    on_refused: Callback<Failure>,
}

struct Write {
    request: Request,
    later: Later,
}

impl WriteQueue {
    /// An empty queue. `on_refused` hears of writes that failed for good.
    #[must_use]
    pub fn new(engine: Engine, on_refused: Callback<Failure>) -> Self {
        Self {
            engine,
            writes: StoredValue::new_local(VecDeque::new()),
            running: StoredValue::new(false),
            state: RwSignal::new(SaveState::Idle),
            on_refused,
        }
    }

    /// Whether what was entered is stored.
    #[must_use]
    pub fn state(self) -> Signal<SaveState> {
        self.state.into()
    }

    /// Whether something is not durable yet.
    #[must_use]
    pub fn is_busy(self) -> bool {
        self.writes.try_with_value(|writes| !writes.is_empty()).unwrap_or_default()
    }

    /// Queues a write.
    pub fn push(self, request: Request) -> Later {
        let later = Later::default();
        let write = Write { request, later: later.clone() };
        self.writes.try_update_value(|writes| writes.push_back(write));
        if !matches!(self.state.try_get_untracked(), Some(SaveState::Failed(_))) {
            self.run();
        }
        later
    }

    /// Tries the write that failed again, and then all behind it.
    pub fn retry(self) {
        self.run();
    }

    fn run(self) {
        if self.running.try_get_value() != Some(false) {
            return;
        }
        self.running.set_value(true);
        self.state.try_set(SaveState::Saving);
        spawn_local(async move {
            let mut state = SaveState::Idle;
            while let Some(Some(request)) =
                self.writes.try_with_value(|writes| writes.front().map(|write| write.request.clone()))
            {
                let answer = self.engine.call(request).await;
                match &answer {
                    Err(failure) if is_worth_another_try(failure) => {
                        state = SaveState::Failed(failure.clone());
                        break;
                    }
                    Err(failure) => {
                        self.on_refused.try_run(failure.clone());
                        state = SaveState::Idle;
                    }
                    Ok(Reply::Saved(at)) => state = SaveState::Saved(*at),
                    Ok(_) => {}
                }
                let write = self.writes.try_update_value(VecDeque::pop_front).flatten();
                if let Some(write) = write {
                    write.later.fill(answer);
                }
            }
            self.running.try_update_value(|running| *running = false);
            self.state.try_set(state);
        });
    }
}

fn is_worth_another_try(failure: &Failure) -> bool {
    matches!(failure, Failure::NoRoom | Failure::Storage { .. })
}
