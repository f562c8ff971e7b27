//! The sealer worker.

fn main() {}
