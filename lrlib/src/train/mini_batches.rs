//! Steps over a few samples each, drawn anew at each epoch.

use ndarray::Axis;

use super::{
    feature_space::step,
    state::State,
    steps::{Data, Steps},
};
use crate::datasets::shuffled;

pub(super) struct MiniBatches<'a> {
    pub(super) data: Data<'a>,
    pub(super) size: usize,
}

impl Steps for MiniBatches<'_> {
    fn epoch(&mut self, state: &mut State<'_>, epoch: usize) -> (f32, f32) {
        let Data { train, config, .. } = self.data;
        let (mut mean_loss, mut mean_accuracy, before) = (0.0, 0.0, state.model.clone());
        // Only the rows of one batch are copied at a time.
        for rows in shuffled(train.num_samples(), config.seed, epoch).chunks(self.size) {
            let (x, y) = (train.x.select(Axis(0), rows), train.y.select(Axis(0), rows));
            let (loss, accuracy) = step(state, &x, &y, config.pos_weight);
            if !loss.is_finite() {
                *state.model = before;
                return (loss, accuracy);
            }
            let share = rows.len() as f32 / train.num_samples() as f32;
            mean_loss += share * loss;
            mean_accuracy += share * accuracy;
        }
        (mean_loss, mean_accuracy)
    }
}
