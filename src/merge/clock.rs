//! A hybrid logical clock (Kulkarni et al. 2014): near to the wall clock, and after everything seen.
//!
//! Its time only decides which of two concurrent values is displayed and what people read as the time
//! of a change. So a wrong wall clock is reported and never refused: no method here fails or waits.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Instant, ReplicaId};

use super::version::{Dot, Stamp};

/// Milliseconds since 1970 in the upper 48 bits, a counter within the millisecond in the lower 16.
/// Printed as 16 hexadecimal digits, which sort like the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HybridTimestamp(pub u64);

impl HybridTimestamp {
    /// The first timestamp of the millisecond `now`; times before 1970 and after 10889 are moved there.
    #[must_use]
    pub fn at(now: Instant) -> Self {
        Self(u64::try_from(now.0).unwrap_or(0).min(MAX_MILLIS) << COUNTER_BITS)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn millis(self) -> u64 {
        self.0 >> COUNTER_BITS
    }

    /// The moment, without the counter.
    #[must_use]
    pub fn instant(self) -> Instant {
        Instant(i64::try_from(self.millis()).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for HybridTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The clock of one replica: remembers the latest time it gave or accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HybridClock {
    last: HybridTimestamp,
}

/// What a clock made of a time that another replica had written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observed {
    /// The next tick is after it.
    Accepted,
    /// It is too far in the future: its writer's clock is about so many milliseconds ahead. The own
    /// clock was left alone; the data is merged all the same.
    Ahead {
        /// Milliseconds between the own wall clock and that time.
        millis: u64,
    },
}

/// The wall clock does not fit to what this replica wrote last: worth a warning, nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drift {
    /// The wall clock is so many milliseconds behind the last write (more than ten minutes).
    Behind(u64),
    /// It is so many milliseconds after the last write (more than a day): a long pause or a jump.
    Ahead(u64),
}

impl HybridClock {
    /// A clock whose next tick is after `last`, the latest time that this replica has stored.
    #[must_use]
    pub fn after(last: HybridTimestamp) -> Self {
        Self { last }
    }

    /// The time of a write made `now`: after every time given or accepted before. When the counter of
    /// a millisecond is used up, it goes on in the next one.
    pub fn tick(&mut self, now: Instant) -> HybridTimestamp {
        self.last = HybridTimestamp::at(now).max(HybridTimestamp(self.last.0.saturating_add(1)));
        self.last
    }

    /// Takes note of a time that another replica wrote, unless it is more than ten minutes ahead.
    pub fn observe(&mut self, remote: HybridTimestamp, now: Instant) -> Observed {
        let ahead = remote.millis().saturating_sub(HybridTimestamp::at(now).millis());
        if ahead > TOLERATED_MILLIS {
            return Observed::Ahead { millis: ahead };
        }
        self.last = self.last.max(remote);
        Observed::Accepted
    }

    /// How far the wall clock is from the last write, if that is suspicious. Nothing before the first.
    #[must_use]
    pub fn drift(&self, now: Instant) -> Option<Drift> {
        if self.last == HybridTimestamp::default() {
            return None;
        }
        let (last, now) = (self.last.millis(), HybridTimestamp::at(now).millis());
        match (last.saturating_sub(now), now.saturating_sub(last)) {
            (behind, _) if behind > TOLERATED_MILLIS => Some(Drift::Behind(behind)),
            (_, ahead) if ahead > DAY_MILLIS => Some(Drift::Ahead(ahead)),
            _ => None,
        }
    }

    /// The latest time given or accepted.
    #[must_use]
    pub fn last(&self) -> HybridTimestamp {
        self.last
    }
}

/// One copy of the notebook as a writer: gives every write its stamp. Store it in the same transaction
/// as the write, or a crash could use a counter twice.
///
/// **A device that was restored or cloned must not go on with it:** two copies that count under one id
/// give one dot to two writes, and each takes the other's for its own, so one is lost without a trace.
/// After every restore, import of a handover and whenever [`super::fork`] finds that the id is used
/// elsewhere, continue with [`Self::under`] and a new random id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replica {
    /// Whose writes these are.
    pub id: ReplicaId,
    /// The counter of the last write; 0 before the first.
    pub counter: u64,
    /// Its clock.
    pub clock: HybridClock,
}

impl Replica {
    /// A replica that has written nothing, under a new random `id`.
    #[must_use]
    pub fn new(id: ReplicaId) -> Self {
        Self { id, counter: 0, clock: HybridClock::default() }
    }

    /// The same clock under another id, which has written nothing: for a restored or cloned device.
    /// `id` must be random and new.
    #[must_use]
    pub fn under(self, id: ReplicaId) -> Self {
        Self { id, counter: 0, ..self }
    }

    /// The same replica under another id after [`super::RecordState::rename`] gave it the writes made
    /// after counter `above`: goes on after the last of them. `id` must be random and new.
    #[must_use]
    pub fn renamed(self, id: ReplicaId, above: u64) -> Self {
        Self { id, counter: self.counter.saturating_sub(above), ..self }
    }

    /// The stamp of one write made `now`.
    pub fn stamp(&mut self, now: Instant) -> Stamp {
        self.reserve(now, 1)
    }

    /// The stamp of the first of `count` writes made at once, whose counters follow one another.
    pub fn reserve(&mut self, now: Instant, count: u64) -> Stamp {
        let first = self.counter.saturating_add(1);
        self.counter = self.counter.saturating_add(count);
        Stamp { dot: Dot { replica: self.id, counter: first }, at: self.clock.tick(now) }
    }
}

const COUNTER_BITS: u32 = 16;
const MAX_MILLIS: u64 = (1 << 48) - 1;
/// A remote time may be this far ahead, and the wall clock this far behind, without remark.
const TOLERATED_MILLIS: u64 = 10 * 60 * 1000;
const DAY_MILLIS: u64 = 24 * 60 * 60 * 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_ascend_whatever_the_wall_clock_does() {
        let mut clock = HybridClock::default();
        let mut last = HybridTimestamp::default();
        for now in [5, 5, 5, -7, i64::MIN, 4, 1_000_000, 3, i64::MAX, 0, 0] {
            let next = clock.tick(Instant(now));
            assert!(next > last || last.0 == u64::MAX, "{now}");
            last = next;
        }
        assert_eq!(HybridTimestamp::at(Instant(0x1234)).to_string(), "0000000012340000");
        assert_eq!(HybridTimestamp::at(Instant(1_795_305_600_000)).instant(), Instant(1_795_305_600_000));
    }

    #[test]
    fn a_full_counter_moves_to_the_next_millisecond() {
        let mut clock = HybridClock::after(HybridTimestamp((7 << 16) | 0xffff));
        assert_eq!(clock.tick(Instant(7)), HybridTimestamp(8 << 16));
        let mut worn = HybridClock::after(HybridTimestamp(u64::MAX));
        assert_eq!(worn.tick(Instant(7)), HybridTimestamp(u64::MAX));
    }

    #[test]
    fn a_remote_time_is_followed_up_to_ten_minutes_ahead() {
        let now = Instant(1_000_000_000);
        let remote = |ahead: i64| HybridTimestamp::at(Instant(now.0 + ahead));
        let mut clock = HybridClock::default();
        assert_eq!(clock.observe(remote(600_000), now), Observed::Accepted);
        assert!(clock.tick(now) > remote(600_000));
        let before = clock;
        assert_eq!(clock.observe(remote(600_001), now), Observed::Ahead { millis: 600_001 });
        assert_eq!(clock, before);
        assert_eq!(clock.drift(Instant(now.0 - 1)), Some(Drift::Behind(600_001)));
        assert_eq!(clock.drift(now), None);
        assert_eq!(clock.drift(Instant(now.0 + 600_000 + 86_400_001)), Some(Drift::Ahead(86_400_001)));
        assert_eq!(HybridClock::default().drift(now), None);
    }

    #[test]
    fn reserved_counters_are_not_given_again() {
        let mut replica = Replica::new(ReplicaId([1; 8]));
        assert_eq!(replica.reserve(Instant(1), 5).dot.counter, 1);
        assert_eq!(replica.stamp(Instant(1)).dot.counter, 6);
        let renamed = replica.under(ReplicaId([2; 8]));
        assert_eq!((renamed.counter, renamed.clock), (0, replica.clock));
    }
}
