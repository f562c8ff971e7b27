//! The names that columns have in Japanese and English files: address books, card scanners, label
//! printers, groupware and other customer notebooks.
//!
//! A name is looked up as it stands; then without the number in it (`Phone 2 - Value`, `メモ3`); then
//! without the place before or behind it (`自宅住所`, `電話番号(会社)`, `Business Street`).

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;

use super::columns::{AddressPart, Column, Slot};

/// The field that a column of this name feeds; nothing for a name that is not known.
pub(super) fn lookup(name: &str) -> Option<Column> {
    // No name of a column is this long; a memo in a row above the header may be.
    if name.len() > 200 {
        return None;
    }
    let folded = fold(name);
    exact(&folded).or_else(|| numbered(&folded)).or_else(|| placed(&folded))
}

/// Without width, case, kind of kana, punctuation and the remark that a column is required.
pub(super) fn fold(name: &str) -> String {
    let mut folded: String = name
        .nfkc()
        .flat_map(char::to_lowercase)
        .filter(|char| char.is_alphanumeric() || matches!(char, '〒' | '#'))
        .map(to_hiragana)
        .collect();
    for remark in ["必須", "任意"] {
        if let Some(rest) = folded.strip_suffix(remark).filter(|rest| !rest.is_empty()) {
            folded.truncate(rest.len());
        }
    }
    folded
}

fn to_hiragana(char: char) -> char {
    match char {
        'ァ'..='ヶ' => char::from_u32(u32::from(char) - 0x60).unwrap_or(char),
        _ => char,
    }
}

fn exact(folded: &str) -> Option<Column> {
    BY_NAME.get(folded).cloned()
}

/// `phone2value`, `email1label`, `address1city`, `電話番号2`, `メモ3`.
fn numbered(folded: &str) -> Option<Column> {
    let start = folded.find(|char: char| char.is_ascii_digit())?;
    let (head, rest) = folded.split_at_checked(start)?;
    let end = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
    let (number, tail) = rest.split_at_checked(end)?;
    let slot = || Slot::from(number.to_owned());
    if head == "address" && !tail.is_empty() {
        return match tail {
            "label" | "type" => Some(Column::Address(slot(), AddressPart::Label)),
            "formatted" => Some(Column::Address(slot(), AddressPart::Whole)),
            _ => match exact(tail)? {
                Column::Address(_, part) => Some(Column::Address(slot(), part)),
                _ => None,
            },
        };
    }
    let base = exact(head).or_else(|| placed(head))?;
    match (base, tail) {
        (Column::Phone(_), "label" | "type") => Some(Column::PhoneLabel(slot())),
        (Column::Mail(_), "label" | "type") => Some(Column::MailLabel(slot())),
        (Column::Phone(label), "" | "value" | "number") => Some(Column::Phone(or_number(label, number))),
        (Column::Mail(label), "" | "value" | "address" | "あどれす") => {
            Some(Column::Mail(or_number(label, number)))
        }
        // The first line of an address is most of it, the second the building.
        (Column::Address(label, AddressPart::Whole | AddressPart::Street | AddressPart::Building), "")
            if number != "1" =>
        {
            Some(Column::Address(label, AddressPart::Building))
        }
        (
            base @ (Column::Address(..)
            | Column::Department
            | Column::Memo
            | Column::Note
            | Column::Tags
            | Column::Needs),
            "",
        ) => Some(base),
        _ => None,
    }
}

fn or_number(label: Slot, number: &str) -> Slot {
    if label.is_empty() { Slot::from(number.to_owned()) } else { label }
}

/// A phone, mail or address at one of [`PLACES`], which becomes its label.
fn placed(folded: &str) -> Option<Column> {
    PLACES.iter().find_map(|(place, label)| {
        let rest = folded.strip_prefix(place).or_else(|| folded.strip_suffix(place))?;
        let join = |kind: &Slot| match kind.as_ref() {
            "" => Slot::Borrowed(label),
            kind if label.is_ascii() => Slot::from(format!("{label} {kind}")),
            kind => Slot::from(format!("{label}{kind}")),
        };
        match exact(rest).or_else(|| numbered(rest))? {
            Column::Phone(kind) => Some(Column::Phone(join(&kind))),
            Column::Mail(kind) => Some(Column::Mail(join(&kind))),
            Column::Address(_, part) => Some(Column::Address(Slot::Borrowed(label), part)),
            _ => None,
        }
    })
}

const PLACES: &[(&str, &str)] = &[
    ("自宅", "自宅"),
    ("会社", "会社"),
    ("勤務先", "勤務先"),
    ("職場", "職場"),
    ("部門", "部門"),
    ("部署", "部署"),
    ("直通", "直通"),
    ("代表", "代表"),
    ("個人", "個人"),
    ("実家", "実家"),
    ("その他", "その他"),
    ("請求先", "請求先"),
    ("送付先", "送付先"),
    ("配送先", "配送先"),
    ("送り先", "送り先"),
    ("お届け先", "お届け先"),
    ("連絡先", ""),
    ("home", "Home"),
    ("business", "Business"),
    ("work", "Work"),
    ("office", "Office"),
    ("other", "Other"),
    ("mailing", "Mailing"),
    ("billing", "Billing"),
    ("shipping", "Shipping"),
    ("primary", "Primary"),
];

static BY_NAME: LazyLock<HashMap<String, Column>> = LazyLock::new(|| {
    let entries = NAMES
        .iter()
        .flat_map(|(column, names)| names.split('|').map(move |name| (fold(name), column.clone())));
    entries.collect()
});

const fn phone(label: &'static str) -> Column {
    Column::Phone(Cow::Borrowed(label))
}

const fn mail(label: &'static str) -> Column {
    Column::Mail(Cow::Borrowed(label))
}

const fn address(part: AddressPart) -> Column {
    Column::Address(Cow::Borrowed(""), part)
}

/// Names as people write them, `|` between them; [`fold`] makes them comparable.
static NAMES: &[(Column, &str)] = &[
    (
        Column::Name,
        "名前|お名前|氏名|ご氏名|姓名|顧客名|顧客氏名|お客様名|お客様氏名|お客様|お客さま名|会員名|会員氏名|患者名|利用者名|フルネーム|表示名|宛名|\
         代表者|代表者名|先方担当者|先方担当者名|漢字氏名|氏名漢字|氏名(漢字)|名前(漢字)|name|full name|display name|customer name|customer|\
         contact name|client name|client",
    ),
    (
        Column::FamilyName,
        "姓|苗字|名字|氏|姓(漢字)|名前(姓)|氏名(姓)|お名前(姓)|漢字姓|last name|lastname|family name|surname|sn",
    ),
    (
        Column::GivenName,
        "名|名(漢字)|名前(名)|氏名(名)|お名前(名)|漢字名|first name|firstname|given name|forename",
    ),
    (Column::MiddleName, "ミドルネーム|middle name|additional name"),
    (
        Column::Reading,
        "ふりがな|よみ|よみがな|読み|読み仮名|読みかな|かな|かな氏名|氏名かな|氏名(カナ)|氏名ふりがな|氏名よみ|氏名読み|名前かな|名前よみ|名前ふりがな|\
         名前の読み|お名前(フリガナ)|お名前カナ|姓名かな|姓名よみ|顧客名かな|顧客名カナ|顧客名ふりがな|顧客名よみ|顧客カナ|お客様名カナ|お客様名ふりがな|\
         会員名カナ|全角カナ|半角カナ|kana|name kana|kana name|furigana|yomi|yomigana|reading|name reading|yomi name|phonetic name|name yomi",
    ),
    (
        Column::FamilyReading,
        "せい|姓かな|姓よみ|姓読み|姓ふりがな|姓よみがな|よみ(姓)|かな(姓)|ふりがな(姓)|名前かな(姓)|名前よみ(姓)|氏名かな(姓)|お名前カナ(姓)|かな姓|phonetic last name|\
         phonetic family name|family name yomi|surname yomi|last name yomi|last name kana|last name phonetic|family name kana|lastname kana",
    ),
    (
        Column::GivenReading,
        "めい|名かな|名よみ|名読み|名ふりがな|名よみがな|よみ(名)|かな(名)|ふりがな(名)|名前かな(名)|名前よみ(名)|氏名かな(名)|お名前カナ(名)|phonetic first name|\
         phonetic given name|given name yomi|given yomi|first name yomi|first name kana|first name phonetic|given name kana|firstname kana",
    ),
    (
        Column::Organisation,
        "法人|法人区分|個人法人|個人法人区分|法人個人区分|個人・法人|法人・個人|organisation flag|is company|is organization",
    ),
    (
        Column::Company,
        "会社|会社名|会社名称|御社名|貴社名|法人名|企業名|団体名|組織|組織名|勤務先|勤務先名|所属|所属先|所属会社|屋号|店名|店舗名|事業所|事業所名|取引先|取引先名|\
         得意先|得意先名|仕入先|仕入先名|company|company name|organization|organisation|organization name|organization 1 - name|\
         organisation name|employer|business name|account name|account",
    ),
    (
        Column::CompanyReading,
        "会社名かな|会社かな|会社名よみ|会社よみ|会社名ふりがな|会社名読み|法人名カナ|企業名カナ|取引先名カナ|取引先カナ|得意先名カナ|屋号カナ|company yomi|company kana|\
         company reading|organization yomi name|organization 1 - yomi name|phonetic company name|phonetic organization|company phonetic",
    ),
    (
        Column::Department,
        "部署|部署名|部門|部門名|部課|部課名|課|所属部署|所属部署名|department|organization department|organization 1 - department|division|dept",
    ),
    (
        Column::Title,
        "役職|役職名|肩書|肩書き|職位|職名|title|job title|organization title|organization 1 - title|position",
    ),
    (Column::Honorific, "敬称|様|honorific|salutation|name prefix|prefix"),
    (
        phone(""),
        "電話|電話番号|お電話番号|TEL|tel番号|連絡先|連絡先電話番号|phone|phone number|telephone|telephone number|tel no|phone no",
    ),
    (phone("固定"), "固定|固定電話|固定電話番号"),
    (phone("携帯"), "携帯|携帯電話|携帯番号|携帯電話番号|携帯tel|スマホ|スマートフォン"),
    (phone("Mobile"), "mobile|mobile phone|mobile number|cell|cell phone|cellphone|cellular"),
    (phone("FAX"), "FAX|fax番号|ファックス|ファクス|ファクシミリ|fax number|fax no"),
    (phone("内線"), "内線|内線番号"),
    (phone("代表"), "代表電話|代表番号|電話代表|company main phone"),
    (phone("直通"), "直通|直通電話|直通番号"),
    (phone("フリーダイヤル"), "フリーダイヤル"),
    (phone("Pager"), "ポケットベル|ポケベル|pager"),
    (
        mail(""),
        "メール|メールアドレス|Eメール|eメールアドレス|電子メール|電子メールアドレス|mail|mail address|e-mail|email address|e-mail 1|メアド|アドレス",
    ),
    (mail("携帯"), "携帯メール|携帯メールアドレス|携帯アドレス|携帯email"),
    (
        address(AddressPart::Postal),
        "郵便番号|〒|〒番号|郵便|zip|zip code|zipcode|postal code|postalcode|post code|postcode",
    ),
    (
        address(AddressPart::Region),
        "都道府県|都道府県名|県|府県|都道府県コード名|state|state/province|province|prefecture|region",
    ),
    (
        address(AddressPart::City),
        "市区町村|市区町村名|市町村|市町村名|市区郡|市区|city|city/town|town|locality",
    ),
    (
        address(AddressPart::Street),
        "番地|町名|町名番地|町名・番地|丁目番地|丁目・番地|町域|町域番地|それ以降の住所|以降の住所|住所(番地)|street|street address|address line 1|address1|street 1",
    ),
    (
        address(AddressPart::Building),
        "建物|建物名|建物名等|ビル|ビル名|ビル名等|マンション名|マンション・ビル名|建物・部屋番号|建物名・部屋番号|方書|部屋番号|号室|building|address line 2|address2|extended address|\
         po box|apartment|suite|unit",
    ),
    (
        address(AddressPart::Whole),
        "住所|ご住所|御住所|現住所|所在地|本社所在地|住所1|address|full address|postal address|mailing address",
    ),
    (
        Column::Birthday,
        "誕生日|お誕生日|生年月日|誕生年月日|birthday|birth date|birthdate|date of birth|dob|bday",
    ),
    (
        Column::Tags,
        "タグ|グループ|グループ名|分類|顧客分類|カテゴリ|カテゴリー|ラベル|ランク|顧客ランク|会員ランク|会員種別|顧客区分|tag|tags|labels|group|groups|group membership|\
         category|categories|segment",
    ),
    (
        Column::Owner,
        "担当|担当者|担当者名|担当者氏名|ご担当者|ご担当者名|営業担当|営業担当者|営業担当者名|弊社担当|弊社担当者|当社担当|当社担当者|自社担当者|社内担当者|担当スタッフ|担当社員|owner|\
         contact owner|account owner|assigned to|sales rep|rep|person in charge",
    ),
    (
        Column::Source,
        "きっかけ|来店きっかけ|来店動機|来店経路|流入元|流入経路|経路|獲得経路|紹介者|紹介元|ご紹介者|情報源|媒体|入手元|入手経路|取得元|source|lead source|original source|referred by|referral",
    ),
    (
        Column::Needs,
        "要望|ご要望|ニーズ|希望|ご希望|好み|お好み|嗜好|needs|preferences|preference|requirements",
    ),
    (
        Column::Memo,
        "メモ|備考|備考欄|摘要|特記事項|コメント|メモ欄|その他メモ|memo|notes|remarks|remark|comment|comments|description",
    ),
    (
        Column::Note,
        "ノート|履歴|対応履歴|対応記録|対応メモ|経緯|訪問記録|商談履歴|来店履歴|活動履歴|note|history|activity",
    ),
    (Column::Warning, "注意|注意事項|要注意|警告|禁止事項|アレルギー|warning|caution|alert"),
    (
        Column::ForeignId,
        "ID|顧客ID|顧客番号|顧客コード|顧客No|お客様番号|お客様コード|会員番号|会員ID|会員No|取引先コード|得意先コード|管理番号|整理番号|レコード番号|record id|customer id|customer no|\
         customer number|customer code|contact id|No|no.|番号|コード|#|foreign id|external id|member id",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_for_two_fields() {
        let mut seen: HashMap<String, &Column> = HashMap::new();
        for (column, names) in NAMES {
            for name in names.split('|') {
                let other = seen.insert(fold(name), column);
                assert!(other.is_none_or(|other| other == column), "{name}");
            }
        }
    }

    #[test]
    fn names_are_compared_without_width_case_and_punctuation() {
        for name in ["ﾌﾘｶﾞﾅ", "フリガナ", "ふりがな", "【フリガナ】", "フリガナ（必須）", " フ リ ガ ナ "]
        {
            assert_eq!(lookup(name), Some(Column::Reading), "{name}");
        }
        for name in ["E-Mail", "e_mail", "ＥＭＡＩＬ", "Email*"] {
            assert_eq!(lookup(name), Some(mail("")), "{name}");
        }
        for name in ["", "連名誕生日", "性別", "1", "電話1の備考", "自宅", "x".repeat(300).as_str()]
        {
            assert_eq!(lookup(name), None, "{name}");
        }
    }
}
