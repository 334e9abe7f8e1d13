//! Settings out of range: one clear error each.

use super::{schedule::Schedule, sgd::Sgd};
use crate::error::{Result, ensure};

impl Sgd {
    /// Checks that all settings are in their range.
    pub(crate) fn check(&self) -> Result<()> {
        let Self { learning_rate, momentum, nesterov, weight_decay, l1, .. } = *self;
        let rate_is_good = learning_rate > 0.0 && learning_rate.is_finite();
        ensure(rate_is_good, format!("the learning rate is {learning_rate}: use a number above 0, such as 1e-4"))?;
        let momentum_is_good = (0.0..1.0).contains(&momentum);
        ensure(momentum_is_good, format!("the momentum is {momentum}: use 0 or more, and less than 1, such as 0.9"))?;
        ensure(
            momentum > 0.0 || !nesterov,
            "Nesterov's step needs momentum: set it, such as 0.9, or leave out nesterov",
        )?;
        for (name, strength) in [("weight decay", weight_decay), ("L1 penalty", l1)] {
            ensure(strength >= 0.0 && strength.is_finite(), format!("the {name} is {strength}: use 0 or more"))?;
        }
        ensure(l1 <= 0.0 || momentum <= 0.0, "an L1 penalty needs steps without momentum: leave out momentum, or l1")
    }
}

impl Schedule {
    /// Checks that all settings are in their range.
    pub(crate) fn check(self) -> Result<()> {
        match self {
            Self::Constant => Ok(()),
            Self::StepLr { step_size, gamma } => {
                ensure(step_size > 0, "a step size of 0 epochs makes no stair: use at least 1")?;
                ensure(gamma > 0.0 && gamma.is_finite(), format!("gamma is {gamma}: use a number above 0, such as 0.1"))
            }
            Self::CosineAnnealingLr { t_max, eta_min } => {
                ensure(t_max > 0, "a cosine over 0 epochs makes no wave: use a t_max of at least 1")?;
                ensure(eta_min >= 0.0 && eta_min.is_finite(), format!("eta_min is {eta_min}: use 0 or more"))
            }
        }
    }
}
