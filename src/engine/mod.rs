//! The use cases and the message protocol.
