//! The team's folder: files for colleagues are put there, and theirs are taken in from there.

use leptos::prelude::*;
use web_sys::{Blob, File};

use super::folder::{FolderChoice, FolderFault, KeptFolder};
use crate::bundle::Kind;
use crate::engine::Failure;
use crate::engine::protocol::{Outcome, Reply, Request};
use crate::engine::sharing::folder::{
    FolderFile, READ_ME, find_team_folder, next_file, own_folder, team_folder, unread,
};
use crate::engine::sharing::rows::{
    ApplyMode, Audience, BundleOrder, BundlePreview, SenderStanding, TeamView, TrustRow, Who,
};
use crate::model::ReplicaId;
use crate::ui::clock::{make_record_id, offset};
use crate::ui::file::text_blob;
use crate::ui::folder::{Folder, can_pick};
use crate::ui::reactive::Show;
use crate::ui::route::Route;
use crate::ui::session::{JobKind, Session, use_session};
use crate::ui::text::{t, t_string, use_i18n};
use crate::ui::widgets::Notice;
use crate::ui::words::number;

const TEAM: &str = "team";

/// What putting in and taking in came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Report {
    /// Whether a file was put there.
    put: bool,
    /// Nobody is checked, so nothing was put there.
    nobody: bool,
    /// Files that were taken in.
    taken: u32,
    /// Files of which a person must decide.
    to_look_at: Vec<String>,
    /// Files that could not be read yet.
    unreadable: Vec<String>,
}

/// The folder, and one button that puts in and takes in.
#[component]
pub fn TeamFolder() -> impl IntoView {
    let i18n = use_i18n();
    let session = use_session();
    let busy = RwSignal::new(false);
    let done = RwSignal::new(None::<Result<Report, FolderFault>>);
    if !can_pick() {
        return view! {
            <section class="panel" aria-labelledby="team-folder">
                <h2 id="team-folder">{t!(i18n, folder.team_title)}</h2>
                <p>{t!(i18n, folder.team_by_hand)}</p>
            </section>
        }
        .into_any();
    }
    let kept = KeptFolder::load(TEAM);
    let exchange = move |_| {
        kept.work(busy, done, move |folder| async move { exchange_files(session, &folder).await });
    };
    view! {
        <section class="panel" aria-labelledby="team-folder">
            <h2 id="team-folder">{t!(i18n, folder.team_title)}</h2>
            <p>{t!(i18n, folder.team_lead)}</p>
            <FolderChoice kept />
            <Show when=move || kept.folder.with(Option::is_some) && kept.allowed.get()>
                <button
                    type="button"
                    class="button secondary"
                    aria-disabled=move || busy.get().to_string()
                    on:click=exchange
                >
                    {move || if busy.get() { t_string!(i18n, folder.exchanging) } else { t_string!(i18n, folder.exchange) }}
                </button>
            </Show>
            {move || done.get().map(|done| match done {
                Ok(report) => view! { <Exchanged report /> }.into_any(),
                Err(fault) => view! { <Notice tone="bad"><p>{move || fault.text(i18n)}</p></Notice> }.into_any(),
            })}
        </section>
    }
    .into_any()
}

#[component]
fn Exchanged(report: Report) -> impl IntoView {
    let i18n = use_i18n();
    let Report { put, nobody, taken, to_look_at, unreadable } = report;
    let names = |names: &[String]| names.join("、");
    let (look, late) = (names(&to_look_at), names(&unreadable));
    let put_words = move || match (put, nobody) {
        (true, _) => t_string!(i18n, folder.put),
        (false, true) => t_string!(i18n, folder.nobody),
        (false, false) => t_string!(i18n, folder.nothing_new),
    };
    view! {
        <Notice tone="good">
            <p>{put_words}</p>
            <p>{move || t_string!(i18n, folder.taken, count = number(i64::from(taken)))}</p>
        </Notice>
        {(!to_look_at.is_empty()).then(|| view! {
            <Notice tone="warning">
                <p>{move || t_string!(i18n, folder.to_look_at, names = look.as_str())}</p>
                <a class="button secondary" href=Route::TakeIn.to_string()>{t!(i18n, folder.look)}</a>
            </Notice>
        })}
        {(!unreadable.is_empty()).then(|| view! {
            <Notice><p>{move || t_string!(i18n, folder.unreadable, names = late.as_str())}</p></Notice>
        })}
    }
}

/// Takes in what colleagues have put there, then puts there what is new for them, so that they get it all.
async fn exchange_files(session: Session, folder: &Folder) -> Result<Report, FolderFault> {
    let team = match session.engine.call(Request::Team).await {
        Ok(Reply::Team(team)) => team,
        Ok(_) => return Err(FolderFault::Engine(Failure::Unreadable)),
        Err(failure) => return Err(FolderFault::Engine(failure)),
    };
    let own = team.own.replica.ok_or(FolderFault::Engine(Failure::NotFound))?;
    let root = open_root(folder).await.map_err(|_| FolderFault::Folder)?;
    let mut report = Report::default();
    take_in(session, &root, own, &mut report).await?;
    put(session, &root, own, &team, &mut report).await?;
    Ok(report)
}

async fn open_root(folder: &Folder) -> Result<Folder, wasm_bindgen::JsValue> {
    let entries = folder.list().await?;
    let folders = entries.iter().filter(|entry| entry.is_folder).map(|entry| entry.name.as_str());
    match find_team_folder(folders) {
        Some(name) => folder.folder(name).await,
        None => {
            let [a, b, c, d, e, f, g, h, ..] = make_record_id().0;
            folder.folder(&team_folder([a, b, c, d, e, f, g, h])).await
        }
    }
}

async fn take_in(
    session: Session,
    root: &Folder,
    own: ReplicaId,
    report: &mut Report,
) -> Result<(), FolderFault> {
    let known = match session.engine.call(Request::Receipts).await {
        Ok(Reply::Receipts(receipts)) => receipts.into_iter().map(|row| row.bundle).collect::<Vec<_>>(),
        Ok(_) => return Err(FolderFault::Engine(Failure::Unreadable)),
        Err(failure) => return Err(FolderFault::Engine(failure)),
    };
    let mut files = Vec::new();
    for entry in root.list().await.map_err(|_| FolderFault::Folder)? {
        if !entry.is_folder {
            continue;
        }
        // One that can't be listed now is looked at the next time.
        let Ok(folder) = root.folder(&entry.name).await else { continue };
        for file in folder.list().await.unwrap_or_default() {
            if !file.is_folder {
                files.push(FolderFile { folder: entry.name.clone(), name: file.name });
            }
        }
    }
    for file in unread(&files, &own_folder(own), &known) {
        let name = format!("{}/{}", file.folder, file.name);
        match open(root, &file).await {
            Some(content) => match take(session, content).await {
                Ok(Taken::Merged) => report.taken += 1,
                Ok(Taken::Known) => {}
                Ok(Taken::ToLookAt) => report.to_look_at.push(name),
                // Not there in full yet, or not for this device: nothing was changed.
                Err(Failure::Bundle(_)) => report.unreadable.push(name),
                Err(failure) => return Err(FolderFault::Engine(failure)),
            },
            None => report.unreadable.push(name),
        }
    }
    Ok(())
}

async fn open(root: &Folder, file: &FolderFile) -> Option<File> {
    root.folder(&file.folder).await.ok()?.file(&file.name).await.ok()
}

enum Taken {
    Merged,
    Known,
    ToLookAt,
}

/// Takes in what a checked colleague has written and what changes nothing unusual; the rest is for a
/// person to look at.
async fn take(session: Session, file: File) -> Result<Taken, Failure> {
    let request = Request::OpenBundle {
        name: file.name(),
        passphrase: String::new(),
        identity: String::new(),
        restoring: false,
        bytes: Vec::new(),
    };
    let outcome = session.run_job(JobKind::OpenBundle, request, Some(file)).await?;
    let Outcome::Previewed(preview) = outcome else { return Err(Failure::Unreadable) };
    if preview.known || !is_plain(&preview) {
        session.engine.call(Request::CloseBundle);
        return Ok(if preview.known { Taken::Known } else { Taken::ToLookAt });
    }
    let request = Request::ApplyBundle { mode: ApplyMode::Merge, confirmed: false };
    let outcome = session.run_job(JobKind::ApplyBundle, request, None).await;
    session.engine.call(Request::CloseBundle);
    outcome.map(|_| Taken::Merged)
}

fn is_plain(preview: &BundlePreview) -> bool {
    let BundlePreview { kind, from, addressed, brake, fork, deleted, erased, .. } = preview;
    matches!(kind, Kind::Team | Kind::Acknowledgement)
        && from.standing == SenderStanding::Checked
        && *addressed
        && !brake
        && !fork
        && *deleted == 0
        && *erased == 0
}

async fn put(
    session: Session,
    root: &Folder,
    own: ReplicaId,
    team: &TeamView,
    report: &mut Report,
) -> Result<(), FolderFault> {
    let checked = team.members.iter().filter(|member| matches!(member.trust, TrustRow::Checked(_)));
    let to: Vec<_> = checked.filter_map(|member| member.replica).collect();
    if to.is_empty() {
        report.nobody = true;
        return Ok(());
    }
    session.settle(100).await;
    let order = BundleOrder {
        kind: Kind::Team,
        who: Who::Everyone,
        fields: Vec::new(),
        to: Audience::Members(to),
        everything: false,
        armored: false,
        title: String::new(),
        purpose: String::new(),
        offset: offset(),
        settings: Vec::new(),
    };
    let made = match session.run_job(JobKind::MakeBundle, Request::MakeBundle(Box::new(order)), None).await {
        Ok(Outcome::Made(made)) => made,
        Ok(_) => return Err(FolderFault::Engine(Failure::Unreadable)),
        Err(Failure::NothingNew) => return Ok(()),
        Err(failure) => return Err(FolderFault::Engine(failure)),
    };
    let (_, blob) = session.engine.take_file().await.map_err(FolderFault::Engine)?;
    write(root, own, made.bundle, &blob).await.map_err(|_| FolderFault::Folder)?;
    report.put = true;
    Ok(())
}

async fn write(
    root: &Folder,
    own: ReplicaId,
    bundle: crate::bundle::BundleId,
    blob: &Blob,
) -> Result<(), wasm_bindgen::JsValue> {
    let folder = root.folder(&own_folder(own)).await?;
    let entries = folder.list().await?;
    let name = next_file(entries.iter().map(|entry| entry.name.as_str()), bundle);
    folder.write(&name, blob).await?;
    if root.file(READ_ME).await.is_err()
        && let Some(note) = text_blob("text/plain;charset=utf-8", READ_ME_TEXT)
    {
        // A note that is missing harms nobody.
        let _ = root.write(READ_ME, &note).await;
    }
    Ok(())
}

/// For whoever finds the folder, in both languages: it lies among files of people, not on a screen.
const READ_ME_TEXT: &str = "\
このフォルダーには、大福帳の仲間どうしでやり取りする、鍵のかかったファイルが入っています。\r
ファイルの名前を変えたり、消したりしないでください。\r
\r
This folder holds encrypted files that colleagues exchange with Daifuku.\r
Please do not rename or delete them. Each file opens with age (age-encryption.org) and gzip:\r
age -d -i key.txt 00000001-xxxxxxxxxxxxxxxx.age | gzip -dc\r
";
