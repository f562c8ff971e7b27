//! Makes the data sets on which speed is measured and prints them.
//!
//! `generate --customers 10000 --format jsonl --out 10k.jsonl`: the same arguments give the same bytes.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use daifuku::exchange::sample::{Random, Sample, SampleCustomer};
use daifuku::model::{Date, FieldName, Value};

const USAGE: &str = "\
usage: generate --customers N [--seed S] [--format csv|jsonl] [--today YYYY-MM-DD] [--out FILE]
  --customers N   how many customers to make
  --seed S        another number makes other customers (1)
  --format F      csv: the customers, with their notes as memo, for importing
                  jsonl: one record a line, of all kinds (default)
  --today DATE    the day around which tasks are due (2026-11-22)
  --out FILE      write to FILE instead of standard output
";

fn main() -> ExitCode {
    let mut errors = io::stderr().lock();
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            let _ = write!(errors, "generate: {problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match arguments.run() {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads from us has enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(errors, "generate: {error}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Clone, Copy)]
enum Format {
    Csv,
    Jsonl,
}

struct Arguments {
    customers: usize,
    seed: u64,
    format: Format,
    today: Date,
    out: Option<String>,
}

impl Arguments {
    fn parse(mut given: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut customers, mut seed, mut format, mut out) = (None, 1, Format::Jsonl, None);
        let mut today = Date::new(Some(2026), 11, 22).ok_or("no such day")?;
        while let Some(name) = given.next() {
            if !["--customers", "--seed", "--format", "--today", "--out"].contains(&name.as_str()) {
                return Err(format!("unknown argument {name}"));
            }
            let value = given.next().ok_or_else(|| format!("{name} needs a value"))?;
            let wrong = || format!("{name} cannot be {value}");
            match name.as_str() {
                "--customers" => customers = Some(value.parse().map_err(|_| wrong())?),
                "--seed" => seed = value.parse().map_err(|_| wrong())?,
                "--today" => {
                    today =
                        value.parse().ok().filter(|date: &Date| date.year().is_some()).ok_or_else(wrong)?
                }
                "--format" => {
                    format = match value.as_str() {
                        "csv" => Format::Csv,
                        "jsonl" => Format::Jsonl,
                        _ => return Err(wrong()),
                    }
                }
                _ => out = Some(value),
            }
        }
        let customers = customers.ok_or("--customers is missing")?;
        Ok(Self { customers, seed, format, today, out })
    }

    fn run(&self) -> io::Result<()> {
        match &self.out {
            Some(path) => self.print(BufWriter::new(File::create(path)?)),
            None => self.print(BufWriter::new(io::stdout().lock())),
        }
    }

    fn print(&self, mut out: impl Write) -> io::Result<()> {
        let sample = Sample::new(self.seed, self.customers, self.today);
        // Another sequence than that of the customers.
        let mut ids = Ids(Random::new(!self.seed));
        match self.format {
            Format::Csv => print_csv(sample, &mut ids, &mut out)?,
            Format::Jsonl => {
                let now = self.today.days().unwrap_or_default() * 86_400_000;
                for customer in sample {
                    print_jsonl(&customer, &mut ids, now, &mut out)?;
                }
            }
        }
        out.flush()
    }
}

/// Ids that look like random ones.
struct Ids(Random);

impl Ids {
    fn next(&mut self) -> String {
        format!("{:016x}{:016x}", self.0.next_u64(), self.0.next_u64())
    }
}

/// The one-line texts that both formats print.
struct Flat<'a> {
    name: &'a str,
    kana: &'a str,
    company: &'a str,
    zip: &'a str,
    address: String,
    phone: &'a str,
    email: &'a str,
}

impl<'a> Flat<'a> {
    fn of(sample: &'a SampleCustomer) -> Self {
        let customer = &sample.customer;
        let item = |field: &FieldName| {
            customer.fields.iter().find(|(name, _)| name.is(field)).map_or(&Value::Empty, |(_, value)| value)
        };
        let place = item(&FieldName::ADDRESS);
        let mut address = ["region", "city", "street"].map(|part| place.part(part)).concat();
        let building = place.part("building");
        if !building.is_empty() {
            address = format!("{address} {building}");
        }
        Self {
            name: customer.text(&FieldName::NAME),
            kana: customer.text(&FieldName::READING),
            company: customer.text(&FieldName::COMPANY),
            zip: place.part("postal"),
            address,
            phone: item(&FieldName::PHONE).part("number"),
            email: item(&FieldName::MAIL).part("mail"),
        }
    }
}

fn print_csv(sample: Sample, ids: &mut Ids, out: &mut impl Write) -> io::Result<()> {
    // Excel takes a file for UTF-8 only with a byte order mark.
    out.write_all("\u{FEFF}".as_bytes())?;
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    csv.write_record(["id", "name", "kana", "company", "zip", "address", "phone", "email", "tags", "memo"])?;
    for customer in sample {
        let Flat { name, kana, company, zip, address, phone, email } = Flat::of(&customer);
        let memo: Vec<&str> = customer.notes.iter().map(|(_, text)| text.as_str()).collect();
        let (id, tags, memo) = (ids.next(), customer.customer.tags.join(";"), memo.join("\n"));
        csv.write_record([&id, name, kana, company, zip, &address, phone, email, &tags, &memo])?;
    }
    csv.flush()
}

fn print_jsonl(customer: &SampleCustomer, ids: &mut Ids, now: i64, out: &mut impl Write) -> io::Result<()> {
    let id = ids.next();
    let Flat { name, kana, company, zip, address, phone, email } = Flat::of(customer);
    write!(out, r#"{{"kind":"customer","id":"{id}""#)?;
    let texts = [
        ("name", name),
        ("kana", kana),
        ("company", company),
        ("zip", zip),
        ("address", &address),
        ("phone", phone),
        ("email", email),
    ];
    for (key, text) in texts {
        write!(out, r#","{key}":"{}""#, escape(text))?;
    }
    let tags: Vec<String> = customer.customer.tags.iter().map(|tag| format!("\"{}\"", escape(tag))).collect();
    let age = i64::from(ids.0.below(4 * 365)) * 86_400_000 + i64::from(ids.0.below(86_400_000));
    let created = now - age;
    writeln!(out, r#","tags":[{}],"created":{created},"updated":{}}}"#, tags.join(","), created + age / 2)?;
    for (date, text) in &customer.notes {
        let (note, at, body) = (ids.next(), date.days().unwrap_or_default() * 86_400_000, escape(text));
        writeln!(out, r#"{{"kind":"note","id":"{note}","customer":"{id}","at":{at},"body":"{body}"}}"#)?;
    }
    for bought in &customer.purchases {
        let (purchase, at, item) = (ids.next(), bought.date, escape(bought.item));
        let (quantity, price) = (bought.quantity, bought.amount / bought.quantity.max(1));
        write!(out, r#"{{"kind":"purchase","id":"{purchase}","customer":"{id}","at":"{at}","#)?;
        writeln!(out, r#""item":"{item}","qty":{quantity},"price":{price}}}"#)?;
    }
    for task in &customer.tasks {
        let (own, due, title, done) = (ids.next(), task.due, escape(task.title), task.done);
        write!(out, r#"{{"kind":"task","id":"{own}","customer":"{id}","due":"{due}","#)?;
        writeln!(out, r#""title":"{title}","done":{done}}}"#)?;
    }
    Ok(())
}

/// For a string of JSON (RFC 8259 §7).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            control if u32::from(control) < 0x20 => {
                escaped.push_str(&format!("\\u{:04x}", u32::from(control)))
            }
            plain => escaped.push(plain),
        }
    }
    escaped
}
