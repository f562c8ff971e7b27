//! Calendar dates and moments. No clock: the time is always a parameter.

use core::fmt;
use core::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
pub struct Instant(pub i64);

impl Instant {
    /// The calendar date of this moment where the clocks are `offset` minutes ahead of UTC (Japan: 540).
    #[must_use]
    pub fn date(self, offset: i32) -> Date {
        let days = (self.0 + i64::from(offset) * 60_000).div_euclid(86_400_000);
        Date::from_days(days)
    }
}

/// A day of the Gregorian calendar; a birthday may lack its year.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Date {
    year: Option<i16>,
    month: u8,
    day: u8,
}

/// Why a text is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParseDateError {
    /// Not of the form `2026-11-22` or `--11-22`.
    #[error("a date is written 2026-11-22, or --11-22 without a year")]
    Form,
    /// Of the right form, but no such day exists.
    #[error("there is no such day")]
    NoSuchDay,
}

impl Date {
    /// A day that exists, or nothing. Without a year, 29 February does.
    #[must_use]
    pub fn new(year: Option<i16>, month: u8, day: u8) -> Option<Self> {
        let exists = day >= 1 && day <= days_in(year.map_or(2000, i32::from), month)?;
        exists.then_some(Self { year, month, day })
    }

    /// The year, if it is known.
    #[must_use]
    pub fn year(self) -> Option<i16> {
        self.year
    }

    /// 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// 1 to 31.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }

    /// Days since 1970-01-01; nothing without a year.
    #[must_use]
    pub fn days(self) -> Option<i64> {
        // Days from civil: the year starts in March, so that the leap day comes last.
        let shifted = i64::from(self.year?) - i64::from(self.month <= 2);
        let era = shifted.div_euclid(400);
        let of_era = shifted.rem_euclid(400);
        let of_year = (153 * ((i64::from(self.month) + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
    }

    /// The date `days` after 1970-01-01.
    #[must_use]
    pub fn from_days(days: i64) -> Self {
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year + era * 400 + i64::from(month <= 2);
        Self {
            year: Some(i16::try_from(year).unwrap_or(i16::MAX)),
            month: u8::try_from(month).unwrap_or(1),
            day: u8::try_from(day).unwrap_or(1),
        }
    }

    /// The date `days` later (earlier if negative); itself when the year is unknown.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.days().map_or(self, |own| Self::from_days(own + days))
    }

    /// The date `months` later, on the last day of that month if it is shorter.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let Some(year) = self.year else { return self };
        let count = i32::from(year) * 12 + i32::from(self.month) - 1 + months;
        let (year, month) = (count.div_euclid(12), u8::try_from(count.rem_euclid(12) + 1).unwrap_or(1));
        let day = self.day.min(days_in(year, month).unwrap_or(28));
        Self { year: Some(i16::try_from(year).unwrap_or(i16::MAX)), month, day }
    }

    /// 0 for Sunday to 6 for Saturday; nothing without a year.
    #[must_use]
    pub fn weekday(self) -> Option<u8> {
        u8::try_from((self.days()? + 4).rem_euclid(7)).ok()
    }
}

fn days_in(year: i32, month: u8) -> Option<u8> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        _ => None,
    }
}

impl fmt::Display for Date {
    /// ISO 8601: `2026-11-22`; without a year `--11-22` (RFC 6350 §4.3.1, hyphenated).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(f, "{year:04}-{:02}-{:02}", self.month, self.day),
            None => write!(f, "--{:02}-{:02}", self.month, self.day),
        }
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Date {
    type Err = ParseDateError;

    fn from_str(text: &str) -> Result<Self, ParseDateError> {
        let number = |digits: &str, length: usize| {
            let plain = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
            if plain {
                digits.parse::<i16>().map_err(|_| ParseDateError::Form)
            } else {
                Err(ParseDateError::Form)
            }
        };
        let (year, rest) = match text.strip_prefix("--") {
            Some(rest) => (None, rest),
            None => {
                let (year, rest) = text.split_once('-').ok_or(ParseDateError::Form)?;
                (Some(number(year, 4)?), rest)
            }
        };
        let (month, day) = rest.split_once('-').ok_or(ParseDateError::Form)?;
        let small =
            |digits| number(digits, 2).and_then(|n| u8::try_from(n).map_err(|_| ParseDateError::Form));
        Self::new(year, small(month)?, small(day)?).ok_or(ParseDateError::NoSuchDay)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (year, month, day) = Deserialize::deserialize(deserializer)?;
        Self::new(year, month, day).ok_or_else(|| D::Error::custom("there is no such day"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse_over_four_centuries() {
        let start: Date = "1850-01-01".parse().unwrap();
        let mut date = start;
        for days in 0..150_000 {
            let from = Date::from_days(start.days().unwrap() + days);
            assert_eq!(from, date);
            assert_eq!(from.to_string().parse(), Ok(from));
            let tomorrow = Date::new(date.year, date.month, date.day + 1)
                .or_else(|| Date::new(date.year, date.month + 1, 1))
                .or_else(|| Date::new(date.year.map(|year| year + 1), 1, 1));
            date = tomorrow.unwrap();
        }
    }

    #[test]
    fn impossible_days_and_other_forms_are_refused() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "--02-30", "2026-11-00"] {
            assert_eq!(text.parse::<Date>(), Err(ParseDateError::NoSuchDay), "{text}");
        }
        for text in ["", "2026/11/22", "26-11-22", "2026-1-2", "+026-11-22", "2026-11-22 "] {
            assert_eq!(text.parse::<Date>(), Err(ParseDateError::Form), "{text}");
        }
        assert!("--02-29".parse::<Date>().is_ok());
    }

    #[test]
    fn a_month_later_stays_in_the_month() {
        let date: Date = "2026-01-31".parse().unwrap();
        assert_eq!(date.plus_months(1).to_string(), "2026-02-28");
        assert_eq!(date.plus_months(-2).to_string(), "2025-11-30");
        assert_eq!(Date::from_days(0).weekday(), Some(4));
        assert_eq!(Instant(0).date(540).to_string(), "1970-01-01");
        assert_eq!(Instant(-1).date(0).to_string(), "1969-12-31");
    }
}
