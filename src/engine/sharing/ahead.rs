//! Work of the sealer while the engine goes on: the next request is on its way before the answer to the
//! last is read, so that both workers are busy.

use core::future::poll_fn;
use core::pin::Pin;
use core::task::Poll;

use super::people::answered;
use super::unexpected;
use crate::bundle::sealer::{Answer, Request};
use crate::engine::failure::Failure;
use crate::engine::host::Sealer;

type Work<S> = Pin<Box<dyn Future<Output = (S, Answer)>>>;

/// A sealer that is asked one thing ahead.
pub(super) enum Ahead<S> {
    Idle(S),
    Busy(Work<S>),
    /// Its answer was read and it is about to be asked; or it was dropped in the middle of that.
    Between,
}

impl<S: Sealer + 'static> Ahead<S> {
    /// Asks, and does not wait for the answer. The one before must have been read.
    pub(super) async fn begin(&mut self, request: Request) -> Result<(), Failure> {
        let Self::Idle(mut sealer) = core::mem::replace(self, Self::Between) else {
            return Err(unexpected());
        };
        let mut work: Work<S> = Box::pin(async move {
            let answer = sealer.ask(request).await;
            (sealer, answer)
        });
        // Nothing is asked before the first poll; whoever polls last is woken.
        let begun = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
        *self = Self::Busy(match begun {
            Poll::Ready(done) => Box::pin(core::future::ready(done)),
            Poll::Pending => work,
        });
        Ok(())
    }

    /// The answer to what was asked last; nothing if all was read.
    pub(super) async fn answer(&mut self) -> Result<Option<Answer>, Failure> {
        match core::mem::replace(self, Self::Between) {
            Self::Busy(work) => {
                let (sealer, answer) = work.await;
                *self = Self::Idle(sealer);
                answered(answer).map(Some)
            }
            other => {
                *self = other;
                Ok(None)
            }
        }
    }

    /// Asks, after the answer to what was asked before has come, which is given.
    pub(super) async fn next(&mut self, request: Request) -> Result<Option<Answer>, Failure> {
        let before = self.answer().await?;
        self.begin(request).await?;
        Ok(before)
    }
}
