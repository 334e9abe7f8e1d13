//! The random choices of one picture, from a seed of its own.

use ndarray_rand::rand::{Rng, SeedableRng, rngs::StdRng};

use crate::vector::{Color, vec3};

/// A seeded generator with the few throws that a painter needs.
pub struct Dice(StdRng);

impl Dice {
    /// Dice for the picture that `keys` names (seed, split, class, index): no two share a stream.
    pub fn new(keys: [u64; 4]) -> Self {
        let seed = keys.iter().fold(0, |state, key| scramble(state ^ key));
        Self(StdRng::seed_from_u64(seed))
    }

    /// A number from `low` up to `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.0.random::<f32>()
    }

    /// A whole number from `low` to `high`, both included.
    pub fn whole(&mut self, low: usize, high: usize) -> usize {
        self.0.random_range(low..=high)
    }

    /// A number around 0 with standard deviation 1: the sum of twelve throws, so never beyond ±6.
    pub fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.0.random::<f32>()).sum::<f32>() - 6.0
    }

    /// Yes, with this probability.
    pub fn chance(&mut self, probability: f32) -> bool {
        self.0.random::<f32>() < probability
    }

    /// An angle, all equally likely.
    pub fn angle(&mut self) -> f32 {
        self.between(0.0, std::f32::consts::TAU)
    }

    /// One of `items`.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.whole(0, items.len() - 1)]
    }

    /// One of `items`, each as often as its weight says.
    pub fn weighted<T: Copy>(&mut self, items: &[(T, f32)]) -> T {
        let total: f32 = items.iter().map(|(_, weight)| weight).sum();
        let mut left = self.between(0.0, total);
        for &(item, weight) in items {
            left -= weight;
            if left < 0.0 {
                return item;
            }
        }
        items[items.len() - 1].0
    }

    /// A seed for a noise texture.
    pub fn seed(&mut self) -> u32 {
        self.0.random()
    }

    /// A colour near `color`: lighter or darker, and a little to one side.
    pub fn vary(&mut self, color: Color, spread: f32) -> Color {
        let value = 1.0 + spread * self.between(-1.0, 1.0);
        let mut side = || 1.0 + 0.35 * spread * self.between(-1.0, 1.0);
        color * vec3(side(), side(), side()) * value
    }
}

/// Splitmix64's finaliser: neighbouring keys give unrelated seeds.
fn scramble(key: u64) -> u64 {
    let mut bits = key.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
