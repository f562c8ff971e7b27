//! What the tool asks this machine for: the time, chance, files, the terminal.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use super::failure::Failure;
use crate::bundle::limits::MOST_FILE_BYTES;
use crate::crypto::Entropy;
use crate::model::Instant;

/// The randomness of the operating system.
pub(super) struct System;

impl Entropy for System {
    #[expect(clippy::disallowed_methods, reason = "this is where chance comes from on the command line")]
    fn fill(&mut self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Nothing may be made from what is not random.
            std::process::abort();
        }
    }
}

/// The time of the operating system.
#[expect(clippy::disallowed_methods, reason = "this is where the time comes from on the command line")]
pub(super) fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant(i64::try_from(since.as_millis()).unwrap_or_default())
}

/// All of a file, unless it is longer than any that is opened.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: io::Error| Failure::reading(path, &error);
    let most = u64::try_from(MOST_FILE_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    // One byte more shows that it is too long.
    File::open(path).map_err(failed)?.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// A file with a secret.
pub(super) fn read_secret(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let bytes = Zeroizing::new(read(path)?);
    let text = core::str::from_utf8(&bytes).map_err(|_| {
        Failure::Refused(format!("{} is no text: give a file with the secret as text.", path.display()))
    })?;
    Ok(Zeroizing::new(text.trim_start_matches('\u{feff}').to_owned()))
}

/// Writes a file, for its owner only. One that is there is replaced at once or not at all, and only with
/// `force`.
pub(super) fn write(path: &Path, bytes: &[u8], force: bool) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::writing(path, &error);
    if !force {
        let file = create(path).map_err(failed)?;
        return fill(file, bytes).map_err(|error| {
            let _ = fs::remove_file(path);
            failed(error)
        });
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = PathBuf::from(name);
    let written = create(&part).and_then(|file| fill(file, bytes)).and_then(|()| fs::rename(&part, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&part);
        failed(error)
    })
}

/// Whether a file may be written; looked at before any work.
pub(super) fn may_write(path: &Path, force: bool) -> Result<(), Failure> {
    if !force && fs::symlink_metadata(path).is_ok() {
        return Err(Failure::writing(path, &io::ErrorKind::AlreadyExists.into()));
    }
    Ok(())
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn fill(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

/// Asks for the passphrase of a file without showing it; nothing when nobody is there to ask.
pub(super) fn ask(path: &Path) -> Option<Zeroizing<String>> {
    if !io::stdin().is_terminal() {
        return None;
    }
    let question = format!("Passphrase of {}: ", super::plain::shown(&path.display().to_string()));
    rpassword::prompt_password(question).ok().map(Zeroizing::new)
}
