//! A run of `fit`.

use ndarray::{Array, Array1, ArrayRef1, ArrayRef2, Dimension};

use super::{config::TrainConfig, exchange::Exchange, history::History};
use crate::{
    datasets::Batch,
    fast::pixel::Pixel,
    nn::{Gradients, LogisticRegression},
    optim::Sgd,
};

/// A run: what it learns from, what it changes, and what has happened so far.
pub(crate) struct Run<'a> {
    pub(crate) train: &'a Batch,
    pub(crate) val: Option<&'a Batch>,
    pub(crate) config: &'a TrainConfig,
    pub(crate) model: &'a mut LogisticRegression,
    pub(crate) optimizer: Sgd,
    /// The model after the best epoch, with early stopping.
    pub(crate) best: Option<LogisticRegression>,
    pub(crate) history: History,
    /// What a checkpoint of this run must say; empty without a checkpoint.
    pub(crate) identity: String,
    /// The other processes of the run, if there are any.
    pub(crate) exchange: Option<&'a dyn Exchange>,
    /// The labels of all validation samples, if other processes have some of these samples.
    pub(crate) val_y: Option<&'a ArrayRef1<f32>>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        model: &'a mut LogisticRegression,
        train: &'a Batch,
        val: Option<&'a Batch>,
        config: &'a TrainConfig,
    ) -> Self {
        let history = History { batch_size: config.batch_size, ..Default::default() };
        let best = config.early_stopping.map(|_| model.clone());
        let TrainConfig { learning_rate, momentum, nesterov, weight_decay, l1, .. } = *config;
        let mut optimizer = Sgd { learning_rate, momentum, nesterov, weight_decay, l1, velocity: None };
        optimizer.velocity_mut(model.num_features());
        let (identity, exchange, val_y) = (String::new(), None, None);
        Self { train, val, config, model, optimizer, best, history, identity, exchange, val_y }
    }

    /// Returns whether this process prints and writes.
    pub(super) fn is_first(&self) -> bool {
        self.exchange.is_none_or(Exchange::is_first)
    }

    /// Returns the logits of samples of which this process has all features, or its columns.
    pub(super) fn logits(&self, x: &ArrayRef2<impl Pixel>) -> Array1<f32> {
        let Some(exchange) = self.exchange else { return self.model.logits(x) };
        let mut z = self.model.clone().without_bias().logits(x).mapv(f64::from);
        exchange.sum(z.as_slice_mut().expect("a new vector is contiguous"));
        z.mapv(|z| z as f32) + self.model.bias.unwrap_or(0.0)
    }

    /// Adds up what the processes have, each with its columns.
    pub(super) fn sum<D: Dimension>(&self, mut numbers: Array<f64, D>) -> Array<f64, D> {
        let slice = numbers.as_slice_memory_order_mut().expect("new numbers are contiguous");
        self.exchange.iter().for_each(|exchange| exchange.sum(slice));
        numbers
    }

    /// Returns model, best model and velocity, each weight as `convert` makes it where other processes take part.
    pub(super) fn in_training(
        &self,
        convert: impl Fn(&dyn Exchange, &ArrayRef1<f32>) -> Array1<f32>,
    ) -> (LogisticRegression, Option<LogisticRegression>, Option<Gradients>) {
        let convert = |w: &Array1<f32>| self.exchange.map_or_else(|| w.clone(), |exchange| convert(exchange, w));
        let model = |model: &LogisticRegression| LogisticRegression { weight: convert(&model.weight), ..*model };
        let velocity = |v: &Gradients| Gradients { weight: convert(&v.weight), ..*v };
        (model(self.model), self.best.as_ref().map(model), self.optimizer.velocity.as_ref().map(velocity))
    }
}
