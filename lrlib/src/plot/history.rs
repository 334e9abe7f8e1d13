//! The curves of a run.

use super::{
    figure::Figure,
    lines::{Line, axes, in_words},
    style::{draw, px},
};
use crate::{error::Result, train::History};

/// Draws the loss, and beside it the accuracies; `baseline`, in [0, 1], is the accuracy of always predicting
/// the more frequent class.
///
/// # Errors
/// [`Error::Plot`](crate::Error::Plot) if the history is empty, or it cannot be drawn.
pub fn history(history: &History, baseline: f32) -> Result<Figure> {
    let epochs = &history.epochs;
    let loss: Line<'_> = ("train", epochs.iter().map(|e| (e.epoch as f32, e.loss)).collect());
    let train = epochs.iter().map(|e| (e.epoch as f32, 100.0 * e.train_accuracy)).collect();
    let val: Vec<_> = epochs.iter().filter_map(|e| Some((e.epoch as f32, 100.0 * e.val_accuracy?))).collect();
    let base = epochs.iter().map(|e| (e.epoch as f32, 100.0 * baseline)).collect();
    let mut accuracies = vec![("train", train), ("val", val), ("majority baseline", base)];
    accuracies.retain(|(_, points)| !points.is_empty());
    let words: Vec<String> = accuracies.iter().map(in_words).collect();
    let alt = format!("Loss over {} epochs: {}. Accuracy in %: {}", epochs.len(), in_words(&loss), words.join("; "));
    draw((960, 400), alt, |canvas| {
        let (left, right) = canvas.split_horizontally(px(480));
        axes(&left, "Loss", "epoch", "binary cross-entropy", &[loss])?;
        axes(&right, "Accuracy", "epoch", "accuracy (%)", &accuracies)
    })
}
