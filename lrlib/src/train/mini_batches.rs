//! Steps over a few samples each, drawn anew at each epoch.

use ndarray::{Array1, Array2, Axis};

use super::{
    feature_space::stack_rows,
    steps::{Data, Steps, descend},
};
use crate::{datasets::shuffled, nn::LogisticRegression, optim::Sgd};

pub(super) struct MiniBatches<'a> {
    data: Data<'a>,
    size: usize,
    val_logits: Vec<Array1<f32>>,
}

impl<'a> MiniBatches<'a> {
    pub(super) fn new(data: Data<'a>, size: usize) -> Self {
        Self { data, size, val_logits: Vec::new() }
    }
}

impl Steps for MiniBatches<'_> {
    fn epoch(&mut self, model: &mut LogisticRegression, epoch: usize) -> (f32, f32) {
        let Data { train, val, config } = self.data;
        let sgd = Sgd { learning_rate: config.learning_rate, weight_decay: config.weight_decay };
        let (mut mean_loss, mut mean_accuracy) = (0.0, 0.0);
        let before = model.clone();
        // Only the rows of one batch are copied at a time.
        for rows in shuffled(train.num_samples(), config.seed, epoch).chunks(self.size) {
            let (x, y) = (train.x.select(Axis(0), rows), train.y.select(Axis(0), rows));
            let (loss, accuracy) = descend(&model.logits(&x), &y, config.pos_weight, |y_hat| {
                let grads = model.backward(&x, y_hat, &y);
                sgd.step(model, &grads);
            });
            let share = rows.len() as f32 / train.num_samples() as f32;
            mean_loss += share * loss;
            mean_accuracy += share * accuracy;
            if !loss.is_finite() {
                *model = before;
                return (loss, accuracy);
            }
        }
        self.val_logits.extend(val.map(|val| model.logits(&val.x)));
        (mean_loss, mean_accuracy)
    }

    fn val_logits(&mut self) -> Array2<f32> {
        stack_rows(&mut self.val_logits)
    }
}
