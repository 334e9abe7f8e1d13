//! Steps over all pixels: forward, loss, backward, step, as the loop is written out.

use ndarray::{Array2, ArrayRef1, ArrayRef2, Axis};

use super::{
    config::TrainConfig,
    steps::{Data, Steps, descend},
};
use crate::{
    datasets::Batch,
    error::Result,
    fast::pixel::{Pixel, to_bytes},
    nn::LogisticRegression,
};

pub(super) struct FeatureSpace<'a> {
    data: Data<'a>,
    /// The pixels as bytes, which are read faster, where all features are pixels.
    train_bytes: Option<Array2<u8>>,
    val_bytes: Option<Array2<u8>>,
}

impl<'a> FeatureSpace<'a> {
    pub(super) fn new(data: Data<'a>) -> Self {
        Self { data, train_bytes: to_bytes(&data.train.x), val_bytes: data.val.and_then(|val| to_bytes(&val.x)) }
    }
}

impl Steps for FeatureSpace<'_> {
    fn epoch(&mut self, model: &mut LogisticRegression, _: usize) -> Result<(f32, f32)> {
        let Data { train, config, .. } = self.data;
        Ok(match &self.train_bytes {
            Some(bytes) => step(model, bytes, &train.y, config),
            None => step(model, &train.x, &train.y, config),
        })
    }

    fn val_logits(&mut self, model: &LogisticRegression, val: &Batch) -> Array2<f32> {
        let logits = self.val_bytes.as_ref().map_or_else(|| model.logits(&val.x), |bytes| model.logits(bytes));
        logits.insert_axis(Axis(0))
    }
}

/// Takes one step; returns loss and accuracy from before it.
pub(super) fn step(
    model: &mut LogisticRegression,
    x: &ArrayRef2<impl Pixel>,
    y: &ArrayRef1<f32>,
    config: &TrainConfig,
) -> (f32, f32) {
    descend(&model.logits(x), y, config.pos_weight, |y_hat| {
        let grads = model.backward(x, y_hat, y);
        config.optimizer().step(model, &grads);
    })
}
