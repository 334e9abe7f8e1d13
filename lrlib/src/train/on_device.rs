//! Steps on a card, many epochs ahead of `fit`, because asking it for each one would cost more than an epoch.

use std::mem;

use ndarray::{Array2, Axis};

use super::{
    config::TrainConfig,
    run::Run,
    steps::{Steps, descend},
};
use crate::{
    datasets::Batch,
    error::Result,
    fast::{Descent, Start},
    nn::LogisticRegression,
};

/// The most epochs made ahead, and the most logits that may wait: 64 MiB.
const EPOCHS: usize = 100;
const LOGITS: usize = 16 << 20;

pub(super) struct OnDevice {
    descent: Box<dyn Descent>,
    /// The most epochs of a run.
    most: usize,
    /// The logits of all samples from before each step of the last run, and from after it.
    logits: Array2<f32>,
    /// The steps of the last run that `fit` knows of.
    used: usize,
    /// The logits of the validation samples that `fit` has not asked for yet.
    val_logits: Array2<f32>,
}

impl OnDevice {
    /// Moves the run to its device; `None` on the processor.
    pub(super) fn new(run: &Run<'_>) -> Result<Option<Self>> {
        let Run { train, val, config, ref model, .. } = *run;
        let m = val.map_or(0, Batch::num_samples);
        let most = EPOCHS.min(config.epochs).min(LOGITS / (train.num_samples() + m)).max(1);
        let parts: Vec<_> = [Some(train), val].into_iter().flatten().map(|part| &*part.x).collect();
        let descent = config.device.descent(&Start {
            parts: &parts,
            y: &train.y,
            weight: &model.weight,
            bias: model.bias,
            pos_weight: config.pos_weight,
            weight_decay: config.weight_decay,
            most,
        })?;
        let (logits, val_logits) = (Array2::zeros((1, 0)), Array2::zeros((0, m)));
        Ok(descent.map(|descent| Self { descent, most, logits, used: 0, val_logits }))
    }

    /// Returns how many epochs to make from this one on: up to the next checkpoint, if it is near. With early stopping one:
    /// the weight after the best epoch is wanted, and the card has the last one only.
    fn ahead(&self, epoch: usize, config: &TrainConfig) -> usize {
        let saved = config.checkpoint.as_ref().map_or(usize::MAX, |saved| saved.every - epoch % saved.every);
        let most = if config.early_stopping.is_some() { 1 } else { self.most };
        most.min(config.epochs - epoch).min(saved)
    }
}

impl Steps for OnDevice {
    fn epoch(&mut self, run: &mut Run<'_>, epoch: usize) -> Result<(f32, f32)> {
        let (config, Batch { y, .. }) = (run.config, run.train);
        if self.used + 1 == self.logits.nrows() {
            let epochs = epoch..epoch + self.ahead(epoch, config);
            let rate = |epoch| config.schedule.learning_rate(config.learning_rate, config.warm_up, epoch);
            self.logits = self.descent.run(&epochs.map(rate).collect::<Vec<_>>())?;
            self.used = 0;
        }
        let (logits, _) = self.logits.row(self.used).split_at(Axis(0), y.len());
        let mut made = false;
        let (loss, train_accuracy) = descend(&logits, y, config.pos_weight, |_| made = true);
        if made {
            self.used += 1;
            let (_, val_logits) = self.logits.row(self.used).split_at(Axis(0), y.len());
            self.val_logits.push_row(val_logits).expect("m numbers");
        }
        Ok((loss, train_accuracy))
    }

    fn val_logits(&mut self, _: &Run<'_>, _: &Batch) -> Array2<f32> {
        let none = Array2::zeros((0, self.val_logits.ncols()));
        mem::replace(&mut self.val_logits, none)
    }

    fn model_at(&self, _: Option<usize>, run: &Run<'_>) -> Result<LogisticRegression> {
        let mut model = run.model.clone();
        self.descent.write_to(&mut model.weight, &mut model.bias)?;
        Ok(model)
    }

    fn write_to(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.descent.write_to(&mut run.model.weight, &mut run.model.bias)
    }
}
