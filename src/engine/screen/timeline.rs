//! What happened with a customer, in the order of reading: what is pinned, what is to do, then the past
//! by month, latest first.

use crate::model::records::{Note, Purchase, Task};
use crate::model::{Date, RecordId, sort};

use crate::engine::rows::CustomerPage;

/// What a timeline shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// Everything.
    #[default]
    All,
    /// Notes only.
    Notes,
    /// Tasks only.
    Tasks,
    /// Purchases only.
    Purchases,
}

/// One thing on a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// A note.
    Note(RecordId),
    /// A task.
    Task(RecordId),
    /// A purchase.
    Purchase(RecordId),
}

/// A heading of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Heading {
    /// Pinned notes.
    Pinned,
    /// Open tasks.
    ToDo,
    /// A month: year and number, 1 to 12.
    Month(i16, u8),
    /// Without a day.
    Undated,
}

/// Arranges a page, `most` entries at most. The second value is how many more there are. `offset` is the
/// minutes that local clocks are ahead of UTC.
///
/// A note stands under its date or the day it was written, a finished task under the day it was done.
#[must_use]
pub fn arrange(
    page: &CustomerPage,
    filter: Filter,
    most: usize,
    offset: i32,
) -> (Vec<(Heading, Vec<Entry>)>, usize) {
    let shows = |wanted| filter == Filter::All || filter == wanted;
    let mut entries = Vec::new();
    if shows(Filter::Notes) {
        entries.extend(page.notes.iter().map(|note| (place_of_note(note, offset), Entry::Note(note.id))));
    }
    if shows(Filter::Tasks) {
        entries.extend(page.tasks.iter().map(|task| (place_of_task(task, offset), Entry::Task(task.id))));
    }
    if shows(Filter::Purchases) {
        let place = |purchase: &Purchase| purchase.date.map_or(Place::Undated, Place::past);
        entries.extend(page.purchases.iter().map(|purchase| (place(purchase), Entry::Purchase(purchase.id))));
    }
    // Stable: within one day the order of the page stays.
    sort::by_key(&mut entries, |(place, _)| *place);
    let more = entries.len().saturating_sub(most);
    let mut groups: Vec<(Heading, Vec<Entry>)> = Vec::new();
    for (place, entry) in entries.into_iter().take(most) {
        let heading = place.heading();
        match groups.last_mut() {
            Some((last, group)) if *last == heading => group.push(entry),
            _ => groups.push((heading, vec![entry])),
        }
    }
    (groups, more)
}

/// How many entries each filter shows: all, notes, tasks, purchases.
#[must_use]
pub fn counts(page: &CustomerPage) -> [usize; 4] {
    let (notes, tasks, purchases) = (page.notes.len(), page.tasks.len(), page.purchases.len());
    [notes + tasks + purchases, notes, tasks, purchases]
}

/// Where an entry stands; the order of the variants and of their content is that of the timeline.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Pinned,
    /// By due date, those without last.
    ToDo(bool, Option<i64>),
    /// Days before the end of time, so that the latest comes first.
    Past(i64, Date),
    Undated,
}

impl Place {
    fn past(day: Date) -> Self {
        day.days().map_or(Self::Undated, |days| Self::Past(-days, day))
    }

    fn heading(self) -> Heading {
        match self {
            Self::Pinned => Heading::Pinned,
            Self::ToDo(..) => Heading::ToDo,
            Self::Past(_, date) => Heading::Month(date.year().unwrap_or(0), date.month()),
            Self::Undated => Heading::Undated,
        }
    }
}

fn place_of_note(note: &Note, offset: i32) -> Place {
    if note.pinned {
        Place::Pinned
    } else {
        Place::past(note.date.unwrap_or_else(|| note.created.date(offset)))
    }
}

fn place_of_task(task: &Task, offset: i32) -> Place {
    let due = task.due.and_then(Date::days);
    task.done.map_or(Place::ToDo(due.is_none(), due), |done| Place::past(done.date(offset)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Instant;

    fn date(text: &str) -> Option<Date> {
        Some(text.parse().unwrap())
    }

    fn page() -> CustomerPage {
        let id = |number| RecordId([number; 16]);
        let noon = |text: &str| Instant(date(text).unwrap().days().unwrap() * 86_400_000 + 43_200_000);
        CustomerPage {
            notes: vec![
                Note { id: id(1), pinned: true, date: date("2020-01-01"), ..Note::default() },
                Note { id: id(2), date: date("2026-11-02"), ..Note::default() },
                Note { id: id(3), created: noon("2026-10-31"), ..Note::default() },
            ],
            tasks: vec![
                Task { id: id(4), ..Task::default() },
                Task { id: id(5), due: date("2027-01-01"), ..Task::default() },
                Task {
                    id: id(6),
                    due: date("2026-11-01"),
                    done: Some(noon("2026-11-20")),
                    ..Task::default()
                },
            ],
            purchases: vec![
                Purchase { id: id(7), date: date("2026-11-10"), ..Purchase::default() },
                Purchase { id: id(8), ..Purchase::default() },
            ],
            ..CustomerPage::default()
        }
    }

    fn shape(filter: Filter, most: usize) -> (Vec<(Heading, Vec<u8>)>, usize) {
        let (groups, more) = arrange(&page(), filter, most, 540);
        let number = |entry: &Entry| match entry {
            Entry::Note(id) | Entry::Task(id) | Entry::Purchase(id) => id.0[0],
        };
        (
            groups
                .into_iter()
                .map(|(heading, group)| (heading, group.iter().map(number).collect()))
                .collect(),
            more,
        )
    }

    #[test]
    fn pinned_then_to_do_then_the_past_by_month() {
        let (groups, more) = shape(Filter::All, 100);
        assert_eq!(
            groups,
            [
                (Heading::Pinned, vec![1]),
                (Heading::ToDo, vec![5, 4]),
                (Heading::Month(2026, 11), vec![6, 7, 2]),
                (Heading::Month(2026, 10), vec![3]),
                (Heading::Undated, vec![8]),
            ]
        );
        assert_eq!(more, 0);
    }

    #[test]
    fn filters_and_the_limit_hide_the_rest_and_count_it() {
        assert_eq!(shape(Filter::Purchases, 1), (vec![(Heading::Month(2026, 11), vec![7])], 1));
        assert_eq!(shape(Filter::Notes, 2).1, 1);
        assert_eq!(counts(&page()), [8, 3, 3, 2]);
        for (filter, count) in
            [Filter::All, Filter::Notes, Filter::Tasks, Filter::Purchases].into_iter().zip(counts(&page()))
        {
            let shown: usize = shape(filter, 100).0.iter().map(|(_, group)| group.len()).sum();
            assert_eq!(shown, count);
        }
    }
}
