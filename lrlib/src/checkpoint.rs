//! A training that goes on where it stopped: the model and its history so far, in a file.

use std::path::PathBuf;

use crate::{Batch, Epoch, Error, LogisticRegression, Result, TrainConfig, safetensors};

/// Where and how often [`fit`](crate::fit) keeps the model and its history.
///
/// Where the file exists, `fit` goes on from it: a run that was killed, to the very numbers of one that was not. The file
/// is written beside and renamed, so a process killed at any moment leaves the one before. Raise `epochs` and call again
/// to train longer. It is a model's file too, for [`load`](LogisticRegression::load).
///
/// In sample space a model that is kept is rounded to `f32`, as the loop over the pixels rounds it at each step. So other
/// settings of `every` or `log_every`, or epochs added to a run that had ended between two of `every`, may change the
/// seventh digit, and the class of a validation sample at the very border.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The file, safetensors.
    pub path: PathBuf,
    /// Epochs from one model kept to the next, at least 1; the first and the last are kept too.
    pub every: usize,
}

impl Checkpoint {
    /// Keeps the model after these epochs; `training` says which one this is.
    pub(crate) fn write(&self, training: &str, model: &LogisticRegression, epochs: &[Epoch]) -> Result<()> {
        let of_epoch = |epoch: &Epoch| [epoch.loss, epoch.train_accuracy, epoch.val_accuracy.unwrap_or(f32::NAN)];
        let numbers = epochs.iter().flat_map(of_epoch).collect();
        let tensors = [model.tensors(), vec![("epochs", vec![epochs.len(), 3], numbers)]].concat();
        safetensors::write(&self.path, training, &tensors)
    }

    /// Takes the model up where the file left it, to go on to so many epochs, and gives those so far: none if there is no
    /// file. The model is unchanged where that fails.
    pub(crate) fn read(&self, training: &str, model: &mut LogisticRegression, epochs: usize) -> Result<Vec<Epoch>> {
        let path = &self.path;
        if !path.try_exists().map_err(|source| Error::read(path, source))? {
            return Ok(Vec::new());
        }
        let safetensors::Contents { note, tensors } = safetensors::read(path)?;
        let kept = tensors.get("epochs").map_or(&[][..], |numbers| numbers.as_chunks().0);
        let problem = if note != training {
            let other = if note.is_empty() { "no training" } else { &note };
            format!("it was kept by {other}, and this is {training}; take another path, or remove it")
        } else if kept.len() > epochs {
            format!("it has {} epochs behind it, and {epochs} are asked for; ask for more, or remove it", kept.len())
        } else {
            model.load(path)?;
            let so_far = (0..).zip(kept).map(|(epoch, &[loss, train_accuracy, val])| {
                let val_accuracy = (!val.is_nan()).then_some(val);
                Epoch { epoch, loss, train_accuracy, val_accuracy }
            });
            return Ok(so_far.collect());
        };
        Err(Error::model(path, problem))
    }
}

/// The settings and sizes of a training, and the sum of its first sample, which differs where all pictures are normalized,
/// or come in another order. Who goes on with it must have the same.
pub(crate) fn identity(model: &LogisticRegression, train: &Batch, val: Option<&Batch>, config: &TrainConfig) -> String {
    let TrainConfig { learning_rate, weight_decay, pos_weight, batch_size, seed, .. } = config;
    let (n, d, ones, first) = (train.num_samples(), train.num_features(), train.y.sum(), train.x.row(0).sum());
    let (m, bias) = (val.map_or(0, Batch::num_samples), if model.bias.is_some() { "with" } else { "without" });
    format!(
        "a training on {n} samples of {d} features (those of the first add up to {first}), {ones} of class 1, \
         and {m} of val, {bias} bias, learning rate {learning_rate:?}, weight decay {weight_decay:?}, pos weight {pos_weight:?}, \
         batch size {batch_size:?}, seed {seed}"
    )
}
