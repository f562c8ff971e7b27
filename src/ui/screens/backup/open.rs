//! Opening a backup: its file, and the recovery sheet or the passphrase that it opens with.

use leptos::html::{Input, Textarea};
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use web_sys::File;

use crate::bundle::Kind;
use crate::bundle::sealer::SealerError;
use crate::engine::Failure;
use crate::engine::protocol::{Outcome, Request};
use crate::engine::sharing::rows::BundlePreview;
use crate::ui::failure_text::failure_text;
use crate::ui::reactive::Show;
use crate::ui::session::{JobKind, Session, use_session};
use crate::ui::text::{Texts, t, t_string, use_i18n};
use crate::ui::widgets::{Notice, PassphraseField, Segmented, TextArea};

/// With what a backup is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The text on the recovery sheet.
    Sheet,
    /// The passphrase of the file.
    Passphrase,
}

/// Why it did not open.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    NoFile,
    NoKey,
    NoBackup,
    Failed(Failure),
}

/// What was chosen and typed; a copy is the same.
#[derive(Clone, Copy)]
pub struct Opening {
    /// With what it is opened.
    pub key: RwSignal<Key>,
    /// The text on the sheet, as typed.
    pub identity: RwSignal<String>,
    passphrase: RwSignal<String>,
    file: RwSignal<Option<File>, LocalStorage>,
    fault: RwSignal<Option<Fault>>,
    /// Whether it is being opened.
    pub busy: RwSignal<bool>,
    session: Session,
    file_node: NodeRef<Input>,
    identity_node: NodeRef<Textarea>,
    passphrase_node: NodeRef<Input>,
}

impl Opening {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            key: RwSignal::new(Key::Sheet),
            identity: RwSignal::new(String::new()),
            passphrase: RwSignal::new(String::new()),
            file: RwSignal::new_local(None),
            fault: RwSignal::new(None),
            busy: RwSignal::new(false),
            session: use_session(),
            file_node: NodeRef::new(),
            identity_node: NodeRef::new(),
            passphrase_node: NodeRef::new(),
        }
    }

    /// Whether a file was chosen and a key typed. If not, it is said where it is missing.
    #[must_use]
    pub fn is_complete(self) -> bool {
        let no_file = self.file.try_with_untracked(Option::is_none).unwrap_or(true);
        let no_key = self.typed().try_with_untracked(|text| text.trim().is_empty()).unwrap_or(true);
        let fault = match (no_file, no_key) {
            (true, _) => Some(Fault::NoFile),
            (false, true) => Some(Fault::NoKey),
            (false, false) => None,
        };
        let complete = fault.is_none();
        self.say(fault);
        complete
    }

    /// Opens it; nothing is changed by that. If it can't be opened it is said why, and everything stays to
    /// be tried again.
    pub async fn open(self) -> Option<BundlePreview> {
        if !self.is_complete() || self.busy.try_get_untracked() != Some(false) {
            return None;
        }
        let file = self.file.try_get_untracked().flatten()?;
        let typed = self.typed().try_get_untracked()?;
        let (passphrase, identity) = match self.key.try_get_untracked()? {
            Key::Sheet => (String::new(), typed),
            Key::Passphrase => (typed, String::new()),
        };
        self.busy.try_set(true);
        let request = Request::OpenBundle {
            name: file.name(),
            passphrase,
            identity,
            restoring: true,
            bytes: Vec::new(),
        };
        let outcome = self.session.run_job(JobKind::OpenBundle, request, Some(file)).await;
        self.busy.try_set(false);
        match outcome {
            Ok(Outcome::Previewed(preview)) if matches!(preview.kind, Kind::Backup | Kind::Handover) => {
                return Some(*preview);
            }
            Ok(Outcome::Previewed(_)) => {
                self.close();
                self.say(Some(Fault::NoBackup));
            }
            Ok(_) => self.say(Some(Fault::Failed(Failure::Unreadable))),
            Err(failure) => self.say(Some(Fault::Failed(failure))),
        }
        None
    }

    /// Lets the engine forget the opened file.
    pub fn close(self) {
        self.session.engine.call(Request::CloseBundle);
    }

    /// Forgets the file and what was typed.
    pub fn clear(self) {
        self.file.try_set(None);
        self.identity.try_set(String::new());
        self.passphrase.try_set(String::new());
        self.fault.try_set(None);
    }

    fn typed(self) -> RwSignal<String> {
        match self.key.try_get_untracked() {
            Some(Key::Passphrase) => self.passphrase,
            _ => self.identity,
        }
    }

    /// Shows a fault, with the focus where it is mended.
    fn say(self, fault: Option<Fault>) {
        let at_file = matches!(fault, Some(Fault::NoFile | Fault::NoBackup));
        let at_key = matches!(fault, Some(Fault::NoKey | Fault::Failed(_)));
        self.fault.try_set(fault);
        if at_file && let Some(input) = self.file_node.try_get_untracked().flatten() {
            let _ = input.focus();
        }
        if !at_key {
            return;
        }
        if let Some(input) = self.passphrase_node.try_get_untracked().flatten() {
            let _ = input.focus();
        } else if let Some(area) = self.identity_node.try_get_untracked().flatten() {
            let _ = area.focus();
        }
    }
}

impl Default for Opening {
    fn default() -> Self {
        Self::new()
    }
}

/// The file and the key.
#[component]
pub fn OpeningFields(
    /// What was chosen and typed.
    opening: Opening,
) -> impl IntoView {
    let i18n = use_i18n();
    let take = move || {
        let Some(input) = opening.file_node.get_untracked() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            opening.file.set(Some(file));
            opening.fault.set(None);
        }
        // The same file can then be chosen again.
        input.set_value("");
    };
    let keys: Vec<(Key, TextProp)> = vec![
        (Key::Sheet, t!(i18n, restore.by_sheet).into()),
        (Key::Passphrase, t!(i18n, restore.by_passphrase).into()),
    ];
    let at_file = move || match opening.fault.get() {
        Some(Fault::NoFile) => Some(t_string!(i18n, restore.no_file)),
        Some(Fault::NoBackup) => Some(t_string!(i18n, restore.no_backup)),
        _ => None,
    };
    let at_key = Signal::derive(move || match opening.fault.get() {
        Some(Fault::NoKey) => Some(t_string!(i18n, restore.no_key).to_owned()),
        Some(Fault::Failed(failure)) if is_of_key(&failure) => Some(opening_text(i18n, &failure)),
        _ => None,
    });
    let trouble = move || match opening.fault.get() {
        Some(Fault::Failed(failure)) if !is_of_key(&failure) => Some(opening_text(i18n, &failure)),
        _ => None,
    };
    view! {
        <div class="opening">
            <div class="field" class:invalid=move || at_file().is_some()>
                <p class="field-label">{t!(i18n, restore.file)}</p>
                <p class="field-hint" id="backup-file-hint">{t!(i18n, restore.file_hint)}</p>
                <p class="file-name" aria-live="polite">
                    {move || opening.file.with(|file| file.as_ref().map(File::name))}
                </p>
                <label class="button secondary file-button">
                    <input
                        class="visually-hidden"
                        type="file"
                        node_ref=opening.file_node
                        aria-describedby="backup-file-hint backup-file-error"
                        on:change=move |_| take()
                    />
                    {move || {
                        if opening.file.with(Option::is_some) {
                            t_string!(i18n, restore.choose_another)
                        } else {
                            t_string!(i18n, restore.choose)
                        }
                    }}
                </label>
                <p class="field-error" id="backup-file-error" aria-live="polite">{at_file}</p>
            </div>
            <Segmented
                legend=t!(i18n, restore.key)
                options=keys
                value=opening.key
                on_choose=move |key| {
                    opening.key.set(key);
                    opening.fault.set(None);
                }
            />
            <Show
                when=move || opening.key.get() == Key::Sheet
                fallback=move || {
                    view! {
                        <PassphraseField
                            label=t!(i18n, restore.passphrase)
                            hint=t!(i18n, restore.passphrase_hint)
                            value=opening.passphrase
                            error=at_key
                            node=opening.passphrase_node
                        />
                    }
                }
            >
                <TextArea
                    label=t!(i18n, restore.identity)
                    hint=t!(i18n, restore.identity_hint)
                    value=opening.identity
                    error=at_key
                    required=true
                    node=opening.identity_node
                />
            </Show>
            {move || trouble().map(|text| view! { <Notice tone="bad"><p>{text}</p></Notice> })}
        </div>
    }
}

/// Whether another sheet or passphrase may help.
fn is_of_key(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::WrongPassphrase
            | Failure::Bundle(
                SealerError::WrongPassphrase
                    | SealerError::NotForUs
                    | SealerError::NeedsPassphrase
                    | SealerError::NotAnIdentity
            )
    )
}

/// Why a backup did not open: there is nobody to ask who sent it.
fn opening_text(i18n: Texts, failure: &Failure) -> String {
    match failure {
        Failure::Bundle(SealerError::WrongPassphrase) => t_string!(i18n, restore.wrong_passphrase).to_owned(),
        Failure::Bundle(SealerError::NotForUs) => t_string!(i18n, restore.wrong_sheet).to_owned(),
        Failure::Bundle(SealerError::NeedsPassphrase) => t_string!(i18n, restore.needs_passphrase).to_owned(),
        Failure::Bundle(SealerError::Truncated) => t_string!(i18n, restore.truncated).to_owned(),
        Failure::Bundle(SealerError::Damaged { .. } | SealerError::Line { .. } | SealerError::Forged) => {
            t_string!(i18n, restore.damaged).to_owned()
        }
        failure => failure_text(i18n, failure),
    }
}
