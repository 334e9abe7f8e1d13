//! The interface between `fit` and the ways of making steps; each way is one file.

use ndarray::{Array1, Array2, ArrayRef1, Axis};

use super::run::Run;
use crate::{
    datasets::Batch,
    error::Result,
    metrics::accuracy,
    nn::{LogisticRegression, loss_and_predictions, with_pos_weight},
};

/// A way of making steps. The defaults serve one that changes model and optimizer at each step.
pub(crate) trait Steps {
    /// Makes the steps of one epoch; returns the loss and the accuracy on the training samples from before each step. A
    /// step whose loss is not finite is not made. Every error here is a device's.
    fn epoch(&mut self, run: &mut Run<'_>, epoch: usize) -> Result<(f32, f32)>;

    /// Returns the logits of `val` after each epoch since the last call, a row each: shape (epochs, m).
    fn val_logits(&mut self, run: &Run<'_>, val: &Batch) -> Array2<f32> {
        run.model.logits(&val.x).insert_axis(Axis(0))
    }

    /// Returns the model as it was at a row of the logits that [`val_logits`](Self::val_logits) returned last, or as it is
    /// now.
    fn model_at(&self, _row: Option<usize>, run: &Run<'_>) -> Result<LogisticRegression> {
        Ok(run.model.clone())
    }

    /// Writes to model and optimizer what the steps have changed; the next step continues from there, as in a run that
    /// reads them from a checkpoint.
    fn write_to(&mut self, _: &mut Run<'_>) -> Result<()> {
        Ok(())
    }
}

/// Calls `step` with the predictions at the logits z, unless the loss is not finite; returns loss and accuracy. A sample of
/// class 1 counts c times.
pub(crate) fn descend(z: &ArrayRef1<f32>, y: &ArrayRef1<f32>, c: f32, step: impl FnOnce(&Array1<f32>)) -> (f32, f32) {
    let (loss, y_hat) = loss_and_predictions(z, y, c);
    let train_accuracy = accuracy(y, &y_hat);
    if loss.is_finite() {
        step(&with_pos_weight(y_hat, y, c));
    }
    (loss, train_accuracy)
}
