//! Writing the content of a bundle: lines, packed as they come, then signed.

use std::io::Write;

use base64ct::{Base64UrlUnpadded, Encoding};
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha512};

use super::actors::Actors;
use super::header::Header;
use super::item::Item;
use super::line::{self, EndLine, LineError, SignatureLine};
use super::sealer::SealerError;
use super::{head, signed_message};
use crate::crypto::padded_len;

/// How hard gzip tries: as much as its own default.
const LEVEL: u32 = 6;
/// Lines are packed when so many bytes have gathered.
const GATHERED: usize = 64 << 10;

/// A bundle in the making. Only what is packed is in memory.
pub struct Writer {
    packer: GzEncoder<Vec<u8>>,
    hash: Sha512,
    actors: Actors,
    lines: Vec<u8>,
    items: u64,
}

impl Writer {
    /// Begins with the header.
    ///
    /// # Errors
    /// Never in practice: all of a header can be written.
    pub fn new(header: &Header) -> Result<Self, SealerError> {
        let mut writer = Self {
            packer: GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(LEVEL)),
            hash: Sha512::new(),
            actors: Actors::default(),
            lines: Vec::with_capacity(GATHERED * 2),
            items: 0,
        };
        head::write(header, &mut writer.lines).map_err(failed)?;
        Ok(writer)
    }

    /// Adds an item.
    ///
    /// # Errors
    /// If its state is not in the normal form.
    pub fn push(&mut self, item: &Item) -> Result<(), SealerError> {
        line::write(item, &mut self.actors, &mut self.lines).map_err(failed)?;
        self.items += 1;
        if self.lines.len() >= GATHERED { self.pack() } else { Ok(()) }
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
        line::put(&mut self.lines, &EndLine { end: self.items }).map_err(failed)?;
        self.pack()?;
        let signature = sign(&signed_message(self.hash.finalize_reset().into()));
        let line = SignatureLine { sig: Base64UrlUnpadded::encode_string(&signature) };
        line::put(&mut self.lines, &line).map_err(failed)?;
        self.packer.write_all(&self.lines).map_err(|_| SealerError::OutOfMemory)?;
        let mut content = self.packer.finish().map_err(|_| SealerError::OutOfMemory)?;
        let length = padded_len(content.len()).ok_or(SealerError::OutOfMemory)?;
        content.resize(length, 0);
        Ok(content)
    }

    fn pack(&mut self) -> Result<(), SealerError> {
        self.hash.update(&self.lines);
        let packed = self.packer.write_all(&self.lines);
        self.lines.clear();
        packed.map_err(|_| SealerError::OutOfMemory)
    }
}

fn failed(error: LineError) -> SealerError {
    SealerError::Damaged { part: error.0 }
}
