//! Legal forms of organisations (株式会社 …), which the order of names ignores.

use super::collation::hiragana;

/// NFKC text without legal forms at its ends; all of it if nothing else is there.
pub(super) fn without_legal_forms(text: &str) -> &str {
    // Takes as many bytes as the text, letter by letter.
    let plain: String = text.chars().map(|c| hiragana(c).0.to_ascii_lowercase()).collect();
    let joint = |c: char| c.is_whitespace() || matches!(c, '・' | '.' | ',');
    let mut rest = plain.trim_matches(joint);
    while let Some(inner) = inside_of_form(rest, joint) {
        rest = inner;
    }
    let start = rest.as_ptr().addr() - plain.as_ptr().addr();
    text.get(start..start + rest.len()).unwrap_or(text)
}

/// What is left when the longest form at an end is taken away.
fn inside_of_form(text: &str, joint: impl Fn(char) -> bool + Copy) -> Option<&str> {
    let inner = FORMS.iter().filter_map(|form| text.strip_prefix(form).or_else(|| text.strip_suffix(form)));
    let inner = inner.map(|inner| inner.trim_matches(joint)).filter(|inner| !inner.is_empty());
    inner.min_by_key(|inner| inner.len())
}

/// Legal forms after NFKC, in hiragana and lower case; also as banks abbreviate them.
const FORMS: [&str; 58] = [
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
    "合名会社",
    "医療法人社団",
    "医療法人財団",
    "医療法人",
    "社会福祉法人",
    "一般社団法人",
    "一般財団法人",
    "公益社団法人",
    "公益財団法人",
    "社団法人",
    "財団法人",
    "学校法人",
    "宗教法人",
    "特定非営利活動法人",
    "npo法人",
    "独立行政法人",
    "(株)",
    "(有)",
    "(同)",
    "(資)",
    "(名)",
    "(医)",
    "(社)",
    "(財)",
    "(学)",
    "(福)",
    "(宗)",
    "(一社)",
    "(一財)",
    "(公社)",
    "(公財)",
    "(特非)",
    "かぶしきがいしゃ",
    "かぶしきかいしゃ",
    "ゆうげんがいしゃ",
    "ごうどうがいしゃ",
    "ごうしがいしゃ",
    "ごうめいがいしゃ",
    "いりょうほうじんしゃだん",
    "いりょうほうじん",
    "しゃかいふくしほうじん",
    "いっぱんしゃだんほうじん",
    "いっぱんざいだんほうじん",
    "こうえきしゃだんほうじん",
    "こうえきざいだんほうじん",
    "がっこうほうじん",
    "しゅうきょうほうじん",
    "とくていひえいりかつどうほうじん",
    "えぬぴーおーほうじん",
    "npoほうじん",
    "か)",
    "(か",
    "ゆ)",
    "(ゆ",
];
