//! The command line tool: reads, checks, merges, compares and exports the files of the app, without the app.

#[cfg(not(target_family = "wasm"))]
fn main() -> std::process::ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let (mut out, mut errors) = (std::io::stdout().lock(), std::io::stderr().lock());
    std::process::ExitCode::from(daifuku::cli::run(arguments, &mut out, &mut errors))
}

#[cfg(target_family = "wasm")]
fn main() {}
