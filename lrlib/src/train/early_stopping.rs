//! Early stopping: a run ends when it no longer gets better.

use super::history::{Epoch, History};

/// When [`fit`](super::fit) stops before its last epoch: Keras'
/// `EarlyStopping(monitor="val_loss", restore_best_weights=True)`.
///
/// An epoch is better if its validation loss plus `min_delta` is below that of the best epoch so far. When the run ends,
/// early or not, the model gets the weights from after the best epoch.
///
/// ```
/// use lrlib::train::{EarlyStopping, TrainConfig};
/// let early_stopping = Some(EarlyStopping { patience: 10, ..Default::default() });
/// let config = TrainConfig { epochs: 1000, early_stopping, ..Default::default() };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EarlyStopping {
    /// The run stops after this many epochs in a row that were not better; 0 is the same as 1, as in Keras.
    pub patience: usize,
    /// By how much a better loss must be lower, 0 or more.
    pub min_delta: f32,
}

impl EarlyStopping {
    /// Judges the epochs from `first` on, as if each had just ended: sets the best one, and removes those after the stop.
    pub(super) fn judge(&self, history: &mut History, first: usize) {
        let History { epochs, best_epoch, stopped_early, .. } = history;
        let loss = |epoch: &Epoch| epoch.val_loss.unwrap_or(f32::INFINITY);
        for epoch in first..epochs.len() {
            let lowest = best_epoch.map_or(f32::INFINITY, |best| loss(&epochs[best]));
            if loss(&epochs[epoch]) + self.min_delta < lowest {
                *best_epoch = Some(epoch);
            } else if best_epoch.is_some_and(|best| epoch - best >= self.patience) {
                *stopped_early = true;
                return epochs.truncate(epoch + 1);
            }
        }
    }
}
