//! Steps over a few samples each, drawn anew at each epoch.

use ndarray::Axis;

use super::{feature_space::step, run::Run, steps::Steps};
use crate::{datasets::shuffled, error::Result};

/// The number of samples per step.
pub(super) struct MiniBatches(pub(super) usize);

impl Steps for MiniBatches {
    fn epoch(&mut self, run: &mut Run<'_>, epoch: usize) -> Result<(f32, f32)> {
        let (mut mean_loss, mut mean_accuracy, before) = (0.0, 0.0, run.model.clone());
        let (train, n) = (run.train, run.train.num_samples());
        // Only the rows of one batch are copied at a time.
        for rows in shuffled(n, run.config.seed, epoch).chunks(self.0) {
            let (loss, accuracy) = step(run, &train.x.select(Axis(0), rows), &train.y.select(Axis(0), rows));
            if !loss.is_finite() {
                *run.model = before;
                return Ok((loss, accuracy));
            }
            let share = rows.len() as f32 / n as f32;
            mean_loss += share * loss;
            mean_accuracy += share * accuracy;
        }
        Ok((mean_loss, mean_accuracy))
    }
}
