//! From logarithms to probabilities.

use ndarray::Array2;

/// Replaces the logarithms in each row by the probabilities; returns the sum of ln Σₖ exp over the rows.
pub(super) fn softmax(logs: &mut Array2<f32>) -> f64 {
    let mut score = 0.0;
    for row in logs.outer_iter_mut() {
        let row = row.into_slice().expect("a product is in standard layout");
        let largest = row.iter().fold(f32::NEG_INFINITY, |largest, &log| largest.max(log));
        for log in row.iter_mut() {
            // Most are e⁻²⁰ or less, and exp takes time.
            *log = if *log < largest - 20.0 { 0.0 } else { (*log - largest).exp() };
        }
        let sum: f32 = row.iter().sum();
        for probability in row {
            *probability /= sum;
        }
        score += f64::from(largest + sum.ln());
    }
    score
}
