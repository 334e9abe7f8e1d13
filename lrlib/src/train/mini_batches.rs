//! Steps over a few samples each, drawn anew at each epoch.

use ndarray::Axis;

use super::{
    feature_space::step,
    steps::{Data, Steps},
};
use crate::{datasets::shuffled, error::Result, nn::LogisticRegression};

pub(super) struct MiniBatches<'a> {
    pub(super) data: Data<'a>,
    pub(super) size: usize,
}

impl Steps for MiniBatches<'_> {
    fn epoch(&mut self, model: &mut LogisticRegression, epoch: usize) -> Result<(f32, f32)> {
        let Data { train, config, .. } = self.data;
        let (mut mean_loss, mut mean_accuracy, before) = (0.0, 0.0, model.clone());
        // Only the rows of one batch are copied at a time.
        for rows in shuffled(train.num_samples(), config.seed, epoch).chunks(self.size) {
            let (x, y) = (train.x.select(Axis(0), rows), train.y.select(Axis(0), rows));
            let (loss, accuracy) = step(model, &x, &y, config);
            if !loss.is_finite() {
                *model = before;
                return Ok((loss, accuracy));
            }
            let share = rows.len() as f32 / train.num_samples() as f32;
            mean_loss += share * loss;
            mean_accuracy += share * accuracy;
        }
        Ok((mean_loss, mean_accuracy))
    }
}
