//! The parts of which screens are made. They know nothing of customers; texts are handed in.
//!
//! Each has a style sheet of the same name in `style/components/`. Buttons are plain `<button>`s with the
//! class `button` and one of `primary` (one per screen), `secondary`, `quiet` or `danger`; links that look
//! like buttons take the same classes.

pub mod date_field;
pub mod dialog;
pub mod empty;
pub mod field;
pub mod highlight;
pub mod key;
pub mod menu;
pub mod paper;
pub mod passphrase;
pub mod pick_file;
pub mod progress;
pub mod qr;
pub mod rail;
pub mod segmented;
pub mod status;
pub mod tabs;
pub mod tags;
pub mod text_area;
pub mod toast;
pub mod window_list;

pub use date_field::DateField;
pub use dialog::Dialog;
pub use empty::EmptyState;
pub use field::{Field, FieldIds, TextField};
pub use key::{enters, escapes, is_composing, is_dialog_open, is_free};
pub use menu::Menu;
pub use paper::Paper;
pub use passphrase::{PassphraseField, StrengthMeter};
pub use pick_file::PickFile;
pub use progress::ProgressBar;
pub use qr::QrCode;
pub use segmented::Segmented;
pub use status::Notice;
pub use tabs::{TabPanel, Tabs};
pub use tags::TagsField;
pub use text_area::TextArea;

use std::sync::atomic::{AtomicU32, Ordering};

/// An id that no other element has, to tie labels and hints to their field.
#[must_use]
pub fn make_element_id(kind: &str) -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("{kind}-{}", LAST.fetch_add(1, Ordering::Relaxed))
}
