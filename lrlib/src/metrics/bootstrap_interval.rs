//! How sure a metric is, whatever its formula.

use ndarray::{Array1, ArrayRef1};
use ndarray_rand::rand::Rng as _;

use super::samples::samples;
use crate::{
    datasets::rng,
    error::{Error, Result},
};

/// How an interval follows from the metric's values on the resamples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bootstrap {
    /// From the 2.5 % to the 97.5 % quantile.
    Percentile,
    /// The quantiles corrected for bias and skewness (Efron 1987).
    Bca,
}

/// A metric of labels and scores, such as [`roc_auc_score`](super::roc_auc_score).
pub type Metric = fn(&ArrayRef1<f32>, &ArrayRef1<f32>) -> Result<f64>;

/// Returns the 95 % confidence interval of a metric: of its values on `resamples` sets of n samples that are drawn with
/// replacement. Shapes (n) and (n). The same seed gives the same interval.
///
/// A resample on which the metric is not defined, for example because it has one class only, is drawn again.
///
/// ```
/// use lrlib::{metrics::{self, Bootstrap}, ndarray::Array1};
/// let y = Array1::from_iter((0..200).map(|i| (i % 2) as f32));
/// let y_hat = Array1::from_iter((0..200).map(|i| if i % 10 < 7 { (i % 2) as f32 } else { 0.5 }));
/// let (low, high) = metrics::bootstrap_interval(&y, &y_hat, metrics::roc_auc_score, 1000, 0, Bootstrap::Percentile)?;
/// let auc = metrics::roc_auc_score(&y, &y_hat)?;
/// assert!(low < auc && auc < high && high - low < 0.15);
/// # Ok::<(), lrlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Config`] if the metric is not defined for all samples or for too many resamples, or `resamples` is not
/// between 100 and 1,000,000.
pub fn bootstrap_interval(
    y: &ArrayRef1<f32>,
    scores: &ArrayRef1<f32>,
    metric: Metric,
    resamples: usize,
    seed: u64,
    method: Bootstrap,
) -> Result<(f64, f64)> {
    if !(100..=1_000_000).contains(&resamples) {
        return Err(Error::Config(format!("{resamples} resamples: give between 100 and 1,000,000")));
    }
    let n = samples(y, scores)?.len();
    let estimate = metric(y, scores)?;
    let of = |rows: &[usize]| {
        let pick = |values: &ArrayRef1<f32>| rows.iter().map(|&row| values[row]).collect::<Array1<f32>>();
        metric(&pick(y), &pick(scores))
    };
    let mut values = Vec::with_capacity(resamples);
    for number in 0..resamples {
        let mut random = rng(seed, number, 0);
        let mut tries = (0..100).map(|_| of(&(0..n).map(|_| random.random_range(0..n)).collect::<Vec<_>>()));
        let Some(value) = tries.find_map(Result::ok) else {
            return Err(Error::Config("the metric is not defined on most resamples: there are too few samples".into()));
        };
        values.push(value);
    }
    values.sort_by(f64::total_cmp);
    if method == Bootstrap::Percentile {
        return Ok((quantile(&values, 0.025), quantile(&values, 0.975)));
    }
    let without = |row: usize| of(&(0..n).filter(|&other| other != row).collect::<Vec<_>>());
    let jackknife = (0..n).map(without).collect::<Result<Vec<_>>>()?;
    Ok(bca(estimate, &values, &jackknife))
}

/// Returns Efron's interval from sorted values on resamples, and the values without one sample each.
fn bca(estimate: f64, values: &[f64], jackknife: &[f64]) -> (f64, f64) {
    // A tie counts half.
    let below = values.iter().map(|value| f64::from(1 - value.total_cmp(&estimate) as i8) / 2.0);
    let bias = normal_quantile(below.sum::<f64>() / values.len() as f64);
    let mean = jackknife.iter().sum::<f64>() / jackknife.len() as f64;
    let moment = |power| jackknife.iter().map(|value| (mean - value).powi(power)).sum::<f64>();
    let acceleration = if moment(2) == 0.0 { 0.0 } else { moment(3) / (6.0 * moment(2).powf(1.5)) };
    let end = |z: f64| quantile(values, normal_cdf(bias + (bias + z) / (1.0 - acceleration * (bias + z))));
    let z = normal_quantile(0.975);
    (end(-z), end(z))
}

/// Returns a quantile of sorted values, between two of them if need be: NumPy's default.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    below + at.fract() * (above - below)
}

fn normal_cdf(z: f64) -> f64 {
    libm::erfc(-z / std::f64::consts::SQRT_2) / 2.0
}

/// Returns where the normal distribution function has this value, by bisection; beyond ±38 it is 0 or 1.
fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-38.5, 38.5);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if normal_cdf(middle) < p { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corrected_interval_is_that_of_scipys_formulas() {
        // SciPy: v = np.arange(200)**2 / 40000; e = 0.2; j = np.array([0.1, 0.15, 0.2, 0.2, 0.22, 0.3])
        // b = norm.ppf(percentileofscore(v, e, kind="mean") / 100); d = j.mean() - j
        // a = (d**3).sum() / (6 * (d**2).sum()**1.5); z = b + norm.ppf([0.025, 0.975])
        // np.quantile(v, norm.cdf(b + z / (1 - a * z)))
        let values: Vec<f64> = (0..200).map(|i| f64::from(i * i) / 40_000.0).collect();
        let (low, high) = bca(0.2, &values, &[0.1, 0.15, 0.2, 0.2, 0.22, 0.3]);
        assert!((low - 0.000_146_328_959).abs() < 1e-9 && (high - 0.898_771_251_735).abs() < 1e-9, "{low} {high}");
    }
}
