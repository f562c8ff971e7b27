//! Tidies and takes apart what stands in one cell.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

/// A cell without what spreadsheets wrap around a text: `="0123"`, the `'` before a number or a formula,
/// spaces at both ends.
pub(super) fn tidy(cell: &str) -> &str {
    let cell = cell.trim();
    let inner = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    if let Some(inner) = inner.filter(|inner| !inner.contains('"')) {
        return inner.trim();
    }
    let rest = cell.strip_prefix('\'').filter(|rest| {
        rest.starts_with(|char: char| char.is_ascii_digit() || "=+-@\t\r\0＝＋－＠".contains(char))
    });
    rest.unwrap_or(cell)
}

/// Whether a name has the legal form of an organisation: 株式会社, (有), 法人, Ltd.
pub(super) fn has_company_form(name: &str) -> bool {
    let folded: String = name.nfkc().flat_map(char::to_lowercase).collect();
    let latin = |word: &str| {
        matches!(
            word.trim_matches(['.', ',']),
            "inc"
                | "ltd"
                | "llc"
                | "llp"
                | "corp"
                | "corporation"
                | "company"
                | "limited"
                | "gmbh"
                | "k.k"
                | "plc"
        )
    };
    [
        "会社", "法人", "組合", "(株)", "(有)", "(同)", "(資)", "(名)", "(医)", "(社)", "(福)", "(財)",
        "(学)", "(独)",
    ]
    .iter()
    .any(|form| folded.contains(form))
        || folded.split_whitespace().skip(1).any(latin)
        || folded.ends_with("co.,ltd.")
}
/// What is between the ends of a text of several lines: as typed, but for the mark against formulas.
pub(super) fn untouched(cell: &str) -> &str {
    let tidied = tidy(cell);
    if tidied.len() == cell.trim().len() { cell } else { tidied }
}

/// The values that a cell joins, without blanks. ` ::: ` joins in Google's files.
pub(super) fn several(text: &str, cut: impl Fn(char) -> bool + Copy) -> impl Iterator<Item = &str> {
    text.split(" ::: ").flat_map(move |part| part.split(cut)).map(str::trim).filter(|part| !part.is_empty())
}

/// Google puts `* ` before the label of what is used first.
pub(super) fn own_label(text: &str) -> &str {
    text.strip_prefix('*').unwrap_or(text).trim()
}

pub(super) fn read_organisation(text: &str) -> Option<bool> {
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    match folded.as_str() {
        "法人" | "会社" | "企業" | "団体" | "組織" | "company" | "organization" | "organisation" | "yes"
        | "true" | "1" | "○" | "◯" => Some(true),
        "個人" | "個人事業主" | "person" | "individual" | "no" | "false" | "0" | "×" => Some(false),
        _ => None,
    }
}

/// Spreadsheets take `09000000001` for a number. A mobile number without its zero cannot be another one.
pub(super) fn with_lost_zero(phone: &str) -> Cow<'_, str> {
    let mobile = phone.len() == 10
        && phone.bytes().all(|byte| byte.is_ascii_digit())
        && ["60", "70", "80", "90"].iter().any(|prefix| phone.starts_with(prefix));
    if mobile { Cow::Owned(format!("0{phone}")) } else { Cow::Borrowed(phone) }
}

/// `NNN-NNNN` from seven digits however written, and from six, of which a spreadsheet took the zero.
pub(super) fn postal(text: &str) -> Cow<'_, str> {
    let folded: String = text.nfkc().filter(|char| !"〒-‐−―ーｰ–. ".contains(*char)).collect();
    let digits = if folded.len() == 6 { format!("0{folded}") } else { folded };
    match digits.split_at_checked(3) {
        Some((head, tail)) if digits.len() == 7 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Cow::Owned(format!("{head}-{tail}"))
        }
        _ => Cow::Borrowed(text),
    }
}
