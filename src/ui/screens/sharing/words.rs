//! What screens of sharing say of kinds, groups of fields, times and people.

use crate::bundle::Kind;
use crate::engine::sharing::rows::{FieldGroup, TrustRow};
use crate::model::Instant;
use crate::ui::clock::offset;
use crate::ui::text::{Texts, language, t_string};
use crate::ui::words;

/// What a bundle is for.
#[must_use]
pub fn kind_words(i18n: Texts, kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Share) => t_string!(i18n, sharing.kind_share),
        Some(Kind::Team) => t_string!(i18n, sharing.kind_team),
        Some(Kind::Backup) => t_string!(i18n, sharing.kind_backup),
        Some(Kind::Handover) => t_string!(i18n, sharing.kind_handover),
        Some(Kind::Acknowledgement) => t_string!(i18n, sharing.kind_acknowledgement),
        None => t_string!(i18n, sharing.kind_unknown),
    }
}

/// A group of fields.
#[must_use]
pub fn group_words(i18n: Texts, group: FieldGroup) -> &'static str {
    match group {
        FieldGroup::Name => t_string!(i18n, field_group.name),
        FieldGroup::Company => t_string!(i18n, field_group.company),
        FieldGroup::Phones => t_string!(i18n, field_group.phones),
        FieldGroup::Mails => t_string!(i18n, field_group.mails),
        FieldGroup::Addresses => t_string!(i18n, field_group.addresses),
        FieldGroup::Birthday => t_string!(i18n, field_group.birthday),
        FieldGroup::Tags => t_string!(i18n, field_group.tags),
        FieldGroup::Owner => t_string!(i18n, field_group.owner),
        FieldGroup::Needs => t_string!(i18n, field_group.needs),
        FieldGroup::Memo => t_string!(i18n, field_group.memo),
        FieldGroup::Contacts => t_string!(i18n, field_group.contacts),
        FieldGroup::Notes => t_string!(i18n, field_group.notes),
        FieldGroup::Tasks => t_string!(i18n, field_group.tasks),
        FieldGroup::Purchases => t_string!(i18n, field_group.purchases),
        FieldGroup::Others => t_string!(i18n, field_group.others),
    }
}

/// Whether the keys of a member were compared.
#[must_use]
pub fn trust_words(i18n: Texts, trust: &TrustRow) -> String {
    match trust {
        TrustRow::Unchecked => t_string!(i18n, team.trust_unchecked).to_owned(),
        TrustRow::Checked(at) => t_string!(i18n, team.trust_checked, at = day_words(i18n, *at)),
        TrustRow::Introduced(by) => t_string!(i18n, team.trust_introduced, name = by.as_str()),
        TrustRow::Left(at) => t_string!(i18n, team.trust_left, at = day_words(i18n, *at)),
    }
}

/// A day.
#[must_use]
pub fn day_words(i18n: Texts, at: Instant) -> String {
    words::date(at.date(offset()), language(i18n))
}

/// A day and a time.
#[must_use]
pub fn moment_words(i18n: Texts, at: Instant) -> String {
    words::date_time(at, offset(), language(i18n))
}

/// So many customers.
#[must_use]
pub fn people_words(i18n: Texts, count: u32) -> String {
    t_string!(i18n, sharing.people, count = words::number(i64::from(count)))
}

/// So many records.
#[must_use]
pub fn items_words(i18n: Texts, count: u32) -> String {
    t_string!(i18n, sharing.items, count = words::number(i64::from(count)))
}

/// A name, or that there is none.
#[must_use]
pub fn name_words(i18n: Texts, name: &str) -> String {
    if name.trim().is_empty() { t_string!(i18n, sharing.unnamed).to_owned() } else { name.to_owned() }
}
