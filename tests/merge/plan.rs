//! What happens in a simulated office, as proptest chooses it, and by which rules.

use daifuku::merge::Change;
use daifuku::model::{FieldName, Value};
use proptest::prelude::*;

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// How wrong the clock of each device is, in milliseconds.
    pub(crate) clocks: Vec<i64>,
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    New {
        device: usize,
        change: Change,
    },
    Change {
        device: usize,
        record: usize,
        change: Change,
    },
    Erase {
        device: usize,
        record: usize,
    },
    /// A bundle for one other device: a delta after what it told that it has, or everything.
    Send {
        device: usize,
        to: usize,
        base: bool,
    },
    /// Some fields of some records.
    Share {
        device: usize,
        records: u8,
        fields: u8,
    },
    /// Everything, for oneself; as a handover it may arrive at another device.
    Backup {
        device: usize,
        handover: bool,
    },
    /// Any bundle arrives at any device, perhaps once more; the device may crash meanwhile.
    Deliver {
        device: usize,
        bundle: usize,
        crash: bool,
    },
    /// The device crashes before a change is committed.
    Crash {
        device: usize,
        change: Change,
    },
    /// A device is put back to a backup.
    Restore {
        backup: usize,
    },
    /// A device is copied without knowing it.
    Clone {
        device: usize,
    },
}

/// Rules that are broken on purpose, to see that the laws notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Broken {
    #[default]
    Nothing,
    /// A restored device goes on under its old id.
    RestoredKeepsId,
    /// A part that was shared raises what its reader has.
    PartRaises,
    /// A bundle raises what its reader has across a gap.
    GapRaises,
    /// Of concurrent values only the last one stays.
    LastWriterWins,
    /// A delta holds what is newer by the clock than the last bundle.
    DeltaByClock,
    /// A deleted record stays deleted, whatever others wrote.
    DeleteBeatsEdit,
    /// A record that was private goes out like any other.
    PrivateByBase,
    /// A clone does not look at trails.
    ForkUnseen,
    /// A clone joins before it looks at trails.
    JoinedFirst,
    /// Erased records are taken back.
    ErasedComesBack,
    /// What a device tells that it has never sinks, though it was restored.
    BaseNeverSinks,
}

/// Offices whose devices are what they say.
pub(crate) fn honest() -> BoxedStrategy<Plan> {
    plan(prop_oneof![
        40 => step(),
        1 => any::<usize>().prop_map(|backup| Step::Restore { backup }),
    ])
}

/// Offices in which devices are copied, and nothing is restored.
pub(crate) fn cloned() -> BoxedStrategy<Plan> {
    plan(prop_oneof![
        30 => step(),
        1 => any::<usize>().prop_map(|device| Step::Clone { device }),
    ])
}

/// Offices in which devices are copied, and put back to backups before they hear of it.
pub(crate) fn cloned_and_restored() -> BoxedStrategy<Plan> {
    plan(prop_oneof![
        30 => step(),
        1 => any::<usize>().prop_map(|backup| Step::Restore { backup }),
        1 => any::<usize>().prop_map(|device| Step::Clone { device }),
    ])
}

fn plan(step: impl Strategy<Value = Step> + 'static) -> BoxedStrategy<Plan> {
    const TEN_YEARS: i64 = 10 * 365 * 86_400_000;
    let clocks = prop::collection::vec(prop_oneof![Just(0), -TEN_YEARS..TEN_YEARS], 2..=6);
    let first = (any::<usize>(), change()).prop_map(|(device, change)| Step::New { device, change });
    let steps = (first, prop::collection::vec(step, 1..60))
        .prop_map(|(first, steps)| core::iter::once(first).chain(steps).collect());
    (clocks, steps).prop_map(|(clocks, steps)| Plan { clocks, steps }).boxed()
}

fn step() -> impl Strategy<Value = Step> {
    let one = any::<usize>;
    prop_oneof![
        2 => (one(), change()).prop_map(|(device, change)| Step::New { device, change }),
        12 => (one(), one(), change())
            .prop_map(|(device, record, change)| Step::Change { device, record, change }),
        1 => (one(), one(), any::<bool>()).prop_map(|(device, record, erase)| if erase {
            Step::Erase { device, record }
        } else {
            Step::Change { device, record, change: Change::Delete }
        }),
        6 => (one(), one(), prop::bool::weighted(0.8))
            .prop_map(|(device, to, base)| Step::Send { device, to, base }),
        2 => (one(), any::<u8>(), any::<u8>())
            .prop_map(|(device, records, fields)| Step::Share { device, records, fields }),
        2 => (one(), any::<bool>()).prop_map(|(device, handover)| Step::Backup { device, handover }),
        14 => (one(), one(), prop::bool::weighted(0.1))
            .prop_map(|(device, bundle, crash)| Step::Deliver { device, bundle, crash }),
        1 => (one(), change()).prop_map(|(device, change)| Step::Crash { device, change }),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let field = prop::sample::select(vec![FieldName::NAME, FieldName::MEMO, FieldName::new("future")]);
    let value = prop_oneof![
        "[あい]{1,2}".prop_map(Value::Text),
        (0_i64..3).prop_map(Value::Number),
        Just(Value::Unknown(300, vec![1, 2])),
    ];
    let word = prop::sample::select(vec!["常連", "紹介"]).prop_map(str::to_owned);
    prop_oneof![
        12 => (field, value).prop_map(|(field, value)| Change::Set(field, value)),
        2 => any::<bool>().prop_map(|private| Change::Set(FieldName::PRIVATE, Value::Flag(private))),
        3 => word.clone().prop_map(|word| Change::Add(FieldName::TAGS, word)),
        2 => word.prop_map(|word| Change::Remove(FieldName::TAGS, word)),
        3 => "([甲乙丙]。){0,3}".prop_map(|text| Change::Write(FieldName::TEXT, text)),
        2 => Just(Change::Delete),
        1 => Just(Change::Restore),
    ]
}
