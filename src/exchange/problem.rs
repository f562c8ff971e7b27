//! What an import could not read, as data: the screen turns it into sentences.

use serde::{Deserialize, Serialize};

use crate::model::Date;

/// One place of the file that needs a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineProblem {
    /// The line of the file on which the row begins; the first line is 1.
    pub line: u64,
    /// What is the matter with it.
    pub reason: ProblemKind,
}

/// Why a row, or a cell of it, was not taken as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProblemKind {
    /// The row stands above the header (a title, a date of printing) and was not imported.
    AboveHeader,
    /// The cell does not hold a day that exists. The customer was imported; the text is in the memo.
    Date {
        /// The header of the column.
        column: String,
        /// The day that was probably meant: 平成32年 is 2020.
        suggestion: Option<Date>,
    },
    /// The row has filled cells beyond the last column. The customer was imported; they are in the memo.
    ExtraCells {
        /// How many.
        count: usize,
    },
    /// Neither a name nor a company; the row was not imported.
    NoName,
    /// The bytes of the row are not UTF-8; the row was not imported.
    NotUtf8,
    /// A quotation mark opens a cell and is never closed. The line was not imported, the next ones were.
    UnclosedQuote,
}

impl ProblemKind {
    /// Whether the row that has this problem was left out of the import.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        !matches!(self, Self::Date { .. } | Self::ExtraCells { .. })
    }
}
