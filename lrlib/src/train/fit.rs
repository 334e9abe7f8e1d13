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
    state::State,
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
/// many times faster, momentum and schedules included; an L1 penalty needs all features at each step. [`History::method`]
/// says which way was taken.
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
    let in_span = config.batch_size.is_none() && config.l1 <= 0.0;
    let cheaper = if in_span && pays(n, m, d, config.epochs) { Method::SampleSpace } else { Method::FeatureSpace };
    history.method = config.method.unwrap_or(cheaper);
    let saved = config.checkpoint.as_ref().map(|saved| (saved, config.identity(model, train, val)));
    let state = &mut State::new(model, config);
    if let Some((saved, run)) = &saved {
        history.epochs = saved.read(run, state, config.epochs)?;
        // If it cannot be written, that should show before the run, not after it.
        saved.write(run, state, &history.epochs)?;
        if config.log_every > 0 && !history.epochs.is_empty() {
            say(&format!("continuing after {} epochs saved in {}", history.epochs.len(), saved.path.display()));
        }
        config.early_stopping.iter().for_each(|early_stopping| early_stopping.judge(history, 0));
    }
    let before = history.epochs.len();
    if before < config.epochs && !history.stopped_early {
        let mut steps: Box<dyn Steps + '_> = match (config.batch_size, history.method) {
            (Some(size), _) => Box::new(MiniBatches { data, size }),
            (None, Method::FeatureSpace) => Box::new(FeatureSpace::new(data)),
            (None, Method::SampleSpace) => Box::new(SampleSpace::new(data, state)),
        };
        let outcome = epochs(state, &mut *steps, data, history, saved.as_ref());
        // Without a step there is nothing to write, whatever the features are.
        if history.epochs.len() > before {
            steps.write_to(state);
        }
        outcome?;
        if let Some((saved, run)) = &saved {
            saved.write(run, state, &history.epochs)?;
        }
    }
    if let Some(best) = state.best.take() {
        *state.model = best;
    }
    Ok(())
}

/// Makes epoch after epoch, up to the last, to the first that fails, or to an early stop.
fn epochs(
    state: &mut State<'_>,
    steps: &mut dyn Steps,
    data: Data<'_>,
    history: &mut History,
    saved: Option<&(&Checkpoint, String)>,
) -> Result<()> {
    let config = data.config;
    let log = Log::new(config, history.epochs.len());
    let at_once = MOST.div_ceil(data.train.num_samples().max(data.val.map_or(0, Batch::num_samples)));
    for epoch in history.epochs.len()..config.epochs {
        state.optimizer.learning_rate = config.rate(epoch);
        let (loss, train_accuracy) = steps.epoch(state, epoch);
        let failed = !loss.is_finite();
        if !failed {
            history.epochs.push(Epoch { epoch, loss, train_accuracy, val_loss: None, val_accuracy: None });
        }
        let done = epoch + 1;
        let due = saved.filter(|(saved, _)| done < config.epochs && done.is_multiple_of(saved.every));
        // The epochs after an early stop have been made in vain: at most as many as before it.
        let doubled = config.early_stopping.is_some() && done.is_power_of_two();
        let enough = !steps.collects_epochs() || doubled || done.is_multiple_of(at_once) || done == config.epochs;
        if failed || enough || log.is_due(done) || due.is_some() {
            evaluate(state, steps, data, history)?;
        }
        if history.stopped_early {
            log.stop(history);
            return Ok(());
        }
        if failed {
            return Err(diverged(loss, epoch, state.model, data));
        }
        if log.is_due(done) {
            log.print(&history.epochs[epoch]);
        }
        if let Some((saved, run)) = due {
            steps.write_to(state);
            steps.restart_from(state);
            saved.write(run, state, &history.epochs)?;
        }
    }
    Ok(())
}

/// Adds loss and accuracy on `val` to the last epochs, which have none yet, and judges them for early stopping.
fn evaluate(state: &mut State<'_>, steps: &mut dyn Steps, data: Data<'_>, history: &mut History) -> Result<()> {
    let epochs = &mut history.epochs;
    let Some(val) = data.val.filter(|_| epochs.last().is_some_and(|last| last.val_loss.is_none())) else {
        return Ok(());
    };
    let logits = steps.val_logits(state.model, val);
    let first = epochs.len() - logits.nrows();
    let rows = epochs[first..].par_iter_mut().zip(logits.axis_iter(Axis(0)).into_par_iter());
    rows.with_min_len(16).for_each(|(epoch, logits)| {
        let (loss, y_hat) = loss_and_predictions(&logits, &val.y, data.config.pos_weight);
        (epoch.val_loss, epoch.val_accuracy) = (Some(loss), Some(accuracy(&val.y, &y_hat)));
    });
    let Some(early_stopping) = data.config.early_stopping else { return Ok(()) };
    early_stopping.judge(history, first);
    let problem = "the validation loss is no number, so early stopping has no best epoch: use finite features";
    let best = history.best_epoch.ok_or_else(|| Error::Config(problem.into()))?;
    if best >= first {
        state.best = Some(steps.model_at(best - first, state));
    }
    Ok(())
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
