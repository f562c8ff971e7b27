//! Prints data sets.

fn main() {}
