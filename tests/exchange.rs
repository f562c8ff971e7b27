//! The import of CSV files and the sample data, at their public boundary.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use daifuku::exchange::sample::Sample;
use daifuku::exchange::{
    AddressPart, Chunk, Column, CsvReader, Encoding, HeaderRow, Imported, LineProblem, Mapping, NewCustomer,
    Options, Preview, ProblemKind, Record,
};
use daifuku::model::{Date, FieldName, Value};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

const BOM: &str = "\u{FEFF}";

fn open(bytes: impl Into<Vec<u8>>) -> CsvReader {
    CsvReader::open(bytes.into(), Options::default()).unwrap()
}

/// Reads to the end in chunks of `size`.
fn read_all(reader: &mut CsvReader, size: usize) -> Chunk {
    let mut all = Chunk::default();
    while !all.done {
        let chunk = reader.next_chunk(size);
        assert!(chunk.bytes_done >= all.bytes_done && chunk.bytes_done <= reader.bytes_total());
        all.records.extend(chunk.records);
        all.problems.extend(chunk.problems);
        all.blank += chunk.blank;
        (all.bytes_done, all.done) = (chunk.bytes_done, chunk.done);
    }
    all
}

fn cells(chunk: &Chunk) -> Vec<Vec<&str>> {
    chunk.records.iter().map(|record| record.cells.iter().map(String::as_str).collect()).collect()
}

/// Imports a file under the proposed mapping.
fn import(text: &str) -> (Vec<NewCustomer>, Vec<LineProblem>) {
    let mut reader = open(text);
    let columns = Preview::of(&reader).columns.into_iter().map(|guess| guess.column).collect();
    let mapping = Mapping::new(reader.header(), columns);
    let mut chunk = read_all(&mut reader, 3);
    let imported: Vec<Imported> = chunk.records.iter().map(|record| mapping.read(record)).collect();
    chunk.problems.extend(imported.iter().flat_map(|row| row.problems.clone()));
    (imported.into_iter().filter_map(|row| row.customer).collect(), chunk.problems)
}

fn import_one(text: &str) -> NewCustomer {
    let (mut customers, problems) = import(text);
    assert_eq!((customers.len(), problems), (1, vec![]), "{text}");
    customers.remove(0)
}

#[test]
fn csv_spectrum_reads_as_its_authors_say() {
    let mut agreeing = 0;
    for entry in fs::read_dir("tests/data/csv/spectrum/csvs").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(&path).unwrap();
        let json = fs::read_to_string(format!("tests/data/csv/spectrum/json/{name}.json")).unwrap();
        // Two pairs of which the file and the JSON differ, see SOURCE.txt.
        let json = match name.as_str() {
            "newlines_crlf" => json.replace("\\r\\n", "\\n"),
            "location_coordinates" => json.replace("1234567890", "2095257564"),
            _ => json,
        };
        let json = if json.starts_with('{') { format!("[{json}]") } else { json };
        let expected: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&json).unwrap();
        let mut reader =
            CsvReader::open(bytes, Options { delimiter: None, header: HeaderRow::Line(1) }).unwrap();
        let header = reader.header().to_vec();
        let all = read_all(&mut reader, 1);
        assert!(all.problems.is_empty());
        let found: Vec<_> = all
            .records
            .into_iter()
            .map(|record| {
                header.iter().cloned().zip(record.cells.into_iter().map(serde_json::Value::from)).collect()
            })
            .collect();
        assert_eq!(expected, found, "{name}");
        agreeing += 1;
    }
    assert_eq!(agreeing, 12);
}

#[test]
fn naughty_strings_survive_the_file_and_the_import() {
    let strings: Vec<String> =
        serde_json::from_str(&fs::read_to_string("tests/data/csv/blns/blns.json").unwrap()).unwrap();
    let mut writer = csv::Writer::from_writer(BOM.as_bytes().to_vec());
    writer.write_record(["氏名", "メモ", "ノート"]).unwrap();
    for (number, text) in strings.iter().enumerate() {
        writer.write_record([&format!("客{number}"), text, text]).unwrap();
    }
    let mut reader = open(writer.into_inner().unwrap());
    let mapping = Mapping::new(reader.header(), vec![Column::Name, Column::Memo, Column::Note]);
    let all = read_all(&mut reader, 100);
    assert_eq!((all.records.len(), all.problems.len()), (strings.len(), 0));
    for (record, text) in all.records.iter().zip(&strings) {
        assert_eq!(record.cells[1], *text);
        let Imported { customer, problems } = mapping.read(record);
        let customer = customer.unwrap();
        assert!(problems.is_empty());
        if text.trim().is_empty() {
            assert_eq!((customer.text(&FieldName::MEMO), customer.notes.len()), ("", 0));
        } else {
            assert_eq!((customer.text(&FieldName::MEMO), &customer.notes[0]), (text.as_str(), text));
        }
    }
}

#[test]
fn quirks_of_real_files() {
    for (what, text) in [
        ("comma", "氏名,電話,メモ\r\n山田,03-0000-0001,\"a\nb\"\r\n佐藤,,\r\n"),
        ("semicolon", "氏名;電話;メモ\n山田;03-0000-0001;\"a\nb\"\n佐藤;;\n"),
        ("tab", "氏名\t電話\tメモ\n山田\t03-0000-0001\t\"a\nb\"\n佐藤\t\t"),
        ("mark", "\u{FEFF}氏名,電話,メモ\n山田,03-0000-0001,\"a\nb\"\n佐藤,,"),
        ("sep", "sep=;\r\n氏名;電話;メモ\r\n山田;03-0000-0001;\"a\nb\"\r\n佐藤;;\r\n"),
        (
            "title rows",
            "顧客一覧\n\n2026年11月,,\n氏名,電話,メモ\n山田,03-0000-0001,\"a\nb\"\n\n佐藤,,\n,,\n",
        ),
        ("empty columns", "氏名,電話,メモ,,\n山田,03-0000-0001,\"a\nb\",,\n佐藤,,,,\n"),
    ] {
        let mut reader = open(text);
        assert_eq!(reader.header(), ["氏名", "電話", "メモ"], "{what}");
        let all = read_all(&mut reader, 1);
        let trimmed: Vec<Vec<&str>> = cells(&all).into_iter().map(|row| row[..3].to_vec()).collect();
        assert_eq!(trimmed, [["山田", "03-0000-0001", "a\nb"], ["佐藤", "", ""]], "{what}");
        let titles = if what == "title rows" { vec![1, 3] } else { vec![] };
        assert_eq!(all.problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), titles, "{what}");
    }
    let mut old_mac = open("氏名,メモ\r山田,\"a\rb\"\r\r佐藤,c\r");
    let lines: Vec<u64> = read_all(&mut old_mac, 9).records.iter().map(|record| record.line).collect();
    assert_eq!(lines, [2, 5]);
    let mut windows = open("氏名,メモ\r\n山田,\"a\r\nb\"\r\n\r\n佐藤,c");
    let lines: Vec<u64> = read_all(&mut windows, 9).records.iter().map(|record| record.line).collect();
    assert_eq!(lines, [2, 5]);
    let utf16: Vec<u8> =
        "\u{FEFF}氏名\t電話\r\n山田\t03\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut reader = open(utf16);
    assert_eq!((reader.encoding(), reader.delimiter()), (Encoding::Utf16Le, b'\t'));
    assert_eq!(cells(&read_all(&mut reader, 9)), [["山田", "03"]]);
    for nothing in ["", "\u{FEFF}", "\r\n\n\r", ",,\n,,\n"] {
        let all = read_all(&mut open(nothing), 9);
        assert!(all.records.is_empty() && all.problems.is_empty());
    }
}

#[test]
fn a_file_without_a_header_loses_no_row() {
    let mut reader = open("山田 花子,090-0000-0001\n佐藤 健,090-0000-0002\n");
    assert_eq!((reader.header_line(), reader.header().len()), (None, 2));
    assert_eq!(read_all(&mut reader, 9).records.len(), 2);
    // Names that no dictionary has, but above a column of mails.
    let reader = open("なまえ欄,れんらく\n山田,a@example.jp\n佐藤,b@example.jp\n");
    assert_eq!(reader.header_line(), Some(1));
    let reader = open("メールアドレス\na@example.jp\n");
    assert_eq!(reader.header_line(), Some(1));
    let mut told = CsvReader::open(
        "氏名,電話\n山田,1\n".into(),
        Options { delimiter: Some(b','), header: HeaderRow::Absent },
    )
    .unwrap();
    assert_eq!(read_all(&mut told, 9).records.len(), 2);
}

#[test]
fn damage_stays_on_its_line() {
    let mut bytes = "氏名,電話\n山田,1\n".as_bytes().to_vec();
    bytes.extend(b"\x8E\x52\x93\x63,2\n");
    bytes.extend("鈴木,3\n".as_bytes());
    let mut reader = open(bytes);
    let all = read_all(&mut reader, 9);
    assert_eq!(all.problems, [LineProblem { line: 3, reason: ProblemKind::NotUtf8 }]);
    assert_eq!(cells(&all), [["山田", "1"], ["鈴木", "3"]]);
    // A mark that is never closed does not swallow the rows below it, nor those up to the next mark.
    for last in ["中村,5", "中村,\"a, b\""] {
        let mut reader = open(format!("氏名,電話\n山田,1\n佐藤,\"2\n鈴木,3\n{last}\n"));
        let all = read_all(&mut reader, 9);
        assert_eq!(all.problems, [LineProblem { line: 3, reason: ProblemKind::UnclosedQuote }], "{last}");
        assert_eq!(all.records.iter().map(|record| record.line).collect::<Vec<_>>(), [2, 4, 5]);
    }
    // Not even when every line has one, in time that grows with the file.
    let mut reader = open("氏名,電話\n".to_owned() + &"x\"y,\"z\n".repeat(50_000));
    let all = read_all(&mut reader, 500);
    assert_eq!((all.records.len(), all.problems.len()), (50_000 - 16, 16));
}

#[test]
fn the_benchmark_file_is_recognised() {
    let header = "id,name,kana,company,zip,address,phone,email,tags,memo";
    let row = "1f,髙橋 健,タカハシ ケン,㈱みどり,010-0001,秋田県秋田市本町1-2-3,018-000-0001,a@example.jp,VIP;常連,\"一\n二\"";
    let customer = import_one(&format!("{BOM}{header}\r\n{row}\r\n"));
    let expected = [
        (FieldName::NAME, Value::text("髙橋 健")),
        (FieldName::READING, Value::text("タカハシ ケン")),
        (FieldName::COMPANY, Value::text("㈱みどり")),
        (FieldName::FOREIGN_ID, Value::text("1f")),
        (FieldName::PHONE.item(1), Value::parts([("number", "018-000-0001")])),
        (FieldName::MAIL.item(2), Value::parts([("mail", "a@example.jp")])),
        (
            FieldName::ADDRESS.item(3),
            Value::parts([("postal", "010-0001"), ("street", "秋田県秋田市本町1-2-3")]),
        ),
        (FieldName::MEMO, Value::text("一\n二")),
    ];
    assert_eq!(customer.fields, expected);
    assert_eq!(customer.tags, ["VIP", "常連"]);
}

#[test]
fn cells_with_several_values_are_taken_apart() {
    let customer = import_one(
        "Name,Labels,Phone 1 - Label,Phone 1 - Value,Phone 2 - Value,メール,郵便番号\n\
         山田 花子,* myContacts ::: * 友だち ::: 常連,* Work,03-0000-0001 ::: 03-0000-0002,=\"09000000003\",a@example.jp、b@example.jp c@example.jp,600000\n",
    );
    let numbers: Vec<(&str, &str)> =
        customer.items(&FieldName::PHONE).map(|value| (value.part("label"), value.part("number"))).collect();
    assert_eq!(numbers, [("Work", "03-0000-0001"), ("Work", "03-0000-0002"), ("", "09000000003")]);
    assert_eq!(customer.tags, ["友だち", "常連"]);
    let mails: Vec<&str> = customer.items(&FieldName::MAIL).map(|value| value.part("mail")).collect();
    assert_eq!(mails, ["a@example.jp", "b@example.jp", "c@example.jp"]);
    assert_eq!(customer.items(&FieldName::ADDRESS).next().unwrap().part("postal"), "060-0000");
    let items: BTreeSet<&str> = customer.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(items.len(), customer.fields.len(), "no field twice");
    assert_eq!(
        import_one("氏名,携帯\n山田,9012345678\n").items(&FieldName::PHONE).next().unwrap().part("number"),
        "09012345678"
    );
}

#[test]
fn names_and_organisations() {
    let names = |text: &str| {
        let customer = import_one(text);
        let organisation = customer.value(&FieldName::ORGANISATION) == Some(&Value::Flag(true));
        (
            customer.text(&FieldName::NAME).to_owned(),
            customer.text(&FieldName::COMPANY).to_owned(),
            organisation,
        )
    };
    let expect =
        |name: &str, company: &str, organisation| (name.to_owned(), company.to_owned(), organisation);
    assert_eq!(names("姓,名,会社\n山田,花子,みどり\n"), expect("山田 花子", "みどり", false));
    assert_eq!(names("First Name,Last Name\nJosé,Smith\n"), expect("José Smith", "", false));
    assert_eq!(names("姓,名,会社,会社名かな\n,,みどり,ミドリ\n"), expect("みどり", "", true));
    assert_eq!(names("氏名,電話\n㈱みどり,\n"), expect("㈱みどり", "", true));
    assert_eq!(names("氏名,電話\nBlue Harbor Inc.,\n"), expect("Blue Harbor Inc.", "", true));
    assert_eq!(names("氏名,法人区分\n山田屋,法人\n"), expect("山田屋", "", true));
    assert_eq!(names("氏名,法人区分\n社会 太郎,個人\n"), expect("社会 太郎", "", false));
    assert_eq!(import_one("会社名,会社名かな\nみどり,ミドリ\n").text(&FieldName::READING), "ミドリ");
    let (customers, problems) = import("氏名,電話\n,03-0000-0001\n山田,\n");
    assert_eq!((customers.len(), problems), (1, vec![LineProblem { line: 2, reason: ProblemKind::NoName }]));
}

#[test]
fn what_does_not_fit_goes_to_the_memo() {
    let (customers, problems) = import(
        "氏名,氏名(漢字),誕生日,メモ,趣味,住所,Address 1 - City\n山田,山田太郎,平成32年4月1日,元気,釣り,どこか,,余り,り\n",
    );
    assert_eq!(
        customers[0].text(&FieldName::MEMO),
        "氏名(漢字): 山田太郎\n誕生日: 平成32年4月1日\n元気\n余り\nり"
    );
    assert_eq!(customers[0].text(&FieldName::new("x/趣味")), "釣り");
    let suggestion = Date::new(Some(2020), 4, 1);
    let reasons =
        [ProblemKind::Date { column: "誕生日".to_owned(), suggestion }, ProblemKind::ExtraCells { count: 2 }];
    assert_eq!(problems, reasons.map(|reason| LineProblem { line: 2, reason }));
    assert!(problems.iter().all(|problem| !problem.reason.is_loss()));
    let whole = |formatted: &str| {
        let text = format!(
            "氏名,Address 1 - Formatted,Address 1 - Street,Address 1 - City\n山田,{formatted},本町1-2,松本市\n"
        );
        import_one(&text).text(&FieldName::MEMO).to_owned()
    };
    assert_eq!(
        (whole("松本市 本町1-2").as_str(), whole("松本市 本町1-2 裏口").as_str()),
        ("", "松本市 本町1-2 裏口")
    );
}

#[test]
fn the_preview_goes_to_the_screen_and_back() {
    let rows: String = (1..=1000).map(|number| format!("山田{number},1980/1/{}\n", number % 40)).collect();
    let mut reader = open(format!("氏名,生年月日\n{rows}"));
    let preview = Preview::of(&reader);
    let bytes = postcard::to_allocvec(&preview).unwrap();
    assert_eq!(postcard::from_bytes::<Preview>(&bytes).unwrap(), preview);
    assert_eq!((preview.rows.len(), preview.rows[0].line, preview.header_line), (20, 2, Some(1)));
    assert!((900..1200).contains(&preview.rows_estimate), "{}", preview.rows_estimate);
    assert_eq!(read_all(&mut reader, 500).records.len(), 1000, "the preview takes no row away");
    let reader = open("顧客一覧\n氏名,生年月日\n山田,いつか\n佐藤,\"1980\n鈴木,S35.3.3\n");
    let lines: Vec<u64> = Preview::of(&reader).problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [1, 3, 4], "a title, a date that is none, a mark that is not closed");
    let (customers, problems) = import("氏名,生年月日\n山田,S35.3.3\n");
    let bytes = postcard::to_allocvec(&(&customers, &problems)).unwrap();
    assert_eq!(
        postcard::from_bytes::<(Vec<NewCustomer>, Vec<LineProblem>)>(&bytes).unwrap(),
        (customers, problems)
    );
}

/// Bytes that are likely to mean something to a CSV reader.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\"".to_vec()),
        Just(b",".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\t".to_vec()),
        Just(b";".to_vec()),
        Just("氏名".as_bytes().to_vec()),
        Just(b"name,phone\n".to_vec()),
        Just(b"sep=;\n".to_vec()),
        Just(vec![0xEF, 0xBB, 0xBF]),
        Just(vec![0xFF, 0xFE]),
        Just(vec![0]),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in hostile(), size in 1_usize..9) {
        if let Ok(mut reader) = CsvReader::open(bytes, Options::default()) {
            let preview = Preview::of(&reader);
            let mapping = Mapping::new(reader.header(), preview.columns.into_iter().map(|guess| guess.column).collect());
            let all = read_all(&mut reader, size);
            let mut lines: Vec<u64> = all.records.iter().map(|row| row.line).chain(all.problems.iter().map(|problem| problem.line)).collect();
            lines.sort_unstable();
            prop_assert!(lines.windows(2).all(|pair| pair[0] < pair[1]), "each row is in one place only");
            for record in &all.records {
                let row = mapping.read(record);
                let lost = row.problems.iter().any(|problem| problem.reason.is_loss());
                prop_assert_eq!(row.customer.is_none(), lost);
            }
        }
    }

    /// Without quotation marks, a row is a line that is not empty.
    #[test]
    fn every_line_is_accounted_for(lines in prop::collection::vec("[a名,;\u{80}]{0,6}", 0..40), damaged in any::<u64>(), end in "\n|\r|\r\n") {
        let mut bytes = BOM.as_bytes().to_vec();
        for (index, line) in lines.iter().enumerate() {
            let broken = damaged >> (index % 64) & 1 == 1;
            // The character U+0080 becomes a lone byte, which is not UTF-8.
            bytes.extend(line.bytes().filter(|byte| !(broken && *byte == 0xC2)));
            bytes.extend(end.bytes());
        }
        let mut reader = open(bytes);
        let header = u64::from(reader.header_line().is_some());
        let all = read_all(&mut reader, 7);
        let found = all.records.len() + all.problems.len();
        let there = lines.iter().filter(|line| !line.is_empty()).count();
        prop_assert_eq!(u64::try_from(found).unwrap() + all.blank + header, u64::try_from(there).unwrap());
    }

    /// With any number of stray marks, each word of the file is in a row, or on a line that is reported.
    #[test]
    fn no_word_disappears(shape in prop::collection::vec("[\",\n w]{1,3}", 0..60)) {
        let mut text = BOM.to_owned();
        let mut words = Vec::new();
        for piece in shape {
            for char in piece.chars() {
                if char == 'w' {
                    let line = text.matches('\n').count() + 1;
                    words.push((format!("w{}w", words.len()), line));
                    text.push_str(&words[words.len() - 1].0);
                } else {
                    text.push(char);
                }
            }
        }
        let mut reader = CsvReader::open(text.clone().into(), Options { delimiter: Some(b','), header: HeaderRow::Absent }).unwrap();
        let all = read_all(&mut reader, 4);
        let read: String = all.records.iter().flat_map(|row| row.cells.concat().chars().collect::<Vec<_>>()).collect();
        for (word, line) in words {
            let reported = all.problems.iter().any(|problem| problem.line == u64::try_from(line).unwrap());
            prop_assert!(read.contains(&word) != reported, "{word} in {text:?}");
        }
    }

    #[test]
    fn what_the_csv_crate_writes_is_read(
        table in prop::collection::vec(prop::collection::vec(any::<String>(), 1..5), 0..12),
        delimiter in prop::sample::select(vec![b',', b';', b'\t']), crlf in any::<bool>(), size in 1_usize..5,
    ) {
        // A row that begins with a byte order mark loses it, as it should.
        prop_assume!(table.iter().all(|row| !row[0].starts_with(BOM)));
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).terminator(terminator).flexible(true).from_writer(BOM.as_bytes().to_vec());
        table.iter().for_each(|row| writer.write_record(row).unwrap());
        let options = Options { delimiter: Some(delimiter), header: HeaderRow::Absent };
        let mut reader = CsvReader::open(writer.into_inner().unwrap(), options).unwrap();
        let all = read_all(&mut reader, size);
        let filled: Vec<Vec<String>> = table.into_iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).collect();
        prop_assert!(all.problems.is_empty());
        prop_assert_eq!(all.records.into_iter().map(|row| row.cells).collect::<Vec<_>>(), filled);
    }

    /// Whatever the mapping, each filled cell is somewhere in the customer.
    #[test]
    fn no_cell_disappears(cells in prop::collection::vec("[a-f]{3}", 1..12), which in prop::collection::vec(0_usize..16, 0..12)) {
        let kinds = [
            Column::Name, Column::FamilyName, Column::GivenName, Column::Reading, Column::FamilyReading, Column::Company, Column::Organisation,
            Column::Title, Column::Phone("携帯".into()), Column::Mail("".into()), Column::Address("".into(), AddressPart::Whole),
            Column::Address("".into(), AddressPart::City), Column::Birthday, Column::Tags, Column::Memo, Column::Custom("趣味".to_owned()),
        ];
        let header: Vec<String> = (0..cells.len()).map(|index| format!("列{index}")).collect();
        let mut columns: Vec<Column> = which.iter().map(|index| kinds[*index].clone()).take(cells.len()).collect();
        columns.insert(0, Column::Name);
        columns.truncate(cells.len());
        let imported = Mapping::new(&header, columns).read(&Record { line: 1, cells: cells.clone() });
        let customer = imported.customer.unwrap();
        let text = format!("{customer:?}");
        prop_assert!(cells.iter().all(|cell| text.contains(cell.as_str())), "{cells:?} {text}");
    }
}

#[test]
fn the_sample_is_what_performance_is_measured_on() {
    let today: Date = "2026-11-22".parse().unwrap();
    let sample: Vec<_> = Sample::new(1, 1000, today).collect();
    let (mut tasks, mut latin, mut near) = (0, 0, 0);
    for customer in &sample {
        assert_eq!((customer.notes.len(), customer.purchases.len()), (3, 2));
        for (date, text) in &customer.notes {
            assert!(*date <= today && (80..=400).contains(&text.chars().count()));
        }
        latin += usize::from(customer.customer.text(&FieldName::NAME).is_ascii());
        tasks += customer.tasks.len();
        near += customer
            .tasks
            .iter()
            .filter(|task| !task.done && task.due >= today.plus_days(-7) && task.due <= today.plus_days(35))
            .count();
        assert!(customer.tasks.iter().all(|task| !task.done || task.due < today));
        let address = customer.customer.items(&FieldName::ADDRESS).next().unwrap();
        assert!(["postal", "region", "city", "street"].iter().all(|part| !address.part(part).is_empty()));
        let phone = customer.customer.items(&FieldName::PHONE).next().unwrap().part("number");
        assert!(
            phone.contains("-0") && matches!(phone.bytes().filter(u8::is_ascii_digit).count(), 10 | 11),
            "{phone}"
        );
        let mail = customer.customer.items(&FieldName::MAIL).next().unwrap().part("mail");
        assert!(mail.contains("example.") && mail.is_ascii());
    }
    assert_eq!(tasks, 200);
    assert!((60..=100).contains(&latin) && (90..=150).contains(&near), "{latin} {near}");
}

fn generate(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_generate")).args(arguments).output().unwrap()
}

#[test]
fn the_generator_prints_what_the_importer_reads() {
    let csv = generate(&["--customers", "50", "--seed", "3", "--format", "csv"]);
    assert!(csv.status.success() && csv.stdout.starts_with(BOM.as_bytes()));
    let (customers, problems) = import(core::str::from_utf8(&csv.stdout).unwrap());
    assert_eq!((customers.len(), problems), (50, vec![]));
    let jsonl = generate(&["--customers", "50", "--seed", "3", "--format", "jsonl"]);
    let text = String::from_utf8(jsonl.stdout).unwrap();
    let records: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| records.iter().filter(|record| record["kind"] == kind).collect::<Vec<_>>();
    assert_eq!(["customer", "note", "purchase", "task"].map(|kind| of(kind).len()), [50, 150, 100, 10]);
    let ids: BTreeSet<&str> = records.iter().map(|record| record["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), records.len());
    for (customer, record) in customers.iter().zip(of("customer")) {
        assert_eq!(customer.text(&FieldName::NAME), record["name"].as_str().unwrap());
        assert_eq!(
            customer.items(&FieldName::PHONE).next().unwrap().part("number"),
            record["phone"].as_str().unwrap()
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_everywhere() {
    // A change here is a change of what speed is measured on: never by accident.
    for (format, expected) in [
        ("csv", "f43af7012bd6f98b7672c511397ac84de96fe99bfc944285ecca38f0e9a24452"),
        ("jsonl", "8c7ea2df91d6be513efe6f6e896bc6f7c9a6fd2261cd83ce6a9d73ad84f627ef"),
    ] {
        let output = generate(&["--customers", "1000", "--seed", "20261122", "--format", format]);
        let hash: String = Sha256::digest(&output.stdout).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, expected, "{format}, {} bytes", output.stdout.len());
    }
}

#[test]
fn the_generator_refuses_what_it_does_not_know() {
    for arguments in [
        &[][..],
        &["--customers"],
        &["--customers", "x"],
        &["--customers", "1", "--format", "xml"],
        &["--number", "1"],
    ] {
        let output = generate(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            output.stdout.is_empty() && String::from_utf8(output.stderr).unwrap().contains("usage: generate")
        );
    }
}
