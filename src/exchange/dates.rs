//! Reads dates as people write them, in the Gregorian and the Japanese calendar.
//!
//! Eras follow the days of their change: Taisho from 1912-07-30, Showa from 1926-12-25, Heisei from
//! 1989-01-08, Reiwa from 2019-05-01. Before 1873 Japan counted lunar months, so no era date before that
//! day is read. What could mean two days (`3/4/1980`, `60/3/3`) is not guessed.

use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;

use crate::model::Date;

/// Why a text is not taken for a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ReadDateError {
    /// No known way to write a date, or one that means two different days.
    #[error("not a known form of date")]
    Form,
    /// Written like a date, but no such day exists.
    #[error("there is no such day")]
    NoSuchDay,
    /// The era had not begun or was over: 平成32年.
    #[error("the era did not last until then, the day would be {0}")]
    OutsideEra(Date),
}

/// Reads `2026-11-22`, `2026/11/22`, `20261122`, `2026年11月22日`, `R8.11.22`, `令和8年11月22日`, `令和元年…`,
/// `11/22/1980` when only one reading is possible, and without a year `11/22`, `11月22日`, `--11-22`. Width does not
/// matter; a time or a weekday behind is ignored. The year 1604 stands for none, as Apple writes it.
///
/// # Errors
/// When nothing, no existing day, or a day outside its era is written.
pub fn read_date(text: &str) -> Result<Date, ReadDateError> {
    let folded: String = text.nfkc().filter(|char| *char != '\'').collect::<String>().to_uppercase();
    let folded = without_tail(folded.trim());
    if let Some(date) = without_year(folded) {
        return date;
    }
    match ERAS
        .iter()
        .find_map(|era| era.names.iter().find_map(|name| Some((era, folded.strip_prefix(name)?))))
    {
        Some((era, rest)) => era_date(era, rest.trim_start()),
        None => gregorian(folded),
    }
}

/// One era of the Japanese calendar.
struct Era {
    /// As it is written before the year.
    names: &'static [&'static str],
    /// The Gregorian year of its first year.
    first_year: i16,
    /// First and last day, year, month, day.
    days: [(i16, u8, u8); 2],
}

const ERAS: &[Era] = &[
    Era { names: &["令和", "令", "R"], first_year: 2019, days: [(2019, 5, 1), (9999, 12, 31)] },
    Era { names: &["平成", "平", "H"], first_year: 1989, days: [(1989, 1, 8), (2019, 4, 30)] },
    Era { names: &["昭和", "昭", "S"], first_year: 1926, days: [(1926, 12, 25), (1989, 1, 7)] },
    Era { names: &["大正", "大", "T"], first_year: 1912, days: [(1912, 7, 30), (1926, 12, 24)] },
    Era { names: &["明治", "明", "M"], first_year: 1868, days: [(1873, 1, 1), (1912, 7, 29)] },
];

/// Without a time (`0:00`, `T00:00:00Z`) or a weekday in brackets.
fn without_tail(text: &str) -> &str {
    let text = text.split_once('(').map_or(text, |(date, _)| date);
    match text.split_once([' ', 'T']) {
        Some((date, time))
            if !date.is_empty() && time.trim_start().starts_with(|char: char| char.is_ascii_digit()) =>
        {
            if time.contains(':') {
                date
            } else {
                text
            }
        }
        _ => text,
    }
    .trim()
}

fn without_year(text: &str) -> Option<Result<Date, ReadDateError>> {
    let numbers = match text.strip_prefix("--") {
        Some(rest) if rest.len() == 4 && !rest.contains('-') => {
            rest.split_at_checked(2).map(|(month, day)| vec![month, day])?
        }
        Some(rest) => split(rest),
        None => split(text),
    };
    let [month, day] = numbers.as_slice() else { return None };
    // `2026/11` is a month, not a day.
    let (month, day) = (small(month)?, small(day)?);
    Some(Date::new(None, month, day).ok_or(ReadDateError::NoSuchDay))
}

fn era_date(era: &Era, rest: &str) -> Result<Date, ReadDateError> {
    let compact = rest.len() == 6 && rest.bytes().all(|byte| byte.is_ascii_digit());
    let parts = if compact { cut(rest, [2, 2, 2]) } else { split(rest) };
    let [year, month, day] = parts.as_slice() else { return Err(ReadDateError::Form) };
    let year = if *year == "元" { Some(1) } else { small(year).filter(|year| *year > 0) };
    let (Some(year), Some(month), Some(day)) = (year, small(month), small(day)) else {
        return Err(ReadDateError::Form);
    };
    let date =
        Date::new(Some(era.first_year + i16::from(year) - 1), month, day).ok_or(ReadDateError::NoSuchDay)?;
    let [from, to] = era.days.map(|(year, month, day)| Date::new(Some(year), month, day));
    let inside = from.is_some_and(|from| from <= date) && to.is_some_and(|to| date <= to);
    match inside {
        true => Ok(date),
        // Before 1873 a month was not the month of today: no day to suggest.
        false if era.first_year == 1868 && from.is_some_and(|from| date < from) => Err(ReadDateError::Form),
        false => Err(ReadDateError::OutsideEra(date)),
    }
}

fn gregorian(text: &str) -> Result<Date, ReadDateError> {
    let compact = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = if compact { cut(text, [4, 2, 2]) } else { split(text) };
    let [first, second, third] = parts.as_slice() else { return Err(ReadDateError::Form) };
    if let Some(year) = four_digits(first) {
        let (Some(month), Some(day)) = (small(second), small(third)) else { return Err(ReadDateError::Form) };
        return Date::new((year != 1604).then_some(year), month, day).ok_or(ReadDateError::NoSuchDay);
    }
    let (Some(first), Some(second), Some(year)) = (small(first), small(second), four_digits(third)) else {
        return Err(ReadDateError::Form);
    };
    match (first, second) {
        (month, day) if month == day || day > 12 => Date::new(Some(year), month, day),
        (day, month) if day > 12 => Date::new(Some(year), month, day),
        _ => return Err(ReadDateError::Form),
    }
    .ok_or(ReadDateError::NoSuchDay)
}

/// The numbers between separators; a closing 日 is dropped.
fn split(text: &str) -> Vec<&str> {
    let text = text.strip_suffix('日').unwrap_or(text);
    text.split(['-', '/', '.', '年', '月', '‐', '−', '―', '–']).map(str::trim).collect()
}

fn cut(text: &str, lengths: [usize; 3]) -> Vec<&str> {
    let mut rest = text;
    let parts = lengths.map(|length| {
        let (part, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = tail;
        part
    });
    parts.to_vec()
}

fn small(digits: &str) -> Option<u8> {
    let plain = matches!(digits.len(), 1 | 2) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

fn four_digits(digits: &str) -> Option<i16> {
    let plain = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse().ok().filter(|year| *year > 0) } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> String {
        read_date(text).map_or_else(|error| error.to_string(), |date| date.to_string())
    }

    #[test]
    fn the_same_day_in_every_way_of_writing_it() {
        for text in [
            "2026-11-22",
            "2026/11/22",
            "2026.11.22",
            "2026年11月22日",
            "20261122",
            "2026/11/22 0:00",
            "2026-11-22T00:00:00Z",
            "２０２６／１１／２２",
            "R8.11.22",
            "r8/11/22",
            "Ｒ８．１１．２２",
            "令和8年11月22日",
            "令8/11/22",
            "㋿8年11月22日",
            "R081122",
            "令和 8年 11月 22日",
            "2026年11月22日(日)",
            "11/22/2026",
            "22/11/2026",
            "2026-11-22 10:30:00",
        ] {
            assert_eq!(read(text), "2026-11-22", "{text}");
        }
        for text in ["11/22", "11月22日", "--11-22", "--1122", "1604-11-22", "16041122"] {
            assert_eq!(read(text), "--11-22", "{text}");
        }
        for (text, date) in [
            ("S35.3.3", "1960-03-03"),
            ("㍼35年3月3日", "1960-03-03"),
            ("S350303", "1960-03-03"),
            ("令和元年5月1日", "2019-05-01"),
            ("T1.7.30", "1912-07-30"),
            ("明治6年1月1日", "1873-01-01"),
            ("2/29", "--02-29"),
            ("H12.2.29", "2000-02-29"),
        ] {
            assert_eq!(read(text), date, "{text}");
        }
    }

    #[test]
    fn each_era_ends_on_the_day_before_the_next() {
        // ICU, calendar ja-JP-u-ca-japanese, agrees on each of these.
        for (last, first) in [
            ("M45.7.29", "T1.7.30"),
            ("T15.12.24", "S1.12.25"),
            ("S64.1.7", "H1.1.8"),
            ("H31.4.30", "R1.5.1"),
        ] {
            assert_eq!(read_date(last).unwrap().plus_days(1), read_date(first).unwrap());
        }
        let outside = |text: &str, date: &str| {
            assert_eq!(read_date(text), Err(ReadDateError::OutsideEra(date.parse().unwrap())), "{text}");
        };
        outside("M45.7.30", "1912-07-30");
        outside("T15.12.25", "1926-12-25");
        outside("S1.12.24", "1926-12-24");
        outside("昭和64年1月8日", "1989-01-08");
        outside("H1.1.7", "1989-01-07");
        outside("H31.5.1", "2019-05-01");
        outside("平成32年4月1日", "2020-04-01");
        outside("R1.4.30", "2019-04-30");
    }

    #[test]
    fn no_day_is_made_up() {
        for text in ["2026/2/30", "20260431", "S35.13.1", "0/0", "2/30", "2023-02-29", "1980-00-00"] {
            assert_eq!(read_date(text), Err(ReadDateError::NoSuchDay), "{text}");
        }
        for text in [
            "",
            "来年",
            "3/4/1980",
            "60/3/3",
            "1980",
            "1980/11",
            "M5.12.2",
            "H0.1.1",
            "2026-11-22-01",
            "令和8年",
            "#####",
            "1.23E+12",
            "0000-00-00",
            "T",
            "R",
            "+026-11-22",
            "Thursday",
        ] {
            assert_eq!(read_date(text), Err(ReadDateError::Form), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(days in -35_000_i64..40_000) {
            let date = Date::from_days(days);
            let (year, month, day) = (date.year().unwrap(), date.month(), date.day());
            prop_assert_eq!(read_date(&format!("{year}年{month}月{day}日")), Ok(date));
            prop_assert_eq!(read_date(&date.to_string()), Ok(date));
            let eras: Vec<_> = ERAS.iter().filter_map(|era| {
                read_date(&format!("{}{}.{month}.{day}", era.names[0], year - era.first_year + 1)).ok()
            }).collect();
            prop_assert_eq!(eras, vec![date], "exactly one era has the day");
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,12}") {
            let _ = read_date(&text);
        }
    }
}
