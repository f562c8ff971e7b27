//! The heads of all customers, folded, in memory: three long texts that are scanned from end to end.
//!
//! A head is spread over three shelves, because a search that is content with the first hits can stop
//! after the shelf of names, and after the newest part of the last shelf. Rows stand in order of
//! change, newest last; a changed head is appended and its old row is dead until the shelves are
//! rewritten.

use std::ops::Range;

use memchr::memmem::Finder;

use crate::model::{RecordId, sort};

use super::index::HeadText;
use super::matcher::{Needles, occurs};
use super::query::Field;

/// Ends each section of a row. [`super::fold`] leaves no control characters but the line feed.
const SECTION_END: char = '\u{1F}';

/// How good a place is, best first. A prefix of name or reading comes before all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Prefix,
    Name,
    Reading,
    /// Another spelling of a name: 斎藤 for 斉藤.
    Loose,
    Company,
    Phone,
    Other,
}

/// A part of the heads that is scanned by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shelf {
    /// Name, reading.
    Names,
    /// Company, phones.
    Contact,
    /// Tags and the rest.
    Other,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) id: RecordId,
    pub(super) order: u64,
    /// Of [`super::index::Index`].
    pub(super) slot: usize,
    pub(super) live: bool,
    /// Where the row ends on each shelf.
    ends: [usize; 3],
}

#[derive(Debug)]
pub(super) struct Heads {
    rows: Vec<Row>,
    shelves: [Vec<u8>; 3],
    dead: usize,
    sorted: bool,
}

impl Default for Heads {
    fn default() -> Self {
        Self { rows: Vec::new(), shelves: Default::default(), dead: 0, sorted: true }
    }
}

impl Heads {
    /// Appends a row and returns its number.
    pub(super) fn push(&mut self, id: RecordId, slot: usize, order: u64, head: &HeadText<'_>) -> usize {
        let [names, contact, other] = &mut self.shelves;
        let write = |shelf: &mut Vec<u8>, sections: [&[&str]; 2]| {
            for parts in sections {
                parts.iter().for_each(|part| shelf.extend_from_slice(part.as_bytes()));
                shelf.extend_from_slice(SECTION_END.encode_utf8(&mut [0; 4]).as_bytes());
            }
            shelf.len()
        };
        let ends = [
            write(names, [&[head.name], &[head.reading]]),
            write(contact, [&[head.company], &["\n", head.phone, "\n"]]),
            write(other, [&[head.tags], &[head.other]]),
        ];
        self.sorted &= self.rows.last().is_none_or(|last| (last.order, last.id) < (order, id));
        self.rows.push(Row { id, order, slot, live: true, ends });
        self.rows.len() - 1
    }

    /// The row is no longer found.
    pub(super) fn kill(&mut self, row: usize) {
        if let Some(row) = self.rows.get_mut(row).filter(|row| row.live) {
            row.live = false;
            self.dead += 1;
        }
    }

    /// Brings the rows into order and drops dead ones, if that is worth while; row numbers change then,
    /// and `moved` learns each row's slot and new number. Says whether that happened.
    pub(super) fn settle(&mut self, mut moved: impl FnMut(usize, usize)) -> bool {
        if self.sorted && self.dead <= 1_000 + self.rows.len() / 4 {
            return false;
        }
        let mut order: Vec<usize> = (0..self.rows.len()).filter(|row| self.row(*row).is_some()).collect();
        sort::by_key(&mut order, |row| self.recency(*row));
        let mut new = Self::default();
        for (shelf, old) in new.shelves.iter_mut().zip(&self.shelves) {
            shelf.reserve_exact(old.len());
        }
        for old in order {
            let Some(row) = self.row(old) else { continue };
            for (shelf, text) in new.shelves.iter_mut().zip(SHELVES.map(|shelf| self.piece(old, shelf))) {
                shelf.extend_from_slice(text);
            }
            let ends = new.shelves.each_ref().map(Vec::len);
            moved(row.slot, new.rows.len());
            new.rows.push(Row { ends, ..*row });
        }
        *self = new;
        true
    }

    /// How many rows there are, dead ones included.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether a higher row number is a later change.
    pub(super) fn is_sorted(&self) -> bool {
        self.sorted
    }

    /// A live row.
    #[inline]
    pub(super) fn row(&self, row: usize) -> Option<&Row> {
        self.rows.get(row).filter(|row| row.live)
    }

    /// Sorts rows by change, latest last.
    pub(super) fn recency(&self, row: usize) -> (u64, RecordId) {
        self.rows.get(row).map_or((0, RecordId::NIL), |row| (row.order, row.id))
    }

    /// Bytes in memory, about.
    pub(super) fn size(&self) -> usize {
        self.shelves.iter().map(Vec::capacity).sum::<usize>() + self.rows.capacity() * size_of::<Row>()
    }

    /// Calls `on` once for each of `rows` whose part on `shelf` contains the needle, dead ones included.
    pub(super) fn scan(
        &self,
        shelf: Shelf,
        rows: Range<usize>,
        finder: &Finder<'_>,
        mut on: impl FnMut(usize),
    ) {
        let text = self.text(shelf);
        let end = rows.end.checked_sub(1).map_or(0, |last| self.end(shelf, last));
        let Some(text) = text.get(..end) else { return };
        let mut at = rows.start.checked_sub(1).map_or(0, |before| self.end(shelf, before));
        let mut row = rows.start;
        while let Some(found) = text.get(at..).and_then(|rest| finder.find(rest)) {
            row = self.row_at(shelf, row, at + found);
            on(row);
            at = self.end(shelf, row);
            row += 1;
        }
    }

    /// Where in the row's head the term is best; nothing if it is not there.
    pub(super) fn class(&self, row: usize, term: &Needles) -> Option<Class> {
        SHELVES.into_iter().find_map(|shelf| self.class_on(shelf, row, term))
    }

    /// Where on this shelf the term is best.
    pub(super) fn class_on(&self, shelf: Shelf, row: usize, term: &Needles) -> Option<Class> {
        let within = |field| term.field.is_none_or(|own| own == field);
        let mut sections = self.piece(row, shelf).split(|byte| u32::from(*byte) == u32::from(SECTION_END));
        let first = sections.next()?;
        let second = sections.next()?;
        match shelf {
            Shelf::Names if within(Field::Name) => {
                let begins = |text: &[u8]| term.exact.iter().any(|finder| text.starts_with(finder.needle()));
                if begins(first) || begins(second) {
                    Some(Class::Prefix)
                } else if occurs(&term.exact, first) {
                    Some(Class::Name)
                } else if occurs(&term.exact, second) {
                    Some(Class::Reading)
                } else {
                    (occurs(&term.loose, first) || occurs(&term.loose, second)).then_some(Class::Loose)
                }
            }
            Shelf::Names => None,
            Shelf::Contact => {
                if within(Field::Company) && (occurs(&term.exact, first) || occurs(&term.loose, first)) {
                    return Some(Class::Company);
                }
                let phone =
                    within(Field::Phone) && (occurs(&term.exact, second) || occurs(&term.numbers, second));
                phone.then_some(Class::Phone)
            }
            Shelf::Other => {
                let tags = within(Field::Tag) && occurs(&term.exact, first);
                (tags || within(Field::Other) && occurs(&term.exact, second)).then_some(Class::Other)
            }
        }
    }

    /// Whether the name itself has the term, in this or another spelling.
    pub(super) fn is_in_name(&self, row: usize, term: &Needles) -> bool {
        let name =
            self.piece(row, Shelf::Names).split(|byte| u32::from(*byte) == u32::from(SECTION_END)).next();
        name.is_some_and(|name| occurs(&term.exact, name) || occurs(&term.loose, name))
    }

    /// Calls `on` once or more for each row whose part on `shelf` matches the term.
    pub(super) fn matching(
        &self,
        shelf: Shelf,
        rows: Range<usize>,
        term: &Needles,
        mut on: impl FnMut(usize, Class),
    ) {
        let relevant = match (shelf, term.field) {
            (_, Some(Field::Memo)) => false,
            (_, None) => true,
            (Shelf::Names, Some(field)) => field == Field::Name,
            (Shelf::Contact, Some(field)) => matches!(field, Field::Company | Field::Phone),
            (Shelf::Other, Some(field)) => matches!(field, Field::Tag | Field::Other),
        };
        let numbers = term.numbers.iter().filter(|_| shelf == Shelf::Contact);
        let loose = term.loose.iter().filter(|_| shelf != Shelf::Other);
        for finder in term.exact.iter().chain(numbers).chain(loose).filter(|_| relevant) {
            self.scan(shelf, rows.clone(), finder, |row| {
                if self.row(row).is_some()
                    && let Some(class) = self.class_on(shelf, row, term)
                {
                    on(row, class);
                }
            });
        }
    }

    fn text(&self, shelf: Shelf) -> &[u8] {
        let [names, contact, other] = &self.shelves;
        match shelf {
            Shelf::Names => names,
            Shelf::Contact => contact,
            Shelf::Other => other,
        }
    }

    #[inline]
    fn end(&self, shelf: Shelf, row: usize) -> usize {
        let [names, contact, other] = self.rows.get(row).map_or([0; 3], |row| row.ends);
        match shelf {
            Shelf::Names => names,
            Shelf::Contact => contact,
            Shelf::Other => other,
        }
    }

    fn piece(&self, row: usize, shelf: Shelf) -> &[u8] {
        let start = row.checked_sub(1).map_or(0, |before| self.end(shelf, before));
        self.text(shelf).get(start..self.end(shelf, row)).unwrap_or_default()
    }

    /// The row, `from` or later, that holds this byte: by steps that double, for hits are often close.
    fn row_at(&self, shelf: Shelf, from: usize, byte: usize) -> usize {
        let mut step = 1;
        while from + step < self.rows.len() && self.end(shelf, from + step - 1) <= byte {
            step *= 2;
        }
        let (mut low, mut high) = (from + step / 2, (from + step).min(self.rows.len()));
        while low < high {
            let middle = low.midpoint(high);
            if self.end(shelf, middle) <= byte { low = middle + 1 } else { high = middle }
        }
        low
    }
}

/// In order of rank.
pub(super) const SHELVES: [Shelf; 3] = [Shelf::Names, Shelf::Contact, Shelf::Other];
