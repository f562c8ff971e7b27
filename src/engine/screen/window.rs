//! Which rows of a long list are on the screen.

use std::ops::Range;

/// Pixels that a scrolled element may be high: Firefox stops near 17.8 million, Chromium and `WebKit`
/// near 33.5 million. A longer list is scrolled in larger steps, so that its end can be reached.
pub const MOST_PIXELS: i64 = 16_000_000;

/// A window onto a long list. All measures are pixels; they may be what a browser reports while it
/// bounces or has not laid out yet: negative, zero, beyond the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// How far the element is scrolled down.
    pub scrolled: i32,
    /// Height of what is seen of it.
    pub height: i32,
    /// Height of a row.
    pub row: i32,
    /// How many rows there are.
    pub count: u32,
}

impl Window {
    /// The height of the element that is scrolled.
    #[must_use]
    pub fn length(self) -> i32 {
        i32::try_from(self.total().min(MOST_PIXELS)).unwrap_or(i32::MAX)
    }

    /// The rows to show, with `spare` rows more on either side. Never empty unless the list is.
    #[must_use]
    pub fn visible(self, spare: u32) -> Range<u32> {
        let top = self.top();
        let first = index(top / self.row()).min(self.count.saturating_sub(1));
        let past = index((top + self.height()).div_euclid(self.row()) + 1).max(first.saturating_add(1));
        first.saturating_sub(spare)..past.saturating_add(spare).min(self.count)
    }

    /// How many rows are seen whole, at least one.
    #[must_use]
    pub fn fits(self) -> u32 {
        index(self.height() / self.row()).max(1)
    }

    /// Where in the element the row `index` lies now. Moves with scrolling when the list is longer than
    /// the element can be.
    #[must_use]
    pub fn place(self, index: u32) -> i64 {
        i64::from(index) * self.row() - self.top() + i64::from(self.scrolled.max(0))
    }

    /// How far to scroll so that the row `index` is the first on the screen.
    #[must_use]
    pub fn scroll_to(self, index: u32) -> i32 {
        let room = (self.total() - self.height()).max(0);
        self.scrolled_for((i64::from(index) * self.row()).min(room), false)
    }

    /// How far to scroll so that the row `index` is wholly on the screen; nothing if it is already.
    #[must_use]
    pub fn reveal(self, index: u32) -> Option<i32> {
        let (top, row) = (i64::from(index) * self.row(), self.row());
        if top < self.top() || row > self.height() {
            (top != self.top()).then(|| self.scrolled_for(top, false))
        } else if top + row > self.top() + self.height() {
            Some(self.scrolled_for(top + row - self.height(), true))
        } else {
            None
        }
    }

    /// The pixel of the whole list at the upper edge.
    fn top(self) -> i64 {
        let scrolled = i64::from(self.scrolled.max(0));
        let (room, track) = self.rooms();
        if room == track { scrolled } else { scrolled * room / track }
    }

    fn scrolled_for(self, top: i64, up: bool) -> i32 {
        let (room, track) = self.rooms();
        let scrolled = match room == track {
            true => top,
            false if up => (top * track + room - 1) / room,
            false => top * track / room,
        };
        i32::try_from(scrolled.max(0)).unwrap_or(i32::MAX)
    }

    /// How far the list, and how far the element can be scrolled; at least 1.
    fn rooms(self) -> (i64, i64) {
        let room = |length: i64| (length - self.height()).max(1);
        (room(self.total()), room(self.total().min(MOST_PIXELS)))
    }

    fn total(self) -> i64 {
        i64::from(self.count) * self.row()
    }

    fn row(self) -> i64 {
        i64::from(self.row.max(1))
    }

    fn height(self) -> i64 {
        i64::from(self.height.max(0))
    }
}

fn index(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

/// A key that moves through a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Page up: one screen.
    PageUp,
    /// Page down: one screen.
    PageDown,
    /// Home.
    First,
    /// End.
    Last,
}

impl Move {
    /// The move of a key (`KeyboardEvent.key`).
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowUp" => Self::Up,
            "ArrowDown" => Self::Down,
            "PageUp" => Self::PageUp,
            "PageDown" => Self::PageDown,
            "Home" => Self::First,
            "End" => Self::Last,
            _ => return None,
        })
    }

    /// The row reached from `index` in a list of `count` rows, of which `page` fit on the screen.
    #[must_use]
    pub fn from(self, index: u32, count: u32, page: u32) -> u32 {
        let step = page.saturating_sub(1).max(1);
        let moved = match self {
            Self::Up => index.saturating_sub(1),
            Self::Down => index.saturating_add(1),
            Self::PageUp => index.saturating_sub(step),
            Self::PageDown => index.saturating_add(step),
            Self::First => 0,
            Self::Last => u32::MAX,
        };
        moved.min(count.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn windows(most: u32) -> impl Strategy<Value = Window> {
        (0.0..1.1, 0_i32..3_000, 1_i32..300, 0..most).prop_map(|(part, height, row, count)| {
            let empty = Window { scrolled: 0, height, row, count };
            #[expect(clippy::as_conversions, reason = "any number in the range will do")]
            let scrolled = (f64::from(empty.length()) * part) as i32 - 50;
            Window { scrolled, ..empty }
        })
    }

    proptest! {
        #[test]
        fn every_row_that_touches_the_window_is_visible(window in windows(2_000_000), spare in 0_u32..20) {
            let range = window.visible(spare);
            prop_assert!(range.end <= window.count && range.start <= range.end);
            prop_assert_eq!(range.is_empty(), window.count == 0);
            let scrolled = i64::from(window.scrolled.max(0));
            let near = range.start.saturating_sub(3)..(range.end + 3).min(window.count);
            for index in (0..window.count).step_by(4_999).chain(near) {
                let place = window.place(index) - scrolled;
                if place + i64::from(window.row) > 0 && place < i64::from(window.height) {
                    prop_assert!(range.contains(&index), "{index} of {range:?}");
                }
            }
            // Not more than what fits, both edges cut, and the spare rows.
            prop_assert!(range.end - range.start <= window.fits() + 2 + 2 * spare);
        }

        #[test]
        fn a_short_list_lies_still(window in windows(50_000), index in 0_u32..50_000) {
            prop_assert_eq!(window.place(index), i64::from(index) * i64::from(window.row));
        }

        #[test]
        fn a_revealed_row_is_whole_on_the_screen(window in windows(2_000_000), part in 0_u32..1000) {
            prop_assume!(window.count > 0 && window.height > 2 * window.row);
            let index = u32::try_from(u64::from(window.count) * u64::from(part) / 1000).unwrap();
            let scrolled = window.reveal(index).unwrap_or(window.scrolled);
            let then = Window { scrolled, ..window };
            let place = then.place(index) - i64::from(then.scrolled.max(0));
            // A list that is scrolled in larger steps may miss by one step.
            let step = i64::from(window.count) * i64::from(window.row) / MOST_PIXELS + 1;
            let step = if step == 1 { 0 } else { step + 1 };
            prop_assert!(place >= -step && place + i64::from(window.row) <= i64::from(window.height) + step, "{place}");
        }

        #[test]
        fn both_ends_can_be_reached(window in windows(2_000_000)) {
            prop_assume!(window.count > 0);
            let end = Window { scrolled: (window.length() - window.height).max(0), ..window };
            prop_assert!(end.visible(0).contains(&(window.count - 1)));
            let start = Window { scrolled: 0, ..window };
            prop_assert!(start.visible(0).contains(&0));
            prop_assert!(window.scroll_to(window.count - 1) <= end.scrolled);
            prop_assert!(window.length() <= 16_000_000);
        }
    }

    #[test]
    fn keys_stay_in_the_list() {
        assert_eq!(Move::Up.from(0, 10, 5), 0);
        assert_eq!(Move::PageDown.from(3, 10, 5), 7);
        assert_eq!(Move::Last.from(3, 10, 5), 9);
        assert_eq!(Move::Down.from(0, 0, 5), 0);
    }
}
