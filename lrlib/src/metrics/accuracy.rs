//! How often the model is right, and how often a model that never looks at the data would be.

use ndarray::{ArrayRef1, Zip};

/// Returns the share of probabilities on the right side of ½, in [0, 1]. Shapes (n) and (n).
///
/// Exactly ½ counts as class 0, as in `y_hat > 0.5`. NaN without samples.
///
/// # Panics
/// If the lengths differ.
#[must_use]
#[track_caller]
pub fn accuracy(y: &ArrayRef1<f32>, y_hat: &ArrayRef1<f32>) -> f32 {
    assert_eq!(y.len(), y_hat.len(), "{} labels, but {} predictions", y.len(), y_hat.len());
    let right = Zip::from(y).and(y_hat).fold(0_usize, |right, &y, &p| right + usize::from((p > 0.5) == (y > 0.5)));
    right as f32 / y.len() as f32
}

/// Returns the accuracy of always predicting the more frequent class, which any model has to beat. In [½, 1]; NaN without
/// samples.
///
/// ```
/// use lrlib::{metrics, ndarray::array};
/// assert_eq!(metrics::majority_baseline(&array![1.0, 0.0, 1.0, 1.0]), 0.75);
/// ```
#[must_use]
pub fn majority_baseline(y: &ArrayRef1<f32>) -> f32 {
    let ones = y.sum() / y.len() as f32;
    ones.max(1.0 - ones)
}
