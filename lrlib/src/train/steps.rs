//! The seam behind `fit`: what a way of making steps has to offer. Each way is one file.

use ndarray::{Array1, Array2, ArrayRef1};

use super::config::TrainConfig;
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

/// A way of making steps.
pub(super) trait Steps {
    /// Makes the steps of one epoch; returns the loss and the accuracy on the training samples from before each step. A
    /// step whose loss is not finite is not made.
    fn epoch(&mut self, model: &mut LogisticRegression, epoch: usize) -> (f32, f32);

    /// Returns the validation logits after each epoch since the last call, a row each: shape (epochs, m). Called only with
    /// validation samples.
    fn val_logits(&mut self) -> Array2<f32>;

    /// Writes what the steps have changed to the model, which may lag behind until then.
    fn write_to(&mut self, model: &mut LogisticRegression) {
        let _ = model;
    }

    /// Continues from the model just written, as a run does that reads it from a checkpoint.
    fn restart_from(&mut self, model: &LogisticRegression) {
        let _ = model;
    }
}

/// Returns the loss and the accuracy at these logits, after `step` was called with predictions, unless the loss is not
/// finite.
pub(super) fn descend(
    logits: &ArrayRef1<f32>,
    y: &ArrayRef1<f32>,
    pos_weight: f32,
    step: impl FnOnce(&Array1<f32>),
) -> (f32, f32) {
    let (loss, y_hat) = loss_and_predictions(logits, y, pos_weight);
    let train_accuracy = accuracy(&y_hat, y);
    if loss.is_finite() {
        step(&with_pos_weight(y_hat, y, pos_weight));
    }
    (loss, train_accuracy)
}
