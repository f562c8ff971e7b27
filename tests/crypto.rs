//! The primitives against the vectors of others, and the vault format against its laws and its pinned
//! vectors.

mod crypto {
    mod laws;
    mod pinned;
    mod primitives;

    /// Bytes from hexadecimal digits.
    fn bytes(digits: &str) -> Vec<u8> {
        assert!(digits.len().is_multiple_of(2), "{digits}");
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
