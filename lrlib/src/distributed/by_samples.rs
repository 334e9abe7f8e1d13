//! Steps where each rank has some samples: loss and gradient are sums, to which each rank adds its samples' part.

use ndarray::{Array1, Array2, Axis};

use super::world::World;
use crate::{
    datasets::Batch,
    error::Result,
    metrics::accuracy,
    nn::{Gradients, loss_and_predictions, with_pos_weight},
    train::{Run, Steps},
};

/// The world, and the number of samples of all ranks.
pub(super) struct BySamples<'a> {
    pub(super) world: &'a World,
    pub(super) n: usize,
}

impl Steps for BySamples<'_> {
    fn epoch(&mut self, run: &mut Run<'_>, _: usize) -> Result<(f32, f32)> {
        let (n, pos_weight, Batch { x, y, .. }) = (self.n as f32, run.config.pos_weight, run.train);
        let (loss, y_hat) = loss_and_predictions(&run.model.logits(x), y, pos_weight);
        let own = y.len() as f32;
        let hits = (own * accuracy(y, &y_hat)).round();
        let grads = run.model.backward(x, &with_pos_weight(y_hat, y, pos_weight), y);
        // The mean over all samples is the sum of the ranks' means, each times its share of the samples.
        let mut sums: Vec<f32> = grads.weight.iter().chain(&[grads.bias, loss]).map(|mean| mean * own / n).collect();
        sums.push(hits);
        self.world.sum(&mut sums);
        let [bias, loss, hits] = *sums.split_off(run.model.num_features()) else { unreachable!("three were added") };
        if loss.is_finite() {
            run.optimizer.step(run.model, &Gradients { weight: sums.into(), bias });
        }
        Ok((loss, hits / n))
    }

    fn val_logits(&mut self, run: &Run<'_>, val: &Batch) -> Array2<f32> {
        Array1::from(self.world.gather(&run.model.logits(&val.x).to_vec())).insert_axis(Axis(0))
    }
}
