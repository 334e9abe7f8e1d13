//! The training loop: [`fit`] → [`History`].

use std::time::{Duration, Instant};

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, Zip};

use crate::{
    Batch, Checkpoint, Epoch, Error, History, LogisticRegression, Pixel, Result, accuracy,
    binary_cross_entropy_with_logits, checkpoint, levels,
    sample_space::{self, SampleSpace},
    sigmoid,
};

/// About as many numbers as sample space keeps until it looks at `val`: 64 MiB of them.
const MOST: usize = 8 << 20;

/// How to train. `TrainConfig::default()` is the tutorial: 100 epochs, full batch, learning rate 1e-4, no penalty.
///
/// ```
/// let config = lrlib::TrainConfig { epochs: 20, log_every: 10, ..Default::default() };
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TrainConfig {
    /// How often every sample is seen, at least 1.
    pub epochs: usize,
    /// η, the length of a step against the gradient, above 0.
    pub learning_rate: f32,
    /// λ ≥ 0: every gradient gets λ·w added, as `torch.optim.SGD(weight_decay=λ)`; the bias is spared.
    pub weight_decay: f32,
    /// How much a sample of class 1 counts against one of class 0, above 0, as `torch.nn.BCEWithLogitsLoss(pos_weight=…)`.
    pub pos_weight: f32,
    /// Samples per step, at least 1; `None` takes all: gradient descent. Mini-batches are drawn anew at each epoch.
    pub batch_size: Option<usize>,
    /// The seed for drawing mini-batches.
    pub seed: u64,
    /// The way to make the steps; `None` takes the cheaper one.
    pub method: Option<Method>,
    /// Prints a line at every so many epochs, and at the last, with the time left where that is 10 s or more; 0 prints none.
    pub log_every: usize,
    /// Where the training is kept, so that it can go on after an interruption; `None` keeps nothing.
    pub checkpoint: Option<Checkpoint>,
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            epochs: 100,
            learning_rate: 1e-4,
            weight_decay: 0.0,
            pos_weight: 1.0,
            batch_size: None,
            seed: 0,
            method: None,
            log_every: 0,
            checkpoint: None,
        }
    }
}

/// How [`fit`] made its steps. The numbers are the same up to rounding, the time is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// Over all pixels at each epoch, as the loop is written out.
    #[default]
    FullBatch,
    /// Over some pixels at each step.
    MiniBatch,
    /// Over the products of samples with samples, made once; for few samples of many features.
    SampleSpace,
}

/// Trains `model` on `train` by gradient descent, looking at `val` after each epoch without learning from it.
///
/// With all samples in one batch, and few of them against their features, the same steps are made in sample space
/// (see the files `sample_space.rs` and `trajectory.rs`), many times faster; [`History::method`] says which way was taken.
///
/// # Errors
/// [`Error::Config`] if a setting is out of its range, the batches do not fit the model, or the loss stops being
/// a number (a learning rate far too high); [`Error::Io`] or [`Error::Model`] with a checkpoint that cannot be written,
/// or is another training's. The model is then as the last whole epoch left it.
pub fn fit(
    model: &mut LogisticRegression,
    train: &Batch,
    val: Option<&Batch>,
    config: &TrainConfig,
) -> Result<History> {
    check(model, train, val, config)?;
    let method = config.method.unwrap_or_else(|| match config.batch_size {
        Some(_) => Method::MiniBatch,
        None if sample_space::pays(train, val, config.epochs) => Method::SampleSpace,
        None => Method::FullBatch,
    });
    let training = checkpoint::identity(model, train, val, config);
    let mut history = History { epochs: Vec::new(), method };
    if let Some(kept) = &config.checkpoint {
        history.epochs = kept.read(&training, model, config.epochs)?;
        // That it cannot be written is to show before the training, not after.
        kept.write(&training, model, &history.epochs)?;
        if config.log_every > 0 && !history.epochs.is_empty() {
            println!("{} epochs were kept in {}", history.epochs.len(), kept.path.display());
        }
    }
    let mut space = (method == Method::SampleSpace).then(|| SampleSpace::new(model, train, val));
    let bytes = [Some(train), val].map(|batch| levels(&batch.filter(|_| method == Method::FullBatch)?.x));
    let look_every = MOST.div_ceil(train.num_samples());
    let (start, before) = (Instant::now(), history.epochs.len());
    let mut outcome = Ok(());
    while outcome.is_ok() && history.epochs.len() < config.epochs {
        let seen = match &mut space {
            Some(space) => step_in_sample_space(space, train, config),
            None if method == Method::MiniBatch => {
                step_in_mini_batches(model, train, val, config, history.epochs.len())
            }
            None => step_over_pixels(model, train, val, &bytes, config),
        };
        outcome = note(&mut history, seen, config).and_then(|()| {
            let done = history.epochs.len();
            let last = done == config.epochs;
            let logged = config.log_every > 0 && ((done - 1).is_multiple_of(config.log_every) || last);
            let due = config.checkpoint.as_ref().filter(|kept| !last && done.is_multiple_of(kept.every));
            if let (Some(space), Some(val)) = (&mut space, val)
                && (logged || due.is_some() || done.is_multiple_of(look_every))
            {
                space.catch_up(train, val, &mut history.epochs);
            }
            if let (true, Some(epoch)) = (logged, history.epochs.last()) {
                println!("{epoch}{}", time_left(start.elapsed(), done - before, config.epochs - done));
            }
            let Some(due) = due else { return Ok(()) };
            if let Some(space) = &mut space {
                space.write_to(model, train);
                space.begin(model, train, val);
            }
            due.write(&training, model, &history.epochs)
        });
    }
    // Without a step there is nothing to write, whatever the features are.
    if let Some(mut space) = space.filter(|_| history.epochs.len() > before) {
        if let Some(val) = val {
            space.catch_up(train, val, &mut history.epochs);
        }
        space.write_to(model, train);
    }
    outcome?;
    if let Some(kept) = &config.checkpoint {
        kept.write(&training, model, &history.epochs)?;
    }
    Ok(history)
}

/// What one epoch gives: loss and training accuracy before the update, validation accuracy after it (in sample space that
/// comes later, for many epochs at once).
type Seen = ((f32, f32), Option<f32>);

fn step_in_sample_space(space: &mut SampleSpace, train: &Batch, config: &TrainConfig) -> Seen {
    let seen = update(&space.logits(), &train.y, config.pos_weight, |y_hat| {
        space.step(y_hat, &train.y, config.learning_rate, config.weight_decay);
    });
    (seen, None)
}

/// `bytes`: the pixels of `train` and `val` as levels, which are read faster, where they are levels.
fn step_over_pixels(
    model: &mut LogisticRegression,
    train: &Batch,
    val: Option<&Batch>,
    bytes: &[Option<Array2<u8>>; 2],
    config: &TrainConfig,
) -> Seen {
    let seen = match &bytes[0] {
        Some(bytes) => descend(model, bytes, &train.y, config),
        None => descend(model, &train.x, &train.y, config),
    };
    let y_hat = val.map(|val| bytes[1].as_ref().map_or_else(|| model.forward(&val.x), |bytes| model.forward(bytes)));
    (seen, y_hat.zip(val).map(|(y_hat, val)| accuracy(&y_hat, &val.y)))
}

fn step_in_mini_batches(
    model: &mut LogisticRegression,
    train: &Batch,
    val: Option<&Batch>,
    config: &TrainConfig,
    epoch: usize,
) -> Seen {
    let order = train.shuffle(config.seed.wrapping_add(epoch as u64));
    let size = config.batch_size.unwrap_or(order.num_samples());
    let seen = order.mini_batches(size).fold((0.0, 0.0), |(loss, right), batch| {
        let share = batch.num_samples() as f32 / train.num_samples() as f32;
        let (batch_loss, batch_accuracy) = descend(model, &batch.x, &batch.y, config);
        (loss + batch_loss * share, right + batch_accuracy * share)
    });
    (seen, val.map(|val| accuracy(&model.forward(&val.x), &val.y)))
}

/// Loss and accuracy of these logits, then `step` with their probabilities, unless the loss is no number.
///
/// A sample of class 1 that counts c times has c times the loss, and c times the error ŷ − y: that of y + c·(ŷ − y).
fn update(
    logits: &ArrayRef1<f32>,
    y: &ArrayRef1<f32>,
    pos_weight: f32,
    step: impl FnOnce(&ArrayRef1<f32>),
) -> (f32, f32) {
    let mut loss = binary_cross_entropy_with_logits(logits, y);
    let mut y_hat = logits.mapv(sigmoid);
    let train_accuracy = accuracy(&y_hat, y);
    let extra = pos_weight - 1.0;
    if extra.abs() > 0.0 {
        let ones: Array1<f32> = logits.iter().zip(y).filter(|(_, y)| **y > 0.5).map(|(z, _)| *z).collect();
        if !ones.is_empty() {
            let share = ones.len() as f32 / y.len() as f32;
            loss += extra * share * binary_cross_entropy_with_logits(&ones, &Array1::ones(ones.len()));
        }
        Zip::from(&mut y_hat).and(y).for_each(|y_hat, &y| *y_hat = y + (1.0 + extra * y) * (*y_hat - y));
    }
    if loss.is_finite() {
        step(&y_hat);
    }
    (loss, train_accuracy)
}

/// Forward, loss, backward, step.
fn descend(
    model: &mut LogisticRegression,
    x: &ArrayRef2<impl Pixel>,
    y: &ArrayRef1<f32>,
    config: &TrainConfig,
) -> (f32, f32) {
    update(&model.logits(x), y, config.pos_weight, |y_hat| {
        let mut grads = model.backward(x, y_hat, y);
        if config.weight_decay > 0.0 {
            grads.weight.scaled_add(config.weight_decay, &model.weight);
        }
        model.step(&grads, config.learning_rate);
    })
}

/// Adds an epoch to the history.
fn note(history: &mut History, ((loss, train_accuracy), val_accuracy): Seen, config: &TrainConfig) -> Result<()> {
    let epoch = Epoch { epoch: history.epochs.len(), loss, train_accuracy, val_accuracy };
    if !loss.is_finite() {
        let remedy = match epoch.epoch {
            0 => "the features and weights must be finite numbers".into(),
            _ => format!("lower the learning rate ({})", config.learning_rate),
        };
        return Err(Error::Config(format!("the loss is {loss} at epoch {}: {remedy}", epoch.epoch)));
    }
    history.epochs.push(epoch);
    Ok(())
}

/// `  12 s left`, if the epochs to do take as long as those done; nothing below 10 s, so that a short run prints the
/// same every time.
fn time_left(elapsed: Duration, done: usize, to_do: usize) -> String {
    let seconds = elapsed.as_secs_f64() / done as f64 * to_do as f64;
    if seconds < 10.0 { String::new() } else { format!("  {seconds:.0} s left") }
}

/// Whether all settings are in their range, and the data fits the model.
pub(crate) fn check(
    model: &LogisticRegression,
    train: &Batch,
    val: Option<&Batch>,
    config: &TrainConfig,
) -> Result<()> {
    let TrainConfig { epochs, learning_rate, weight_decay, pos_weight, batch_size, method, .. } = *config;
    let labelled = |y: &ArrayRef1<f32>| !y.is_empty() && y.iter().all(|y| [0.0, 1.0].contains(y));
    let problem = if epochs == 0 {
        "there is nothing to train in 0 epochs: take at least 1".into()
    } else if !(learning_rate > 0.0 && learning_rate.is_finite()) {
        format!("the learning rate is {learning_rate}: take a number above 0, such as 1e-4")
    } else if !(weight_decay >= 0.0 && weight_decay.is_finite()) {
        format!("the weight decay is {weight_decay}: take 0 or a number above")
    } else if !(pos_weight > 0.0 && pos_weight.is_finite()) {
        format!("the pos weight is {pos_weight}: take a number above 0")
    } else if config.checkpoint.as_ref().is_some_and(|checkpoint| checkpoint.every == 0) {
        "a checkpoint every 0 epochs keeps nothing: take at least 1".into()
    } else if method.is_some_and(|method| (method == Method::MiniBatch) != batch_size.is_some()) {
        "Method::MiniBatch needs a batch size, and the other methods none: change one of the two".into()
    } else if batch_size == Some(0) {
        "a batch of 0 samples teaches nothing: take at least 1, or None for all".into()
    } else if let Some(batch) =
        [Some(train), val].into_iter().flatten().find(|b| b.num_features() != model.num_features())
    {
        let (data, model) = (batch.num_features(), model.num_features());
        format!("the data has {data} features, the model {model}: make a model of the data's size")
    } else if ![Some(train), val].into_iter().flatten().all(|batch| labelled(&batch.y)) {
        "the data needs at least one sample, and labels of 0 and 1 alone".into()
    } else {
        return Ok(());
    };
    Err(Error::Config(problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_said_from_10_s_on() {
        assert_eq!(time_left(Duration::from_secs(3), 25, 100), "  12 s left");
        assert_eq!(time_left(Duration::from_millis(9_900), 50, 50), "");
        assert_eq!(time_left(Duration::from_secs(60), 100, 0), "");
    }
}
