//! The training loop, and what it saw: [`fit`] → [`History`].

use std::{fmt, fmt::Write as _, path::Path};

use ndarray::{Array1, ArrayRef1};

use crate::{
    Batch, Error, LogisticRegression, Result, accuracy, binary_cross_entropy_with_logits, file,
    sample_space::{self, SampleSpace},
    sigmoid,
};

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
    /// Samples per step, at least 1; `None` takes all: gradient descent. Mini-batches are drawn anew at each epoch.
    pub batch_size: Option<usize>,
    /// The seed for drawing mini-batches.
    pub seed: u64,
    /// Prints a line at every so many epochs, and at the last; 0 prints none.
    pub log_every: usize,
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self { epochs: 100, learning_rate: 1e-4, weight_decay: 0.0, batch_size: None, seed: 0, log_every: 0 }
    }
}

/// What one epoch saw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Its number, from 0.
    pub epoch: usize,
    /// The mean loss on the training data before the update (with mini-batches: before each one's update).
    pub loss: f32,
    /// The accuracy on the training data, in [0, 1], before the update, likewise.
    pub train_accuracy: f32,
    /// The accuracy on the validation data, in [0, 1], after the update; `None` without such data.
    pub val_accuracy: Option<f32>,
}

/// Every epoch of a training, in order.
#[derive(Clone, PartialEq, Default)]
pub struct History {
    /// One entry per epoch.
    pub epochs: Vec<Epoch>,
    /// The path that [`fit`] took.
    pub method: Method,
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
/// (see the file `sample_space.rs`), many times faster; [`History::method`] says which way was taken.
///
/// # Errors
/// [`Error::Config`] if a setting is out of its range, the batches do not fit the model, or the loss stops being
/// a number (a learning rate far too high); the model is then as the last whole epoch left it.
pub fn fit(
    model: &mut LogisticRegression,
    train: &Batch,
    val: Option<&Batch>,
    config: &TrainConfig,
) -> Result<History> {
    check(model, train, val, config)?;
    let method = match config.batch_size {
        Some(_) => Method::MiniBatch,
        None if sample_space::pays(train, val, config.epochs) => Method::SampleSpace,
        None => Method::FullBatch,
    };
    if method == Method::SampleSpace {
        let mut space = SampleSpace::new(model, train, val);
        let history = run(config, method, |_| {
            let seen = update(space.logits(), &train.y, |y_hat| {
                space.step(y_hat, &train.y, config.learning_rate, config.weight_decay);
            });
            (seen, val.map(|val| accuracy(&space.val_logits().mapv_into(sigmoid), &val.y)))
        });
        space.write_to(model, train);
        return history;
    }
    run(config, method, |epoch| {
        let seen = match config.batch_size {
            None => descend(model, train, config),
            Some(size) => {
                let order = train.shuffle(config.seed.wrapping_add(epoch as u64));
                order.mini_batches(size).fold((0.0, 0.0), |(loss, right), batch| {
                    let share = batch.num_samples() as f32 / train.num_samples() as f32;
                    let (batch_loss, batch_accuracy) = descend(model, &batch, config);
                    (loss + batch_loss * share, right + batch_accuracy * share)
                })
            }
        };
        (seen, val.map(|val| accuracy(&model.forward(&val.x), &val.y)))
    })
}

/// Every epoch: `step` makes it, and gives loss, training accuracy and validation accuracy.
fn run(
    config: &TrainConfig,
    method: Method,
    mut step: impl FnMut(usize) -> ((f32, f32), Option<f32>),
) -> Result<History> {
    let mut history = History { epochs: Vec::with_capacity(config.epochs), method };
    for epoch in 0..config.epochs {
        let ((loss, train_accuracy), val_accuracy) = step(epoch);
        if !loss.is_finite() {
            let rate = config.learning_rate;
            return Err(Error::Config(format!(
                "the loss is {loss} at epoch {epoch}: lower the learning rate ({rate})"
            )));
        }
        history.push(Epoch { epoch, loss, train_accuracy, val_accuracy }, config);
    }
    Ok(history)
}

/// Loss and accuracy of these logits, then `step` with their probabilities, unless the loss is no number.
fn update(logits: Array1<f32>, y: &ArrayRef1<f32>, step: impl FnOnce(&ArrayRef1<f32>)) -> (f32, f32) {
    let loss = binary_cross_entropy_with_logits(&logits, y);
    let y_hat = logits.mapv_into(sigmoid);
    if loss.is_finite() {
        step(&y_hat);
    }
    (loss, accuracy(&y_hat, y))
}

/// Forward, loss, backward, step.
fn descend(model: &mut LogisticRegression, batch: &Batch, config: &TrainConfig) -> (f32, f32) {
    update(model.logits(&batch.x), &batch.y, |y_hat| {
        let mut grads = model.backward(&batch.x, y_hat, &batch.y);
        if config.weight_decay > 0.0 {
            grads.weight.scaled_add(config.weight_decay, &model.weight);
        }
        model.step(&grads, config.learning_rate);
    })
}

fn check(model: &LogisticRegression, train: &Batch, val: Option<&Batch>, config: &TrainConfig) -> Result<()> {
    let TrainConfig { epochs, learning_rate, weight_decay, batch_size, .. } = *config;
    let labelled = |y: &ArrayRef1<f32>| !y.is_empty() && y.iter().all(|y| [0.0, 1.0].contains(y));
    let problem = if epochs == 0 {
        "there is nothing to train in 0 epochs: take at least 1".into()
    } else if !(learning_rate > 0.0 && learning_rate.is_finite()) {
        format!("the learning rate is {learning_rate}: take a number above 0, such as 1e-4")
    } else if !(weight_decay >= 0.0 && weight_decay.is_finite()) {
        format!("the weight decay is {weight_decay}: take 0 or a number above")
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

impl History {
    fn push(&mut self, epoch: Epoch, config: &TrainConfig) {
        let last = epoch.epoch + 1 == config.epochs;
        if config.log_every > 0 && (epoch.epoch.is_multiple_of(config.log_every) || last) {
            println!("{epoch}");
        }
        self.epochs.push(epoch);
    }

    /// Writes `epoch,loss,train_accuracy,val_accuracy`, a line per epoch; without validation data the last is empty.
    ///
    /// # Errors
    /// [`Error::Io`]; an older file at `path` is then still whole.
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let mut text = String::from("epoch,loss,train_accuracy,val_accuracy\n");
        for Epoch { epoch, loss, train_accuracy, val_accuracy } in &self.epochs {
            let val = val_accuracy.map(|val| val.to_string()).unwrap_or_default();
            writeln!(text, "{epoch},{loss},{train_accuracy},{val}").expect("a String takes all");
        }
        file::write(path.as_ref(), text.as_bytes())
    }
}

/// `epoch  10  loss 0.6691  train 64.34 %  val 54.25 %`
impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { epoch, loss, train_accuracy, val_accuracy } = self;
        write!(f, "epoch {epoch:3}  loss {loss:.4}  train {:5.2} %", 100.0 * train_accuracy)?;
        val_accuracy.map_or(Ok(()), |val| write!(f, "  val {:5.2} %", 100.0 * val))
    }
}

/// `History(100 epochs, loss 0.6931 → 0.5751)`
impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.epochs.as_slice() {
            [] => f.write_str("History(no epoch)"),
            [first, .., last] => {
                write!(f, "History({} epochs, loss {:.4} → {:.4})", self.epochs.len(), first.loss, last.loss)
            }
            [one] => write!(f, "History(1 epoch, loss {:.4})", one.loss),
        }
    }
}
