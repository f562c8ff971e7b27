//! Which screen is shown, as it stands behind the `#` of the address.
//!
//! The fragment works below any path and on a server that knows only files, survives a reload, and makes
//! the browser's own back button work. It holds a random id at most: what was searched never gets into the
//! browser's history.

use core::fmt;

use crate::model::RecordId;

/// A screen of the open notebook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// What the day begins with.
    #[default]
    Today,
    /// The list of customers.
    Customers,
    /// One customer's page; beside the list where there is room.
    Customer(RecordId),
    /// What there is to do.
    Tasks,
    /// Taking in a CSV file.
    Import,
    /// Giving customers to colleagues, as a file.
    Share,
    /// Taking in a file from a colleague.
    TakeIn,
    /// The colleagues and their keys.
    Team,
    /// What waits for a decision.
    Conflicts,
    /// Who received what.
    Ledger,
    /// Backups and the recovery sheet.
    Backup,
    /// The trash.
    Trash,
    /// Settings.
    Settings,
}

impl Route {
    /// Reads a fragment with or without its `#`; without one it is today, anything unknown is the list of
    /// customers.
    #[must_use]
    pub fn parse(fragment: &str) -> Self {
        let path = fragment.trim_start_matches('#');
        if path.is_empty() {
            return Self::Today;
        }
        let path = path.trim_start_matches('/');
        match path.split_once('/') {
            Some(("customer", id)) => id.parse().map_or(Self::Customers, Self::Customer),
            Some(_) => Self::Customers,
            None => match path {
                "today" => Self::Today,
                "tasks" => Self::Tasks,
                "import" => Self::Import,
                "share" => Self::Share,
                "take-in" => Self::TakeIn,
                "team" => Self::Team,
                "conflicts" => Self::Conflicts,
                "ledger" => Self::Ledger,
                "backup" => Self::Backup,
                "trash" => Self::Trash,
                "settings" => Self::Settings,
                _ => Self::Customers,
            },
        }
    }

    /// The customer whose page is shown.
    #[must_use]
    pub fn customer(self) -> Option<RecordId> {
        match self {
            Self::Customer(id) => Some(id),
            _ => None,
        }
    }
}

impl fmt::Display for Route {
    /// The fragment with its `#`, to be used as the address of a link.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Today => f.write_str("#/today"),
            Self::Customers => f.write_str("#/"),
            Self::Customer(id) => write!(f, "#/customer/{id}"),
            Self::Tasks => f.write_str("#/tasks"),
            Self::Import => f.write_str("#/import"),
            Self::Share => f.write_str("#/share"),
            Self::TakeIn => f.write_str("#/take-in"),
            Self::Team => f.write_str("#/team"),
            Self::Conflicts => f.write_str("#/conflicts"),
            Self::Ledger => f.write_str("#/ledger"),
            Self::Backup => f.write_str("#/backup"),
            Self::Trash => f.write_str("#/trash"),
            Self::Settings => f.write_str("#/settings"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn routes() -> impl Strategy<Value = Route> {
        prop_oneof![
            Just(Route::Today),
            Just(Route::Customers),
            any::<[u8; 16]>().prop_map(|id| Route::Customer(RecordId(id))),
            Just(Route::Tasks),
            Just(Route::Import),
            Just(Route::Share),
            Just(Route::TakeIn),
            Just(Route::Team),
            Just(Route::Conflicts),
            Just(Route::Ledger),
            Just(Route::Backup),
            Just(Route::Trash),
            Just(Route::Settings),
        ]
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(route in routes()) {
            prop_assert_eq!(Route::parse(&route.to_string()), route);
        }

        #[test]
        fn any_fragment_leads_somewhere(fragment in ".*") {
            let route = Route::parse(&fragment);
            prop_assert_eq!(Route::parse(&route.to_string()), route);
        }
    }

    #[test]
    fn broken_links_lead_to_the_list() {
        for fragment in ["#/", "#/customer/12", "#/customer/", "#/tasks/x", "#main"] {
            assert_eq!(Route::parse(fragment), Route::Customers, "{fragment}");
        }
        assert_eq!(["", "#"].map(Route::parse), [Route::Today; 2]);
    }
}
