//! The few pages of a long list that a screen holds.
//!
//! When the list changes, its rows are not dropped but marked as old: they stay on the screen until the
//! new ones arrive, so nothing flickers. A page that was asked for before a change is refused.

use std::collections::BTreeMap;
use std::ops::Range;

/// Rows per page.
pub const PAGE: u32 = 50;
/// Pages that are held: about 30 screens of a phone.
const HELD: usize = 12;

/// Pages of rows around what is on the screen.
#[derive(Clone, Debug)]
pub struct RowCache<T> {
    pages: BTreeMap<u32, Page<T>>,
    /// Raised whenever the list changes.
    version: u32,
}

#[derive(Clone, Debug)]
struct Page<T> {
    rows: Vec<T>,
    /// The version of the list that the rows are of; nothing yet, `None`, while first asked for.
    version: Option<u32>,
    /// The version for which the page is being fetched.
    asked: Option<u32>,
}

impl<T> Default for RowCache<T> {
    fn default() -> Self {
        Self { pages: BTreeMap::new(), version: 0 }
    }
}

impl<T> RowCache<T> {
    /// The version of the list, to be handed back with the rows of a page.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The row `index`, possibly of before the last change; nothing if it is not here.
    #[must_use]
    pub fn row(&self, index: u32) -> Option<&T> {
        let page = self.pages.get(&(index / PAGE))?;
        page.rows.get(usize::try_from(index % PAGE).ok()?)
    }

    /// Pages to fetch so that `range` is here and fresh; they count as asked for from now on.
    #[must_use]
    pub fn ask(&mut self, range: Range<u32>) -> Vec<u32> {
        if range.is_empty() {
            return Vec::new();
        }
        let wanted = range.start / PAGE..=(range.end - 1) / PAGE;
        self.trim(*wanted.start(), *wanted.end());
        let version = Some(self.version);
        let mut asked = Vec::new();
        for number in wanted {
            let page = self.pages.entry(number).or_insert_with(|| Page {
                rows: Vec::new(),
                version: None,
                asked: None,
            });
            if page.version != version && page.asked != version {
                page.asked = version;
                asked.push(number);
            }
        }
        asked
    }

    /// Takes the rows of a page that was asked for when the list had this version. Rows of an older
    /// version are refused (`false`).
    pub fn fill(&mut self, number: u32, version: u32, rows: Vec<T>) -> bool {
        let fresh = version == self.version;
        if fresh {
            self.pages.insert(number, Page { rows, version: Some(version), asked: None });
        }
        fresh
    }

    /// A page did not come: it may be asked for again.
    pub fn give_up(&mut self, number: u32) {
        if let Some(page) = self.pages.get_mut(&number) {
            page.asked = None;
        }
    }

    /// The list changed and has `count` rows now: everything is old, what is past the end goes.
    pub fn change(&mut self, count: u32) {
        self.version = self.version.wrapping_add(1);
        self.pages.retain(|&number, _| number.saturating_mul(PAGE) < count);
        if let Some(mut last) = self.pages.last_entry() {
            let room = usize::try_from(count.saturating_sub(last.key().saturating_mul(PAGE)));
            last.get_mut().rows.truncate(room.unwrap_or(usize::MAX));
        }
    }

    /// Drops the pages farthest from what is shown.
    fn trim(&mut self, first: u32, last: u32) {
        while self.pages.len() > HELD {
            let ends = (self.pages.keys().next().copied(), self.pages.keys().next_back().copied());
            let (Some(low), Some(high)) = ends else { return };
            let farthest = if first.saturating_sub(low) >= high.saturating_sub(last) { low } else { high };
            if (first..=last).contains(&farthest) {
                return;
            }
            self.pages.remove(&farthest);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(number: u32, count: u32, salt: u32) -> Vec<u32> {
        (number * PAGE..((number + 1) * PAGE).min(count)).map(|index| index * 1000 + salt).collect()
    }

    #[test]
    fn old_rows_stay_until_new_ones_arrive() {
        let mut cache = RowCache::default();
        assert_eq!(cache.ask(40..60), [0, 1]);
        assert_eq!(cache.ask(40..60), [0; 0], "asked for already");
        assert!(cache.fill(0, 0, rows(0, 200, 1)) && cache.fill(1, 0, rows(1, 200, 1)));
        cache.change(55);
        assert_eq!(cache.row(54), Some(&54_001));
        assert_eq!(cache.row(55), None);
        assert_eq!(cache.ask(0..10), [0]);
        cache.change(55);
        assert_eq!(cache.ask(0..10), [0], "the page on its way is of an old list");
        assert!(!cache.fill(0, 1, rows(0, 55, 2)));
        assert_eq!(cache.row(3), Some(&3_001));
        assert!(cache.fill(0, 2, rows(0, 55, 3)));
        assert_eq!(cache.row(3), Some(&3_003));
        assert_eq!(cache.ask(0..10), [0; 0]);
        assert_eq!(cache.ask(50..55), [1]);
        cache.give_up(1);
        assert_eq!(cache.ask(50..55), [1]);
    }

    proptest! {
        #[test]
        fn what_is_asked_for_is_there_and_little_else(steps in proptest::collection::vec((0_u32..10_000, 1_u32..200), 1..60)) {
            let mut cache = RowCache::default();
            for (start, length) in steps {
                let range = start..start + length;
                for number in cache.ask(range.clone()) {
                    let version = cache.version();
                    prop_assert!(cache.fill(number, version, rows(number, 20_000, 7)));
                }
                for index in range {
                    prop_assert_eq!(cache.row(index), Some(&(index * 1000 + 7)));
                }
                prop_assert!(cache.pages.len() <= HELD + 5);
            }
        }
    }
}
