//! The search key of a text: what remains when everything is taken away that people do not mean.
//!
//! In this order, for each character with the marks on it:
//!
//! 1. Invisible characters go: variation selectors (葛󠄀 → 葛), joiners, direction marks, soft hyphens,
//!    control characters.
//! 2. ゛ and ゜, spacing, combining or half-width, join the kana before them.
//! 3. NFKC ([UAX #15](https://unicode.org/reports/tr15/)): width, ligatures, circled digits,
//!    compatibility kanji; then lower case, again in NFKC.
//! 4. Katakana become hiragana; ヵ and ヶ (茅ヶ崎, 茅ケ崎) become か and け, other small kana stay.
//! 5. Hyphens and dashes become `-`, waves `~`.
//! 6. Old and variant kanji become the usual ones (髙 → 高).
//! 7. White space becomes one space, or one line feed when it holds a line break; none stays at the ends.
//! 8. In context: ー between ASCII digits becomes `-`; 々 and 〻 repeat the kanji before them; ゝ and ゞ
//!    repeat the kana before them without and with voicing; `(株)`, which is also what ㈱ is by now, becomes
//!    株式会社, likewise the other legal forms in [`FORMS`].
//!
//! # Laws
//!
//! `fold(fold(t)) == fold(t)`. For every part `q` of a text `t` that is cut between grapheme clusters,
//! `fold(t)` contains `fold(q)`, except where the cut takes the context of rules 2 and 8 away:
//!
//! * a cut is before a ゛ or ゜ (of any width) that joins a kana before it;
//! * `q` begins with a repetition mark (々 〻 ゝ ゞ ヽ ヾ);
//! * `q` begins or ends with a ー (or ｰ) that has a digit on both sides in `t`;
//! * a cut is inside a legal form in brackets such as `(株)`.
//!
//! [`super::Query`] makes good for the third if a digit is next to the ー in `q`; the others find nothing
//! until one more character is typed.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::compose;

use super::characters::{
    attaches, combining, is_invisible, is_kanji, minus, repeated, separator, unvoiced_wa,
};
use super::variants::{VARIANTS, Variants};

/// The search key of `text`.
///
/// ```
/// assert_eq!(daifuku::search::fold::fold("㈱ｻﾄｳ　髙橋"), "株式会社さとう 高橋");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::new();
    fold_into(text, &mut folded);
    folded
}

/// Appends the search key of `text` to `folded`, as if nothing stood there.
pub fn fold_into(text: &str, folded: &mut String) {
    Folder::new(folded, NoMarks).feed(text);
}

/// The ASCII digits of the search key of `text`: a phone number without its separators.
#[must_use]
pub fn digits(text: &str) -> String {
    fold(text).chars().filter(char::is_ascii_digit).collect()
}

/// What the head of a customer holds of one phone number: its key, and below it the digits alone;
/// for a Japanese number in international form (+81 90 …) below that also the digits from 0.
///
/// Join several numbers with line feeds.
#[must_use]
pub fn phone(number: &str) -> String {
    let mut lines = fold(number);
    let digits: String = lines.chars().filter(char::is_ascii_digit).collect();
    let national = digits.strip_prefix("81").filter(|_| lines.starts_with('+'));
    let national = national.map(|rest| format!("0{}", rest.strip_prefix('0').unwrap_or(rest)));
    for line in core::iter::once(digits.as_str()).chain(national.as_deref()) {
        if !line.is_empty() && lines != line {
            lines.push('\n');
            lines.push_str(line);
        }
    }
    lines
}

/// Folds and says which byte of the original each part of the key comes from: pairs of an offset in
/// the key and an offset in `text`, both rising, the last pair standing for the end.
pub(super) fn fold_marked(text: &str) -> (String, Vec<(usize, usize)>) {
    let mut folded = String::new();
    let mut folder = Folder::new(&mut folded, Vec::new());
    folder.feed(text);
    let end = folder.gap.map_or(text.len(), |_| folder.gap_source);
    let mut marks = core::mem::take(&mut folder.marks);
    marks.push((folded.len(), end));
    (folded, marks)
}

/// Legal forms as they are bracketed, without the closing bracket, and in full.
///
/// Left out where the bracket often means something else: (合), (名), (土).
pub const FORMS: [(&str, &str); 15] = [
    ("(株", "株式会社"),
    ("(有", "有限会社"),
    ("(同", "合同会社"),
    ("(資", "合資会社"),
    ("(医", "医療法人"),
    ("(社", "社団法人"),
    ("(財", "財団法人"),
    ("(学", "学校法人"),
    ("(福", "社会福祉法人"),
    ("(宗", "宗教法人"),
    ("(一社", "一般社団法人"),
    ("(一財", "一般財団法人"),
    ("(公社", "公益社団法人"),
    ("(公財", "公益財団法人"),
    ("(特非", "特定非営利活動法人"),
];

/// Where the parts of a key come from; nothing when nobody asks.
trait Marks {
    const WANTED: bool;
    fn mark(&mut self, folded: usize, source: usize);
    fn forget_after(&mut self, folded: usize);
}

struct NoMarks;

impl Marks for NoMarks {
    const WANTED: bool = false;

    fn mark(&mut self, _: usize, _: usize) {}
    fn forget_after(&mut self, _: usize) {}
}

impl Marks for Vec<(usize, usize)> {
    const WANTED: bool = true;

    fn mark(&mut self, folded: usize, source: usize) {
        if self.last().is_none_or(|last| last.1 != source) {
            self.push((folded, source));
        }
    }

    fn forget_after(&mut self, folded: usize) {
        self.retain(|mark| mark.0 <= folded);
    }
}

struct Folder<'a, M> {
    folded: &'a mut String,
    /// Where this text begins in `folded`.
    start: usize,
    /// The last character of this text in `folded`, or a line feed.
    last: char,
    /// White space that was read and not written yet, and where it began.
    gap: Option<char>,
    gap_source: usize,
    /// Where the character began that is being read.
    source: usize,
    variants: &'static Variants,
    marks: M,
}

impl<'a, M: Marks> Folder<'a, M> {
    fn new(folded: &'a mut String, marks: M) -> Self {
        let start = folded.len();
        Self { folded, start, last: '\n', gap: None, gap_source: 0, source: 0, variants: &VARIANTS, marks }
    }

    fn feed(&mut self, text: &str) {
        self.folded.reserve(text.len());
        let mut at = 0;
        while at < text.len() {
            at = self.copy_run(text, at);
            at = self.feed_cluster(text, at);
        }
    }

    /// Copies characters that stand for themselves, most of Japanese prose, without looking at each for
    /// long. Returns where the first other one is.
    fn copy_run(&mut self, text: &str, at: usize) -> usize {
        if M::WANTED {
            return at;
        }
        let bytes = text.as_bytes();
        let (mut end, mut last) = (at, at);
        while let Some(width) = bytes.get(end..).and_then(|rest| self.stands_for_itself(rest)) {
            (last, end) = (end, end + width);
        }
        if end > at && matches!(bytes.get(end), Some(0x80..=0xE3 | 0xEA..)) {
            let next = text.get(end..).and_then(|rest| rest.chars().next());
            if next.is_some_and(attaches) {
                end = last;
            }
        }
        let run = text.get(at..end).unwrap_or_default();
        let mut ends = run.chars();
        let (Some(first), last) = (ends.next(), ends.next_back()) else { return at };
        if self.last == 'ー' && first.is_ascii_digit() {
            return at;
        }
        self.push_gap();
        self.folded.push_str(run);
        self.last = last.unwrap_or(first);
        end
    }

    /// How many bytes the first character is long, if no rule can change it or what stands before it: all
    /// but digits after ー, which the caller looks for.
    #[inline]
    fn stands_for_itself(&self, bytes: &[u8]) -> Option<usize> {
        match *bytes {
            [b'!'..=b'(' | b'*'..=b'@' | b'['..=b'~', ..] => Some(1),
            // 、。 「 to 】, hiragana
            [0xE3, 0x80, 0x81 | 0x82 | 0x8C..=0x91, ..] => Some(3),
            [0xE3, 0x81, 0x81..=0xBF, ..] | [0xE3, 0x82, 0x80..=0x94, ..] => Some(3),
            [first @ 0xE4..=0xE9, second, third, ..] => {
                let code =
                    (u32::from(first & 15) << 12) | (u32::from(second & 63) << 6) | u32::from(third & 63);
                self.variants.is_usual(code).then_some(3)
            }
            _ => None,
        }
    }

    /// Folds one character and the marks on it. Returns where the next one begins.
    fn feed_cluster(&mut self, text: &str, at: usize) -> usize {
        let mut chars = text.get(at..).unwrap_or_default().chars();
        let Some(c) = chars.next() else { return text.len() };
        self.source = at;
        let mut end = at + c.len_utf8();
        let mut next = chars.next();
        if !next.is_some_and(attaches)
            && let Some(plain) = self.plain(c)
        {
            self.push(plain);
            return end;
        }
        while let Some(mark) = next.filter(|c| attaches(*c)) {
            end += mark.len_utf8();
            next = chars.next();
        }
        self.push_cluster(text.get(at..end).unwrap_or_default());
        end
    }

    /// Rules 1-6 for the characters that make up nearly every text and need no normalisation.
    #[inline]
    fn plain(&self, c: char) -> Option<char> {
        Some(match c {
            ' '..='~' => c.to_ascii_lowercase(),
            '\u{3041}'..='\u{3094}' | 'ー' | '、' | '。' | '々' | '「'..='】' | '〔'..='〛' | '・' => {
                c
            }
            '\u{30A1}'..='\u{30F4}' => minus(c, 0x60),
            '\u{4E00}'..='\u{9FFF}' => self.variants.shape(c),
            '！'..='～' => minus(c, 0xFEE0).to_ascii_lowercase(),
            '\n' | '\r' | '\t' | '\u{3000}' | '\u{200B}' => separator(c),
            _ => return None,
        })
    }

    /// Rules 1-6 for everything else: a character and the marks on it.
    #[cold]
    fn push_cluster(&mut self, cluster: &str) {
        let visible = cluster.chars().filter(|c| !is_invisible(*c)).map(combining);
        let mut text: String = visible.nfkc().collect();
        // Lower case may compose where upper case did not (H̱ → ẖ); at most a few rounds settle it.
        for _ in 0..4 {
            let lower: String =
                text.chars().flat_map(char::to_lowercase).flat_map(unvoiced_wa).nfkc().collect();
            if lower == text {
                break;
            }
            text = lower;
        }
        for c in text.chars().filter(|c| !is_invisible(*c)) {
            self.push(self.shape(c));
        }
    }

    /// Rules 4-7 for a character of normalised text.
    fn shape(&self, c: char) -> char {
        match c {
            'ヵ' | 'ゕ' => 'か',
            'ヶ' | 'ゖ' => 'け',
            '\u{30A1}'..='\u{30F4}' | 'ヽ' | 'ヾ' => minus(c, 0x60),
            '\u{3099}' => '゛',
            '\u{309A}' => '゜',
            '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' => '-',
            '\u{301C}' | '\u{223C}' => '~',
            '〻' => '々',
            c if c.is_whitespace() || c == '\u{200B}' => separator(c),
            c => self.variants.shape(c),
        }
    }

    /// Rules 7 and 8.
    #[inline]
    fn push(&mut self, c: char) {
        if c == ' ' || c == '\n' {
            if self.gap.is_none() {
                self.gap_source = self.source;
            }
            if self.gap != Some('\n') {
                self.gap = Some(c);
            }
            return;
        }
        self.push_gap();
        let c = match c {
            '0'..='9' if self.last == 'ー' => {
                self.join_digits();
                c
            }
            '々' if is_kanji(self.last) => self.last,
            'ゝ' | 'ゞ' => repeated(self.last, c).unwrap_or(c),
            '゛' | '゜' if self.push_mark(c) => return,
            ')' if self.push_form() => return,
            c => c,
        };
        self.marks.mark(self.folded.len(), self.source);
        self.folded.push(c);
        self.last = c;
    }

    #[inline]
    fn push_gap(&mut self) {
        if let Some(gap) = self.gap.take()
            && self.folded.len() > self.start
        {
            self.marks.mark(self.folded.len(), self.gap_source);
            self.folded.push(gap);
            self.last = gap;
        }
    }

    /// Before a digit: a ー that has a digit before it, too, becomes a hyphen.
    fn join_digits(&mut self) {
        let dash = self.folded.len() - 'ー'.len_utf8();
        let before = dash.checked_sub(1).filter(|at| *at >= self.start);
        if before.and_then(|at| self.folded.as_bytes().get(at)).is_some_and(u8::is_ascii_digit) {
            self.folded.truncate(dash);
            self.folded.push('-');
        }
    }

    /// A mark that NFKC left over may still join a kana that rules 4 and 8 made: ヶ゛ → げ.
    fn push_mark(&mut self, mark: char) -> bool {
        let Some(voiced) = compose(self.last, combining(mark)) else { return false };
        self.folded.truncate(self.folded.len() - self.last.len_utf8());
        self.folded.push(voiced);
        self.last = voiced;
        true
    }

    /// Instead of a closing bracket: the legal form in full, if what is bracketed is one.
    fn push_form(&mut self) -> bool {
        let own = self.folded.get(self.start..).unwrap_or_default();
        let Some((short, full)) = FORMS.iter().find(|(short, _)| own.ends_with(short)) else { return false };
        self.folded.truncate(self.folded.len() - short.len());
        self.marks.forget_after(self.folded.len());
        self.folded.push_str(full);
        self.last = full.chars().next_back().unwrap_or(self.last);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn table(pairs: &[(&str, &str)]) {
        for (text, key) in pairs {
            assert_eq!(fold(text), *key, "of {text:?}");
            assert_eq!(fold(key), *key, "again");
        }
    }

    #[test]
    fn voicing_marks_join_their_kana() {
        table(&[
            ("か\u{3099}ハ\u{309A}", "がぱ"),
            ("か゛は゜", "がぱ"),
            ("ウ\u{3099}", "ゔ"),
            ("゛か", "゛か"),
        ]);
        table(&[
            ("か \u{3099}", "か ゛"),
            ("あ゛", "あ゛"),
            ("ヷ", "わ゛"),
            ("ヶ゛", "げ"),
            ("はゝ゜", "はぱ"),
        ]);
    }

    #[test]
    fn half_width_katakana_join_their_marks() {
        table(&[("ｶﾞｷﾞ ﾊﾟﾋﾟ ﾜﾀﾅﾍﾞ", "がぎ ぱぴ わたなべ"), ("ﾞ", "゛"), ("ｱﾞ", "あ゛"), ("ｰ｡､･", "ー。、・")]);
    }

    #[test]
    fn full_width_and_spaces() {
        table(&[("ＡＢＣａｂｃ０１２！＂～", "abcabc012!\"~"), ("　a\u{A0}\u{2003}\u{200B} b\t", "a b")]);
        table(&[("a \r\n　b\u{2028}\u{85}c", "a\nb\nc"), ("", ""), (" \n ", "")]);
    }

    #[test]
    fn katakana_are_hiragana_and_small_kana_stay() {
        table(&[
            ("サトウ シャッター ヴァン", "さとう しゃったー ゔぁん"),
            ("茅ヶ崎茅ケ崎 ヵ", "茅け崎茅け崎 か"),
        ]);
        table(&[("ヰヱヲ ヸヹヺ", "ゐゑを ゐ゛ゑ゛を゛"), ("ゟヿ", "よりこと")]);
    }

    #[test]
    fn hyphens_are_one_and_long_vowels_stay() {
        table(&[(
            "-\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2043}\u{2212}\u{FF0D}\u{FE63}",
            "-----------",
        )]);
        table(&[
            ("1ー2ｰ３", "1-2-3"),
            ("コーヒー2ーa 1ー", "こーひー2ーa 1ー"),
            ("①ー②", "1-2"),
            ("1ーー2", "1ーー2"),
        ]);
    }

    #[test]
    fn waves_are_one() {
        table(&[("〜～∼~", "~~~~")]);
    }

    #[test]
    fn legal_forms_and_signs_expand() {
        table(&[
            ("㈱山田", "株式会社山田"),
            ("（株）", "株式会社"),
            ("㍿(有)", "株式会社有限会社"),
            ("(株", "(株"),
        ]);
        table(&[
            ("（一社）日本 ㈶", "一般社団法人日本 財団法人"),
            ("①Ⅲ㍻㋿½", "1iii平成令和1⁄2"),
            ("(土)", "(土)"),
        ]);
    }

    #[test]
    fn variant_kanji_are_one() {
        table(&[("髙橋﨑山碕嵜", "高橋崎山崎崎"), ("邊邉辺", "辺辺辺"), ("齋齊斎斉", "斎斉斎斉")]);
        table(&[("澤濱濵嶋嶌廣國櫻眞德惠瀨", "沢浜浜島島広国桜真徳恵瀬")]);
        table(&[("冨峯舘曾龍𠮷條藏", "富峰館曽竜吉条蔵")]);
        table(&[("\u{FA19}\u{FA10}\u{FA1B}\u{F9DC}\u{FA26}", "神塚福隆都")]);
    }

    #[test]
    fn selectors_are_dropped() {
        table(&[
            ("葛\u{E0100}飾 辻\u{E0101}", "葛飾 辻"),
            ("邉\u{E010E}", "辺"),
            ("か\u{FE00}\u{3099}", "が"),
        ]);
        table(&[("\u{FEFF}a\u{200D}b\u{AD}\u{7}", "ab")]);
    }

    #[test]
    fn repetition_marks_repeat() {
        table(&[
            ("佐々木", "佐佐木"),
            ("複々々線", "複複複線"),
            ("々木", "々木"),
            ("あ々", "あ々"),
            ("代〻木", "代代木"),
        ]);
        table(&[
            ("いすゞ", "いすず"),
            ("みすヾ", "みすず"),
            ("こゝろ", "こころ"),
            ("づゝ", "づつ"),
            ("あゞ ゝ", "あゞ ゝ"),
        ]);
        table(&[("廣々", "広広")]);
    }

    #[test]
    fn case_is_one() {
        table(&[
            ("SATO.Ｔａｒｏ@Example.CO.JP", "sato.taro@example.co.jp"),
            ("ÉÀÖ", "éàö"),
            ("H\u{331}", "ẖ"),
        ]);
    }

    #[test]
    fn every_character_folds_to_a_fixed_point_and_alone_as_in_company() {
        for c in '\0'..=char::MAX {
            let key = fold(c.encode_utf8(&mut [0; 4]));
            assert_eq!(fold(&key), key, "U+{:04X}", u32::from(c));
            if !attaches(c) {
                assert_eq!(
                    fold(&format!("!{c}!")).replace(['!', ' ', '\n'], ""),
                    key.replace(['!', ' ', '\n'], "")
                );
            }
        }
    }

    #[test]
    fn phones_are_kept_with_and_without_separators() {
        assert_eq!(phone("０９０ー１２３４－５６７８"), "090-1234-5678\n09012345678");
        assert_eq!(phone("+81 90-1234-5678"), "+81 90-1234-5678\n819012345678\n09012345678");
        assert_eq!(phone("0312345678"), "0312345678");
        assert_eq!(digits("℡ 03（1234）5678"), "0312345678");
    }

    #[test]
    fn appending_starts_afresh() {
        let mut folded = "1ー".to_owned();
        fold_into("2", &mut folded);
        fold_into(")", &mut folded);
        fold_into(" 々", &mut folded);
        assert_eq!(folded, "1ー2)々");
    }

    #[test]
    fn marks_lead_back() {
        let (folded, marks) = fold_marked("ｶﾞ　㈱A ");
        assert_eq!(folded, "が 株式会社a");
        assert_eq!(marks, [(0, 0), (3, 6), (4, 9), (16, 12), (17, 13)]);
    }

    proptest::proptest! {
        #[test]
        fn runs_that_are_copied_fold_as_character_by_character(
            text in "([あがん々ー゛゜ゝアヴ、。「山髙辺葛]|[a-zA-Z0-9 ()\n-]|\u{3099}|\u{FE00}|\u{E0100}|ﾊﾟ|\\PC){0,40}"
        ) {
            proptest::prop_assert_eq!(fold(&text), fold_marked(&text).0);
        }
    }
}
