//! The screens, one file each. Each has one `<h1>`; the shell around them has the landmarks.

pub mod backup;
pub mod begin_restore;
pub mod customer;
pub mod customers;
pub mod find;
pub mod first_start;
pub mod forgot;
pub mod hidden;
pub mod import;
pub mod new_passphrase;
pub mod settings;
pub mod sharing;
pub mod strength;
pub mod task_calendar;
pub mod tasks;
pub mod today;
pub mod trash;
pub mod unlock;

pub use backup::Backup;
pub use customers::Customers;
pub use first_start::FirstStart;
pub use import::Import;
pub use settings::Settings;
pub use sharing::Sharing;
pub use tasks::Tasks;
pub use today::Today;
pub use trash::Trash;
pub use unlock::{OpenElsewhere, Unlock};
