//! Binary cross-entropy, from probabilities and from logits.

use ndarray::{ArrayRef1, Zip};

/// L(ŷ, y) = −1/n · Σ y·ln ŷ + (1 − y)·ln(1 − ŷ), as `torch.nn.functional.binary_cross_entropy`.
///
/// Shapes (n) and (n), ŷ in [0, 1]. Each logarithm is cut off at −100, as torch does: a sure mistake costs 100, not ∞.
///
/// # Panics
/// If the lengths differ.
#[must_use]
#[track_caller]
pub fn binary_cross_entropy(y_hat: &ArrayRef1<f32>, y: &ArrayRef1<f32>) -> f32 {
    let log = |p: f32| f64::from(p).ln().max(-100.0);
    let sum = sum(y_hat, y, |p, y| -(f64::from(y) * log(p) + f64::from(1.0 - y) * log(1.0 - p)));
    (sum / y.len() as f64) as f32
}

/// The same from logits z = x·w + b, exact at any z: 1/n · Σ max(z, 0) − z·y + ln(1 + e^−|z|),
/// as `torch.nn.functional.binary_cross_entropy_with_logits`.
///
/// # Panics
/// If the lengths differ.
#[must_use]
#[track_caller]
pub fn binary_cross_entropy_with_logits(logits: &ArrayRef1<f32>, y: &ArrayRef1<f32>) -> f32 {
    // A sum of logarithms is the logarithm of a product, and that is taken whenever the product has grown.
    let mut product = 1.0_f64;
    let sum = sum(logits, y, |z, y| {
        product *= 1.0 + f64::from((-z.abs()).exp());
        let (z, y) = (f64::from(z), f64::from(y));
        let grown = if product > 1e300 { std::mem::replace(&mut product, 1.0).ln() } else { 0.0 };
        z.max(0.0) - z * y + grown
    });
    ((sum + product.ln()) / y.len() as f64) as f32
}

#[track_caller]
fn sum(a: &ArrayRef1<f32>, y: &ArrayRef1<f32>, mut loss: impl FnMut(f32, f32) -> f64) -> f64 {
    assert_eq!(a.len(), y.len(), "{} predictions, but {} labels", a.len(), y.len());
    Zip::from(a).and(y).fold(0.0, |sum, &a, &y| sum + loss(a, y))
}
