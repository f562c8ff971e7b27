//! First start, unlocking, locking, the passphrase, and who holds the vault.

use core::time::Duration;
use std::rc::Rc;

use super::dispatch::{Engine, Open};
use super::failure::Failure;
use super::host::Host;
use super::lists::Lists;
use super::protocol::{Language, Reply};
use super::rows::{Overview, PassphraseStrength, StrengthLevel, VaultState};
use super::session::Session;
use super::sharing::secret_of;
use crate::crypto::{self, DerivedSecret, KdfError, KdfParams, MemoryClass};
use crate::vault::locked::NewVault;
use crate::vault::{Locked, Notebook, StoreError, VaultError};

/// What the engine is doing.
pub(super) enum Phase<S> {
    /// It has not looked yet.
    Unknown,
    /// There is no vault.
    Absent,
    /// Another tab holds the vault.
    Elsewhere,
    /// There is a vault.
    Locked(Locked<S>),
    /// A key is being derived or a vault being loaded.
    Busy,
    /// The notebook is open.
    Open(Rc<Session<S>>),
    /// Locked or taken over for good: the worker is about to end.
    Ended,
}

impl<H: Host> Engine<H> {
    /// The open session.
    pub(super) fn session(&self) -> Result<Open<H>, Failure> {
        match &*self.phase.borrow() {
            Phase::Open(session) => Ok(Rc::clone(session)),
            Phase::Absent => Err(Failure::NoVault),
            Phase::Elsewhere => Err(Failure::OpenElsewhere),
            _ => Err(Failure::Locked),
        }
    }

    pub(super) async fn hello(&self) -> Result<Reply, Failure> {
        if matches!(&*self.phase.borrow(), Phase::Open(_)) {
            return Ok(Reply::Welcome(VaultState::Unlocked));
        }
        self.look(false).await
    }

    pub(super) async fn take_over(&self) -> Result<Reply, Failure> {
        self.look(true).await?;
        Ok(Reply::Done)
    }

    /// Takes the vault for this tab and looks what is there; sealed rows are read ahead.
    async fn look(&self, ask: bool) -> Result<Reply, Failure> {
        if !self.host.hold(ask).await {
            *self.phase.borrow_mut() = Phase::Elsewhere;
            return Ok(Reply::Welcome(VaultState::OpenElsewhere));
        }
        self.host.prepare_derive();
        match Locked::find(self.host.store()).await? {
            Some(mut locked) => {
                locked.read_early().await?;
                *self.phase.borrow_mut() = Phase::Locked(locked);
                Ok(Reply::Welcome(VaultState::Locked))
            }
            None => {
                *self.phase.borrow_mut() = Phase::Absent;
                Ok(Reply::Welcome(VaultState::Absent))
            }
        }
    }

    /// Leaves the phase `Busy` behind; the caller puts the next one.
    fn take_phase(&self) -> Phase<H::Store> {
        self.phase.replace(Phase::Busy)
    }

    pub(super) fn suggest(&self, language: Language) -> Reply {
        let language = match language {
            Language::Japanese => crypto::WordLanguage::Japanese,
            Language::English => crypto::WordLanguage::English,
        };
        Reply::Passphrase(crypto::suggest(language, &mut *self.host.entropy()).to_string())
    }

    pub(super) fn strength(text: &str) -> Reply {
        Reply::Strength(estimate(text))
    }

    async fn derive_new(&self, passphrase: &str) -> Result<(KdfParams, DerivedSecret), Failure> {
        let mut entropy = self.host.entropy();
        let mut class = self.host.memory_class();
        loop {
            let params = KdfParams::make(class, class.fewest_passes(), &mut *entropy);
            let start = self.host.now();
            match self.host.derive(passphrase, params).await {
                Ok(secret) => {
                    let took = u64::try_from(self.host.now().0 - start.0).unwrap_or_default();
                    let passes = crypto::calibrate(class, Duration::from_millis(took), crypto::DEFAULT_AIM);
                    if passes <= class.fewest_passes() {
                        return Ok((params, secret));
                    }
                    let params = KdfParams::make(class, passes, &mut *entropy);
                    return Ok((params, self.host.derive(passphrase, params).await?));
                }
                Err(KdfError::OutOfMemory { .. }) if class == MemoryClass::Standard => {
                    class = MemoryClass::Small
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    pub(super) async fn create(self: &Rc<Self>, passphrase: &str, device: &str) -> Result<Reply, Failure> {
        match &*self.phase.borrow() {
            Phase::Absent => {}
            Phase::Elsewhere => return Err(Failure::OpenElsewhere),
            _ => return Err(Failure::VaultExists),
        }
        if estimate(passphrase).level < StrengthLevel::Fair {
            return Err(Failure::WeakPassphrase);
        }
        *self.phase.borrow_mut() = Phase::Busy;
        let made = self.make(passphrase, device).await;
        match made {
            Ok(notebook) if self.is_busy() => Ok(self.open(notebook)),
            Ok(_) => Err(Failure::Locked),
            Err(failure) => {
                if self.is_busy() {
                    *self.phase.borrow_mut() = Phase::Absent;
                }
                Err(failure)
            }
        }
    }

    async fn make(&self, passphrase: &str, device: &str) -> Result<Notebook<H::Store>, Failure> {
        let (kdf, secret) = self.derive_new(passphrase).await?;
        if !self.is_busy() {
            return Err(Failure::Locked);
        }
        let new = NewVault { secret: &secret, kdf: &kdf, device, now: self.host.now() };
        Ok(Locked::create(self.host.store(), &new, self.host.entropy()).await?)
    }

    pub(super) async fn unlock(self: &Rc<Self>, passphrase: &str) -> Result<Reply, Failure> {
        let locked = match self.take_phase() {
            Phase::Locked(locked) => locked,
            other => {
                let failure = match &other {
                    Phase::Absent => Failure::NoVault,
                    Phase::Elsewhere => Failure::OpenElsewhere,
                    Phase::Open(_) => Failure::VaultExists,
                    _ => Failure::Locked,
                };
                *self.phase.borrow_mut() = other;
                return Err(failure);
            }
        };
        let (locked, failure) = match self.try_unlock(locked, passphrase).await {
            Ok(notebook) if self.is_busy() => return Ok(self.open(notebook)),
            Ok(_) => return Err(Failure::Locked),
            Err(failed) => failed,
        };
        if self.is_busy() {
            *self.phase.borrow_mut() = Phase::Locked(locked);
            self.host.prepare_derive();
        }
        Err(failure)
    }

    async fn try_unlock(
        &self,
        mut locked: Locked<H::Store>,
        passphrase: &str,
    ) -> Result<Notebook<H::Store>, (Locked<H::Store>, Failure)> {
        let kdfs = match locked.kdfs() {
            Ok(kdfs) => kdfs,
            Err(error) => return Err((locked, error.into())),
        };
        let mut failure = Failure::WrongPassphrase;
        for kdf in kdfs {
            let secret = match self.host.derive(passphrase, kdf).await {
                Ok(secret) => secret,
                Err(error) => return Err((locked, error.into())),
            };
            // Another tab may have taken the vault meanwhile: it must not be taken back.
            if !self.is_busy() {
                return Err((locked, Failure::Locked));
            }
            match locked.unlock(&secret, self.host.entropy()).await {
                Ok(notebook) => return Ok(notebook),
                Err((still, VaultError::WrongPassphrase)) => locked = still,
                Err((still, error)) => {
                    locked = still;
                    failure = error.into();
                }
            }
        }
        Err((locked, failure))
    }

    /// Whether nobody has locked or taken the vault since [`Self::take_phase`].
    fn is_busy(&self) -> bool {
        matches!(&*self.phase.borrow(), Phase::Busy)
    }

    fn open(self: &Rc<Self>, notebook: Notebook<H::Store>) -> Reply {
        let session = Rc::new(Session::new(notebook));
        *session.lists.borrow_mut() = Lists::of(&session.notebook.cards());
        let overview = {
            let manifest = session.notebook.manifest();
            let own = manifest.devices.iter().find(|(replica, _)| *replica == manifest.replica);
            let unreadable = session.notebook.damaged().len() + usize::from(session.notebook.is_read_only());
            Overview {
                customers: session.lists.borrow().listed(),
                device: own.map(|(_, name)| name.clone()).unwrap_or_default(),
                drafts: !session.notebook.drafts().is_empty(),
                damaged: u32::try_from(unreadable).unwrap_or(u32::MAX),
                sharing: Self::sharing_state(&session),
            }
        };
        *self.phase.borrow_mut() = Phase::Open(Rc::clone(&session));
        self.start_upkeep(&session);
        Reply::Opened(overview)
    }

    /// Unlocks with the recovery sheet, and sets a new passphrase.
    pub(super) async fn recover(self: &Rc<Self>, identity: &str, passphrase: &str) -> Result<Reply, Failure> {
        if estimate(passphrase).level < StrengthLevel::Fair {
            return Err(Failure::WeakPassphrase);
        }
        let vaults = match &*self.phase.borrow() {
            Phase::Locked(locked) if locked.has_recovery() => locked.vaults(),
            Phase::Locked(_) => return Err(Failure::NoRecoverySheet),
            Phase::Absent => return Err(Failure::NoVault),
            Phase::Elsewhere => return Err(Failure::OpenElsewhere),
            _ => return Err(Failure::Locked),
        };
        let mut failure = Failure::NotTheSheet;
        for vault in vaults {
            let recovery = self.open_sheet(vault, identity).await?;
            let sheet = secret_of(&recovery)?;
            let (kdf, secret) = self.derive_new(passphrase).await?;
            let locked = match self.take_phase() {
                Phase::Locked(locked) => locked,
                other => {
                    *self.phase.borrow_mut() = other;
                    return Err(Failure::Locked);
                }
            };
            match locked.unlock_recovery(&sheet, self.host.entropy()).await {
                Ok(notebook) if self.is_busy() => {
                    notebook.reset_passphrase(&sheet, &kdf, &secret, self.host.now()).await?;
                    return Ok(self.open(notebook));
                }
                Ok(_) => return Err(Failure::Locked),
                Err((locked, error)) => {
                    if self.is_busy() {
                        *self.phase.borrow_mut() = Phase::Locked(locked);
                        self.host.prepare_derive();
                    }
                    failure = match error {
                        VaultError::WrongPassphrase => Failure::NotTheSheet,
                        error => error.into(),
                    };
                }
            }
        }
        Err(failure)
    }

    pub(super) async fn lock(&self) -> Result<Reply, Failure> {
        let phase = self.phase.replace(Phase::Ended);
        if let Phase::Open(session) = phase {
            session.ended.set(true);
            session.jobs.borrow().values().for_each(|cancelled| cancelled.set(true));
            // Whoever writes now finishes first.
            drop(session.notebook.begin().await);
        }
        Ok(Reply::Done)
    }

    /// Lets go of the vault for another tab: waits for the write that is going on, forgets the keys.
    pub async fn release(&self) {
        // Locking has no way to fail.
        let _ = self.lock().await;
        self.host.release();
        self.tell(super::protocol::Event::TakenOver);
    }

    pub(super) async fn change_passphrase(&self, old: &str, new: &str) -> Result<Reply, Failure> {
        let session = self.session()?;
        if estimate(new).level < StrengthLevel::Fair {
            return Err(Failure::WeakPassphrase);
        }
        let old_kdf = session.notebook.kdf()?;
        let old_secret = self.host.derive(old, old_kdf).await?;
        let (kdf, secret) = self.derive_new(new).await?;
        session.notebook.rewrap(&old_secret, &kdf, &secret, self.host.now()).await?;
        Ok(Reply::Done)
    }
}

fn estimate(text: &str) -> PassphraseStrength {
    let strength = crypto::strength(text);
    let level = match strength.level {
        crypto::Level::TooShort => StrengthLevel::TooShort,
        crypto::Level::Weak => StrengthLevel::Weak,
        crypto::Level::Fair => StrengthLevel::Fair,
        crypto::Level::Strong => StrengthLevel::Strong,
    };
    PassphraseStrength { bits: strength.bits, level }
}

impl From<KdfError> for Failure {
    fn from(_: KdfError) -> Self {
        Self::KeyDerivation
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Fenced => Self::OpenElsewhere,
            StoreError::NoRoom => Self::NoRoom,
            StoreError::NewerSchema { found, newest } => Self::NewerVersion { found, newest },
            StoreError::Failed(name) => Self::Storage { name },
        }
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Store(error) => error.into(),
            VaultError::WrongPassphrase => Self::WrongPassphrase,
            VaultError::Damaged(part) => Self::Damaged { what: part.to_string() },
            VaultError::SlotsChanged => Self::SlotsChanged,
            VaultError::Newer(found) => Self::NewerVersion {
                found: u32::from(found),
                newest: u32::from(crate::vault::format::VERSION),
            },
            VaultError::TooLarge => Self::Storage { name: "TooLarge".to_owned() },
            VaultError::Exists => Self::VaultExists,
            VaultError::NotFound => Self::NotFound,
            VaultError::OtherCopy => Self::OtherCopy,
        }
    }
}
