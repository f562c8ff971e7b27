//! Every maximum of a bundle, in one place. Compared before any work is done or memory taken.

/// The longest file that is opened, in bytes.
pub const MOST_FILE_BYTES: usize = 512 << 20;
/// The longest content, unpacked, in bytes.
pub const MOST_UNPACKED_BYTES: u64 = 2 << 30;
/// The longest line, in bytes.
pub const MOST_LINE_BYTES: usize = 64 << 20;
/// The longest first line, in bytes. It is looked into before anything was verified.
pub const MOST_HEAD_BYTES: usize = 4 << 20;
/// The most lines.
pub const MOST_LINES: u64 = 4_000_000;
/// How deep values of a line may be nested.
pub const MOST_DEPTH: usize = 12;
/// The most recipients of one bundle.
pub const MOST_RECIPIENTS: usize = 64;
/// The most replicas that a header may speak of.
pub const MOST_REPLICAS: usize = 10_000;
/// The longest name or title, in bytes.
pub const MOST_NAME_BYTES: usize = 1_000;
/// The greatest work factor of a passphrase (scrypt, RFC 7914) that is worked for: 2^18 × 1 KiB of memory.
pub const MOST_SCRYPT_LOG_N: u8 = 18;
/// The work factor that is written: 128 MiB.
pub const SCRYPT_LOG_N: u8 = 17;
/// The longest header of the container, in bytes.
pub const MOST_HEADER_BYTES: usize = 256 << 10;
/// The longest member card, in bytes.
pub const MOST_CARD_BYTES: usize = 16 << 10;
