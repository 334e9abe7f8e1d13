//! The random choices of one picture.

use ndarray_rand::rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};

/// A seeded generator with the few throws that a writer needs.
pub struct Dice(StdRng);

impl Dice {
    /// Dice for the picture with these numbers (split, digit, index): no two share a stream.
    pub fn new(numbers: [usize; 3]) -> Self {
        let mut key = [0; 32];
        for (bytes, number) in key.chunks_exact_mut(8).zip(numbers) {
            bytes.copy_from_slice(&(number as u64).to_le_bytes());
        }
        Self(StdRng::from_seed(key))
    }

    /// A number from `low` up to `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.0.random::<f32>()
    }

    /// A number around 0 with standard deviation 1: the sum of twelve throws, so never beyond ±6.
    pub fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.0.random::<f32>()).sum::<f32>() - 6.0
    }

    /// A number around 0 with standard deviation 1, but within ±3.
    pub fn grain(&mut self) -> f32 {
        (0..3).map(|_| self.0.random::<f32>()).sum::<f32>() * 2.0 - 3.0
    }

    /// One of `items`.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.0.random_range(0..items.len())]
    }

    /// Puts `items` into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        items.shuffle(&mut self.0);
    }
}
