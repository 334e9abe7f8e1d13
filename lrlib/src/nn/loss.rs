//! Binary cross-entropy, from probabilities and from logits.
//!
//! Where a sample of class 1 counts c times (`pos_weight`), its loss and its error ŷ − y do too, as with
//! `torch.nn.BCEWithLogitsLoss(pos_weight=c)`: L = 1/n · Σ (1 + (c − 1)·y) · (max(z, 0) − z·y + ln(1 + e^−|z|)), y 0 or 1.

use std::mem;

use ndarray::{Array1, ArrayRef1, Zip};

use super::sigmoid::from_power;

/// Returns L(ŷ, y) = −1/n · Σ y·ln ŷ + (1 − y)·ln(1 − ŷ), as `torch.nn.functional.binary_cross_entropy`.
///
/// Shapes (n) and (n), ŷ in [0, 1]; NaN where a ŷ is NaN or outside. Each logarithm is at least −100, as in torch: a
/// certain but wrong prediction costs 100, not ∞.
///
/// # Panics
/// If the lengths differ.
#[must_use]
#[track_caller]
pub fn binary_cross_entropy(y_hat: &ArrayRef1<f32>, y: &ArrayRef1<f32>) -> f32 {
    check(y_hat, y);
    let log = |p: f32| {
        let log = f64::from(p).ln();
        if log < -100.0 { -100.0 } else { log } // `max` would turn NaN into −100
    };
    let loss = |p, y: f32| -(f64::from(y) * log(p) + f64::from(1.0 - y) * log(1.0 - p));
    let sum = Zip::from(y_hat).and(y).fold(0.0, |sum, &p, &y| sum + loss(p, y));
    (sum / y.len() as f64) as f32
}

/// Returns the same from logits z = x·w + b, exact at any z: 1/n · Σ max(z, 0) − z·y + ln(1 + e^−|z|), as
/// `torch.nn.functional.binary_cross_entropy_with_logits`.
///
/// # Panics
/// If the lengths differ.
#[must_use]
#[track_caller]
pub fn binary_cross_entropy_with_logits(logits: &ArrayRef1<f32>, y: &ArrayRef1<f32>) -> f32 {
    check(logits, y);
    let mut sum = Sum::new(1.0);
    Zip::from(logits).and(y).for_each(|&z, &y| sum.add(z, (-z.abs()).exp(), y));
    sum.mean(y.len())
}

/// Returns the loss with this `pos_weight`, and the predictions ŷ = σ(z), from one exponential each.
#[track_caller]
pub(crate) fn loss_and_predictions(logits: &ArrayRef1<f32>, y: &ArrayRef1<f32>, pos_weight: f32) -> (f32, Array1<f32>) {
    check(logits, y);
    let mut sum = Sum::new(pos_weight);
    let y_hat = Zip::from(logits).and(y).map_collect(|&z, &y| {
        let power = (-z.abs()).exp();
        sum.add(z, power, y);
        from_power(z, power)
    });
    (sum.mean(y.len()), y_hat)
}

/// Returns ŷ′ with ŷ′ − y = (1 + (c − 1)·y)·(ŷ − y), so that the gradient at ŷ′ is that of the loss with `pos_weight` c.
pub(crate) fn with_pos_weight(mut y_hat: Array1<f32>, y: &ArrayRef1<f32>, pos_weight: f32) -> Array1<f32> {
    Zip::from(&mut y_hat).and(y).for_each(|y_hat, &y| *y_hat = y + (1.0 + (pos_weight - 1.0) * y) * (*y_hat - y));
    y_hat
}

#[track_caller]
fn check(predictions: &ArrayRef1<f32>, y: &ArrayRef1<f32>) {
    assert_eq!(predictions.len(), y.len(), "{} predictions, but {} labels", predictions.len(), y.len());
}

/// A sum of losses. Logarithms are added as the logarithm of a product, one for each class, taken when it is large.
struct Sum {
    pos_weight: f64,
    rest: f64,
    products: [f64; 2],
}

impl Sum {
    fn new(pos_weight: f32) -> Self {
        Self { pos_weight: f64::from(pos_weight), rest: 0.0, products: [1.0; 2] }
    }

    /// Adds the loss of a logit z, given e^−|z|.
    fn add(&mut self, z: f32, power: f32, y: f32) {
        let (class, weight) = if y > 0.5 { (1, self.pos_weight) } else { (0, 1.0) };
        let (z, y) = (f64::from(z), f64::from(y));
        self.rest += weight * (z.max(0.0) - z * y);
        self.products[class] *= 1.0 + f64::from(power);
        if self.products[class] > 1e300 {
            self.rest += weight * mem::replace(&mut self.products[class], 1.0).ln();
        }
    }

    fn mean(&self, n: usize) -> f32 {
        let [zeros, ones] = self.products.map(f64::ln);
        ((self.rest + zeros + self.pos_weight * ones) / n as f64) as f32
    }
}
