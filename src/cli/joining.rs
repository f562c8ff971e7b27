//! `merge`: bundles of any kinds become one backup, by the laws of merging, so their order does not matter.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use super::Outcome;
use super::arguments::Merge;
use super::failure::Failure;
use super::loading::{Bundle, Content, load_bundle};
use super::machine::{self, System};
use super::plain::shown;
use super::secrets::{Secrets, entropy};
use crate::bundle::sealer::{Answer, Request, SealerError};
use crate::bundle::worker::Worker;
use crate::bundle::{BundleId, Header, Item, Kind, Scope, Sender, To, VERSION};
use crate::crypto::Entropy;
use crate::merge::fork::{Trail, lower, note};
use crate::merge::{HybridTimestamp, VersionVector};
use crate::model::{RecordKind, ReplicaId, sort};

/// How the sender of a merged backup is called.
const NAME: &str = "daifuku merge";
/// So many items are given to the writer at once.
const AT_ONCE: usize = 256;

pub(super) fn merge(
    arguments: &Merge,
    secrets: &mut Secrets,
    out: &mut dyn Write,
    errors: &mut dyn Write,
) -> Result<Outcome, Failure> {
    machine::may_write(&arguments.out, arguments.force)?;
    let mut bundles = Vec::new();
    for path in &arguments.files {
        let bundle = load_bundle(path, secrets)?;
        refuse_newer(path, &bundle)?;
        bundles.push(bundle);
    }
    let (to, own) = written_for(arguments, secrets, &bundles)?;
    // In whatever order the files were named.
    sort::by_key(&mut bundles, |bundle| (bundle.opened.header.at, bundle.opened.header.id));
    let headers: Vec<Header> = bundles.iter().map(|bundle| bundle.opened.header.clone()).collect();
    let mut content = Content::default();
    bundles.into_iter().for_each(|bundle| content.join(bundle.content));
    content.settle();

    let mut remarks = Vec::new();
    if !own && !content.keys.is_empty() {
        content.keys.clear();
        remarks.push(
            "The secret keys of devices were left out, because the backup is for someone whose identity was not \
             given.",
        );
    }
    if content.out_of_place > 0 {
        remarks.push("History, ledger or keys in files that are no backups were left out, as the app does.");
    }
    let (header, forked) = header(to, &headers);
    if forked {
        remarks.push(
            "Two copies of a device wrote under one name: open the backup in the app, which sorts it out.",
        );
    }
    let customers = content.records.values().filter(|state| *state.kind() == RecordKind::Customer).count();
    let (records, erased) = (content.records.len(), content.erasures.iter().count());
    let passphrase = (header.to == To::Passphrase)
        .then(|| secrets.passphrase.as_ref().map(|passphrase| passphrase.to_string()))
        .flatten();
    let file = write(header, passphrase, arguments.armor, content.into_items())
        .map_err(|error| Failure::of(&arguments.out, &error))?;
    machine::write(&arguments.out, &file, arguments.force)?;
    for remark in remarks {
        let _ = writeln!(errors, "daifuku: {remark}");
    }
    writeln!(
        out,
        "{}: {records} records with {customers} customers and {erased} erasures, from {} files",
        shown(&arguments.out.display().to_string()),
        headers.len()
    )?;
    Ok(Outcome::Fine)
}

/// What a newer version wrote and this one does not know would be lost.
fn refuse_newer(path: &Path, bundle: &Bundle) -> Result<(), Failure> {
    if bundle.opened.unknown == 0 && bundle.opened.header.version <= VERSION {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "{} was written by a newer version, of which something would be lost: merge it with a newer daifuku.",
        path.display()
    )))
}

/// For whom the backup is, and whether that is who merges.
fn written_for(arguments: &Merge, secrets: &Secrets, bundles: &[Bundle]) -> Result<(To, bool), Failure> {
    if !arguments.to.is_empty() {
        if let Some(wrong) = arguments.to.iter().find(|to| !is_recipient(to)) {
            return Err(Failure::Usage(format!(
                "{wrong} is no recipient: name whoever shall open the backup with --to age1….",
            )));
        }
        let own = arguments.to.iter().all(|to| secrets.has(to));
        return Ok((To::Recipients(arguments.to.clone()), own));
    }
    let used = |recipient: &String| {
        bundles.iter().any(|bundle| match &bundle.opened.header.to {
            To::Recipients(recipients) => recipients.contains(recipient),
            To::Passphrase => false,
        })
    };
    let all: Vec<String> = secrets.identities.iter().map(|identity| identity.recipient.clone()).collect();
    let opened: Vec<String> = all.iter().filter(|recipient| used(recipient)).cloned().collect();
    let by_identity = bundles.iter().any(|bundle| bundle.opened.header.to != To::Passphrase);
    Ok(match (opened.is_empty(), by_identity && !all.is_empty()) {
        (false, _) => (To::Recipients(opened), true),
        // Passed on to one of these, whatever the sender wrote.
        (true, true) => (To::Recipients(all), true),
        (true, false) => (To::Passphrase, true),
    })
}

fn is_recipient(text: &str) -> bool {
    text.parse::<age::x25519::Recipient>().is_ok()
}

/// The first line of the backup, and whether the files contradict each other about a device.
fn header(to: To, headers: &[Header]) -> (Header, bool) {
    let mut system = System;
    let (mut id, mut replica) = ([0; 16], [0; 8]);
    system.fill(&mut id);
    system.fill(&mut replica);
    let (trails, forked) = trails(headers);
    let (mut base, mut covers, mut have) = covered(headers);
    [&mut base, &mut covers, &mut have].into_iter().for_each(|version| lower(version, &trails));
    let header = Header {
        version: VERSION,
        oldest_reader: VERSION,
        app: env!("CARGO_PKG_VERSION").to_owned(),
        id: BundleId(id),
        kind: Kind::Backup,
        at: HybridTimestamp::at(machine::now()),
        from: Sender {
            name: NAME.to_owned(),
            replica: ReplicaId(replica),
            // The writer, which has the keys, puts these in.
            signing_key: [0; 32],
            recipient: String::new(),
        },
        to,
        scope: scope(headers),
        base,
        covers,
        have,
        trails,
        devices: devices(headers),
        number: 1,
        previous: None,
    };
    (header, forked)
}

/// Whole, if one of the files is of everything since some point; else the parts that they are of.
fn scope(headers: &[Header]) -> Scope {
    let mut all = Vec::new();
    for header in headers.iter().filter(|header| header.kind != Kind::Acknowledgement) {
        match &header.scope {
            Scope::All => return Scope::All,
            Scope::Part { fields, .. } => all.extend(fields.iter().cloned()),
        }
    }
    sort::ascending(&mut all);
    all.dedup();
    Scope::Part { title: NAME.to_owned(), fields: all }
}

/// What a reader must have for nothing to be missing, what it has then, and what is wholly in the files. Only
/// what can be vouched for: a share says nothing of the rest, and a part whose beginning is not among the
/// files closes no gap.
fn covered(headers: &[Header]) -> (VersionVector, VersionVector, VersionVector) {
    let mut rest: Vec<&Header> = headers
        .iter()
        .filter(|header| header.scope == Scope::All && header.kind != Kind::Acknowledgement)
        .collect();
    let mut have = VersionVector::new();
    let whole = rest.iter().any(|header| header.base.is_empty());
    loop {
        let before = rest.len();
        rest.retain(|header| {
            let follows = have.covers(&header.base);
            if follows {
                have.join(&header.covers);
            }
            !follows
        });
        if rest.len() == before {
            break;
        }
    }
    if whole {
        return (VersionVector::new(), have.clone(), have);
    }
    let (mut base, mut covers) = (VersionVector::new(), VersionVector::new());
    for header in rest {
        base.join(&header.base);
        covers.join(&header.covers);
    }
    (base, covers, have)
}

fn trails(headers: &[Header]) -> (Vec<(ReplicaId, Vec<Trail>)>, bool) {
    let mut known: BTreeMap<ReplicaId, Vec<Trail>> = BTreeMap::new();
    let mut forked = false;
    for (replica, trails) in headers.iter().flat_map(|header| &header.trails) {
        forked |= note(known.entry(*replica).or_default(), trails);
    }
    (known.into_iter().collect(), forked)
}

/// The names of devices; the newest file knows best.
fn devices(headers: &[Header]) -> Vec<(ReplicaId, String)> {
    let mut names: BTreeMap<ReplicaId, String> = BTreeMap::new();
    for header in headers {
        names.extend(header.devices.iter().cloned());
        // Whoever only merged has written nothing in it.
        if header.from.name != NAME {
            names.insert(header.from.replica, header.from.name.clone());
        }
    }
    names.into_iter().collect()
}

/// Written and signed with keys that are made for this one file.
fn write(
    header: Header,
    passphrase: Option<String>,
    armored: bool,
    items: Vec<Item>,
) -> Result<Vec<u8>, SealerError> {
    let mut worker = Worker::new(entropy());
    let at = header.at.instant().0;
    let made =
        Request::MakeDevice { name: NAME.to_owned(), replica: header.from.replica, at, keys: Vec::new() };
    let keys = match worker.answer(made) {
        Answer::Device { keys, .. } => keys,
        answer => return Err(error(answer)),
    };
    ready(worker.answer(Request::Write { header: Box::new(header), keys, passphrase, armored }))?;
    let mut items = items.into_iter().peekable();
    while items.peek().is_some() {
        ready(worker.answer(Request::Items(items.by_ref().take(AT_ONCE).collect())))?;
    }
    match worker.answer(Request::Finish) {
        Answer::File(file) => Ok(file),
        answer => Err(error(answer)),
    }
}

fn ready(answer: Answer) -> Result<(), SealerError> {
    if let Answer::Ready(_) = answer { Ok(()) } else { Err(error(answer)) }
}

fn error(answer: Answer) -> SealerError {
    if let Answer::Failed(error) = answer { error } else { SealerError::Order }
}
