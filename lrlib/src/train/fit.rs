//! The training loop.

use ndarray::Axis;
use rayon::prelude::*;

use super::{
    checkpoint::Checkpoint,
    config::TrainConfig,
    feature_space::FeatureSpace,
    fit_error::FitError,
    history::{Epoch, History},
    log::{Log, say},
    method::Method,
    mini_batches::MiniBatches,
    sample_space::SampleSpace,
    steps::{Data, Steps},
};
use crate::{
    datasets::Batch,
    error::{Error, Result},
    fast::sample_space::pays,
    metrics::accuracy,
    nn::{LogisticRegression, loss_and_predictions},
};

/// About how many numbers may wait for the next computation of validation logits: 64 MiB of `f64`.
const MOST: usize = 8 << 20;

/// Trains `model` on `train` by gradient descent, and evaluates it on `val` after each epoch without learning from it.
///
/// With all samples in one batch, and few of them compared with their features, the same steps are made in sample space,
/// many times faster; [`History::method`] says which way was taken.
///
/// # Errors
/// A [`FitError`] holds the history until then and the cause: [`Error::Config`] if a setting is out of its range or the
/// batches do not fit the model; [`Error::Diverged`] if the loss stops being a number (a learning rate far too high);
/// [`Error::Io`] or [`Error::Model`] if the checkpoint cannot be read or written, or belongs to another run. The model is
/// then as the last whole epoch left it.
pub fn fit(
    model: &mut LogisticRegression,
    train: &Batch,
    val: Option<&Batch>,
    config: &TrainConfig,
) -> std::result::Result<History, FitError> {
    let mut history = History { batch_size: config.batch_size, ..Default::default() };
    match run(model, Data { train, val, config }, &mut history) {
        Ok(()) => Ok(history),
        Err(error) => Err(FitError { history, error }),
    }
}

fn run(model: &mut LogisticRegression, data: Data<'_>, history: &mut History) -> Result<()> {
    let Data { train, val, config } = data;
    config.check(model, train, val)?;
    let (n, m, d) = (train.num_samples(), val.map_or(0, Batch::num_samples), train.num_features());
    let cheaper = if pays(n, m, d, config.epochs) { Method::SampleSpace } else { Method::FeatureSpace };
    history.method = config.method.unwrap_or(if config.batch_size.is_some() { Method::FeatureSpace } else { cheaper });
    let saved = config.checkpoint.as_ref().map(|saved| (saved, config.identity(model, train, val)));
    if let Some((saved, run)) = &saved {
        history.epochs = saved.read(run, model, config.epochs)?;
        // If it cannot be written, that should show before the run, not after it.
        saved.write(run, model, &history.epochs)?;
        if config.log_every > 0 && !history.epochs.is_empty() {
            say(&format!("continuing after {} epochs saved in {}", history.epochs.len(), saved.path.display()));
        }
        if history.epochs.len() == config.epochs {
            return Ok(());
        }
    }
    let mut steps: Box<dyn Steps + '_> = match (config.batch_size, history.method) {
        (Some(size), _) => Box::new(MiniBatches { data, size }),
        (None, Method::FeatureSpace) => Box::new(FeatureSpace::new(data)),
        (None, Method::SampleSpace) => Box::new(SampleSpace::new(data, model)),
    };
    let before = history.epochs.len();
    let outcome = epochs(model, &mut *steps, data, &mut history.epochs, saved.as_ref());
    // Without a step there is nothing to write, whatever the features are.
    if history.epochs.len() > before {
        evaluate(model, &mut *steps, data, &mut history.epochs);
        steps.write_to(model);
    }
    outcome?;
    saved.map_or(Ok(()), |(saved, run)| saved.write(&run, model, &history.epochs))
}

/// Makes epoch after epoch, up to the last or to the first that fails.
fn epochs(
    model: &mut LogisticRegression,
    steps: &mut dyn Steps,
    data: Data<'_>,
    epochs: &mut Vec<Epoch>,
    saved: Option<&(&Checkpoint, String)>,
) -> Result<()> {
    let config = data.config;
    let log = Log::new(config, epochs.len());
    let at_once = MOST.div_ceil(data.train.num_samples().max(data.val.map_or(0, Batch::num_samples)));
    for epoch in epochs.len()..config.epochs {
        let (loss, train_accuracy) = steps.epoch(model, epoch);
        if !loss.is_finite() {
            return Err(diverged(loss, epoch, model, data));
        }
        epochs.push(Epoch { epoch, loss, train_accuracy, val_loss: None, val_accuracy: None });
        let done = epoch + 1;
        let due = saved.filter(|(saved, _)| done < config.epochs && done.is_multiple_of(saved.every));
        if !steps.collects_epochs() || log.is_due(done) || due.is_some() || done.is_multiple_of(at_once) {
            evaluate(model, steps, data, epochs);
        }
        if log.is_due(done) {
            log.print(&epochs[epoch]);
        }
        if let Some((saved, run)) = due {
            steps.write_to(model);
            steps.restart_from(model);
            saved.write(run, model, epochs)?;
        }
    }
    Ok(())
}

/// Adds loss and accuracy on `val` to the last epochs, which have none yet.
fn evaluate(model: &LogisticRegression, steps: &mut dyn Steps, data: Data<'_>, epochs: &mut [Epoch]) {
    let Some(val) = data.val.filter(|_| epochs.last().is_some_and(|last| last.val_loss.is_none())) else { return };
    let logits = steps.val_logits(model, val);
    let rows = epochs.par_iter_mut().rev().zip(logits.axis_iter(Axis(0)).into_par_iter().rev());
    rows.with_min_len(16).for_each(|(epoch, logits)| {
        let (loss, y_hat) = loss_and_predictions(&logits, &val.y, data.config.pos_weight);
        (epoch.val_loss, epoch.val_accuracy) = (Some(loss), Some(accuracy(&val.y, &y_hat)));
    });
}

/// Names the cause of a loss that is not a number.
fn diverged(loss: f32, epoch: usize, model: &LogisticRegression, Data { train, config, .. }: Data<'_>) -> Error {
    let no_step_was_made = epoch == 0 && config.batch_size.is_none();
    if no_step_was_made || !train.x.iter().chain(&model.weight).all(|number| number.is_finite()) {
        let problem = "the features and weights must be finite numbers, and their products too";
        return Error::Config(format!("the loss is {loss} at epoch {epoch}: {problem}"));
    }
    let rate = config.learning_rate;
    Error::Diverged(format!("the loss is {loss} at epoch {epoch}: lower the learning rate ({rate:?})"))
}
