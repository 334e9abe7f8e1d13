//! What a run changes.

use crate::{nn::LogisticRegression, optim::Sgd};

use super::config::TrainConfig;

/// The model with what it needs to be trained further.
pub(super) struct State<'a> {
    pub(super) model: &'a mut LogisticRegression,
    /// With its velocity from the start on, if there is momentum.
    pub(super) optimizer: Sgd,
    /// The model after the best epoch so far, with early stopping.
    pub(super) best: Option<LogisticRegression>,
}

impl<'a> State<'a> {
    pub(super) fn new(model: &'a mut LogisticRegression, config: &TrainConfig) -> Self {
        let mut optimizer = config.optimizer();
        optimizer.velocity_mut(model.num_features());
        let best = config.early_stopping.map(|_| model.clone());
        Self { model, optimizer, best }
    }
}
