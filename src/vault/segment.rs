//! Batches of pages and of cards: how they are packed, and how one page is found in one.
//!
//! A batch is one version byte ([`VERSION`](super::format::VERSION) for pages,
//! [`CARD_VERSION`](super::format::CARD_VERSION) for cards), then a raw DEFLATE stream (RFC 1951),
//! which ends itself and unpacks to at most [`MOST_BYTES`], of:
//!
//! *Pages*: a postcard sequence of `(page id, bytes)`, the bytes being the postcard [`Page`], so that
//! one page can be reached without decoding the others. *Cards*: a postcard sequence of
//! [`Card`](super::format::Card).

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::Serialize;

use super::format::{CARD_VERSION, Card, DecodeError, VERSION};
use super::older::OldCard;
use super::page::Page;
use crate::model::RecordId;

/// About how many bytes of pages go into one batch, before compression. Smaller makes reading one
/// customer and the save after it faster, larger compresses better.
pub const TARGET_BYTES: usize = 128 << 10;

/// No batch unpacks to more.
pub const MOST_BYTES: u64 = 256 << 20;

/// DEFLATE effort: higher levels are slower to write and hardly smaller.
const LEVEL: u32 = 4;

/// Packs pages, in this order.
#[must_use]
pub fn pack_pages(pages: &[(RecordId, Vec<u8>)]) -> Vec<u8> {
    let size = pages.iter().map(|(_, bytes)| bytes.len() + 20).sum::<usize>() + 8;
    let refs: Vec<(&RecordId, Bytes<'_>)> = pages.iter().map(|(id, bytes)| (id, Bytes(bytes))).collect();
    deflate(&postcard::to_extend(&refs, Vec::with_capacity(size)).unwrap_or_default())
}

/// Encodes one page for [`pack_pages`].
#[must_use]
pub fn encode_page(page: &Page) -> Vec<u8> {
    postcard::to_allocvec(page).unwrap_or_default()
}

/// Decodes one page of a batch.
///
/// # Errors
/// [`DecodeError::Damaged`] when it is not one.
pub fn decode_page(bytes: &[u8]) -> Result<Page, DecodeError> {
    match postcard::take_from_bytes(bytes) {
        Ok((page, [])) => Ok(page),
        _ => Err(DecodeError::Damaged),
    }
}

/// Packs cards, in this order.
#[must_use]
pub fn pack_cards(cards: &[&Card]) -> Vec<u8> {
    deflate_as(CARD_VERSION, &postcard::to_allocvec(cards).unwrap_or_default())
}

/// Unpacks a batch of cards, of this version or an older one.
///
/// # Errors
/// [`DecodeError`] when it is of a newer version or not a batch of cards.
pub fn unpack_cards(batch: &[u8]) -> Result<Vec<Card>, DecodeError> {
    let damaged = |_| DecodeError::Damaged;
    match batch.split_first() {
        Some((&CARD_VERSION, stream)) => postcard::from_bytes(&unpack(stream)?).map_err(damaged),
        Some((&VERSION, stream)) => {
            let old: Vec<OldCard> = postcard::from_bytes(&unpack(stream)?).map_err(damaged)?;
            Ok(old.into_iter().map(Card::from).collect())
        }
        Some((&found, _)) if found > CARD_VERSION => Err(DecodeError::Newer(found)),
        _ => Err(DecodeError::Damaged),
    }
}

/// An unpacked batch of pages.
#[derive(Debug)]
pub struct Unpacked(Vec<u8>);

impl Unpacked {
    /// Unpacks a batch.
    ///
    /// # Errors
    /// [`DecodeError`] when it is of a newer version or not a batch.
    pub fn new(batch: &[u8]) -> Result<Self, DecodeError> {
        inflate(batch).map(Self)
    }

    /// Its pages: ids, and bytes for [`decode_page`].
    ///
    /// # Errors
    /// [`DecodeError::Damaged`] when it is not a batch of pages.
    pub fn pages(&self) -> Result<Vec<(RecordId, &[u8])>, DecodeError> {
        postcard::from_bytes(&self.0).map_err(|_| DecodeError::Damaged)
    }

    /// How many bytes it is long.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is of no length; a batch never is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Serialises as postcard's byte array.
struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// Packs bytes for a row.
#[must_use]
pub fn deflate(plain: &[u8]) -> Vec<u8> {
    deflate_as(VERSION, plain)
}

fn deflate_as(version: u8, plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(plain.len() / 3);
    out.push(version);
    let mut encoder = DeflateEncoder::new(out, Compression::new(LEVEL));
    // INVARIANT: writing into a vector can't fail.
    let _ = encoder.write_all(plain);
    encoder.finish().unwrap_or_default()
}

/// Unpacks what [`deflate`] packed.
///
/// # Errors
/// [`DecodeError`] when it is of a newer version, damaged or too large.
pub fn inflate(batch: &[u8]) -> Result<Vec<u8>, DecodeError> {
    match batch.split_first() {
        Some((&VERSION, stream)) => unpack(stream),
        Some((&found, _)) if found > VERSION => Err(DecodeError::Newer(found)),
        _ => Err(DecodeError::Damaged),
    }
}

fn unpack(stream: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut out = Vec::with_capacity(stream.len() * 5);
    let read = DeflateDecoder::new(stream).take(MOST_BYTES + 1).read_to_end(&mut out);
    let length = u64::try_from(out.len()).unwrap_or(u64::MAX);
    if read.is_err() || length > MOST_BYTES { Err(DecodeError::Damaged) } else { Ok(out) }
}
