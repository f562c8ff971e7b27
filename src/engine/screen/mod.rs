//! The thinking part of screens, without a browser: which rows a list shows, how a page is arranged,
//! how typed text becomes a value. The components in `ui` show what is decided here.

pub mod amount;
pub mod backup_age;
pub mod cache;
pub mod day;
pub mod due;
pub mod field_text;
pub mod furigana;
pub mod greeting;
pub mod highlight;
pub mod optimism;
pub mod rail;
pub mod shortcut;
pub mod timeline;
pub mod window;
