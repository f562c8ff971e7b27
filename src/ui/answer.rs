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
#[derive(Clone, Default)]
pub struct Later(Rc<RefCell<Slot>>);

#[derive(Default)]
struct Slot {
    answer: Option<Answer>,
    waker: Option<Waker>,
}

impl Later {
    /// An answer that is known already.
    #[must_use]
    pub fn known(answer: Answer) -> Self {
        let later = Self::default();
        later.fill(answer);
        later
    }

    /// Gives the answer to whoever waits for it.
    pub fn fill(&self, answer: Answer) {
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

impl Future for Later {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
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
