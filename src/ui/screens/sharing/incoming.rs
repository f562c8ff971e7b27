//! The files that are being taken in, one after the other. They outlive the screen: whoever leaves it and
//! comes back finds the file where it is. Files dropped anywhere on the notebook come here.

use std::collections::VecDeque;

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{DragEvent, File};

use crate::bundle::sealer::SealerError;
use crate::engine::Failure;
use crate::engine::protocol::{Outcome, Reply, Request};
use crate::engine::sharing::rows::{ApplyMode, BundlePreview, CardPreview, ReceiptRow};
use crate::ui::launch;
use crate::ui::route::Route;
use crate::ui::router::{Router, use_router};
use crate::ui::session::{JobKind, Session, use_session};
use crate::ui::widgets::pick_file::listed;

/// How far the present file has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Step {
    /// There is none.
    #[default]
    Idle,
    /// It is opened and looked through.
    Opening,
    /// It opens with a passphrase; whether the last one was wrong.
    Asking(bool),
    /// It can be looked at.
    Previewed(Box<BundlePreview>),
    /// It is being applied.
    Applying,
    /// It was applied.
    Merged(Box<ReceiptRow>),
    /// It could not be opened, or not be applied.
    Failed(Failure),
}

/// The files on their way in; a copy is the same files.
#[derive(Clone, Copy)]
pub struct Incoming {
    /// How far the present file has come.
    pub step: RwSignal<Step>,
    /// The present file's name.
    pub name: RwSignal<String>,
    /// A card that was read.
    pub card: RwSignal<Option<Result<CardPreview, Failure>>>,
    /// Whether a card is being read.
    pub reading: RwSignal<bool>,
    /// Whether a file is held over the page.
    pub over: RwSignal<bool>,
    waiting: RwSignal<VecDeque<File>, LocalStorage>,
    file: StoredValue<Option<File>, LocalStorage>,
    session: Session,
    router: Router,
}

/// The files on their way in.
///
/// # Panics
/// Outside of the open notebook.
#[must_use]
pub fn use_incoming() -> Incoming {
    expect_context::<Incoming>()
}

impl Incoming {
    /// Gives itself to everything below, and takes what is dropped anywhere.
    #[must_use]
    pub fn provide() -> Self {
        let incoming = Self {
            step: RwSignal::default(),
            name: RwSignal::default(),
            card: RwSignal::new(None),
            reading: RwSignal::new(false),
            over: RwSignal::new(false),
            waiting: RwSignal::new_local(VecDeque::new()),
            file: StoredValue::new_local(None),
            session: use_session(),
            router: use_router(),
        };
        provide_context(incoming);
        incoming.catch();
        launch::listen(move |files| {
            incoming.router.go(Route::TakeIn);
            incoming.take(files);
        });
        incoming
    }

    /// How many files wait behind the present one.
    #[must_use]
    pub fn waiting(self) -> usize {
        self.waiting.with(VecDeque::len)
    }

    /// Takes files, in their order.
    pub fn take(self, files: Vec<File>) {
        self.waiting.update(|waiting| waiting.extend(files));
        let free =
            self.step.with_untracked(|step| matches!(step, Step::Idle | Step::Merged(_) | Step::Failed(_)));
        if free {
            self.next();
        }
    }

    /// Goes on to the next file, if there is one.
    pub fn next(self) {
        let next = self.waiting.try_update(VecDeque::pop_front).flatten();
        self.step.set(Step::Idle);
        self.name.set(next.as_ref().map(File::name).unwrap_or_default());
        self.file.set_value(next);
        self.open(String::new());
    }

    /// Opens the present file.
    pub fn open(self, passphrase: String) {
        let Some(file) = self.file.get_value() else { return };
        self.step.set(Step::Opening);
        spawn_local(async move {
            let (name, identity) = (file.name(), String::new());
            let request =
                Request::OpenBundle { name, passphrase, identity, restoring: false, bytes: Vec::new() };
            let step = match self.session.run_job(JobKind::OpenBundle, request, Some(file.clone())).await {
                Ok(Outcome::Previewed(preview)) => Step::Previewed(preview),
                Err(Failure::Bundle(SealerError::NeedsPassphrase)) => Step::Asking(false),
                Err(Failure::Bundle(SealerError::WrongPassphrase)) => Step::Asking(true),
                Err(Failure::Bundle(SealerError::NotABundle)) => match self.ask_card(file).await {
                    Ok(card) => {
                        self.card.try_set(Some(Ok(card)));
                        self.router.go(Route::Team);
                        Step::Idle
                    }
                    Err(failure) => Step::Failed(failure),
                },
                Err(failure) => Step::Failed(failure),
                Ok(_) => Step::Failed(Failure::Unreadable),
            };
            self.step.try_set(step);
        });
    }

    /// Applies the present file.
    pub fn apply(self, confirmed: bool) {
        self.session.flush();
        self.step.set(Step::Applying);
        spawn_local(async move {
            let request = Request::ApplyBundle { mode: ApplyMode::Merge, confirmed };
            let step = match self.session.run_job(JobKind::ApplyBundle, request, None).await {
                Ok(Outcome::Merged(receipt)) => Step::Merged(receipt),
                Ok(_) => Step::Failed(Failure::Unreadable),
                Err(failure) => Step::Failed(failure),
            };
            self.step.try_set(step);
        });
    }

    /// Leaves the present file and goes on to the next.
    pub fn close(self) {
        self.session.engine.call(Request::CloseBundle);
        self.next();
    }

    /// Reads a member card.
    pub fn read_card(self, file: File) {
        if self.reading.get_untracked() {
            return;
        }
        self.reading.set(true);
        self.card.set(None);
        spawn_local(async move {
            let card = self.ask_card(file).await;
            self.reading.try_set(false);
            self.card.try_set(Some(card));
        });
    }

    async fn ask_card(self, file: File) -> Result<CardPreview, Failure> {
        let request = Request::ReadCard { bytes: Vec::new() };
        match self.session.engine.call_with(request, file).await? {
            Reply::Card(card) => Ok(card),
            _ => Err(Failure::Unreadable),
        }
    }

    /// What is dropped beside any place for files is taken in, except where another kind is expected.
    fn catch(self) {
        let route = self.router.route();
        let wanted = move || !matches!(route.get_untracked(), Route::Import | Route::Backup);
        let over = window_event_listener(leptos::ev::dragover, move |event| {
            if holds_files(&event) {
                // Otherwise the browser would leave the page for the file.
                event.prevent_default();
                self.over.set(wanted());
            }
        });
        let leave = window_event_listener(leptos::ev::dragleave, move |event| {
            if event.related_target().is_none() {
                self.over.set(false);
            }
        });
        let drop = window_event_listener(leptos::ev::drop, move |event| {
            self.over.set(false);
            if event.default_prevented() || !holds_files(&event) {
                return;
            }
            event.prevent_default();
            let files = event.data_transfer().and_then(|transfer| transfer.files());
            let files = files.map(|files| listed(&files)).unwrap_or_default();
            if wanted() && !files.is_empty() {
                self.router.go(Route::TakeIn);
                self.take(files);
            }
        });
        on_cleanup(move || {
            over.remove();
            leave.remove();
            drop.remove();
        });
    }
}

fn holds_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0))
}
