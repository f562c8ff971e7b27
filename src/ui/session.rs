//! What all screens have in common: the engine, where we are in the life of the vault, what changed, what
//! is being written, what runs in the background.
//!
//! Lives as long as the page. Locking reloads the page, which ends everything here.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::text_prop::TextProp;

use crate::engine::Failure;
use crate::engine::protocol::{Event, Outcome, PROTOCOL, Reply, Request};
use crate::engine::rows::{Count, Overview, RailEntry, UndoLabel, UndoState, VaultState};
use crate::engine::sharing::rows::SharingState;
use crate::model::RecordId;
use crate::model::records::Edit;
use crate::ui::answer::{Answer, Later};
use crate::ui::engine::{Engine, Notice, stopped};
use crate::ui::failure_text::{failure_text, undo_text};
use crate::ui::queue::{SaveState, WriteQueue};
use crate::ui::text::{Texts, t, t_string, use_i18n};
use crate::ui::widgets::toast::{Toast, Toasts};
use crate::ui::words;

/// Where we are in the life of the vault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// The engine has not said yet what it found.
    #[default]
    Starting,
    /// There is no vault.
    FirstStart,
    /// The vault waits for its passphrase.
    Locked,
    /// Another tab holds the vault.
    OpenElsewhere,
    /// The notebook is open.
    Open,
    /// Nothing goes on without a reload.
    Stopped(Failure),
}

/// What changed last. A screen compares `revision`; `pages` says whether it is concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Counts up with every change.
    pub revision: u64,
    /// The customers whose pages changed; empty when everything may have.
    pub pages: Vec<RecordId>,
}

impl Changed {
    /// Whether this page may have changed.
    #[must_use]
    pub fn concerns(&self, page: RecordId) -> bool {
        self.pages.is_empty() || self.pages.contains(&page)
    }
}

/// A list as the engine last told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListState {
    /// Counts up with every change of the list.
    pub revision: u64,
    /// Its length.
    pub count: Count,
    /// Its rail.
    pub rail: Vec<RailEntry>,
}

/// What a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// A CSV file is taken in.
    Import,
    /// Invented customers are added.
    Sample,
    /// An import is undone.
    UndoImport,
    /// The vault is checked.
    Check,
    /// A bundle is made.
    MakeBundle,
    /// A bundle is opened and looked through.
    OpenBundle,
    /// A bundle is applied.
    ApplyBundle,
    /// What a bundle changed is written back.
    UndoMerge,
    /// Records are erased for good.
    Erase,
}

/// Long work of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub job: u32,
    /// What it is; nothing for the moment before the engine's answer was read.
    pub kind: Option<JobKind>,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 while unknown.
    pub total: u64,
    /// How it ended.
    pub outcome: Option<Result<Outcome, Failure>>,
}

/// How a job ended.
pub type Ended = Result<Outcome, Failure>;

/// The session; a copy is the same session.
#[derive(Clone, Copy)]
pub struct Session {
    /// For questions. Changes go through [`Session::commit`].
    pub engine: Engine,
    /// Where we are.
    pub phase: RwSignal<Phase>,
    /// What was known right after unlocking.
    pub overview: RwSignal<Overview>,
    /// The state of sharing: conflicts, backup, what is missing.
    pub sharing: RwSignal<SharingState>,
    /// What changed last.
    pub changed: RwSignal<Changed>,
    /// Lists that the engine spoke of, by their number ([`Event::ViewChanged`]).
    pub lists: RwSignal<BTreeMap<u32, ListState>>,
    /// What undo and redo would do.
    pub undo: RwSignal<UndoState>,
    /// Jobs that run, and those that ended and were not put away by [`Session::forget_job`].
    pub jobs: RwSignal<Vec<Job>>,
    /// Notices at the edge of the screen.
    pub toasts: Toasts,
    /// Whether the first steps go on though the notebook is open already.
    pub beginning: RwSignal<bool>,
    writes: WriteQueue,
    before_leaving: StoredValue<Vec<(u64, Callback<()>)>>,
    /// Who waits for the end of which job.
    awaited: StoredValue<Vec<(u32, Later<Ended>)>, LocalStorage>,
    i18n: Texts,
}

/// The session of the app.
///
/// # Panics
/// Outside of [`crate::ui::app::App`].
#[must_use]
pub fn use_session() -> Session {
    expect_context::<Session>()
}

impl Session {
    /// Starts the engine and gives the session to everything below.
    #[must_use]
    pub fn provide() -> Self {
        let i18n = use_i18n();
        let toasts = Toasts::new();
        let notices = StoredValue::new_local(None::<Self>);
        let engine = Engine::start(move |notice| {
            if let Some(session) = notices.try_get_value().flatten() {
                session.hear(notice);
            }
        });
        let refused = Callback::new(move |failure: Failure| {
            toasts.show(Toast::trouble(move || failure_text(i18n, &failure)));
        });
        let session = Self {
            engine,
            phase: RwSignal::new(Phase::Starting),
            overview: RwSignal::new(Overview::default()),
            sharing: RwSignal::new(SharingState::default()),
            changed: RwSignal::new(Changed::default()),
            lists: RwSignal::new(BTreeMap::new()),
            undo: RwSignal::new(UndoState::default()),
            jobs: RwSignal::new(Vec::new()),
            toasts,
            beginning: RwSignal::new(false),
            writes: WriteQueue::new(engine, refused),
            before_leaving: StoredValue::new(Vec::new()),
            awaited: StoredValue::new_local(Vec::new()),
            i18n,
        };
        notices.set_value(Some(session));
        provide_context(session);
        spawn_local(session.greet());
        session
    }

    /// Queues changes of fields. Returns at once; the answer may be awaited or dropped.
    pub fn save(self, edits: Vec<Edit>) -> Later {
        if edits.is_empty() { Later::known(Ok(Reply::Done)) } else { self.commit(Request::Save(edits)) }
    }

    /// Queues any other change (`Delete`, `Restore`, `FinishTask`, …). Failures are shown without doing.
    pub fn commit(self, request: Request) -> Later {
        self.writes.push(request)
    }

    /// Whether what was entered is stored.
    #[must_use]
    pub fn save_state(self) -> Signal<SaveState> {
        self.writes.state()
    }

    /// Writes again what could not be written.
    pub fn retry(self) {
        self.writes.retry();
    }

    /// Whether something is not durable yet.
    #[must_use]
    pub fn is_saving(self) -> bool {
        self.writes.is_busy()
    }

    /// Moves records to the trash and offers to undo it.
    pub fn delete(self, records: Vec<RecordId>) {
        let label = UndoLabel::Delete(u32::try_from(records.len()).unwrap_or(u32::MAX));
        self.commit_with_undo(Request::Delete(records), label);
    }

    /// Queues a change and, when it is durable, says what was done with a button to undo it.
    pub fn commit_with_undo(self, request: Request, label: UndoLabel) {
        let answer = self.commit(request);
        spawn_local(async move {
            if answer.await.is_ok() {
                self.offer_undo(label);
            }
        });
    }

    /// Says that `label` was done, with a button to undo it. A later change takes the notice away.
    pub fn offer_undo(self, label: UndoLabel) {
        let i18n = self.i18n;
        let toast = Toast::new(move || undo_text(i18n, label))
            .with_action(t!(i18n, common.undo), Callback::new(move |()| self.undo_last()))
            .for_undo(label);
        self.toasts.show(toast);
    }

    /// Takes the last change back.
    pub fn undo_last(self) {
        let i18n = self.i18n;
        self.toasts.forget_undo();
        self.commit_and_say(Request::Undo, t!(i18n, undo.undone));
    }

    /// Does what was taken back again.
    pub fn redo_last(self) {
        let i18n = self.i18n;
        self.commit_and_say(Request::Redo, t!(i18n, undo.redone));
    }

    fn commit_and_say(self, request: Request, text: impl Into<TextProp>) {
        let text = text.into();
        let answer = self.commit(request);
        spawn_local(async move {
            if answer.await.is_ok() {
                self.toasts.show(Toast::new(text));
            }
        });
    }

    /// Starts long work. Its progress is in [`Session::jobs`] and at the edge of every screen.
    pub async fn start_job(self, kind: JobKind, request: Request) -> Result<u32, Failure> {
        match self.engine.call(request).await? {
            Reply::Started(job) => {
                self.with_job(job, |entry| entry.kind = Some(kind));
                // A very short job may have ended before its number was known.
                let ended = self.jobs.try_with_untracked(|jobs| {
                    jobs.iter().find(|entry| entry.job == job).and_then(|entry| entry.outcome.clone())
                });
                if let Some(Some(outcome)) = ended {
                    self.tell_end(job, kind, &outcome);
                }
                Ok(job)
            }
            _ => Err(Failure::Unreadable),
        }
    }

    /// Does long work and waits for its end, about a file if there is one. Its progress is in
    /// [`Session::jobs`]; how it ends is told to the caller alone.
    ///
    /// # Errors
    /// Why the work could not be begun or done.
    pub async fn run_job(
        self,
        kind: JobKind,
        request: Request,
        file: Option<web_sys::File>,
    ) -> Result<Outcome, Failure> {
        let answer = match file {
            Some(file) => self.engine.call_with(request, file),
            None => self.engine.call(request),
        };
        let Reply::Started(job) = answer.await? else { return Err(Failure::Unreadable) };
        let ended = self.with_job(job, |entry| {
            entry.kind = Some(kind);
            entry.outcome.clone()
        });
        // A very short job may have ended before its number was known.
        if let Some(Some(outcome)) = ended {
            self.forget_job(job);
            return outcome;
        }
        let later: Later<Ended> = Later::default();
        self.awaited.try_update_value(|awaited| awaited.push((job, later.clone())));
        later.await
    }

    /// Stops a job. What it has written stays, and can be undone as one.
    pub fn cancel_job(self, job: u32) {
        self.engine.call(Request::Cancel(job));
    }

    /// Puts away a job that has ended.
    pub fn forget_job(self, job: u32) {
        self.jobs.try_update(|jobs| jobs.retain(|entry| entry.job != job || entry.outcome.is_none()));
    }

    /// Calls `write` before the notebook is locked and when the page goes out of sight, so that a screen
    /// hands over what was typed but not yet queued. Ends with the calling component.
    pub fn before_leaving(self, write: Callback<()>) {
        let key = self.before_leaving.with_value(|all| all.last().map_or(0, |(key, _)| key + 1));
        self.before_leaving.update_value(|all| all.push((key, write)));
        on_cleanup(move || {
            self.before_leaving.try_update_value(|all| all.retain(|(own, _)| *own != key));
        });
    }

    /// Asks every screen to queue what was typed.
    pub fn flush(self) {
        for (_, write) in self.before_leaving.try_get_value().unwrap_or_default() {
            write.try_run(());
        }
    }

    /// Waits until what was typed is durable, for `most` twentieths of a second; whether it is.
    pub async fn settle(self, most: u32) -> bool {
        self.flush();
        for _ in 0..most {
            if !self.is_saving()
                || matches!(self.save_state().try_get_untracked(), Some(SaveState::Failed(_)))
            {
                break;
            }
            gloo::timers::future::TimeoutFuture::new(50).await;
        }
        !self.is_saving()
    }

    /// Makes the vault and opens it.
    pub async fn create(self, passphrase: String, device: String) -> Result<(), Failure> {
        self.opened(self.engine.call(Request::Create { passphrase, device }).await)
    }

    /// Opens the vault.
    pub async fn unlock(self, passphrase: String) -> Result<(), Failure> {
        self.opened(self.engine.call(Request::Unlock(passphrase)).await)
    }

    /// Takes the vault from the tab that holds it; the passphrase is asked next.
    pub async fn take_over(self) -> Result<(), Failure> {
        self.engine.call(Request::TakeOver).await?;
        self.phase.try_set(Phase::Locked);
        Ok(())
    }

    /// Shuts the vault: writes what was typed, forgets the keys, ends the engine, reloads the page.
    ///
    /// While something could not be stored it is not shut, because it would be lost, and this says so.
    pub fn lock(self) {
        spawn_local(async move {
            self.settle(100).await;
            if self.is_saving() {
                set_covered(false);
                let i18n = self.i18n;
                self.toasts.show(Toast::trouble(t!(i18n, save.lock_waits)));
                return;
            }
            // An engine that does not answer is ended all the same.
            let answer = self.engine.call(Request::Lock);
            let timeout = gloo::timers::future::TimeoutFuture::new(3_000);
            first_of(answer, timeout).await;
            self.engine.terminate();
            let _ = window().location().reload();
        });
    }

    /// Unlocks with the recovery sheet and sets a new passphrase.
    pub async fn recover(self, identity: String, passphrase: String) -> Result<(), Failure> {
        self.opened(self.engine.call(Request::Recover { identity, passphrase }).await)
    }

    async fn greet(self) {
        let phase = match self.engine.call(Request::Hello(PROTOCOL)).await {
            Ok(Reply::Welcome(VaultState::Absent)) => Phase::FirstStart,
            Ok(Reply::Welcome(VaultState::Locked | VaultState::Unlocked)) => Phase::Locked,
            Ok(Reply::Welcome(VaultState::OpenElsewhere)) => Phase::OpenElsewhere,
            Ok(_) => Phase::Stopped(Failure::Unreadable),
            Err(failure) => Phase::Stopped(failure),
        };
        self.phase.try_set(phase);
    }

    fn opened(self, answer: Answer) -> Result<(), Failure> {
        match answer {
            Ok(Reply::Opened(overview)) => {
                let damaged = overview.damaged;
                self.sharing.try_set(overview.sharing.clone());
                self.overview.try_set(overview);
                self.phase.try_set(Phase::Open);
                if damaged > 0 {
                    let i18n = self.i18n;
                    let text = move || t_string!(i18n, settings.check_damaged, count = damaged);
                    self.toasts.show(Toast::trouble(text));
                }
                Ok(())
            }
            Ok(_) => Err(Failure::Unreadable),
            Err(Failure::OpenElsewhere) => {
                self.phase.try_set(Phase::OpenElsewhere);
                Err(Failure::OpenElsewhere)
            }
            Err(failure) => Err(failure),
        }
    }

    fn hear(self, notice: Notice) {
        match notice {
            Notice::Died => {
                self.phase.try_set(Phase::Stopped(stopped()));
                let awaited = self.awaited.try_update_value(std::mem::take).unwrap_or_default();
                awaited.into_iter().for_each(|(_, later)| later.fill(Err(stopped())));
            }
            Notice::Event(Event::Changed(pages)) => {
                self.changed.try_update(|changed| {
                    changed.revision += 1;
                    changed.pages = pages;
                });
            }
            Notice::Event(Event::ViewChanged { view, count, rail }) => {
                self.lists.try_update(|lists| {
                    let revision = lists.get(&view).map_or(1, |list| list.revision + 1);
                    lists.insert(view, ListState { revision, count, rail });
                });
            }
            Notice::Event(Event::Undo(state)) => {
                self.toasts.keep_undo(state.undo);
                self.undo.try_set(state);
            }
            Notice::Event(Event::Sharing(state)) => {
                self.sharing.try_set(state);
            }
            Notice::Event(Event::Progress { job, done, total }) => {
                self.with_job(job, |entry| (entry.done, entry.total) = (done, total));
            }
            Notice::Event(Event::Finished { job, outcome }) => {
                let kind = self.with_job(job, |entry| {
                    entry.outcome = Some(outcome.clone());
                    entry.kind
                });
                if let Some(later) = self.awaits(job) {
                    self.forget_job(job);
                    later.fill(outcome);
                } else if let Some(Some(kind)) = kind {
                    self.tell_end(job, kind, &outcome);
                }
            }
            // The keys are gone already; a fresh page holds nothing of what was open here.
            Notice::Event(Event::TakenOver) => {
                self.engine.terminate();
                let _ = window().location().reload();
            }
        }
    }

    fn awaits(self, job: u32) -> Option<Later<Ended>> {
        let found = self.awaited.try_update_value(|awaited| {
            let place = awaited.iter().position(|(own, _)| *own == job)?;
            Some(awaited.swap_remove(place).1)
        });
        found.flatten()
    }

    fn with_job<T>(self, job: u32, change: impl FnOnce(&mut Job) -> T) -> Option<T> {
        self.jobs.try_update(|jobs| {
            if !jobs.iter().any(|entry| entry.job == job) {
                jobs.push(Job { job, kind: None, done: 0, total: 0, outcome: None });
            }
            jobs.iter_mut().find(|entry| entry.job == job).map(change)
        })?
    }

    /// Says how a job ended, unless a screen shows it at length (imports and checks).
    fn tell_end(self, job: u32, kind: JobKind, outcome: &Result<Outcome, Failure>) {
        let i18n = self.i18n;
        match (kind, outcome) {
            (_, Err(failure)) => {
                let failure = failure.clone();
                self.toasts.show(Toast::trouble(move || failure_text(i18n, &failure)));
            }
            (JobKind::Sample, Ok(Outcome::Imported(report))) => {
                let (import, count) = (report.import, report.added);
                let undo = Callback::new(move |()| self.undo_import(import));
                let toast = Toast::new(move || t_string!(i18n, jobs.sample_done, count = count))
                    .with_action(t!(i18n, common.undo), undo);
                self.toasts.show(toast);
            }
            (_, Ok(Outcome::Undone(count))) => {
                let count = i64::from(*count);
                let text = move || t_string!(i18n, jobs.import_undone, count = words::number(count));
                self.toasts.show(Toast::new(text));
            }
            // Screens show these at length.
            (
                _,
                Ok(
                    Outcome::Imported(_)
                    | Outcome::Checked(_)
                    | Outcome::Made(_)
                    | Outcome::Previewed(_)
                    | Outcome::Merged(_)
                    | Outcome::Erased(_),
                ),
            ) => return,
        }
        self.forget_job(job);
    }

    /// Moves everything that an import added to the trash. Its report no longer holds and is put away.
    pub fn undo_import(self, import: RecordId) {
        let i18n = self.i18n;
        spawn_local(async move {
            match self.start_job(JobKind::UndoImport, Request::UndoImport(import)).await {
                Ok(_) => {
                    self.jobs.try_update(|jobs| {
                        jobs.retain(|job| match &job.outcome {
                            Some(Ok(Outcome::Imported(report))) => report.import != import,
                            _ => true,
                        });
                    });
                }
                Err(failure) => self.toasts.show(Toast::trouble(move || failure_text(i18n, &failure))),
            }
        });
    }
}

/// Hides or shows everything at once, without waiting for the framework.
pub fn set_covered(covered: bool) {
    if let Some(root) = document().document_element() {
        let _ = root.toggle_attribute_with_force("data-covered", covered);
    }
}

async fn first_of(answer: Later, timeout: gloo::timers::future::TimeoutFuture) {
    use std::future::poll_fn;
    use std::pin::Pin;
    use std::task::Poll;

    let (mut answer, mut timeout) = (answer, timeout);
    poll_fn(move |context| {
        let answered = Pin::new(&mut answer).poll(context).is_ready();
        if answered || Pin::new(&mut timeout).poll(context).is_ready() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}
