//! Steps in sample space: the engine is `fast/sample_space.rs`, and the mathematics is explained there.

use std::iter;

use ndarray::{Array2, ArrayRef1};

use super::{
    state::State,
    steps::{Data, Steps, descend},
};
use crate::{
    datasets::Batch,
    fast::sample_space,
    nn::{Gradients, LogisticRegression},
    optim::Sgd,
};

pub(super) struct SampleSpace<'a> {
    data: Data<'a>,
    engine: sample_space::SampleSpace,
}

impl<'a> SampleSpace<'a> {
    pub(super) fn new(data: Data<'a>, state: &State<'_>) -> Self {
        let mut space = Self { data, engine: sample_space::SampleSpace::new(&data.train.x) };
        space.restart_from(state);
        space
    }

    /// Returns the model at a row, or as it is now.
    fn model(&self, row: Option<usize>, state: &State<'_>) -> LogisticRegression {
        let (weight, bias) = self.engine.weight(row, &start(state), &self.data.train.x);
        LogisticRegression { weight, bias: state.model.bias.map(|_| bias) }
    }
}

/// Returns weight and bias, and with momentum their velocity.
fn start<'a>(State { model, optimizer, .. }: &'a State<'_>) -> Vec<(&'a ArrayRef1<f32>, f32)> {
    let velocity = optimizer.velocity.iter().map(|velocity| (&*velocity.weight, velocity.bias));
    iter::once((&*model.weight, model.bias.unwrap_or(0.0))).chain(velocity).collect()
}

impl Steps for SampleSpace<'_> {
    fn epoch(&mut self, state: &mut State<'_>, _: usize) -> (f32, f32) {
        let Data { train, config, .. } = self.data;
        let Sgd { learning_rate, weight_decay, momentum, nesterov, .. } = state.optimizer;
        descend(&self.engine.logits(), &train.y, config.pos_weight, |y_hat| {
            self.engine.step(y_hat, &train.y, learning_rate, weight_decay, momentum, nesterov);
        })
    }

    fn val_logits(&mut self, _: &LogisticRegression, val: &Batch) -> Array2<f32> {
        self.engine.val_logits(&self.data.train.x, &val.x)
    }

    fn collects_epochs(&self) -> bool {
        true
    }

    fn model_at(&self, row: usize, state: &State<'_>) -> LogisticRegression {
        self.model(Some(row), state)
    }

    fn write_to(&mut self, state: &mut State<'_>) {
        let model = self.model(None, state);
        if state.optimizer.velocity.is_some() {
            let (weight, bias) = self.engine.velocity(&start(state), &self.data.train.x);
            state.optimizer.velocity = Some(Gradients { weight, bias });
        }
        *state.model = model;
    }

    fn restart_from(&mut self, state: &State<'_>) {
        let Data { train, val, .. } = self.data;
        self.engine.begin(&start(state), state.model.bias.is_some(), &train.x, val.map(|val| &*val.x));
    }
}
