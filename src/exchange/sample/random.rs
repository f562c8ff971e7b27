//! The generator of pseudo-random numbers behind the sample data.

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). The same seed
/// gives the same numbers on every machine. Never for keys or ids of a real notebook.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts the sequence of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, each of the 2^64 as likely.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `limit - 1`; 0 if `limit` is 0.
    pub fn below(&mut self, limit: u32) -> u32 {
        // The upper half of the product; the bias is under 2^-32.
        let product = u64::from(limit) * (self.next_u64() >> 32);
        u32::try_from(product >> 32).unwrap_or(0)
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: u32, to: u32) -> u32 {
        from + self.below(to.saturating_sub(from) + 1)
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of `list`, each as likely.
    pub fn pick<T: Copy + Default>(&mut self, list: &[T]) -> T {
        self.nth(list, |random, limit| random.below(limit))
    }

    /// One of `list`, the first ones more often, as with names.
    pub fn pick_early<T: Copy + Default>(&mut self, list: &[T]) -> T {
        self.nth(list, |random, limit| random.below(limit).min(random.below(limit)))
    }

    fn nth<T: Copy + Default>(&mut self, list: &[T], choose: impl Fn(&mut Self, u32) -> u32) -> T {
        let limit = u32::try_from(list.len()).unwrap_or(u32::MAX);
        let index = usize::try_from(choose(self, limit)).unwrap_or(0);
        list.get(index).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_splitmix64() {
        // The sequence of seed 1234567 as published with the reference implementation (Vigna, prng.di.unimi.it).
        let mut random = Random::new(1_234_567);
        let numbers: Vec<u64> = (0..5).map(|_| random.next_u64()).collect();
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(numbers, expected);
        assert!((0..1000).all(|_| random.below(7) < 7 && (3..=5).contains(&random.between(3, 5))));
        assert_eq!((random.below(0), random.pick::<u32>(&[])), (0, 0));
    }
}
