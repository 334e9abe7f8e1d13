//! Steps in sample space: the engine is `fast/sample_space.rs`, and the mathematics is explained there.

use ndarray::Array2;

use super::steps::{Data, Steps, descend};
use crate::{datasets::Batch, error::Result, fast::sample_space, nn::LogisticRegression};

pub(super) struct SampleSpace<'a> {
    data: Data<'a>,
    engine: sample_space::SampleSpace,
}

impl<'a> SampleSpace<'a> {
    /// The Gram matrix is the first pass over the pixels, and the only one that is made on a device.
    pub(super) fn new(data: Data<'a>, model: &LogisticRegression) -> Result<Self> {
        let gram = data.config.device.gram(&data.train.x)?;
        let mut space = Self { data, engine: sample_space::SampleSpace::new(gram) };
        space.restart_from(model);
        Ok(space)
    }
}

impl Steps for SampleSpace<'_> {
    fn epoch(&mut self, _: &mut LogisticRegression, _: usize) -> Result<(f32, f32)> {
        let Data { train, config, .. } = self.data;
        Ok(descend(&self.engine.logits(), &train.y, config.pos_weight, |y_hat| {
            self.engine.step(y_hat, &train.y, config.learning_rate, config.weight_decay);
        }))
    }

    fn val_logits(&mut self, _: &LogisticRegression, val: &Batch) -> Array2<f32> {
        self.engine.val_logits(&self.data.train.x, &val.x)
    }

    fn collects_epochs(&self) -> bool {
        true
    }

    fn write_to(&mut self, model: &mut LogisticRegression) -> Result<()> {
        self.engine.write_to(&mut model.weight, &mut model.bias, &self.data.train.x);
        Ok(())
    }

    fn restart_from(&mut self, model: &LogisticRegression) {
        let Data { train, val, .. } = self.data;
        self.engine.begin(&model.weight, model.bias, &train.x, val.map(|val| &*val.x));
    }
}
