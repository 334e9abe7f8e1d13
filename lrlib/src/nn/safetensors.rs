//! Named vectors in a file that Python reads too, by the crate `safetensors`, and a model as such a file.

use std::{collections::HashMap, fs, path::Path};

use ndarray::Array1;
use safetensors::{Dtype, SafeTensors, serialize, tensor::TensorView};

use super::logistic_regression::LogisticRegression;
use crate::{
    error::{Error, Result},
    file,
};

/// The name under which [`Contents::note`] stands in a file's metadata.
const NOTE: &str = "note";

/// A tensor of a file: name, shape, values.
pub(crate) type Tensor<'a> = (&'a str, Vec<usize>, &'a [f32]);

/// Writes tensors and, unless it is empty, a note.
pub(crate) fn write(path: &Path, note: &str, tensors: &[Tensor<'_>]) -> Result<()> {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(_, _, values)| values.iter().flat_map(|value| value.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        (*name, TensorView::new(Dtype::F32, shape.clone(), bytes).expect("the shape has as many numbers"))
    });
    let metadata = (!note.is_empty()).then(|| HashMap::from([(NOTE.to_owned(), note.to_owned())]));
    let contents = serialize(views, metadata).map_err(|error| Error::model(path, format!("cannot write: {error}")))?;
    file::write(path, &contents)
}

/// The contents of a file, read once.
pub(crate) struct Contents(Vec<u8>);

impl Contents {
    /// Reads a whole file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let contents = Self(fs::read(path).map_err(|source| Error::read(path, source))?);
        contents.tensors(path)?;
        Ok(contents)
    }

    /// Returns the note, empty where there is none.
    pub(crate) fn note(&self, path: &Path) -> Result<String> {
        let (_, header) = SafeTensors::read_metadata(&self.0).map_err(|error| not_a_model(path, &error))?;
        let note = header.metadata().as_ref().and_then(|metadata| metadata.get(NOTE));
        Ok(note.cloned().unwrap_or_default())
    }

    /// Returns the numbers of a tensor, `None` if the file has no tensor of this name.
    pub(crate) fn numbers(&self, path: &Path, name: &str) -> Result<Option<Vec<f32>>> {
        let tensors = self.tensors(path)?;
        let Ok(tensor) = tensors.tensor(name) else { return Ok(None) };
        let data = tensor.data();
        let numbers = match tensor.dtype() {
            Dtype::F32 => data.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect(),
            Dtype::F64 => data.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes) as f32).collect(),
            Dtype::BF16 => {
                data.as_chunks().0.iter().map(|&[low, high]| f32::from_le_bytes([0, 0, low, high])).collect()
            }
            other => {
                let problem =
                    format!("its tensor \"{name}\" is of type {other}; save it as 32-bit floats (tensor.float())");
                return Err(Error::model(path, problem));
            }
        };
        Ok(Some(numbers))
    }

    fn tensors(&self, path: &Path) -> Result<SafeTensors<'_>> {
        SafeTensors::deserialize(&self.0).map_err(|error| not_a_model(path, &error))
    }
}

fn not_a_model(path: &Path, error: &safetensors::SafeTensorError) -> Error {
    Error::model(path, format!("this is not a safetensors file ({error}); save the model again"))
}

impl LogisticRegression {
    /// Writes weight and bias as safetensors, under the names and shapes of `nn.Linear(d, 1)`:
    /// Python reads them with `linear.load_state_dict(safetensors.torch.load_file(path))`.
    ///
    /// # Errors
    /// [`Error::Io`]; an older file at `path` is then still whole.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.write_with(path.as_ref(), "", None)
    }

    /// The same with a note, and with one more tensor.
    pub(crate) fn write_with(&self, path: &Path, note: &str, more: Option<Tensor<'_>>) -> Result<()> {
        let weight = self.weight.as_standard_layout();
        let weight = weight.as_slice().expect("a vector in standard layout is contiguous");
        let bias = self.bias.as_slice();
        let mut tensors = vec![("weight", vec![1, self.num_features()], weight)];
        tensors.extend((!bias.is_empty()).then_some(("bias", vec![1], bias)));
        tensors.extend(more);
        write(path, note, &tensors)
    }

    /// Replaces weight and bias with those of a file that [`save`](Self::save) or Python wrote: numbers of 32 bits, or of
    /// 64 or 16 (bfloat16), which are converted.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Model`] if the file is not a model, has another size, or has a bias where this
    /// model has none or the other way round; the model is then unchanged.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        self.read_from(path, &Contents::read(path)?)
    }

    /// The same from a file that has been read.
    pub(crate) fn read_from(&mut self, path: &Path, contents: &Contents) -> Result<()> {
        let weight = contents.numbers(path, "weight")?.ok_or_else(|| {
            Error::model(path, "it has no tensor \"weight\"; save it from a linear layer, linear.state_dict()")
        })?;
        if weight.len() != self.num_features() {
            let (theirs, ours) = (weight.len(), self.num_features());
            let problem = format!("it has {theirs} weights, this model {ours}; load it into a model of its size");
            return Err(Error::model(path, problem));
        }
        let bias = match (contents.numbers(path, "bias")?.as_deref(), self.bias) {
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
