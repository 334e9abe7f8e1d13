//! Named vectors in a file that Python reads too: the safetensors format, as far as a model of one layer needs it.
//!
//! Eight bytes with the header's length, little-endian; the header, a JSON object
//! `{"weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}`; then the numbers
//! (<https://huggingface.co/docs/safetensors>). The crate of that name would bring sixteen more crates, which every
//! learner would compile.

use std::{collections::BTreeMap, fs, path::Path};

use crate::{Error, Result, file};

/// A larger header is no model's.
const MAX_HEADER: usize = 1 << 16;

/// A tensor to write: name, shape, values.
pub(crate) type Tensor = (&'static str, Vec<usize>, Vec<f32>);

/// Writes tensors, and before them `note`, which has no quotes or backslashes in it.
pub(crate) fn write(path: &Path, note: &str, tensors: &[Tensor]) -> Result<()> {
    let mut entries = Vec::new();
    if !note.is_empty() {
        entries.push(format!(r#""__metadata__":{{"note":"{note}"}}"#));
    }
    let mut data = Vec::new();
    for (name, shape, values) in tensors {
        let start = data.len();
        data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        let end = data.len();
        entries.push(format!(r#""{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{start},{end}]}}"#));
    }
    let mut header = format!("{{{}}}", entries.join(","));
    // The format wants the numbers to begin at a multiple of eight.
    header.extend(std::iter::repeat_n(' ', header.len().next_multiple_of(8) - header.len()));
    let length = (header.len() as u64).to_le_bytes();
    file::write(path, &[&length, header.as_bytes(), &data].concat())
}

/// What a file holds: every tensor by name, and the note.
#[derive(Default)]
pub(crate) struct Contents {
    pub(crate) note: String,
    pub(crate) tensors: BTreeMap<String, Vec<f32>>,
}

/// Reads a whole file.
pub(crate) fn read(path: &Path) -> Result<Contents> {
    let bytes = fs::read(path).map_err(|source| Error::read(path, source))?;
    parse(&bytes)
        .ok_or_else(|| Error::model(path, "this is no safetensors file of 32-bit numbers; save the model again"))
}

fn parse(bytes: &[u8]) -> Option<Contents> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok().filter(|&length| length <= MAX_HEADER)?;
    let (header, data) = rest.split_at_checked(length)?;
    let mut header = Json { text: std::str::from_utf8(header).ok()?.trim_end() };
    let mut contents = Contents::default();
    header.object(|header, name| {
        if name == "__metadata__" {
            return header.object(|header, key| {
                let text = header.string()?;
                if key == "note" {
                    text.clone_into(&mut contents.note);
                }
                Some(())
            });
        }
        let (mut dtype, mut numbers, mut range) = ("", Vec::new(), Vec::new());
        header.object(|header, key| {
            match key {
                "dtype" => dtype = header.string()?,
                "shape" => numbers = header.numbers()?,
                "data_offsets" => range = header.numbers()?,
                _ => return None,
            }
            Some(())
        })?;
        let &[start, end] = range.as_slice() else { return None };
        let data = data.get(start..end)?;
        let (values, rest) = data.as_chunks();
        let count = numbers.iter().try_fold(1_usize, |product, &n| product.checked_mul(n))?;
        if dtype != "F32" || !rest.is_empty() || values.len() != count {
            return None;
        }
        contents.tensors.insert(name.to_owned(), values.iter().map(|value| f32::from_le_bytes(*value)).collect());
        Some(())
    })?;
    header.text.is_empty().then_some(contents)
}

/// What is left to read of the header: objects, strings without escapes, lists of whole numbers.
struct Json<'a> {
    text: &'a str,
}

impl<'a> Json<'a> {
    /// Steps over `token`, and the blanks before it.
    fn skip(&mut self, token: &str) -> Option<()> {
        self.text = self.text.trim_start().strip_prefix(token)?;
        Some(())
    }

    fn string(&mut self) -> Option<&'a str> {
        self.skip("\"")?;
        let (string, rest) = self.text.split_once('"')?;
        self.text = rest;
        (!string.contains('\\')).then_some(string)
    }

    fn object(&mut self, mut value: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.skip("{")?;
        while self.skip("}").is_none() {
            let key = self.string()?;
            self.skip(":")?;
            value(self, key)?;
            self.skip(",").or_else(|| self.text.trim_start().starts_with('}').then_some(()))?;
        }
        Some(())
    }

    fn numbers(&mut self) -> Option<Vec<usize>> {
        self.skip("[")?;
        let (list, rest) = self.text.split_once(']')?;
        self.text = rest;
        list.split(',').filter(|n| !n.trim().is_empty()).map(|n| n.trim().parse().ok()).collect()
    }
}
