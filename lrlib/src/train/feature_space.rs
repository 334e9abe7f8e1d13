//! Steps over all pixels: forward, loss, backward, step, as the loop is written out.

use ndarray::{Array2, ArrayRef1, ArrayRef2, Axis};

use super::{
    run::Run,
    steps::{Steps, descend},
};
use crate::{
    datasets::Batch,
    error::Result,
    fast::pixel::{Pixel, to_bytes},
};

/// The pixels as bytes, which are read faster, where all features are pixels.
pub(super) struct FeatureSpace {
    train: Option<Array2<u8>>,
    val: Option<Array2<u8>>,
}

impl FeatureSpace {
    pub(super) fn new(run: &Run<'_>) -> Self {
        Self { train: to_bytes(&run.train.x), val: run.val.and_then(|val| to_bytes(&val.x)) }
    }
}

impl Steps for FeatureSpace {
    fn epoch(&mut self, run: &mut Run<'_>, _: usize) -> Result<(f32, f32)> {
        let Batch { x, y, .. } = run.train;
        Ok(match &self.train {
            Some(bytes) => step(run, bytes, y),
            None => step(run, x, y),
        })
    }

    fn val_logits(&mut self, run: &Run<'_>, val: &Batch) -> Array2<f32> {
        let logits = self.val.as_ref().map_or_else(|| run.logits(&val.x), |bytes| run.logits(bytes));
        logits.insert_axis(Axis(0))
    }
}

/// Takes one step; returns loss and accuracy from before it.
pub(super) fn step(run: &mut Run<'_>, x: &ArrayRef2<impl Pixel>, y: &ArrayRef1<f32>) -> (f32, f32) {
    descend(&run.logits(x), y, run.config.pos_weight, |y_hat| {
        let grads = run.model.backward(x, y_hat, y);
        run.optimizer.step(run.model, &grads);
    })
}
