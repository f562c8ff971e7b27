//! Where random bytes come from: always a parameter, so that a test can repeat itself and no function
//! of the core asks the machine for chance behind its caller's back.

use sha2::{Digest, Sha256};

/// A source of random bytes. In the browser it is `crypto.getRandomValues`.
pub trait Entropy {
    /// Fills `bytes` with bytes that nobody can predict. An implementation that cannot do so must not
    /// return: keys and nonces are made from what it leaves here.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// **For tests and benchmarks only**: the same seed gives the same bytes, so there is no secret in them.
///
/// The stream is SHA-256(seed as u64 big-endian ‖ counter as u64 big-endian) for counter 0, 1, 2, …;
/// each call of [`Entropy::fill`] begins a new block.
pub struct SeededEntropy {
    seed: u64,
    counter: u64,
}

impl SeededEntropy {
    /// Begins the stream that belongs to `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, counter: 0 }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let block = Sha256::new()
                .chain_update(self.seed.to_be_bytes())
                .chain_update(self.counter.to_be_bytes())
                .finalize();
            self.counter = self.counter.wrapping_add(1);
            for (byte, random) in chunk.iter_mut().zip(block) {
                *byte = random;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(entropy: &mut SeededEntropy, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        entropy.fill(&mut bytes);
        bytes
    }

    #[test]
    fn a_seed_repeats_itself_and_never_its_blocks() {
        let mut first = SeededEntropy::new(7);
        let long = take(&mut first, 100);
        assert_eq!(long, take(&mut SeededEntropy::new(7), 100));
        assert_ne!(long, take(&mut SeededEntropy::new(8), 100));
        assert_ne!(long[..32], long[32..64]);
        assert_ne!(long, take(&mut first, 100));
    }
}
