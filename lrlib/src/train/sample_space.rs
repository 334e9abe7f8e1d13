//! Steps in sample space: the engine is `fast/sample_space.rs`, and the mathematics is explained there.

use std::{iter, mem};

use ndarray::{Array2, ArrayRef1, ArrayRef2};

use super::{
    run::Run,
    steps::{Steps, descend},
};
use crate::{
    datasets::Batch,
    error::Result,
    fast::{product::combinations_and_products, sample_space},
    nn::{Gradients, LogisticRegression},
    optim::Sgd,
};

pub(super) struct SampleSpace {
    engine: sample_space::SampleSpace,
    /// Whether the engine has started from the model as it is.
    has_begun: bool,
}

impl SampleSpace {
    /// The Gram matrix is the first pass over the pixels, and the only one that a device makes.
    pub(super) fn new(run: &Run<'_>) -> Result<Self> {
        let gram = run.sum(run.config.device.gram(&run.train.x)?);
        Ok(Self { engine: sample_space::SampleSpace::new(gram), has_begun: false })
    }
}

/// Returns weight and bias, and with momentum their velocity.
fn start<'a>(run: &'a Run<'_>) -> Vec<(&'a ArrayRef1<f32>, f32)> {
    let velocity = run.optimizer.velocity.iter().map(|velocity| (&*velocity.weight, velocity.bias));
    iter::once((&*run.model.weight, run.model.bias.unwrap_or(0.0))).chain(velocity).collect()
}

impl Steps for SampleSpace {
    fn epoch(&mut self, run: &mut Run<'_>, _: usize) -> Result<(f32, f32)> {
        let (Batch { x, y, .. }, val_x) = (run.train, run.val.map(|val| &*val.x));
        if !mem::replace(&mut self.has_begun, true) {
            let (start, with_bias) = (start(run), run.model.bias.is_some());
            let products = |x: &ArrayRef2<f32>| run.sum(sample_space::products(x, &start));
            self.engine.begin(&start, with_bias, products(x), val_x.map(products));
        }
        let Sgd { learning_rate, weight_decay, momentum, nesterov, .. } = run.optimizer;
        Ok(descend(&self.engine.logits(), y, run.config.pos_weight, |y_hat| {
            self.engine.step(y_hat, y, learning_rate, weight_decay, momentum, nesterov);
        }))
    }

    fn val_logits(&mut self, run: &Run<'_>, val: &Batch) -> Array2<f32> {
        self.engine.val_logits(|directions| {
            let (combinations, products) = combinations_and_products(&val.x, &run.train.x, directions);
            (combinations, run.sum(products))
        })
    }

    fn model_at(&self, row: Option<usize>, run: &Run<'_>) -> Result<LogisticRegression> {
        let (weight, bias) = self.engine.weight(row, &start(run), &run.train.x);
        Ok(LogisticRegression { weight, bias: run.model.bias.map(|_| bias) })
    }

    fn write_to(&mut self, run: &mut Run<'_>) -> Result<()> {
        let model = self.model_at(None, run)?;
        if run.optimizer.velocity.is_some() {
            let (weight, bias) = self.engine.velocity(&start(run), &run.train.x);
            run.optimizer.velocity = Some(Gradients { weight, bias });
        }
        (*run.model, self.has_begun) = (model, false);
        Ok(())
    }
}
