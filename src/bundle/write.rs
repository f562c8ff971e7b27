//! Writing the content of a bundle: lines, packed as they come, then signed.

use std::io::Write;

use base64ct::{Base64UrlUnpadded, Encoding};
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha512};

use super::header::Header;
use super::item::Item;
use super::limits::{MOST_HEAD_BYTES, MOST_LINES, MOST_UNPACKED_BYTES};
use super::line::{self, EndLine, SignatureLine};
use super::sealer::SealerError;
use super::state::Learning;
use super::{head, signed_message};
use crate::crypto::padded_len;

/// How hard gzip tries: as much as its own default.
const LEVEL: u32 = 6;
/// Lines are packed when so many bytes have gathered.
const GATHERED: usize = 64 << 10;
/// More than the last two lines ever have.
const CLOSING: u64 = 256;

/// A bundle in the making. Only what is packed is in memory.
pub struct Writer {
    packer: GzEncoder<Vec<u8>>,
    hash: Sha512,
    actors: Learning,
    gathered: Vec<u8>,
    items: u64,
    lines: u64,
    bytes: u64,
}

impl Writer {
    /// Begins with the header.
    ///
    /// # Errors
    /// [`SealerError::TooLarge`] when no reader would take it.
    pub fn new(header: &Header) -> Result<Self, SealerError> {
        let mut writer = Self {
            packer: GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(LEVEL)),
            hash: Sha512::new(),
            actors: Learning::default(),
            gathered: Vec::with_capacity(GATHERED * 2),
            items: 0,
            // The header, the end and the signature.
            lines: 3,
            bytes: CLOSING,
        };
        head::write(header, &mut writer.gathered)?;
        if writer.gathered.len() > MOST_HEAD_BYTES {
            return Err(too_large("line"));
        }
        writer.bytes += u64::try_from(writer.gathered.len()).unwrap_or_default();
        Ok(writer)
    }

    /// Adds an item. After an error the bundle lacks it, and must not be finished.
    ///
    /// # Errors
    /// [`SealerError::TooLarge`] when no reader would take the bundle.
    pub fn push(&mut self, item: &Item) -> Result<(), SealerError> {
        let before = self.gathered.len();
        self.lines += line::write(item, &self.actors, &mut self.gathered)?;
        self.bytes += u64::try_from(self.gathered.len() - before).unwrap_or_default();
        self.items += 1;
        if self.lines > MOST_LINES {
            return Err(too_large("lines"));
        }
        if self.bytes > MOST_UNPACKED_BYTES {
            return Err(too_large("content"));
        }
        if self.gathered.len() >= GATHERED { self.pack() } else { Ok(()) }
    }

    /// Bytes packed so far.
    #[must_use]
    pub fn packed(&self) -> u64 {
        u64::try_from(self.packer.get_ref().len()).unwrap_or(u64::MAX)
    }

    /// Signs, and gives the content for the container: one gzip member (RFC 1952), then zeros up to a length
    /// of the PADMÉ scheme.
    ///
    /// # Errors
    /// When there is not enough memory.
    pub fn finish(mut self, sign: impl FnOnce(&[u8]) -> [u8; 64]) -> Result<Vec<u8>, SealerError> {
        line::put(&mut self.gathered, &EndLine { end: self.items })?;
        self.pack()?;
        let signature = sign(&signed_message(self.hash.finalize_reset().into()));
        let line = SignatureLine { sig: Base64UrlUnpadded::encode_string(&signature) };
        line::put(&mut self.gathered, &line)?;
        self.packer.write_all(&self.gathered).map_err(|_| SealerError::OutOfMemory)?;
        let mut content = self.packer.finish().map_err(|_| SealerError::OutOfMemory)?;
        let length = padded_len(content.len()).ok_or(SealerError::OutOfMemory)?;
        content.resize(length, 0);
        Ok(content)
    }

    fn pack(&mut self) -> Result<(), SealerError> {
        self.hash.update(&self.gathered);
        let packed = self.packer.write_all(&self.gathered);
        self.gathered.clear();
        packed.map_err(|_| SealerError::OutOfMemory)
    }
}

fn too_large(limit: &str) -> SealerError {
    SealerError::TooLarge { limit: limit.to_owned() }
}
