//! The time, the day and random ids, as the browser gives them.

use crate::model::{Date, Instant, RecordId};

/// Now.
#[must_use]
pub fn now() -> Instant {
    Instant(whole(js_sys::Date::now()))
}

/// How far the clock on the wall is ahead of UTC, in minutes (Japan: 540).
#[must_use]
pub fn offset() -> i32 {
    let behind = js_sys::Date::new_0().get_timezone_offset();
    i32::try_from(-whole(behind)).unwrap_or_default()
}

/// The day on the wall.
#[must_use]
pub fn today() -> Date {
    now().date(offset())
}

/// The hour on the wall, 0 to 23.
#[must_use]
pub fn hour() -> u32 {
    js_sys::Date::new_0().get_hours()
}

/// A new name for a record.
#[must_use]
pub fn make_record_id() -> RecordId {
    let mut bytes = [0; 16];
    #[expect(clippy::disallowed_methods, reason = "the screens stand on the browser's randomness")]
    if getrandom::fill(&mut bytes).is_err() {
        // No browser in use lacks it. The id need not be secret, only unique.
        bytes = bytes.map(|_| u8::try_from(whole(js_sys::Math::random() * 256.0)).unwrap_or_default());
    }
    RecordId(bytes)
}

/// A new name for an item of a field, see [`crate::model::FieldName::item`]. It begins with the time: items
/// stand in the order in which they were added.
#[must_use]
pub fn make_item_id() -> u64 {
    let RecordId([a, b, ..]) = make_record_id();
    let millis = u64::try_from(now().0).unwrap_or_default();
    millis << 16 | u64::from(u16::from_be_bytes([a, b]))
}

/// The whole part of a number of JavaScript, which is far below 2⁵³ here.
#[must_use]
pub fn whole(number: f64) -> i64 {
    #[expect(clippy::as_conversions, reason = "no other conversion exists; it saturates")]
    let whole = number as i64;
    whole
}
