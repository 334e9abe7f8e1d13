//! Steps in sample space: the engine is `fast/sample_space.rs`, and the mathematics is explained there.

use ndarray::Array2;

use super::steps::{Data, Steps, descend};
use crate::{datasets::Batch, fast::sample_space, nn::LogisticRegression};

pub(super) struct SampleSpace<'a> {
    data: Data<'a>,
    engine: sample_space::SampleSpace,
}

impl<'a> SampleSpace<'a> {
    pub(super) fn new(data: Data<'a>, model: &LogisticRegression) -> Self {
        let mut space = Self { data, engine: sample_space::SampleSpace::new(&data.train.x) };
        space.restart_from(model);
        space
    }
}

impl Steps for SampleSpace<'_> {
    fn epoch(&mut self, _: &mut LogisticRegression, _: usize) -> (f32, f32) {
        let Data { train, config, .. } = self.data;
        descend(&self.engine.logits(), &train.y, config.pos_weight, |y_hat| {
            self.engine.step(y_hat, &train.y, config.learning_rate, config.weight_decay);
        })
    }

    fn val_logits(&mut self) -> Array2<f32> {
        let val = self.data.val.expect("called only with validation samples");
        self.engine.val_logits(&self.data.train.x, &val.x)
    }

    fn write_to(&mut self, model: &mut LogisticRegression) {
        self.engine.write_to(&mut model.weight, &mut model.bias, &self.data.train.x);
    }

    fn restart_from(&mut self, model: &LogisticRegression) {
        let Data { train, val, .. } = self.data;
        self.engine.begin(&model.weight, model.bias, &train.x, val.map(|val| &*val.x));
    }
}

/// Returns whether sample space costs less, counted in multiplications that wait for memory.
///
/// An epoch over the pixels reads all of them three times (forward, backward, val). The Gram matrix does far more
/// arithmetic per number it reads: a multiplication there costs about a sixth (two cores of an Intel Xeon, 244 + 153
/// pictures: 10.1 billion in 0.13 s, against 9.6 billion in 0.60 s over bytes). The weight and the validation logits at the
/// end take as long as two epochs there, or less.
pub(super) fn pays(train: &Batch, val: Option<&Batch>, epochs: usize) -> bool {
    let (n, d) = (train.num_samples() as f64, train.num_features() as f64);
    let m = val.map_or(0, Batch::num_samples) as f64;
    let (epochs, over_pixels) = (epochs as f64, (2.0 * n + m) * d);
    let in_sample_space = n * n / 2.0 * d / 6.0 + 2.0 * over_pixels + epochs * n * n;
    n <= d && in_sample_space < epochs * over_pixels
}
