//! What a run asks of other processes that take part in it.

use ndarray::{Array1, ArrayRef1};

/// Processes that make one run together. Each has its columns of X and the weights for them, or everything. All of them
/// call the same function at the same time.
pub(crate) trait Exchange {
    /// Returns whether this process prints and writes for all.
    fn is_first(&self) -> bool;

    /// Returns whether all have the same number.
    fn agrees(&self, number: usize) -> bool;

    /// Adds up what each has, number by number; all get the sums.
    fn sum(&self, numbers: &mut [f64]);

    /// Returns the whole vector of one number per feature, of which each has a part.
    fn gather(&self, part: &ArrayRef1<f32>) -> Array1<f32>;

    /// Returns this process's part of such a vector.
    fn part(&self, whole: &ArrayRef1<f32>) -> Array1<f32>;
}
