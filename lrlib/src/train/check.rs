//! Settings out of range, and data that does not fit: one clear error each.

use super::{config::TrainConfig, early_stopping::EarlyStopping, method::Method};
use crate::{
    datasets::Batch,
    error::{Result, ensure},
    fast::Device,
    nn::LogisticRegression,
};

impl TrainConfig {
    /// Checks that all settings are in their range, and that the data fits the model.
    pub(crate) fn check(&self, model: &LogisticRegression, train: &Batch, val: Option<&Batch>) -> Result<()> {
        let Self { epochs, momentum, l1, pos_weight, batch_size, method, device, early_stopping, checkpoint, .. } =
            self;
        let pos_weight_is_good = *pos_weight > 0.0 && pos_weight.is_finite();
        ensure(*epochs > 0, "there is nothing to train in 0 epochs: use at least 1")?;
        self.schedule.check()?;
        ensure(pos_weight_is_good, format!("the pos weight is {pos_weight}: use a number above 0"))?;
        ensure(*batch_size != Some(0), "a batch of 0 samples teaches nothing: use at least 1, or None for all")?;
        let exact = *method != Some(Method::SampleSpace) || (batch_size.is_none() && *l1 <= 0.0);
        ensure(exact, "sample space needs the full batch and no L1 penalty: leave out batch_size and l1, or method")?;
        // What a card's kernels do not do. In sample space it computes the Gram matrix, whatever the steps are.
        let on_card = *device != Device::Cpu && *method != Some(Method::SampleSpace);
        let plain = batch_size.is_none() && *momentum <= 0.0 && *l1 <= 0.0;
        let problem = "a card takes plain steps with the full batch: leave out batch_size, momentum and l1, or device";
        ensure(plain || !on_card, problem)?;
        if let Some(EarlyStopping { min_delta, .. }) = early_stopping {
            ensure(val.is_some(), "early stopping needs validation data: give fit a val, or leave out early_stopping")?;
            ensure(*min_delta >= 0.0 && min_delta.is_finite(), format!("min_delta is {min_delta}: use 0 or more"))?;
        }
        let never = checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.every == 0);
        ensure(!never, "a checkpoint every 0 epochs saves nothing: use at least 1")?;
        train.check("training", model.num_features())?;
        val.map_or(Ok(()), |val| val.check("validation", model.num_features()))
    }
}
