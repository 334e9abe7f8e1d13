//! Settings out of range, and data that does not fit: one clear error each.

use super::{config::TrainConfig, early_stopping::EarlyStopping, method::Method};
use crate::{
    datasets::Batch,
    error::{Result, ensure},
    nn::LogisticRegression,
};

impl TrainConfig {
    /// Checks that all settings are in their range, and that the data fits the model.
    pub(crate) fn check(&self, model: &LogisticRegression, train: &Batch, val: Option<&Batch>) -> Result<()> {
        let Self { epochs, l1, pos_weight, batch_size, method, early_stopping, checkpoint, .. } = self;
        let pos_weight_is_good = *pos_weight > 0.0 && pos_weight.is_finite();
        ensure(*epochs > 0, "there is nothing to train in 0 epochs: use at least 1")?;
        self.schedule.check()?;
        ensure(pos_weight_is_good, format!("the pos weight is {pos_weight}: use a number above 0"))?;
        ensure(*batch_size != Some(0), "a batch of 0 samples teaches nothing: use at least 1, or None for all")?;
        let exact = *method != Some(Method::SampleSpace) || (batch_size.is_none() && *l1 <= 0.0);
        ensure(exact, "sample space needs the full batch and no L1 penalty: leave out batch_size and l1, or method")?;
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
