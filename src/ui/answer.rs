//! An answer that comes later: a future that is filled by whoever has the answer.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::engine::Failure;
use crate::engine::protocol::Reply;

/// The answer to a call.
pub type Answer = Result<Reply, Failure>;

/// Resolves to the answer, once. Dropping it changes nothing about what was asked.
pub struct Later<T = Answer>(Rc<RefCell<Slot<T>>>);

struct Slot<T> {
    answer: Option<T>,
    waker: Option<Waker>,
}

impl<T> Clone for Later<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> Default for Later<T> {
    fn default() -> Self {
        Self(Rc::new(RefCell::new(Slot { answer: None, waker: None })))
    }
}

impl<T> Later<T> {
    /// An answer that is known already.
    #[must_use]
    pub fn known(answer: T) -> Self {
        let later = Self::default();
        later.fill(answer);
        later
    }

    /// Gives the answer to whoever waits for it.
    pub fn fill(&self, answer: T) {
        let waker = {
            let mut slot = self.0.borrow_mut();
            slot.answer = Some(answer);
            slot.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Future for Later<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut slot = self.0.borrow_mut();
        match slot.answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}
