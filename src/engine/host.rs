//! What the engine needs of the place where it runs: the browser's worker, or a test.

use core::future::Future;
use core::pin::Pin;

use crate::bundle::sealer::{Answer, Request, SealerError};
use crate::crypto::{DerivedSecret, Entropy, KdfError, KdfParams, MemoryClass};
use crate::model::Instant;
use crate::vault::Store;

use super::protocol::Event;

/// Work that goes on by itself.
pub type Task = Pin<Box<dyn Future<Output = ()>>>;

/// The sealer as the engine sees it: asked one thing after the other ([`crate::bundle::sealer`]).
pub trait Sealer {
    /// Asks, and waits for the answer. A sealer that died answers [`Answer::Failed`].
    fn ask(&mut self, request: Request) -> impl Future<Output = Answer>;
}

/// The surroundings of an engine: store, clock, randomness, sealer, and a way to talk.
pub trait Host: 'static {
    /// Where rows are kept.
    type Store: Store + Clone + 'static;

    /// The store of the vault; all clones are one store.
    fn store(&self) -> Self::Store;

    /// The present moment.
    fn now(&self) -> Instant;

    /// A source of randomness for keys and ids.
    fn entropy(&self) -> Box<dyn Entropy>;

    /// How much memory a derivation may take here.
    fn memory_class(&self) -> MemoryClass;

    /// Makes the next [`Host::derive`] start sooner. Called while a person is about to type.
    fn prepare_derive(&self);

    /// Derives the secret of a passphrase, away from the engine, in memory that ends with it.
    fn derive(
        &self,
        passphrase: &str,
        params: KdfParams,
    ) -> impl Future<Output = Result<DerivedSecret, KdfError>>;

    /// A sealer for one bundle, card or sheet. Its memory ends with it.
    type Sealer: Sealer + 'static;

    /// Starts a sealer.
    ///
    /// # Errors
    /// When it can't be had.
    fn sealer(&self) -> impl Future<Output = Result<Self::Sealer, SealerError>>;

    /// Lets other requests be answered, then goes on.
    fn pause(&self) -> impl Future<Output = ()>;

    /// Waits so many milliseconds.
    fn sleep(&self, millis: u32) -> impl Future<Output = ()>;

    /// Starts work that goes on by itself.
    fn spawn(&self, task: Task);

    /// Tells the screen.
    fn emit(&self, event: Event);

    /// Takes the vault for this engine alone; `ask` asks another holder to let go, and takes it in any case.
    /// Returns whether this engine holds it now.
    fn hold(&self, ask: bool) -> impl Future<Output = bool>;

    /// Lets the vault go.
    fn release(&self);

    /// Bytes of memory that the engine holds; 0 where nobody knows.
    fn memory(&self) -> u64;
}
