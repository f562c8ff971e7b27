//! Guesses what separates the cells and which row is the header.

use crate::model::sort;
use csv::{ByteRecord, ReaderBuilder};

use super::columns::{self, Content};

/// How much of a file the guesses look at.
const HEAD_BYTES: usize = 64 * 1024;
/// How many rows of it.
pub(super) const HEAD_ROWS: usize = 50;

const CANDIDATES: [u8; 3] = [b',', b';', b'\t'];

/// The delimiter that a first line `sep=;` names, and the bytes of that line without its end.
pub(super) fn named(bytes: &[u8]) -> Option<(u8, usize)> {
    let line = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    let inner = line.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(line);
    match inner {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter]
            if delimiter.is_ascii() && *delimiter != b'"' && !delimiter.is_ascii_alphanumeric() =>
        {
            Some((*delimiter, line.len()))
        }
        _ => None,
    }
}

/// The delimiter under which most known column names appear, else the one that cuts most evenly.
pub(super) fn guess(bytes: &[u8]) -> u8 {
    let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
    let mut best = (b',', (0, 0, 0));
    for delimiter in CANDIDATES {
        let score = score(head, delimiter);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

/// Known names in the best row; rows (of a thousand) that have the commonest width; that width.
fn score(head: &[u8], delimiter: u8) -> (usize, usize, usize) {
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(head);
    let rows: Vec<ByteRecord> = reader.byte_records().take(HEAD_ROWS).filter_map(Result::ok).collect();
    let known = rows
        .iter()
        .map(|row| row.iter().filter(|cell| core::str::from_utf8(cell).is_ok_and(columns::is_known)).count());
    let mut widths: Vec<usize> = rows.iter().map(ByteRecord::len).collect();
    sort::ascending(&mut widths);
    let commonest = widths.chunk_by(|a, b| a == b).filter_map(|run| Some((run.len(), *run.first()?))).max();
    let (count, width) = commonest.filter(|(_, width)| *width > 1).unwrap_or((0, 0));
    (known.max().unwrap_or(0), count * 1000 / rows.len().max(1), width)
}

/// The index of the header among the first rows (an empty one for a row that could not be read): the
/// first with at least two known column names; else the first filled row, if it has nothing but known
/// names, or stands above a column of mails, phones or the like without being one itself.
pub(super) fn header_row(rows: &[&[String]]) -> Option<usize> {
    let known = |row: &[String]| row.iter().filter(|cell| columns::is_known(cell)).count();
    if let Some(index) = rows.iter().take(HEAD_ROWS).position(|row| known(row) >= 2) {
        return Some(index);
    }
    let index = rows.iter().position(|row| !row.is_empty())?;
    let (first, below) = (rows.get(index)?, rows.get(index + 1..)?);
    let filled = first.iter().filter(|cell| !cell.trim().is_empty()).count();
    let only_names = filled > 0 && known(first) == filled;
    let above_data = first.iter().enumerate().any(|(column, name)| {
        let kinds: Vec<Content> = below.iter().filter_map(|row| Content::of(row.get(column)?)).collect();
        let telling = kinds.iter().filter(|kind| kind.is_telling()).count();
        Content::of(name).is_some_and(|kind| !kind.is_telling())
            && telling > 0
            && telling * 5 >= kinds.len() * 4
    });
    (only_names || above_data).then_some(index)
}
