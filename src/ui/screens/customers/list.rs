//! The list of customers as the screen holds it: what was searched, the order, the rows around what is
//! seen. Lives as long as the notebook is open, so that the list is found again as it was left.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::engine::protocol::{Reply, Request, Sort, ViewQuery};
use crate::engine::rows::{Count, CustomerRow, RailEntry};
use crate::engine::screen::cache::{PAGE, RowCache};
use crate::ui::reactive::{effect, memo};
use crate::ui::session::{ListState, Session, use_session};
use crate::ui::widgets::window_list::Scroller;

/// The number of this list among the engine's.
const VIEW: u32 = 1;

/// The list; a copy is the same list.
#[derive(Clone, Copy)]
pub struct CustomerList {
    /// What stands in the search box.
    pub search: RwSignal<String>,
    /// The order, when nothing is searched.
    pub sort: RwSignal<Sort>,
    /// What the rows that are shown were found for.
    pub found_for: RwSignal<String>,
    /// How many there are; nothing before the first answer.
    pub count: RwSignal<Option<Count>>,
    /// Where the marks of the rail begin.
    pub rail: RwSignal<Vec<RailEntry>>,
    /// Whether the name of a new customer is asked for.
    pub adding: RwSignal<bool>,
    /// Where the list stands.
    pub scroller: Scroller,
    rows: RwSignal<RowCache<CustomerRow>>,
    /// Whether an answer to a query is awaited. The next query is sent when it is there.
    asking: StoredValue<bool>,
    /// The last query that was sent.
    asked: StoredValue<Option<(String, Sort)>>,
    session: Session,
}

/// The list of the open notebook.
///
/// # Panics
/// Outside of what [`CustomerList::provide`] was called for.
#[must_use]
pub fn use_customer_list() -> CustomerList {
    expect_context::<CustomerList>()
}

impl CustomerList {
    /// Makes the list and gives it to everything below.
    pub fn provide() {
        let list = Self {
            search: RwSignal::default(),
            sort: RwSignal::new(Sort::Reading),
            found_for: RwSignal::default(),
            count: RwSignal::new(None),
            rail: RwSignal::default(),
            adding: RwSignal::new(false),
            scroller: Scroller::default(),
            rows: RwSignal::default(),
            asking: StoredValue::new(false),
            asked: StoredValue::new(None),
            session: use_session(),
        };
        provide_context(list);
        let revision = list.follow();
        // Rows that came into sight, or whose list changed.
        let wanted = memo(move || list.scroller.rows());
        effect(move || {
            wanted.get();
            revision.get();
            list.fetch();
        });
    }

    /// A row, if it is here.
    #[must_use]
    pub fn row(self, index: u32) -> Option<CustomerRow> {
        self.rows.with(|rows| rows.row(index).cloned())
    }

    /// Something of a row, if it is here.
    #[must_use]
    pub fn with_row<T>(self, index: u32, read: impl FnOnce(&CustomerRow) -> T) -> Option<T> {
        self.rows.with(|rows| rows.row(index).map(read))
    }

    /// The same, without following it.
    #[must_use]
    pub fn with_row_now<T>(self, index: u32, read: impl FnOnce(&CustomerRow) -> T) -> Option<T> {
        self.rows.try_with_untracked(|rows| rows.row(index).map(read)).flatten()
    }

    /// Asks for what is searched and sorted now. While an answer is awaited nothing is sent; what was
    /// typed in between is asked for, in its last form, right after.
    pub fn ask(self) {
        if self.asking.try_get_value() != Some(false) {
            return;
        }
        self.asking.set_value(true);
        spawn_local(async move {
            while let Some((search, sort)) = self.next_query() {
                let query = ViewQuery { view: VIEW, search: search.clone(), sort };
                let Ok(Reply::View { count, rail, .. }) =
                    self.session.engine.call(Request::OpenView(query)).await
                else {
                    self.asked.try_set_value(None);
                    break;
                };
                // The first rows come with the list, so that it changes at once and not in two steps.
                let told = self.told();
                let rows = Request::Rows { view: VIEW, start: 0, count: PAGE };
                let Ok(Reply::Rows(rows)) = self.session.engine.call(rows).await else {
                    self.asked.try_set_value(None);
                    break;
                };
                // What the engine said of the list meanwhile is newer than its answer.
                let news =
                    self.told().filter(|news| Some(news.revision) != told.as_ref().map(|told| told.revision));
                let (count, rail) = news.map_or((count, rail), |news| (news.count, news.rail));
                self.show(search, count, rail, rows);
            }
            self.asking.try_update_value(|asking| *asking = false);
        });
    }

    /// What the engine said of the list without being asked.
    fn told(self) -> Option<ListState> {
        self.session.lists.try_with_untracked(|lists| lists.get(&VIEW).cloned()).flatten()
    }

    fn next_query(self) -> Option<(String, Sort)> {
        let query = (self.search.try_get_untracked()?, self.sort.try_get_untracked()?);
        let is_new = self.asked.try_with_value(|asked| asked.as_ref() != Some(&query))?;
        is_new.then(|| {
            self.asked.set_value(Some(query.clone()));
            query
        })
    }

    fn show(self, search: String, count: Count, rail: Vec<RailEntry>, rows: Vec<CustomerRow>) {
        self.rows.try_update(|cache| {
            cache.change(count.known());
            let version = cache.version();
            cache.fill(0, version, rows);
        });
        self.rail.try_set(rail);
        self.count.try_set(Some(count));
        self.found_for.try_set(search);
        self.scroller.set_count(count.known());
        self.scroller.jump(0);
    }

    /// Follows what the engine says of the list. The memo changes whenever it did.
    fn follow(self) -> Memo<u64> {
        let revision =
            memo(move || self.session.lists.with(|lists| lists.get(&VIEW).map_or(0, |list| list.revision)));
        effect(move || {
            revision.get();
            // Before the first answer there is nothing to be changed; see `ask`.
            if let (Some(news), Some(_)) = (self.told(), self.count.get_untracked()) {
                let known = news.count.known();
                self.rows.update(|cache| cache.change(known));
                self.rail.set(news.rail);
                self.count.set(Some(news.count));
                self.scroller.set_count(known);
            }
        });
        revision
    }

    fn fetch(self) {
        let range = self.scroller.rows_now();
        let asked = self.rows.try_update_untracked(|rows| (rows.version(), rows.ask(range)));
        let Some((version, pages)) = asked else { return };
        for page in pages {
            spawn_local(async move {
                let request = Request::Rows { view: VIEW, start: page * PAGE, count: PAGE };
                let answer = self.session.engine.call(request).await;
                match answer {
                    Ok(Reply::Rows(rows)) => {
                        self.rows.try_update(|cache| cache.fill(page, version, rows));
                    }
                    _ => {
                        self.rows.try_update_untracked(|cache| cache.give_up(page));
                    }
                }
            });
        }
    }
}
