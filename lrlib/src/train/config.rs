//! How to train.

use super::{checkpoint::Checkpoint, method::Method};
use crate::{
    datasets::Batch,
    error::{Error, Result},
    fast::Device,
    nn::LogisticRegression,
    optim::Sgd,
};

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
    /// λ ≥ 0: every gradient gets λ·w added, as with `torch.optim.SGD(weight_decay=λ)`; the bias is exempt.
    pub weight_decay: f32,
    /// c > 0, how much a sample of class 1 counts relative to one of class 0, as `torch.nn.BCEWithLogitsLoss(pos_weight=c)`:
    /// L = 1/n · Σ (1 + (c − 1)·y)·(max(z, 0) − z·y + ln(1 + e^−|z|)), y 0 or 1.
    pub pos_weight: f32,
    /// Samples per step, at least 1; `None` takes all: gradient descent. Mini-batches are drawn anew at each epoch.
    pub batch_size: Option<usize>,
    /// The seed for drawing mini-batches.
    pub seed: u64,
    /// How to make the steps; `None` chooses the faster way. Mini-batches are always made in feature space.
    pub method: Option<Method>,
    /// Where to compute: `Device::Cpu`, or `Device::best()`. A card makes the full batch's steps over all pixels; in sample
    /// space it computes the Gram matrix.
    pub device: Device,
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
            weight_decay: 0.0,
            pos_weight: 1.0,
            batch_size: None,
            seed: 0,
            method: None,
            device: Device::Cpu,
            log_every: 0,
            checkpoint: None,
        }
    }
}

impl TrainConfig {
    /// Returns the optimizer with these settings.
    pub(super) fn optimizer(&self) -> Sgd {
        Sgd { learning_rate: self.learning_rate, weight_decay: self.weight_decay }
    }

    /// Returns the settings of a run and checksums of its data: a checkpoint is continued only if all are the same.
    pub(super) fn identity(&self, model: &LogisticRegression, train: &Batch, val: Option<&Batch>) -> String {
        let Self { learning_rate, weight_decay, pos_weight, batch_size, seed, .. } = self;
        let bias = if model.bias.is_some() { "with" } else { "without" };
        let (train, val) = (train.fingerprint(), val.map_or("none".into(), Batch::fingerprint));
        format!(
            "a run on train {train}, val {val}, {bias} bias, learning rate {learning_rate:?}, weight decay {weight_decay:?}, \
             pos weight {pos_weight:?}, batch size {batch_size:?}, seed {seed}"
        )
    }

    /// Checks that all settings are in their range, and that the data fits the model.
    pub(crate) fn check(&self, model: &LogisticRegression, train: &Batch, val: Option<&Batch>) -> Result<()> {
        let Self { epochs, learning_rate, weight_decay, pos_weight, batch_size, method, ref device, .. } = *self;
        let problem = if epochs == 0 {
            "there is nothing to train in 0 epochs: use at least 1".into()
        } else if !(learning_rate > 0.0 && learning_rate.is_finite()) {
            format!("the learning rate is {learning_rate}: use a number above 0, such as 1e-4")
        } else if !(weight_decay >= 0.0 && weight_decay.is_finite()) {
            format!("the weight decay is {weight_decay}: use 0 or more")
        } else if !(pos_weight > 0.0 && pos_weight.is_finite()) {
            format!("the pos weight is {pos_weight}: use a number above 0")
        } else if self.checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.every == 0) {
            "a checkpoint every 0 epochs saves nothing: use at least 1".into()
        } else if batch_size.is_some() && method == Some(Method::SampleSpace) {
            "sample space needs the full batch: leave out batch_size, or method".into()
        } else if batch_size.is_some() && *device != Device::Cpu {
            "a card trains on the full batch: leave out batch_size, or use Device::Cpu".into()
        } else if batch_size == Some(0) {
            "a batch of 0 samples teaches nothing: use at least 1, or None for all".into()
        } else {
            let named = [("training", Some(train)), ("validation", val)];
            let mut batches = named.into_iter().filter_map(|(name, batch)| Some((name, batch?)));
            return batches.try_for_each(|(name, batch)| batch.check(name, model.num_features()));
        };
        Err(Error::Config(problem))
    }
}
