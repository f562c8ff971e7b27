//! From the bytes of a text file to UTF-8.
//!
//! UTF-8 and, with a byte order mark, UTF-16 are read; everything else is refused as a whole, because
//! reading Shift_JIS as UTF-8 would only produce one problem per line. A file that is UTF-8 but for some
//! damaged lines passes: its reader reports those lines.

use serde::{Deserialize, Serialize};

use super::csv::OpenCsvError;

/// How a file was encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, little-endian: what Excel calls Unicode text.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
}

/// Takes the byte order mark off and turns UTF-16 into UTF-8. Where UTF-16 is damaged, bytes that are
/// not UTF-8 stand in the result, so that the reader reports the line.
pub(super) fn decode(mut bytes: Vec<u8>) -> Result<(Vec<u8>, Encoding), OpenCsvError> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(OpenCsvError::Workbook);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xFF, 0xFE]) {
        return Ok((decode_utf16(rest, u16::from_le_bytes), Encoding::Utf16Le));
    }
    if let Some(rest) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        return Ok((decode_utf16(rest, u16::from_be_bytes), Encoding::Utf16Be));
    }
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        bytes.drain(..3);
        return Ok((bytes, Encoding::Utf8));
    }
    if looks_foreign(&bytes) { Err(OpenCsvError::Encoding) } else { Ok((bytes, Encoding::Utf8)) }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = Vec::with_capacity(bytes.len() / 2 * 3);
    for char in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match char {
            Ok(char) => text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(_) => text.push(0xFF),
        }
    }
    if !rest.is_empty() {
        text.push(0xFF);
    }
    text
}

fn looks_foreign(bytes: &[u8]) -> bool {
    // UTF-16 without a mark: every second byte of Latin text is zero.
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    if zeros * 4 > bytes.len() {
        return true;
    }
    // ISO-2022-JP is pure ASCII and switches to kanji by escape sequences.
    if bytes.is_ascii() {
        return bytes.windows(3).any(|window| matches!(window, b"\x1B$B" | b"\x1B$@"));
    }
    let (mut lines, mut sound, mut broken) = (0_usize, 0_usize, 0_usize);
    for line in bytes.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty()) {
        lines += 1;
        if core::str::from_utf8(line).is_err() {
            broken += 1;
        } else if !line.is_ascii() {
            sound += 1;
        }
    }
    broken > sound && broken * 10 >= lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_becomes_utf8_and_damage_stays_visible() {
        let text = "氏名\t😀\r\n";
        for (mark, encoding) in [([0xFF, 0xFE], Encoding::Utf16Le), ([0xFE, 0xFF], Encoding::Utf16Be)] {
            let mut bytes = mark.to_vec();
            for unit in text.encode_utf16() {
                bytes.extend(if mark == [0xFF, 0xFE] { unit.to_le_bytes() } else { unit.to_be_bytes() });
            }
            assert_eq!(decode(bytes.clone()).unwrap(), (text.as_bytes().to_vec(), encoding));
            bytes.pop();
            let (damaged, _) = decode(bytes).unwrap();
            assert!(core::str::from_utf8(&damaged).is_err());
        }
    }

    #[test]
    fn other_encodings_are_refused() {
        let shift_jis = b"id,\x8E\x81\x96\xBC\r\n1,\x8D\x82\x8B\xB4\r\n";
        let iso_2022_jp = b"id,\x1B$B;aL>\x1B(B\r\n";
        let utf16 = b"n\0a\0m\0e\0\r\0\n\0";
        for bytes in [&shift_jis[..], iso_2022_jp, utf16] {
            assert_eq!(decode(bytes.to_vec()), Err(OpenCsvError::Encoding));
        }
        assert_eq!(decode(b"PK\x03\x04...".to_vec()), Err(OpenCsvError::Workbook));
        let one_bad_line = "氏名\n高橋\n\u{FFFD}\n".replace('\u{FFFD}', "?").into_bytes();
        let damaged: Vec<u8> =
            one_bad_line.iter().map(|byte| if *byte == b'?' { 0xFF } else { *byte }).collect();
        assert!(decode(damaged).is_ok());
    }
}
