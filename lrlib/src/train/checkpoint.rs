//! A run that continues where it stopped: the model and its history so far, in a file.

use std::path::PathBuf;

use super::{history::Epoch, state::State};
use crate::{
    error::{Error, Result},
    files::safetensors::{Contents, write_tensors},
    nn::{Gradients, LogisticRegression},
};

/// What stands before the names of the velocity, and of the model to go on from where that is not the best one.
const VELOCITY: &str = "velocity_";
const LAST: &str = "last_";

/// Where and how often [`fit`](super::fit) saves the model and its history.
///
/// If the file exists, `fit` continues from it: a run that was interrupted ends with exactly the same numbers as one that
/// was not. The file is replaced as a whole, so a process killed at any moment leaves the previous one. To train longer,
/// raise `epochs` and call `fit` again. [`load`](LogisticRegression::load) reads the model from the file too.
///
/// In sample space, saving rounds the model to `f32`, as the loop over the pixels does at each step. So the seventh digit,
/// and the class of a validation sample right on the boundary, may change with other settings of `every` or `log_every`, or
/// if epochs are added to a run that had ended between two saves. They may also change with a larger `epochs`, if `method`
/// is `None` and another method is then faster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The file, safetensors.
    pub path: PathBuf,
    /// Epochs from one save to the next, at least 1; the start and the end are saved too.
    pub every: usize,
}

impl Checkpoint {
    /// Saves the state after these epochs; `run` identifies the run.
    pub(super) fn write(&self, run: &str, state: &State<'_>, epochs: &[Epoch]) -> Result<()> {
        let or_nan = |value: Option<f32>| value.unwrap_or(f32::NAN);
        let of_epoch = |e: &Epoch| [e.loss, e.train_accuracy, or_nan(e.val_loss), or_nan(e.val_accuracy)];
        let numbers = epochs.iter().flat_map(of_epoch).collect();
        // The file's model is the one that the run would end with. With early stopping, it goes on from another.
        let mut tensors = state.best.as_ref().unwrap_or(state.model).tensors("");
        tensors.extend(state.best.iter().flat_map(|_| state.model.tensors(LAST)));
        if let Some(Gradients { weight, bias }) = state.optimizer.velocity.clone() {
            tensors.extend(LogisticRegression { weight, bias: state.model.bias.map(|_| bias) }.tensors(VELOCITY));
        }
        tensors.push(("epochs".into(), vec![epochs.len(), 4], numbers));
        write_tensors(&self.path, run, &tensors)
    }

    /// Sets the state to where the file left it, to continue until `epochs`; returns the epochs so far, none without a
    /// file. The state is unchanged where that fails.
    pub(super) fn read(&self, run: &str, state: &mut State<'_>, epochs: usize) -> Result<Vec<Epoch>> {
        let path = &self.path;
        if !path.try_exists().map_err(|source| Error::read(path, source))? {
            return Ok(Vec::new());
        }
        let contents = Contents::read(path)?;
        let (saved_run, numbers) = (contents.note(path)?, contents.numbers(path, "epochs")?.unwrap_or_default());
        let saved = numbers.as_chunks().0;
        if saved_run != run {
            let other =
                if saved_run.is_empty() { "is not a checkpoint".into() } else { format!("belongs to {saved_run}") };
            let problem = format!("this file {other}, and this run is {run}; use another path, or remove the file");
            return Err(Error::model(path, problem));
        }
        if saved.len() > epochs {
            let problem = format!(
                "it has {} epochs, more than the {epochs} asked for; raise epochs, or remove the file",
                saved.len()
            );
            return Err(Error::model(path, problem));
        }
        let read = |prefix| {
            let mut part = state.model.clone();
            part.read_from(path, &contents, prefix).map(|()| part)
        };
        let (model, last) = (read("")?, state.best.as_ref().map(|_| read(LAST)).transpose()?);
        if let Some(velocity) = &mut state.optimizer.velocity {
            let LogisticRegression { weight, bias } = read(VELOCITY)?;
            *velocity = Gradients { weight, bias: bias.unwrap_or(0.0) };
        }
        state.best = last.is_some().then(|| model.clone());
        *state.model = last.unwrap_or(model);
        let or_none = |value: f32| (!value.is_nan()).then_some(value);
        let so_far = (0..).zip(saved).map(|(epoch, &[loss, train_accuracy, val_loss, val_accuracy])| Epoch {
            epoch,
            loss,
            train_accuracy,
            val_loss: or_none(val_accuracy).map(|_| val_loss),
            val_accuracy: or_none(val_accuracy),
        });
        Ok(so_far.collect())
    }
}
