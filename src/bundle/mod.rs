//! Bundles: the encrypted files by which copies of a notebook exchange and keep their records.
//!
//! | file | what lives there |
//! | --- | --- |
//! | [`header`] | who wrote a bundle for whom, what it covers |
//! | [`item`] | what a bundle carries, item by item |
//! | [`write`](mod@write) | items to content: lines, packed and signed |
//! | [`read`] | content to items, none before the signature was verified |
//! | `head`, `line`, `state`, `plain`, `actors` | the lines: the header, items, a record's state, values, replicas by number |
//! | [`container`] | content to file and back: age, for recipients or a passphrase |
//! | [`keys`] | the secret keys of a device |
//! | [`card`] | its member card, and the fingerprint that people compare |
//! | [`recovery`] | the identity on a recovery sheet, and what it opens |
//! | [`qr`] | QR codes |
//! | [`limits`] | every maximum, in one place |
//! | [`sealer`] | the requests that the sealer worker answers |
//! | [`worker`] | the sealer at work |
//!
//! # Format 1, byte by byte
//!
//! Everything here is for ever. Numbers are unsigned and big-endian unless said otherwise, `‖` joins, texts
//! in quotes are ASCII without a terminator, `00` is a byte. *base64url* is that of RFC 4648 section 5, without
//! padding.
//!
//! ## Container
//!
//! ```text
//!  file    = age v1 file <https://c2sp.org/age>, binary, or in the armor of age (PEM, "AGE ENCRYPTED FILE")
//!  header  = for recipients: one stanza "X25519" for each, at most 64
//!            for a passphrase: one stanza "scrypt", work factor 17; up to 18 is opened
//!  payload = gzip member (RFC 1952; no name, time 0) ‖ 00 … 00, in all L bytes
//!            L as of a sealed row in crypto, with n = length of the gzip member + 1
//! ```
//!
//! The passphrase is read as for a vault: NFKC, without white space at either end, UTF-8. White space may
//! stand before and after the armor. The last line of the content is the signature, of
//!
//! ```text
//!  "daifuku.bundle.1" ‖ 00 ‖ SHA-512(all bytes of the unpacked content before the last line)
//! ```
//!
//! by Ed25519 (RFC 8032) with the sender's key. So every file opens without this program, and what comes out
//! is text: `age -d -i sheet.txt bundle.age | gzip -dc`.
//!
//! ## Lines
//!
//! UTF-8, each line one JSON object (RFC 8259) and a line feed. Its first key, written without an escape and
//! without white space before it, says what a line is. Lines with another first key and keys that are not
//! listed are of newer versions and passed over. Hexadecimal digits are small letters; *time* is the 16 digits
//! of a [`HybridTimestamp`](crate::merge::HybridTimestamp), *id* the 32 of a record or bundle, *replica* its 16.
//!
//! | first key | line | other keys |
//! | --- | --- | --- |
//! | `daifuku` | the first one, and only that: version of the format | `min` oldest reader, `app`, `id`, `kind` (`share`, `team`, `backup`, `handover`, `ack`), `at` time, `from` {`name`, `dev` replica, `sig` key as base64url, `age` recipient}, `to` recipients or `"passphrase"`, `scope` `"all"` or {`title`, `fields`}, `base` `covers` `have` [[replica, counter] …], `trails` [[replica, [[counter, 16 digits] …]] …], `devices` [[replica, name] …], `number`, `previous` id or absent |
//! | `actor` | a replica. The first such line has the number 0; lines below name it by its number | |
//! | `e` | a record: its id | `p` id of its page if another, `r` state |
//! | `x` | an erased record: its id | `at` time, `by` [number, counter] |
//! | `j` | a line of history: the record's id | `p`, `field` if any, `old` `new` values, `at`, `by` |
//! | `m` | a card: its file as base64url | `checked` |
//! | `l` | an entry of the ledger: the bundle's id | `at` milliseconds, `kind`, `to`, `purpose`, `fields`, `customers` ids, `everyone` |
//! | `keys` | device keys as base64url | |
//! | `end` | the last but one: how many lines there are but `daifuku`, `actor`, `end` and `sig` | |
//! | `sig` | the last one: the signature as base64url | |
//!
//! A state is what [`crate::merge`] stores, in the same order, in which nothing is repeated. What is empty may
//! be absent:
//!
//! ```text
//!  state    = {"k": kind, "t": time of the first write, "f": {field: register of values …},
//!              "s": {field: register of words or null …}, "n": {field: text …}, "d": register of contexts}
//!  register = {"h": [[number, counter, time, value] …], "c": [[number, counter] …]}
//!  text     = {"v": register of revision ids, "r": {revision id: [text, [ids of its parents …]] …}}
//!  context  = {field: [[number, counter] …] …}
//!  value    = null | true | false | "text" | whole number from -2^53 to 2^53 | {"number": "digits"}
//!           | {"date": "2026-11-24"} | {"date": "--11-24"} | {"at": milliseconds since 1970} | {"link": id}
//!           | {"parts": {key: text …}} | {"other": [type number, content as padded base64]}
//! ```
//!
//! `other` is a [`Value`](crate::model::Value) as it is stored, of a type of newer versions, or a date whose year
//! is not 0 to 9999.
//!
//! ## Device keys
//!
//! ```text
//!  keys = version u8 = 1 ‖ Ed25519 seed 32 ‖ X25519 secret 32
//! ```
//!
//! The age identity is Bech32 (BIP 173) of the secret with the prefix `AGE-SECRET-KEY-`, in capitals; the
//! recipient is Bech32 of its public key (RFC 7748) with the prefix `age`, in small letters.
//!
//! ## Member card
//!
//! UTF-8, at most 16 KiB. The first line that begins, after white space, with `{"card":` counts, the others
//! are for people. It is one JSON object; keys that are not listed are passed over, and not signed:
//!
//! | key | value |
//! | --- | --- |
//! | `card` | the version, 1 |
//! | `name` | how the device is called: 1 to 1,000 bytes, not only white space, nothing that controls text |
//! | `dev` | the replica, 16 hexadecimal digits in small letters |
//! | `sig` | the Ed25519 public key, base64url |
//! | `age` | the age recipient, in small letters |
//! | `made` | milliseconds since 1970 UTC, signed 64 bits |
//! | `self` | the Ed25519 signature, base64url |
//!
//! ```text
//!  signed = "daifuku.card.1" ‖ 00 ‖ Ed25519 key 32 ‖ replica 8 ‖ made i64 ‖ length of the recipient u32
//!         ‖ recipient ‖ name
//! ```
//!
//! The version is signed as part of the domain. The signature shows that the maker holds the signing key and
//! wanted these words; who that is, only comparing the fingerprint can tell.
//!
//! ## Fingerprint
//!
//! ```text
//!  hash   = SHA-256("daifuku.card.1" ‖ 00 ‖ Ed25519 key 32 ‖ recipient)
//!  digits = six groups of four decimal digits with spaces between them:
//!           for n = 0 … 5: (hash[2n] · 256 + hash[2n + 1]) mod 10000
//! ```
//!
//! The name, the replica and the time are not part of it: a card may be renewed with the same keys.
//!
//! ## Recovery sheet
//!
//! ```text
//!  identity = age identity of 32 random bytes
//!  secret   = HKDF-SHA256 (RFC 5869): key the 32 bytes, salt vault 16, info "daifuku/v1/rec", 64 bytes out
//!           = key-encryption key 32 ‖ commitment 32
//! ```
//!
//! Of what a person typed, only the ASCII letters and digits of its NFKC form are read, in either case; the
//! prefix may be left out. The checksum of Bech32 finds every error in up to four characters.
//!
//! # What it does not do
//!
//! Files say how many recipients they have, but not who, and about how long they are. X25519 does not withstand
//! a quantum computer. Who opened a file can pass its content on, sealed anew: the signed header says for whom
//! it was written, and the reader is told when that was someone else. `age` draws the keys of each file from
//! the machine's own randomness, not from [`crate::crypto::Entropy`].

mod actors;
pub mod card;
pub mod container;
mod head;
pub mod header;
pub mod item;
pub mod keys;
pub mod limits;
mod line;
mod plain;
pub mod qr;
pub mod read;
pub mod recovery;
pub mod sealer;
mod state;
pub mod worker;
pub mod write;

pub use head::{VERSION, is_for_oneself};
pub use header::{BundleId, Header, Kind, Scope, Sender, To};
pub use item::{HistoryLine, Item, LedgerEntry};

/// What the signature of a bundle is of: `daifuku.bundle.1`, a zero byte, and SHA-512 of all bytes of the
/// unpacked content before the last line.
fn signed_message(hash: [u8; 64]) -> Vec<u8> {
    [b"daifuku.bundle.1\0".as_slice(), &hash].concat()
}
