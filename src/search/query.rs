//! What a person typed, as terms and conditions. Reading it never fails: what is no operator is a term.
//!
//! | typed | means |
//! | --- | --- |
//! | `佐藤 東京` | both occur |
//! | `-解約` | does not occur |
//! | `"trade show"` | occurs with the space |
//! | `name:` `company:` `phone:` `tag:` `mail:` `address:` `memo:` | occurs in that part |
//! | `owner:山田` | the person in charge, see [`Test::Owner`] |
//! | `due<2026-12-01` `due>` `due=` `due<=` `due>=` `due:` | a task is due, see [`Test::Due`] |
//!
//! Operators may be full-width (：－”＜　) and names Japanese (名前 会社 電話 タグ メール 住所 メモ 担当 期限).

use core::cmp::Ordering;

use crate::model::Date;

use super::fold::fold;

/// A parsed query. Everything in it must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// What must occur, and what must not.
    pub terms: Vec<Term>,
    /// What the index cannot decide, because it is no matter of text: for [`super::Run::step_where`].
    pub conditions: Vec<Condition>,
}

/// A text that must occur in a customer's folded text, or must not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Must not occur.
    pub negated: bool,
    /// Where it must occur; anywhere if absent.
    pub field: Option<Field>,
    /// What is looked for; one of them suffices. The first is the fold of what was typed; others
    /// stand for the context that cutting took away (see the laws of [`super::fold`]): `1ー` and `1-`.
    pub exact: Vec<String>,
    /// For a number with separators and six digits or more: its digits at the start of a line, or
    /// (if they do not begin with 0) at the end of a line, of [`super::HeadText::phone`].
    pub numbers: Vec<String>,
    /// Other spellings, looked for in name, reading and company only and ranked after the exact ones:
    /// 斎 and 斉, じ and ぢ, ず and づ, お and を, ば and ゔぁ. At most seven. None for a negated term.
    pub loose: Vec<String>,
}

/// The parts of a customer that a term may be confined to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Name and reading.
    Name,
    /// Company.
    Company,
    /// Phones.
    Phone,
    /// Tags.
    Tag,
    /// The rest of the head: mails and addresses.
    Other,
    /// The body: notes, tasks, purchases, memo.
    Memo,
}

/// A condition on a record's fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Must not hold.
    pub negated: bool,
    /// What is asked.
    pub test: Test,
}

/// What a [`Condition`] asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// The folded name of the person in charge contains this folded text.
    Owner(String),
    /// An open task is due on a day that compares with this one in one of these ways.
    Due(&'static [Ordering], Date),
}

impl Query {
    /// Reads what was typed.
    ///
    /// ```
    /// let query = daifuku::search::Query::parse("佐藤　－解約 tag:優良");
    /// assert_eq!(query.terms.len(), 3);
    /// assert!(query.terms[1].negated);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for token in tokens(text) {
            query.add(token);
        }
        query
    }

    /// Whether every record satisfies it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.conditions.is_empty()
    }

    fn add(&mut self, token: &str) {
        let inner = token.strip_prefix(HYPHENS).filter(|inner| !unquote(inner).is_empty());
        let (negated, inner) = inner.map_or((false, token), |inner| (true, inner));
        if !inner.starts_with(QUOTES)
            && let Some((key, operator, value)) = split_operator(inner)
        {
            if let Some(field) = field(&fold(key)).filter(|_| operator == ":") {
                self.add_term(negated, Some(field), value);
                return;
            }
            if let Some(test) = test(&fold(key), operator, value) {
                self.conditions.push(Condition { negated, test });
                return;
            }
        }
        self.add_term(negated, None, unquote(inner));
    }

    fn add_term(&mut self, negated: bool, field: Option<Field>, text: &str) {
        let text = fold(text);
        if text.is_empty() {
            return;
        }
        let names = matches!(field, None | Some(Field::Name | Field::Company)) && !negated;
        let phones = matches!(field, None | Some(Field::Phone));
        let term = Term {
            negated,
            field,
            numbers: if phones { numbers(&text) } else { Vec::new() },
            loose: if names { loose(&text) } else { Vec::new() },
            exact: exact(text),
        };
        if !self.terms.contains(&term) {
            self.terms.push(term);
        }
    }
}

const HYPHENS: [char; 4] = ['-', '－', '‐', '−'];
const QUOTES: [char; 5] = ['"', '＂', '“', '”', '„'];
const OPERATORS: [char; 8] = [':', '：', '<', '＜', '>', '＞', '=', '＝'];

/// Splits at white space outside quotes. A quote opens only where a token or a value begins.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let (mut start, mut quoted, mut opens) = (None, false, true);
    for (at, c) in text.char_indices() {
        if QUOTES.contains(&c) && (quoted || opens) {
            quoted = !quoted;
            start = start.or(Some(at));
            opens = false;
        } else if c.is_whitespace() && !quoted {
            tokens.extend(start.take().and_then(|start| text.get(start..at)));
            opens = true;
        } else {
            opens = !quoted && (OPERATORS.contains(&c) || start.is_none() && HYPHENS.contains(&c));
            start = start.or(Some(at));
        }
    }
    tokens.extend(start.and_then(|start| text.get(start..)));
    tokens
}

/// `key`, operator in ASCII, value; nothing unless all three are there.
fn split_operator(token: &str) -> Option<(&str, &'static str, &str)> {
    let at = token.find(OPERATORS)?;
    let (key, rest) = token.split_at_checked(at)?;
    let mut chars = rest.chars();
    let first = chars.next().map(|c| fold(c.encode_utf8(&mut [0; 4])))?;
    let or_equal = chars.as_str().strip_prefix(['=', '＝']);
    let (operator, value) = match (first.as_str(), or_equal) {
        ("<", Some(value)) => ("<=", value),
        (">", Some(value)) => (">=", value),
        ("<", None) => ("<", chars.as_str()),
        (">", None) => (">", chars.as_str()),
        ("=", _) => ("=", chars.as_str()),
        _ => (":", chars.as_str()),
    };
    let value = unquote(value);
    (!key.is_empty() && !value.is_empty()).then_some((key, operator, value))
}

fn unquote(text: &str) -> &str {
    text.strip_prefix(QUOTES).map_or(text, |inner| inner.strip_suffix(QUOTES).unwrap_or(inner))
}

fn field(key: &str) -> Option<Field> {
    Some(match key {
        "name" | "reading" | "名前" | "氏名" | "読み" | "ふりがな" => Field::Name,
        "company" | "会社" | "会社名" => Field::Company,
        "phone" | "tel" | "電話" | "電話番号" => Field::Phone,
        "tag" | "たぐ" => Field::Tag,
        "mail" | "email" | "address" | "めーる" | "住所" => Field::Other,
        "memo" | "note" | "めも" | "のーと" => Field::Memo,
        _ => return None,
    })
}

fn test(key: &str, operator: &str, value: &str) -> Option<Test> {
    let orderings: &[Ordering] = match operator {
        "<" => &[Ordering::Less],
        "<=" => &[Ordering::Less, Ordering::Equal],
        ">" => &[Ordering::Greater],
        ">=" => &[Ordering::Greater, Ordering::Equal],
        _ => &[Ordering::Equal],
    };
    match key {
        "owner" | "担当" | "担当者" if operator == ":" => {
            Some(Test::Owner(fold(value))).filter(|test| *test != Test::Owner(String::new()))
        }
        "due" | "期限" | "期日" => {
            let date = fold(value).replace(['/', '.', '年', '月'], "-");
            let numbers: Vec<&str> = date.trim_end_matches('日').split('-').collect();
            let [year, month, day] = numbers.as_slice() else { return None };
            let date = Date::new(Some(year.parse().ok()?), month.parse().ok()?, day.parse().ok()?)?;
            Some(Test::Due(orderings, date))
        }
        _ => None,
    }
}

/// The term, and what it is when the ー at its ends stood between digits.
fn exact(text: String) -> Vec<String> {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let first = text.strip_prefix('ー').filter(|rest| digit(rest.chars().next()));
    let last = text.strip_suffix('ー').filter(|rest| digit(rest.chars().next_back()));
    let mut exact = Vec::new();
    exact.extend(first.map(|rest| format!("-{rest}")));
    exact.extend(last.map(|rest| format!("{rest}-")));
    if let (Some(rest), Some(_)) = (first, last) {
        exact.extend(rest.strip_suffix('ー').map(|rest| format!("-{rest}-")));
    }
    exact.insert(0, text);
    exact
}

fn numbers(text: &str) -> Vec<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let separated = digits.len() < text.len();
    let number =
        text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | 'ー' | '(' | ')' | '+' | '.' | ' '));
    if digits.len() >= 6 && separated && number {
        // A number that begins with 0 begins with what was typed; else this may be all but the area code.
        let tail = (!digits.starts_with('0')).then(|| format!("{digits}\n"));
        core::iter::once(format!("\n{digits}")).chain(tail).collect()
    } else {
        Vec::new()
    }
}

/// Spellings that people mix up. The longer of two that begin alike stands first.
const ALIKE: [(&str, &str); 9] = [
    ("斎", "斉"),
    ("じ", "ぢ"),
    ("ず", "づ"),
    ("お", "を"),
    ("ば", "ゔぁ"),
    ("び", "ゔぃ"),
    ("べ", "ゔぇ"),
    ("ぼ", "ゔぉ"),
    ("ぶ", "ゔ"),
];

/// All other spellings of a term of two characters or more, varying at most three places.
fn loose(text: &str) -> Vec<String> {
    let mut spellings = vec![String::new()];
    if text.chars().nth(1).is_none() {
        return Vec::new();
    }
    let mut rest = text;
    let mut places = 0;
    while let Some(c) = rest.chars().next() {
        let found = ALIKE.iter().find_map(|(one, other)| {
            let one_first = rest.strip_prefix(one).map(|rest| (*one, *other, rest));
            one_first.or_else(|| rest.strip_prefix(other).map(|rest| (*other, *one, rest)))
        });
        if let Some((own, other, after)) = found.filter(|_| places < 3) {
            places += 1;
            let others: Vec<String> = spellings.iter().map(|spelling| format!("{spelling}{other}")).collect();
            spellings.iter_mut().for_each(|spelling| spelling.push_str(own));
            spellings.extend(others);
            rest = after;
        } else {
            spellings.iter_mut().for_each(|spelling| spelling.push(c));
            rest = rest.strip_prefix(c).unwrap_or_default();
        }
    }
    spellings.retain(|spelling| spelling != text);
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let query = Query::parse(text);
        let terms = query.terms.iter().map(|term| {
            let field = term.field.map_or(String::new(), |field| format!("{field:?}:"));
            format!("{}{field}{}", if term.negated { "-" } else { "" }, term.exact[0])
        });
        let conditions = query.conditions.iter().map(|condition| {
            let not = if condition.negated { "-" } else { "" };
            match &condition.test {
                Test::Owner(owner) => format!("{not}owner {owner}"),
                Test::Due(orderings, date) => format!("{not}due {orderings:?} {date}"),
            }
        });
        terms.chain(conditions).collect()
    }

    #[test]
    fn terms_phrases_and_nots() {
        assert_eq!(shown(" 佐藤　ﾄｳｷｮｳ -解約 "), ["佐藤", "とうきょう", "-解約"]);
        assert_eq!(shown("\"trade  show\" －”東京 都”"), ["trade show", "-東京 都"]);
        assert_eq!(shown("\"open end"), ["open end"]);
        assert_eq!(shown("5\" 10\""), ["5\"", "10\""]);
        assert_eq!(shown("- -\"\" \"\" ー"), ["-", "-\"\"", "ー"]);
        assert!(Query::parse(" \u{3000}\u{FE00}").is_empty());
        assert_eq!(shown("佐藤 サトウ さとう 佐藤"), ["佐藤", "さとう"]);
    }

    #[test]
    fn fields_and_conditions() {
        assert_eq!(shown("tag:VIP -タグ：\"a b\" 名前：髙橋"), ["Tag:vip", "-Tag:a b", "Name:高橋"]);
        assert_eq!(shown("owner:山田 －担当：佐藤"), ["owner 山田", "-owner 佐藤"]);
        assert_eq!(
            shown("due<2026-12-01 期限＞＝２０２６／１２／１"),
            ["due [Less] 2026-12-01", "due [Greater, Equal] 2026-12-01"]
        );
        assert_eq!(shown("due=2026年12月1日"), ["due [Equal] 2026-12-01"]);
        assert_eq!(
            shown("due<tomorrow due<2026-02-30 tag: http://a name<b"),
            ["due<tomorrow", "due<2026-02-30", "tag:", "http://a", "name<b"]
        );
    }

    #[test]
    fn numbers_and_dashes() {
        let term = |text: &str| Query::parse(text).terms.remove(0);
        assert_eq!(term("090-1234").numbers, ["\n0901234"]);
        assert_eq!(term("1234-5678").numbers, ["\n12345678", "12345678\n"]);
        assert_eq!(term("090ー1234").exact, ["090-1234"]);
        for plain in ["0901234", "045-3", "abc-123456", "memo:090-1234"] {
            assert!(term(plain).numbers.is_empty(), "{plain}");
        }
        assert_eq!(term("090ー").exact, ["090ー", "090-"]);
        assert_eq!(term("ー1ー").exact, ["ー1ー", "-1ー", "ー1-", "-1-"]);
        assert_eq!(term("コーヒー").exact, ["こーひー"]);
    }

    #[test]
    fn spellings_that_people_mix_up() {
        let term = |text: &str| Query::parse(text).terms.remove(0);
        assert_eq!(term("斎藤").loose, ["斉藤"]);
        assert_eq!(term("ｼﾞｭﾝ").loose, ["ぢゅん"]);
        assert_eq!(term("ヴァン").loose, ["ばん"]);
        assert_eq!(term("いぶ").loose, ["いゔ"]);
        assert_eq!(term("おおおお").loose.len(), 7);
        assert!(term("を").loose.is_empty() && term("-斎藤").loose.is_empty());
    }
}
