//! Randomness from `crypto.getRandomValues`.

#![expect(clippy::disallowed_methods, reason = "this is the one place that asks the browser for randomness")]

use crate::crypto::Entropy;

/// The browser's cryptographic randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrowserEntropy;

impl Entropy for BrowserEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Keys made of anything else would not protect anyone: stop the worker instead.
            wasm_bindgen::throw_str("no randomness");
        }
    }
}
