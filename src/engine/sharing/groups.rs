//! Which part of a page a bundle holds: groups of fields, and notes that never leave.

use crate::engine::sharing::rows::FieldGroup;
use crate::merge::RecordState;
use crate::merge::exchange::is_private;
use crate::model::{FieldName, RecordKind};

impl FieldGroup {
    /// The group of a field of a customer's own record.
    #[must_use]
    pub fn of_field(field: &FieldName) -> Self {
        let is = |fields: &[FieldName]| fields.iter().any(|known| field.is(known));
        let groups: [(Self, &[FieldName]); 9] = [
            (
                Self::Name,
                &[
                    FieldName::NAME,
                    FieldName::READING,
                    FieldName::HONORIFIC,
                    FieldName::ORGANISATION,
                    FieldName::RESTORED,
                ],
            ),
            (
                Self::Company,
                &[FieldName::COMPANY, FieldName::COMPANY_READING, FieldName::DEPARTMENT, FieldName::TITLE],
            ),
            (Self::Phones, &[FieldName::PHONE]),
            (Self::Mails, &[FieldName::MAIL]),
            (Self::Addresses, &[FieldName::ADDRESS]),
            (Self::Birthday, &[FieldName::BIRTHDAY]),
            (Self::Tags, &[FieldName::TAGS]),
            (Self::Owner, &[FieldName::OWNER, FieldName::SOURCE]),
            (Self::Needs, &[FieldName::NEEDS]),
        ];
        let known = groups.into_iter().find(|(_, fields)| is(fields)).map(|(group, _)| group);
        let memo = is(&[FieldName::MEMO, FieldName::WARNING]).then_some(Self::Memo);
        known.or(memo).unwrap_or(Self::Others)
    }

    /// The group of a record on a customer's page.
    #[must_use]
    pub fn of_kind(kind: &RecordKind) -> Self {
        match kind {
            RecordKind::Customer => Self::Name,
            RecordKind::Contact => Self::Contacts,
            RecordKind::Note => Self::Notes,
            RecordKind::Task => Self::Tasks,
            RecordKind::Purchase => Self::Purchases,
            RecordKind::Other(_) => Self::Others,
        }
    }
}

/// What of a record may be shared: the chosen groups of a customer's own record, other records wholly or not
/// at all. Nothing of what was deleted: who never had it need not know of it.
#[must_use]
pub fn shared_part(own: bool, state: &RecordState, groups: &[FieldGroup]) -> Option<RecordState> {
    let wanted = |group: FieldGroup| group == FieldGroup::Name || groups.contains(&group);
    if state.is_deleted() || is_private(state) {
        return None;
    }
    if own {
        return Some(state.restricted(|field| wanted(FieldGroup::of_field(field))));
    }
    wanted(FieldGroup::of_kind(state.kind())).then(|| state.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::{Dot, HybridTimestamp, Stamp};
    use crate::model::{ReplicaId, Value};

    fn stamp(counter: u64) -> Stamp {
        Stamp { dot: Dot { replica: ReplicaId([1; 8]), counter }, at: HybridTimestamp(counter) }
    }

    fn customer() -> RecordState {
        let fields = [
            (FieldName::NAME, Value::text("髙橋")),
            (FieldName::PHONE.item(1), Value::parts([("number", "03-1234-5678")])),
            (FieldName::MEMO, Value::text("秘密")),
        ];
        RecordState::fresh(RecordKind::Customer, fields, stamp(1))
    }

    #[test]
    fn only_chosen_groups_are_in_it_and_the_name_always_is() {
        let part = shared_part(true, &customer(), &[FieldGroup::Phones]).unwrap();
        assert!(part.displayed(&FieldName::NAME).is_some());
        assert!(part.displayed(&FieldName::PHONE.item(1)).is_some());
        assert!(part.displayed(&FieldName::MEMO).is_none());
        let bytes = postcard::to_allocvec(&part).unwrap();
        assert!(!bytes.windows(6).any(|part| part == "秘密".as_bytes()));
    }

    #[test]
    fn private_and_deleted_records_stay() {
        let mut note = RecordState::new(RecordKind::Note);
        note.write_text(FieldName::TEXT, "本日訪問。", stamp(1));
        assert!(shared_part(false, &note, &[FieldGroup::Notes]).is_some());
        assert!(shared_part(false, &note, &[FieldGroup::Tasks]).is_none());
        let mut private = note.clone();
        private.set(FieldName::PRIVATE, Value::Flag(true), stamp(2));
        assert!(shared_part(false, &private, &FieldGroup::ALL).is_none());
        note.delete(stamp(3));
        assert!(shared_part(false, &note, &FieldGroup::ALL).is_none());
    }
}
