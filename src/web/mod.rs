//! The browser as an implementation of the traits.
