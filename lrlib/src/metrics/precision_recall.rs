//! Precision against recall, for every threshold.

use ndarray::ArrayRef1;

use super::samples::{both_classes, by_score, samples};
use crate::error::Result;

/// What happens if scores from `threshold` on are called 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrecisionRecallPoint {
    /// Infinite at the last point, where nothing is called 1.
    pub threshold: f64,
    /// The share of those called 1 that are 1.
    pub precision: f64,
    /// The share of those that are 1 that are called 1.
    pub recall: f64,
}

/// Returns the points of the precision-recall curve by increasing threshold, one for each different score, and at the end
/// precision 1 at recall 0. Shapes (n) and (n). scikit-learn's `precision_recall_curve(y, scores)`.
///
/// # Errors
/// [`Error::Config`](crate::Error::Config) if there are no samples of one class, the lengths differ, a label is neither 0
/// nor 1, or a score is NaN.
pub fn precision_recall_curve(y: &ArrayRef1<f32>, scores: &ArrayRef1<f32>) -> Result<Vec<PrecisionRecallPoint>> {
    let samples = samples(y, scores)?;
    let (_, ones) = both_classes(&samples, "a precision-recall curve")?;
    let mut points = vec![PrecisionRecallPoint { threshold: f64::INFINITY, precision: 1.0, recall: 0.0 }];
    let (mut called, mut tp) = (0.0, 0.0);
    for (threshold, more_zeros, more_ones) in by_score(samples) {
        (called, tp) = (called + more_zeros + more_ones, tp + more_ones);
        points.push(PrecisionRecallPoint { threshold, precision: tp / called, recall: tp / ones });
    }
    points.reverse();
    Ok(points)
}

/// Returns the mean of the precisions, weighted by how much the recall grows at each threshold, in (0, 1]. Shapes (n) and
/// (n). scikit-learn's `average_precision_score(y, scores)`: no interpolation between the points.
///
/// # Errors
/// As [`precision_recall_curve`].
pub fn average_precision_score(y: &ArrayRef1<f32>, scores: &ArrayRef1<f32>) -> Result<f64> {
    let points = precision_recall_curve(y, scores)?;
    Ok(points.windows(2).map(|pair| (pair[0].recall - pair[1].recall) * pair[0].precision).sum())
}
