//! Single keys that do something, for who works without a mouse.

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// `/`: to find something.
    Find,
    /// `?`: the list of these keys.
    Help,
    /// `n`: a new customer.
    NewCustomer,
    /// `g` `t`: what the day begins with.
    Today,
    /// `g` `c`: the customers.
    Customers,
    /// `g` `d`: what there is to do.
    Tasks,
}

impl Shortcut {
    /// All, with the keys as they are shown.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Find, "/"),
        (Self::NewCustomer, "N"),
        (Self::Today, "G T"),
        (Self::Customers, "G C"),
        (Self::Tasks, "G D"),
        (Self::Help, "?"),
    ];
}

/// The keys pressed so far: some things take two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    goes: bool,
}

impl Keys {
    /// Takes the next key, as the browser names it.
    pub fn press(&mut self, key: &str) -> Option<Shortcut> {
        let goes = core::mem::take(&mut self.goes);
        match (goes, key.to_ascii_lowercase().as_str()) {
            (true, "t") => Some(Shortcut::Today),
            (true, "c") => Some(Shortcut::Customers),
            (true, "d") => Some(Shortcut::Tasks),
            (_, "/") => Some(Shortcut::Find),
            (_, "?") => Some(Shortcut::Help),
            (_, "n") => Some(Shortcut::NewCustomer),
            // A capital letter comes with its own key.
            (_, "g") | (true, "shift") => {
                self.goes = true;
                None
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(keys: &str) -> Vec<Shortcut> {
        let mut state = Keys::default();
        keys.split(' ').filter_map(|key| state.press(key)).collect()
    }

    #[test]
    fn every_shortcut_is_what_is_shown() {
        for (shortcut, keys) in Shortcut::ALL {
            assert_eq!(pressed(keys), [shortcut], "{keys}");
            assert_eq!(pressed(&keys.to_lowercase()), [shortcut], "{keys}");
        }
    }

    #[test]
    fn other_keys_end_what_was_begun() {
        assert_eq!(pressed("g x t"), []);
        assert_eq!(pressed("t c d"), []);
        assert_eq!(pressed("g Shift T"), [Shortcut::Today]);
        assert_eq!(pressed("g g c"), [Shortcut::Customers]);
        assert_eq!(pressed("g / t"), [Shortcut::Find]);
    }
}
