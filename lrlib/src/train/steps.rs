//! The interface between `fit` and the ways of making steps; each way is one file.

use ndarray::{Array1, Array2, ArrayRef1, Axis};

use super::{config::TrainConfig, state::State};
use crate::{
    datasets::Batch,
    metrics::accuracy,
    nn::{LogisticRegression, loss_and_predictions, with_pos_weight},
};

/// What a run trains on.
#[derive(Clone, Copy)]
pub(super) struct Data<'a> {
    pub(super) train: &'a Batch,
    pub(super) val: Option<&'a Batch>,
    pub(super) config: &'a TrainConfig,
}

/// A way of making steps. The defaults serve one that changes the state at each step.
pub(super) trait Steps {
    /// Makes the steps of one epoch; returns the loss and the accuracy on the training samples from before each step. A
    /// step whose loss is not finite is not made.
    fn epoch(&mut self, state: &mut State<'_>, epoch: usize) -> (f32, f32);

    /// Returns the logits of `val` after each epoch since the last call, a row each: shape (epochs, m).
    fn val_logits(&mut self, model: &LogisticRegression, val: &Batch) -> Array2<f32> {
        model.logits(&val.x).insert_axis(Axis(0))
    }

    /// Returns whether [`val_logits`](Self::val_logits) costs less for many epochs at once.
    fn collects_epochs(&self) -> bool {
        false
    }

    /// Returns the model as it was at this row of the logits that [`val_logits`](Self::val_logits) returned last.
    fn model_at(&self, _row: usize, state: &State<'_>) -> LogisticRegression {
        state.model.clone()
    }

    /// Writes to the state what the steps have changed.
    fn write_to(&mut self, _: &mut State<'_>) {}

    /// Continues from the state just written, as a run does that reads it from a checkpoint.
    fn restart_from(&mut self, _: &State<'_>) {}
}

/// Calls `step` with the predictions at these logits, unless the loss is not finite; returns loss and accuracy.
pub(super) fn descend(
    logits: &ArrayRef1<f32>,
    y: &ArrayRef1<f32>,
    pos_weight: f32,
    step: impl FnOnce(&Array1<f32>),
) -> (f32, f32) {
    let (loss, y_hat) = loss_and_predictions(logits, y, pos_weight);
    let train_accuracy = accuracy(y, &y_hat);
    if loss.is_finite() {
        step(&with_pos_weight(y_hat, y, pos_weight));
    }
    (loss, train_accuracy)
}
