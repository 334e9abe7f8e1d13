//! How often the model is right, and what being right is worth.

use ndarray::{ArrayRef1, Zip};

/// The share of probabilities on the right side of ½, in [0, 1]. Shapes (n) and (n).
///
/// Exactly ½ counts as class 0, as `y_hat > 0.5` does.
///
/// # Panics
/// If the lengths differ.
#[must_use]
#[track_caller]
pub fn accuracy(y_hat: &ArrayRef1<f32>, y: &ArrayRef1<f32>) -> f32 {
    assert_eq!(y_hat.len(), y.len(), "{} predictions, but {} labels", y_hat.len(), y.len());
    let right = Zip::from(y_hat).and(y).fold(0_usize, |right, &p, &y| right + usize::from((p > 0.5) == (y > 0.5)));
    right as f32 / y.len() as f32
}

/// The accuracy of always naming the more frequent class: what any model has to beat. In [½, 1].
#[must_use]
pub fn majority_baseline(y: &ArrayRef1<f32>) -> f32 {
    let ones = y.sum() / y.len() as f32;
    ones.max(1.0 - ones)
}

/// The 95 % confidence interval of an accuracy seen on `n` samples: Wilson's, which stays inside [0, 1].
///
/// With p̂ the accuracy and z = 1.96: (p̂ + z²/2n ± z·√(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n)
/// (Wilson 1927; the same as statsmodels' `proportion_confint(method="wilson")`).
#[must_use]
pub fn confidence_interval(accuracy: f32, n: usize) -> (f32, f32) {
    let (p, n, z) = (f64::from(accuracy), n as f64, 1.959_963_984_540_054_f64);
    let middle = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((middle - half) / scale) as f32, ((middle + half) / scale) as f32)
}
