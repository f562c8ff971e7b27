//! What to give a colleague, and what one has after taking something in.
//!
//! Every replica remembers what it *has*: a version vector whose writes it received wholly, because they came
//! in bundles that hold everything. A bundle names the base that its reader must have, and what the reader
//! then covers. A part that was shared alone never counts, and a bundle whose base is not had is joined all
//! the same but raises nothing: the gap is told instead.

use super::record::RecordState;
use super::version::VersionVector;
use crate::model::{FieldName, Value};

/// Whether a bundle left something out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// Everything up to what it covers is here now.
    Complete,
    /// Something between what was had and the bundle's base is missing.
    Gap,
}

/// Takes note of a bundle with everything after `base` up to `covers`.
pub fn receive(have: &mut VersionVector, base: &VersionVector, covers: &VersionVector) -> Received {
    if have.covers(base) {
        have.join(covers);
        Received::Complete
    } else {
        Received::Gap
    }
}

/// What of a record someone lacks who has `base`; nothing when that is nothing.
///
/// A record that is or was private ([`FieldName::PRIVATE`] was ever written) goes whole, whatever the base:
/// bundles that left it out have covered its writes all the same.
#[must_use]
pub fn delta(state: &RecordState, base: &VersionVector) -> Option<RecordState> {
    if state.register(&FieldName::PRIVATE).is_some() {
        return Some(state.clone());
    }
    (!base.covers(&state.version())).then(|| state.since(base))
}

/// Whether a record never leaves this notebook in shares and bundles for the team: its displayed
/// [`FieldName::PRIVATE`] says so.
#[must_use]
pub fn is_private(state: &RecordState) -> bool {
    state.displayed(&FieldName::PRIVATE) == Some(&Value::Flag(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::{Dot, HybridTimestamp, Stamp};
    use crate::model::{RecordKind, ReplicaId};

    fn stamp(replica: u8, counter: u64) -> Stamp {
        let at = HybridTimestamp(counter);
        Stamp { dot: Dot { replica: ReplicaId([replica; 8]), counter }, at }
    }

    fn version(dots: &[(u8, u64)]) -> VersionVector {
        dots.iter().map(|(replica, counter)| stamp(*replica, *counter).dot).collect()
    }

    #[test]
    fn only_a_base_that_is_had_raises() {
        let mut have = version(&[(1, 5)]);
        assert_eq!(receive(&mut have, &version(&[(1, 6)]), &version(&[(1, 9)])), Received::Gap);
        assert_eq!(have, version(&[(1, 5)]));
        assert_eq!(receive(&mut have, &version(&[(1, 4)]), &version(&[(1, 7), (2, 1)])), Received::Complete);
        assert_eq!(have, version(&[(1, 7), (2, 1)]));
        assert_eq!(receive(&mut have, &version(&[]), &version(&[(1, 2)])), Received::Complete);
        assert_eq!(have, version(&[(1, 7), (2, 1)]), "an old bundle takes nothing away");
    }

    /// The shop writes on while the note is private there, and its bundles cover that; the phone, which had
    /// the note by a handover, opens it up. When both meet, no write is new to a reader of both.
    #[test]
    fn what_was_private_is_sent_though_it_is_covered() {
        let mut shop = RecordState::new(RecordKind::Note);
        shop.set(FieldName::PRIVATE, Value::Flag(true), stamp(1, 1));
        let mut phone = shop.clone();
        phone.set(FieldName::PRIVATE, Value::Flag(false), stamp(2, 1));
        shop.set(FieldName::TYPE, Value::text("来店"), stamp(1, 2));
        assert!(is_private(&shop) && !is_private(&phone));
        let reader = phone.clone();
        let base = version(&[(1, 2), (2, 1)]);
        shop.join(&phone);
        assert!(!is_private(&shop));
        let mut joined = reader;
        joined.join(&delta(&shop, &base).unwrap());
        assert_eq!(joined, shop);
    }
}
