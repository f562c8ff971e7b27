//! Turns rows into customers, following a mapping of the columns.
//!
//! Nothing is dropped: what a field cannot take (a second company, an impossible date, cells beyond the
//! last column) becomes a line of the memo, under the name of its column.

use serde::{Deserialize, Serialize};

use super::cell::tidy;
use super::columns::{self, Column, Guess};
use super::csv::{CsvReader, Record};
use super::encoding::Encoding;
use super::problem::LineProblem;
use super::row::Row;
use crate::model::{FieldName, Value, sort};

/// What the screen shows before an import begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The names of the columns, as in the file; empty names when the file has no header.
    pub header: Vec<String>,
    /// The line of the header.
    pub header_line: Option<u64>,
    /// The proposal for each column.
    pub columns: Vec<Guess>,
    /// The first rows, at most 20, as in the file.
    pub rows: Vec<Record>,
    /// About how many rows there are.
    pub rows_estimate: u64,
    /// What is the matter with the rows so far, under the proposed mapping, by line.
    pub problems: Vec<LineProblem>,
    /// How the file is encoded.
    pub encoding: Encoding,
    /// The byte between two cells.
    pub delimiter: u8,
}

impl Preview {
    /// Looks at the first rows of `reader`, which stays where it is.
    #[must_use]
    pub fn of(reader: &CsvReader) -> Self {
        let rows = reader.sample();
        let cells: Vec<&[String]> = rows.iter().map(|row| row.cells.as_slice()).collect();
        let columns = columns::guess(reader.header(), &cells);
        let mapping =
            Mapping::new(reader.header(), columns.iter().map(|guess| guess.column.clone()).collect());
        let mut problems = reader.sample_problems().to_vec();
        problems.extend(rows.iter().flat_map(|row| mapping.read(row).problems));
        sort::by_key(&mut problems, |problem| problem.line);
        Self {
            header: reader.header().to_vec(),
            header_line: reader.header_line(),
            problems,
            columns,
            rows: rows.to_vec(),
            rows_estimate: reader.rows_estimate(),
            encoding: reader.encoding(),
            delimiter: reader.delimiter(),
        }
    }
}

/// A customer that is not in the notebook yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCustomer {
    /// Fields with their values, none empty, no field twice.
    pub fields: Vec<(FieldName, Value)>,
    /// Tags, in the order of the file.
    pub tags: Vec<String>,
    /// Texts that become notes on the customer's page.
    pub notes: Vec<String>,
}

impl NewCustomer {
    /// The value of `field`, if it is set.
    #[must_use]
    pub fn value(&self, field: &FieldName) -> Option<&Value> {
        self.fields.iter().find(|(name, _)| name == field).map(|(_, value)| value)
    }

    /// The text of `field`; empty if it is not set or no text.
    #[must_use]
    pub fn text(&self, field: &FieldName) -> &str {
        self.value(field).and_then(Value::as_text).unwrap_or_default()
    }

    /// The values of a field that may occur several times, in order.
    pub fn items<'a>(&'a self, field: &'a FieldName) -> impl Iterator<Item = &'a Value> {
        self.fields.iter().filter(|(name, _)| name.is(field)).map(|(_, value)| value)
    }
}

/// What became of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The customer; nothing if the row names nobody, which is one of the problems then.
    pub customer: Option<NewCustomer>,
    /// What could not be taken as it stood.
    pub problems: Vec<LineProblem>,
}

/// Which field each column feeds.
#[derive(Clone, Debug)]
pub struct Mapping {
    header: Vec<String>,
    columns: Vec<Column>,
}

impl Mapping {
    /// Of the columns named `header`; columns for which `columns` has nothing are kept as custom fields.
    #[must_use]
    pub fn new(header: &[String], mut columns: Vec<Column>) -> Self {
        let header: Vec<String> = header
            .iter()
            .enumerate()
            .map(|(index, name)| match name.trim() {
                "" => format!("#{}", index + 1),
                name => name.to_owned(),
            })
            .collect();
        columns.extend(header.iter().skip(columns.len()).cloned().map(Column::Custom));
        Self { header, columns }
    }

    /// Reads one row. The same row and mapping always give the same result: items are numbered in the
    /// order of the columns.
    #[must_use]
    pub fn read(&self, record: &Record) -> Imported {
        let mut row = Row::new(record.line);
        for ((cell, column), header) in record.cells.iter().zip(&self.columns).zip(&self.header) {
            if !tidy(cell).is_empty() {
                row.take(column, header, cell);
            }
        }
        let extra = record.cells.iter().skip(self.columns.len()).map(|cell| tidy(cell));
        row.take_extra(extra.filter(|cell| !cell.is_empty()));
        row.finish()
    }
}
