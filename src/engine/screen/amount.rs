//! Numbers as people type them, and phone numbers to dial.

/// Reads a whole number: full-width digits, separators, 円 and ¥ may be there. Nothing if it is none.
#[must_use]
pub fn parse_number(text: &str) -> Option<i64> {
    let mut digits = String::new();
    for letter in text.trim().chars().map(narrow) {
        match letter {
            '0'..='9' => digits.push(letter),
            '-' | '−' | '▲' | '△' if digits.is_empty() => digits.push('-'),
            ',' | '、' | '円' | '¥' | '\\' | '￥' | ' ' | '\u{3000}' => {}
            _ => return None,
        }
    }
    digits.parse().ok()
}

/// What to dial for a phone number as typed: a leading `+` and the digits, without an extension
/// (内線, ext). Nothing if fewer than three digits are there.
#[must_use]
pub fn dial(text: &str) -> Option<String> {
    let mut number = String::new();
    for letter in text.chars().map(narrow) {
        match letter {
            '0'..='9' => number.push(letter),
            '+' if number.is_empty() => number.push('+'),
            '内' | 'x' | 'X' | 'e' | 'E' | '#' if !number.is_empty() => break,
            _ => {}
        }
    }
    // +81-(0)3-… : the zero in parentheses is not dialled.
    if let Some(rest) = number.strip_prefix("+810") {
        number = format!("+81{rest}");
    }
    (number.len() >= 3).then_some(number)
}

/// Full-width ASCII as ASCII.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_amounts_are_read() {
        for (text, number) in [
            ("1,200円", Some(1200)),
            ("9,223,372,036,854,775,807", Some(i64::MAX)),
            ("￥１２，０００", Some(12_000)),
            (" -500 ", Some(-500)),
            ("▲500", Some(-500)),
            ("", None),
            ("12a", None),
            ("1-2", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(parse_number(text), number, "{text}");
        }
    }

    #[test]
    fn phones_are_dialled_without_decoration() {
        for (text, number) in [
            ("０３－１２３４－５６７８", Some("0312345678")),
            ("03-1234-5678 内線123", Some("0312345678")),
            ("+81-(0)3-1234-5678", Some("+81312345678")),
            ("代表 03(1234)5678", Some("0312345678")),
            ("110", Some("110")),
            ("なし", None),
        ] {
            assert_eq!(dial(text).as_deref(), number, "{text}");
        }
    }
}
