//! What a threshold costs and brings, for every threshold.

use ndarray::ArrayRef1;

use super::samples::{both_classes, by_score, samples};
use crate::error::Result;

/// What happens if scores from `threshold` on are called 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RocPoint {
    /// Infinite at the first point, where nothing is called 1.
    pub threshold: f64,
    /// The share of the samples of class 0 that are called 1.
    pub false_positive_rate: f64,
    /// The share of the samples of class 1 that are called 1: the recall.
    pub true_positive_rate: f64,
}

/// Returns the points of the ROC curve, from (0, 0) to (1, 1), one for each different score. Shapes (n) and (n).
///
/// scikit-learn's `roc_curve(y, scores, drop_intermediate=False)`.
///
/// # Errors
/// [`Error::Config`](crate::Error::Config) if there are no samples of one class, the lengths differ, a label is neither 0
/// nor 1, or a score is NaN.
pub fn roc_curve(y: &ArrayRef1<f32>, scores: &ArrayRef1<f32>) -> Result<Vec<RocPoint>> {
    let samples = samples(y, scores)?;
    let (zeros, ones) = both_classes(&samples, "a ROC curve")?;
    let mut points = vec![RocPoint { threshold: f64::INFINITY, false_positive_rate: 0.0, true_positive_rate: 0.0 }];
    let (mut fp, mut tp) = (0.0, 0.0);
    for (threshold, more_zeros, more_ones) in by_score(samples) {
        (fp, tp) = (fp + more_zeros, tp + more_ones);
        points.push(RocPoint { threshold, false_positive_rate: fp / zeros, true_positive_rate: tp / ones });
    }
    Ok(points)
}

/// Returns the area under the ROC curve, in [0, 1]: how often a random sample of class 1 has a higher score than one of
/// class 0, where a tie counts half. Shapes (n) and (n).
///
/// ```
/// use lrlib::{metrics, ndarray::array};
/// // Of the four pairs, 0.9 > 0.6, 0.9 > 0.2 and 0.3 > 0.2 are in the right order, 0.3 < 0.6 is not.
/// assert_eq!(metrics::roc_auc_score(&array![1.0, 0.0, 1.0, 0.0], &array![0.9, 0.6, 0.3, 0.2])?, 3.0 / 4.0);
/// # Ok::<(), lrlib::Error>(())
/// ```
///
/// # Errors
/// As [`roc_curve`].
pub fn roc_auc_score(y: &ArrayRef1<f32>, scores: &ArrayRef1<f32>) -> Result<f64> {
    let points = roc_curve(y, scores)?;
    let area = |pair: &[RocPoint]| {
        let width = pair[1].false_positive_rate - pair[0].false_positive_rate;
        width * f64::midpoint(pair[0].true_positive_rate, pair[1].true_positive_rate)
    };
    Ok(points.windows(2).map(area).sum())
}
