//! Where an engine runs in a test.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use daifuku::bundle::sealer::{Answer, Request as Asked, SealerError};
use daifuku::bundle::worker::Worker;
use daifuku::crypto::{DerivedSecret, Entropy, KdfError, KdfParams, MemoryClass, SeededEntropy};
use daifuku::engine::host::Task;
use daifuku::engine::protocol::{Event, Outcome, PROTOCOL, Reply, Request, Sort, ViewQuery};
use daifuku::engine::rows::{Count, CustomerPage, CustomerRow, ImportReport};
use daifuku::engine::{Engine, Failure, Host};
use daifuku::model::records::{Edit, FieldChange};
use daifuku::model::{Date, FieldName, Instant, RecordId, RecordKind, Value};
use daifuku::vault::memory::MemoryStore;
use daifuku::vault::store::Row;
use daifuku::vault::{Area, Batch, Store, StoreError};
use futures::executor::{LocalPool, LocalSpawner};
use futures::task::LocalSpawnExt;
use sha2::{Digest, Sha256};

pub(super) const PASSPHRASE: &str = "さくら 帳場 夕凪 七輪 手毬 紙風船";
pub(super) const OTHER: &str = "縁側 風鈴 提灯 浴衣 花火 朝顔";

/// Waits until everybody else had a turn.
#[derive(Default)]
pub(super) struct Turn(bool);

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if core::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// A memory store whose answers take a turn, as a disk's do.
#[derive(Debug, Default)]
pub(super) struct Slow(pub(super) MemoryStore);

impl Store for Slow {
    async fn claim(&self) -> Result<u64, StoreError> {
        Turn::default().await;
        self.0.claim().await
    }

    async fn read(&self, area: Area, row: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Turn::default().await;
        self.0.read(area, row).await
    }

    async fn read_from(&self, area: Area, from: u64, limit: u32) -> Result<Vec<Row>, StoreError> {
        Turn::default().await;
        self.0.read_from(area, from, limit).await
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        Turn::default().await;
        let result = self.0.commit(batch).await;
        Turn::default().await;
        result
    }
}

pub(super) struct Place {
    pub(super) store: Rc<Slow>,
    clock: Rc<Cell<i64>>,
    seed: Cell<u64>,
    events: Rc<RefCell<Vec<Event>>>,
    spawner: LocalSpawner,
    /// Whether another tab holds the vault and does not let go.
    pub(super) elsewhere: Rc<Cell<bool>>,
    /// Whether deriving waits.
    pub(super) slow_derive: Rc<Cell<u32>>,
}

/// A sealer that works where it is asked; through the encoded form, as in the browser.
pub(super) struct Direct(Worker);

impl daifuku::engine::host::Sealer for Direct {
    async fn ask(&mut self, request: Asked) -> Answer {
        Turn::default().await;
        let request = postcard::from_bytes(&postcard::to_allocvec(&request).unwrap()).unwrap();
        let answer = self.0.answer(request);
        postcard::from_bytes(&postcard::to_allocvec(&answer).unwrap()).unwrap()
    }
}

impl Host for Place {
    type Store = Rc<Slow>;

    fn store(&self) -> Rc<Slow> {
        Rc::clone(&self.store)
    }

    fn now(&self) -> Instant {
        self.clock.set(self.clock.get() + 1);
        Instant(self.clock.get())
    }

    fn entropy(&self) -> Box<dyn Entropy> {
        self.seed.set(self.seed.get() + 1);
        Box::new(SeededEntropy::new(self.seed.get()))
    }

    fn memory_class(&self) -> MemoryClass {
        MemoryClass::Small
    }

    fn prepare_derive(&self) {}

    /// Cheap and good enough for a test: not Argon2id.
    async fn derive(&self, passphrase: &str, params: KdfParams) -> Result<DerivedSecret, KdfError> {
        for _ in 0..self.slow_derive.get() {
            Turn::default().await;
        }
        let half = |number: u8| {
            Sha256::new()
                .chain_update([number])
                .chain_update(params.encode())
                .chain_update(passphrase)
                .finalize()
        };
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&half(1));
        bytes[32..].copy_from_slice(&half(2));
        Ok(DerivedSecret::from_bytes(&bytes))
    }

    type Sealer = Direct;

    async fn sealer(&self) -> Result<Direct, SealerError> {
        Ok(Direct(Worker::new(self.entropy())))
    }

    async fn pause(&self) {
        Turn::default().await;
    }

    async fn sleep(&self, millis: u32) {
        for _ in 0..20 {
            Turn::default().await;
        }
        self.clock.set(self.clock.get() + i64::from(millis));
    }

    fn spawn(&self, task: Task) {
        self.spawner.spawn_local(task).unwrap();
    }

    fn emit(&self, event: Event) {
        self.events.borrow_mut().push(event);
    }

    async fn hold(&self, ask: bool) -> bool {
        Turn::default().await;
        ask || !self.elsewhere.get()
    }

    fn release(&self) {}

    fn memory(&self) -> u64 {
        0
    }
}

/// A screen with its engine.
pub(super) struct Screen {
    pub(super) engine: Rc<Engine<Place>>,
    pub(super) store: Rc<Slow>,
    pub(super) elsewhere: Rc<Cell<bool>>,
    pub(super) slow_derive: Rc<Cell<u32>>,
    pub(super) clock: Rc<Cell<i64>>,
    /// Steps of undo that were announced.
    pub(super) steps: Cell<usize>,
    events: Rc<RefCell<Vec<Event>>>,
    pool: RefCell<LocalPool>,
}

impl Screen {
    /// On a store, before the first request.
    pub(super) fn new(store: Rc<Slow>) -> Self {
        let seed = store.0.batches() * 1_000;
        Self::seeded(store, seed)
    }

    /// On a store, with randomness of its own.
    pub(super) fn seeded(store: Rc<Slow>, seed: u64) -> Self {
        let pool = LocalPool::new();
        let events = Rc::new(RefCell::new(Vec::new()));
        let (elsewhere, slow_derive) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(0)));
        // The clocks and seeds of later engines go on where earlier ones were.
        let age = i64::try_from(store.0.batches()).unwrap();
        let clock = Rc::new(Cell::new(1_795_305_600_000 + age * 10_000_000));
        let place = Place {
            store: Rc::clone(&store),
            clock: Rc::clone(&clock),
            seed: Cell::new(seed),
            events: Rc::clone(&events),
            spawner: pool.spawner(),
            elsewhere: Rc::clone(&elsewhere),
            slow_derive: Rc::clone(&slow_derive),
        };
        let (engine, steps) = (Engine::new(place), Cell::new(0));
        Self { engine, store, elsewhere, slow_derive, clock, steps, events, pool: RefCell::new(pool) }
    }

    /// With a new vault, unlocked.
    pub(super) fn fresh() -> Self {
        Self::named("店", 0)
    }

    /// With a new vault of a device of that name; the seed makes its ids its own.
    pub(super) fn named(device: &str, seed: u64) -> Self {
        let screen = Self::seeded(Rc::default(), seed * 1_000_000);
        screen.ask(Request::Hello(PROTOCOL)).unwrap();
        let create = Request::Create { passphrase: PASSPHRASE.to_owned(), device: device.to_owned() };
        screen.ask(create).unwrap();
        screen
    }

    /// Another process on the same store, unlocked.
    pub(super) fn again(&self) -> Self {
        self.rest();
        let screen = Self::new(Rc::new(Slow(self.store.0.survivor())));
        screen.clock.set(self.clock.get() + 1_000);
        screen.ask(Request::Hello(PROTOCOL)).unwrap();
        screen.ask(Request::Unlock(PASSPHRASE.to_owned())).unwrap();
        screen
    }

    pub(super) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.pool.borrow_mut().run_until(work)
    }

    pub(super) fn ask(&self, request: Request) -> Result<Reply, Failure> {
        self.run(self.engine.handle(request))
    }

    /// Lets the others have one turn.
    pub(super) fn tick(&self) {
        self.run(Turn::default());
    }

    /// Lets everything in the background end.
    pub(super) fn rest(&self) {
        self.pool.borrow_mut().run_until_stalled();
    }

    pub(super) fn events(&self) -> Vec<Event> {
        self.events.take()
    }

    /// Starts a job and waits for its end.
    pub(super) fn job(&self, request: Request) -> Result<Outcome, Failure> {
        let Reply::Started(number) = self.ask(request)? else { panic!("not a job") };
        self.rest();
        self.outcome(number)
    }

    pub(super) fn outcome(&self, number: u32) -> Result<Outcome, Failure> {
        let events = self.events.borrow();
        let ends = events.iter().filter_map(|event| match event {
            Event::Finished { job, outcome } if *job == number => Some(outcome.clone()),
            _ => None,
        });
        let ends: Vec<_> = ends.collect();
        assert_eq!(ends.len(), 1, "job {number} ends once");
        ends[0].clone()
    }

    pub(super) fn sample(&self, customers: u32) -> ImportReport {
        match self.job(Request::AddSample { customers, today: day("2026-11-22") }) {
            Ok(Outcome::Imported(report)) => report,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn save(&self, edits: Vec<Edit>) {
        let reply = self.ask(Request::Save(edits));
        assert!(matches!(reply, Ok(Reply::Saved(_))), "{reply:?}");
    }

    pub(super) fn page(&self, id: RecordId) -> CustomerPage {
        match self.ask(Request::Page(id)) {
            Ok(Reply::Page(page)) => *page,
            other => panic!("{other:?}"),
        }
    }

    /// Opens a list and reads all its rows.
    pub(super) fn rows(&self, search: &str, sort: Sort) -> Vec<CustomerRow> {
        let view = 1;
        let query = ViewQuery { view, search: search.to_owned(), sort };
        let Ok(Reply::View { .. }) = self.ask(Request::OpenView(query)) else { panic!("no view") };
        // A search goes on counting in the background.
        self.rest();
        self.all_rows(view)
    }

    pub(super) fn all_rows(&self, view: u32) -> Vec<CustomerRow> {
        let mut rows = Vec::new();
        loop {
            let start = u32::try_from(rows.len()).unwrap();
            match self.ask(Request::Rows { view, start, count: 200 }) {
                Ok(Reply::Rows(part)) if part.is_empty() => return rows,
                Ok(Reply::Rows(part)) => rows.extend(part),
                other => panic!("{other:?}"),
            }
        }
    }

    pub(super) fn ids(&self) -> Vec<RecordId> {
        self.rows("", Sort::Reading).into_iter().map(|row| row.id).collect()
    }

    pub(super) fn count(&self) -> Count {
        let query = ViewQuery { view: 9, search: String::new(), sort: Sort::Reading };
        match self.ask(Request::OpenView(query)) {
            Ok(Reply::View { count, .. }) => count,
            other => panic!("{other:?}"),
        }
    }

    /// Everything that screens show, without the times of changes.
    pub(super) fn snapshot(&self, pages: &[RecordId]) -> Snapshot {
        let mut shown: BTreeMap<RecordId, CustomerPage> = BTreeMap::new();
        for id in pages {
            if let Ok(Reply::Page(page)) = self.ask(Request::Page(*id)) {
                shown.insert(*id, timeless(*page));
            }
        }
        let mut rows = self.rows("", Sort::Reading);
        rows.iter_mut().for_each(|row| row.changed = Instant(0));
        let Ok(Reply::Trash(trash)) = self.ask(Request::Trash) else { panic!("no trash") };
        let mut trash: Vec<_> = trash.into_iter().map(|row| (row.id, row.title, row.customer)).collect();
        trash.sort();
        let Ok(Reply::Tasks(board)) = self.ask(Request::Tasks { today: day("2026-11-22") }) else {
            panic!("no tasks")
        };
        let mut tasks: Vec<_> =
            [board.overdue, board.today, board.week, board.later, board.undated, board.done]
                .into_iter()
                .enumerate()
                .flat_map(|(list, rows)| {
                    rows.into_iter()
                        .map(move |row| (row.task.id, list, row.task.title, row.task.due, row.customer))
                })
                .collect();
        tasks.sort();
        Snapshot { shown, rows, trash, tasks }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Snapshot {
    pub(super) shown: BTreeMap<RecordId, CustomerPage>,
    pub(super) rows: Vec<CustomerRow>,
    pub(super) trash: Vec<(RecordId, String, String)>,
    pub(super) tasks: Vec<(RecordId, usize, String, Option<Date>, String)>,
}

/// A page without when it changed.
pub(super) fn timeless(mut page: CustomerPage) -> CustomerPage {
    page.customer.changed = Instant(0);
    page.contacts.iter_mut().for_each(|contact| contact.changed = Instant(0));
    page.notes.iter_mut().for_each(|note| note.changed = Instant(0));
    page.tasks.iter_mut().for_each(|task| task.changed = Instant(0));
    page.purchases.iter_mut().for_each(|purchase| purchase.changed = Instant(0));
    page
}

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn id(number: u8) -> RecordId {
    RecordId([number; 16])
}

pub(super) fn set(record: RecordId, kind: RecordKind, field: FieldName, value: Value) -> Edit {
    Edit { record, kind, change: FieldChange::Set(field, value) }
}

pub(super) fn customer(record: RecordId, field: FieldName, text: &str) -> Edit {
    set(record, RecordKind::Customer, field, Value::text(text))
}

pub(super) fn named(record: RecordId, name: &str, reading: &str) -> Vec<Edit> {
    vec![customer(record, FieldName::NAME, name), customer(record, FieldName::READING, reading)]
}

pub(super) fn note(record: RecordId, page: RecordId, text: &str) -> Vec<Edit> {
    vec![
        set(record, RecordKind::Note, FieldName::PARENT, Value::Link(page)),
        set(record, RecordKind::Note, FieldName::TEXT, Value::text(text)),
    ]
}

pub(super) fn task(record: RecordId, page: RecordId, title: &str, due: &str, repeat: &str) -> Vec<Edit> {
    let mut edits = vec![
        set(record, RecordKind::Task, FieldName::TITLE, Value::text(title)),
        set(record, RecordKind::Task, FieldName::REPEAT, Value::text(repeat)),
    ];
    if !due.is_empty() {
        edits.push(set(record, RecordKind::Task, FieldName::DUE, Value::Date(day(due))));
    }
    if !page.is_nil() {
        edits.push(set(record, RecordKind::Task, FieldName::PARENT, Value::Link(page)));
    }
    edits
}

pub(super) fn tag(record: RecordId, word: &str, add: bool) -> Edit {
    let word = word.to_owned();
    let change = if add {
        FieldChange::Add(FieldName::TAGS, word)
    } else {
        FieldChange::Remove(FieldName::TAGS, word)
    };
    Edit { record, kind: RecordKind::Customer, change }
}
