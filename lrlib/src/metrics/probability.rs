//! How good probabilities are, not only the answers that follow from them.

use ndarray::ArrayRef1;

use super::samples::probabilities;
use crate::error::Result;

/// Returns the mean of −ln of the probability given to the true class, in [0, 36.04]: the loss of the lessons, in `f64`.
/// Shapes (n) and (n). As in scikit-learn, a probability is moved into [2.2e-16, 1 − 2.2e-16].
///
/// # Errors
/// [`Error::Config`](crate::Error::Config) if there are no samples, the lengths differ, a label is neither 0 nor 1, or a
/// probability is outside [0, 1].
pub fn log_loss(y: &ArrayRef1<f32>, y_prob: &ArrayRef1<f32>) -> Result<f64> {
    let samples = probabilities(y, y_prob)?;
    let cost = |&(y, p): &(bool, f64)| {
        let p = p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
        -if y { p } else { 1.0 - p }.ln()
    };
    Ok(samples.iter().map(cost).sum::<f64>() / samples.len() as f64)
}

/// Returns the mean of (ŷ − y)², in [0, 1]: ¼ for always saying ½. Shapes (n) and (n). scikit-learn's `brier_score_loss`.
///
/// ```
/// use lrlib::{metrics, ndarray::array};
/// assert_eq!(metrics::brier_score(&array![1.0, 0.0], &array![0.5, 0.25])?, (0.25 + 0.0625) / 2.0);
/// # Ok::<(), lrlib::Error>(())
/// ```
///
/// # Errors
/// As [`log_loss`].
pub fn brier_score(y: &ArrayRef1<f32>, y_prob: &ArrayRef1<f32>) -> Result<f64> {
    let samples = probabilities(y, y_prob)?;
    let square = |&(y, p): &(bool, f64)| (p - f64::from(u8::from(y))).powi(2);
    Ok(samples.iter().map(square).sum::<f64>() / samples.len() as f64)
}
