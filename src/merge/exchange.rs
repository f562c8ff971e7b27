//! What to give a colleague, and what one has after taking something in.
//!
//! Every replica remembers what it *has*: a version vector whose writes it received wholly, because they came
//! in bundles that hold everything. A bundle names the base that its reader must have, and what the reader
//! then covers. A part that was shared alone never counts, and a bundle whose base is not had is joined all
//! the same but raises nothing: the gap is told instead.

use super::record::RecordState;
use super::version::VersionVector;
use crate::model::FieldName;

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
/// A record that is or was private goes whole: bundles that left it out have covered its writes all the same.
#[must_use]
pub fn delta(state: &RecordState, base: &VersionVector) -> Option<RecordState> {
    if base.covers(&state.version()) {
        return None;
    }
    let was_private = state.register(&FieldName::PRIVATE).is_some();
    Some(if was_private { state.clone() } else { state.since(base) })
}
