//! Every rank has its columns of X and its weights, or, split by samples, all weights.

use std::ops::Range;

use ndarray::{Array1, ArrayRef1, Axis};

use super::world::World;
use crate::train::Exchange;

/// What `train::fit` asks of the ranks.
pub(super) struct Columns<'a> {
    pub(super) world: &'a World,
    /// This rank's columns of the d; `None` if each rank has all.
    pub(super) mine: Option<Range<usize>>,
}

impl Exchange for Columns<'_> {
    fn is_first(&self) -> bool {
        self.world.rank() == 0
    }

    fn agrees(&self, number: usize) -> bool {
        self.world.gather(&[number as u64]).iter().all(|&other| other == number as u64)
    }

    fn sum(&self, numbers: &mut [f64]) {
        self.world.sum(numbers);
    }

    fn gather(&self, part: &ArrayRef1<f32>) -> Array1<f32> {
        if self.mine.is_some() { self.world.gather(&part.to_vec()).into() } else { part.to_owned() }
    }

    fn part(&self, whole: &ArrayRef1<f32>) -> Array1<f32> {
        self.mine
            .clone()
            .map_or_else(|| whole.to_owned(), |columns| whole.slice_axis(Axis(0), columns.into()).to_owned())
    }
}
