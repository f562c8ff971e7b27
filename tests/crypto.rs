//! The primitives against the vectors of others, and the vault format against its laws and its pinned
//! vectors.

#[cfg(test)]
mod crypto {
    mod laws;
    mod pinned;
    mod primitives;

    /// Bytes from hexadecimal digits.
    fn bytes(digits: &str) -> Vec<u8> {
        assert!(digits.len().is_multiple_of(2), "{digits}");
        let digit = |digit: u8| char::from(digit).to_digit(16).unwrap();
        let pairs = digits.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1]));
        pairs.map(|byte| u8::try_from(byte).unwrap()).collect()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
