//! A query made ready for scanning.

use memchr::memmem::Finder;

use super::filter::Filter;
use super::query::{Field, Query, Term};

/// The terms of a query as substring searchers.
#[derive(Debug)]
pub(super) struct Matcher {
    pub(super) positive: Vec<Needles>,
    pub(super) negative: Vec<Needles>,
}

/// One term.
#[derive(Debug)]
pub(super) struct Needles {
    pub(super) field: Option<Field>,
    pub(super) exact: Vec<Finder<'static>>,
    pub(super) numbers: Vec<Finder<'static>>,
    pub(super) loose: Vec<Finder<'static>>,
    text: Vec<String>,
}

impl Matcher {
    pub(super) fn new(query: &Query) -> Self {
        let pick =
            |negated| query.terms.iter().filter(|term| term.negated == negated).map(Needles::new).collect();
        Self { positive: pick(false), negative: pick(true) }
    }
}

impl Needles {
    fn new(term: &Term) -> Self {
        let finders = |texts: &[String]| {
            texts.iter().map(|text| Finder::new(text.as_bytes()).into_owned()).collect::<Vec<_>>()
        };
        Self {
            field: term.field,
            exact: finders(&term.exact),
            numbers: finders(&term.numbers),
            loose: finders(&term.loose),
            text: term.exact.clone(),
        }
    }

    /// Bytes of the exact term: the longer, the rarer.
    pub(super) fn len(&self) -> usize {
        self.exact.first().map_or(0, |finder| finder.needle().len())
    }

    /// Whether it may occur in a customer's body at all.
    pub(super) fn looks_into_bodies(&self) -> bool {
        matches!(self.field, None | Some(Field::Memo))
    }

    /// Whether a body of the block may contain it.
    pub(super) fn may_be_in(&self, filter: &Filter) -> bool {
        self.looks_into_bodies() && self.text.iter().any(|text| filter.may_contain(text))
    }

    /// Whether the body contains it.
    pub(super) fn is_in_body(&self, body: &[u8]) -> bool {
        self.looks_into_bodies() && occurs(&self.exact, body)
    }
}

/// Whether one of `finders` finds something.
pub(super) fn occurs(finders: &[Finder<'_>], text: &[u8]) -> bool {
    finders.iter().any(|finder| finder.find(text).is_some())
}
