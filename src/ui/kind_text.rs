//! What records of a kind are called when they are counted.

use crate::model::RecordKind;
use crate::ui::text::{Texts, t_string};

/// Records of a kind, several of them.
#[must_use]
pub fn records_words(i18n: Texts, kind: &RecordKind) -> &'static str {
    match kind {
        RecordKind::Customer => t_string!(i18n, settings.check_customers),
        RecordKind::Contact => t_string!(i18n, settings.check_contacts),
        RecordKind::Note => t_string!(i18n, settings.check_notes),
        RecordKind::Task => t_string!(i18n, settings.check_tasks),
        RecordKind::Purchase => t_string!(i18n, settings.check_purchases),
        RecordKind::Other(_) => t_string!(i18n, settings.check_other),
    }
}
