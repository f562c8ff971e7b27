//! The use cases and the message protocol.

pub mod failure;
pub mod protocol;
pub mod rows;
pub mod screen;

pub use failure::Failure;
