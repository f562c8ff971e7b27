//! Tasks for other calendars: iCalendar (RFC 5545).
//!
//! The calendars of phones pass over `VTODO`, so a task is an event of a whole day, with an alarm at nine in
//! the morning. There are no attendees: a calendar would send them mail. What repeats stands there with its
//! next day only: when that is done, the day after it is another task, and a series would go on beside it.

use crate::model::{Date, Instant, RecordId};

/// The longest line in octets, without its line break (RFC 5545 §3.1).
const LINE: usize = 75;

/// A task with a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The task: importing the same file again changes the event instead of adding one.
    pub id: RecordId,
    /// What there is to do.
    pub title: String,
    /// More about it; empty for nothing.
    pub description: String,
    /// The day.
    pub day: Date,
    /// When it changed last.
    pub changed: Instant,
}

/// Writes a calendar. `now` is when; a day without a year is left out.
#[must_use]
pub fn write(events: &[Event], now: Instant) -> String {
    let mut out = Lines::default();
    out.line("BEGIN:VCALENDAR");
    out.line("VERSION:2.0");
    out.line("PRODID:-//Daifuku//Daifuku//EN");
    out.line("CALSCALE:GREGORIAN");
    for event in events {
        let Some((first, end)) = plain(event.day).zip(plain(event.day.plus_days(1))) else { continue };
        out.line("BEGIN:VEVENT");
        out.line(&format!("UID:{}@daifuku", event.id));
        out.line(&format!("DTSTAMP:{}", stamp(now)));
        out.line(&format!("LAST-MODIFIED:{}", stamp(event.changed)));
        // It only grows, so a later file replaces what an earlier one brought.
        out.line(&format!("SEQUENCE:{}", event.changed.0.div_euclid(1_000).clamp(0, i64::from(i32::MAX))));
        out.line(&format!("DTSTART;VALUE=DATE:{first}"));
        out.line(&format!("DTEND;VALUE=DATE:{end}"));
        out.line(&format!("SUMMARY:{}", escape(&event.title)));
        if !event.description.is_empty() {
            out.line(&format!("DESCRIPTION:{}", escape(&event.description)));
        }
        out.line("TRANSP:TRANSPARENT");
        out.line("BEGIN:VALARM");
        out.line("ACTION:DISPLAY");
        out.line(&format!("DESCRIPTION:{}", escape(&event.title)));
        out.line("TRIGGER:PT9H");
        out.line("END:VALARM");
        out.line("END:VEVENT");
    }
    out.line("END:VCALENDAR");
    out.0
}

/// `20261126`.
fn plain(day: Date) -> Option<String> {
    Some(format!("{:04}{:02}{:02}", day.year()?, day.month(), day.day()))
}

/// `20261126T091500Z`.
fn stamp(at: Instant) -> String {
    let seconds = at.0.div_euclid(1_000);
    let day = plain(Date::from_days(seconds.div_euclid(86_400))).unwrap_or_default();
    let time = seconds.rem_euclid(86_400);
    format!("{day}T{:02}{:02}{:02}Z", time / 3_600, time / 60 % 60, time % 60)
}

/// A text as RFC 5545 §3.3.11 writes it; other control characters have no place in it.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' | '\r' => out.push_str("\\n"),
            letter if letter.is_control() && letter != '\t' => {}
            letter => out.push(letter),
        }
    }
    out
}

/// Content lines, folded between characters.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn line(&mut self, text: &str) {
        let mut length = 0;
        for letter in text.chars() {
            if length + letter.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(letter);
            length += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(title: &str) -> Event {
        Event {
            id: RecordId([7; 16]),
            title: title.to_owned(),
            description: String::new(),
            day: "2026-12-31".parse().unwrap(),
            changed: Instant(1_795_478_400_000),
        }
    }

    /// The value of a property, unfolded and unescaped, as a reader has it.
    fn read(calendar: &str, name: &str) -> Vec<String> {
        let unfolded = calendar.replace("\r\n ", "");
        let values = unfolded.split("\r\n").filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let unescape = |value: &str| {
            let mut out = String::new();
            let mut letters = value.chars();
            while let Some(letter) = letters.next() {
                match letter {
                    '\\' => match letters.next() {
                        Some('n') => out.push('\n'),
                        Some(other) => out.push(other),
                        None => panic!("{value} ends with an escape"),
                    },
                    letter => out.push(letter),
                }
            }
            out
        };
        values.map(unescape).collect()
    }

    #[test]
    fn a_task_is_an_event_of_a_whole_day() {
        let calendar = write(&[event("請求書；送る, 急ぎ")], Instant(1_795_513_200_000));
        let lines: Vec<&str> = calendar.split("\r\n").collect();
        for line in [
            "UID:07070707070707070707070707070707@daifuku",
            "DTSTART;VALUE=DATE:20261231",
            "DTEND;VALUE=DATE:20270101",
            "SUMMARY:請求書；送る\\, 急ぎ",
            "LAST-MODIFIED:20261124T000000Z",
            "DTSTAMP:20261124T094000Z",
        ] {
            assert!(lines.contains(&line), "{line} is missing in {calendar}");
        }
        assert!(!calendar.contains("ATTENDEE"));
    }

    #[test]
    fn what_has_no_year_is_left_out() {
        let calendar = write(&[Event { day: "--02-29".parse().unwrap(), ..event("誕生日") }], Instant(0));
        assert!(!calendar.contains("VEVENT"));
    }

    proptest! {
        #[test]
        fn texts_come_back(title in "[\\PC\n\\\\,;]{0,120}", description in "[\\PC\n]{1,40}") {
            let event = Event { description: description.clone(), ..event(&title) };
            let calendar = write(&[event], Instant(0));
            prop_assert_eq!(&read(&calendar, "SUMMARY"), core::slice::from_ref(&title));
            prop_assert_eq!(&read(&calendar, "DESCRIPTION"), &[description, title]);
            for line in calendar.split("\r\n") {
                prop_assert!(line.len() <= LINE, "{}", line);
            }
        }
    }
}
