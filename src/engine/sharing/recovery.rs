//! The recovery sheet: making it, taking it over after a restore, and opening the vault with it.

use std::rc::Rc;

use super::people::answered;
use super::rows::RecoverySheet;
use super::{failed, unexpected};
use crate::bundle::sealer::{Answer, Recovery, Request};
use crate::crypto::DerivedSecret;
use crate::engine::dispatch::{Engine, Open};
use crate::engine::failure::Failure;
use crate::engine::host::{Host, Sealer};
use crate::engine::protocol::Reply;
use crate::vault::VaultError;

/// So many of the last characters are typed back.
const TYPED: usize = 6;

/// A sheet that was made and not confirmed yet.
pub(super) struct PendingSheet {
    recovery: Recovery,
    passphrase: DerivedSecret,
}

impl<H: Host> Engine<H> {
    pub(in crate::engine) async fn make_recovery(
        &self,
        open: &Open<H>,
        passphrase: &str,
    ) -> Result<Reply, Failure> {
        let passphrase = self.passphrase_secret(open, passphrase).await?;
        let vault = *open.notebook.sealing().keys().vault();
        let mut sealer = self.host.sealer().await.map_err(failed)?;
        let request = Request::MakeRecovery { vault };
        let Answer::Recovery(recovery) = answered(sealer.ask(request).await)? else {
            return Err(unexpected());
        };
        let device = open.notebook.device_name(open.notebook.manifest().replica);
        let sheet = RecoverySheet {
            identity: recovery.identity.clone(),
            qr: recovery.qr.clone(),
            device,
            made: self.host.now(),
            typed: u32::try_from(TYPED).unwrap_or_default(),
        };
        open.sharing.borrow_mut().sheet = Some(PendingSheet { recovery, passphrase });
        Ok(Reply::RecoverySheet(Box::new(sheet)))
    }

    pub(in crate::engine) async fn confirm_recovery(
        self: &Rc<Self>,
        open: &Open<H>,
        typed: &str,
    ) -> Result<Reply, Failure> {
        let sheet = open.sharing.borrow_mut().sheet.take().ok_or(Failure::NotFound)?;
        if !ends_with(&sheet.recovery.identity, typed) {
            open.sharing.borrow_mut().sheet = Some(sheet);
            return Err(Failure::NotTheSheet);
        }
        self.store_recovery(open, &sheet.passphrase, &sheet.recovery).await
    }

    /// Makes a sheet that is there already open this vault too.
    pub(in crate::engine) async fn adopt_recovery(
        self: &Rc<Self>,
        open: &Open<H>,
        identity: &str,
        passphrase: &str,
    ) -> Result<Reply, Failure> {
        let passphrase = self.passphrase_secret(open, passphrase).await?;
        let vault = *open.notebook.sealing().keys().vault();
        let recovery = self.open_sheet(vault, identity).await?;
        self.store_recovery(open, &passphrase, &recovery).await
    }

    async fn store_recovery(
        self: &Rc<Self>,
        open: &Open<H>,
        passphrase: &DerivedSecret,
        recovery: &Recovery,
    ) -> Result<Reply, Failure> {
        let secret = secret_of(recovery)?;
        open.notebook.set_recovery(passphrase, &secret, &recovery.recipient, self.host.now()).await?;
        self.tell_sharing(open);
        Ok(Reply::Done)
    }

    /// The secret of the vault's passphrase, if this is it.
    async fn passphrase_secret(&self, open: &Open<H>, passphrase: &str) -> Result<DerivedSecret, Failure> {
        let secret = self.host.derive(passphrase, open.notebook.kdf()?).await?;
        if open.notebook.is_passphrase(&secret) { Ok(secret) } else { Err(Failure::WrongPassphrase) }
    }

    /// What the text on a sheet opens.
    pub(in crate::engine) async fn open_sheet(
        &self,
        vault: [u8; 16],
        identity: &str,
    ) -> Result<Recovery, Failure> {
        let mut sealer = self.host.sealer().await.map_err(failed)?;
        let request = Request::OpenRecovery { vault, identity: identity.to_owned() };
        match answered(sealer.ask(request).await)? {
            Answer::Recovery(recovery) => Ok(recovery),
            _ => Err(unexpected()),
        }
    }
}

/// The secret of the vault's slot.
pub(in crate::engine) fn secret_of(recovery: &Recovery) -> Result<DerivedSecret, Failure> {
    let bytes = recovery.secret.as_slice().try_into();
    bytes.map(DerivedSecret::from_bytes).map_err(|_| VaultError::WrongPassphrase.into())
}

/// Whether what was typed is the end of the text; spaces, width and case do not matter.
fn ends_with(identity: &str, typed: &str) -> bool {
    use unicode_normalization::UnicodeNormalization;
    let letters: String =
        typed.nfkc().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
    letters.len() >= TYPED && identity.ends_with(&letters)
}
