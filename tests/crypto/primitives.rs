//! Wycheproof, C2SP and RFC vectors against the primitives, as they are used here.

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use shake::Shake128;
use shake::digest::{ExtendableOutput, Update, XofReader};
use xaes_256_gcm::aead::AeadInOut;
use xaes_256_gcm::aes_gcm::Aes256Gcm;
use xaes_256_gcm::{Nonce, Xaes256Gcm};

use super::{bytes, hex};

/// Calls `check` with every test of the file and its group; returns how many it accepted to run.
fn each_test(file: &str, check: impl Fn(&Value, &Value) -> bool) -> usize {
    let file: Value = serde_json::from_str(file).unwrap();
    let groups = file["testGroups"].as_array().unwrap();
    let tests = groups.iter().flat_map(|group| {
        let tests = group["tests"].as_array().unwrap();
        tests.iter().map(move |test| (group, test))
    });
    tests.filter(|(group, test)| check(group, test)).count()
}

fn field(test: &Value, name: &str) -> Vec<u8> {
    bytes(test[name].as_str().unwrap())
}

#[test]
fn aes_256_gcm_is_that_of_wycheproof() {
    let run = each_test(include_str!("../data/wycheproof/aes_gcm_test.json"), |group, test| {
        if group["keySize"] != 256 || group["ivSize"] != 96 || group["tagSize"] != 128 {
            return false;
        }
        let cipher = Aes256Gcm::new_from_slice(&field(test, "key")).unwrap();
        let nonce = Nonce::try_from(&field(test, "iv")[..]).unwrap();
        let (aad, text) = (field(test, "aad"), field(test, "msg"));
        let (sealed, tag) = (field(test, "ct"), field(test, "tag"));
        let is_valid = test["result"] == "valid";

        let mut data = text.clone();
        let made = cipher.encrypt_inout_detached(&nonce, &aad, data.as_mut_slice().into()).unwrap();
        assert_eq!(data == sealed && made[..] == tag, is_valid, "{test}");

        let mut data = sealed;
        let tag = tag[..].try_into().unwrap();
        let opened = cipher.decrypt_inout_detached(&nonce, &aad, data.as_mut_slice().into(), &tag);
        assert_eq!(opened.is_ok(), is_valid, "{test}");
        assert_eq!(data == text, is_valid || text.is_empty(), "{test}");
        true
    });
    assert!(run > 50, "{run}");
}

#[test]
fn hkdf_sha256_is_that_of_wycheproof() {
    let run = each_test(include_str!("../data/wycheproof/hkdf_sha256_test.json"), |_, test| {
        let mut derived = vec![0; usize::try_from(test["size"].as_u64().unwrap()).unwrap()];
        let hkdf = Hkdf::<Sha256>::new(Some(&field(test, "salt")), &field(test, "ikm"));
        let is_valid = test["result"] == "valid";
        assert_eq!(hkdf.expand(&field(test, "info"), &mut derived).is_ok(), is_valid, "{test}");
        assert!(!is_valid || derived == field(test, "okm"), "{test}");
        true
    });
    assert!(run > 80, "{run}");
}

#[test]
fn hmac_sha256_is_that_of_wycheproof() {
    let run = each_test(include_str!("../data/wycheproof/hmac_sha256_test.json"), |_, test| {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&field(test, "key")).unwrap();
        Mac::update(&mut mac, &field(test, "msg"));
        let is_valid = test["result"] == "valid";
        assert_eq!(mac.verify_truncated_left(&field(test, "tag")).is_ok(), is_valid, "{test}");
        true
    });
    assert!(run > 150, "{run}");
}

fn c2sp() -> Value {
    serde_json::from_str(include_str!("../data/xaes/vectors.json")).unwrap()
}

#[test]
fn xaes_256_gcm_gives_the_vectors_of_c2sp() {
    for vector in c2sp()["vectors"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap().as_bytes().to_vec();
        let cipher = Xaes256Gcm::new_from_slice(&field(vector, "key")).unwrap();
        let nonce = Nonce::try_from(&text("nonce")[..]).unwrap();
        let mut data = text("plaintext");
        let tag = cipher.encrypt_inout_detached(&nonce, &text("aad"), data.as_mut_slice().into()).unwrap();
        assert_eq!([&data[..], &tag].concat(), field(vector, "ciphertext"));
        cipher.decrypt_inout_detached(&nonce, &text("aad"), data.as_mut_slice().into(), &tag).unwrap();
        assert_eq!(data, text("plaintext"));
    }
}

/// The accumulated test of C2SP: keys, nonces and texts from SHAKE-128 of nothing, the hash of all
/// ciphertexts from another SHAKE-128.
fn accumulated(iterations: usize) -> String {
    let mut stream = Shake128::default().finalize_xof();
    let mut hash = Shake128::default();
    let mut take = |length: usize| {
        let mut bytes = vec![0; length];
        stream.read(&mut bytes);
        bytes
    };
    for _ in 0..iterations {
        let (key, nonce) = (take(32), take(24));
        let length = take(1)[0];
        let mut data = take(length.into());
        let length = take(1)[0];
        let aad = take(length.into());
        let cipher = Xaes256Gcm::new_from_slice(&key).unwrap();
        let nonce = Nonce::try_from(&nonce[..]).unwrap();
        let tag = cipher.encrypt_inout_detached(&nonce, &aad, data.as_mut_slice().into()).unwrap();
        hash.update(&data);
        hash.update(&tag);
    }
    let mut digest = [0; 32];
    hash.finalize_xof().read(&mut digest);
    hex(&digest)
}

#[test]
fn xaes_256_gcm_accumulates_to_the_digest_of_c2sp() {
    assert_eq!(accumulated(10_000), c2sp()["accumulated"]["iterations_10000"].as_str().unwrap());
}

#[test]
#[ignore = "takes several seconds; the same law as with 10,000 iterations"]
fn xaes_256_gcm_accumulates_to_the_long_digest_of_c2sp() {
    assert_eq!(accumulated(1_000_000), c2sp()["accumulated"]["iterations_1000000"].as_str().unwrap());
}

#[test]
fn argon2id_is_that_of_rfc_9106() {
    // RFC 9106 §5.3
    let cost = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .build()
        .unwrap();
    let argon2 = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, cost).unwrap();
    let mut tag = [0; 32];
    argon2.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
    assert_eq!(hex(&tag), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
}
