//! Dates, times, sizes and counts as a person reads them, in both languages.

use crate::engine::protocol::Language;
use crate::model::{Date, Instant};

const WEEKDAYS_JA: [&str; 7] = ["日", "月", "火", "水", "木", "金", "土"];
const WEEKDAYS_EN: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS_EN: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `2026年11月22日` or `22 Nov 2026`; without a year `11月22日` or `22 Nov`.
#[must_use]
pub fn date(date: Date, language: Language) -> String {
    let day = short_date(date, language);
    match (date.year(), language) {
        (None, _) => day,
        (Some(year), Language::Japanese) => format!("{year}年{day}"),
        (Some(year), Language::English) => format!("{day} {year}"),
    }
}

/// `11月22日(日)` or `Sun 22 Nov`, with the year in front or behind unless it is that of `today`.
#[must_use]
pub fn near_date(day: Date, today: Date, language: Language) -> String {
    let text = if day.year() == today.year() { short_date(day, language) } else { date(day, language) };
    match (weekday(day, language), language) {
        (None, _) => text,
        (Some(weekday), Language::Japanese) => format!("{text}({weekday})"),
        (Some(weekday), Language::English) => format!("{weekday} {text}"),
    }
}

/// `14:05` of the clock that is `offset` minutes ahead of UTC.
#[must_use]
pub fn time(instant: Instant, offset: i32) -> String {
    let minutes = (instant.0.div_euclid(60_000) + i64::from(offset)).rem_euclid(24 * 60);
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// `2026年11月22日 14:05` or `22 Nov 2026 14:05`.
#[must_use]
pub fn date_time(instant: Instant, offset: i32, language: Language) -> String {
    format!("{} {}", date(instant.date(offset), language), time(instant, offset))
}

/// `1,234,567`.
#[must_use]
pub fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        text.push('-');
    }
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `12,500円` or `¥12,500`.
#[must_use]
pub fn yen(amount: i64, language: Language) -> String {
    match language {
        Language::Japanese => format!("{}円", number(amount)),
        Language::English if amount < 0 => format!("-¥{}", number(amount.saturating_neg())),
        Language::English => format!("¥{}", number(amount)),
    }
}

/// `4.2 MB`, in steps of 1,000 as file managers show them.
#[must_use]
pub fn bytes(count: u64) -> String {
    let (unit, name) = match count {
        0..1_000 => return format!("{count} B"),
        1_000..1_000_000 => (1_000, "KB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    format!("{}.{} {name}", count / unit, count % unit * 10 / unit)
}

/// The text on a recovery sheet, in groups of four after its beginning, as it is read off paper.
#[must_use]
pub fn in_groups(identity: &str) -> String {
    let (beginning, rest) = identity.split_once("-1").unwrap_or(("", identity));
    let mut text = if beginning.is_empty() { String::new() } else { format!("{beginning}-1") };
    for (index, letter) in rest.chars().filter(|letter| !letter.is_whitespace()).enumerate() {
        if index % 4 == 0 && !text.is_empty() {
            text.push(' ');
        }
        text.push(letter);
    }
    text
}

fn short_date(date: Date, language: Language) -> String {
    match language {
        Language::Japanese => format!("{}月{}日", date.month(), date.day()),
        Language::English => {
            let month =
                MONTHS_EN.get(usize::from(date.month()).saturating_sub(1)).copied().unwrap_or_default();
            format!("{} {month}", date.day())
        }
    }
}

fn weekday(date: Date, language: Language) -> Option<&'static str> {
    let names = match language {
        Language::Japanese => &WEEKDAYS_JA,
        Language::English => &WEEKDAYS_EN,
    };
    names.get(usize::from(date.weekday()?)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{English, Japanese};

    #[test]
    fn dates_read_naturally() {
        let day: Date = "2026-11-22".parse().unwrap();
        let birthday: Date = "--02-29".parse().unwrap();
        assert_eq!(date(day, Japanese), "2026年11月22日");
        assert_eq!(date(day, English), "22 Nov 2026");
        assert_eq!(date(birthday, Japanese), "2月29日");
        assert_eq!(near_date(day, day, Japanese), "11月22日(日)");
        assert_eq!(near_date(day, day, English), "Sun 22 Nov");
        assert_eq!(near_date(day, "2027-01-01".parse().unwrap(), Japanese), "2026年11月22日(日)");
        assert_eq!(near_date(birthday, day, English), "29 Feb");
    }

    #[test]
    fn the_text_of_a_sheet_is_read_in_groups() {
        assert_eq!(in_groups("AGE-SECRET-KEY-1QPZRY9X8G"), "AGE-SECRET-KEY-1 QPZR Y9X8 G");
        assert_eq!(in_groups("AGE-SECRET-KEY-1QPZR Y9X8\nG"), "AGE-SECRET-KEY-1 QPZR Y9X8 G");
        assert_eq!(in_groups("ABCDE"), "ABCD E");
        assert_eq!(in_groups(""), "");
    }

    #[test]
    fn times_follow_the_clock_on_the_wall() {
        assert_eq!(time(Instant(0), 540), "9:00");
        assert_eq!(time(Instant(-60_000), 0), "23:59");
        assert_eq!(date_time(Instant(1_795_305_900_000), 540, Japanese), "2026年11月22日 9:05");
    }

    #[test]
    fn numbers_are_grouped() {
        let texts = [0, 999, 1000, -1_234_567, i64::MIN].map(number);
        assert_eq!(texts, ["0", "999", "1,000", "-1,234,567", "-9,223,372,036,854,775,808"]);
        assert_eq!(yen(-12_500, English), "-¥12,500");
        assert_eq!(yen(12_500, Japanese), "12,500円");
        assert_eq!(
            [0, 999, 1_000, 4_250_000, 12_000_000_000].map(bytes),
            ["0 B", "999 B", "1.0 KB", "4.2 MB", "12.0 GB"]
        );
    }
}
