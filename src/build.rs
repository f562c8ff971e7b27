//! Turns the translation files into typed messages; does nothing unless the UI is built.

fn main() {
    println!("cargo:rerun-if-changed=src/build.rs");
    #[cfg(feature = "ui")]
    messages();
}

#[cfg(feature = "ui")]
fn messages() {}
