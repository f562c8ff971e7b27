//! The engine, and which request goes where.

use core::cell::RefCell;
use std::rc::Rc;

use super::failure::Failure;
use super::host::Host;
use super::opening::Phase;
use super::protocol::{Call, Event, Message, PROTOCOL, Reply, Request};
use super::session::Session;

/// The engine: answers requests, one after the other or interleaved, from one screen.
pub struct Engine<H: Host> {
    pub(super) host: H,
    pub(super) phase: RefCell<Phase<H::Store>>,
    agreed: core::cell::Cell<bool>,
}

/// The session of an engine.
pub(super) type Open<H> = Rc<Session<<H as Host>::Store>>;

impl<H: Host> Engine<H> {
    /// An engine that has not looked into its store yet.
    #[must_use]
    pub fn new(host: H) -> Rc<Self> {
        Rc::new(Self { host, phase: RefCell::new(Phase::Unknown), agreed: core::cell::Cell::new(false) })
    }

    /// Answers one call in its encoded form. `file` is what came beside it: the bytes of a file, or why they
    /// could not be read.
    /// What comes back is the encoded answer and, for a file on its way out, its bytes.
    pub async fn answer(
        self: &Rc<Self>,
        bytes: Vec<u8>,
        file: Option<Result<Vec<u8>, Failure>>,
    ) -> (Vec<u8>, Option<Vec<u8>>) {
        let mut message = match postcard::from_bytes::<Call>(&bytes) {
            Ok(Call { number, mut request }) => {
                let answer = match (&mut request, file) {
                    (
                        Request::ImportOpen { bytes, .. }
                        | Request::OpenBundle { bytes, .. }
                        | Request::ReadCard { bytes },
                        Some(Ok(file)),
                    ) => {
                        *bytes = file;
                        self.handle(request).await
                    }
                    (_, Some(Err(failure))) => Err(failure),
                    _ => self.handle(request).await,
                };
                Message::Reply(number, answer)
            }
            // Of another version, or damaged: its number is the first thing in it, if anything is.
            Err(_) => {
                let number = postcard::take_from_bytes::<u32>(&bytes).map_or(0, |(number, _)| number);
                Message::Reply(number, Err(Failure::Unreadable))
            }
        };
        let out = match &mut message {
            Message::Reply(_, Ok(Reply::File(file))) => Some(core::mem::take(&mut file.bytes)),
            _ => None,
        };
        (encode(&message), out)
    }

    /// Answers one request.
    ///
    /// # Errors
    /// [`Failure`] says why not; nothing was changed then.
    pub async fn handle(self: &Rc<Self>, request: Request) -> Result<Reply, Failure> {
        if let Request::Hello(theirs) = request {
            if theirs != PROTOCOL {
                return Err(Failure::OtherProtocol { theirs, ours: PROTOCOL });
            }
            self.agreed.set(true);
            return self.hello().await;
        }
        if !self.agreed.get() {
            return Err(Failure::OtherProtocol { theirs: 0, ours: PROTOCOL });
        }
        match request {
            Request::Hello(_) => Err(Failure::Unreadable),
            Request::SuggestPassphrase(language) => Ok(self.suggest(language)),
            Request::Strength(text) => Ok(Self::strength(&text)),
            Request::Create { passphrase, device } => self.create(&passphrase, &device).await,
            Request::Unlock(passphrase) => self.unlock(&passphrase).await,
            Request::TakeOver => self.take_over().await,
            Request::Lock => self.lock().await,
            Request::ChangePassphrase { old, new } => self.change_passphrase(&old, &new).await,
            Request::Recover { identity, passphrase } => self.recover(&identity, &passphrase).await,
            request => {
                let session = self.session()?;
                self.handle_open(&session, request).await
            }
        }
    }

    async fn handle_open(self: &Rc<Self>, open: &Open<H>, request: Request) -> Result<Reply, Failure> {
        open.requests.set(open.requests.get() + 1);
        match request {
            Request::OpenView(query) => self.open_view(open, query).await,
            Request::Rows { view, start, count } => self.view_rows(open, view, start, count).await,
            Request::Page(id) => self.page(open, id).await,
            Request::Save(edits) => self.save(open, edits).await,
            Request::Delete(records) => self.delete(open, &records).await,
            Request::Restore(records) => self.restore(open, &records).await,
            Request::Trash => Ok(Self::trash(open)),
            Request::Undo => self.undo(open, false).await,
            Request::Redo => self.undo(open, true).await,
            Request::History(record) => self.history(open, record).await,
            Request::Tasks { today } => Ok(Self::tasks(open, today)),
            Request::Today { today } => Ok(Self::today(open, today)),
            Request::FindTasks(text) => Ok(Self::find_tasks(open, &text)),
            Request::TaskCalendar { names } => Ok(self.task_calendar(open, names)),
            Request::FinishTask { task, done, today } => self.finish_task(open, task, done, today).await,
            Request::KeepDraft { key, text } => {
                open.notebook.keep_draft(&key, &text, self.host.now()).await?;
                Ok(Reply::Done)
            }
            Request::Drafts => Ok(Self::drafts(open)),
            Request::Suggestions => Ok(Self::suggestions(open)),
            Request::ImportOpen { name, bytes } => self.import_open(open, name, bytes),
            Request::ImportStart { columns } => self.import_start(open, &columns),
            Request::Imports => Ok(Self::imports(open)),
            Request::UndoImport(import) => self.undo_import(open, import),
            Request::AddSample { customers, today } => Ok(self.add_sample(open, customers, today)),
            Request::AddBatch(records) => self.add_batch(open, records).await,
            Request::Check => Ok(self.check(open)),
            Request::Cancel(job) => Self::cancel(open, job),
            Request::Status => self.status(open),
            Request::RenameDevice(name) => self.rename_device(open, &name).await,
            Request::Settle => self.settle(open).await,
            request => self.handle_sharing(open, request).await,
        }
    }

    async fn handle_sharing(self: &Rc<Self>, open: &Open<H>, request: Request) -> Result<Reply, Failure> {
        match request {
            Request::Team => self.team(open).await,
            Request::OwnCard => self.own_card(open).await,
            Request::ReadCard { bytes } => self.read_card(open, bytes).await,
            Request::AddMember { checked } => self.add_member(open, checked).await,
            Request::SetTrust { fingerprint, change } => self.set_trust(open, &fingerprint, change).await,
            Request::PlanBundle(order) => self.plan_bundle(open, &order).await,
            Request::MakeBundle(order) => Ok(self.make_bundle(open, *order)),
            Request::TakeFile => Self::take_file(open),
            Request::OpenBundle { passphrase, identity, restoring, bytes, .. } => {
                Ok(self.open_bundle(open, bytes, (passphrase, identity), restoring))
            }
            Request::ApplyBundle { mode, confirmed } => self.apply_bundle(open, mode, confirmed),
            Request::CloseBundle => Ok(Self::close_bundle(open)),
            Request::Receipts => self.receipts(open).await,
            Request::UndoMerge(bundle) => Ok(self.undo_merge(open, bundle)),
            Request::Ledger(customer) => self.ledger(open, customer).await,
            Request::Conflicts(page) => self.conflicts(open, page).await,
            Request::Resolve { page, record, field, resolution } => {
                self.resolve(open, (page, record), field, resolution).await
            }
            Request::MarkRead(pages) => self.mark_read(open, &pages).await,
            Request::Hide(pages) => self.hide(open, &pages, true).await,
            Request::Unhide(pages) => self.hide(open, &pages, false).await,
            Request::Hidden => Ok(Self::hidden(open)),
            Request::PlanErase(customers) => self.plan_erase(open, &customers).await,
            Request::Erase { records, passphrase } => self.erase(open, records, &passphrase).await,
            Request::MakeRecovery { passphrase } => self.make_recovery(open, &passphrase).await,
            Request::ConfirmRecovery { typed } => self.confirm_recovery(open, &typed).await,
            Request::AdoptRecovery { identity, passphrase } => {
                self.adopt_recovery(open, &identity, &passphrase).await
            }
            _ => Err(Failure::Unreadable),
        }
    }

    /// Renames this device, whose card is made anew when it is needed.
    async fn rename_device(&self, open: &Open<H>, name: &str) -> Result<Reply, Failure> {
        open.notebook.rename_device(name).await?;
        let turn = open.notebook.begin().await;
        open.notebook.change_team(&turn, |team| team.card.clear(), Vec::new()).await?;
        Ok(Reply::Done)
    }

    /// Tells the screen that pages changed.
    pub(super) fn tell(&self, event: Event) {
        self.host.emit(event);
    }
}

/// The encoded form of a message.
#[must_use]
pub fn encode(message: &Message) -> Vec<u8> {
    postcard::to_allocvec(message).unwrap_or_default()
}
