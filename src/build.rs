//! Turns the translation files into typed messages; does nothing unless the UI is built.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=src/build.rs");
    println!("cargo:rerun-if-changed=src/locale/text");
    #[cfg(feature = "ui")]
    make_messages()?;
    // The app is cut into parts after it is linked (`./dev bindgen`): that needs to know what uses what.
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo:rustc-link-arg-bin=app=--emit-relocs");
    }
    Ok(())
}

/// Writes the module that `ui::text` includes: one function per sentence, checked against both languages.
#[cfg(feature = "ui")]
fn make_messages() -> Result<(), Box<dyn std::error::Error>> {
    use leptos_i18n_build::{Config, ParseOptions, TranslationsInfos};

    let config = Config::new("ja")?.add_locale("en")?.locales_path("src/locale/text");
    // Sentences with numbers and names in them are needed as strings too, for labels and notices.
    let config = config.parse_options(ParseOptions::new().interpolate_display(true));
    let messages = TranslationsInfos::parse(config)?;
    messages.emit_diagnostics();
    messages.rerun_if_locales_changed();
    let directory = std::env::var_os("OUT_DIR").ok_or("no OUT_DIR")?;
    messages.generate_i18n_module(std::path::PathBuf::from(directory).join("messages"))?;
    Ok(())
}
