//! Newton's method: the exact minimum of the loss with a penalty on the weight, in a handful of steps.

use super::minimum::{MAX_GRADIENT, Minimum, minimum, side};
use crate::{
    datasets::Batch,
    error::{Error, Result},
    nn::LogisticRegression,
};

/// The most memory that the matrices may take, 2 GiB: two of 11,585 × 11,585 numbers.
const MAX_BYTES: usize = 2 << 30;
/// The largest relative difference to the smallest possible objective.
const MAX_EXCESS: f64 = 1e-7;

/// Sets `model` to the minimum of the loss on `train` plus `weight_decay`/2·‖w‖², wherever it starts; returns the number of
/// steps. scikit-learn's C is 1/(n·λ).
///
/// It starts from `model`, or from a model of zeros if that is better. The minimum for a similar λ saves steps.
///
/// Success means that the model, with its numbers rounded to `f32`, is the minimum: computed on the data in `f64`, the
/// gradient's norm is at most 1e-4 of that of a model of zeros, and the objective is within about 1e-7 of the smallest.
///
/// # Errors
/// [`Error::Config`] if
/// - `weight_decay` is not above 0: there may be no minimum,
/// - the data does not fit the model, is of one class alone, or has numbers that are not finite,
/// - there are more than 11,584 samples and more than 11,584 features: the matrices would take more than 2 GiB,
/// - the minimum cannot be computed, or `f32` cannot hold it: features far from 0 and of very different scales.
///
/// The model is then unchanged.
pub fn newton(model: &mut LogisticRegression, train: &Batch, weight_decay: f32) -> Result<usize> {
    if !(weight_decay > 0.0 && weight_decay.is_finite()) {
        return Err(Error::Config(format!("the weight decay is {weight_decay}: the minimum needs a number above 0")));
    }
    train.check("training", model.num_features())?;
    if model.bias.is_some() && [0.0, train.num_samples() as f32].contains(&train.y.sum()) {
        return Err(Error::Config("all labels are the same, so the bias has no minimum: use both classes".into()));
    }
    check_size(train.num_samples(), train.num_features())?;
    let Minimum { weight, bias, steps, gradient, excess } = minimum(model, &train.x, &train.y, weight_decay);
    if !(gradient <= MAX_GRADIENT && excess <= MAX_EXCESS) {
        return Err(not_found(train, weight_decay, gradient, excess));
    }
    (model.weight, model.bias) = (weight, model.bias.map(|_| bias));
    Ok(steps)
}

/// Checks that the matrices fit in memory, before anything is allocated.
fn check_size(n: usize, d: usize) -> Result<()> {
    let side = side(n, d);
    let bytes = side.saturating_mul(side).saturating_mul(2 * size_of::<f64>());
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    Err(Error::Config(format!(
        "Newton's method on {n} samples of {d} features needs {:.1} GiB for its matrices, and takes at most {} GiB: use fit \
         with a weight decay, fewer samples or fewer features",
        bytes as f64 / f64::from(1 << 30),
        MAX_BYTES >> 30
    )))
}

/// Returns why the minimum was not found.
fn not_found(train: &Batch, weight_decay: f32, gradient: f64, excess: f64) -> Error {
    if train.x.iter().any(|x| !x.is_finite()) {
        return Error::Config("Newton's method needs features that are finite numbers".into());
    }
    let (low, high) = train.x.iter().fold((f32::MAX, f32::MIN), |(low, high), &x| (low.min(x), high.max(x)));
    Error::Config(format!(
        "Newton's method came no closer to the minimum than {gradient:.0e} of the starting gradient and {excess:.0e} of the \
         objective, with weight decay {weight_decay:e} and features from {low} to {high}: standardise the features (subtract \
         each one's mean, divide by its deviation), or use a larger weight decay"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 60,000² numbers of 8 bytes are 28.8 GB.
    #[test]
    fn a_matrix_that_does_not_fit_is_an_error() {
        for (n, d) in [(60_000, 60_001), (60_001, 60_000), (11_585, 11_585), (usize::MAX, usize::MAX - 1)] {
            let problem = check_size(n, d).expect_err("too large").to_string();
            assert!(problem.contains("GiB") && problem.contains(&n.to_string()), "{problem}");
        }
        for (n, d) in [(11_584, 11_584), (60_000, 784), (244, 150_528), (11_584, 10_000_000), (10_000_000, 11_584)] {
            check_size(n, d).expect("it fits");
        }
    }
}
