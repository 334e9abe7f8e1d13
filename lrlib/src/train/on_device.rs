//! Steps on a card, many epochs ahead of `fit`, because asking it for each one would cost more than an epoch.

use std::mem;

use ndarray::{Array2, Axis};

use super::steps::{Data, Steps, descend};
use crate::{
    datasets::Batch,
    error::Result,
    fast::{Cuda, Descent},
    nn::LogisticRegression,
};

/// The most epochs made ahead, and the most logits that may wait: 64 MiB.
const EPOCHS: usize = 100;
const LOGITS: usize = 16 << 20;

pub(super) struct OnDevice<'a> {
    data: Data<'a>,
    descent: Descent,
    /// The most epochs of a run.
    most: usize,
    /// The logits of all samples from before each step of the last run, and from after it.
    logits: Array2<f32>,
    /// The steps of the last run that `fit` knows of.
    used: usize,
    /// The logits of the validation samples that `fit` has not asked for yet.
    val_logits: Array2<f32>,
}

impl<'a> OnDevice<'a> {
    pub(super) fn new(data: Data<'a>, card: &Cuda, model: &LogisticRegression) -> Result<Self> {
        let Data { train, val, config } = data;
        let m = val.map_or(0, Batch::num_samples);
        let most = EPOCHS.min(config.epochs).min(LOGITS / (train.num_samples() + m)).max(1);
        let parts: Vec<_> = [Some(train), val].into_iter().flatten().map(|part| &*part.x).collect();
        let (model, loss) = ((&*model.weight, model.bias), (config.pos_weight, config.weight_decay));
        let descent = Descent::new(card, (&parts, &train.y), model, loss, most)?;
        let (logits, val_logits) = (Array2::zeros((1, 0)), Array2::zeros((0, m)));
        Ok(Self { data, descent, most, logits, used: 0, val_logits })
    }

    /// Returns how many epochs to make from this one on: up to the next checkpoint, if it is near.
    fn ahead(&self, epoch: usize) -> usize {
        let config = self.data.config;
        let saved = config.checkpoint.as_ref().map_or(usize::MAX, |saved| saved.every - epoch % saved.every);
        self.most.min(config.epochs - epoch).min(saved)
    }
}

impl Steps for OnDevice<'_> {
    fn epoch(&mut self, _: &mut LogisticRegression, epoch: usize) -> Result<(f32, f32)> {
        let Data { train, config, .. } = self.data;
        if self.used + 1 == self.logits.nrows() {
            self.logits = self.descent.run(&vec![config.learning_rate; self.ahead(epoch)])?;
            self.used = 0;
        }
        let n = train.num_samples();
        let (logits, _) = self.logits.row(self.used).split_at(Axis(0), n);
        let mut made = false;
        let (loss, train_accuracy) = descend(&logits, &train.y, config.pos_weight, |_| made = true);
        if made {
            self.used += 1;
            let (_, val_logits) = self.logits.row(self.used).split_at(Axis(0), n);
            self.val_logits.push_row(val_logits).expect("m numbers");
        }
        Ok((loss, train_accuracy))
    }

    fn val_logits(&mut self, _: &LogisticRegression, _: &Batch) -> Array2<f32> {
        let none = Array2::zeros((0, self.val_logits.ncols()));
        mem::replace(&mut self.val_logits, none)
    }

    fn collects_epochs(&self) -> bool {
        true
    }

    fn write_to(&mut self, model: &mut LogisticRegression) -> Result<()> {
        self.descent.write_to(&mut model.weight, &mut model.bias)
    }
}
