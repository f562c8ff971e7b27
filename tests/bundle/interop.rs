//! Files of another implementation of age, and ours in its hands.

use std::fs;
use std::path::Path;
use std::process::Command;

use age::x25519;
use daifuku::bundle::container::{Keys, open, seal_for, seal_with};
use daifuku::bundle::sealer::SealerError;

// The same stand in tests/interop/make-age.mjs.
const IDENTITY: &str = "AGE-SECRET-KEY-1QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSKMP32K";
const PASSPHRASE: &str = "猫が二匹 two cats";
const CONTENT: &str = "大福帳\nDaifuku\n";

#[test]
fn files_of_typage_open() {
    let identity: x25519::Identity = IDENTITY.parse().unwrap();
    for name in ["x25519.age", "x25519.txt", "passphrase.age", "passphrase.txt"] {
        let file = fs::read(Path::new("tests/data/age/typage").join(name)).unwrap();
        let keys = Keys { identities: vec![&identity], passphrase: Some(PASSPHRASE) };
        assert_eq!(open(&file, &keys).unwrap(), CONTENT.as_bytes(), "{name}");
        let wrong = Keys { identities: Vec::new(), passphrase: Some("猫が三匹 two cats") };
        let refused =
            if name.starts_with('x') { SealerError::NotForUs } else { SealerError::WrongPassphrase };
        assert_eq!(open(&file, &wrong), Err(refused), "{name}");
    }
}

/// Needs Node.js and `npm ci` in tests/interop.
#[test]
#[ignore = "needs Node.js and the packages of tests/interop"]
fn typage_opens_ours() {
    let identity: x25519::Identity = IDENTITY.parse().unwrap();
    let recipients = [identity.to_public().to_string()];
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for armored in [false, true] {
        let files = [
            ("identity", IDENTITY, seal_for(CONTENT.as_bytes(), &recipients, armored)),
            ("passphrase", PASSPHRASE, seal_with(CONTENT.as_bytes(), PASSPHRASE, armored)),
        ];
        for (kind, secret, file) in files {
            let path = folder.join(format!("ours-{kind}-{armored}.age"));
            fs::write(&path, file.unwrap()).unwrap();
            let mut node = Command::new("node");
            let output = node.arg("tests/interop/open-age.mjs").arg(&path).args([kind, secret]).output();
            let output = output.unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(output.stdout, CONTENT.as_bytes(), "{kind}, armored: {armored}");
        }
    }
}
