//! Backups that make themselves: once a day, into a folder that the person has chosen.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::make::make_own;
use crate::bundle::Kind;
use crate::engine::Failure;
use crate::engine::sharing::folder::{backup_name, surplus};
use crate::engine::sharing::rows::Audience;
use crate::ui::clock::today;
use crate::ui::failure_text::failure_text;
use crate::ui::folder::{Entry, Folder, can_pick, keep_folder, kept_folder};
use crate::ui::reactive::{Show, memo};
use crate::ui::session::{Session, use_session};
use crate::ui::text::{Texts, t, t_string, use_i18n};
use crate::ui::widgets::Notice;
use crate::ui::widgets::toast::Toast;

/// The purpose under which the folder is kept.
const BACKUPS: &str = "backups";

/// Why nothing could be done in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FolderFault {
    /// It is gone, or not allowed any more.
    Folder,
    /// What was to be written or read could not be.
    Engine(Failure),
}

impl FolderFault {
    /// In words.
    #[must_use]
    pub fn text(&self, i18n: Texts) -> String {
        match self {
            Self::Folder => t_string!(i18n, folder.fault).to_owned(),
            Self::Engine(failure) => failure_text(i18n, failure),
        }
    }
}

/// A folder that is kept for a purpose; a copy is the same.
#[derive(Clone, Copy)]
pub struct KeptFolder {
    purpose: &'static str,
    /// The folder; nothing when none was chosen.
    pub folder: RwSignal<Option<Folder>, LocalStorage>,
    /// Whether it may be used now.
    pub allowed: RwSignal<bool>,
}

impl KeptFolder {
    /// Looks what is kept.
    #[must_use]
    pub fn load(purpose: &'static str) -> Self {
        let kept = Self { purpose, folder: RwSignal::new_local(None), allowed: RwSignal::new(false) };
        spawn_local(async move {
            if let Some(folder) = kept_folder(purpose).await {
                kept.allowed.try_set(folder.is_allowed(false).await);
                kept.folder.try_set(Some(folder));
            }
        });
        kept
    }

    /// Lets the person choose another.
    pub async fn pick(self) -> bool {
        let Ok(folder) = Folder::pick().await else { return false };
        // What is not kept must be chosen again the next time, no more.
        let _ = keep_folder(self.purpose, Some(&folder)).await;
        self.allowed.try_set(folder.is_allowed(true).await);
        self.folder.try_set(Some(folder));
        true
    }

    /// Asks the person to allow it again.
    pub async fn allow(self) -> bool {
        let Some(Some(folder)) = self.folder.try_get_untracked() else { return false };
        let allowed = folder.is_allowed(true).await;
        self.allowed.try_set(allowed);
        allowed
    }

    /// Works in it, unless work is going on; tells afterwards what came of it. A folder that failed may have
    /// stopped being allowed.
    pub fn work<T, F>(
        self,
        busy: RwSignal<bool>,
        done: RwSignal<Option<Result<T, FolderFault>>>,
        work: impl FnOnce(Folder) -> F + 'static,
    ) where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T, FolderFault>>,
    {
        let Some(folder) = self.folder.get_untracked() else { return };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        done.set(None);
        spawn_local(async move {
            let outcome = work(folder.clone()).await;
            if matches!(outcome, Err(FolderFault::Folder)) {
                self.allowed.try_set(folder.is_allowed(false).await);
            }
            busy.try_set(false);
            done.try_set(Some(outcome));
        });
    }

    /// Forgets it; what is in it stays.
    pub async fn forget(self) {
        let _ = keep_folder(self.purpose, None).await;
        self.folder.try_set(None);
        self.allowed.try_set(false);
    }
}

/// Writes the backup of today, and removes those that are one too many.
async fn write_backup(session: Session, folder: &Folder) -> Result<(), FolderFault> {
    let made =
        make_own(session, Kind::Backup, Audience::RecoverySheet, false).await.map_err(FolderFault::Engine)?;
    folder.write(&backup_name(today()), &made.blob).await.map_err(|_| FolderFault::Folder)?;
    let entries = folder.list().await.map_err(|_| FolderFault::Folder)?;
    for name in surplus(file_names(&entries)) {
        // One that stays is tried again tomorrow.
        let _ = folder.remove(name).await;
    }
    Ok(())
}

fn file_names(entries: &[Entry]) -> impl Iterator<Item = &str> {
    entries.iter().filter(|entry| !entry.is_folder).map(|entry| entry.name.as_str())
}

/// Whether there is something to back up, and a sheet to do it with.
fn is_wanted(session: Session) -> bool {
    session.sharing.try_with_untracked(|state| state.recovery && state.since_backup > 0).unwrap_or_default()
}

/// Makes the daily backup, as long as the calling component lives.
pub fn watch_backup_folder(session: Session, i18n: Texts) {
    if !can_pick() {
        return;
    }
    let told = StoredValue::new(false);
    let busy = StoredValue::new(false);
    let tell = move |toast: Toast| {
        if told.try_get_value() == Some(false) {
            told.set_value(true);
            session.toasts.show(toast);
        }
    };
    let look = move || {
        if busy.try_get_value() != Some(false) || !is_wanted(session) {
            return;
        }
        busy.set_value(true);
        spawn_local(async move {
            if let Some(folder) = kept_folder(BACKUPS).await {
                if !folder.is_allowed(false).await {
                    let again = Callback::new(move |()| told.set_value(false));
                    let allow = Callback::new(move |()| {
                        spawn_local(async move {
                            if let Some(folder) = kept_folder(BACKUPS).await
                                && folder.is_allowed(true).await
                            {
                                again.try_run(());
                            }
                        });
                    });
                    let toast = Toast::staying(t!(i18n, folder.expired));
                    tell(toast.with_action(t!(i18n, folder.allow), allow));
                } else {
                    let done = match folder.list().await {
                        Ok(entries) if file_names(&entries).any(|name| name == backup_name(today())) => {
                            Ok(())
                        }
                        Ok(_) => write_backup(session, &folder).await,
                        Err(_) => Err(FolderFault::Folder),
                    };
                    if let Err(fault) = done {
                        tell(Toast::trouble(move || fault.text(i18n)));
                    }
                }
            }
            busy.try_update_value(|busy| *busy = false);
        });
    };
    let timer = set_interval_with_handle(look, Duration::from_secs(5 * 60));
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
}

/// Choosing the folder, and how it stands.
#[component]
pub fn AutomaticBackup() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    view! {
        <section class="panel" aria-labelledby="automatic">
            <h2 id="automatic">{t!(i18n, folder.title)}</h2>
            {if can_pick() {
                let kept = KeptFolder::load(BACKUPS);
                let has_sheet = memo(move || session.sharing.with(|sharing| sharing.recovery));
                view! {
                    <p>{t!(i18n, folder.lead)}</p>
                    <Show when=move || has_sheet.get() fallback=move || view! { <p>{t!(i18n, folder.needs_sheet)}</p> }>
                        <FolderChoice kept />
                        <Show when=move || kept.folder.with(Option::is_some) && kept.allowed.get()>
                            <WriteNow kept />
                        </Show>
                    </Show>
                }
                .into_any()
            } else {
                view! { <p>{t!(i18n, folder.by_hand)}</p> }.into_any()
            }}
        </section>
    }
}

/// The folder's name, whether it may be used, and buttons to choose, allow and forget it.
#[component]
pub fn FolderChoice(
    /// The folder.
    kept: KeptFolder,
) -> impl IntoView {
    let i18n = use_i18n();
    let pick = move |_| {
        spawn_local(async move {
            kept.pick().await;
        });
    };
    let allow = move |_| {
        spawn_local(async move {
            kept.allow().await;
        });
    };
    let name = move || kept.folder.with(|folder| folder.as_ref().map(Folder::name));
    view! {
        <div class="folder-choice" role="status">
            {move || match (name(), kept.allowed.get()) {
                (None, _) => ().into_any(),
                (Some(name), true) => {
                    view! { <p><strong>{t_string!(i18n, folder.chosen, name = name)}</strong></p> }.into_any()
                }
                (Some(name), false) => view! {
                    <Notice tone="warning"><p>{t_string!(i18n, folder.not_allowed, name = name)}</p></Notice>
                }
                .into_any(),
            }}
        </div>
        <div class="button-row">
            <Show when=move || kept.folder.with(Option::is_some) && !kept.allowed.get()>
                <button type="button" class="button secondary" on:click=allow>{t!(i18n, folder.allow)}</button>
            </Show>
            <button type="button" class="button secondary" on:click=pick>
                {move || {
                    if kept.folder.with(Option::is_some) {
                        t_string!(i18n, folder.pick_another)
                    } else {
                        t_string!(i18n, folder.pick)
                    }
                }}
            </button>
            <Show when=move || kept.folder.with(Option::is_some)>
                <button
                    type="button"
                    class="button quiet"
                    on:click=move |_| {
                        spawn_local(kept.forget());
                    }
                >
                    {t!(i18n, folder.forget)}
                </button>
            </Show>
        </div>
    }
}

#[component]
fn WriteNow(kept: KeptFolder) -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let busy = RwSignal::new(false);
    let done = RwSignal::new(None::<Result<(), FolderFault>>);
    let write = move |_| {
        kept.work(busy, done, move |folder| async move { write_backup(session, &folder).await });
    };
    view! {
        <button type="button" class="button secondary" aria-disabled=move || busy.get().to_string() on:click=write>
            {move || if busy.get() { t_string!(i18n, backup.making) } else { t_string!(i18n, folder.now) }}
        </button>
        {move || done.get().map(|done| match done {
            Ok(()) => view! { <Notice tone="good"><p>{t!(i18n, folder.written)}</p></Notice> }.into_any(),
            Err(fault) => view! { <Notice tone="bad"><p>{move || fault.text(i18n)}</p></Notice> }.into_any(),
        })}
    }
}
