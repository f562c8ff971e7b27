//! Days as people speak of them: due dates in one tap, ages.

use crate::model::Date;

/// A due date that takes one tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// 今日.
    Today,
    /// 明日.
    Tomorrow,
    /// 来週: the Monday of the next week, weeks beginning on Monday.
    NextWeek,
}

impl Shortcut {
    /// The day meant, seen from `today`.
    #[must_use]
    pub fn date(self, today: Date) -> Date {
        match self {
            Self::Today => today,
            Self::Tomorrow => today.plus_days(1),
            Self::NextWeek => {
                // Monday is 1: seven days from a Monday, one from a Sunday.
                let weekday = i64::from(today.weekday().unwrap_or(1));
                today.plus_days((7 - weekday) % 7 + 1)
            }
        }
    }
}

/// Whole years from a birthday to `today`; nothing without a year or before birth. Who was born on
/// 29 February turns a year older on 1 March of other years.
#[must_use]
pub fn age(birthday: Date, today: Date) -> Option<u16> {
    let (born, year) = (birthday.year()?, today.year()?);
    let passed = (today.month(), today.day()) >= (birthday.month(), birthday.day());
    u16::try_from(i32::from(year) - i32::from(born) - i32::from(!passed)).ok()
}

/// The next day, `today` at the earliest, on which a birthday is celebrated: 29 February on 1 March of years
/// that have none. Nothing when the calendar ends before.
#[must_use]
pub fn next_anniversary(birthday: Date, today: Date) -> Option<Date> {
    let year = today.year()?;
    let on = |year: i16| {
        Date::new(Some(year), birthday.month(), birthday.day()).or_else(|| Date::new(Some(year), 3, 1))
    };
    on(year).filter(|day| *day >= today).or_else(|| on(year.checked_add(1)?))
}

/// The days from `today` to `date`: 0 today, negative before.
#[must_use]
pub fn days_until(date: Date, today: Date) -> Option<i64> {
    Some(date.days()? - today.days()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn next_week_is_a_monday_one_to_seven_days_away() {
        for day in 0..14 {
            let today = date("2026-11-22").plus_days(day);
            let next = Shortcut::NextWeek.date(today);
            assert_eq!(next.weekday(), Some(1));
            assert!((1..=7).contains(&days_until(next, today).unwrap()), "{today} {next}");
        }
        assert_eq!(Shortcut::NextWeek.date(date("2026-11-22")), date("2026-11-23"));
        assert_eq!(Shortcut::NextWeek.date(date("2026-11-23")), date("2026-11-30"));
        assert_eq!(Shortcut::Tomorrow.date(date("2026-12-31")), date("2027-01-01"));
    }

    #[test]
    fn anniversaries_come_once_a_year() {
        let next =
            |birthday: &str, today: &str| next_anniversary(date(birthday), date(today)).unwrap().to_string();
        assert_eq!(next("1961-11-22", "2026-11-22"), "2026-11-22");
        assert_eq!(next("1961-11-22", "2026-11-23"), "2027-11-22");
        assert_eq!(next("--01-03", "2026-12-30"), "2027-01-03");
        assert_eq!(next("2000-02-29", "2026-02-28"), "2026-03-01");
        assert_eq!(next("2000-02-29", "2028-02-28"), "2028-02-29");
        assert_eq!(next("2000-02-29", "2027-03-02"), "2028-02-29");
        for day in 0..800 {
            let today = date("2026-11-22").plus_days(day);
            for birthday in ["--02-29", "1950-12-31", "1999-01-01"] {
                let next = next_anniversary(date(birthday), today).unwrap();
                assert!((0..=366).contains(&days_until(next, today).unwrap()));
            }
        }
    }

    #[test]
    fn ages_change_on_the_birthday() {
        assert_eq!(age(date("1961-11-22"), date("2026-11-21")), Some(64));
        assert_eq!(age(date("1961-11-22"), date("2026-11-22")), Some(65));
        assert_eq!(age(date("2000-02-29"), date("2026-02-28")), Some(25));
        assert_eq!(age(date("2000-02-29"), date("2026-03-01")), Some(26));
        assert_eq!(age(date("2030-01-01"), date("2026-03-01")), None);
        assert_eq!(age(date("--11-22"), date("2026-11-22")), None);
    }
}
