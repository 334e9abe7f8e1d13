//! How to train.

use super::{checkpoint::Checkpoint, early_stopping::EarlyStopping, method::Method};
use crate::{fast::Device, optim::Schedule};

/// How to train. `TrainConfig::default()` is the tutorial: 100 epochs, full batch, learning rate 1e-4, no penalty.
///
/// ```
/// let config = lrlib::train::TrainConfig { epochs: 20, log_every: 10, ..Default::default() };
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TrainConfig {
    /// The number of passes over all samples, at least 1.
    pub epochs: usize,
    /// η, the length of a step relative to the gradient, above 0.
    pub learning_rate: f32,
    /// How the learning rate falls from epoch to epoch.
    pub schedule: Schedule,
    /// Epochs at the start with a lower learning rate, which rises to η; then `schedule` begins.
    pub warm_up: usize,
    /// μ in [0, 1): the part of the last step that each step repeats, as `torch.optim.SGD(momentum=μ)`.
    pub momentum: f32,
    /// Nesterov's form of momentum, as `torch.optim.SGD(nesterov=True)`.
    pub nesterov: bool,
    /// λ ≥ 0: every gradient gets λ·w added, as with `torch.optim.SGD(weight_decay=λ)`; the bias is exempt.
    pub weight_decay: f32,
    /// The strength ≥ 0 of an L1 penalty, l1·‖w‖₁, which sets weights to exactly 0; the bias is exempt. Needs steps without
    /// momentum, and makes them in feature space.
    pub l1: f32,
    /// c > 0, how much a sample of class 1 counts relative to one of class 0, as `torch.nn.BCEWithLogitsLoss(pos_weight=c)`:
    /// L = 1/n · Σ (1 + (c − 1)·y)·(max(z, 0) − z·y + ln(1 + e^−|z|)), y 0 or 1.
    pub pos_weight: f32,
    /// Samples per step, at least 1; `None` takes all: gradient descent. Mini-batches are drawn anew at each epoch.
    pub batch_size: Option<usize>,
    /// The seed for drawing mini-batches.
    pub seed: u64,
    /// How to make the steps; `None` chooses the faster way. Mini-batches are always made in feature space.
    pub method: Option<Method>,
    /// Where to compute: `Device::Cpu`, or `Device::best()`. A card makes the full batch's steps over all pixels, without
    /// momentum and L1; in sample space it computes the Gram matrix.
    pub device: Device,
    /// Ends the run when the validation loss no longer falls, and restores the best weights; `None` makes all epochs.
    pub early_stopping: Option<EarlyStopping>,
    /// Epochs from one printed line to the next; the last is printed too, and the time left if it is over 10 s; 0 prints
    /// none.
    pub log_every: usize,
    /// Where the run is saved, so that it can continue after an interruption; `None` saves nothing.
    pub checkpoint: Option<Checkpoint>,
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            epochs: 100,
            learning_rate: 1e-4,
            schedule: Schedule::Constant,
            warm_up: 0,
            momentum: 0.0,
            nesterov: false,
            weight_decay: 0.0,
            l1: 0.0,
            pos_weight: 1.0,
            batch_size: None,
            seed: 0,
            method: None,
            device: Device::Cpu,
            early_stopping: None,
            log_every: 0,
            checkpoint: None,
        }
    }
}
