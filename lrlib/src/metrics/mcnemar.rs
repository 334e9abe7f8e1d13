//! Whether one model is better than another on the same samples.

use ndarray::ArrayRef1;

use super::samples::samples;
use crate::error::Result;

/// The exact paired test of two models on the same samples. Only samples count that one of them gets right and the other
/// wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct McNemar {
    /// How many only the first model gets right.
    pub only_first: usize,
    /// How many only the second gets right.
    pub only_second: usize,
    /// How often chance alone gives a difference as large as this one or larger, if both models are equally good.
    pub p_value: f64,
}

/// Compares the answers of two models, each right with a probability on the true side of ½. Shapes (n), (n) and (n).
///
/// If both are equally good, each sample on which they differ is the toss of a coin; `p_value` is the two-sided binomial
/// probability (statsmodels' `mcnemar(table, exact=True)`).
///
/// ```
/// use lrlib::{metrics, ndarray::array};
/// let y = array![1.0, 1.0, 1.0, 1.0];
/// let test = metrics::mcnemar(&y, &array![0.9, 0.9, 0.9, 0.9], &array![0.9, 0.1, 0.1, 0.1])?;
/// assert_eq!((test.only_first, test.only_second), (3, 0));
/// // Three times the same side, heads or tails.
/// assert!((test.p_value - 2.0 / 8.0).abs() < 1e-12);
/// # Ok::<(), lrlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Config`](crate::Error::Config) if there are no samples, the lengths differ, a label is neither 0 nor 1, or a
/// probability is NaN.
pub fn mcnemar(y: &ArrayRef1<f32>, first: &ArrayRef1<f32>, second: &ArrayRef1<f32>) -> Result<McNemar> {
    let right = |(y, p): (bool, f64)| y == (p > 0.5);
    let (first, second) = (samples(y, first)?, samples(y, second)?);
    let (mut only_first, mut only_second) = (0, 0);
    for (first, second) in first.into_iter().zip(second) {
        only_first += usize::from(right(first) && !right(second));
        only_second += usize::from(!right(first) && right(second));
    }
    Ok(McNemar { only_first, only_second, p_value: two_sided(only_first, only_second) })
}

/// 2 · P(at most min(b, c) heads in b + c tosses), at most 1. In logarithms: 2⁻ⁿ alone is 0 from n = 1075 on.
fn two_sided(b: usize, c: usize) -> f64 {
    let n = b + c;
    let mut log_term = -(n as f64) * std::f64::consts::LN_2;
    let mut sum = log_term.exp();
    for k in 1..=b.min(c) {
        log_term += ((n - k + 1) as f64 / k as f64).ln();
        sum += log_term.exp();
    }
    (2.0 * sum).min(1.0)
}
