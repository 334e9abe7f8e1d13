//! A model in a file.

use std::{iter, path::Path};

use ndarray::Array1;

use super::logistic_regression::LogisticRegression;
use crate::{
    error::{Error, Result},
    files::safetensors::{Contents, Tensor, write_tensors},
};

impl LogisticRegression {
    /// Writes weight and bias as safetensors, under the names and shapes of `nn.Linear(d, 1)`:
    /// Python reads them with `linear.load_state_dict(safetensors.torch.load_file(path))`.
    ///
    /// # Errors
    /// [`Error::Io`]; an older file at `path` is then still whole.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        write_tensors(path.as_ref(), "", &self.tensors(""))
    }

    /// Returns weight and bias for a file, their names behind this prefix.
    pub(crate) fn tensors(&self, prefix: &str) -> Vec<Tensor> {
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
        self.read_from(path, &Contents::read(path)?, "")
    }

    /// The same from a file that has been read, where the names stand behind this prefix.
    pub(crate) fn read_from(&mut self, path: &Path, contents: &Contents, prefix: &str) -> Result<()> {
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
        (self.weight, self.bias) = (Array1::from(weight), bias);
        Ok(())
    }
}
