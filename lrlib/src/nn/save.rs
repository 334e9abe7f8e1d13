//! A model in a file.

use std::{iter, path::Path};

use ndarray::Array1;

use super::logistic_regression::{Gradients, LogisticRegression};
use crate::{
    error::{Error, Result},
    files::safetensors::{Contents, Tensor, write_tensors},
};

/// What stands before the names of the model to go on from, where that is not the best one, and of the velocity.
const LAST: &str = "last_";
const VELOCITY: &str = "velocity_";

impl LogisticRegression {
    /// Writes weight and bias as safetensors, under the names and shapes of `nn.Linear(d, 1)`:
    /// Python reads them with `linear.load_state_dict(safetensors.torch.load_file(path))`.
    ///
    /// # Errors
    /// [`Error::Io`]; an older file at `path` is then still whole.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        write_tensors(path.as_ref(), "", &self.tensors(""))
    }

    /// Returns what a model in training needs to go on: this model, the best one if the two may differ, and the velocity.
    pub(crate) fn tensors_in_training(&self, best: Option<&Self>, velocity: Option<&Gradients>) -> Vec<Tensor> {
        // A file's weight is that of the model that the training would end with.
        let mut tensors = best.unwrap_or(self).tensors("");
        tensors.extend(best.iter().flat_map(|_| self.tensors(LAST)));
        if let Some(Gradients { weight, bias }) = velocity.cloned() {
            tensors.extend(Self { weight, bias: self.bias.map(|_| bias) }.tensors(VELOCITY));
        }
        tensors
    }

    /// Returns weight and bias for a file, their names behind this prefix.
    fn tensors(&self, prefix: &str) -> Vec<Tensor> {
        let weight = (format!("{prefix}weight"), vec![1, self.num_features()], self.weight.to_vec());
        let bias = self.bias.map(|bias| (format!("{prefix}bias"), vec![1], vec![bias]));
        iter::once(weight).chain(bias).collect()
    }

    /// Replaces weight and bias with those of a file that [`save`](Self::save) or Python wrote: numbers of 32 bits, or of
    /// 64 or 16 (bfloat16), which are converted.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Model`] if the file is not a model, has another number of weights, or only one of the
    /// two has a bias; the model is then unchanged.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        *self = self.read(path, &Contents::read(path)?, "")?;
        Ok(())
    }

    /// Replaces those that there are with what [`tensors_in_training`](Self::tensors_in_training) has put into a file. Nothing
    /// is changed where that fails.
    pub(crate) fn read_in_training(
        &mut self,
        best: &mut Option<Self>,
        velocity: &mut Option<Gradients>,
        path: &Path,
        contents: &Contents,
    ) -> Result<()> {
        let read = |prefix| self.read(path, contents, prefix);
        let (model, last) = (read("")?, best.as_ref().map(|_| read(LAST)).transpose()?);
        if let Some(velocity) = velocity {
            let Self { weight, bias } = read(VELOCITY)?;
            *velocity = Gradients { weight, bias: bias.unwrap_or(0.0) };
        }
        if let Some(best) = best {
            best.clone_from(&model);
        }
        *self = last.unwrap_or(model);
        Ok(())
    }

    /// Returns the model of a file that has been read, where the names stand behind this prefix; it is as large as this one.
    fn read(&self, path: &Path, contents: &Contents, prefix: &str) -> Result<Self> {
        let (weight, bias) = (format!("{prefix}weight"), format!("{prefix}bias"));
        let weight = contents.numbers(path, &weight)?.ok_or_else(|| {
            let problem = format!("it has no tensor \"{weight}\"; save it from a linear layer, linear.state_dict()");
            Error::model(path, problem)
        })?;
        if weight.len() != self.num_features() {
            let (theirs, ours) = (weight.len(), self.num_features());
            let problem = format!("it has {theirs} weights, this model {ours}; load it into a model of its size");
            return Err(Error::model(path, problem));
        }
        let bias = match (contents.numbers(path, &bias)?.as_deref(), self.bias) {
            (Some(&[bias]), Some(_)) => Some(bias),
            (None, None) => None,
            (Some(_), None) => {
                return Err(Error::model(path, "it has a bias, this model has none; load it into a model with a bias"));
            }
            _ => return Err(Error::model(path, "it has no single bias, this model has one; use without_bias()")),
        };
        Ok(Self { weight: Array1::from(weight), bias })
    }
}
