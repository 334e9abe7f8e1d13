//! The curves of a run.

use super::{axes::Axes, figure::Figure};
use crate::{error::Result, train::History};

/// From this many epochs on, the axis of the epochs is logarithmic, and begins with epoch 1.
const MANY: usize = 1000;

/// Draws the losses with the loss of a model of zeros, ln 2, and beside them the accuracies with `baseline`, in [0, 1]: the
/// accuracy of always predicting the more frequent class. From 1,000 epochs on their axis is logarithmic.
///
/// # Errors
/// [`Error::Plot`](crate::Error::Plot) if the history is empty or has a loss that is not finite, or it cannot be drawn.
pub fn history(history: &History, baseline: f32) -> Result<Figure> {
    let epochs = &history.epochs;
    let axes = |title, y_label| {
        let axes = Axes::new(title, "epoch", y_label).size(480, 360);
        if epochs.len() >= MANY { axes.log_x() } else { axes }
    };
    let train = epochs.iter().map(|e| (e.epoch as f32, e.loss)).collect();
    let val: Vec<_> = epochs.iter().filter_map(|e| Some((e.epoch as f32, e.val_loss?))).collect();
    let mut losses = axes("Loss", "binary cross-entropy").plot("train", train);
    if !val.is_empty() {
        losses = losses.plot("val", val);
    }
    let losses = losses.axhline("ln 2", std::f32::consts::LN_2).figure()?;

    let train = epochs.iter().map(|e| (e.epoch as f32, 100.0 * e.train_accuracy)).collect();
    let val: Vec<_> = epochs.iter().filter_map(|e| Some((e.epoch as f32, 100.0 * e.val_accuracy?))).collect();
    let mut accuracies = axes("Accuracy", "accuracy (%)").plot("train", train);
    if !val.is_empty() {
        accuracies = accuracies.plot("val", val);
    }
    Ok(losses.beside(&accuracies.axhline("baseline", 100.0 * baseline).figure()?))
}
