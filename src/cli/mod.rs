//! The command line tool `daifuku`: what the app wrote outlives it.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `arguments` | commands, options and their help |
//! | `secrets` | identities and passphrases, which never are arguments |
//! | `loading` | a file, opened and verified, and its content by kind |
//! | `inspecting` | `inspect` and `verify` |
//! | `joining` | `merge` |
//! | `comparing` | `diff` |
//! | `exporting` | `export` |
//! | `plain` | times, values and names for people |
//! | `failure` | why not, in one sentence |
//! | `machine` | the clock, chance, files and the terminal of this machine |
//!
//! The exit code is 0 when all is well, 1 when something was refused or is different, 2 when the command
//! line itself is wrong.

mod arguments;
mod comparing;
mod exporting;
mod failure;
mod inspecting;
mod joining;
mod loading;
mod machine;
mod plain;
mod secrets;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::Parser;

use arguments::{Cli, Command};
use failure::Failure;
use secrets::Secrets;

/// How a command ended that was not refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Fine,
    Different,
}

/// Runs the tool; the first argument is its own name. Gives the exit code.
pub fn run(arguments: Vec<OsString>, out: &mut dyn Write, errors: &mut dyn Write) -> u8 {
    // Whatever is on a command line can be seen by every process, and stays in the shell's history.
    if arguments.iter().any(|argument| secrets::is_secret(&argument.to_string_lossy())) {
        let _ = writeln!(
            errors,
            "daifuku: An identity never belongs on the command line: put it into a file and name that with \
             --identity FILE."
        );
        return 2;
    }
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => {
            let _ = write!(out, "{}", error.render());
            return 0;
        }
        Err(error) => {
            let _ = writeln!(errors, "daifuku: {}", usage(&error));
            return 2;
        }
    };
    match execute(cli.command, out, errors).and_then(|outcome| {
        out.flush()?;
        Ok(outcome)
    }) {
        Ok(Outcome::Fine) => 0,
        Ok(Outcome::Different) => 1,
        // Whoever reads from us has enough.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => 0,
        Err(failure) => {
            let _ = writeln!(errors, "daifuku: {}", plain::shown(&failure.to_string()));
            if matches!(failure, Failure::Usage(_)) { 2 } else { 1 }
        }
    }
}

fn execute(command: Command, out: &mut dyn Write, errors: &mut dyn Write) -> Result<Outcome, Failure> {
    match command {
        Command::Inspect(arguments) => {
            let mut secrets = Secrets::gather(&arguments.keys)?;
            inspecting::inspect(&arguments, &mut secrets, out)
        }
        Command::Verify(arguments) => {
            let mut secrets = Secrets::gather(&arguments.keys)?;
            inspecting::verify(&arguments, &mut secrets, out)
        }
        Command::Merge(arguments) => {
            let mut secrets = Secrets::gather(&arguments.keys)?;
            joining::merge(&arguments, &mut secrets, out, errors)
        }
        Command::Diff(arguments) => {
            let mut secrets = Secrets::gather(&arguments.keys)?;
            comparing::diff(&arguments, &mut secrets, out)
        }
        Command::Export(arguments) => {
            let mut secrets = Secrets::gather(&arguments.keys)?;
            exporting::export(&arguments, &mut secrets, out)
        }
    }
}

/// What clap says, as one sentence: what stands before its first empty line.
fn usage(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = first.split_whitespace().skip_while(|word| *word == "error:").collect();
    let sentence = plain::shown(&words.join(" "));
    if matches!(error.kind(), clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) {
        return "No command was given; see `daifuku --help`.".to_owned();
    }
    format!("{sentence}; see `daifuku --help`.")
}
