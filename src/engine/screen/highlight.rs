//! Text in pieces, some of them marked.

/// Cuts `text` at byte ranges (ascending, as in [`crate::engine::rows::RowMarks`]); the pieces together
/// are always the whole text. A range that does not fit the text is skipped.
#[must_use]
pub fn pieces(text: &str, ranges: &[(u32, u32)]) -> Vec<(String, bool)> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut push = |piece: Option<&str>, marked| {
        if let Some(piece) = piece.filter(|piece| !piece.is_empty()) {
            pieces.push((piece.to_owned(), marked));
        }
    };
    for &(start, end) in ranges {
        let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else { continue };
        let fits = start >= from && text.get(start..end).is_some_and(|marked| !marked.is_empty());
        if fits {
            push(text.get(from..start), false);
            push(text.get(start..end), true);
            from = end;
        }
    }
    push(text.get(from..), false);
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marked_and_plain_pieces_alternate() {
        let piece = |text: &str, marked| (text.to_owned(), marked);
        assert_eq!(
            pieces("山田太郎", &[(3, 6), (9, 12)]),
            [piece("山", false), piece("田", true), piece("太", false), piece("郎", true)]
        );
        assert_eq!(pieces("山田", &[(1, 3)]), [piece("山田", false)]);
        assert_eq!(pieces("", &[(0, 0)]), []);
    }

    proptest! {
        #[test]
        fn no_text_is_lost(text in ".{0,20}", ranges in proptest::collection::vec((0_u32..70, 0_u32..70), 0..6)) {
            let joined: String = pieces(&text, &ranges).into_iter().map(|(piece, _)| piece).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
