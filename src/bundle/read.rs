//! Reading the content of a bundle. What was not verified has a type of its own, which gives no items.

use std::io::{BufRead, BufReader, Read};
use std::marker::PhantomData;
use std::sync::Arc;

use flate2::bufread::GzDecoder;
use sha2::{Digest, Sha512};

use super::actors::Actors;
use super::header::Header;
use super::item::Item;
use super::limits::{MOST_DEPTH, MOST_HEAD_BYTES, MOST_LINE_BYTES, MOST_LINES, MOST_UNPACKED_BYTES};
use super::line::{self, depth, first_key};
use super::sealer::SealerError;
use super::{head, signed_message};

/// Its signature was not looked at yet.
#[derive(Debug)]
pub enum Unverified {}

/// It is what the sender that it names has written.
#[derive(Debug)]
pub enum Verified {}

/// So many items are given at once at most,
const BATCH_ITEMS: usize = 256;
/// and no more once their lines have so many bytes.
const BATCH_BYTES: u64 = 1 << 20;

/// The content of a bundle, packed.
#[derive(Debug)]
pub struct Bundle<State> {
    content: Arc<Vec<u8>>,
    header: Header,
    items: u64,
    unknown: u64,
    bytes: u64,
    state: PhantomData<State>,
}

impl<State> Bundle<State> {
    /// The first line. Of an unverified bundle it is what someone claims.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }
}

impl Bundle<Unverified> {
    /// Reads the first line.
    ///
    /// # Errors
    /// When this is no bundle, or a newer one that this version must not read.
    pub fn open(content: Vec<u8>) -> Result<Self, SealerError> {
        let content = Arc::new(content);
        let mut lines = Lines::of(Arc::clone(&content));
        let mut line = Vec::new();
        let is_there = lines.next(&mut line).map_err(|error| match error {
            // The container was whole: what has no first line was never a bundle.
            SealerError::Damaged { .. } | SealerError::Truncated => SealerError::NoBundleInside,
            error => error,
        })?;
        if !is_there {
            return Err(SealerError::NoBundleInside);
        }
        let header = head::read(&line)?;
        Ok(Self { content, header, items: 0, unknown: 0, bytes: 0, state: PhantomData })
    }

    /// Unpacks all of it once and looks whether it is, to the byte, what the sender has signed. `verify` is
    /// given the sender's key, the message and the signature.
    ///
    /// # Errors
    /// When it is not, is cut off, or is larger than [`super::limits`] allow.
    pub fn verify(
        self,
        verify: impl FnOnce(&[u8; 32], &[u8], &[u8; 64]) -> bool,
    ) -> Result<Bundle<Verified>, SealerError> {
        let mut lines = Lines::of(Arc::clone(&self.content));
        let mut hash = Sha512::new();
        let mut line = Vec::new();
        let (mut items, mut unknown, mut end) = (0_u64, 0_u64, None);
        let signature = loop {
            if !lines.next(&mut line)? {
                return Err(SealerError::Truncated);
            }
            let number = lines.number;
            let damaged = |reason: &str| SealerError::Line { line: number, reason: reason.to_owned() };
            match first_key(&line) {
                Some("sig") => match line::read(&line, &mut Actors::default()) {
                    Ok(line::Read::Signature(signature)) => break signature,
                    _ => return Err(damaged("signature")),
                },
                _ if end.is_some() => return Err(damaged("after the end")),
                _ if depth(&line) > MOST_DEPTH => return Err(damaged("depth")),
                Some("end") => match line::read(&line, &mut Actors::default()) {
                    Ok(line::Read::End(count)) => end = Some(count),
                    _ => return Err(damaged("end")),
                },
                Some("actor") => {}
                Some("e" | "x" | "j" | "m" | "l" | "keys" | "settings") => items += 1,
                _ if number == 1 => {}
                _ => unknown += 1,
            }
            hash.update(&line);
            hash.update(b"\n");
        };
        lines.finish()?;
        // What follows the end of the items can't be told from an honest cut: the count is signed.
        if end != Some(items + unknown) {
            return Err(SealerError::Truncated);
        }
        if !verify(&self.header.from.signing_key, &signed_message(hash.finalize().into()), &signature) {
            return Err(SealerError::Forged);
        }
        let bytes = lines.unpacked;
        Ok(Bundle { content: self.content, header: self.header, items, unknown, bytes, state: PhantomData })
    }
}

impl Bundle<Verified> {
    /// How many items it has.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.items
    }

    /// Whether it has none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.items == 0
    }

    /// How many lines are of kinds that this version does not know.
    #[must_use]
    pub const fn unknown(&self) -> u64 {
        self.unknown
    }

    /// Bytes, unpacked.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Its items, unpacked once more as they are asked for.
    #[must_use]
    pub fn items(&self) -> Items {
        Items {
            lines: Lines::of(Arc::clone(&self.content)),
            actors: Actors::default(),
            line: Vec::new(),
            ended: false,
        }
    }
}

/// The items of a verified bundle. An error ends them.
pub struct Items {
    lines: Lines,
    actors: Actors,
    line: Vec<u8>,
    ended: bool,
}

impl Items {
    /// The next items, of about a megabyte or less of lines; none at the end.
    ///
    /// # Errors
    /// As the iterator's; what came before it is dropped.
    pub fn batch(&mut self) -> Result<Vec<Item>, SealerError> {
        let end = self.lines.unpacked.saturating_add(BATCH_BYTES);
        let mut items = Vec::new();
        while items.len() < BATCH_ITEMS && self.lines.unpacked < end {
            match self.next().transpose()? {
                Some(item) => items.push(item),
                None => break,
            }
        }
        Ok(items)
    }

    fn advance(&mut self) -> Result<Option<Item>, SealerError> {
        loop {
            if !self.lines.next(&mut self.line)? {
                return Err(SealerError::Truncated);
            }
            if self.lines.number == 1 {
                continue;
            }
            match line::read(&self.line, &mut self.actors) {
                Ok(line::Read::Item(item)) => return Ok(Some(item)),
                Ok(line::Read::Actor | line::Read::Unknown) => {}
                Ok(line::Read::End(_) | line::Read::Signature(_)) => return Ok(None),
                Err(error) => {
                    return Err(SealerError::Line { line: self.lines.number, reason: error.0 });
                }
            }
        }
    }
}

impl Iterator for Items {
    type Item = Result<Item, SealerError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.advance().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

/// The lines of a content, unpacked as they are asked for, within the limits.
struct Lines {
    reader: BufReader<GzDecoder<Shared>>,
    unpacked: u64,
    number: u64,
}

impl Lines {
    fn of(content: Arc<Vec<u8>>) -> Self {
        let reader = BufReader::with_capacity(64 << 10, GzDecoder::new(Shared { content, at: 0 }));
        Self { reader, unpacked: 0, number: 0 }
    }

    /// The next line without its line feed; false at the end.
    fn next(&mut self, line: &mut Vec<u8>) -> Result<bool, SealerError> {
        line.clear();
        loop {
            let part = self.reader.fill_buf().map_err(|error| unpacking(&error))?;
            if part.is_empty() {
                return if line.is_empty() { Ok(false) } else { Err(SealerError::Truncated) };
            }
            let end = memchr::memchr(b'\n', part);
            let taken = end.unwrap_or(part.len());
            let most = if self.number == 0 { MOST_HEAD_BYTES } else { MOST_LINE_BYTES };
            if line.len() + taken > most {
                return Err(too_large("line"));
            }
            line.extend_from_slice(part.get(..taken).unwrap_or_default());
            let used = taken + usize::from(end.is_some());
            self.reader.consume(used);
            self.unpacked += u64::try_from(used).unwrap_or_default();
            if self.unpacked > MOST_UNPACKED_BYTES {
                return Err(too_large("content"));
            }
            if end.is_some() {
                self.number += 1;
                return if self.number > MOST_LINES { Err(too_large("lines")) } else { Ok(true) };
            }
        }
    }

    /// Nothing may follow but the zeros of the padding.
    fn finish(&mut self) -> Result<(), SealerError> {
        let trailing = || SealerError::Damaged { part: "trailing data".to_owned() };
        if !self.reader.fill_buf().map_err(|error| unpacking(&error))?.is_empty() {
            return Err(trailing());
        }
        let rest = self.reader.get_ref().get_ref().rest();
        if rest.iter().all(|byte| *byte == 0) { Ok(()) } else { Err(trailing()) }
    }
}

fn too_large(limit: &str) -> SealerError {
    SealerError::TooLarge { limit: limit.to_owned() }
}

fn unpacking(error: &std::io::Error) -> SealerError {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => SealerError::Truncated,
        _ => SealerError::Damaged { part: "packing".to_owned() },
    }
}

/// A reader of shared bytes.
#[derive(Debug)]
struct Shared {
    content: Arc<Vec<u8>>,
    at: usize,
}

impl Shared {
    fn rest(&self) -> &[u8] {
        self.content.get(self.at..).unwrap_or_default()
    }
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.rest().read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

impl BufRead for Shared {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        Ok(self.rest())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}
