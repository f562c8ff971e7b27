//! How fast bundles are written and read: run by hand, asserts only that what was written comes back.

use std::time::Duration;

use daifuku::bundle::read::Bundle;
use daifuku::bundle::write::Writer;

use super::world::{Records, header, samples, unpacked};

/// The processor time that this thread has spent: others may be at work on the machine.
struct Spent(Duration);

impl Spent {
    fn now() -> Self {
        let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        Self(Duration::from_nanos(statistics.split(' ').next().unwrap().parse().unwrap()))
    }

    fn elapsed(&self) -> Duration {
        Self::now().0 - self.0
    }
}

/// `CUSTOMERS=10000 cargo test --profile worker --test bundle_review -- --ignored --nocapture speed`
#[test]
#[ignore = "measures"]
fn speed_of_writing_and_reading() {
    let customers = std::env::var("CUSTOMERS").map_or(10_000, |count| count.parse().unwrap());
    let mut records = Records::new();
    let mut writer = Writer::new(&header()).unwrap();
    let (mut count, mut writing) = (0_u64, Duration::ZERO);
    for sample in samples(customers) {
        let items = records.of(sample);
        count += u64::try_from(items.len()).unwrap();
        let begin = Spent::now();
        items.iter().for_each(|item| writer.push(item).unwrap());
        writing += begin.elapsed();
    }
    let begin = Spent::now();
    let content = writer.finish(|_| [9; 64]).unwrap();
    writing += begin.elapsed();
    let packed = content.len();
    if let Ok(path) = std::env::var("KEEP") {
        std::fs::write(path, unpacked(&content)).unwrap();
    }

    let begin = Spent::now();
    let bundle = Bundle::open(content).unwrap().verify(|_, _, _| true).unwrap();
    let verifying = begin.elapsed();
    let begin = Spent::now();
    let read = bundle.items().map(|item| item.unwrap()).count();
    let reading = begin.elapsed();
    assert_eq!((bundle.len(), u64::try_from(read).unwrap()), (count, count));

    let megabytes = f64::from(u32::try_from(bundle.bytes() / 1_000).unwrap()) / 1e3;
    let report = |what: &str, time: Duration| {
        eprintln!("{what}: {:.2} s, {:.0} MB/s", time.as_secs_f64(), megabytes / time.as_secs_f64());
    };
    eprintln!("{customers} customers, {count} records, {megabytes:.1} MB, packed {packed}");
    report("write ", writing);
    report("verify", verifying);
    report("items ", reading);
}
