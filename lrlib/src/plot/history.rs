//! The curves of a run.

use super::{axes::Axes, figure::Figure};
use crate::{
    error::Result,
    train::{Epoch, History},
};

/// From this many epochs on, the axis of the epochs is logarithmic, and begins with epoch 1.
const MANY: usize = 1000;

/// Draws the losses with the loss of a model of zeros, ln 2, and beside them the accuracies with `baseline`, in [0, 1]: the
/// accuracy of always predicting the more frequent class. From 1,000 epochs on their axis is logarithmic.
///
/// # Errors
/// [`Error::Plot`](crate::Error::Plot) if the history is empty or has a loss that is not finite, or it cannot be drawn.
pub fn history(history: &History, baseline: f32) -> Result<Figure> {
    let epochs = &history.epochs;
    let curves = |title, y_label, train: fn(&Epoch) -> f32, val: fn(&Epoch) -> Option<f32>| {
        let axes = Axes::new(title, "epoch", y_label).size(480, 360);
        let axes = if epochs.len() >= MANY { axes.log_x() } else { axes };
        let axes = axes.plot("train", epochs.iter().map(|e| (e.epoch as f32, train(e))).collect());
        let val: Vec<_> = epochs.iter().filter_map(|e| Some((e.epoch as f32, val(e)?))).collect();
        if val.is_empty() { axes } else { axes.plot("val", val) }
    };
    let losses = curves("Loss", "binary cross-entropy", |e| e.loss, |e| e.val_loss);
    let accuracies =
        curves("Accuracy", "accuracy (%)", |e| 100.0 * e.train_accuracy, |e| e.val_accuracy.map(|share| 100.0 * share));
    let losses = losses.axhline("ln 2", std::f32::consts::LN_2).figure()?;
    Ok(losses.beside(&accuracies.axhline("baseline", 100.0 * baseline).figure()?))
}
