//! Whether of all pictures called a bee with 70 %, 70 % are bees.

use ndarray::ArrayRef1;

use super::samples::probabilities;
use crate::error::{Error, Result};

/// The samples whose probabilities are in one bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationBin {
    /// The mean probability.
    pub mean_probability: f64,
    /// The share that is of class 1.
    pub share: f64,
    /// How many samples.
    pub count: usize,
}

/// Returns what is in each of `bins` bins of equal width that is not empty. Shapes (n) and (n). A probability on the edge
/// of two bins belongs to the lower one.
///
/// scikit-learn's `calibration_curve(y, y_prob, n_bins=bins)`, and the counts.
///
/// # Errors
/// [`Error::Config`](crate::Error::Config) if there are no bins or no samples, the lengths differ, a label is neither 0 nor
/// 1, or a probability is outside [0, 1].
pub fn calibration_curve(y: &ArrayRef1<f32>, y_prob: &ArrayRef1<f32>, bins: usize) -> Result<Vec<CalibrationBin>> {
    let samples = probabilities(y, y_prob)?;
    if bins == 0 || bins > samples.len().max(1000) {
        return Err(Error::Config(format!("{bins} bins for {} samples: give between 1 and 1000", samples.len())));
    }
    let mut sums = vec![(0.0, 0.0, 0_usize); bins];
    let edges: Vec<f64> = (1..bins).map(|edge| edge as f64 / bins as f64).collect();
    for (y, p) in samples {
        let (probabilities, ones, count) = &mut sums[edges.partition_point(|&edge| edge < p)];
        *probabilities += p;
        *ones += f64::from(u8::from(y));
        *count += 1;
    }
    let bin = |(p, ones, count): (f64, f64, usize)| CalibrationBin {
        mean_probability: p / count as f64,
        share: ones / count as f64,
        count,
    };
    Ok(sums.into_iter().filter(|(.., count)| *count > 0).map(bin).collect())
}

/// Returns the expected calibration error, in [0, 1]: how far, on average over the samples, the mean probability of a bin
/// is from its share of class 1 (Naeini, Cooper and Hauskrecht 2015). Shapes (n) and (n).
///
/// ```
/// use lrlib::{metrics, ndarray::array};
/// // One bin: on average 0.75 was said, and half were of class 1.
/// assert_eq!(metrics::expected_calibration_error(&array![1.0, 0.0], &array![0.75, 0.75], 10)?, 0.25);
/// # Ok::<(), lrlib::Error>(())
/// ```
///
/// # Errors
/// As [`calibration_curve`].
pub fn expected_calibration_error(y: &ArrayRef1<f32>, y_prob: &ArrayRef1<f32>, bins: usize) -> Result<f64> {
    let bins = calibration_curve(y, y_prob, bins)?;
    let weighted = |bin: &CalibrationBin| bin.count as f64 * (bin.mean_probability - bin.share).abs();
    Ok(bins.iter().map(weighted).sum::<f64>() / y.len() as f64)
}
