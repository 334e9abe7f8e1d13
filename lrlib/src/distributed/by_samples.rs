//! Steps where each rank has some samples: the gradient is a sum, to which each adds its samples' part.

use std::ops::Range;

use ndarray::{Array1, Array2, Axis};

use super::world::World;
use crate::{
    datasets::Batch,
    error::Result,
    nn::Gradients,
    train::{Run, Steps, descend},
};

/// The world, the labels of all samples, and which of them are this rank's.
pub(super) struct BySamples<'a> {
    pub(super) world: &'a World,
    pub(super) y: &'a Array1<f32>,
    pub(super) mine: Range<usize>,
}

impl Steps for BySamples<'_> {
    fn epoch(&mut self, run: &mut Run<'_>, _: usize) -> Result<(f32, f32)> {
        let (Self { world, y, .. }, Batch { x, y: own_y, .. }) = (&self, run.train);
        let logits = Array1::from(world.gather(&run.model.logits(x).to_vec()));
        Ok(descend(&logits, y, run.config.pos_weight, |y_hat| {
            let Gradients { weight, bias } =
                run.model.backward(x, &y_hat.slice_axis(Axis(0), self.mine.clone().into()), own_y);
            // The mean over all samples is the sum of these means, each times its share of the samples.
            let share = own_y.len() as f32 / y.len() as f32;
            let mut sums: Vec<f32> = weight.iter().chain([&bias]).map(|number| share * number).collect();
            world.sum(&mut sums);
            let bias = sums.pop().expect("d + 1 numbers");
            run.optimizer.step(run.model, &Gradients { weight: sums.into(), bias });
        }))
    }

    fn val_logits(&mut self, run: &Run<'_>, val: &Batch) -> Array2<f32> {
        Array1::from(self.world.gather(&run.model.logits(&val.x).to_vec())).insert_axis(Axis(0))
    }
}
