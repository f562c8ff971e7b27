//! Dates as people type them, in both calendars.

use crate::model::Date;

/// The first Gregorian year of each era, by its kanji and its letter.
const ERAS: [(&str, char, i16); 5] =
    [("令和", 'R', 2019), ("平成", 'H', 1989), ("昭和", 'S', 1926), ("大正", 'T', 1912), ("明治", 'M', 1868)];

/// Reads a day: `2026-11-22`, `2026/11/22`, `20261122`, `2026年11月22日`, `R8.11.22`, `令和8年11月22日`,
/// `昭和元年12月25日`, and without a year `11/22`, `11月22日`, `--11-22`. Full-width digits count as digits.
///
/// A year of an era that never came (平成32年) is read as if the era had gone on: old sheets are full of
/// them, and the day meant is certain.
#[must_use]
pub fn parse_day(text: &str) -> Option<Date> {
    let text: String = text.trim().chars().map(plain).collect();
    let text = text.replace('元', "1");
    let (first_year, rest) = era(&text);
    let numbers = numbers(rest.trim_start_matches('-'))?;
    let date = |year: Option<i64>, month: i64, day: i64| {
        let year = year.map(i16::try_from).transpose().ok()?;
        Date::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    };
    match (first_year, numbers.as_slice()) {
        (Some(first), &[year, month, day]) if (1..=99).contains(&year) => {
            date(Some(i64::from(first) + year - 1), month, day)
        }
        (None, &[year, month, day]) if year >= 1000 => date(Some(year), month, day),
        (None, &[month, day]) => date(None, month, day),
        (None, &[whole]) if (10_000_101..=99_991_231).contains(&whole) => {
            date(Some(whole / 10_000), whole / 100 % 100, whole % 100)
        }
        _ => None,
    }
}

/// The era at the beginning, as its first year, and what follows.
fn era(text: &str) -> (Option<i16>, &str) {
    for (name, letter, first) in ERAS {
        let short = name.chars().next().unwrap_or(letter);
        let found = text
            .strip_prefix(name)
            .or_else(|| text.strip_prefix([letter, letter.to_ascii_lowercase(), short]));
        if let Some(rest) = found {
            return (Some(first), rest);
        }
    }
    (None, text)
}

/// The whole numbers between separators; nothing if anything else stands there.
fn numbers(text: &str) -> Option<Vec<i64>> {
    let allowed = |letter: char| {
        letter.is_ascii_digit() || matches!(letter, '-' | '/' | '.' | '年' | '月' | '日' | ' ')
    };
    if !text.chars().all(allowed) || text.len() > 40 {
        return None;
    }
    let parts = text.split(|letter: char| !letter.is_ascii_digit()).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().ok()).collect()
}

fn plain(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        '−' | '‐' | '‑' | '–' | '—' | 'ー' => '-',
        '・' | '。' => '.',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_calendars_are_read() {
        for (text, day) in [
            ("2026-11-22", "2026-11-22"),
            ("2026/1/2", "2026-01-02"),
            ("２０２６年１１月２２日", "2026-11-22"),
            ("20261122", "2026-11-22"),
            ("R8.11.22", "2026-11-22"),
            ("令和元年5月1日", "2019-05-01"),
            ("h31.4.30", "2019-04-30"),
            ("S35.3.3", "1960-03-03"),
            ("昭36/11/22", "1961-11-22"),
            ("昭和元年12月25日", "1926-12-25"),
            ("平成32年1月1日", "2020-01-01"),
            ("大正15年12月24日", "1926-12-24"),
            ("11/22", "--11-22"),
            ("2月29日", "--02-29"),
            ("--11-22", "--11-22"),
        ] {
            assert_eq!(parse_day(text).map(|date| date.to_string()).as_deref(), Some(day), "{text}");
        }
        for text in
            ["", "昨日", "2026-02-29", "13/1", "26/11/22", "R0.1.1", "2026-11", "1/2/3/4", "R8.11.22頃"]
        {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn shown_days_are_read_back_and_nothing_panics(days in -400_000_i64..400_000, text in ".{0,24}") {
            let date = Date::from_days(days);
            prop_assume!(date.year().is_some_and(|year| year >= 1000));
            prop_assert_eq!(parse_day(&date.to_string()), Some(date));
            let _ = parse_day(&text);
        }
    }
}
