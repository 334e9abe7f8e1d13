//! Named vectors in a file that Python reads too, by the crate `safetensors`.

use std::{collections::HashMap, path::Path};

use safetensors::{Dtype, SafeTensors, serialize, tensor::TensorView};

use super::{read::regular_file, write::write};
use crate::error::{Error, Result};

/// The name under which [`Contents::note`] stands in a file's metadata.
const NOTE: &str = "note";

/// The most bytes of a model's file: 1 GiB, 268 million numbers.
const MAX_BYTES: u64 = 1 << 30;

/// A tensor of a file: name, shape, values.
pub(crate) type Tensor = (String, Vec<usize>, Vec<f32>);

/// Writes tensors and, unless it is empty, a note.
pub(crate) fn write_tensors(path: &Path, note: &str, tensors: &[Tensor]) -> Result<()> {
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|(_, _, values)| values.iter().flat_map(|value| value.to_le_bytes()).collect()).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, shape, _), bytes)| {
        (name, TensorView::new(Dtype::F32, shape.clone(), bytes).expect("the shape has as many numbers"))
    });
    let metadata = (!note.is_empty()).then(|| HashMap::from([(NOTE.to_owned(), note.to_owned())]));
    let contents = serialize(views, metadata).map_err(|error| Error::model(path, format!("cannot write: {error}")))?;
    write(path, &contents)
}

/// The contents of a file, read once.
pub(crate) struct Contents(Vec<u8>);

impl Contents {
    /// Reads a whole file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let bytes = regular_file(path, MAX_BYTES)?.ok_or_else(|| {
            let most = MAX_BYTES >> 20;
            Error::model(
                path,
                format!("it has more than {most} MiB, so it is not a model of one layer; use another file"),
            )
        })?;
        let contents = Self(bytes);
        contents.tensors(path)?;
        Ok(contents)
    }

    /// Reads a file that must have this note; `None` without a file.
    pub(crate) fn read_with_note(path: &Path, note: &str) -> Result<Option<Self>> {
        if !path.try_exists().map_err(|source| Error::read(path, source))? {
            return Ok(None);
        }
        let contents = Self::read(path)?;
        let theirs = contents.note(path)?;
        if theirs != note {
            let other = if theirs.is_empty() { "is not a checkpoint".into() } else { format!("belongs to {theirs}") };
            let problem = format!("this file {other}, and this run is {note}; use another path, or remove the file");
            return Err(Error::model(path, problem));
        }
        Ok(Some(contents))
    }

    /// Returns the note, empty where there is none.
    fn note(&self, path: &Path) -> Result<String> {
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
