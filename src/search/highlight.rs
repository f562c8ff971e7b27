//! Which parts of a text to mark, because they are what was looked for.

use super::fold::fold_marked;
use super::query::{Query, Term};
use crate::model::sort;

/// The byte ranges of `text`, as stored, that match a term of the query; rising and apart. A match that
/// begins or ends within what folds as one (㈱, か゛) marks the whole of it.
#[must_use]
pub fn highlights(text: &str, query: &Query) -> Vec<(usize, usize)> {
    let (folded, marks) = fold_marked(text);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for term in query.terms.iter().filter(|term| !term.negated) {
        for needle in term.exact.iter().chain(&term.loose) {
            found.extend(
                memchr::memmem::find_iter(folded.as_bytes(), needle).map(|at| (at, at + needle.len())),
            );
        }
        found.extend(numbers(&folded, term));
    }
    sort::ascending(&mut found);
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (start, end) in found {
        let Some((start, end)) = source(&marks, start, end) else { continue };
        match ranges.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => ranges.push((start, end)),
        }
    }
    ranges
}

/// Where a part of the key comes from.
fn source(marks: &[(usize, usize)], start: usize, end: usize) -> Option<(usize, usize)> {
    let first = marks.partition_point(|mark| mark.0 <= start).checked_sub(1)?;
    let last = marks.partition_point(|mark| mark.0 < end);
    Some((marks.get(first)?.1, marks.get(last)?.1))
}

/// Where the digits of a number occur with other separators, or with none.
fn numbers(folded: &str, term: &Term) -> Vec<(usize, usize)> {
    let number = |c: char| c.is_ascii_digit() || SEPARATORS.contains(&c);
    let Some(typed) = term.exact.first().filter(|text| text.chars().all(number)) else { return Vec::new() };
    let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
    if typed.len() < 4 {
        return Vec::new();
    }
    let mut found = Vec::new();
    // Runs of digits and separators, as digits with the place of each.
    let (mut digits, mut places) = (String::new(), Vec::new());
    for (at, c) in folded.char_indices().chain([(folded.len(), '\n')]) {
        if c.is_ascii_digit() {
            digits.push(c);
            places.push(at);
        } else if !SEPARATORS.contains(&c) {
            for (from, _) in digits.match_indices(&typed) {
                let range = places.get(from).zip(places.get(from + typed.len() - 1));
                found.extend(range.map(|(first, last)| (*first, *last + 1)));
            }
            digits.clear();
            places.clear();
        }
    }
    found
}

const SEPARATORS: [char; 6] = ['-', '(', ')', '+', '.', ' '];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn marked(text: &str, query: &str) -> String {
        let mut shown = text.to_owned();
        for (start, end) in highlights(text, &Query::parse(query)).into_iter().rev() {
            shown.insert(end, ']');
            shown.insert(start, '[');
        }
        shown
    }

    #[test]
    fn the_original_is_marked() {
        assert_eq!(marked("㈱髙橋ﾃﾞﾝｷ　と高橋", "高橋 でん"), "㈱[髙橋ﾃﾞﾝ]ｷ　と[高橋]");
        assert_eq!(marked("㈱髙橋", "株式"), "[㈱]髙橋");
        assert_eq!(marked("（株）髙橋", "会社高"), "[（株）髙]橋");
        assert_eq!(marked("Trade   Show!", "\"trade show\""), "[Trade   Show]!");
        assert_eq!(marked("佐々木", "佐木"), "佐[々木]");
        assert_eq!(marked("佐々木 ", "佐佐木"), "[佐々木] ");
        assert_eq!(marked("ああああ", "ああ いい -あ"), "[ああああ]");
        assert_eq!(marked("東京 解約", "東京 -解約"), "[東京] 解約");
        assert_eq!(marked("斎藤 斉藤", "斉藤"), "[斎藤] [斉藤]");
        assert_eq!(marked("1ー2-3", "2-3"), "1ー[2-3]");
    }

    #[test]
    fn numbers_are_marked_however_they_are_separated() {
        assert_eq!(marked("電話 ０９０ー1234-5678 まで", "09012345678"), "電話 [０９０ー1234-5678] まで");
        assert_eq!(marked("09012345678", "090-1234"), "[0901234]5678");
        assert_eq!(marked("2026-11-22", "61"), "2026-11-22");
    }
}
