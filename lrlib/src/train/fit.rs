//! The training loop.

use ndarray::Axis;
use rayon::prelude::*;

use super::{
    config::TrainConfig,
    feature_space::FeatureSpace,
    fit_error::FitError,
    history::{Epoch, History},
    log::{Log, say},
    method::Method,
    mini_batches::MiniBatches,
    on_device::OnDevice,
    run::Run,
    sample_space::SampleSpace,
    steps::Steps,
};
use crate::{
    datasets::Batch,
    error::{Error, Result, ensure},
    fast::{Device, sample_space::pays},
    metrics::accuracy,
    nn::{LogisticRegression, loss_and_predictions},
};

/// About how many numbers may wait for the next computation of validation logits: 64 MiB of `f64`.
const MOST: usize = 8 << 20;

/// Trains `model` on `train` by gradient descent, and evaluates it on `val` after each epoch without learning from it.
///
/// With all samples in one batch, and few of them compared with their features, the same steps are made in sample space,
/// many times faster, momentum and schedules included; an L1 penalty needs all features at each step. [`History::method`]
/// says which way was taken.
///
/// # Errors
/// A [`FitError`] holds the history until then and the cause: [`Error::Config`] if a setting is out of its range or the
/// batches do not fit the model; [`Error::Diverged`] if the loss stops being a number (a learning rate far too high);
/// [`Error::Device`] if the card has too little memory or fails;
/// [`Error::Io`] or [`Error::Model`] if the checkpoint cannot be read or written, or belongs to another run. The model is
/// then as the last whole epoch left it.
pub fn fit(
    model: &mut LogisticRegression,
    train: &Batch,
    val: Option<&Batch>,
    config: &TrainConfig,
) -> std::result::Result<History, FitError> {
    let mut run = Run::new(model, train, val, config);
    match whole(&mut run, make_steps) {
        Ok(()) => Ok(run.history),
        Err(error) => Err(FitError { history: run.history, error }),
    }
}

/// Makes a run, from checking the settings to writing the last file.
pub(crate) fn whole<'a>(run: &mut Run<'_>, steps: impl FnOnce(&Run<'_>) -> Result<Box<dyn Steps + 'a>>) -> Result<()> {
    let Run { train, val, config, .. } = *run;
    config.check(run.model, train, val)?;
    run.optimizer.check()?;
    let (n, m, d) = (train.num_samples(), val.map_or(0, Batch::num_samples), train.num_features());
    // A card is there for the steps over all pixels.
    let in_span = config.batch_size.is_none() && config.l1 <= 0.0 && config.device == Device::Cpu;
    let faster = if in_span && pays(n, m, d, config.epochs) { Method::SampleSpace } else { Method::FeatureSpace };
    run.history.method = config.method.unwrap_or(faster);
    if let Some(checkpoint) = &config.checkpoint {
        if run.identity.is_empty() {
            run.identity = run.identity(&train.fingerprint(), &val.map_or("none".into(), Batch::fingerprint));
        }
        run.restore()?;
        let agrees = run.exchange.is_none_or(|exchange| exchange.agrees(run.history.epochs.len()));
        ensure(agrees, "the ranks do not read the same checkpoint: put it into a folder that all machines share")?;
        // If it cannot be written, that should show before the run, not after it.
        run.save()?;
        let before = run.history.epochs.len();
        if config.log_every > 0 && before > 0 && run.is_first() {
            say(&format!("continuing after {before} epochs saved in {}", checkpoint.path.display()));
        }
        config.early_stopping.iter().for_each(|early_stopping| early_stopping.judge(&mut run.history, 0));
    }
    let before = run.history.epochs.len();
    if before < config.epochs && !run.history.stopped_early {
        let mut steps = steps(run)?;
        let outcome = epochs(run, &mut *steps);
        // Without a step there is nothing to write, whatever the features are.
        if run.history.epochs.len() > before {
            let written = steps.write_to(run);
            outcome.and(written)?;
        } else {
            outcome?;
        }
        run.save()?;
    }
    if let Some(best) = run.best.take() {
        *run.model = best;
    }
    Ok(())
}

/// Returns the way of making steps that [`History::method`] names.
pub(crate) fn make_steps(run: &Run<'_>) -> Result<Box<dyn Steps>> {
    Ok(match (run.config.batch_size, run.history.method) {
        (Some(size), _) => Box::new(MiniBatches(size)),
        (None, Method::SampleSpace) => Box::new(SampleSpace::new(run)?),
        (None, Method::FeatureSpace) => match OnDevice::new(run)? {
            Some(on_device) => Box::new(on_device),
            None => Box::new(FeatureSpace::new(run)),
        },
    })
}

/// Makes epoch after epoch, up to the last, to the first that fails, or to an early stop.
fn epochs(run: &mut Run<'_>, steps: &mut dyn Steps) -> Result<()> {
    let (config, before) = (run.config, run.history.epochs.len());
    let log = Log::new(config, before);
    let at_once = MOST.div_ceil(run.train.num_samples().max(run.val.map_or(0, Batch::num_samples)));
    for epoch in before..config.epochs {
        run.optimizer.learning_rate = config.schedule.learning_rate(config.learning_rate, config.warm_up, epoch);
        let (loss, train_accuracy) = steps.epoch(run, epoch)?;
        if !loss.is_finite() {
            evaluate(run, steps)?;
            return if run.history.stopped_early { Ok(()) } else { Err(diverged(loss, epoch, run)) };
        }
        run.history.epochs.push(Epoch { epoch, loss, train_accuracy, val_loss: None, val_accuracy: None });
        let done = epoch + 1;
        let save_now =
            done < config.epochs && config.checkpoint.as_ref().is_some_and(|to| done.is_multiple_of(to.every));
        // Epochs made after an early stop are made in vain: at most as many as before it.
        let doubled = config.early_stopping.is_some() && done.is_power_of_two();
        let enough = doubled || done.is_multiple_of(at_once) || done == config.epochs;
        if enough || run.history.method == Method::FeatureSpace || save_now || log.is_due(done) {
            evaluate(run, steps)?;
        }
        if run.history.stopped_early {
            break;
        }
        if log.is_due(done) && run.is_first() {
            log.print(&run.history.epochs[epoch]);
        }
        if save_now {
            steps.write_to(run)?;
            run.save()?;
        }
    }
    Ok(())
}

/// Adds loss and accuracy on `val` to the last epochs, which have none yet, and judges them for early stopping.
fn evaluate(run: &mut Run<'_>, steps: &mut dyn Steps) -> Result<()> {
    let is_new = run.history.epochs.last().is_some_and(|last| last.val_loss.is_none());
    let Some(val) = run.val.filter(|_| is_new) else { return Ok(()) };
    let (logits, y) = (steps.val_logits(run, val), run.val_y.unwrap_or(&val.y));
    let first = run.history.epochs.len() - logits.nrows();
    let rows = run.history.epochs[first..].par_iter_mut().zip(logits.axis_iter(Axis(0)).into_par_iter());
    rows.with_min_len(16).for_each(|(epoch, logits)| {
        let (loss, y_hat) = loss_and_predictions(&logits, y, run.config.pos_weight);
        (epoch.val_loss, epoch.val_accuracy) = (Some(loss), Some(accuracy(y, &y_hat)));
    });
    let Some(early_stopping) = run.config.early_stopping else { return Ok(()) };
    early_stopping.judge(&mut run.history, first);
    let best = run.history.best_epoch;
    ensure(best.is_some(), "early stopping needs a validation loss: use validation features that are finite numbers")?;
    if let Some(row) = best.and_then(|best| best.checked_sub(first)) {
        run.best = Some(steps.model_at(Some(row), run)?);
    }
    Ok(())
}

/// Names the cause of a loss that is not a number.
fn diverged(loss: f32, epoch: usize, Run { train, config, model, .. }: &Run<'_>) -> Error {
    let no_step_was_made = epoch == 0 && config.batch_size.is_none();
    let loss = format!("the loss is {loss} at epoch {epoch}");
    if no_step_was_made || !train.x.iter().chain(&model.weight).all(|number| number.is_finite()) {
        return Error::Config(loss + ": the features and weights must be finite numbers, and their products too");
    }
    Error::Diverged(format!("{loss}: lower the learning rate ({:?})", config.learning_rate))
}
