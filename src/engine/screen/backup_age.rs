//! How a backup's age is judged: what the line at the edge of every screen says.

use crate::engine::sharing::rows::SharingState;
use crate::model::Instant;

/// A backup of this many days is fresh.
const FRESH_DAYS: i64 = 7;
/// After so many days without one it is pressing, if something was written.
const LATE_DAYS: i64 = 30;
/// So many saves may be lost before it is said louder.
const FEW_SAVES: u32 = 20;
/// From so many on it is pressing.
const MANY_SAVES: u32 = 200;
/// Without any backup it takes fewer: one save may be a whole list that was taken in.
const FEW_FIRST_SAVES: u32 = 3;
const MANY_FIRST_SAVES: u32 = 60;

/// How pressing a backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Nothing to do.
    Calm,
    /// It is time.
    Soon,
    /// Much would be lost.
    Now,
}

/// How the newest backup stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupAge {
    /// How many days ago it was made, by the clock on the wall; nothing when there is none.
    pub days: Option<i64>,
    /// What that means.
    pub urgency: Urgency,
}

/// Judges the newest backup. `offset`: minutes that the clock on the wall is ahead of UTC.
#[must_use]
pub fn backup_age(state: &SharingState, now: Instant, offset: i32) -> BackupAge {
    let saves = state.since_backup;
    let by_saves = |few: u32, many: u32| match saves {
        saves if saves < few => Urgency::Calm,
        saves if saves < many => Urgency::Soon,
        _ => Urgency::Now,
    };
    let Some(made) = state.backup else {
        return BackupAge { days: None, urgency: by_saves(FEW_FIRST_SAVES, MANY_FIRST_SAVES) };
    };
    let by_saves = by_saves(FEW_SAVES, MANY_SAVES);
    // A clock that was set back makes no backup of tomorrow.
    let days = (day(now, offset) - day(made, offset)).max(0);
    let urgency = match days {
        _ if saves == 0 => Urgency::Calm,
        0 => Urgency::Calm,
        1..=FRESH_DAYS => by_saves.min(Urgency::Soon),
        days if days <= LATE_DAYS => by_saves.max(Urgency::Soon),
        _ => Urgency::Now,
    };
    BackupAge { days: Some(days), urgency }
}

fn day(instant: Instant, offset: i32) -> i64 {
    instant.0.saturating_add(i64::from(offset) * 60_000).div_euclid(24 * 60 * 60_000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: i64 = 24 * 60 * 60_000;

    fn judged(backup: Option<i64>, since_backup: u32) -> BackupAge {
        let now = Instant(1_795_305_900_000);
        let backup = backup.map(|days| Instant(now.0 - days * DAY));
        backup_age(&SharingState { backup, since_backup, ..SharingState::default() }, now, 540)
    }

    #[test]
    fn a_new_notebook_is_not_pressed() {
        assert_eq!(judged(None, 2).urgency, Urgency::Calm);
        assert_eq!(judged(None, 20).urgency, Urgency::Soon);
        assert_eq!(judged(None, 5_000).urgency, Urgency::Now);
    }

    #[test]
    fn days_are_those_on_the_wall() {
        let midnight_in_japan = Instant(15 * 60 * 60_000);
        let state =
            SharingState { backup: Some(Instant(midnight_in_japan.0 - 1)), ..SharingState::default() };
        assert_eq!(backup_age(&state, midnight_in_japan, 540).days, Some(1));
        assert_eq!(backup_age(&state, midnight_in_japan, 0).days, Some(0));
    }

    #[test]
    fn what_was_not_changed_needs_no_backup() {
        assert_eq!(judged(Some(400), 0).urgency, Urgency::Calm);
        assert_eq!(judged(Some(400), 1).urgency, Urgency::Now);
        assert_eq!(judged(Some(12), 1).urgency, Urgency::Soon);
    }

    proptest! {
        #[test]
        fn later_and_more_is_never_calmer(days in 0_i64..500, more in 0_i64..500, saves in 1_u32..400, add in 0_u32..400) {
            prop_assert!(judged(Some(days + more), saves + add).urgency >= judged(Some(days), saves).urgency);
        }

        #[test]
        fn any_clock_is_judged(now: i64, made: i64, saves: u32, offset in -900..900) {
            let state = SharingState { backup: Some(Instant(made)), since_backup: saves, ..SharingState::default() };
            prop_assert!(backup_age(&state, Instant(now), offset).days.is_some_and(|days| days >= 0));
        }
    }
}
