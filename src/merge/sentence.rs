//! Merging texts sentence by sentence: a pure function of the common ancestor and the versions.
//!
//! Lines are too coarse, since a Japanese note is often one paragraph, and characters too fine, since
//! two rewritings of one sentence would interleave into nonsense.

/// A stretch of a merged text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Unchanged, or changed by one side, or alike by all.
    Agreed(String),
    /// Changed differently: each different text with the position of the first version that has it.
    Differing(Vec<(usize, String)>),
}

/// Merges `versions` of the text `base` by its sentences (diff3, for any number of versions). With no
/// version changed the result is the base; with one changed, that version.
pub(super) fn merge(base: &str, versions: &[&str]) -> Vec<Piece> {
    let base = sentences(base);
    let mut sides: Vec<Side> = versions.iter().map(|text| Side::new(&base, sentences(text))).collect();
    let mut pieces = Vec::new();
    let mut start = 0;
    for (place, sentence) in base.iter().enumerate() {
        if sides.iter().all(|side| side.match_of(place).is_some()) {
            resolve(&base, start..place, &mut sides, |side| side.match_of(place), &mut pieces);
            sides.iter_mut().for_each(|side| side.position += 1);
            push(&mut pieces, sentence);
            start = place + 1;
        }
    }
    resolve(&base, start..base.len(), &mut sides, |side| Some(side.sentences.len()), &mut pieces);
    pieces
}

/// Splits after each run of `。！？.!?` and after each newline. Joined, the parts are the text again. No
/// split falls before a mark that belongs to the character in front of it.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut ended = false;
        let end = rest.char_indices().find_map(|(place, letter)| {
            let continues = is_attached(letter) || (ended && is_stop(letter));
            if ended && !continues && letter != '\n' && letter != '\r' {
                return Some(place);
            }
            ended = is_stop(letter) || (ended && letter != '\n');
            (letter == '\n').then_some(place + 1)
        });
        let (part, others) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, ""));
        parts.push(part);
        rest = others;
    }
    parts
}

/// One version against the base.
struct Side<'a> {
    sentences: Vec<&'a str>,
    /// For each sentence of the base its place in this version.
    matches: Vec<Option<usize>>,
    /// Everything before is merged.
    position: usize,
}

impl<'a> Side<'a> {
    fn new(base: &[&str], sentences: Vec<&'a str>) -> Self {
        let matches = common(base, &sentences);
        Self { sentences, matches, position: 0 }
    }

    fn match_of(&self, place: usize) -> Option<usize> {
        self.matches.get(place).copied().flatten()
    }
}

/// Merges the stretch `range` of the base with what each side has up to `end`.
fn resolve(
    base: &[&str],
    range: core::ops::Range<usize>,
    sides: &mut [Side<'_>],
    end: impl Fn(&Side<'_>) -> Option<usize>,
    pieces: &mut Vec<Piece>,
) {
    let original = base.get(range).unwrap_or_default().concat();
    let mut changed: Vec<(usize, String)> = Vec::new();
    for (version, side) in sides.iter_mut().enumerate() {
        let end = end(side).unwrap_or(side.position);
        let text = side.sentences.get(side.position..end).unwrap_or_default().concat();
        side.position = end;
        if text != original && changed.iter().all(|(_, known)| *known != text) {
            changed.push((version, text));
        }
    }
    match changed.len() {
        0 => push(pieces, &original),
        1 => changed.iter().for_each(|(_, text)| push(pieces, text)),
        _ => pieces.push(Piece::Differing(changed)),
    }
}

fn push(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Agreed(agreed)) => agreed.push_str(text),
        _ => pieces.push(Piece::Agreed(text.to_owned())),
    }
}

/// A longest common subsequence: for each element of `base` its place in `other`. Where the changed
/// middle of two texts is too large to compare, nothing in it counts as common.
fn common(base: &[&str], other: &[&str]) -> Vec<Option<usize>> {
    let prefix = base.iter().zip(other).take_while(|(a, b)| a == b).count();
    let rest = |all: usize| all - prefix;
    let suffix = base.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let suffix = suffix.min(rest(base.len())).min(rest(other.len()));
    let rows = base.get(prefix..base.len() - suffix).unwrap_or_default();
    let columns = other.get(prefix..other.len() - suffix).unwrap_or_default();
    let middle = if rows.len().saturating_mul(columns.len()) <= MAX_CELLS {
        longest(rows, columns)
    } else {
        vec![None; rows.len()]
    };
    let head = (0..prefix).map(Some);
    let middle = middle.into_iter().map(|found| found.map(|place| place + prefix));
    let tail = (other.len() - suffix..other.len()).map(Some);
    head.chain(middle).chain(tail).collect()
}

/// The textbook table: `lengths` holds for each pair of ends the length of the common subsequence.
fn longest(rows: &[&str], columns: &[&str]) -> Vec<Option<usize>> {
    let width = columns.len() + 1;
    let mut lengths = vec![0_u32; width * (rows.len() + 1)];
    let length =
        |lengths: &[u32], row: usize, column: usize| lengths.get(row * width + column).copied().unwrap_or(0);
    for (row, own) in rows.iter().enumerate().rev() {
        for (column, theirs) in columns.iter().enumerate().rev() {
            let best = if own == theirs {
                length(&lengths, row + 1, column + 1) + 1
            } else {
                length(&lengths, row + 1, column).max(length(&lengths, row, column + 1))
            };
            if let Some(cell) = lengths.get_mut(row * width + column) {
                *cell = best;
            }
        }
    }
    let mut column = 0;
    let mut found = Vec::with_capacity(rows.len());
    for (row, own) in rows.iter().enumerate() {
        // Skip columns as long as that keeps the best length.
        let best = length(&lengths, row, column);
        let mut place = column;
        while columns.get(place).is_some_and(|theirs| theirs != own)
            && length(&lengths, row, place + 1) == best
        {
            place += 1;
        }
        let taken = columns.get(place) == Some(own) && length(&lengths, row + 1, place + 1) + 1 == best;
        found.push(taken.then_some(place));
        if taken {
            column = place + 1;
        }
    }
    found
}

fn is_stop(letter: char) -> bool {
    matches!(letter, '。' | '！' | '？' | '.' | '!' | '?')
}

/// Combining marks, variation selectors and joiners: never at the start of a part.
fn is_attached(letter: char) -> bool {
    matches!(
        letter,
        '\u{0300}'..='\u{036f}' | '\u{200d}' | '\u{20d0}'..='\u{20ff}' | '\u{3099}' | '\u{309a}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'
    )
}

/// A table of 4 MiB: a thousand changed sentences on both sides.
const MAX_CELLS: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed(text: &str) -> Vec<Piece> {
        if text.is_empty() { Vec::new() } else { vec![Piece::Agreed(text.into())] }
    }

    #[test]
    fn splits_at_the_ends_of_sentences() {
        assert_eq!(
            sentences("本日訪問。担当は山田様！？次回\r\n・見積\n\nOk. Bye!\u{fe0f}終"),
            ["本日訪問。", "担当は山田様！？", "次回\r\n", "・見積\n", "\n", "Ok.", " Bye!\u{fe0f}", "終"]
        );
        assert_eq!(sentences("来た。\n次"), ["来た。\n", "次"]);
        assert_eq!(sentences(""), Vec::<&str>::new());
    }

    #[test]
    fn changes_of_different_sentences_are_both_taken() {
        let base = "本日訪問。担当は山田様。見積を送る。次回は5月。";
        let name = "本日訪問。担当は佐藤様。見積を送る。次回は5月。";
        let date = "本日訪問。担当は山田様。見積を送る。次回は6月10日。";
        assert_eq!(merge(base, &[name, date]), agreed("本日訪問。担当は佐藤様。見積を送る。次回は6月10日。"));
    }

    #[test]
    fn changes_of_one_sentence_are_both_kept() {
        let pieces =
            merge("甲。乙。丙。", &["甲。乙1。丙。", "甲。乙2。丙。", "甲。乙。丙。", "甲。乙1。丙。"]);
        let both = vec![(0, "乙1。".to_owned()), (1, "乙2。".to_owned())];
        assert_eq!(
            pieces,
            [Piece::Agreed("甲。".into()), Piece::Differing(both), Piece::Agreed("丙。".into())]
        );
    }

    #[test]
    fn a_text_too_large_to_compare_is_kept_whole() {
        let base: String = (0..3000).map(|n| format!("{n}。")).collect();
        let other: String = (0..3000).rev().map(|n| format!("{n}。")).collect();
        assert_eq!(merge(&base, &[&other, &base]), agreed(&other));
        let third = format!("{base}終");
        assert_eq!(merge(&base, &[&other, &third]), [Piece::Differing(vec![(0, other), (1, third)])]);
    }

    proptest::proptest! {
        #[test]
        fn laws_of_three_way_merging(base in TEXT, a in TEXT, b in TEXT) {
            proptest::prop_assert_eq!(sentences(&a).concat(), a.as_str());
            proptest::prop_assert_eq!(merge(&base, &[&a, &base]), agreed(&a));
            proptest::prop_assert_eq!(merge(&base, &[&base, &b]), agreed(&b));
            proptest::prop_assert_eq!(merge(&base, &[&a, &a]), agreed(&a));
            proptest::prop_assert_eq!(merge(&base, &[&base, &base]), agreed(&base));
            // What a version added is in the merged text, whether agreed or as its voice.
            let pieces = merge(&base, &[&a, &b]);
            let all: String = pieces.iter().map(|piece| match piece {
                Piece::Agreed(text) => text.clone(),
                Piece::Differing(texts) => texts.iter().map(|(_, text)| text.as_str()).collect(),
            }).collect();
            for text in [&a, &b] {
                for sentence in sentences(text) {
                    if !sentences(&base).contains(&sentence) {
                        proptest::prop_assert!(all.contains(sentence), "{sentence:?} of {text:?} in {all:?}");
                    }
                }
            }
        }
    }

    const TEXT: &str = "([あい甲乙][。！?\\n]{0,2}){0,8}";
}
