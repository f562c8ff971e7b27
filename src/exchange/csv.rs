//! Reads CSV files (RFC 4180 and what people send instead) chunk by chunk.
//!
//! Every row of the file ends up in exactly one place: a [`Record`], a [`LineProblem`], the header, or the
//! count of blank rows. Cells are delivered as they stand in the file; [`super::import`] tidies them.

use core::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::delimiter;
use super::encoding::{self, Encoding};
use super::problem::{LineProblem, ProblemKind};
use super::rows::{Row, Rows};

/// More columns than Excel can write are refused.
pub const MAX_COLUMNS: usize = 16_384;
/// How many rows the preview shows.
const SAMPLE_ROWS: usize = 20;

/// One row of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The line on which the row begins; the first line of the file is 1.
    pub line: u64,
    /// The cells as they stand in the file.
    pub cells: Vec<String>,
}

/// Which row holds the names of the columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum HeaderRow {
    /// The first with at least two known names, or one that is clearly not data; else none.
    #[default]
    Guess,
    /// None: every row is data.
    Absent,
    /// The row that begins on this line, which is one of the first 50 rows.
    Line(u64),
}

/// What the reader is told instead of guessing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// The byte between two cells; `None` to guess, or to obey a first line `sep=;`.
    pub delimiter: Option<u8>,
    /// Where the names of the columns are.
    pub header: HeaderRow,
}

/// Why a file is not read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum OpenCsvError {
    /// Not UTF-8 (nor UTF-16 with a byte order mark); it has to be saved as UTF-8 first.
    #[error("text is not encoded as utf-8: save it as csv utf-8")]
    Encoding,
    /// An Excel or OpenDocument file, not a text file.
    #[error("a workbook is not a csv file: save it as csv utf-8")]
    Workbook,
    /// More than [`MAX_COLUMNS`] columns.
    #[error("the header has {found} columns, at most {MAX_COLUMNS} are read")]
    TooManyColumns {
        /// How many the header has.
        found: usize,
    },
}

/// The next rows of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunk {
    /// Rows with at least one filled cell.
    pub records: Vec<Record>,
    /// Rows that could not be read, and those above the header.
    pub problems: Vec<LineProblem>,
    /// Rows that have cells, all of them blank.
    pub blank: u64,
    /// How far the reader is, of [`CsvReader::bytes_total`].
    pub bytes_done: u64,
    /// Whether the file ends here.
    pub done: bool,
}

/// Reads a CSV file from memory.
///
/// ```
/// use daifuku::exchange::{CsvReader, Options};
/// let mut reader = CsvReader::open("氏名;電話番号\n山田 花子;03-0000-0001\n".into(), Options::default()).unwrap();
/// assert_eq!(reader.header(), ["氏名", "電話番号"]);
/// let chunk = reader.next_chunk(500);
/// assert_eq!((chunk.records[0].line, chunk.done), (2, true));
/// ```
pub struct CsvReader {
    rows: Rows,
    encoding: Encoding,
    header: Vec<String>,
    header_line: Option<u64>,
    /// What the rows above the header come to: the beginning of the first chunk.
    above: Chunk,
    sample: Vec<Record>,
    sample_problems: Vec<LineProblem>,
    rows_estimate: u64,
}

impl CsvReader {
    /// Looks at the head of the file: its encoding, delimiter and header.
    ///
    /// # Errors
    /// When the file is no text in a known encoding, or absurdly wide.
    pub fn open(bytes: Vec<u8>, options: Options) -> Result<Self, OpenCsvError> {
        let (bytes, encoding) = encoding::decode(bytes)?;
        let (delimiter, start) = match (options.delimiter, delimiter::named(&bytes)) {
            (Some(delimiter), _) => (delimiter, 0),
            (None, Some((delimiter, length))) => (delimiter, length),
            (None, None) => (delimiter::guess(&bytes), 0),
        };
        let mut rows = Rows::new(bytes, delimiter, start);
        let head: Vec<Row> = core::iter::from_fn(|| rows.next_row()).take(delimiter::HEAD_ROWS).collect();
        let header_index = match options.header {
            HeaderRow::Absent => None,
            HeaderRow::Line(line) => head.iter().position(|row| row.line() == line),
            HeaderRow::Guess => delimiter::header_row(&head.iter().map(Row::cells).collect::<Vec<_>>()),
        };
        rows.rewind(start);
        let mut reader = Self {
            rows,
            encoding,
            header: Vec::new(),
            header_line: None,
            above: Chunk::default(),
            sample: Vec::new(),
            sample_problems: Vec::new(),
            rows_estimate: 0,
        };
        if let Some(index) = header_index {
            reader.skip_to_header(index);
        }
        reader.take_sample();
        if reader.header.len() > MAX_COLUMNS {
            return Err(OpenCsvError::TooManyColumns { found: reader.header.len() });
        }
        Ok(reader)
    }

    /// Reads up to `rows` further rows.
    pub fn next_chunk(&mut self, rows: usize) -> Chunk {
        let mut chunk = core::mem::take(&mut self.above);
        for _ in 0..rows {
            match self.rows.next_row() {
                Some(Row::Record(record)) => chunk.records.push(record),
                Some(Row::Problem(problem)) => chunk.problems.push(problem),
                Some(Row::Blank { .. }) => chunk.blank += 1,
                None => {
                    chunk.done = true;
                    break;
                }
            }
        }
        chunk.bytes_done = self.rows.position();
        chunk.done |= self.rows.is_at_end();
        chunk
    }

    /// The length of the file once it is UTF-8.
    #[must_use]
    pub fn bytes_total(&self) -> u64 {
        self.rows.length()
    }

    /// How the file was encoded.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The byte between two cells.
    #[must_use]
    pub fn delimiter(&self) -> u8 {
        self.rows.delimiter()
    }

    /// The names of the columns, without the empty ones at the end; a file without a header has empty
    /// names, as many as the widest of its first rows.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The line on which the header begins; nothing if there is none.
    #[must_use]
    pub fn header_line(&self) -> Option<u64> {
        self.header_line
    }

    /// The first rows below the header, at most 20.
    #[must_use]
    pub fn sample(&self) -> &[Record] {
        &self.sample
    }

    /// What could not be read among the first rows, and the rows above the header; the chunks will name
    /// them again.
    #[must_use]
    pub fn sample_problems(&self) -> &[LineProblem] {
        &self.sample_problems
    }

    /// About how many rows the file has below the header; exact for a small file.
    #[must_use]
    pub fn rows_estimate(&self) -> u64 {
        self.rows_estimate
    }

    fn skip_to_header(&mut self, index: usize) {
        for above in 0..=index {
            match self.rows.next_row() {
                Some(Row::Record(record)) if above == index => {
                    self.header_line = Some(record.line);
                    self.header = record.cells;
                    let filled = self.header.iter().rposition(|name| !name.trim().is_empty());
                    self.header.truncate(filled.map_or(0, |last| last + 1));
                }
                Some(Row::Record(Record { line, .. })) => {
                    self.above.problems.push(LineProblem { line, reason: ProblemKind::AboveHeader });
                }
                Some(Row::Problem(problem)) => self.above.problems.push(problem),
                Some(Row::Blank { .. }) => self.above.blank += 1,
                None => {}
            }
        }
    }

    /// Reads the first rows of data and returns to where they begin.
    fn take_sample(&mut self) {
        let (mark, before) = (self.rows.mark(), self.rows.position());
        let mut rows_read = 0_u64;
        self.sample_problems.clone_from(&self.above.problems);
        while self.sample.len() < SAMPLE_ROWS && rows_read < 1000 {
            let Some(row) = self.rows.next_row() else { break };
            rows_read += 1;
            match row {
                Row::Record(record) => self.sample.push(record),
                Row::Problem(problem) => self.sample_problems.push(problem),
                Row::Blank { .. } => {}
            }
        }
        let read = self.rows.position().saturating_sub(before);
        let rest = self.bytes_total().saturating_sub(before);
        self.rows_estimate = match (self.rows.is_at_end(), read) {
            (true, _) | (_, 0) => rows_read,
            (false, _) => rows_read.saturating_mul(rest) / read,
        };
        if self.header_line.is_none() {
            let width = self.sample.iter().map(|record| record.cells.len()).max().unwrap_or(0);
            self.header = vec![String::new(); width];
        }
        self.rows.reset(mark);
    }
}

impl fmt::Debug for CsvReader {
    /// Without what is in the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvReader").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}
