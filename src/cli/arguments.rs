//! Commands, options and their help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const SECRETS: &str = "\
Secrets are never arguments. An identity is the text of the recovery sheet, or any AGE-SECRET-KEY-1…,
in a file (--identity, or its name in DAIFUKU_IDENTITY). A passphrase is in a file (--passphrase-file),
in DAIFUKU_PASSPHRASE, or asked for on the terminal.

Exit codes: 0 fine, 1 refused or different, 2 wrong usage.";

const INSPECT: &str = "\
Example:
  daifuku inspect --identity sheet.txt daifuku-backup.age";
const VERIFY: &str = "\
Example:
  daifuku verify --identity sheet.txt daifuku-backup.age && echo authentic";
const MERGE: &str = "\
Example:
  daifuku merge --identity sheet.txt all.age monday.age tuesday.age from-yamada.age";
const DIFF: &str = "\
Example:
  daifuku diff --identity sheet.txt monday.age tuesday.age";
const EXPORT: &str = "\
Example:
  daifuku export --identity sheet.txt --format csv --out customers.csv daifuku-backup.age";

/// The whole command line.
#[derive(Parser)]
#[command(
    name = "daifuku",
    version,
    about = "Reads, checks, merges, compares and exports bundles and backups of Daifuku",
    after_help = SECRETS,
    disable_help_subcommand = false
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Tells what a bundle, a backup or a member card is, and what it holds
    #[command(after_help = INSPECT)]
    Inspect(Inspect),
    /// Opens and unpacks a file and verifies its signature; fails when it is not authentic
    #[command(after_help = VERIFY)]
    Verify(Verify),
    /// Merges bundles of any kinds into one backup, in which nothing of them is lost
    #[command(after_help = MERGE)]
    Merge(Merge),
    /// Compares two files, record by record; exit code 1 when they differ
    #[command(after_help = DIFF)]
    Diff(Diff),
    /// Writes what a file holds as JSON (all records) or CSV (the customers)
    #[command(after_help = EXPORT)]
    Export(Export),
}

/// With what files are opened.
#[derive(Args, Default)]
pub(super) struct KeyOptions {
    /// A file with the text of the recovery sheet or an AGE-SECRET-KEY-1…; lines that begin with # are
    /// passed over; may be given several times
    #[arg(long = "identity", value_name = "FILE")]
    pub(super) identities: Vec<PathBuf>,
    /// A file with the passphrase
    #[arg(long, value_name = "FILE")]
    pub(super) passphrase_file: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct Inspect {
    /// A bundle, a backup or a member card
    pub(super) file: PathBuf,
    /// JSON instead of text
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) keys: KeyOptions,
}

#[derive(Args)]
pub(super) struct Verify {
    /// A bundle, a backup or a member card
    pub(super) file: PathBuf,
    #[command(flatten)]
    pub(super) keys: KeyOptions,
}

#[derive(Args)]
pub(super) struct Merge {
    /// The backup that is written
    pub(super) out: PathBuf,
    /// What is merged
    #[arg(required = true, value_name = "IN")]
    pub(super) files: Vec<PathBuf>,
    /// Whom the backup is for, instead of the identity or passphrase that opened the files; may be given
    /// several times
    #[arg(long, value_name = "age1…")]
    pub(super) to: Vec<String>,
    /// Text instead of bytes
    #[arg(long)]
    pub(super) armor: bool,
    /// Replaces OUT if it is there
    #[arg(long)]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) keys: KeyOptions,
}

#[derive(Args)]
pub(super) struct Diff {
    /// The one file
    pub(super) a: PathBuf,
    /// The other file
    pub(super) b: PathBuf,
    /// JSON instead of text
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) keys: KeyOptions,
}

#[derive(Args)]
pub(super) struct Export {
    /// A bundle or a backup
    pub(super) file: PathBuf,
    /// json: all records; csv: the customers, one a row
    #[arg(long, value_enum)]
    pub(super) format: Format,
    /// Writes into this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Replaces the file of --out if it is there
    #[arg(long)]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) keys: KeyOptions,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Json,
    Csv,
}
