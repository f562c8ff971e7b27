//! Long work: progress, cancelling, checking the vault, and the upkeep that nobody waits for.

use core::cell::Cell;
use std::rc::Rc;

use super::dispatch::{Engine, Open};
use super::failure::Failure;
use super::host::Host;
use super::protocol::{Event, Outcome, Reply};
use super::rows::CheckReport;
use crate::vault::check::Census;

/// So many batches are read at once.
pub(super) const READ_AT_ONCE: usize = 8;

/// So long background work waits after a request.
const BUSY_MILLIS: u32 = 30;

/// Upkeep starts when the notebook was left alone for so long.
const QUIET_MILLIS: u32 = 1_500;

/// With so many rows in the log, upkeep does not wait for that.
const MOST_LOG_ROWS: u32 = 4_000;

/// Upkeep leaves a screen this much time after unlocking to show its first rows.
const FIRST_ROWS_MILLIS: u32 = 40;

/// A job as the work itself sees it.
#[derive(Clone)]
pub struct Job {
    /// Its number.
    pub number: u32,
    cancelled: Rc<Cell<bool>>,
}

impl Job {
    /// Whether it shall stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.get()
    }
}

impl<H: Host> Engine<H> {
    /// Starts a job; its end is told by an event.
    pub(super) fn start_job<F>(
        self: &Rc<Self>,
        open: &Open<H>,
        work: impl FnOnce(Rc<Self>, Open<H>, Job) -> F,
    ) -> Reply
    where
        F: Future<Output = Result<Outcome, Failure>> + 'static,
    {
        let number = open.next_job.get();
        open.next_job.set(number + 1);
        let job = Job { number, cancelled: Rc::new(Cell::new(false)) };
        open.jobs.borrow_mut().insert(number, Rc::clone(&job.cancelled));
        let work = work(Rc::clone(self), Rc::clone(open), job);
        let (engine, open) = (Rc::clone(self), Rc::clone(open));
        self.host.spawn(Box::pin(async move {
            let outcome = work.await;
            open.jobs.borrow_mut().remove(&number);
            engine.tell(Event::Finished { job: number, outcome });
            engine.start_upkeep(&open);
        }));
        Reply::Started(number)
    }

    pub(super) fn cancel(open: &Open<H>, job: u32) -> Result<Reply, Failure> {
        open.jobs.borrow().get(&job).ok_or(Failure::NotFound)?.set(true);
        Ok(Reply::Done)
    }

    /// Opens every row and counts.
    pub(super) fn check(self: &Rc<Self>, open: &Open<H>) -> Reply {
        self.start_job(open, |engine, open, job| async move {
            let mut census = Census::default();
            let (mut last, mut done) = (0, 0_u64);
            loop {
                let batches = open.notebook.next_batches(last, READ_AT_ONCE);
                let Some(newest) = batches.last() else { break };
                if job.is_cancelled() {
                    return Err(Failure::Cancelled);
                }
                last = *newest;
                open.notebook.check_batches(&batches, &mut census).await?;
                done += u64::try_from(batches.len()).unwrap_or_default();
                let total = u64::try_from(open.notebook.batches().len()).unwrap_or_default().max(done);
                engine.tell(Event::Progress { job: job.number, done, total });
                engine.host.pause().await;
            }
            open.notebook.check_log(&mut census).await?;
            Ok(Outcome::Checked(CheckReport {
                records: census.records.into_iter().collect(),
                note_characters: census.note_characters,
                note_units: census.note_units,
                damaged: u32::try_from(census.damaged.len()).unwrap_or(u32::MAX),
            }))
        })
    }

    /// Starts what is to be done in the background, unless it is being done.
    pub(super) fn start_upkeep(self: &Rc<Self>, open: &Open<H>) {
        if open.upkeep.replace(true) {
            return;
        }
        let (engine, open) = (Rc::clone(self), Rc::clone(open));
        self.host.spawn(Box::pin(async move {
            engine.upkeep(&open).await;
            open.upkeep.set(false);
        }));
    }

    async fn upkeep(self: &Rc<Self>, open: &Open<H>) {
        // The first rows come first.
        self.host.sleep(FIRST_ROWS_MILLIS).await;
        // What a crash interrupted goes on before anything else; should it fail, it is tried again next time.
        if !open.tidied.replace(true) {
            let _ = self.tidy_sharing(open).await;
        }
        // The index lacks nothing that can't be brought in later.
        let _ = self.fill_index(open).await;
        self.warm(open).await;
        // Once: what can't be read now can't be in a moment either. Should it fail, it is tried again next time.
        if !open.ended.get() && !open.renewed.replace(true) && open.notebook.lacks_in_cards() {
            let _ = self.renew_cards(open).await;
        }
        while !open.ended.get() && open.notebook.is_compaction_due() {
            let before = open.requests.get();
            self.host.sleep(QUIET_MILLIS).await;
            let is_quiet = open.requests.get() == before || open.notebook.log_rows() > MOST_LOG_ROWS;
            if open.ended.get() || !open.jobs.borrow().is_empty() {
                return;
            }
            if is_quiet && self.compact(open).await.is_err() {
                return;
            }
        }
    }

    /// Reads texts into the index as far as its budget goes.
    async fn warm(self: &Rc<Self>, open: &Open<H>) {
        let mut seen = 0;
        loop {
            let lacking = open.index.borrow().lacking(READ_AT_ONCE);
            if lacking.is_empty() || open.notebook.read_ahead(&lacking).await.is_err() {
                return;
            }
            for batch in lacking {
                if open.ended.get() {
                    return;
                }
                self.supply(open, batch).await;
                self.host.pause().await;
                self.wait_for_quiet(open, &mut seen).await;
            }
        }
    }

    /// Lets screens and jobs go first: returns when no job runs and nothing was asked since `seen` requests.
    async fn wait_for_quiet(&self, open: &Open<H>, seen: &mut u64) {
        while !open.ended.get() {
            let now = open.requests.get();
            if now == core::mem::replace(seen, now) && open.jobs.borrow().is_empty() {
                return;
            }
            self.host.sleep(BUSY_MILLIS).await;
        }
    }

    async fn compact(self: &Rc<Self>, open: &Open<H>) -> Result<(), Failure> {
        let pause = async || self.host.pause().await;
        let written = open.notebook.compact(pause).await?;
        self.index_written(open, written);
        Ok(())
    }

    async fn renew_cards(self: &Rc<Self>, open: &Open<H>) -> Result<(), Failure> {
        let pause = async || self.host.pause().await;
        for written in open.notebook.renew_cards(pause).await? {
            self.index_written(open, written);
        }
        self.after_bulk(open).await;
        Ok(())
    }

    /// Does all upkeep at once and waits for it.
    pub(super) async fn settle(self: &Rc<Self>, open: &Open<H>) -> Result<Reply, Failure> {
        self.fill_index(open).await?;
        self.index_saved(open).await;
        if open.notebook.lacks_in_cards() {
            self.renew_cards(open).await?;
        }
        if open.notebook.is_compaction_due() {
            self.compact(open).await?;
        }
        self.warm(open).await;
        Ok(Reply::Done)
    }
}
