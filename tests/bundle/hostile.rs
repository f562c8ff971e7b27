//! Contents that nobody should have written: each is refused as what it is, at the latest when its items are
//! read, and never gives other items than its sender signed.

use std::collections::BTreeMap;
use std::io::Write;

use daifuku::bundle::keys::is_signed_by;
use daifuku::bundle::limits::{MOST_DEPTH, MOST_LINE_BYTES, MOST_NAME_BYTES, MOST_RECIPIENTS, MOST_REPLICAS};
use daifuku::bundle::read::Bundle;
use daifuku::bundle::sealer::{Request, SealerError};
use daifuku::bundle::{Item, Kind, To};
use flate2::{Compress, Compression, FlushCompress};
use proptest::prelude::*;
use serde_json::value::RawValue;

use super::world::{
    Whole, content, for_one, header, items, keys, lines, packed, read, record, replica, signed, unpacked,
    written,
};

fn small() -> (Vec<u8>, Whole) {
    let (keys, items) = (keys(1), items()[..4].to_vec());
    let header = header(&keys, Kind::Team, for_one(&keys));
    (written(&header, &items, &keys), Whole { header, items, unknown: 0 })
}

/// The lines of a header, then these, then the right count.
fn bundle(rest: &[&str]) -> Vec<u8> {
    let mut all = vec![lines(&small().0).remove(0)];
    all.extend(rest.iter().map(|&line| line.to_owned()));
    let actors = rest.iter().filter(|line| line.starts_with("{\"actor\":")).count();
    all.push(format!("{{\"end\":{}}}", rest.len() - actors));
    content(&all, &keys(1))
}

fn actor(number: u8) -> String {
    format!("{{\"actor\":\"{}\"}}", replica(number))
}

/// A record whose state is this JSON, after replicas 1 and 2.
fn with_state(state: &str) -> Result<Whole, SealerError> {
    read(&bundle(&[&actor(1), &actor(2), &format!("{{\"e\":\"{}\",\"r\":{state}}}", record(1))]))
}

/// Which line is refused.
fn line_of(result: Result<Whole, SealerError>) -> u64 {
    match result {
        Err(SealerError::Line { line, .. }) => line,
        other => panic!("not refused for a line: {other:?}"),
    }
}

fn too_large(limit: &str) -> SealerError {
    SealerError::TooLarge { limit: limit.to_owned() }
}

#[test]
fn a_content_that_is_cut_off_gives_no_other_items() {
    let (content, whole) = small();
    let end = content.iter().rposition(|byte| *byte != 0).unwrap();
    for length in 0..content.len() {
        match read(&content[..length]) {
            // Only zeros are missing; the last bytes of the length of a short text are zeros too.
            Ok(read) => assert!(length > end && read == whole, "{length} bytes"),
            Err(error) => {
                let known = [SealerError::Truncated, SealerError::NoBundleInside];
                assert!(known.contains(&error), "{length} bytes: {error:?}");
            }
        }
    }
}

#[test]
fn a_content_with_a_wrong_bit_gives_no_other_items() {
    let (content, whole) = small();
    let mut harmless = 0;
    for (at, bit) in (0..content.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut changed = content.clone();
        changed[at] ^= 1 << bit;
        if let Ok(read) = read(&changed) {
            // What gzip says of itself, bits that fill up a byte, another place where the same text stands:
            // what is signed is the text, not how it is packed.
            assert_eq!(read, whole);
            assert_eq!(unpacked(&changed), unpacked(&content));
            harmless += 1;
        }
    }
    // Most of these are the time, the system and how well it was packed.
    assert!((48..80).contains(&harmless), "{harmless}");
}

#[test]
fn a_text_with_a_wrong_byte_is_forged_however_well_it_is_packed() {
    let (content, _) = small();
    let text = unpacked(&content);
    for at in 0..text.len() {
        for wrong in [text[at] ^ 1, b' ', b'\n', b'"', 0] {
            let mut changed = text.clone();
            changed[at] = wrong;
            assert!(wrong == text[at] || read(&packed(&changed)).is_err(), "byte {at} became {wrong}");
        }
        let mut without = text.clone();
        without.remove(at);
        assert!(read(&packed(&without)).is_err(), "byte {at} is missing");
    }
}

#[test]
fn only_the_sender_can_sign() {
    let (content, whole) = small();
    let text = unpacked(&content);
    let body = &text[..text.windows(7).rposition(|part| part == b"{\"sig\":").unwrap()];
    assert_eq!(read(&packed(&signed(body, &keys(1)))).unwrap(), whole);
    assert_eq!(read(&packed(&signed(body, &keys(2)))), Err(SealerError::Forged));
    // A signature of the same sender, of something else.
    let other = self::content(&[&lines(&content)[0], "{\"end\":0}"], &keys(1));
    let signature = unpacked(&other).split(|byte| *byte == b'\n').nth(2).unwrap().to_vec();
    assert_eq!(read(&packed(&[body, &signature, b"\n"].concat())), Err(SealerError::Forged));
    // The verifier is asked with what stands in the file.
    let unverified = Bundle::open(content).unwrap();
    let key = unverified.header().from.signing_key;
    assert_eq!(key, keys(1).signing_key());
    let refused = unverified.verify(|asked, message, _| {
        assert_eq!((asked, message.len()), (&key, 17 + 64));
        assert!(message.starts_with(b"daifuku.bundle.1\0"));
        false
    });
    assert_eq!(refused.err(), Some(SealerError::Forged));
}

#[test]
fn a_wrong_count_or_order_is_refused() {
    let (good, whole) = small();
    let lines = lines(&good);
    let last = lines.len() - 1;
    let of = |lines: &[String]| read(&content(lines, &keys(1)));
    assert_eq!(of(&lines).unwrap(), whole);
    for end in ["{\"end\":3}", "{\"end\":5}", "{\"end\":18446744073709551615}"] {
        let wrong = [&lines[..last], &[end.to_owned()]].concat();
        assert_eq!(of(&wrong), Err(SealerError::Truncated), "{end}");
    }
    assert_eq!(of(&lines[..last]), Err(SealerError::Truncated), "without an end");
    assert_eq!(of(&lines[..1]), Err(SealerError::Truncated), "a header alone");
    let after = u64::try_from(lines.len()).unwrap() + 1;
    for extra in [&lines[last], &lines[1], &lines[2], "{\"new\":1}", "{\"end\":4}"] {
        assert_eq!(line_of(of(&[&lines[..], &[extra.to_owned()]].concat())), after, "after the end: {extra}");
    }
    for end in ["{\"end\":-1}", "{\"end\":\"4\"}", "{\"end\":4.0}", "{\"end\":4", "{\"end\"}"] {
        line_of(of(&[&lines[..last], &[end.to_owned()]].concat()));
    }
    let mut swapped = lines;
    swapped.swap(0, 1);
    assert_eq!(of(&swapped), Err(SealerError::NoBundleInside));
}

#[test]
fn nothing_may_follow_the_signature() {
    let text = unpacked(&small().0);
    let trailing = || SealerError::Damaged { part: "trailing data".to_owned() };
    for after in ["\n", " ", "{\"end\":4}\n", "\0"] {
        assert_eq!(read(&packed(&[&text, after.as_bytes()].concat())), Err(trailing()), "{after:?}");
    }
    let content = packed(&text);
    for after in [&b"\x01"[..], b"\0\0x", &packed(b""), &content] {
        assert_eq!(read(&[&content, after].concat()), Err(trailing()), "after the packed bytes");
    }
    assert!(read(&[content, vec![0; 100_000]].concat()).is_ok());
    assert_eq!(read(&packed(&text[..text.len() - 1])), Err(SealerError::Truncated), "without a line feed");
}

#[test]
fn signatures_have_one_form() {
    let text = String::from_utf8(unpacked(&small().0)).unwrap();
    let (body, signature) = text.split_at(text.rfind("{\"sig\":").unwrap());
    let sig = signature.trim_end().strip_prefix("{\"sig\":\"").unwrap().strip_suffix("\"}").unwrap();
    // The last letter has bits to spare.
    let (start, last) = sig.split_at(sig.len() - 1);
    let not_canonical = format!("{start}{}", char::from(last.as_bytes()[0] + 1));
    for wrong in ["", "AAAA", &format!("{sig}=="), &format!("{sig}\\n"), start, &not_canonical] {
        let line = line_of(read(&packed(format!("{body}{{\"sig\":\"{wrong}\"}}\n").as_bytes())));
        assert_eq!(line, u64::try_from(text.lines().count()).unwrap(), "{wrong}");
    }
}

#[test]
fn what_is_no_bundle_is_said_to_be_none() {
    for text in [
        "",
        "\n",
        "hello\n",
        "{}\n",
        "[]\n",
        "{\"daifuku\":1}\n",
        "{\"daifuku\":0,\"min\":0}\n",
        "\u{feff}{}\n",
    ] {
        assert_eq!(read(&packed(text.as_bytes())), Err(SealerError::NoBundleInside), "{text:?}");
    }
    assert_eq!(read(b"plain text\n"), Err(SealerError::NoBundleInside));
    let head = lines(&small().0).remove(0);
    let with_mark = format!("\u{feff}{head}");
    let spaced = head.replacen('{', "{ ", 1);
    let reordered = head.replacen("{\"daifuku\":1,\"min\":1,", "{\"end\":0,\"daifuku\":1,\"min\":1,", 1);
    for head in [with_mark, spaced, reordered] {
        assert_eq!(
            read(&content(&[&head, "{\"end\":0}"], &keys(1))),
            Err(SealerError::NoBundleInside),
            "{head}"
        );
    }
}

#[test]
fn a_newer_version_is_refused_if_it_says_so() {
    let head = lines(&small().0).remove(0);
    let with = |versions: &str| {
        let head = head.replacen("\"daifuku\":1,\"min\":1,", versions, 1);
        read(&content(&[&head, "{\"end\":0}"], &keys(1))).map(|whole| whole.header.version)
    };
    assert_eq!(with("\"daifuku\":9,\"min\":1,"), Ok(9));
    assert_eq!(with("\"daifuku\":9,\"min\":0,"), Ok(9));
    let newer = |needed| Err(SealerError::Newer { needed, newest: 1 });
    assert_eq!(with("\"daifuku\":9,\"min\":2,"), newer(2));
    assert_eq!(with("\"daifuku\":1,\"min\":4294967295,"), newer(u32::MAX));
    for versions in
        ["\"daifuku\":0,\"min\":0,", "\"daifuku\":0,\"min\":1,", "\"daifuku\":-1,\"min\":1,", "\"min\":1,"]
    {
        assert_eq!(with(versions), Err(SealerError::NoBundleInside), "{versions}");
    }
    // Even if nothing else of it can be read.
    let strange = "{\"daifuku\":3,\"min\":3,\"everything\":\"different\"}";
    assert_eq!(read(&content(&[strange], &keys(1))), Err(SealerError::Newer { needed: 3, newest: 1 }));
}

#[test]
fn a_wrong_header_is_refused_as_line_one() {
    let head = lines(&small().0).remove(0);
    let raw = |json: &str| -> BTreeMap<String, Box<RawValue>> { serde_json::from_str(json).unwrap() };
    let json = raw(&head);
    let from = raw(json["from"].get());
    for key in [
        "app", "id", "kind", "at", "from", "to", "scope", "base", "covers", "have", "trails", "devices",
        "number",
    ] {
        let written = format!(",\"{key}\":{}", json[key]);
        assert!(head.contains(&written), "{written}");
        let with = |new: &str| read(&content(&[&head.replacen(&written, new, 1), "{\"end\":0}"], &keys(1)));
        assert_eq!(line_of(with("")), 1, "without {key}");
        assert_eq!(line_of(with(&format!("{written}{written}"))), 1, "twice {key}");
        for wrong in ["-1", "{}", "[[1]]", "1e3", "[[\"0101010101010101\",-1]]", "[[\"01\",1]]"] {
            // A name or a list of words may be empty, but not of another type.
            assert_eq!(line_of(with(&format!(",\"{key}\":{wrong}"))), 1, "{key}: {wrong}");
        }
        if !matches!(key, "app") {
            assert_eq!(line_of(with(&format!(",\"{key}\":\"nonsense\""))), 1, "{key}");
        }
    }
    for key in ["name", "dev", "sig", "age"] {
        let written = format!("\"{key}\":{}", from[key]);
        assert!(head.contains(&written), "{written}");
        assert_eq!(line_of(read(&content(&[head.replacen(&written, "\"zz\":1", 1)], &keys(1)))), 1, "{key}");
    }
}

#[test]
fn a_header_out_of_bounds_is_refused() {
    let refused = |change: &dyn Fn(&mut daifuku::bundle::Header), limit: &str| {
        let mut header = header(&keys(1), Kind::Share, for_one(&keys(1)));
        change(&mut header);
        assert_eq!(read(&written(&header, &[], &keys(1))), Err(too_large(limit)));
    };
    let long = || "a".repeat(MOST_NAME_BYTES + 1);
    refused(&|header| header.app = long(), "name");
    refused(&|header| header.from.name = long(), "name");
    refused(&|header| header.from.recipient = long(), "name");
    refused(&|header| header.devices.push((replica(5), long())), "name");
    let scope = |title, fields| daifuku::bundle::Scope::Part { title, fields };
    refused(&|header| header.scope = scope(long(), Vec::new()), "name");
    refused(&|header| header.scope = scope(String::new(), vec![long()]), "name");
    refused(&|header| header.to = To::Recipients(vec![String::new(); MOST_RECIPIENTS + 1]), "recipients");
    refused(&|header| header.to = To::Recipients(vec![long()]), "name");
    let many =
        || (0..=u64::try_from(MOST_REPLICAS).unwrap()).map(|id| daifuku::model::ReplicaId(id.to_be_bytes()));
    let dots = || many().map(|replica| daifuku::merge::Dot { replica, counter: 1 });
    refused(&|header| header.base = dots().collect(), "replicas");
    refused(&|header| header.covers = dots().collect(), "replicas");
    refused(&|header| header.have = dots().collect(), "replicas");
    refused(&|header| header.devices = many().map(|replica| (replica, String::new())).collect(), "replicas");
    refused(&|header| header.trails = many().map(|replica| (replica, Vec::new())).collect(), "replicas");
    let mut most =
        header(&keys(1), Kind::Team, To::Recipients(vec!["a".repeat(MOST_NAME_BYTES); MOST_RECIPIENTS]));
    most.app = "a".repeat(MOST_NAME_BYTES);
    most.base = dots().skip(1).collect();
    assert_eq!(read(&written(&most, &[], &keys(1))).unwrap().header, most);
}

#[test]
fn too_many_replicas_are_refused() {
    let all: Vec<String> = (0..=MOST_REPLICAS).map(|id| format!("{{\"actor\":\"{id:016x}\"}}")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert!(read(&bundle(&all[..MOST_REPLICAS])).is_ok());
    assert_eq!(line_of(read(&bundle(&all))), u64::try_from(MOST_REPLICAS).unwrap() + 2);
}

#[test]
fn replicas_have_one_number_each() {
    assert!(read(&bundle(&[&actor(1), &actor(2)])).is_ok());
    assert_eq!(line_of(read(&bundle(&[&actor(1), &actor(2), &actor(1)]))), 4);
    for wrong in ["", "01", "zz01010101010101", "010101010101010101"] {
        assert_eq!(line_of(read(&bundle(&[&format!("{{\"actor\":\"{wrong}\"}}")]))), 2, "{wrong}");
    }
}

#[test]
fn states_out_of_their_normal_form_are_refused() {
    let good = [
        r#"{"k":"customer"}"#,
        r#"{"k":"customer","f":{"name":{"h":[[0,1,"0000000000000001","a"]]}}}"#,
        r#"{"k":"customer","f":{"name":{"h":[[0,1,"0000000000000001","a"],[1,1,"0000000000000001","b"]]}}}"#,
        r#"{"k":"x","f":{"a":{"h":[],"c":[[0,7]]},"b":{"h":[],"c":[[0,7],[1,1]]}}}"#,
    ];
    for state in good {
        assert_eq!(with_state(state).unwrap().items.len(), 1, "{state}");
    }
    let wrong = [
        // Unordered or repeated heads, contexts and names.
        r#"{"k":"c","f":{"name":{"h":[[1,1,"0000000000000001","a"],[0,1,"0000000000000001","b"]]}}}"#,
        r#"{"k":"c","f":{"name":{"h":[[0,1,"0000000000000001","a"],[0,1,"0000000000000001","a"]]}}}"#,
        r#"{"k":"c","f":{"a":{"h":[],"c":[[1,7],[0,1]]}}}"#,
        r#"{"k":"c","f":{"a":{"h":[],"c":[[0,7],[0,7]]}}}"#,
        r#"{"k":"c","f":{"b":{"h":[],"c":[[0,7]]},"a":{"h":[],"c":[[0,7]]}}}"#,
        r#"{"k":"c","f":{"a":{"h":[],"c":[[0,7]]},"a":{"h":[],"c":[[0,7]]}}}"#,
        r#"{"k":"c","k":"d"}"#,
        // Replicas that were never announced, numbers that are none.
        r#"{"k":"c","f":{"name":{"h":[[2,1,"0000000000000001","a"]]}}}"#,
        r#"{"k":"c","f":{"name":{"h":[[4294967295,1,"0000000000000001","a"]]}}}"#,
        r#"{"k":"c","f":{"name":{"h":[[-1,1,"0000000000000001","a"]]}}}"#,
        r#"{"k":"c","f":{"name":{"h":[[0,18446744073709551616,"0000000000000001","a"]]}}}"#,
        r#"{"k":"c","f":{"name":{"h":[[0,1,"1","a"]]}}}"#,
        r#"{"k":"c","f":{"name":{"h":[[0,1,1,"a"]]}}}"#,
        r#"{"k":"c","f":{"name":{"h":[[0,1,"0000000000000001"]]}}}"#,
        r#"{"k":"c","f":{"a":{"h":[],"c":[[2,7]]}}}"#,
        // Texts whose revisions are not there, and the like.
        r#"{"k":"c","n":{"text":{"v":{"h":[[0,1,"0000000000000001","00"]]},"r":{}}}}"#,
        r#"{"k":"c","n":{"text":{"v":{"h":[]},"r":{"x":["a",[]]}}}}"#,
        r#"{"k":"c","n":{"text":{"r":{}}}}"#,
        r#"{"k":"c","s":{"tags":{"h":[[0,1,"0000000000000001",7]]}}}"#,
        r#"{"k":"c","d":{"h":[[0,1,"0000000000000001",{"a":[[9,9]]}]]}}"#,
        r#"{"k":"c","t":"short"}"#,
        r#"{"k":null}"#,
        r#"{}"#,
        r#"[]"#,
        r#"null"#,
    ];
    for state in wrong {
        assert_eq!(line_of(with_state(state)), 4, "{state}");
    }
}

#[test]
fn values_that_are_none_are_refused() {
    let with = |value: &str| {
        with_state(&format!(r#"{{"k":"c","f":{{"name":{{"h":[[0,1,"0000000000000001",{value}]]}}}}}}"#))
    };
    for good in [r#""""#, "null", "true", "-1", r#"{"parts":{}}"#, r#"{"other":[8,""]}"#, r#"{"at":-1}"#] {
        assert!(with(good).is_ok(), "{good}");
    }
    let wrong = [
        "1.5",
        "1e2",
        "9223372036854775808",
        "[]",
        "{}",
        r#"{"new":1}"#,
        r#"{"at":1,"at":1}"#,
        r#"{"at":"1"}"#,
        r#"{"date":"2026-13-01"}"#,
        r#"{"date":"x"}"#,
        r#"{"link":"00"}"#,
        r#"{"number":7}"#,
        r#"{"number":"x"}"#,
        r#"{"number":"9223372036854775808"}"#,
        r#"{"parts":{"a":1}}"#,
        r#"{"parts":{"a":"1","a":"2"}}"#,
        r#"{"other":[8]}"#,
        r#"{"other":[8,"*"]}"#,
        r#"{"other":[-1,""]}"#,
        r#"{"other":[8,"",1]}"#,
    ];
    for value in wrong {
        assert_eq!(line_of(with(value)), 4, "{value}");
    }
}

#[test]
fn lines_with_wrong_contents_are_refused() {
    let id = record(1).to_string();
    let sixteen = "0".repeat(16);
    let wrong = [
        format!(r#"{{"e":"{id}"}}"#),
        format!(r#"{{"e":"{id}","e":"{id}","r":{{"k":"c"}}}}"#),
        format!(r#"{{"e":"{id}","p":"x","r":{{"k":"c"}}}}"#),
        r#"{"e":"","r":{"k":"c"}}"#.to_owned(),
        format!(r#"{{"x":"{id}","at":"{sixteen}"}}"#),
        format!(r#"{{"x":"{id}","at":"{sixteen}","by":[9,1]}}"#),
        format!(r#"{{"x":"{id}","at":"{sixteen}","by":[0]}}"#),
        format!(r#"{{"j":"{id}","old":null,"at":"{sixteen}","by":[0,1]}}"#),
        format!(r#"{{"j":"{id}","old":null,"new":null,"at":"{sixteen}","by":[9,1]}}"#),
        r#"{"m":"*","checked":true}"#.to_owned(),
        r#"{"m":"","checked":1}"#.to_owned(),
        format!(r#"{{"l":"{id}","at":1}}"#),
        format!(
            r#"{{"l":"{id}","at":1,"kind":"new","to":"","purpose":"","fields":[],"customers":[],"everyone":true}}"#
        ),
        r#"{"keys":"="}"#.to_owned(),
        r#"{"keys":[]}"#.to_owned(),
        r#"{"e":"#.to_owned(),
        r#"{"q":"a newer kind", but no JSON}"#.to_owned(),
        "\u{1}".to_owned(),
        String::new(),
    ];
    for line in wrong {
        assert_eq!(line_of(read(&bundle(&[&actor(1), &line]))), 3, "{line}");
    }
}

/// Items before the damage are given, then the damage: never less without a word.
#[test]
fn an_error_ends_the_items() {
    let good = format!("{{\"e\":\"{}\",\"r\":{{\"k\":\"c\"}}}}", record(1));
    let content = bundle(&[&good, "{\"e\":1}", &good]);
    let bundle = Bundle::open(content).unwrap().verify(is_signed_by).unwrap();
    assert_eq!(bundle.len(), 3);
    let mut items = bundle.items();
    assert!(matches!(items.next(), Some(Ok(Item::Record { .. }))));
    assert!(matches!(items.next(), Some(Err(SealerError::Line { line: 3, .. }))));
    assert!(items.next().is_none() && items.next().is_none());
}

#[test]
fn text_is_utf_8_and_line_ends_are_line_feeds() {
    let (content, whole) = small();
    let text = String::from_utf8(unpacked(&content)).unwrap();
    assert_eq!(line_of_bytes(&text, "山田".as_bytes(), b"\xff\xfe"), 4);
    assert_eq!(line_of_bytes(&text, "猫".as_bytes(), b"\xed\xa0\x80"), 4, "half of a pair is no character");
    assert_eq!(line_of_bytes(&text, "猫".as_bytes(), b"\\ud83d"), 4);
    assert_eq!(line_of_bytes(&text, "猫".as_bytes(), b"\t"), 4, "a bare control character");
    let converted = text.replace('\n', "\r\n");
    assert!(read(&packed(converted.as_bytes())).is_err(), "its bytes are not those that were signed");
    // But white space does not matter where someone signs it.
    let body = converted.rsplit_once("{\"sig\":").unwrap().0;
    assert_eq!(read(&packed(&signed(body.as_bytes(), &keys(1)))).unwrap(), whole);
}

/// Which line is refused when these bytes of a text are others, and signed.
fn line_of_bytes(text: &str, from: &[u8], to: &[u8]) -> u64 {
    let body = text.rsplit_once("{\"sig\":").unwrap().0.as_bytes();
    let start = body.iter().position(|byte| *byte == b'\n').unwrap();
    let at = start + body[start..].windows(from.len()).position(|part| part == from).unwrap();
    let changed = [&body[..at], to, &body[at + from.len()..]].concat();
    line_of(read(&packed(&signed(&changed, &keys(1)))))
}

#[test]
fn depth_is_bounded_everywhere_but_in_text() {
    let nested = |depth: usize| format!("{{\"q\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert_eq!(read(&bundle(&[&nested(MOST_DEPTH)])).unwrap().unknown, 1);
    for depth in [MOST_DEPTH + 1, 200, 1_000_000] {
        assert_eq!(line_of(read(&bundle(&[&nested(depth)]))), 2, "{depth}");
    }
    let text = format!("{{\"q\":\"{}\\\"{}\\\\\"}}", "[".repeat(100), "{".repeat(100));
    assert_eq!(read(&bundle(&[&text])).unwrap().unknown, 1);
    let head = lines(&small().0).remove(0);
    for depth in [MOST_DEPTH + 1, 1_000_000] {
        let deep = head.replacen("\"min\"", &format!("\"q\":{},\"min\"", &nested(depth)), 1);
        assert!(read(&content(&[&deep, "{\"end\":0}"], &keys(1))).is_err(), "{depth}");
    }
}

#[test]
fn a_line_is_bounded() {
    let with = |length: usize| bundle(&[&format!("{{\"q\":\"{}\"}}", "a".repeat(length - 8))]);
    assert_eq!(read(&with(MOST_LINE_BYTES)).unwrap().unknown, 1);
    assert_eq!(read(&with(MOST_LINE_BYTES + 1)), Err(too_large("line")));
    let head = packed(&vec![b'a'; MOST_LINE_BYTES + 1]);
    assert_eq!(read(&head), Err(too_large("line")), "the first line, too");
}

/// The same megabytes again and again, without a back reference between them.
fn bomb(line: &[u8], times: usize) -> Vec<u8> {
    let mut packer = Compress::new(Compression::new(6), false);
    let mut block = Vec::with_capacity(line.len() / 2 + 1_000);
    packer.compress_vec(line, &mut block, FlushCompress::Full).unwrap();
    assert_eq!(packer.total_in(), u64::try_from(line.len()).unwrap());
    let head = lines(&small().0).remove(0);
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut first = Compress::new(Compression::new(1), false);
    let mut packed = Vec::with_capacity(10_000);
    first.compress_vec(format!("{head}\n").as_bytes(), &mut packed, FlushCompress::Full).unwrap();
    file.write_all(&packed).unwrap();
    (0..times).for_each(|_| file.extend_from_slice(&block));
    file
}

#[test]
fn lines_are_counted() {
    let file = bomb("{\"q\":1}\n".repeat(100_000).as_bytes(), 41);
    assert!(file.len() < 1 << 20, "{} bytes", file.len());
    assert_eq!(read(&file), Err(too_large("lines")));
}

#[test]
#[ignore = "unpacks 2 GiB"]
fn a_bomb_is_unpacked_no_further_than_is_allowed() {
    let mut line = vec![b' '; 15 << 20];
    line.push(b'\n');
    let file = bomb(&line, 140);
    assert!(file.len() < 10 << 20, "{} bytes", file.len());
    assert_eq!(read(&file), Err(too_large("content")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        prop_assert!(read(&bytes).is_err());
        prop_assert!(read(&packed(&bytes)).is_err());
        prop_assert!(read(&packed(&signed(&bytes, &keys(1)))).is_err());
        let gzip = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0][..], &bytes].concat();
        prop_assert!(read(&gzip).is_err());
    }

    /// Whatever a sender signs is read, or refused with an error of its kind.
    #[test]
    fn signed_nonsense_is_refused_as_such(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..6),
        words in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", "\"", ":", ",", "0", "-1", "null", "\"h\"", "\"c\"", "1e999", "\\u0000", "99999999999999999999",
        ]), 1..6),
    ) {
        let (content, _) = small();
        let text = unpacked(&content);
        let mut body = text[..text.windows(7).rposition(|part| part == b"{\"sig\":").unwrap()].to_vec();
        for ((at, byte, kind), word) in changes.iter().zip(words.iter().cycle()) {
            let at = at.index(body.len());
            match kind {
                0 => body[at] = *byte,
                1 => { body.remove(at); }
                2 => { body.splice(at..at, word.bytes()); }
                _ => { body.splice(at.., word.bytes()); }
            }
            body.push(b'\n');
        }
        let result = read(&packed(&signed(&body, &keys(1))));
        let known = matches!(
            result,
            Ok(_) | Err(SealerError::Line { .. } | SealerError::Truncated | SealerError::NoBundleInside
                | SealerError::Newer { .. } | SealerError::TooLarge { .. } | SealerError::Forged)
        );
        prop_assert!(known, "{:?}", result);
    }

    /// Messages between engine and sealer are checked, too.
    #[test]
    fn arbitrary_messages_are_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), kind in 0..13_u8) {
        let bytes = [&[kind][..], &bytes].concat();
        if let Ok(Request::ReadCard(file)) = postcard::from_bytes(&bytes) {
            prop_assert!(daifuku::bundle::card::read(&file).is_err());
        }
    }
}
