//! Sample customers: for people who try the notebook, and for measuring it.
//!
//! The same seed, count and day give the same customers on every machine. Nobody of them can be
//! reached: the phone numbers have a zero where no Japanese number has one, the mails are at domains that
//! are reserved for examples.

mod prose;
mod random;
mod sentences;
mod words;

pub use random::Random;

use prose::Language;

use super::import::NewCustomer;
use crate::model::{Date, FieldName, Value, sort};

/// One sample customer with everything on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleCustomer {
    /// The customer; its `notes` are empty, because the notes below have days.
    pub customer: NewCustomer,
    /// Three notes of 80 to 400 characters with the days they are about, oldest first.
    pub notes: Vec<(Date, String)>,
    /// Two purchases.
    pub purchases: Vec<SamplePurchase>,
    /// One task for every fifth customer.
    pub tasks: Vec<SampleTask>,
}

/// Something that a sample customer bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamplePurchase {
    /// The day, before today.
    pub date: Date,
    /// What.
    pub item: &'static str,
    /// How many.
    pub quantity: u32,
    /// The whole amount in yen.
    pub amount: u32,
    /// How it was ordered.
    pub channel: &'static str,
}

/// Something to do for a sample customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleTask {
    /// What there is to do.
    pub title: &'static str,
    /// When it is due: open tasks from a week before today to five weeks after.
    pub due: Date,
    /// Whether it is done; its due day is past then.
    pub done: bool,
    /// Who does it.
    pub owner: &'static str,
}

/// Makes sample customers one by one.
///
/// ```
/// use daifuku::exchange::Sample;
/// let today = "2026-11-22".parse().unwrap();
/// let customers: Vec<_> = Sample::new(1, 30, today).collect();
/// assert_eq!(customers, Sample::new(1, 30, today).collect::<Vec<_>>());
/// ```
#[derive(Clone, Debug)]
pub struct Sample {
    random: Random,
    words: Words,
    today: Date,
    made: usize,
    count: usize,
}

impl Sample {
    /// `count` customers; days are relative to `today`, which must have a year.
    #[must_use]
    pub fn new(seed: u64, count: usize, today: Date) -> Self {
        Self { random: Random::new(seed), words: Words::parse(), today, made: 0, count }
    }
}

impl Iterator for Sample {
    type Item = SampleCustomer;

    fn next(&mut self) -> Option<SampleCustomer> {
        if self.made == self.count {
            return None;
        }
        self.made += 1;
        let language = if self.random.chance(8) { Language::English } else { Language::Japanese };
        let customer = Person::make(&mut self.random, &self.words, language).customer(
            &mut self.random,
            &self.words,
            self.today,
        );
        let mut notes: Vec<(Date, String)> = (0..3)
            .map(|_| (self.past(4 * 365), prose::write(&mut self.random, &self.words, language)))
            .collect();
        sort::by_key(&mut notes, |(date, _)| *date);
        let purchases = (0..2).map(|_| self.purchase()).collect();
        let tasks = if self.made % 5 == 1 { vec![self.task(language)] } else { Vec::new() };
        Some(SampleCustomer { customer, notes, purchases, tasks })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.count - self.made;
        (left, Some(left))
    }
}

impl Sample {
    /// A day of the last `days`.
    fn past(&mut self, days: u32) -> Date {
        self.today.plus_days(-i64::from(self.random.below(days)))
    }

    fn purchase(&mut self) -> SamplePurchase {
        let (item, price) = self.random.pick(words::PRODUCTS);
        let quantity = if price > 20_000 { 1 } else { self.random.between(1, 6) };
        let channel = self.random.pick(words::CHANNELS);
        SamplePurchase { date: self.past(4 * 365), item, quantity, amount: price * quantity, channel }
    }

    fn task(&mut self, language: Language) -> SampleTask {
        let done = self.random.chance(40);
        let due = if done {
            self.past(200).plus_days(-1)
        } else {
            self.today.plus_days(i64::from(self.random.below(43)) - 7)
        };
        let title = match language {
            Language::Japanese => self.random.pick(words::TASKS),
            Language::English => self.random.pick(words::ENGLISH_TASKS),
        };
        SampleTask { title, due, done, owner: self.random.pick(words::OWNERS) }
    }
}

/// The word lists, cut into words and their readings.
#[derive(Clone, Debug)]
struct Words {
    surnames: Vec<(&'static str, &'static str)>,
    given_names: Vec<(&'static str, &'static str)>,
    english_surnames: Vec<(&'static str, &'static str)>,
    english_given_names: Vec<(&'static str, &'static str)>,
    company_heads: Vec<(&'static str, &'static str)>,
    company_tails: Vec<(&'static str, &'static str)>,
    /// Prefecture, city, first digits of the postal code, area code.
    cities: Vec<[&'static str; 4]>,
}

impl Words {
    fn parse() -> Self {
        let pairs =
            |list: &'static str| list.split_whitespace().filter_map(|word| word.split_once('/')).collect();
        let city = |line: &'static str| {
            let mut parts = line.split('/');
            Some([parts.next()?, parts.next()?, parts.next()?, parts.next()?])
        };
        Self {
            surnames: pairs(words::SURNAMES),
            given_names: pairs(words::GIVEN_NAMES),
            english_surnames: pairs(words::ENGLISH_SURNAMES),
            english_given_names: pairs(words::ENGLISH_GIVEN_NAMES),
            company_heads: pairs(words::COMPANY_HEADS),
            company_tails: pairs(words::COMPANY_TAILS),
            cities: words::CITIES.split_whitespace().filter_map(city).collect(),
        }
    }
}

/// Who a customer is.
struct Person {
    name: String,
    reading: String,
    /// The part of the mail before the `@`.
    mailbox: String,
    company: String,
    language: Language,
}

impl Person {
    fn make(random: &mut Random, words: &Words, language: Language) -> Self {
        let number = random.below(1000);
        let company = if random.chance(30) { String::new() } else { company(random, words, language) };
        match language {
            Language::Japanese => {
                let (family, family_reading) = random.pick_early(&words.surnames);
                let (given, given_reading) = random.pick(&words.given_names);
                let (family_latin, given_latin) = (romanise(family_reading), romanise(given_reading));
                let mailbox = match random.below(3) {
                    0 => format!("{family_latin}.{given_latin}"),
                    1 => format!("{given_latin}_{family_latin}"),
                    _ => format!("{family_latin}{number}"),
                };
                let (name, reading) =
                    (format!("{family} {given}"), format!("{family_reading} {given_reading}"));
                Self { name, reading, mailbox, company, language }
            }
            Language::English => {
                let (family, family_reading) = random.pick(&words.english_surnames);
                let (given, given_reading) = random.pick(&words.english_given_names);
                let mailbox = format!("{given}.{family}").to_lowercase();
                let (name, reading) =
                    (format!("{given} {family}"), format!("{family_reading} {given_reading}"));
                Self { name, reading, mailbox, company, language }
            }
        }
    }

    fn customer(self, random: &mut Random, words: &Words, today: Date) -> NewCustomer {
        let [region, city, postal, area] = random.pick(&words.cities);
        let mut fields =
            vec![(FieldName::NAME, Value::Text(self.name)), (FieldName::READING, Value::Text(self.reading))];
        let employed = !self.company.is_empty();
        fields.push((FieldName::COMPANY, Value::text(self.company)));
        let mut text = |random: &mut Random, percent, field, list: &[&'static str]| {
            let value = random.pick(list);
            if random.chance(percent) {
                fields.push((field, Value::text(value)));
            }
        };
        if employed && self.language == Language::Japanese {
            text(random, 40, FieldName::DEPARTMENT, words::DEPARTMENTS);
            text(random, 50, FieldName::TITLE, words::TITLES);
        }
        text(random, 60, FieldName::OWNER, words::OWNERS);
        text(random, 35, FieldName::SOURCE, words::SOURCES);
        text(random, 20, FieldName::NEEDS, words::NEEDS);
        text(random, 3, FieldName::WARNING, words::WARNINGS);
        let (label, number) = phone(random, area);
        fields
            .push((FieldName::PHONE.item(1), Value::parts([("label", label), ("number", number.as_str())])));
        let mail = format!("{}@{}", self.mailbox, random.pick(words::DOMAINS));
        fields.push((FieldName::MAIL.item(2), Value::parts([("mail", mail.as_str())])));
        fields.push((FieldName::ADDRESS.item(3), address(random, [region, city, postal])));
        let birthday = today.plus_days(-i64::from(random.between(20 * 365, 85 * 365)));
        if random.chance(40) {
            fields.push((FieldName::BIRTHDAY, Value::Date(birthday)));
        }
        fields.retain(|(_, value)| !value.is_empty());
        let mut tags: Vec<String> = Vec::new();
        for _ in 0..random.below(4) {
            let tag = random.pick_early(words::TAGS);
            if !tags.iter().any(|other| other == tag) {
                tags.push(tag.to_owned());
            }
        }
        NewCustomer { fields, tags, notes: Vec::new() }
    }
}

fn company(random: &mut Random, words: &Words, language: Language) -> String {
    if language == Language::English && random.chance(60) {
        return random.pick(words::ENGLISH_COMPANIES).to_owned();
    }
    let ((head, _), (tail, _)) = (random.pick(&words.company_heads), random.pick(&words.company_tails));
    match random.below(5) {
        0 => format!("{head}{tail}"),
        1 | 2 => format!("{head}{tail}株式会社"),
        _ => format!("{}{head}{tail}", random.pick(words::COMPANY_FORMS)),
    }
}

/// No Japanese number has a zero behind its mobile or area code.
fn phone(random: &mut Random, area: &str) -> (&'static str, String) {
    let last = random.below(10_000);
    if random.chance(55) {
        let prefix = random.pick(&["090", "080", "070"]);
        return ("携帯", format!("{prefix}-0{:03}-{last:04}", random.below(1000)));
    }
    // Ten digits: the area code, a zero, one to three digits, four digits.
    let middle = match area.len() {
        2 => format!("{:03}", random.below(1000)),
        3 => format!("{:02}", random.below(100)),
        _ => random.below(10).to_string(),
    };
    ("固定", format!("{area}-0{middle}-{last:04}"))
}

fn address(random: &mut Random, [region, city, postal]: [&str; 3]) -> Value {
    let postal = format!("{postal}-{:04}", random.between(1, 98));
    let quarter = random.pick(words::QUARTERS);
    let street =
        format!("{quarter}{}-{}-{}", random.between(1, 9), random.between(1, 30), random.between(1, 20));
    let building =
        format!("{} {}0{}号室", random.pick(words::BUILDINGS), random.between(1, 9), random.between(1, 9));
    let building = if random.chance(40) { building } else { String::new() };
    let parts = [
        ("postal", postal.as_str()),
        ("region", region),
        ("city", city),
        ("street", &street),
        ("building", &building),
    ];
    Value::parts(parts)
}

/// Hepburn without long vowels, as people write their mail address.
fn romanise(katakana: &str) -> String {
    const SYLLABLES: &str = "ア a イ i ウ u エ e オ o カ ka キ ki ク ku ケ ke コ ko サ sa シ shi ス su セ se ソ so タ ta チ chi ツ tsu テ te ト to \
        ナ na ニ ni ヌ nu ネ ne ノ no ハ ha ヒ hi フ fu ヘ he ホ ho マ ma ミ mi ム mu メ me モ mo ヤ ya ユ yu ヨ yo ラ ra リ ri ル ru レ re ロ ro \
        ワ wa ン n ガ ga ギ gi グ gu ゲ ge ゴ go ザ za ジ ji ズ zu ゼ ze ゾ zo ダ da ヂ ji ヅ zu デ de ド do バ ba ビ bi ブ bu ベ be ボ bo \
        パ pa ピ pi プ pu ペ pe ポ po";
    let mut latin = String::new();
    let mut doubled = false;
    for char in katakana.chars() {
        let small = match char {
            'ャ' => Some('a'),
            'ュ' => Some('u'),
            'ョ' => Some('o'),
            _ => None,
        };
        if let Some(vowel) = small {
            // キョ is k(i)yo, but ショ is sho.
            latin.pop();
            if !latin.ends_with(['h', 'j']) {
                latin.push('y');
            }
            latin.push(vowel);
        } else if char == 'ッ' {
            doubled = true;
        } else {
            let mut words = SYLLABLES.split_whitespace();
            let known = words.find(|word| word.chars().eq([char])).and_then(|_| words.next());
            let syllable = known.unwrap_or_default();
            latin.extend(syllable.chars().take(usize::from(doubled)));
            latin.push_str(syllable);
            doubled = false;
        }
    }
    latin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_become_mail_addresses() {
        for (reading, latin) in [
            ("サトウ", "satou"),
            ("ショウタ", "shouta"),
            ("リョウ", "ryou"),
            ("ハットリ", "hattori"),
            ("ジュンイチ", "junichi"),
            ("キョウコ", "kyouko"),
            ("シンイチ", "shinichi"),
        ] {
            assert_eq!(romanise(reading), latin);
        }
        let words = Words::parse();
        for (name, reading) in words.surnames.iter().chain(&words.given_names) {
            let syllables = reading.chars().filter(|char| !"ャュョッ".contains(*char)).count();
            assert!(romanise(reading).len() >= syllables, "{name}");
        }
        assert!(words.surnames.len() >= 120 && words.given_names.len() >= 120 && words.cities.len() >= 50);
    }
}
