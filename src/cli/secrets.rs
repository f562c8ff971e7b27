//! Identities and passphrases: from files, the environment or the terminal, never from arguments.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::arguments::KeyOptions;
use super::failure::Failure;
use super::machine::{self, System};
use crate::bundle::recovery;
use crate::bundle::sealer::SealerError;

const IDENTITY: &str = "DAIFUKU_IDENTITY";
const PASSPHRASE: &str = "DAIFUKU_PASSPHRASE";
/// How an identity begins, without its hyphens.
const PREFIX: &str = "AGESECRETKEY1";

/// With what files are opened.
#[derive(Default)]
pub(super) struct Secrets {
    pub(super) identities: Vec<Identity>,
    pub(super) passphrase: Option<Zeroizing<String>>,
}

pub(super) struct Identity {
    pub(super) text: Zeroizing<String>,
    /// `age1…`: what is written for it.
    pub(super) recipient: String,
}

impl Secrets {
    /// From the options; the environment counts for what they do not say.
    pub(super) fn gather(options: &KeyOptions) -> Result<Self, Failure> {
        let mut files = options.identities.clone();
        if files.is_empty() {
            files.extend(std::env::var_os(IDENTITY).filter(|name| !name.is_empty()).map(PathBuf::from));
        }
        let mut identities: Vec<Identity> = Vec::new();
        for file in &files {
            if is_secret(&file.to_string_lossy()) {
                return Err(Failure::Usage(format!(
                    "{IDENTITY} is the name of a file: put the identity into a file and name that."
                )));
            }
            for identity in read_identities(file)? {
                if identities.iter().all(|known| known.recipient != identity.recipient) {
                    identities.push(identity);
                }
            }
        }
        let passphrase = match &options.passphrase_file {
            Some(file) => Some(machine::read_secret(file)?),
            None => std::env::var(PASSPHRASE).ok().filter(|text| !text.is_empty()).map(Zeroizing::new),
        };
        Ok(Self { identities, passphrase })
    }

    /// The identities as text.
    pub(super) fn texts(&self) -> Vec<String> {
        self.identities.iter().map(|identity| identity.text.to_string()).collect()
    }

    /// Whether one of the identities has this recipient.
    pub(super) fn has(&self, recipient: &str) -> bool {
        self.identities.iter().any(|identity| identity.recipient.eq_ignore_ascii_case(recipient))
    }
}

/// Whether a text holds an identity.
pub(super) fn is_secret(text: &str) -> bool {
    letters(text).contains(PREFIX)
}

fn letters(text: &str) -> Zeroizing<String> {
    let letters = text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase());
    Zeroizing::new(letters.collect())
}

/// All identities of a file. Each begins on a line of its own and may go on over several; lines that begin
/// with `#` do not count. Of a single one the prefix may be left out, as when it was typed from the sheet.
fn read_identities(path: &Path) -> Result<Vec<Identity>, Failure> {
    let text = machine::read_secret(path)?;
    let mut parts: Vec<Vec<&str>> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let begins = letters(line).starts_with(PREFIX);
        match parts.last_mut() {
            Some(part) if !begins => part.push(line),
            _ => parts.push(vec![line]),
        }
    }
    // What stands before the first that has the prefix is for people.
    if parts.len() > 1 {
        parts.retain(|part| part.first().is_some_and(|line| letters(line).starts_with(PREFIX)));
    }
    let identities: Option<Vec<Identity>> = parts.iter().map(|lines| identity(lines)).collect();
    identities
        .filter(|identities| !identities.is_empty())
        .ok_or_else(|| Failure::of(path, &SealerError::NotAnIdentity))
}

/// The longest beginning of these lines that is an identity: its checksum tells.
fn identity(lines: &[&str]) -> Option<Identity> {
    (1..=lines.len()).rev().find_map(|count| {
        let typed = Zeroizing::new(lines.get(..count)?.join(" "));
        let recovery = recovery::open(&[0; 16], &typed).ok()?;
        Some(Identity { text: Zeroizing::new(recovery.identity), recipient: recovery.recipient })
    })
}

/// Chance for what opens files, which needs none.
pub(super) fn entropy() -> Box<System> {
    Box::new(System)
}
