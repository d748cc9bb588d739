//! An order of 0 to n-1 that is a function of a seed and takes no memory: a Feistel network over the next even power of two, applied again while
//! its result is n or more. The same numbers as `org.llmsys.training.data.Shuffle`.
//!
//! ```text
//!   (l, r) -> (r, l xor f(r, round, seed))        four times; each round can be undone, so no two places meet
//! ```
//!
//! Source: Luby, Rackoff 1988, <https://doi.org/10.1137/0217022>; f is SplitMix64 (Steele, Lea, Flood 2014) of seed, round and r.

const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;
const ROUNDS: u64 = 4;

#[derive(Clone, Copy)]
pub struct Shuffle {
    pub n: u64,
    pub seed: u64,
}

impl Shuffle {
    /// What stands at this place: each of 0 to n-1 at exactly one.
    pub fn at(self, place: u64) -> u64 {
        debug_assert!(place < self.n);
        let half = (65 - (self.n - 1).leading_zeros()).div_euclid(2).max(1);
        let mask = (1u64 << half) - 1;
        let mut value = place;
        loop {
            let (mut left, mut right) = (value >> half, value & mask);
            for round in 0..ROUNDS {
                (left, right) = (right, left ^ (random(self.seed, [round, right]) & mask));
            }
            value = left << half | right;
            if value < self.n {
                return value;
            }
        }
    }
}

/// The first number of the stream at a place.
fn random(seed: u64, places: [u64; 2]) -> u64 {
    let state = places.iter().fold(mix(seed.wrapping_add(GOLDEN_GAMMA)), |state, p| mix(state ^ mix(p.wrapping_add(GOLDEN_GAMMA))));
    mix(state.wrapping_add(GOLDEN_GAMMA))
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_once_and_seeds_differ() {
        for n in [1, 2, 3, 13, 64, 207, 1000] {
            for seed in [0, 1, u64::MAX] {
                let mut order: Vec<u64> = (0..n).map(|p| Shuffle { n, seed }.at(p)).collect();
                order.sort_unstable();
                assert!(order.into_iter().eq(0..n), "{n} {seed}");
            }
        }
        let order = |seed| (0..207).map(|p| Shuffle { n: 207, seed }.at(p)).collect::<Vec<_>>();
        assert_ne!(order(1), order(2));
        assert_ne!(order(1), (0..207).collect::<Vec<_>>());
    }
}
