//! Adding many records: CSV files, invented customers, bulk sources; and undoing an import.

use std::rc::Rc;

use super::dispatch::{Engine, Open};
use super::failure::{Failure, FileProblem};
use super::host::Host;
use super::jobs::Job;
use super::protocol::{Event, Outcome, Reply};
use super::rows::{ImportPreview, ImportRecord, ImportReport, LineReport, NewRecord};
use crate::exchange::columns::AddressPart;
use crate::exchange::{
    Column, CsvReader, LineProblem, Mapping, NewCustomer, OpenCsvError, Options, Preview, ProblemKind,
    Record, Sample, SampleCustomer,
};
use crate::model::{Date, FieldName, Instant, RecordId, RecordKind, Value};
use crate::vault::bulk::{Bulk, import_id};
use crate::vault::format::{Import, Manifest};

/// Rows that are read and written at once: one durable write each.
const ROWS_AT_ONCE: usize = 500;
/// Rows that are read before other requests are let through.
const ROWS_BETWEEN: usize = 50;
/// Line reports that are kept.
const MOST_REPORTS: usize = 1_000;
/// Characters of a line that are shown to find it by.
const EXCERPT: usize = 60;
/// The largest file that is read.
const MOST_BYTES: usize = 1 << 30;
/// The seed of the invented customers, so that help texts can speak of them.
const SAMPLE_SEED: u64 = 20_240_401;

/// A file that was opened for an import.
pub struct OpenedFile {
    name: String,
    reader: CsvReader,
    columns: Vec<Column>,
}

/// Names that a column may be given, and what they mean; a column keeps its place as its item.
const CHOICES: [&str; 30] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "reading",
    "family_reading",
    "given_reading",
    "organisation",
    "company",
    "company_reading",
    "department",
    "title",
    "honorific",
    "phone",
    "mail",
    "postal",
    "region",
    "city",
    "street",
    "building",
    "address",
    "birthday",
    "tags",
    "owner",
    "source",
    "needs",
    "memo",
    "note",
    "warning",
    "foreign_id",
];
const CUSTOM: &str = "custom";
const IGNORE: &str = "ignore";
/// Labels of phones, mails and addresses: guessed only, kept as they are.
const LABEL: &str = "label";

fn name_of(column: &Column) -> &'static str {
    match column {
        Column::Ignore => IGNORE,
        Column::Name => "name",
        Column::FamilyName => "family_name",
        Column::GivenName => "given_name",
        Column::MiddleName => "middle_name",
        Column::Reading => "reading",
        Column::FamilyReading => "family_reading",
        Column::GivenReading => "given_reading",
        Column::Organisation => "organisation",
        Column::Company => "company",
        Column::CompanyReading => "company_reading",
        Column::Department => "department",
        Column::Title => "title",
        Column::Honorific => "honorific",
        Column::Phone(_) => "phone",
        Column::Mail(_) => "mail",
        Column::PhoneLabel(_) | Column::MailLabel(_) | Column::Address(_, AddressPart::Label) => LABEL,
        Column::Address(_, AddressPart::Whole) => "address",
        Column::Address(_, AddressPart::Postal) => "postal",
        Column::Address(_, AddressPart::Region) => "region",
        Column::Address(_, AddressPart::City) => "city",
        Column::Address(_, AddressPart::Street) => "street",
        Column::Address(_, AddressPart::Building) => "building",
        Column::Birthday => "birthday",
        Column::Tags => "tags",
        Column::Owner => "owner",
        Column::Source => "source",
        Column::Needs => "needs",
        Column::Memo => "memo",
        Column::Note => "note",
        Column::Warning => "warning",
        Column::ForeignId => "foreign_id",
        Column::Custom(_) => CUSTOM,
    }
}

/// What a chosen name means for the column at `place`, whose header is `header`.
fn column_of(name: &str, place: usize, header: &str) -> Column {
    // Columns of one address belong together; several phones or mails are items of their own.
    let own = || format!("{}", place + 1).into();
    let one = || "".into();
    match name {
        "name" => Column::Name,
        "family_name" => Column::FamilyName,
        "given_name" => Column::GivenName,
        "middle_name" => Column::MiddleName,
        "reading" => Column::Reading,
        "family_reading" => Column::FamilyReading,
        "given_reading" => Column::GivenReading,
        "organisation" => Column::Organisation,
        "company" => Column::Company,
        "company_reading" => Column::CompanyReading,
        "department" => Column::Department,
        "title" => Column::Title,
        "honorific" => Column::Honorific,
        "phone" => Column::Phone(own()),
        "mail" => Column::Mail(own()),
        "address" => Column::Address(one(), AddressPart::Whole),
        "postal" => Column::Address(one(), AddressPart::Postal),
        "region" => Column::Address(one(), AddressPart::Region),
        "city" => Column::Address(one(), AddressPart::City),
        "street" => Column::Address(one(), AddressPart::Street),
        "building" => Column::Address(one(), AddressPart::Building),
        "birthday" => Column::Birthday,
        "tags" => Column::Tags,
        "owner" => Column::Owner,
        "source" => Column::Source,
        "needs" => Column::Needs,
        "memo" => Column::Memo,
        "note" => Column::Note,
        "warning" => Column::Warning,
        "foreign_id" => Column::ForeignId,
        IGNORE => Column::Ignore,
        _ => Column::Custom(header.to_owned()),
    }
}

impl From<OpenCsvError> for Failure {
    fn from(error: OpenCsvError) -> Self {
        Self::File(match error {
            OpenCsvError::Encoding => FileProblem::NotUtf8,
            OpenCsvError::Workbook => FileProblem::Binary,
            OpenCsvError::TooManyColumns { .. } => FileProblem::TooLarge,
        })
    }
}

impl<H: Host> Engine<H> {
    pub(super) fn import_open(&self, open: &Open<H>, name: String, bytes: Vec<u8>) -> Result<Reply, Failure> {
        if bytes.len() > MOST_BYTES {
            return Err(Failure::File(FileProblem::TooLarge));
        }
        let reader = CsvReader::open(bytes, Options::default())?;
        let preview = Preview::of(&reader);
        if preview.rows.is_empty() {
            return Err(Failure::File(FileProblem::Empty));
        }
        let columns: Vec<Column> = preview.columns.iter().map(|guess| guess.column.clone()).collect();
        let shown = ImportPreview {
            name: name.clone(),
            header: (1_usize..)
                .zip(&preview.header)
                .map(|(number, name)| if name.trim().is_empty() { number.to_string() } else { name.clone() })
                .collect(),
            columns: columns.iter().map(|column| name_of(column).to_owned()).collect(),
            choices: CHOICES.iter().chain(&[LABEL, CUSTOM, IGNORE]).map(|name| (*name).to_owned()).collect(),
            rows: preview.rows.iter().map(|row| row.cells.clone()).collect(),
            estimate: u32::try_from(preview.rows_estimate).unwrap_or(u32::MAX),
            problems: preview
                .problems
                .iter()
                .map(|problem| report(problem, excerpt_of(problem, &preview.rows)))
                .collect(),
        };
        *open.file.borrow_mut() = Some(OpenedFile { name, reader, columns });
        Ok(Reply::Preview(Box::new(shown)))
    }

    pub(super) fn import_start(self: &Rc<Self>, open: &Open<H>, names: &[String]) -> Result<Reply, Failure> {
        let file = open.file.borrow_mut().take().ok_or(Failure::NotFound)?;
        let reader = file.reader;
        let columns = (0..reader.header().len()).map(|place| {
            let header = reader.header().get(place).map_or("", String::as_str);
            let guessed = file.columns.get(place);
            match (names.get(place), guessed) {
                // A guess that was left alone keeps what it knows of labels and groups.
                (Some(name), Some(guessed)) if name == name_of(guessed) => guessed.clone(),
                (Some(name), _) => column_of(name, place, header),
                (None, guessed) => guessed.cloned().unwrap_or_else(|| Column::Custom(header.to_owned())),
            }
        });
        let mapping = Mapping::new(reader.header(), columns.collect());
        let name = file.name;
        Ok(self.start_bulk(open, |engine, open, job| engine.import(open, job, name, reader, mapping)))
    }

    async fn import(
        self: Rc<Self>,
        open: Open<H>,
        job: Job,
        name: String,
        mut reader: CsvReader,
        mapping: Mapping,
    ) -> Result<Outcome, Failure> {
        let mut seed = [0; 16];
        open.notebook.sealing().fill(&mut seed);
        let seed = RecordId(seed);
        let mut outcome = ImportReport { import: seed, ..ImportReport::default() };
        let total = reader.bytes_total();
        let mut waiting: Vec<NewCustomer> = Vec::with_capacity(ROWS_AT_ONCE);
        loop {
            let chunk = reader.next_chunk(ROWS_BETWEEN);
            chunk
                .problems
                .iter()
                .for_each(|problem| add_report(&mut outcome, report(problem, String::new())));
            for record in &chunk.records {
                let imported = mapping.read(record);
                for problem in &imported.problems {
                    add_report(&mut outcome, report(problem, excerpt(record)));
                }
                waiting.extend(imported.customer);
            }
            let stop = job.is_cancelled() || open.ended.get();
            if waiting.len() >= ROWS_AT_ONCE || ((chunk.done || stop) && !waiting.is_empty()) {
                let batch = core::mem::take(&mut waiting);
                self.write_customers(&open, &mut outcome, &name, batch).await?;
            }
            self.tell(Event::Progress { job: job.number, done: chunk.bytes_done, total });
            if chunk.done || stop {
                outcome.cancelled = stop && !chunk.done;
                break;
            }
            self.host.pause().await;
        }
        Ok(Outcome::Imported(outcome))
    }

    /// Writes read customers durably, and the import with them: what is written is known to be undone.
    async fn write_customers(
        self: &Rc<Self>,
        open: &Open<H>,
        outcome: &mut ImportReport,
        name: &str,
        customers: Vec<NewCustomer>,
    ) -> Result<(), Failure> {
        let turn = open.notebook.begin().await;
        let now = self.host.now();
        let mut bulk = open.notebook.bulk(&turn, now);
        let mut added = outcome.added;
        for customer in customers {
            let id = import_id(outcome.import, u64::from(added));
            added += 1;
            add_customer(&mut bulk, id, customer);
        }
        let import = Import { seed: outcome.import, name: name.to_owned(), at: now, added, undone: false };
        let written = open.notebook.add(&turn, bulk, |manifest| note_import(manifest, import));
        let written = written.await?;
        drop(turn);
        outcome.added = added;
        self.index_written(open, written);
        Ok(())
    }

    /// A job that adds or deletes many. However it ends, what it has written by then is shown.
    pub(super) fn start_bulk<F>(
        self: &Rc<Self>,
        open: &Open<H>,
        work: impl FnOnce(Rc<Self>, Open<H>, Job) -> F,
    ) -> Reply
    where
        F: Future<Output = Result<Outcome, Failure>> + 'static,
    {
        self.start_job(open, |engine, open, job| {
            let work = work(Rc::clone(&engine), Rc::clone(&open), job);
            async move {
                let outcome = work.await;
                engine.after_bulk(&open).await;
                outcome
            }
        })
    }

    /// Open lists after many changes.
    pub(super) async fn after_bulk(self: &Rc<Self>, open: &Open<H>) {
        self.tell(Event::Changed(Vec::new()));
        self.renew_views(open).await;
    }

    pub(super) fn imports(open: &Open<H>) -> Reply {
        let manifest = open.notebook.manifest();
        let record = |import: &Import| ImportRecord {
            import: import.seed,
            name: import.name.clone(),
            at: import.at,
            added: import.added,
            undone: import.undone,
        };
        Reply::Imports(manifest.imports.iter().rev().map(record).collect())
    }

    pub(super) fn undo_import(self: &Rc<Self>, open: &Open<H>, seed: RecordId) -> Result<Reply, Failure> {
        let known = open
            .notebook
            .manifest()
            .imports
            .iter()
            .find(|import| import.seed == seed && !import.undone)
            .cloned();
        let import = known.ok_or(Failure::NothingToUndo)?;
        Ok(self.start_bulk(open, |engine, open, job| async move {
            let ids: Vec<RecordId> =
                (0..u64::from(import.added)).map(|index| import_id(seed, index)).collect();
            let total = u64::from(import.added);
            let mut deleted = 0_u32;
            for (part, ids) in (0_u64..).zip(ids.chunks(ROWS_AT_ONCE)) {
                if job.is_cancelled() {
                    break;
                }
                let turn = open.notebook.begin().await;
                let mut transaction =
                    open.notebook.transaction(&turn, engine.host.now(), ids.iter().copied()).await?;
                for id in ids {
                    deleted += u32::from(!transaction.delete(*id, *id).is_empty());
                }
                let (replica, _, pages) = transaction.finish();
                let last = (part + 1) * u64::try_from(ROWS_AT_ONCE).unwrap_or_default() >= total;
                let written = open.notebook.write_pages(&turn, replica, pages, |manifest| {
                    if last
                        && let Some(import) = manifest.imports.iter_mut().find(|import| import.seed == seed)
                    {
                        import.undone = true;
                    }
                });
                let written = written.await?;
                drop(turn);
                engine.index_written(&open, written);
                let done = part * u64::try_from(ROWS_AT_ONCE).unwrap_or_default();
                engine.tell(Event::Progress { job: job.number, done, total });
                engine.host.pause().await;
            }
            Ok(Outcome::Undone(deleted))
        }))
    }

    pub(super) fn add_sample(self: &Rc<Self>, open: &Open<H>, customers: u32, today: Date) -> Reply {
        self.start_bulk(open, |engine, open, job| async move {
            let mut seed = [0; 16];
            open.notebook.sealing().fill(&mut seed);
            let seed = RecordId(seed);
            let mut outcome = ImportReport { import: seed, ..ImportReport::default() };
            let mut sample = Sample::new(SAMPLE_SEED, usize::try_from(customers).unwrap_or_default(), today);
            loop {
                let part: Vec<SampleCustomer> = sample.by_ref().take(ROWS_AT_ONCE).collect();
                if part.is_empty() || job.is_cancelled() {
                    outcome.cancelled = !part.is_empty();
                    break;
                }
                let turn = open.notebook.begin().await;
                let now = engine.host.now();
                let mut bulk = open.notebook.bulk(&turn, now);
                let mut added = outcome.added;
                for customer in part {
                    add_sample_customer(&mut bulk, import_id(seed, u64::from(added)), customer);
                    added += 1;
                }
                let import =
                    Import { seed, name: "見本 / sample".to_owned(), at: now, added, undone: false };
                let written = open.notebook.add(&turn, bulk, |manifest| note_import(manifest, import));
                let written = written.await?;
                drop(turn);
                outcome.added = added;
                engine.index_written(&open, written);
                let (done, total) = (u64::from(added), u64::from(customers));
                engine.tell(Event::Progress { job: job.number, done, total });
                engine.host.pause().await;
            }
            Ok(Outcome::Imported(outcome))
        })
    }

    pub(super) async fn add_batch(
        self: &Rc<Self>,
        open: &Open<H>,
        records: Vec<NewRecord>,
    ) -> Result<Reply, Failure> {
        let turn = open.notebook.begin().await;
        let now: Instant = self.host.now();
        let mut bulk = open.notebook.bulk(&turn, now);
        for record in records {
            let NewRecord { id, kind, page, fields, tags } = record;
            bulk.add(page, id, kind, fields, &tags);
        }
        let written = open.notebook.add(&turn, bulk, |_| {}).await?;
        drop(turn);
        self.index_written(open, written);
        self.after_bulk(open).await;
        Ok(Reply::Saved(now))
    }
}

/// Several imports may run at once: each grows its own entry.
fn note_import(manifest: &mut Manifest, import: Import) {
    match manifest.imports.iter_mut().find(|known| known.seed == import.seed) {
        Some(known) => *known = import,
        None => manifest.imports.push(import),
    }
}

fn add_customer(bulk: &mut Bulk, id: RecordId, customer: NewCustomer) {
    bulk.add(id, id, RecordKind::Customer, customer.fields, &customer.tags);
    for (index, note) in (0_u64..).zip(customer.notes) {
        let fields = [(FieldName::PARENT, Value::Link(id)), (FieldName::TEXT, Value::Text(note))];
        bulk.add(id, import_id(id, index), RecordKind::Note, fields, &[]);
    }
}

fn add_sample_customer(bulk: &mut Bulk, id: RecordId, customer: SampleCustomer) {
    add_customer(bulk, id, customer.customer);
    let parent = (FieldName::PARENT, Value::Link(id));
    let mut ids = (1_000_u64..).map(|index| import_id(id, index));
    let mut add = |kind: RecordKind, fields: Vec<(FieldName, Value)>| {
        if let Some(record) = ids.next() {
            bulk.add(id, record, kind, [parent.clone()].into_iter().chain(fields), &[]);
        }
    };
    for (date, text) in customer.notes {
        add(
            RecordKind::Note,
            vec![(FieldName::DATE, Value::Date(date)), (FieldName::TEXT, Value::Text(text))],
        );
    }
    for purchase in customer.purchases {
        let fields = vec![
            (FieldName::DATE, Value::Date(purchase.date)),
            (FieldName::ITEM, Value::text(purchase.item)),
            (FieldName::QUANTITY, Value::Number(i64::from(purchase.quantity))),
            (FieldName::AMOUNT, Value::Number(i64::from(purchase.amount))),
        ];
        add(RecordKind::Purchase, fields);
    }
    for task in customer.tasks {
        let mut fields = vec![
            (FieldName::TITLE, Value::text(task.title)),
            (FieldName::DUE, Value::Date(task.due)),
            (FieldName::OWNER, Value::text(task.owner)),
        ];
        if let Some(days) = task.due.days().filter(|_| task.done) {
            fields.push((FieldName::DONE, Value::Instant(Instant(days * 86_400_000))));
        }
        add(RecordKind::Task, fields);
    }
}

fn add_report(outcome: &mut ImportReport, line: LineReport) {
    outcome.problem_count += 1;
    if outcome.problems.len() < MOST_REPORTS {
        outcome.problems.push(line);
    }
}

fn report(problem: &LineProblem, excerpt: String) -> LineReport {
    let reason = match &problem.reason {
        ProblemKind::AboveHeader => "above_header",
        ProblemKind::Date { .. } => "date",
        ProblemKind::ExtraCells { .. } => "extra_cells",
        ProblemKind::NoName => "no_name",
        ProblemKind::NotUtf8 => "not_utf8",
        ProblemKind::UnclosedQuote => "unclosed_quote",
    };
    LineReport { line: problem.line, reason: reason.to_owned(), excerpt, skipped: problem.reason.is_loss() }
}

fn excerpt(record: &Record) -> String {
    record.cells.join(", ").chars().take(EXCERPT).collect()
}

fn excerpt_of(problem: &LineProblem, rows: &[Record]) -> String {
    rows.iter().find(|row| row.line == problem.line).map(excerpt).unwrap_or_default()
}
