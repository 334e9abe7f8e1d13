//! How to train.

use super::{checkpoint::Checkpoint, early_stopping::EarlyStopping, method::Method};
use crate::{
    datasets::Batch,
    error::{Error, Result},
    nn::LogisticRegression,
    optim::{Schedule, Sgd},
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
            early_stopping: None,
            log_every: 0,
            checkpoint: None,
        }
    }
}

impl TrainConfig {
    /// Returns the optimizer with these settings.
    pub(super) fn optimizer(&self) -> Sgd {
        let Self { learning_rate, momentum, nesterov, weight_decay, l1, .. } = *self;
        Sgd { learning_rate, momentum, nesterov, weight_decay, l1, velocity: None }
    }

    /// Returns the learning rate at `epoch`.
    pub(super) fn rate(&self, epoch: usize) -> f32 {
        self.schedule.learning_rate(self.learning_rate, self.warm_up, epoch)
    }

    /// Returns the settings of a run and checksums of its data: a checkpoint is continued only if all are the same.
    pub(super) fn identity(&self, model: &LogisticRegression, train: &Batch, val: Option<&Batch>) -> String {
        let Self { learning_rate, schedule, warm_up, momentum, nesterov, weight_decay, l1, .. } = self;
        let Self { pos_weight, batch_size, seed, early_stopping, .. } = self;
        let bias = if model.bias.is_some() { "with" } else { "without" };
        let (train, val) = (train.fingerprint(), val.map_or("none".into(), Batch::fingerprint));
        format!(
            "a run on train {train}, val {val}, {bias} bias, learning rate {learning_rate:?}, schedule {schedule:?}, warm-up \
             {warm_up}, momentum {momentum:?}, nesterov {nesterov}, weight decay {weight_decay:?}, L1 {l1:?}, \
             pos weight {pos_weight:?}, batch size {batch_size:?}, seed {seed}, early stopping {early_stopping:?}"
        )
    }

    /// Checks that all settings are in their range, and that the data fits the model.
    pub(crate) fn check(&self, model: &LogisticRegression, train: &Batch, val: Option<&Batch>) -> Result<()> {
        self.optimizer().check()?;
        self.schedule.check()?;
        let Self { epochs, l1, pos_weight, batch_size, method, early_stopping, .. } = *self;
        let problem = if epochs == 0 {
            "there is nothing to train in 0 epochs: use at least 1".into()
        } else if !(pos_weight > 0.0 && pos_weight.is_finite()) {
            format!("the pos weight is {pos_weight}: use a number above 0")
        } else if early_stopping.is_some() && val.is_none() {
            "early stopping needs validation data: give fit a val, or leave out early_stopping".into()
        } else if let Some(EarlyStopping { min_delta, .. }) = early_stopping
            && !(min_delta >= 0.0 && min_delta.is_finite())
        {
            format!("the min_delta of early stopping is {min_delta}: use 0 or more")
        } else if self.checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.every == 0) {
            "a checkpoint every 0 epochs saves nothing: use at least 1".into()
        } else if batch_size.is_some() && method == Some(Method::SampleSpace) {
            "sample space needs the full batch: leave out batch_size, or method".into()
        } else if l1 > 0.0 && method == Some(Method::SampleSpace) {
            "an L1 penalty needs feature space: leave out l1, or method".into()
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
