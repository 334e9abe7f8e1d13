//! Random numbers that depend only on a seed.

use ndarray_rand::rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

/// Returns the random numbers of one sample in one epoch. The key of the generator (`ChaCha12`) is the triple itself, so
/// that two different triples give independent streams.
#[must_use]
pub fn rng(seed: u64, epoch: usize, sample: usize) -> StdRng {
    stream([seed, epoch as u64, 1 + sample as u64])
}

/// Returns 0 … `n` − 1 in the random order of this epoch, drawn independently of all other epochs and seeds.
pub(crate) fn shuffled(n: usize, seed: u64, epoch: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(&mut stream([seed, epoch as u64, 0]));
    order
}

fn stream(numbers: [u64; 3]) -> StdRng {
    let mut key = [0; 32];
    for (bytes, number) in key.chunks_mut(8).zip(numbers) {
        bytes.copy_from_slice(&number.to_le_bytes());
    }
    StdRng::from_seed(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_epoch_is_not_the_next_seed() {
        assert_ne!(shuffled(50, 0, 1), shuffled(50, 1, 0));
        assert_eq!(shuffled(50, 3, 7), shuffled(50, 3, 7));
        let mut order = shuffled(50, 3, 7);
        order.sort_unstable();
        assert_eq!(order, (0..50).collect::<Vec<_>>());
    }
}
