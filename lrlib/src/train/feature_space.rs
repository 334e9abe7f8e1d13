//! Steps over all pixels: forward, loss, backward, step, as the loop is written out.

use ndarray::{Array1, Array2, ArrayRef2, Axis, stack};

use super::steps::{Data, Steps, descend};
use crate::{
    datasets::Batch,
    fast::pixel::{Pixel, to_bytes},
    nn::LogisticRegression,
    optim::Sgd,
};

pub(super) struct FeatureSpace<'a> {
    data: Data<'a>,
    /// The pixels as bytes, which are read faster, where all features are pixels.
    train_bytes: Option<Array2<u8>>,
    val_bytes: Option<Array2<u8>>,
    val_logits: Vec<Array1<f32>>,
}

impl<'a> FeatureSpace<'a> {
    pub(super) fn new(data: Data<'a>) -> Self {
        let (train_bytes, val_bytes) = (to_bytes(&data.train.x), data.val.and_then(|val| to_bytes(&val.x)));
        Self { data, train_bytes, val_bytes, val_logits: Vec::new() }
    }
}

impl Steps for FeatureSpace<'_> {
    fn epoch(&mut self, model: &mut LogisticRegression, _: usize) -> (f32, f32) {
        let seen = match &self.train_bytes {
            Some(bytes) => step(model, bytes, self.data),
            None => step(model, &self.data.train.x, self.data),
        };
        if let Some(Batch { x, .. }) = self.data.val.filter(|_| seen.0.is_finite()) {
            let logits = self.val_bytes.as_ref().map_or_else(|| model.logits(x), |bytes| model.logits(bytes));
            self.val_logits.push(logits);
        }
        seen
    }

    fn val_logits(&mut self) -> Array2<f32> {
        stack_rows(&mut self.val_logits)
    }
}

fn step(model: &mut LogisticRegression, x: &ArrayRef2<impl Pixel>, Data { train, config, .. }: Data<'_>) -> (f32, f32) {
    let sgd = Sgd { learning_rate: config.learning_rate, weight_decay: config.weight_decay };
    descend(&model.logits(x), &train.y, config.pos_weight, |y_hat| {
        let grads = model.backward(x, y_hat, &train.y);
        sgd.step(model, &grads);
    })
}

/// Returns these logits as rows, and empties the list.
pub(super) fn stack_rows(logits: &mut Vec<Array1<f32>>) -> Array2<f32> {
    let rows: Vec<_> = logits.iter().map(|row| row.view()).collect();
    let stacked = if rows.is_empty() { Array2::zeros((0, 0)) } else { stack(Axis(0), &rows).expect("m numbers each") };
    logits.clear();
    stacked
}
