//! Newton's method: the exact minimum of the loss with a penalty on the weight, in a handful of steps.

use crate::{
    datasets::Batch,
    error::{Error, Result},
    fast,
    nn::LogisticRegression,
};

/// Sets `model` to the minimum of the loss on `train` plus `weight_decay`/2·‖w‖², from wherever it is; returns the number
/// of steps that took. scikit-learn's C is 1/(n·λ).
///
/// # Errors
/// [`Error::Config`] if `weight_decay` is not above 0 (there may then be no minimum), the data does not fit the model
/// or is of one class alone, its numbers are not finite, or no minimum is found; the model is then unchanged.
pub fn newton(model: &mut LogisticRegression, train: &Batch, weight_decay: f32) -> Result<usize> {
    if !(weight_decay > 0.0 && weight_decay.is_finite()) {
        return Err(Error::Config(format!("the weight decay is {weight_decay}: the minimum needs a number above 0")));
    }
    train.check(model.num_features())?;
    if model.bias.is_some() && [0.0, train.num_samples() as f32].contains(&train.y.sum()) {
        return Err(Error::Config("all labels are the same, so the bias has no minimum: use both classes".into()));
    }
    let (weight, bias, steps) = fast::newton::minimum(&train.x, &train.y, weight_decay, model.bias.is_some())?;
    (model.weight, model.bias) = (weight, model.bias.map(|_| bias));
    Ok(steps)
}
