//! `diff`: what two files hold, record by record and field by field.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use serde::Serialize;

use super::Outcome;
use super::arguments::Diff;
use super::failure::Failure;
use super::loading::{Content, load_bundle};
use super::plain::{shown, title};
use super::secrets::Secrets;
use crate::merge::RecordState;
use crate::model::{FieldName, RecordId};

/// What differs.
#[derive(Serialize)]
struct Differences {
    only_in_a: Vec<Entry>,
    only_in_b: Vec<Entry>,
    different: Vec<Entry>,
    erased_only_in_a: Vec<String>,
    erased_only_in_b: Vec<String>,
}

#[derive(Serialize)]
struct Entry {
    id: String,
    kind: String,
    title: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<String>,
}

pub(super) fn diff(arguments: &Diff, secrets: &mut Secrets, out: &mut dyn Write) -> Result<Outcome, Failure> {
    let a = load_bundle(&arguments.a, secrets)?.content;
    let b = load_bundle(&arguments.b, secrets)?.content;
    let differences = Differences::of(&a, &b);
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &differences).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        differences.write(out)?;
    }
    Ok(if differences.is_empty() { Outcome::Fine } else { Outcome::Different })
}

impl Differences {
    fn of(a: &Content, b: &Content) -> Self {
        let (records_a, records_b) = (by_id(a), by_id(b));
        let lone = |these: &BTreeMap<RecordId, RecordState>, those: &BTreeMap<RecordId, RecordState>| {
            let lone = these.iter().filter(|(id, _)| !those.contains_key(id));
            lone.map(|(id, state)| Entry::of(*id, state, Vec::new())).collect()
        };
        let erased = |these: &Content, those: &Content| {
            let lone = these.erasures.iter().filter(|(id, _)| !those.erasures.contains(*id));
            lone.map(|(id, _)| id.to_string()).collect()
        };
        let both = records_a.iter().filter_map(|(id, a)| records_b.get(id).map(|b| (id, a, b)));
        let different = both.filter(|(_, a, b)| a != b);
        Self {
            only_in_a: lone(&records_a, &records_b),
            only_in_b: lone(&records_b, &records_a),
            different: different.map(|(id, a, b)| Entry::of(*id, b, fields(a, b))).collect(),
            erased_only_in_a: erased(a, b),
            erased_only_in_b: erased(b, a),
        }
    }

    fn is_empty(&self) -> bool {
        self.only_in_a.is_empty()
            && self.only_in_b.is_empty()
            && self.different.is_empty()
            && self.erased_only_in_a.is_empty()
            && self.erased_only_in_b.is_empty()
    }

    fn write(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let parts =
            [("only in A", &self.only_in_a), ("only in B", &self.only_in_b), ("different", &self.different)];
        for (what, entries) in parts {
            for Entry { id, kind, title, fields } in entries {
                let fields =
                    if fields.is_empty() { String::new() } else { format!(": {}", fields.join(", ")) };
                writeln!(out, "{what}  {}  {id}  {title}{}", shown(kind), shown(&fields))?;
            }
        }
        for (what, ids) in [("A", &self.erased_only_in_a), ("B", &self.erased_only_in_b)] {
            for id in ids {
                writeln!(out, "erased only in {what}  {id}")?;
            }
        }
        Ok(())
    }
}

impl Entry {
    fn of(id: RecordId, state: &RecordState, fields: Vec<String>) -> Self {
        Self { id: id.to_string(), kind: state.kind().name().to_owned(), title: title(state), fields }
    }
}

/// Records by id, whatever the page.
fn by_id(content: &Content) -> BTreeMap<RecordId, RecordState> {
    let mut records: BTreeMap<RecordId, RecordState> = BTreeMap::new();
    for ((_, id), state) in &content.records {
        match records.get_mut(id) {
            Some(known) => known.join(state),
            None => {
                records.insert(*id, state.clone());
            }
        }
    }
    records
}

/// The names of what differs: fields, sets and texts, and `deleted`, `created` and `kind`.
fn fields(a: &RecordState, b: &RecordState) -> Vec<String> {
    fn differing<'a, V: PartialEq + 'a>(
        a: impl Iterator<Item = (&'a FieldName, &'a V)>,
        b: impl Iterator<Item = (&'a FieldName, &'a V)>,
    ) -> BTreeSet<&'a FieldName> {
        let (a, b): (BTreeMap<_, _>, BTreeMap<_, _>) = (a.collect(), b.collect());
        a.keys().chain(b.keys()).filter(|name| a.get(*name) != b.get(*name)).copied().collect()
    }
    let mut names = differing(a.fields(), b.fields());
    names.extend(differing(a.sets(), b.sets()));
    names.extend(differing(a.texts(), b.texts()));
    let mut names: Vec<String> = names.into_iter().map(|name| name.as_str().to_owned()).collect();
    let others = [
        ("(deleted)", a.delete_register() != b.delete_register()),
        ("(created)", a.first_written() != b.first_written()),
        ("(kind)", a.kind() != b.kind()),
    ];
    names.extend(others.iter().filter(|(_, differs)| *differs).map(|(name, _)| (*name).to_owned()));
    names
}
