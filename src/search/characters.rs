//! What the rules of [`super::fold`] ask of a single character.

use unicode_normalization::char::{
    canonical_combining_class, compose, decompose_canonical, decompose_compatible,
};
use unicode_normalization::{IsNormalized, is_nfc_quick};

/// Whether NFKC or rule 2 may join `c` to what stands before it, or rule 1 drops it.
#[inline]
pub(super) fn attaches(c: char) -> bool {
    match c {
        ' '..='~' | '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3096}' => false,
        '\u{309D}'..='\u{30FE}' | '\u{3400}'..='\u{9FFF}' | '！'..='～' => false,
        c => attaches_rarely(c),
    }
}

pub(super) fn attaches_rarely(c: char) -> bool {
    if c.is_whitespace() {
        return false;
    }
    if is_invisible(c) || matches!(combining(c), '\u{3099}' | '\u{309A}') {
        return true;
    }
    let mut first = None;
    decompose_compatible(c, |part| first = first.or(Some(part)));
    let first = first.unwrap_or(c);
    canonical_combining_class(first) != 0 || is_nfc_quick(core::iter::once(first)) != IsNormalized::Yes
}

pub(super) fn is_invisible(c: char) -> bool {
    match c {
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180B}'..='\u{180F}' | '\u{200C}'..='\u{200F}' => true,
        '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' => true,
        '\u{E0000}'..='\u{E0FFF}' => true,
        c => c.is_control() && !c.is_whitespace(),
    }
}

/// Rule 2: spacing and half-width voicing marks as combining ones.
pub(super) fn combining(c: char) -> char {
    match c {
        '゛' | 'ﾞ' => '\u{3099}',
        '゜' | 'ﾟ' => '\u{309A}',
        c => c,
    }
}

/// The voiced わ row has no hiragana of its own: わ゛ for ヷ.
pub(super) fn unvoiced_wa(c: char) -> impl Iterator<Item = char> {
    let voiced = matches!(c, '\u{30F7}'..='\u{30FA}');
    let (kana, mark) = if voiced { (minus(c, 0x68), Some('\u{3099}')) } else { (c, None) };
    core::iter::once(kana).chain(mark)
}

/// Rule 7 for one character of white space.
pub(super) fn separator(c: char) -> char {
    if matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}') { '\n' } else { ' ' }
}

#[inline]
pub(super) fn minus(c: char, distance: u32) -> char {
    char::from_u32(u32::from(c).wrapping_sub(distance)).unwrap_or(c)
}

pub(super) fn is_kanji(c: char) -> bool {
    matches!(c, '〇' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// The kana that ゝ or ゞ stands for after `last`.
pub(super) fn repeated(last: char, mark: char) -> Option<char> {
    if !matches!(last, '\u{3041}'..='\u{3094}') {
        return None;
    }
    let mut plain = None;
    decompose_canonical(last, |part| plain = plain.or(Some(part)));
    if mark == 'ゝ' { plain } else { compose(plain?, '\u{3099}') }
}
