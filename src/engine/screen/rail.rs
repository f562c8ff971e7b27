//! The index at the edge of a list that is sorted by reading: あ か さ … A #.

use crate::engine::rows::RailEntry;

/// The marks from top to bottom; [`RailEntry::mark`] is the position in this list.
pub const MARKS: [&str; 13] = ["あ", "か", "さ", "た", "な", "は", "ま", "や", "ら", "わ", "A", "#", "–"];

/// The mark under which the row `index` stands; nothing before the first mark.
#[must_use]
pub fn mark_of(rail: &[RailEntry], index: u32) -> Option<u8> {
    rail.iter()
        .filter(|entry| entry.first <= index)
        .max_by_key(|entry| (entry.first, entry.mark))
        .map(|e| e.mark)
}

/// The first row of a mark. A mark without rows leads to the next that has some, or else to the last.
#[must_use]
pub fn first_of(rail: &[RailEntry], mark: u8) -> Option<u32> {
    let next = rail.iter().filter(|entry| entry.mark >= mark).min_by_key(|entry| entry.mark);
    next.or_else(|| rail.iter().max_by_key(|entry| entry.mark)).map(|entry| entry.first)
}

/// The mark under a finger `offset` pixels below the top of a rail that is `height` pixels high.
#[must_use]
pub fn mark_under(offset: i32, height: i32) -> u8 {
    let marks = i64::try_from(MARKS.len()).unwrap_or(1);
    let position = i64::from(offset) * marks / i64::from(height.max(1));
    u8::try_from(position.clamp(0, marks - 1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_lead_to_rows_and_back() {
        let rail = [
            RailEntry { mark: 0, first: 0 },
            RailEntry { mark: 2, first: 40 },
            RailEntry { mark: 10, first: 90 },
        ];
        assert_eq!(first_of(&rail, 0), Some(0));
        assert_eq!(first_of(&rail, 1), Some(40), "no か: さ");
        assert_eq!(first_of(&rail, 12), Some(90), "nothing after A: A");
        assert_eq!(first_of(&[], 3), None);
        assert_eq!(mark_of(&rail, 39), Some(0));
        assert_eq!(mark_of(&rail, 40), Some(2));
        assert_eq!(mark_of(&[], 0), None);
        for entry in rail {
            assert_eq!(mark_of(&rail, entry.first), Some(entry.mark));
        }
    }

    #[test]
    fn a_finger_beyond_the_rail_means_its_ends() {
        assert_eq!(mark_under(-20, 600), 0);
        assert_eq!(mark_under(9_999, 600), 12);
        assert_eq!(mark_under(0, 0), 0);
        let all: std::collections::BTreeSet<u8> = (0..600).map(|y| mark_under(y, 600)).collect();
        assert_eq!(all.len(), MARKS.len());
    }
}
