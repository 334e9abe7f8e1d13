//! Steps over all pixels: forward, loss, backward, step, as the loop is written out.

use ndarray::{Array2, ArrayRef1, ArrayRef2, Axis};

use super::{
    state::State,
    steps::{Data, Steps, descend},
};
use crate::{
    datasets::Batch,
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
    fn epoch(&mut self, state: &mut State<'_>, _: usize) -> (f32, f32) {
        let Data { train, config, .. } = self.data;
        match &self.train_bytes {
            Some(bytes) => step(state, bytes, &train.y, config.pos_weight),
            None => step(state, &train.x, &train.y, config.pos_weight),
        }
    }

    fn val_logits(&mut self, model: &LogisticRegression, val: &Batch) -> Array2<f32> {
        let logits = self.val_bytes.as_ref().map_or_else(|| model.logits(&val.x), |bytes| model.logits(bytes));
        logits.insert_axis(Axis(0))
    }
}

/// Takes one step; returns loss and accuracy from before it.
pub(super) fn step(
    State { model, optimizer, .. }: &mut State<'_>,
    x: &ArrayRef2<impl Pixel>,
    y: &ArrayRef1<f32>,
    pos_weight: f32,
) -> (f32, f32) {
    descend(&model.logits(x), y, pos_weight, |y_hat| {
        let grads = model.backward(x, y_hat, y);
        optimizer.step(model, &grads);
    })
}
