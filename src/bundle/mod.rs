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
//! stand before and after the armor. So every file opens without this program, and what comes out is text:
//! `age -d -i sheet.txt bundle.age | gzip -dc`.
//!
//! ## Content
//!
//! The unpacked content is JSON Lines: UTF-8 without a byte order mark, each line one JSON object (RFC 8259)
//! and a line feed.
//!
//! ```text
//!  content = header ‖ line … line ‖ end ‖ signature
//! ```
//!
//! The first key of a line, written as `{"key"` without white space or escapes, says what the line is:
//!
//! | first key | line |
//! | --- | --- |
//! | `daifuku` | the header; the first line, and only that |
//! | `actor` | a replica, announced; it gets the next number, from 0 |
//! | `e` | a record (entry) |
//! | `x` | an erased record |
//! | `j` | a line of history (journal) |
//! | `m` | a member's card |
//! | `l` | an entry of the ledger |
//! | `keys` | the keys of the writer's device |
//! | `settings` | how the screens of the writer's device are set |
//! | `end` | how many lines there were that are neither header nor `actor`; the last but one |
//! | `sig` | the signature; the last, nothing follows |
//!
//! A line with another first key is of a newer version: it is counted and passed over, but it must be JSON.
//! Keys that are not listed are passed over in the header and in every line; in a record's state, too, but not
//! in a value. A listed key that is there twice, or of another type, makes the file unreadable, and so does
//! nesting deeper than 12, in strings apart.
//!
//! In the tables, *id* is 32 hexadecimal digits (16 bytes), *replica* and *time* are 16 (8 bytes; a time is
//! milliseconds since 1970 × 65536 + counter, [`HybridTimestamp`](crate::merge::HybridTimestamp)), *no.* is the
//! number of an announced replica, *counter* an integer of 64 bits without a sign. Digits are written in small
//! letters. A replica is announced once, before the first line that names it by its number.
//!
//! ### Header
//!
//! | key | value |
//! | --- | --- |
//! | `daifuku` | the version that it is written in, now 1; at least `min` and 1 |
//! | `min` | the oldest version of a reader that may go on; an older one reads no further than this |
//! | `app` | the version of the program, for people |
//! | `id` | id of the bundle |
//! | `kind` | `share`, `team`, `backup`, `handover` or `ack`: [`Kind`] |
//! | `at` | time of writing |
//! | `from` | object: `name`; `dev`, its replica; `sig`, its Ed25519 public key, base64url; `age`, its recipient |
//! | `to` | `"passphrase"`, or an array of age recipients in small letters, at most 64 |
//! | `scope` | `"all"`, or object: `title`; `fields`, an array of names of groups of fields |
//! | `base` | array of \[replica, counter\], ascending: [`Header::base`] |
//! | `covers` | the same: [`Header::covers`] |
//! | `have` | the same: [`Header::have`] |
//! | `trails` | array of \[replica, array of \[counter, digest\]\], the digest in 16 digits: [`Trail`](crate::merge::fork::Trail) |
//! | `devices` | array of \[replica, name\] |
//! | `number` | counts the writer's bundles to this reader, from 1; 32 bits |
//! | `previous` | id of the one before; left out if there was none |
//!
//! Names, titles and recipients have at most 1,000 bytes, the arrays of replicas at most 10,000 elements.
//!
//! ### Records
//!
//! | key | value |
//! | --- | --- |
//! | `e` | id of the record |
//! | `p` | id of the page that it is on; left out if it is `e` |
//! | `r` | its state: |
//! | `r.k` | kind, as stored: [`RecordKind::name`](crate::model::RecordKind::name) |
//! | `r.t` | time when it was created; left out if that is not known |
//! | `r.f` | fields: object from the name of a field to a register of values |
//! | `r.s` | sets of words: object from name to a register of words, `null` for a word that was taken out |
//! | `r.n` | texts: object from name to an object: `v`, a register of ids of revisions; `r`, an object from the id of a revision to \[text, array of the ids that it was written over\] |
//! | `r.d` | deletes: a register of objects from the name of a field to an array of \[no., counter\], which their author had seen |
//!
//! A register is an object: `h`, its heads, an array of \[no., counter, time, value\]; `c`, an array of
//! \[no., counter\], the writes seen that the heads do not imply; left out if there are none. What would be
//! empty in `r` is left out. All of it is in the order of the stored form ([`crate::merge`], "Encoding"):
//! names by their bytes, heads and writes by the bytes of the replica, whatever its number. Another order is
//! refused.
//!
//! ### Values
//!
//! | value | JSON |
//! | --- | --- |
//! | empty | `null` |
//! | text | string |
//! | number | integer from -2^53 to 2^53; beyond, `{"number":"…"}`, in decimal, signed 64 bits |
//! | yes or no | `true`, `false` |
//! | date | `{"date":"2026-11-24"}`, without a year `{"date":"--11-24"}` |
//! | moment | `{"at":…}`, milliseconds since 1970 UTC, signed 64 bits |
//! | record | `{"link":"…"}`, its id |
//! | parts | `{"parts":{"…":"…"}}`, by name |
//! | of a newer version | `{"other":[type, "…"]}`: its number and its stored content, base64 with padding |
//!
//! ### Other lines
//!
//! | first key | keys |
//! | --- | --- |
//! | `actor` | replica |
//! | `x` | id of the record; `at`, time; `by`, \[no., counter\] |
//! | `j` | id of the record; `p`, as in a record; `field`, its name, left out for a deletion or restoration; `old` and `new`, values; `at`, time; `by`, \[no., counter\] |
//! | `m` | the card's file, base64url; `checked`, whether the writer compared its fingerprint |
//! | `l` | id of the bundle; `at`, milliseconds since 1970 UTC; `kind`, as in the header; `to`, `purpose`, texts; `fields`, array of names; `customers`, array of ids; `everyone`, whether all were in it |
//! | `keys` | device keys, as below, base64url |
//! | `settings` | object: a word for each name |
//! | `end` | the number of lines |
//! | `sig` | the Ed25519 signature (RFC 8032) by the key in `from.sig`, base64url, of |
//!
//! ```text
//!  "daifuku.bundle.1" ‖ 00 ‖ SHA-512(all bytes of the unpacked content before the last line)
//! ```
//!
//! Signatures are verified strictly: no key of small order, and one encoding for each signature.
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
pub mod derive;
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
