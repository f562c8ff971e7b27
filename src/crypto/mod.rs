//! Keys, slots, seal and open. Knows bytes, not customers.
