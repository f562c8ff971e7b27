//! How one greets at what time.

/// A greeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// おはようございます, from four to eleven.
    Morning,
    /// こんにちは, until six in the evening.
    Day,
    /// こんばんは.
    Evening,
}

/// The greeting of an hour, 0 to 23.
#[must_use]
pub fn greeting(hour: u32) -> Greeting {
    match hour {
        4..=10 => Greeting::Morning,
        11..=17 => Greeting::Day,
        _ => Greeting::Evening,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greetings_change_with_the_light() {
        let at = [0, 3, 4, 10, 11, 17, 18, 23].map(greeting);
        use Greeting::{Day, Evening, Morning};
        assert_eq!(at, [Evening, Evening, Morning, Morning, Day, Day, Evening, Evening]);
    }
}
