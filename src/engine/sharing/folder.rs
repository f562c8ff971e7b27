//! The names in folders that another program keeps in step: a shared drive, a stick, a synced folder.
//!
//! ```text
//! <folder>/daifuku-2026-11-24.age                       backups, the newest 30 of them
//! <folder>/Daifuku-<team>/READ-ME.txt
//! <folder>/Daifuku-<team>/<replica>/00000001-<bundle>.age
//! ```
//!
//! Team and bundle are 16 hexadecimal digits, the first 8 bytes of what they name. Each device writes
//! into its own sub-folder only, each file once. There is no index and no lock, so nothing can disagree:
//! who reads lists what is there and skips what it knows. A copy that a syncing program made (`… (1).age`,
//! `….sync-conflict-….age`) carries the name of its original and is skipped with it; a file that is not
//! there says nothing.

use std::collections::BTreeSet;

use crate::bundle::BundleId;
use crate::model::{Date, ReplicaId};

/// So many backups are kept.
pub const MOST_BACKUPS: usize = 30;
/// The note for people who find the folder.
pub const READ_ME: &str = "READ-ME.txt";

const BACKUP: &str = "daifuku-";
const TEAM: &str = "Daifuku-";
const ENDING: &str = ".age";
const DIGITS: usize = 16;

/// What a backup of that day is called.
#[must_use]
pub fn backup_name(day: Date) -> String {
    format!("{BACKUP}{day}{ENDING}")
}

/// The backups among these names, the oldest first. Only names that this program gives.
#[must_use]
pub fn backups<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found: Vec<_> = names.into_iter().filter(|name| backup_day(name).is_some()).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The backups that are one too many: all but the newest [`MOST_BACKUPS`]. Nothing else is ever removed.
#[must_use]
pub fn surplus<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found = backups(names);
    found.truncate(found.len().saturating_sub(MOST_BACKUPS));
    found
}

fn backup_day(name: &str) -> Option<Date> {
    let day: Date = name.strip_prefix(BACKUP)?.strip_suffix(ENDING)?.parse().ok()?;
    // The exact name, with a year: other spellings of a day are not ours.
    (day.year().is_some() && backup_name(day) == name).then_some(day)
}

/// A name for the folder of a team; `random` tells teams that share a drive apart.
#[must_use]
pub fn team_folder(random: [u8; 8]) -> String {
    format!("{TEAM}{}", hex(random))
}

/// The folder of the team among these names: the first by name, so that all devices choose the same if
/// two made one at the same time.
#[must_use]
pub fn find_team_folder<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let is_team = |name: &&str| name.strip_prefix(TEAM).is_some_and(is_digits);
    names.into_iter().filter(is_team).min()
}

/// The sub-folder of a device.
#[must_use]
pub fn own_folder(replica: ReplicaId) -> String {
    hex(replica.0)
}

/// The name of the next file of a device, given what is in its sub-folder.
#[must_use]
pub fn next_file<'a>(names: impl IntoIterator<Item = &'a str>, bundle: BundleId) -> String {
    let last = names.into_iter().filter_map(number).max().unwrap_or_default();
    format!("{:08}-{}{ENDING}", last.saturating_add(1), short(bundle))
}

/// A file in a sub-folder of the team.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FolderFile {
    /// The sub-folder.
    pub folder: String,
    /// The name.
    pub name: String,
}

/// The files that are still to be read, each sender's in the order of writing. `own` is the sub-folder of
/// this device, `known` the bundles that were applied here.
#[must_use]
pub fn unread(files: &[FolderFile], own: &str, known: &[BundleId]) -> Vec<FolderFile> {
    let known: BTreeSet<_> = known.iter().map(|bundle| short(*bundle)).collect();
    let mut taken = BTreeSet::new();
    let mut found: Vec<_> =
        files.iter().filter(|file| file.folder != own && file.name.ends_with(ENDING)).cloned().collect();
    // The name of an original is shorter than that of its copies.
    found.sort_by(|a, b| {
        let key = |file: &FolderFile| (file.folder.clone(), number(&file.name), file.name.len());
        key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
    });
    found.retain(|file| match bundle_of(&file.name) {
        Some(bundle) => !known.contains(bundle) && taken.insert((file.folder.clone(), bundle.to_owned())),
        // A name that someone else gave: only opening it tells.
        None => true,
    });
    found
}

/// The number at the beginning of a file's name.
fn number(name: &str) -> Option<u32> {
    let (number, rest) = name.split_at_checked(8)?;
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    if digits && rest.starts_with('-') { number.parse().ok() } else { None }
}

/// The digits of the bundle in a file's name.
fn bundle_of(name: &str) -> Option<&str> {
    number(name)?;
    let digits = name.get(9..9 + DIGITS)?;
    is_digits(digits).then_some(digits)
}

fn short(bundle: BundleId) -> String {
    let [a, b, c, d, e, f, g, h, ..] = bundle.0;
    hex([a, b, c, d, e, f, g, h])
}

fn hex(bytes: [u8; 8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_digits(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(folder: &str, name: &str) -> FolderFile {
        FolderFile { folder: folder.to_owned(), name: name.to_owned() }
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn only_our_own_surplus_backups_are_removed() {
        let mut names: Vec<_> = (1..=28).map(|n| backup_name(day(&format!("2026-10-{n:02}")))).collect();
        names.extend((1..=5).map(|n| backup_name(day(&format!("2026-11-{n:02}")))));
        for other in [
            "daifuku-2020-01-01 (1).age",
            "daifuku-2020-01-01.txt",
            "daifuku-2020-1-1.age",
            "daifuku-.age",
            "my-daifuku-2020-01-01.age",
            "Daifuku-2020-01-01.age",
            "2020.age",
        ] {
            names.push(other.to_owned());
        }
        let removed = surplus(names.iter().map(String::as_str));
        assert_eq!(removed, ["daifuku-2026-10-01.age", "daifuku-2026-10-02.age", "daifuku-2026-10-03.age"]);
    }

    #[test]
    fn all_devices_choose_the_same_folder() {
        let names =
            ["Daifuku-ffffffffffffffff", "Photos", "Daifuku-00000000000000aa", "Daifuku-1", "Daifuku-0"];
        assert_eq!(find_team_folder(names), Some("Daifuku-00000000000000aa"));
        assert_eq!(find_team_folder(["Daifuku-", "daifuku-00000000000000aa"]), None);
    }

    #[test]
    fn copies_of_syncing_programs_are_harmless() {
        let name = next_file([], BundleId([7; 16]));
        assert_eq!(name, "00000001-0707070707070707.age");
        let files = [
            file("b", "00000001-0707070707070707 (1).age"),
            file("b", "00000001-0707070707070707.sync-conflict-20261124-101500-ABCDEFG.age"),
            file("b", &name),
            file("b", "00000001-0707070707070707.age.part"),
            file("b", "READ-ME.txt"),
        ];
        assert_eq!(unread(&files, "a", &[]), [file("b", &name)]);
        assert_eq!(unread(&files, "a", &[BundleId([7; 16])]), []);
        assert_eq!(unread(&files, "b", &[]), []);
    }

    #[test]
    fn the_order_of_writing_is_kept() {
        let files = [
            file("b", "00000010-0000000000000001.age"),
            file("b", "00000002-0000000000000002.age"),
            file("a", "00000003-0000000000000003.age"),
            file("b", "from a friend.age"),
        ];
        let read: Vec<_> = unread(&files, "c", &[]).into_iter().map(|file| file.name).collect();
        assert_eq!(
            read,
            [
                "00000003-0000000000000003.age",
                "from a friend.age",
                "00000002-0000000000000002.age",
                "00000010-0000000000000001.age"
            ]
        );
    }

    proptest! {
        #[test]
        fn a_new_file_has_a_new_name_and_comes_last(
            bundles in proptest::collection::vec(any::<[u8; 16]>(), 1..20),
            others in proptest::collection::vec(".*", 0..5),
        ) {
            let mut names = others;
            for bundle in bundles {
                let next = next_file(names.iter().map(String::as_str), BundleId(bundle));
                prop_assert!(!names.contains(&next));
                prop_assert!(names.iter().filter_map(|name| number(name)).all(|before| Some(before) < number(&next)));
                names.push(next);
            }
        }

        #[test]
        fn what_was_applied_is_not_read_again(bundle: [u8; 16], count in 0_u32..99_999_998, tail in "( \\([0-9]\\))?") {
            let names = [format!("{count:08}-x.age")];
            let name = next_file(names.iter().map(String::as_str), BundleId(bundle)).replace(".age", &format!("{tail}.age"));
            let files = [file("b", &name)];
            prop_assert_eq!(unread(&files, "a", &[BundleId(bundle)]), []);
            prop_assert_eq!(unread(&files, "a", &[]).len(), 1);
        }

        #[test]
        fn any_name_is_looked_at(names in proptest::collection::vec(".*", 0..10)) {
            let texts: Vec<_> = names.iter().map(String::as_str).collect();
            let removed = surplus(texts.iter().copied());
            prop_assert!(removed.iter().all(|name| name.starts_with("daifuku-")));
            let files: Vec<_> = names.iter().map(|name| file("b", name)).collect();
            prop_assert!(unread(&files, "a", &[]).len() <= files.len());
        }
    }
}
