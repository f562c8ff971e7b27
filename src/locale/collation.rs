//! 五十音 order: keys that sort by reading when their bytes are compared, and the marks of the index rail.
//!
//! Four levels after JIS X 4061, in the order of ICU's collation `ja` (its data is what the tests compare
//! with):
//!
//! | level | compares |
//! | --- | --- |
//! | 1 | spaces < signs < digits < Latin < kana < the rest; of kana the sound only: わ = ワ = ﾜ, っ = つ, は = ば = ぱ, ー = the vowel before it |
//! | 2 | は < ば < ぱ; accents |
//! | 3 | ー < small < ゝ < large; lower case < upper case |
//! | 4 | hiragana < katakana |
//!
//! A level decides only if all before it are equal. Two deviations from ICU: ゐ and ゑ sort under い and え
//! (after them on level 3), where people look for them; signs and kanji go by code point.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::collation_forms::without_legal_forms;

/// A key of a reading. Keys of equal sound differ in later levels only; no reading sorts last.
///
/// ```
/// use daifuku::locale::collation::sort_key;
/// assert!(sort_key("はーと") < sort_key("はあと") && sort_key("はあと") < sort_key("ばーと"));
/// ```
#[must_use]
pub fn sort_key(reading: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(2 * reading.len());
    push_key(&units(reading), &mut key);
    key
}

fn push_key(units: &[Unit], key: &mut Vec<u8>) {
    if units.is_empty() {
        key.push(LAST);
        return;
    }
    key.extend(units.iter().flat_map(|unit| unit.primary.bytes()));
    let secondary =
        units.iter().flat_map(|unit| core::iter::once(unit.voicing).chain(unit.accents.iter().copied()));
    push_level(key, secondary);
    key.push(END);
    key.extend(units.iter().map(|unit| unit.size));
    push_level(key, units.iter().map(|unit| unit.script));
}

/// The key of a list that the index rail stands beside: by mark of the rail, then by [`sort_key`].
#[must_use]
pub fn list_key(reading: &str) -> Vec<u8> {
    let units = units(reading);
    let under = mark_of(units.first());
    let mark = RailMark::ALL.iter().position(|mark| *mark == under);
    let mut key = Vec::with_capacity(2 * reading.len());
    key.push(mark.and_then(|mark| u8::try_from(mark).ok()).unwrap_or(LAST));
    push_key(&units, &mut key);
    key
}

/// What a person is sorted by: the reading, or the name if there is none and the name is written in
/// kana or Latin letters; else nothing.
#[must_use]
pub fn person_reading<'a>(reading: &'a str, name: &'a str) -> &'a str {
    let reading = reading.trim();
    let readable =
        || name.nfkc().all(|c| is_kana(c) || c.is_whitespace() || c.is_ascii() || matches!(c, '・' | 'ー'));
    if reading.is_empty() && readable() { name.trim() } else { reading }
}

/// What an organisation is sorted by: as [`person_reading`], without 株式会社 and other legal forms, in
/// kanji, bracketed or read, at either end.
#[must_use]
pub fn organisation_reading(reading: &str, name: &str) -> String {
    let stripped = |text: &str| -> String {
        // ㊑ and ㊒ would lose their circles.
        let text: String = text.replace('㊑', "(株)").replace('㊒', "(有)").nfkc().collect();
        without_legal_forms(&text).to_owned()
    };
    let (reading, name) = (stripped(reading), stripped(name));
    person_reading(&reading, &name).to_owned()
}

/// A mark of the index rail, in the order of the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RailMark {
    /// あ; also ゔ, ゐ and ゑ.
    A,
    /// か
    Ka,
    /// さ
    Sa,
    /// た; also ぢ and づ.
    Ta,
    /// な
    Na,
    /// は
    Ha,
    /// ま
    Ma,
    /// や
    Ya,
    /// ら
    Ra,
    /// わ; also を and ん.
    Wa,
    /// A to Z.
    Latin,
    /// Digits, signs, kanji: whatever begins with something else.
    Other,
    /// Nothing to sort by.
    NoReading,
}

impl RailMark {
    /// All, in order.
    pub const ALL: [Self; 13] = [
        Self::A,
        Self::Ka,
        Self::Sa,
        Self::Ta,
        Self::Na,
        Self::Ha,
        Self::Ma,
        Self::Ya,
        Self::Ra,
        Self::Wa,
        Self::Latin,
        Self::Other,
        Self::NoReading,
    ];

    /// What the rail shows; nothing for [`Self::NoReading`], which is a word of the language.
    #[must_use]
    pub fn label(self) -> Option<&'static str> {
        Some(match self {
            Self::A => "あ",
            Self::Ka => "か",
            Self::Sa => "さ",
            Self::Ta => "た",
            Self::Na => "な",
            Self::Ha => "は",
            Self::Ma => "ま",
            Self::Ya => "や",
            Self::Ra => "ら",
            Self::Wa => "わ",
            Self::Latin => "A–Z",
            Self::Other => "#",
            Self::NoReading => return None,
        })
    }
}

/// Under which mark a reading stands.
#[must_use]
pub fn rail_mark(reading: &str) -> RailMark {
    mark_of(units(reading).first())
}

fn mark_of(first: Option<&Unit>) -> RailMark {
    match first.map(|unit| unit.primary) {
        None => RailMark::NoReading,
        Some(Primary::Latin(_)) => RailMark::Latin,
        Some(Primary::Kana(kana)) => match kana {
            'あ'..='お' => RailMark::A,
            'か'..='こ' => RailMark::Ka,
            'さ'..='そ' => RailMark::Sa,
            'た'..='と' => RailMark::Ta,
            'な'..='の' => RailMark::Na,
            'は'..='ほ' => RailMark::Ha,
            'ま'..='も' => RailMark::Ma,
            'や'..='よ' => RailMark::Ya,
            'ら'..='ろ' => RailMark::Ra,
            _ => RailMark::Wa,
        },
        Some(_) => RailMark::Other,
    }
}

/// Between levels; less than every weight.
const END: u8 = 0;
/// More than the first byte of every other key.
const LAST: u8 = 0xFF;
/// The least weight of a level; not written at its end.
const LEAST: u8 = 1;

fn push_level(key: &mut Vec<u8>, weights: impl Iterator<Item = u8>) {
    key.push(END);
    key.extend(weights);
    while key.last() == Some(&LEAST) {
        key.pop();
    }
}

/// One letter with what is on it.
#[derive(Debug)]
struct Unit {
    primary: Primary,
    voicing: u8,
    accents: Vec<u8>,
    size: u8,
    script: u8,
}

/// The weight of level 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Primary {
    Space,
    Sign(char),
    Digit(char),
    /// In lower case.
    Latin(char),
    /// Of other scripts older than kana in Unicode: Greek, Cyrillic …
    Letter(char),
    /// Large, unvoiced hiragana.
    Kana(char),
    Kanji(char),
}

const VOICED: u8 = 2;
const HALF_VOICED: u8 = 3;
const LONG: u8 = 1;
const SMALL: u8 = 2;
const REPEATED: u8 = 3;
const LARGE: u8 = 4;
const OLD: u8 = 5;
const HIRAGANA: u8 = 1;
const KATAKANA: u8 = 2;

impl Primary {
    /// Bytes that sort as the primaries do; none is a prefix of another's.
    fn bytes(self) -> impl Iterator<Item = u8> {
        // Never `END`: seven bits of the code point a byte.
        let code = |group: u8, c: char| {
            let seven = |shift: u32| u8::try_from((u32::from(c) >> shift) & 0x7F).unwrap_or(0) | 0x80;
            (group, [seven(14), seven(7), seven(0)].into_iter().take(3))
        };
        let offset = |group: u8, c: char, first: char| {
            let offset = u8::try_from(u32::from(c) - u32::from(first)).unwrap_or(0);
            (group + offset, [0; 3].into_iter().take(0))
        };
        let (first, rest) = match self {
            Self::Space => (0x02, [0; 3].into_iter().take(0)),
            Self::Sign(c) => code(0x08, c),
            Self::Digit(c) => offset(0x10, c, '0'),
            Self::Latin(c) => offset(0x20, c, 'a'),
            Self::Letter(c) => code(0x3C, c),
            Self::Kana(c) => offset(0x40, c, 'ぁ'),
            Self::Kanji(c) => code(0xE0, c),
        };
        core::iter::once(first).chain(rest)
    }
}

fn units(text: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::with_capacity(text.len() / 3 + 1);
    let spacing = |c: char| match c {
        '゛' | 'ﾞ' => '\u{3099}',
        '゜' | 'ﾟ' => '\u{309A}',
        c => c,
    };
    for c in text.trim().chars().map(spacing).nfkd() {
        if let Some(last) = units.last_mut() {
            match (c, last.primary) {
                ('\u{3099}', _) => last.voicing = VOICED,
                ('\u{309A}', _) => last.voicing = HALF_VOICED,
                (c, _) if canonical_combining_class(c) != 0 => {
                    last.accents.push(u8::try_from(u32::from(c) & 0x7F).unwrap_or(0) | 0x80);
                }
                ('ー', Primary::Kana(kana)) if let Some(vowel) = vowel(kana) => {
                    let (primary, script) = (Primary::Kana(vowel), last.script);
                    units.push(Unit { primary, size: LONG, voicing: LEAST, accents: Vec::new(), script });
                }
                ('ゝ' | 'ヽ', Primary::Kana(_)) => {
                    let script = if c == 'ゝ' { HIRAGANA } else { KATAKANA };
                    let (primary, voicing) = (last.primary, last.voicing);
                    units.push(Unit { primary, size: REPEATED, voicing, accents: Vec::new(), script });
                }
                (c, Primary::Space) if c.is_whitespace() => {}
                (c, _) => units.extend(unit(c)),
            }
        } else {
            units.extend(unit(c));
        }
    }
    units
}

fn unit(c: char) -> Option<Unit> {
    let (primary, size, script) = match c {
        _ if c.is_control() || canonical_combining_class(c) != 0 || is_selector(c) => return None,
        _ if c.is_whitespace() => (Primary::Space, LARGE, HIRAGANA),
        '0'..='9' => (Primary::Digit(c), LARGE, HIRAGANA),
        'a'..='z' => (Primary::Latin(c), SMALL, HIRAGANA),
        'A'..='Z' => (Primary::Latin(c.to_ascii_lowercase()), LARGE, HIRAGANA),
        _ if is_kana(c) => {
            let (kana, script) = hiragana(c);
            let (kana, size) = large(kana);
            (Primary::Kana(kana), size, script)
        }
        '\u{3400}'.. => (Primary::Kanji(c), LARGE, HIRAGANA),
        'ー' | 'ゝ' | 'ヽ' => (Primary::Sign(c), LARGE, HIRAGANA),
        _ if c.is_alphanumeric() => (Primary::Letter(c.to_lowercase().next().unwrap_or(c)), LARGE, HIRAGANA),
        _ => (Primary::Sign(c), LARGE, HIRAGANA),
    };
    Some(Unit { primary, size, script, voicing: LEAST, accents: Vec::new() })
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{200B}'..='\u{200F}' | '\u{FEFF}')
}

/// Whether it is a kana letter, voiced ones included.
fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{31F0}'..='\u{31FF}')
}

/// The hiragana of a katakana, and the weight of level 4.
pub(super) fn hiragana(c: char) -> (char, u8) {
    match c {
        '\u{30A1}'..='\u{30F6}' => (char::from_u32(u32::from(c) - 0x60).unwrap_or(c), KATAKANA),
        '\u{31F0}'..='\u{31FF}' => (c, KATAKANA),
        _ => (c, HIRAGANA),
    }
}

/// The large kana of a small one, ゐ and ゑ as い and え; and the weight of level 3.
fn large(kana: char) -> (char, u8) {
    let small = SMALL_KANA.iter().find(|(small, _)| *small == kana);
    match (kana, small) {
        ('ゐ', _) => ('い', OLD),
        ('ゑ', _) => ('え', OLD),
        (_, Some((_, large))) => (*large, SMALL),
        _ => (kana, LARGE),
    }
}

/// What ー after this kana sounds like; after ん it is a sign.
fn vowel(kana: char) -> Option<char> {
    let rows = [
        ('あ', "あかさたなはまやらわ"),
        ('い', "いきしちにひみり"),
        ('う', "うくすつぬふむゆる"),
        ('え', "えけせてねへめれ"),
        ('お', "おこそとのほもよろを"),
    ];
    rows.iter().find(|(_, row)| row.contains(kana)).map(|(vowel, _)| *vowel)
}

const SMALL_KANA: [(char, char); 28] = [
    ('ぁ', 'あ'),
    ('ぃ', 'い'),
    ('ぅ', 'う'),
    ('ぇ', 'え'),
    ('ぉ', 'お'),
    ('っ', 'つ'),
    ('ゃ', 'や'),
    ('ゅ', 'ゆ'),
    ('ょ', 'よ'),
    ('ゎ', 'わ'),
    ('ゕ', 'か'),
    ('ゖ', 'け'),
    ('ㇰ', 'く'),
    ('ㇱ', 'し'),
    ('ㇲ', 'す'),
    ('ㇳ', 'と'),
    ('ㇴ', 'ぬ'),
    ('ㇵ', 'は'),
    ('ㇶ', 'ひ'),
    ('ㇷ', 'ふ'),
    ('ㇸ', 'へ'),
    ('ㇹ', 'ほ'),
    ('ㇺ', 'む'),
    ('ㇻ', 'ら'),
    ('ㇼ', 'り'),
    ('ㇽ', 'る'),
    ('ㇾ', 'れ'),
    ('ㇿ', 'ろ'),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn rising(readings: &[&str]) {
        for pair in readings.windows(2) {
            assert!(sort_key(pair[0]) < sort_key(pair[1]), "{} < {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn the_order_of_the_syllabary() {
        rising(&[
            "あへ",
            "あべ",
            "あぺ",
            "いーと",
            "いとう",
            "イトウ",
            "いどう",
            "いとー",
            "いとお",
            "いのうえ",
        ]);
        rising(&[
            "いのうえ",
            "うぁん",
            "ゔぁん",
            "えびす",
            "はーと",
            "はあと",
            "ばーと",
            "はと",
            "ワタナベ",
            "を",
            "ん",
        ]);
        rising(&["いど", "いのうえ", "ゐのうえ", "いはら", "ヱビズ", "えふ"]);
        rising(&["えびす", "ゑびす", "ヱビス", "えふ"]);
        rising(&["はは", "はば", "ばは", "ばば", "ぱぱ", "ひ"]);
        rising(&[" さとう", "さとう あい", "さとうあ", "山", ""]);
    }

    #[test]
    fn the_order_of_icu() {
        let lines: Vec<Vec<&str>> = include_str!("../../tests/data/search/collation-ja.tsv")
            .lines()
            .map(|line| line.split('\t').collect())
            .collect();
        assert!(lines.len() > 400);
        let katakana = |text: &str| -> String {
            let kana = |c: char| {
                if ('ぁ'..='ゖ').contains(&c) { char::from_u32(u32::from(c) + 0x60).unwrap() } else { c }
            };
            text.replace('ゝ', "ヽ").nfkc().map(kana).map(|c| if c == 'ゞ' { 'ヾ' } else { c }).collect()
        };
        for pair in lines.windows(2) {
            for (one, other) in pair[0].iter().flat_map(|one| pair[1].iter().map(move |other| (one, other))) {
                assert!(sort_key(one) < sort_key(other), "{one} < {other}");
            }
        }
        for line in &lines {
            for other in line {
                assert_eq!(sort_key(&katakana(line[0])), sort_key(&katakana(other)), "{} = {other}", line[0]);
            }
        }
    }

    #[test]
    fn marks_of_the_rail() {
        for (reading, label) in [
            ("ヴァン", "あ"),
            ("ゐのうえ", "あ"),
            ("ｶﾞ", "か"),
            ("ヂ", "た"),
            ("づ", "た"),
            ("っ", "た"),
            ("ぱ", "は"),
            ("ゃ", "や"),
            ("を", "わ"),
            ("ん", "わ"),
            ("ヷ", "わ"),
            ("Ｓmith", "A–Z"),
            ("éa", "A–Z"),
            ("3", "#"),
            ("佐藤", "#"),
            ("ーあ", "#"),
        ] {
            assert_eq!(rail_mark(reading).label(), Some(label), "{reading}");
        }
        assert_eq!(rail_mark(" \u{3000}"), RailMark::NoReading);
    }

    #[test]
    fn what_is_sorted_by() {
        assert_eq!(person_reading("サトウ", "佐藤"), "サトウ");
        assert_eq!(person_reading(" ", "さとう はなこ"), "さとう はなこ");
        assert_eq!(person_reading("", "John Smith"), "John Smith");
        assert_eq!(person_reading("", "佐藤"), "");
        for (reading, expected) in [
            ("カブシキガイシャヤマダショウテン", "ヤマダショウテン"),
            ("ヤマダショウテン（カ", "ヤマダショウテン"),
            ("カ）ヤマダ", "ヤマダ"),
            ("いりょうほうじんしゃだん あおば", "あおば"),
            ("エヌピーオーホウジン・ミドリ", "ミドリ"),
            ("かぶしきがいしゃ", "かぶしきがいしゃ"),
            ("カトウ", "カトウ"),
        ] {
            assert_eq!(organisation_reading(reading, "山田"), expected);
        }
        for name in ["㈱ヤマダ", "（株）ヤマダ", "株式会社ヤマダ", "ヤマダ㍿", "㊑ヤマダ", "ﾔﾏﾀﾞ 有限会社"]
        {
            assert_eq!(organisation_reading("", name), "ヤマダ", "{name}");
        }
        assert_eq!(organisation_reading("", "株式会社山田"), "");
    }

    proptest! {
        #[test]
        fn a_list_stands_in_the_order_of_its_rail(one in "[ぁ-んァ-ヶーa-zA-Z0-9山川 !]{0,4}", other in "[ぁ-んァ-ヶーa-zA-Z0-9山川 !]{0,4}") {
            if rail_mark(&one) < rail_mark(&other) {
                prop_assert!(list_key(&one) < list_key(&other));
            }
            if rail_mark(&one) == rail_mark(&other) {
                prop_assert_eq!(list_key(&one).cmp(&list_key(&other)), sort_key(&one).cmp(&sort_key(&other)));
            }
        }

        #[test]
        fn every_text_has_a_key(text in any::<String>()) {
            prop_assert!(sort_key(&text).first().is_some_and(|first| *first != END));
            let spaced = format!(" {text} ");
            prop_assert_eq!(sort_key(&spaced), sort_key(&text));
        }
    }
}
