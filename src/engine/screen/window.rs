//! Which rows of a long list are on the screen.

use std::ops::Range;

/// Pixels that a scrolled element may be high: Firefox stops near 17.8 million, Chromium and `WebKit`
/// near 33.5 million. A list that would be higher shows no more than this many.
pub const MOST_PIXELS: u32 = 16_000_000;

/// The rows to show when the list is scrolled down by `scrolled` pixels in a window `height` pixels
/// high, each row being `row` pixels high, with `spare` rows more on either side.
///
/// Never empty unless the list is, even for measures that a browser reports while it bounces or has not
/// laid out yet (negative, zero, beyond the end).
#[must_use]
pub fn visible(scrolled: i32, height: i32, row: u32, count: u32, spare: u32) -> Range<u32> {
    let row = row.max(1);
    let scrolled = u32::try_from(scrolled).unwrap_or(0);
    let height = u32::try_from(height).unwrap_or(0);
    let first = (scrolled / row).min(count.saturating_sub(1));
    let past = scrolled.saturating_add(height).div_ceil(row).clamp(first.saturating_add(1), u32::MAX);
    first.saturating_sub(spare)..past.saturating_add(spare).min(count)
}

/// How many rows of `row` pixels can be scrolled through at all; see [`MOST_PIXELS`].
#[must_use]
pub fn reachable(count: u32, row: u32) -> u32 {
    count.min(MOST_PIXELS / row.max(1))
}

/// Where to scroll so that the row `index` is wholly on the screen; nothing if it is already.
#[must_use]
pub fn reveal(index: u32, scrolled: i32, height: i32, row: u32) -> Option<i32> {
    let top = i32::try_from(index.saturating_mul(row)).unwrap_or(i32::MAX);
    let row = i32::try_from(row).unwrap_or(i32::MAX);
    if top < scrolled {
        Some(top)
    } else if top.saturating_add(row) > scrolled.saturating_add(height) {
        Some(top.saturating_add(row).saturating_sub(height).max(0))
    } else {
        None
    }
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

    proptest! {
        #[test]
        fn every_row_that_touches_the_window_is_visible(
            scrolled in -500_i32..2_000_000, height in 0_i32..3_000, row in 1_u32..300,
            count in 0_u32..200_000, spare in 0_u32..20,
        ) {
            let range = visible(scrolled, height, row, count, spare);
            prop_assert!(range.end <= count && range.start <= range.end);
            prop_assert_eq!(range.is_empty(), count == 0);
            let (from, to) = (i64::from(scrolled.max(0)), i64::from(scrolled.max(0)) + i64::from(height));
            for index in (0..count).step_by(97).chain(range.start.saturating_sub(3)..(range.end + 3).min(count)) {
                let (top, bottom) = (i64::from(index) * i64::from(row), (i64::from(index) + 1) * i64::from(row));
                if bottom > from && top < to {
                    prop_assert!(range.contains(&index), "{index} of {range:?}");
                }
            }
            // Not more than what fits, both edges cut, and the spare rows.
            let fits = u32::try_from(height).unwrap() / row + 2;
            prop_assert!(range.end - range.start <= fits + 2 * spare + 1);
        }

        #[test]
        fn a_revealed_row_is_whole_on_the_screen(
            index in 0_u32..100_000, scrolled in 0_i32..7_000_000, row in 1_u32..100, height in 100_i32..2_000,
        ) {
            let then = reveal(index, scrolled, height, row).unwrap_or(scrolled);
            let top = i32::try_from(index * row).unwrap();
            prop_assert!(top >= then && top + i32::try_from(row).unwrap() <= then + height);
            prop_assert_eq!(reveal(index, then, height, row), None);
        }
    }

    #[test]
    fn keys_stay_in_the_list() {
        assert_eq!(Move::Up.from(0, 10, 5), 0);
        assert_eq!(Move::PageDown.from(3, 10, 5), 7);
        assert_eq!(Move::Last.from(3, 10, 5), 9);
        assert_eq!(Move::Down.from(0, 0, 5), 0);
        assert_eq!(reachable(1_000_000, 72), 222_222);
    }
}
