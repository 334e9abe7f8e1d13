//! A training that goes on where it stopped: what [`fit`](crate::fit) needs for that, in a file.

use std::{collections::BTreeMap, path::Path, path::PathBuf};

use ndarray::{Array1, Array2};

use crate::{
    Batch, Epoch, Error, History, LogisticRegression, Method, Result, TrainConfig,
    safetensors::{self, Contents, Values},
    sample_space::SampleSpace,
};

/// Where and how often [`fit`](crate::fit) keeps its state.
///
/// Where the file exists, `fit` goes on from it, to the numbers that an unbroken run with the same `every` gives (in
/// sample space another `every` rounds validation logits differently, which counts for a sample at the very border).
/// The file is written beside and renamed, so a process killed at any moment leaves the one before. Raise `epochs` and
/// call again to train longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The file, safetensors.
    pub path: PathBuf,
    /// Epochs from one state kept to the next, at least 1; the last is kept too.
    pub every: usize,
}

impl Checkpoint {
    /// Whether it is to be written after so many of all epochs.
    pub(crate) fn is_due(&self, done: usize, epochs: usize) -> bool {
        done.is_multiple_of(self.every) || done == epochs
    }
}

/// Everything that decides the numbers of a training, but for the pixels and how long it goes.
pub(crate) fn identity(
    model: &LogisticRegression,
    train: &Batch,
    val: Option<&Batch>,
    method: Method,
    config: &TrainConfig,
) -> String {
    let TrainConfig { learning_rate, weight_decay, pos_weight, batch_size, seed, .. } = config;
    let (n, d, ones) = (train.num_samples(), train.num_features(), train.y.sum());
    format!(
        "{method:?} on {n} samples of {d} features, {ones} of class 1, and {} of val, {} bias, \
         learning rate {learning_rate:?}, weight decay {weight_decay:?}, pos weight {pos_weight:?}, \
         batch size {batch_size:?}, seed {seed}",
        val.map_or(0, Batch::num_samples),
        if model.bias.is_some() { "with" } else { "without" },
    )
}

/// A training after some epochs.
pub(crate) struct State {
    /// The model's weight; in sample space that of the start, w₀.
    pub(crate) weight: Array1<f32>,
    pub(crate) bias: Option<f64>,
    /// In sample space α, and the factor of w₀.
    pub(crate) mixture: Option<(Array1<f64>, f64)>,
    /// The directions that α has taken, shape (r, n), as far as they were needed for validation samples.
    pub(crate) directions: Array2<f64>,
    pub(crate) epochs: Vec<Epoch>,
}

impl State {
    pub(crate) fn of(model: &LogisticRegression, space: Option<&SampleSpace>, history: &History) -> Self {
        let trajectory = space.and_then(|space| space.trajectory.as_ref());
        Self {
            weight: model.weight.clone(),
            bias: space.map_or(model.bias.map(f64::from), |space| space.bias),
            mixture: space.map(|space| (space.alpha.clone(), space.shrink)),
            directions: trajectory.map_or_else(|| Array2::zeros((0, 0)), |trajectory| trajectory.directions.clone()),
            epochs: history.epochs.clone(),
        }
    }

    /// `training` says which one this is.
    pub(crate) fn write(&self, path: &Path, training: &str) -> Result<()> {
        let of_epoch = |epoch: &Epoch| [epoch.loss, epoch.train_accuracy, epoch.val_accuracy.unwrap_or(f32::NAN)];
        let (weight, epochs) = (self.weight.to_vec(), self.epochs.iter().flat_map(of_epoch).collect::<Vec<_>>());
        let bias = self.bias.map(|bias| [bias]);
        let mixture = self.mixture.as_ref().map(|(alpha, shrink)| (alpha.to_vec(), [*shrink]));
        let directions: Vec<f64> = self.directions.iter().copied().collect();
        let mut tensors = vec![
            ("weight", vec![1, weight.len()], Values::F32(&weight)),
            ("epochs", vec![epochs.len() / 3, 3], Values::F32(&epochs)),
            ("directions", self.directions.shape().to_vec(), Values::F64(&directions)),
        ];
        tensors.extend(bias.iter().map(|bias| ("bias", vec![1], Values::F64(bias))));
        if let Some((alpha, shrink)) = &mixture {
            tensors.push(("alpha", vec![alpha.len()], Values::F64(alpha)));
            tensors.push(("shrink", vec![1], Values::F64(shrink)));
        }
        safetensors::write(path, training, &tensors)
    }

    /// The state in this file, to go on from to so many epochs; `None` if there is no file. `sizes` are those of the
    /// weight and of α.
    pub(crate) fn read(
        path: &Path,
        training: &str,
        sizes: (usize, Option<usize>),
        epochs: usize,
    ) -> Result<Option<Self>> {
        if !path.try_exists().map_err(|source| Error::read(path, source))? {
            return Ok(None);
        }
        let Contents { note, tensors } = safetensors::read(path)?;
        if note != training {
            let problem = format!(
                "it was kept by another training ({note}), this one is {training}; take another path, or remove it"
            );
            return Err(Error::model(path, problem));
        }
        let sizes_of = |state: &Self| (state.weight.len(), state.mixture.as_ref().map(|(alpha, _)| alpha.len()));
        let state = Self::from(tensors).filter(|state| sizes_of(state) == sizes);
        let state = state.ok_or_else(|| Error::model(path, "it is no whole checkpoint; remove it"))?;
        let done = state.epochs.len();
        if done > epochs {
            let problem =
                format!("it has {done} epochs behind it, and {epochs} are asked for; ask for more, or remove it");
            return Err(Error::model(path, problem));
        }
        Ok(Some(state))
    }

    fn from(mut tensors: BTreeMap<String, Vec<f64>>) -> Option<Self> {
        let mut take = |name| tensors.remove(name);
        let mixture = match (take("alpha"), take("shrink")) {
            (Some(alpha), Some(shrink)) => Some((Array1::from(alpha), *shrink.first()?)),
            _ => None,
        };
        let (directions, n) = (take("directions")?, mixture.as_ref().map_or(0, |(alpha, _)| alpha.len()));
        let of_epoch = |(epoch, &[loss, train, val]): (usize, &[f64; 3])| {
            let val_accuracy = (!val.is_nan()).then_some(val as f32);
            Epoch { epoch, loss: loss as f32, train_accuracy: train as f32, val_accuracy }
        };
        Some(Self {
            weight: take("weight")?.into_iter().map(|weight| weight as f32).collect(),
            bias: take("bias").and_then(|bias| bias.first().copied()),
            directions: Array2::from_shape_vec((directions.len() / n.max(1), n), directions).ok()?,
            epochs: take("epochs")?.as_chunks().0.iter().enumerate().map(of_epoch).collect(),
            mixture,
        })
    }
}
