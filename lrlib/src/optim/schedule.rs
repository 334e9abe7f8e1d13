//! Learning rates that change from epoch to epoch: `torch.optim.lr_scheduler`.

use std::f64::consts::PI;

/// How the learning rate falls in the course of a run.
///
/// ```
/// use lrlib::optim::{Schedule, Sgd};
/// let schedule = Schedule::StepLr { step_size: 10, gamma: 0.5 };
/// let mut sgd = Sgd::new(0.1);
/// for epoch in 0..20 {
///     sgd.learning_rate = schedule.learning_rate(0.1, 0, epoch);
///     // Forward, backward, step.
/// }
/// assert_eq!(sgd.learning_rate, 0.05);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Schedule {
    /// The same rate at every epoch.
    #[default]
    Constant,
    /// A stair, as `StepLR`: η·γ^⌊t/`step_size`⌋ at epoch t.
    StepLr {
        /// Epochs from one step to the next, at least 1.
        step_size: usize,
        /// γ > 0, the ratio of one rate to the last.
        gamma: f32,
    },
    /// Half a cosine wave, as `CosineAnnealingLR`: `eta_min` + (η − `eta_min`)·(1 + cos(π·t/`t_max`))/2 at epoch t.
    CosineAnnealingLr {
        /// The epoch with the smallest rate, at least 1; usually the number of epochs. Beyond it the rate rises again.
        t_max: usize,
        /// The smallest rate, 0 or more.
        eta_min: f32,
    },
}

impl Schedule {
    /// Returns the rate at `epoch`, counted from 0, where η is the rate `initial`.
    ///
    /// In the first `warm_up` epochs the rate rises along a straight line, η·(`epoch` + 1)/(`warm_up` + 1). Then the schedule
    /// begins with its epoch 0. In PyTorch, with W for `warm_up`:
    /// `SequentialLR([LinearLR(start_factor=1/(W+1), total_iters=W), …], milestones=[W])`.
    ///
    /// # Panics
    /// If `step_size` is 0.
    #[must_use]
    #[track_caller]
    pub fn learning_rate(self, initial: f32, warm_up: usize, epoch: usize) -> f32 {
        let rate = f64::from(initial);
        let Some(epoch) = epoch.checked_sub(warm_up) else {
            return (rate * (epoch as f64 + 1.0) / (warm_up as f64 + 1.0)) as f32;
        };
        match self {
            Self::Constant => initial,
            Self::StepLr { step_size, gamma } => (rate * f64::from(gamma).powf((epoch / step_size) as f64)) as f32,
            Self::CosineAnnealingLr { t_max, eta_min } => {
                let (lowest, angle) = (f64::from(eta_min), PI * epoch as f64 / t_max as f64);
                (lowest + (rate - lowest) * (1.0 + angle.cos()) / 2.0) as f32
            }
        }
    }
}
