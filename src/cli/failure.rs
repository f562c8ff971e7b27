//! Why the tool could not do what was asked: one sentence, which says what to do.

use std::io;
use std::path::Path;

use thiserror::Error;

use crate::bundle::sealer::SealerError;

#[derive(Debug, Error)]
pub(super) enum Failure {
    /// Refused, or not possible.
    #[error("{0}")]
    Refused(String),
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// Standard output can't be written to.
    #[error("Standard output can't be written to ({0}): give it another place.")]
    Output(#[from] io::Error),
}

impl Failure {
    /// A file could not be read.
    pub(super) fn reading(path: &Path, error: &io::Error) -> Self {
        Self::Refused(format!(
            "{} can't be read ({error}): check its name and who may read it.",
            path.display()
        ))
    }

    /// A file could not be written.
    pub(super) fn writing(path: &Path, error: &io::Error) -> Self {
        Self::Refused(match error.kind() {
            io::ErrorKind::AlreadyExists => {
                format!(
                    "{} is there already: choose another name, or replace it with --force.",
                    path.display()
                )
            }
            _ => format!("{} can't be written ({error}): choose another place.", path.display()),
        })
    }

    /// A file could not be opened, or not be made.
    pub(super) fn of(path: &Path, error: &SealerError) -> Self {
        Self::Refused(format!("{} {}", path.display(), sentence(error)))
    }
}

/// What follows the name of the file.
fn sentence(error: &SealerError) -> String {
    match error {
        SealerError::NotABundle => {
            "is neither a bundle nor a member card: check the name of the file.".into()
        }
        SealerError::UnknownContainer => {
            "is an age file of a kind that is not known here: use a newer daifuku.".into()
        }
        SealerError::NotForUs => {
            "was written for someone else: give the identity that it was written for with --identity FILE."
                .into()
        }
        SealerError::NeedsPassphrase => {
            "needs a passphrase: give it with --passphrase-file FILE or in DAIFUKU_PASSPHRASE.".into()
        }
        SealerError::WrongPassphrase => {
            "does not open with this passphrase: check it, above all upper and lower case.".into()
        }
        SealerError::ExcessiveWork { found, most } => {
            format!(
                "asks for more work (2^{found}) than is done here (2^{most}): ask its sender for another."
            )
        }
        SealerError::Truncated => "is cut off: copy it once more, or ask its sender for another.".into(),
        SealerError::Damaged { part } => {
            format!("is damaged ({part}): copy it once more, or ask its sender for another.")
        }
        SealerError::Line { line, reason } => {
            format!("is damaged (line {line}: {reason}): copy it once more, or ask its sender for another.")
        }
        SealerError::TooLarge { limit } => {
            format!("is larger than any reader takes ({limit}): divide what it holds among several files.")
        }
        SealerError::NoBundleInside => "holds something else than a bundle: open it with age.".into(),
        SealerError::Newer { needed, newest } => {
            format!("needs version {needed} of the format, and this reads {newest}: use a newer daifuku.")
        }
        SealerError::Forged | SealerError::ForgedCard => {
            "is not authentic, its signature is not the sender's: do not use it, and ask its sender.".into()
        }
        SealerError::NotAnIdentity => {
            "holds no identity, or a mistyped one: compare it with the recovery sheet.".into()
        }
        SealerError::NotARecipient => {
            "can't be written for that: name whoever shall open it with --to age1….".into()
        }
        SealerError::OutOfMemory => "needs more memory than there is: close other programs.".into(),
        SealerError::Order | SealerError::Refused | SealerError::TooLongForQr => {
            format!("could not be worked on ({error}): please report this.")
        }
    }
}
