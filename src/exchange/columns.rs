//! Guesses which field each column of a file feeds, from its name and from what is in it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::cell::tidy;
use super::dictionary;

/// What tells several phones, mails or addresses of one row apart: a label such as `携帯` that is shown,
/// or a number (`Phone 2 - Value`) that is not, or nothing.
pub type Slot = Cow<'static, str>;

/// The field that a column feeds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Column {
    /// None, because the user said so; never guessed.
    Ignore,
    /// The whole name.
    Name,
    /// 姓.
    FamilyName,
    /// 名.
    GivenName,
    /// A name between the given name and the family name.
    MiddleName,
    /// The whole reading.
    Reading,
    /// セイ.
    FamilyReading,
    /// メイ.
    GivenReading,
    /// Whether the customer is an organisation: 法人 or 個人.
    Organisation,
    /// The company.
    Company,
    /// The reading of the company.
    CompanyReading,
    /// The department; several are joined.
    Department,
    /// The title within the company.
    Title,
    /// 様, 御中, 先生, Mr.
    Honorific,
    /// Phones, one or several in a cell.
    Phone(Slot),
    /// What the phone of the same slot is called in this row.
    PhoneLabel(Slot),
    /// Mails, one or several in a cell.
    Mail(Slot),
    /// What the mail of the same slot is called in this row.
    MailLabel(Slot),
    /// A part of the address of that slot.
    Address(Slot, AddressPart),
    /// Date of birth.
    Birthday,
    /// Tags, one or several in a cell.
    Tags,
    /// Person in charge.
    Owner,
    /// Where the customer came from.
    Source,
    /// Needs and preferences.
    Needs,
    /// Free text on the customer.
    Memo,
    /// A note of its own on the customer's page.
    Note,
    /// The warning on top of the page.
    Warning,
    /// The id in the system that the file comes from.
    ForeignId,
    /// A field of the user's own with this name: columns without a home are kept.
    Custom(String),
}

/// The part of an address that a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AddressPart {
    /// The whole address in one cell, without the postal code or with it.
    Whole,
    /// Postal code.
    Postal,
    /// 都道府県.
    Region,
    /// 市区町村.
    City,
    /// 町名・番地.
    Street,
    /// Building and room.
    Building,
    /// What the address is called: home, office.
    Label,
}

/// A proposal for one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guess {
    /// The field that the column probably feeds.
    pub column: Column,
    /// 0 (kept as a custom field for want of anything better) to 100 (name and content agree).
    pub confidence: u8,
}

/// Proposes a field for each column; `rows` are some rows of cells as they stand in the file.
#[must_use]
pub fn guess(header: &[String], rows: &[&[String]]) -> Vec<Guess> {
    let named: Vec<Option<Column>> = header.iter().map(|name| dictionary::lookup(name)).collect();
    let mut guesses: Vec<Guess> = Vec::with_capacity(header.len());
    for (index, (name, column)) in header.iter().zip(&named).enumerate() {
        let content = main_content(rows.iter().filter_map(|row| row.get(index)));
        let guess = match column {
            Some(column) => {
                let column = in_context(column, name, header, &named);
                let confidence = agreement(&column, content);
                Guess { column, confidence }
            }
            None => {
                let taken = |column: &Column| {
                    named
                        .iter()
                        .flatten()
                        .chain(guesses.iter().map(|guess| &guess.column))
                        .any(|other| other == column)
                };
                from_content(name, index, content, taken)
            }
        };
        guesses.push(guess);
    }
    guesses
}

/// Whether a cell is a name of a column that the dictionary has.
#[must_use]
pub fn is_known(name: &str) -> bool {
    dictionary::lookup(name).is_some()
}

/// What a cell looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Mail,
    Postal,
    Phone,
    Kana,
    Date,
    Text,
}

impl Content {
    /// Whether it can hardly be the name of a column.
    pub(super) fn is_telling(self) -> bool {
        !matches!(self, Self::Kana | Self::Text)
    }

    /// Nothing for a blank cell.
    pub(super) fn of(cell: &str) -> Option<Self> {
        let text: String = tidy(cell).nfkc().collect();
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let only = |others: &str| text.chars().all(|char| char.is_ascii_digit() || others.contains(char));
        Some(if is_mail(text) {
            Self::Mail
        } else if digits == 7 && only("〒- ") && (text.len() == 7 || text.contains(['-', '〒'])) {
            Self::Postal
        } else if matches!(digits, 10 | 11) && text.starts_with(['0', '(']) && only("-() ")
            || digits >= 10 && text.starts_with('+') && only("+-() ")
        {
            Self::Phone
        } else if super::dates::read_date(text).is_ok() {
            Self::Date
        } else if text.chars().all(is_kana) {
            Self::Kana
        } else {
            Self::Text
        })
    }
}

fn is_mail(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.contains('@')
            && !text.contains(char::is_whitespace)
    })
}

fn is_kana(char: char) -> bool {
    matches!(char, '\u{3041}'..='\u{309F}' | '\u{30A1}'..='\u{30FF}' | ' ')
}

/// What at least three quarters of the filled cells look like.
fn main_content<'a>(cells: impl Iterator<Item = &'a String>) -> Option<Content> {
    let kinds: Vec<Content> = cells.filter_map(|cell| Content::of(cell)).collect();
    let most = kinds.iter().max_by_key(|kind| kinds.iter().filter(|other| other == kind).count())?;
    let count = kinds.iter().filter(|kind| *kind == most).count();
    if count * 4 >= kinds.len() * 3 { Some(*most) } else { Some(Content::Text) }
}

/// How sure the name of the column makes us, given what is below it.
fn agreement(column: &Column, content: Option<Content>) -> u8 {
    let expected = match column {
        Column::Mail(_) => Content::Mail,
        Column::Phone(_) => Content::Phone,
        Column::Address(_, AddressPart::Postal) => Content::Postal,
        Column::Birthday => Content::Date,
        Column::Reading | Column::FamilyReading | Column::GivenReading | Column::CompanyReading => {
            Content::Kana
        }
        Column::Custom(_) => return 0,
        _ => {
            return match content {
                Some(Content::Mail | Content::Postal | Content::Phone) => 60,
                _ => 90,
            };
        }
    };
    match content {
        Some(content) if content == expected => 100,
        None | Some(Content::Text) => 80,
        Some(_) => 50,
    }
}

/// Names that mean one thing beside one column and another beside another.
fn in_context(column: &Column, name: &str, header: &[String], named: &[Option<Column>]) -> Column {
    let has = |wanted: &[Column]| named.iter().flatten().any(|column| wanted.contains(column));
    match (column, dictionary::fold(name).as_str()) {
        // Outlook has a "Title" (Mr) beside the "Job Title".
        (Column::Title, "title") => {
            let other = header
                .iter()
                .zip(named)
                .any(|(other, column)| *column == Some(Column::Title) && dictionary::fold(other) != "title");
            if other { Column::Honorific } else { Column::Title }
        }
        // In a list of companies, the 担当者 is whom one asks for there; in a list of people, who serves them.
        (Column::Owner, "担当者" | "担当者名" | "担当者氏名" | "ご担当者" | "ご担当者名") =>
        {
            let people = has(&[Column::Name, Column::FamilyName, Column::GivenName]);
            if has(&[Column::Company]) && !people { Column::Name } else { Column::Owner }
        }
        _ => column.clone(),
    }
}

/// For a column whose name says nothing. A date is not enough for a birthday.
fn from_content(
    name: &str,
    index: usize,
    content: Option<Content>,
    taken: impl Fn(&Column) -> bool,
) -> Guess {
    let slot = || Slot::from(name.trim().to_owned());
    let postal = Column::Address(Slot::default(), AddressPart::Postal);
    let (column, confidence) = match content {
        Some(Content::Mail) => (Column::Mail(slot()), 60),
        Some(Content::Phone) => (Column::Phone(slot()), 60),
        Some(Content::Postal) if !taken(&postal) => (postal, 60),
        Some(Content::Kana) if !taken(&Column::Reading) && !taken(&Column::FamilyReading) => {
            (Column::Reading, 40)
        }
        _ if name.trim().is_empty() => (Column::Custom(format!("#{}", index + 1)), 0),
        _ => (Column::Custom(name.trim().to_owned()), 0),
    };
    Guess { column, confidence }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str) -> Vec<String> {
        line.split(',').map(str::to_owned).collect()
    }

    fn columns_of(header: &str) -> Vec<Column> {
        guess(&cells(header), &[]).into_iter().map(|guess| guess.column).collect()
    }

    /// One column from its short form: `phone:携帯`, `address:1:city`.
    fn column(short: &str) -> Column {
        let (kind, rest) = short.split_once(':').unwrap_or((short, ""));
        let slot = |text: &str| Slot::from(text.to_owned());
        let part = |text: &str| match text {
            "whole" => AddressPart::Whole,
            "postal" => AddressPart::Postal,
            "region" => AddressPart::Region,
            "city" => AddressPart::City,
            "street" => AddressPart::Street,
            "building" => AddressPart::Building,
            "label" => AddressPart::Label,
            other => panic!("{other}"),
        };
        match kind {
            "phone" => Column::Phone(slot(rest)),
            "phone-label" => Column::PhoneLabel(slot(rest)),
            "mail" => Column::Mail(slot(rest)),
            "mail-label" => Column::MailLabel(slot(rest)),
            "address" => {
                let (own, name) = rest.split_once(':').unwrap_or(("", rest));
                Column::Address(slot(own), part(name))
            }
            "custom" => Column::Custom(rest.to_owned()),
            "name" => Column::Name,
            "family" => Column::FamilyName,
            "given" => Column::GivenName,
            "middle" => Column::MiddleName,
            "reading" => Column::Reading,
            "family-reading" => Column::FamilyReading,
            "given-reading" => Column::GivenReading,
            "company" => Column::Company,
            "company-reading" => Column::CompanyReading,
            "department" => Column::Department,
            "title" => Column::Title,
            "honorific" => Column::Honorific,
            "birthday" => Column::Birthday,
            "tags" => Column::Tags,
            "owner" => Column::Owner,
            "memo" => Column::Memo,
            "id" => Column::ForeignId,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn headers_of_known_programs_are_recognised() {
        for (program, pairs) in [
            (
                "Google",
                "First Name=given|Middle Name=middle|Last Name=family|Phonetic First Name=given-reading|\
                Phonetic Last Name=family-reading|Name Prefix=honorific|Nickname=custom:Nickname|File As=custom:File As|\
                Organization Name=company|Organization Title=title|Organization Department=department|Birthday=birthday|\
                Notes=memo|Photo=custom:Photo|Labels=tags|E-mail 1 - Label=mail-label:1|E-mail 1 - Value=mail:1|\
                Phone 1 - Label=phone-label:1|Phone 1 - Value=phone:1|Phone 2 - Value=phone:2|\
                Address 1 - Label=address:1:label|Address 1 - Formatted=address:1:whole|Address 1 - Street=address:1:street|\
                Address 1 - City=address:1:city|Address 1 - PO Box=address:1:building|Address 1 - Region=address:1:region|\
                Address 1 - Postal Code=address:1:postal|Address 1 - Country=custom:Address 1 - Country|\
                Address 1 - Extended Address=address:1:building|Website 1 - Value=custom:Website 1 - Value",
            ),
            (
                "Google until 2024",
                "Name=name|Given Name=given|Additional Name=middle|Family Name=family|Yomi Name=reading|\
                Given Name Yomi=given-reading|Family Name Yomi=family-reading|Group Membership=tags|E-mail 1 - Type=mail-label:1|\
                E-mail 1 - Value=mail:1|Phone 1 - Type=phone-label:1|Organization 1 - Name=company|\
                Organization 1 - Yomi Name=company-reading|Organization 1 - Title=title",
            ),
            (
                "Outlook",
                "First Name=given|Last Name=family|Title=honorific|Given Yomi=given-reading|Surname Yomi=family-reading|\
                E-mail Address=mail|E-mail 2 Address=mail:2|Home Phone=phone:Home|Home Phone 2=phone:Home|\
                Business Fax=phone:Business FAX|Mobile Phone=phone:Mobile|Job Title=title|Department=department|Company=company|\
                Company Yomi=company-reading|Business Street=address:Business:street|Business Street 2=address:Business:building|\
                Business City=address:Business:city|Business State=address:Business:region|\
                Business Postal Code=address:Business:postal|Birthday=birthday|Notes=memo|Office Location=custom:Office Location",
            ),
            (
                "Outlook, Japanese",
                "姓=family|名=given|会社名=company|部署=department|役職=title|番地 (会社)=address:会社:street|\
                電子メール アドレス=mail|電子メール 2 アドレス=mail:2",
            ),
            (
                "Eight",
                "会社名=company|部署名=department|役職=title|姓=family|名=given|e-mail=mail|郵便番号=address:postal|\
                住所=address:whole|TEL会社=phone:会社|TEL部門=phone:部門|TEL直通=phone:直通|Fax=phone:FAX|携帯電話=phone:携帯|\
                URL=custom:URL|名刺交換日=custom:名刺交換日|'?'を含んだデータ=custom:'?'を含んだデータ",
            ),
            (
                "Atena Shokunin",
                "会社名かな=company-reading|会社名=company|部署名1=department|部署名2=department|役職名=title|\
                連名=custom:連名|連名ふりがな=custom:連名ふりがな|連名誕生日=custom:連名誕生日|メモ1=memo|メモ5=memo|備考1=memo|\
                誕生日=birthday|性別=custom:性別|血液型=custom:血液型",
            ),
            (
                "Cybozu",
                "名前(姓)=family|名前(名)=given|よみ(姓)=family-reading|よみ(名)=given-reading|役職=title|Tel=phone|\
                E-mail=mail|メモ=memo|会社よみ=company-reading|電話番号(会社)=phone:会社",
            ),
            (
                "HubSpot",
                "Record ID=id|First Name=given|Last Name=family|Email=mail|Phone Number=phone|Contact owner=owner|\
                Lead Status=custom:Lead Status",
            ),
            (
                "Salesforce",
                "Id=id|AccountId=custom:AccountId|LastName=family|FirstName=given|Salutation=honorific|\
                MailingStreet=address:Mailing:street|MailingCity=address:Mailing:city|MailingState=address:Mailing:region|\
                MailingPostalCode=address:Mailing:postal|Phone=phone|MobilePhone=phone:Mobile|Email=mail|Title=title|\
                Department=department",
            ),
            (
                "the benchmark",
                "id=id|name=name|kana=reading|company=company|zip=address:postal|address=address:whole|phone=phone|\
                email=mail|tags=tags|memo=memo",
            ),
            (
                "by hand",
                "お名前（必須）=name|ﾌﾘｶﾞﾅ=reading|生年月日=birthday|〒=address:postal|住所1=address:whole|\
                住所2=address:building|自宅電話=phone:自宅|会社FAX=phone:会社FAX|携帯番号=phone:携帯|メール２=mail:2|担当者=owner|\
                顧客コード=id",
            ),
        ] {
            let pairs = pairs.split('|').map(|pair| pair.rsplit_once('=').unwrap());
            let (header, expected): (Vec<&str>, Vec<Column>) =
                pairs.map(|(name, short)| (name, column(short))).unzip();
            assert_eq!(columns_of(&header.join(",")), expected, "{program}");
        }
        // In a list of companies the 担当者 is the person there.
        assert_eq!(columns_of("取引先名,担当者名,電話"), ["company", "name", "phone"].map(column));
    }

    #[test]
    fn content_speaks_when_the_name_is_silent() {
        let header = cells("氏名,よく分からない列,あれ,それ,これ");
        let rows = [
            cells("山田,a@example.jp,〒100-0001,0300000001,VIP"),
            cells("佐藤,b@example.jp,1000002,090-0000-0002,2020/1/1"),
        ];
        let guesses = guess(&header, &[&rows[0], &rows[1]]);
        let expected =
            ["name", "mail:よく分からない列", "address:postal", "phone:それ", "custom:これ"].map(column);
        assert_eq!(guesses.iter().map(|guess| guess.column.clone()).collect::<Vec<_>>(), expected);
        assert!(
            guesses[0].confidence > guesses[1].confidence && guesses[1].confidence > guesses[4].confidence
        );
        // A name that the content contradicts is less sure than one that it confirms.
        let confidence =
            |content: &str| guess(&cells("氏名,電話"), &[&cells(&format!("山田,{content}"))])[1].confidence;
        assert!(confidence("03-0000-0001") > confidence("") && confidence("") > confidence("a@example.jp"));
    }
}
