//! What follows from the four counts of a confusion matrix. Class 1 is the positive class; a probability above ½ means 1.
//!
//! Each function returns scikit-learn's value, and, as scikit-learn does, 0 where the denominator is 0.

use ndarray::ArrayRef1;

use super::samples::samples;
use crate::error::Result;

/// The counts of true and false positives and negatives.
struct Counts {
    tp: f64,
    fp: f64,
    fn_: f64,
    tn: f64,
}

fn counts(y: &ArrayRef1<f32>, y_hat: &ArrayRef1<f32>) -> Result<Counts> {
    let samples = samples(y, y_hat)?;
    let count = |truth, answer| samples.iter().filter(|(y, p)| (*y, *p > 0.5) == (truth, answer)).count() as f64;
    Ok(Counts { tp: count(true, true), fp: count(false, true), fn_: count(true, false), tn: count(false, false) })
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}

/// Returns which share of the samples called 1 are 1: tp / (tp + fp), in [0, 1]. Shapes (n) and (n).
///
/// ```
/// use lrlib::{metrics, ndarray::array};
/// let (y, y_hat) = (array![0.0, 0.0, 1.0, 1.0, 1.0], array![0.2, 0.7, 0.4, 0.8, 0.9]);
/// assert_eq!(metrics::precision(&y, &y_hat)?, 2.0 / 3.0);
/// # Ok::<(), lrlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Config`](crate::Error::Config), as for all metrics here, if there are no samples, the lengths differ, a label
/// is neither 0 nor 1, or a probability is NaN.
pub fn precision(y: &ArrayRef1<f32>, y_hat: &ArrayRef1<f32>) -> Result<f64> {
    let Counts { tp, fp, .. } = counts(y, y_hat)?;
    Ok(ratio(tp, tp + fp))
}

/// Returns which share of the samples that are 1 are called 1: tp / (tp + fn), in [0, 1]. Shapes (n) and (n).
///
/// # Errors
/// As [`precision`].
pub fn recall(y: &ArrayRef1<f32>, y_hat: &ArrayRef1<f32>) -> Result<f64> {
    let Counts { tp, fn_, .. } = counts(y, y_hat)?;
    Ok(ratio(tp, tp + fn_))
}

/// Returns the harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn), in [0, 1]. Shapes (n) and (n).
///
/// # Errors
/// As [`precision`].
pub fn f1_score(y: &ArrayRef1<f32>, y_hat: &ArrayRef1<f32>) -> Result<f64> {
    let Counts { tp, fp, fn_, .. } = counts(y, y_hat)?;
    Ok(ratio(2.0 * tp, 2.0 * tp + fp + fn_))
}

/// Returns the mean recall of the classes that have samples, in [0, 1]: ½ for a model that always says the same, however
/// many samples of each class there are. Shapes (n) and (n).
///
/// # Errors
/// As [`precision`].
pub fn balanced_accuracy(y: &ArrayRef1<f32>, y_hat: &ArrayRef1<f32>) -> Result<f64> {
    let Counts { tp, fp, fn_, tn } = counts(y, y_hat)?;
    let classes = f64::from(u8::from(tp + fn_ > 0.0) + u8::from(tn + fp > 0.0));
    Ok((ratio(tp, tp + fn_) + ratio(tn, tn + fp)) / classes)
}

/// Returns Matthews' correlation of labels and answers, in [−1, 1]: 0 for guessing. Shapes (n) and (n).
///
/// (tp·tn − fp·fn) / √((tp + fp)(tp + fn)(tn + fp)(tn + fn)); Matthews 1975.
///
/// # Errors
/// As [`precision`].
pub fn matthews_corrcoef(y: &ArrayRef1<f32>, y_hat: &ArrayRef1<f32>) -> Result<f64> {
    let Counts { tp, fp, fn_, tn } = counts(y, y_hat)?;
    Ok(ratio(tp * tn - fp * fn_, ((tp + fp) * (tp + fn_) * (tn + fp) * (tn + fn_)).sqrt()))
}
