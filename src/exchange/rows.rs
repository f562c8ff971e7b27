//! Cuts the bytes of a CSV file into rows and knows the lines on which they begin.

use std::io::{Cursor, SeekFrom};

use csv::{ByteRecord, Position, Reader, ReaderBuilder};

use super::csv::Record;
use super::problem::{LineProblem, ProblemKind};

/// After so many quotation marks that are never closed, quotation marks lose their meaning: each search
/// for the closing one may read the whole rest of the file.
const MAX_UNCLOSED: u8 = 16;

/// The rows of the file one by one, with the lines on which they begin.
pub(super) struct Rows {
    reader: Reader<Cursor<Vec<u8>>>,
    delimiter: u8,
    record: ByteRecord,
    /// Up to this byte, lines are counted.
    counted: usize,
    /// The line of that byte.
    line: u64,
    unclosed: u8,
}

impl Rows {
    pub(super) fn new(bytes: Vec<u8>, delimiter: u8, start: usize) -> Self {
        let reader = make_reader(Cursor::new(bytes), delimiter, true);
        let mut rows =
            Self { reader, delimiter, record: ByteRecord::new(), counted: 0, line: 1, unclosed: 0 };
        rows.rewind(start);
        rows
    }

    /// How many bytes there are.
    pub(super) fn length(&self) -> u64 {
        u64::try_from(self.bytes().len()).unwrap_or(u64::MAX)
    }

    /// The byte between two cells.
    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    fn bytes(&self) -> &[u8] {
        self.reader.get_ref().get_ref()
    }

    pub(super) fn position(&self) -> u64 {
        self.reader.position().byte()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.bytes()
            .get(index(self.position())..)
            .unwrap_or_default()
            .iter()
            .all(|byte| matches!(byte, b'\n' | b'\r'))
    }

    pub(super) fn rewind(&mut self, start: usize) {
        let byte = u64::try_from(start).unwrap_or(u64::MAX);
        self.reset(Mark { byte, counted: 0, line: 1, unclosed: 0 });
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { byte: self.position(), counted: self.counted, line: self.line, unclosed: self.unclosed }
    }

    pub(super) fn reset(&mut self, mark: Mark) {
        (self.counted, self.line, self.unclosed) = (mark.counted, mark.line, mark.unclosed);
        let quoting = self.unclosed < MAX_UNCLOSED;
        let empty = make_reader(Cursor::default(), self.delimiter, quoting);
        let cursor = core::mem::replace(&mut self.reader, empty).into_inner();
        self.reader = make_reader(cursor, self.delimiter, quoting);
        self.seek(mark.byte);
    }

    fn seek(&mut self, byte: u64) {
        let mut position = Position::new();
        position.set_byte(byte);
        // INVARIANT: seeking in memory does not fail. `seek` itself would do nothing at byte 0, where
        // the position of a used cursor may be another.
        let _ = self.reader.seek_raw(SeekFrom::Start(byte), position);
    }

    pub(super) fn next_row(&mut self) -> Option<Row> {
        let start = self.count_lines();
        // INVARIANT: reading bytes of any width from memory does not fail.
        if !self.reader.read_byte_record(&mut self.record).unwrap_or(false) {
            return None;
        }
        let line = self.line;
        if let Some(next_line) = self.line_after_unclosed_quote(start) {
            self.unclosed += 1;
            match self.unclosed {
                MAX_UNCLOSED => self.reset(Mark { byte: next_line, ..self.mark() }),
                _ => self.seek(next_line),
            }
            return Some(Row::Problem(LineProblem { line, reason: ProblemKind::UnclosedQuote }));
        }
        let cells: Result<Vec<String>, _> =
            self.record.iter().map(|cell| core::str::from_utf8(cell).map(str::to_owned)).collect();
        Some(match cells {
            Ok(cells) if cells.iter().all(|cell| cell.trim().is_empty()) => Row::Blank { line },
            Ok(cells) => Row::Record(Record { line, cells }),
            Err(_) => Row::Problem(LineProblem { line, reason: ProblemKind::NotUtf8 }),
        })
    }

    /// Moves the line count on to the next byte that ends no line, and gives its place.
    fn count_lines(&mut self) -> usize {
        let bytes = self.reader.get_ref().get_ref();
        let from = index(self.reader.position().byte());
        let ends =
            bytes.get(from..).unwrap_or_default().iter().take_while(|byte| is_line_end(**byte)).count();
        let start = from + ends;
        let passed = bytes.get(self.counted..start).unwrap_or_default();
        let mut after_return = false;
        for byte in passed {
            // A carriage return counts, and a line feed that does not follow one.
            self.line += u64::from(*byte == b'\r' || *byte == b'\n' && !after_return);
            after_return = *byte == b'\r';
        }
        self.counted = start.max(self.counted);
        start
    }

    /// When the row just read covers several lines although one of its quotation marks is never properly
    /// closed: where its second line begins. Without this, one stray mark would swallow all rows up to
    /// the next one.
    fn line_after_unclosed_quote(&self, start: usize) -> Option<u64> {
        if self.unclosed >= MAX_UNCLOSED {
            return None;
        }
        let row = self.bytes().get(start..index(self.position()))?;
        let ends = row.iter().rev().take_while(|byte| is_line_end(**byte)).count();
        let inner = row.get(..row.len() - ends)?;
        let first = inner.iter().position(|byte| is_line_end(*byte))?;
        if is_well_quoted(row, self.delimiter) {
            return None;
        }
        u64::try_from(start + first).ok()
    }
}

/// What one row of the file turned out to be.
#[derive(Debug)]
pub(super) enum Row {
    Record(Record),
    Problem(LineProblem),
    Blank { line: u64 },
}

impl Row {
    pub(super) fn line(&self) -> u64 {
        match self {
            Self::Record(Record { line, .. })
            | Self::Blank { line }
            | Self::Problem(LineProblem { line, .. }) => *line,
        }
    }

    pub(super) fn cells(&self) -> &[String] {
        match self {
            Self::Record(record) => &record.cells,
            _ => &[],
        }
    }
}

/// Where in the file the reader stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    byte: u64,
    counted: usize,
    line: u64,
    unclosed: u8,
}

fn make_reader(cursor: Cursor<Vec<u8>>, delimiter: u8, quoting: bool) -> Reader<Cursor<Vec<u8>>> {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter).quoting(quoting).has_headers(false).flexible(true).from_reader(cursor)
}

/// Whether each cell that a quotation mark opens is closed by one, with nothing but spaces behind it.
fn is_well_quoted(row: &[u8], delimiter: u8) -> bool {
    let mut bytes = row.iter().copied().peekable();
    let mut at_start = true;
    while let Some(byte) = bytes.next() {
        if !(byte == b'"' && at_start) {
            at_start = byte == delimiter || is_line_end(byte);
            continue;
        }
        loop {
            match bytes.next() {
                None => return false,
                Some(b'"') if bytes.next_if_eq(&b'"').is_none() => break,
                Some(_) => {}
            }
        }
        while bytes.next_if(|byte| *byte == b' ' && delimiter != b' ').is_some() {}
        if bytes.peek().is_some_and(|byte| *byte != delimiter && !is_line_end(*byte)) {
            return false;
        }
        at_start = false;
    }
    true
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn index(byte: u64) -> usize {
    usize::try_from(byte).unwrap_or(usize::MAX)
}
