//! What was found, in groups. A search that ends late is dropped.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::command::Command;
use super::use_finder;
use crate::engine::protocol::{Reply, Request, Sort, ViewQuery};
use crate::engine::rows::{Count, CustomerRow, RecentRow, TaskRow};
use crate::ui::clock::today;
use crate::ui::session::{Session, use_session};
use crate::ui::text::{Texts, t_string};

/// The number of this list among the engine's.
const VIEW: u32 = 2;
/// So many customers are shown.
const MOST_CUSTOMERS: u32 = 8;

/// Something that can be chosen.
#[derive(Clone, Debug)]
pub(super) enum Hit {
    /// A customer, where the search matched it.
    Customer(Box<CustomerRow>),
    /// All customers that were found: so many.
    All(Count),
    /// A task.
    Task(Box<TaskRow>),
    /// A screen, or something to do.
    Command(Command),
    /// A customer who was looked at lately.
    Recent(RecentRow),
    /// What was searched lately.
    Search(String),
}

/// A group of them.
pub(super) struct Found {
    pub(super) title: &'static str,
    pub(super) hits: Vec<Hit>,
}

/// What was found; a copy is the same.
#[derive(Clone, Copy)]
pub(super) struct Hits {
    /// What the rest was found for.
    text: RwSignal<String>,
    customers: RwSignal<Vec<CustomerRow>>,
    count: RwSignal<Count>,
    tasks: RwSignal<Vec<TaskRow>>,
    recent: RwSignal<Vec<RecentRow>>,
    asked: StoredValue<u32>,
    /// What stands in the box.
    pub(super) typed: RwSignal<String>,
    /// Which of all is chosen.
    pub(super) active: RwSignal<usize>,
    /// Whether the answer to what stands in the box is awaited.
    pub(super) pending: RwSignal<bool>,
    session: Session,
}

impl Hits {
    /// Nothing found yet; asks for who was looked at lately.
    pub(super) fn load() -> Self {
        let hits = Self {
            text: RwSignal::default(),
            customers: RwSignal::default(),
            count: RwSignal::new(Count::Exactly(0)),
            tasks: RwSignal::default(),
            recent: RwSignal::default(),
            asked: StoredValue::new(0),
            typed: RwSignal::default(),
            active: RwSignal::new(0),
            pending: RwSignal::new(false),
            session: use_session(),
        };
        spawn_local(async move {
            if let Ok(Reply::Today(board)) = hits.session.engine.call(Request::Today { today: today() }).await
            {
                hits.recent.try_set(board.recent);
            }
        });
        hits
    }

    /// What was searched for what is shown.
    pub(super) fn found_for(self) -> String {
        self.text.get().trim().to_owned()
    }

    /// Searches; what is shown stays until the answer is there.
    pub(super) fn search(self, text: String) {
        let number = self.asked.get_value().wrapping_add(1);
        self.asked.set_value(number);
        self.typed.set(text.clone());
        self.pending.set(true);
        spawn_local(async move {
            let found = if text.trim().is_empty() { None } else { self.ask(&text).await };
            if self.asked.try_get_value() != Some(number) {
                return;
            }
            let (count, customers, tasks) = found.unwrap_or((Count::Exactly(0), Vec::new(), Vec::new()));
            self.count.try_set(count);
            self.customers.try_set(customers);
            self.tasks.try_set(tasks);
            self.text.try_set(text);
            self.active.try_set(0);
            self.pending.try_set(false);
        });
    }

    async fn ask(self, text: &str) -> Option<(Count, Vec<CustomerRow>, Vec<TaskRow>)> {
        let engine = self.session.engine;
        let query = ViewQuery { view: VIEW, search: text.to_owned(), sort: Sort::Reading };
        let Ok(Reply::View { count, .. }) = engine.call(Request::OpenView(query)).await else { return None };
        let rows = Request::Rows { view: VIEW, start: 0, count: MOST_CUSTOMERS };
        let Ok(Reply::Rows(rows)) = engine.call(rows).await else { return None };
        let tasks = match engine.call(Request::FindTasks(text.to_owned())).await {
            Ok(Reply::FoundTasks(tasks)) => tasks,
            _ => Vec::new(),
        };
        Some((count, rows, tasks))
    }

    /// All groups that hold something.
    pub(super) fn groups(self, i18n: Texts) -> Vec<Found> {
        let text = self.text.get();
        let is_idle = text.trim().is_empty();
        let mut groups = Vec::new();
        let customers = self.customers.get();
        let mut hits: Vec<Hit> = customers.into_iter().map(|row| Hit::Customer(Box::new(row))).collect();
        let count = self.count.get();
        if !matches!(count, Count::Exactly(count) if count <= MOST_CUSTOMERS) {
            hits.push(Hit::All(count));
        }
        groups.push(Found { title: t_string!(i18n, find.customers), hits });
        let hits = self.tasks.get().into_iter().map(|row| Hit::Task(Box::new(row))).collect();
        groups.push(Found { title: t_string!(i18n, find.tasks), hits });
        if is_idle {
            let hits = use_finder().searches.get().into_iter().map(Hit::Search).collect();
            groups.push(Found { title: t_string!(i18n, find.searches), hits });
            let hits = self.recent.get().into_iter().map(Hit::Recent).collect();
            groups.push(Found { title: t_string!(i18n, find.recent), hits });
        }
        let commands = Command::matching(&text, i18n, self.session).into_iter().map(Hit::Command);
        groups.push(Found { title: t_string!(i18n, find.commands), hits: commands.collect() });
        groups.retain(|group| !group.hits.is_empty());
        groups
    }

    /// All of them, in the order in which they are shown.
    pub(super) fn all(self, i18n: Texts) -> Vec<Hit> {
        self.groups(i18n).into_iter().flat_map(|group| group.hits).collect()
    }

    /// Whether something was searched and nothing was found.
    pub(super) fn is_nothing(self, i18n: Texts) -> bool {
        !self.text.with(|text| text.trim().is_empty()) && self.groups(i18n).is_empty()
    }
}
