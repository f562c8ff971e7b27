//! What a person reads of a [`Failure`]: what happened, what is safe, what to press.

use crate::bundle::sealer::SealerError;
use crate::engine::Failure;
use crate::engine::failure::FileProblem;
use crate::engine::rows::UndoLabel;
use crate::ui::engine::stopped;
use crate::ui::text::{Texts, t_string};

/// The sentence of a failure, in the language of the screens.
#[must_use]
pub fn failure_text(i18n: Texts, failure: &Failure) -> String {
    match failure {
        Failure::WrongPassphrase => t_string!(i18n, failure.wrong_passphrase).into(),
        Failure::Damaged { what } => t_string!(i18n, failure.damaged, what = what.as_str()),
        Failure::SlotsChanged => t_string!(i18n, failure.slots_changed).into(),
        Failure::NoVault => t_string!(i18n, failure.no_vault).into(),
        Failure::VaultExists => t_string!(i18n, failure.vault_exists).into(),
        Failure::OpenElsewhere => t_string!(i18n, failure.open_elsewhere).into(),
        Failure::Locked => t_string!(i18n, failure.locked).into(),
        Failure::NewerVersion { found, newest } => {
            t_string!(i18n, failure.newer_version, found = *found, newest = *newest)
        }
        Failure::OtherProtocol { .. } => t_string!(i18n, failure.other_protocol).into(),
        Failure::Unreadable => t_string!(i18n, failure.unreadable).into(),
        Failure::NoRoom => t_string!(i18n, failure.no_room).into(),
        failure if *failure == stopped() => t_string!(i18n, failure.engine_stopped).into(),
        Failure::Storage { name } => t_string!(i18n, failure.storage, name = name.as_str()),
        Failure::WeakPassphrase => t_string!(i18n, failure.weak_passphrase).into(),
        Failure::KeyDerivation => t_string!(i18n, failure.key_derivation).into(),
        Failure::NotFound => t_string!(i18n, failure.not_found).into(),
        Failure::NothingToUndo => t_string!(i18n, failure.nothing_to_undo).into(),
        Failure::Cancelled => t_string!(i18n, failure.cancelled).into(),
        Failure::NotTheSheet => t_string!(i18n, failure.not_the_sheet).into(),
        Failure::NoRecoverySheet => t_string!(i18n, failure.no_recovery_sheet).into(),
        Failure::NothingChosen => t_string!(i18n, failure.nothing_chosen).into(),
        Failure::NothingNew => t_string!(i18n, failure.nothing_new).into(),
        Failure::OtherCopy => t_string!(i18n, failure.other_copy).into(),
        Failure::NotConfirmed => t_string!(i18n, failure.not_confirmed).into(),
        Failure::Bundle(error) => bundle_text(i18n, error),
        Failure::File(problem) => match problem {
            FileProblem::Empty => t_string!(i18n, failure.file_empty).into(),
            FileProblem::NotUtf8 => t_string!(i18n, failure.file_not_utf8).into(),
            FileProblem::NoHeader => t_string!(i18n, failure.file_no_header).into(),
            FileProblem::TooLarge => t_string!(i18n, failure.file_too_large).into(),
            FileProblem::Binary => t_string!(i18n, failure.file_binary).into(),
        },
    }
}

/// Why a bundle, card or sheet could not be read or written.
fn bundle_text(i18n: Texts, error: &SealerError) -> String {
    match error {
        SealerError::Order | SealerError::Refused => t_string!(i18n, bundle_failure.order).into(),
        SealerError::OutOfMemory => t_string!(i18n, bundle_failure.out_of_memory).into(),
        SealerError::NotABundle => t_string!(i18n, bundle_failure.not_a_bundle).into(),
        SealerError::UnknownContainer => t_string!(i18n, bundle_failure.unknown_container).into(),
        SealerError::NotForUs => t_string!(i18n, bundle_failure.not_for_us).into(),
        SealerError::NeedsPassphrase => t_string!(i18n, bundle_failure.needs_passphrase).into(),
        SealerError::WrongPassphrase => t_string!(i18n, bundle_failure.wrong_passphrase).into(),
        SealerError::ExcessiveWork { .. } => t_string!(i18n, bundle_failure.excessive_work).into(),
        SealerError::Truncated => t_string!(i18n, bundle_failure.truncated).into(),
        SealerError::Damaged { .. } => t_string!(i18n, bundle_failure.damaged).into(),
        SealerError::TooLarge { .. } => t_string!(i18n, bundle_failure.too_large).into(),
        SealerError::NoBundleInside => t_string!(i18n, bundle_failure.no_bundle_inside).into(),
        SealerError::Newer { .. } => t_string!(i18n, bundle_failure.newer).into(),
        SealerError::Line { line, .. } => t_string!(i18n, bundle_failure.line, line = *line),
        SealerError::Forged => t_string!(i18n, bundle_failure.forged).into(),
        SealerError::NotAnIdentity => t_string!(i18n, bundle_failure.not_an_identity).into(),
        SealerError::ForgedCard => t_string!(i18n, bundle_failure.forged_card).into(),
        SealerError::NotARecipient => t_string!(i18n, bundle_failure.not_a_recipient).into(),
        SealerError::TooLongForQr => t_string!(i18n, bundle_failure.order).into(),
    }
}

/// What was done, for the notice that offers to undo it.
#[must_use]
pub fn undo_text(i18n: Texts, label: UndoLabel) -> String {
    match label {
        UndoLabel::Edit => t_string!(i18n, undo.edited).into(),
        UndoLabel::Add => t_string!(i18n, undo.added).into(),
        UndoLabel::Delete(1) => t_string!(i18n, undo.deleted_one).into(),
        UndoLabel::Delete(count) => t_string!(i18n, undo.deleted_many, count = count),
        UndoLabel::Restore(1) => t_string!(i18n, undo.restored_one).into(),
        UndoLabel::Restore(count) => t_string!(i18n, undo.restored_many, count = count),
        UndoLabel::Finish => t_string!(i18n, undo.finished).into(),
    }
}
