//! A file is read only if it is one, and not too large.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use crate::error::{Error, Result};

/// Returns the bytes of a regular file; `None` if there are more than `most`. From anything else, such as a pipe, bytes
/// might come without end, or never.
///
/// # Errors
/// [`Error::Io`] with the path.
pub(super) fn regular_file(path: &Path, most: u64) -> Result<Option<Vec<u8>>> {
    let metadata = fs::metadata(path).map_err(|source| Error::read(path, source))?;
    if !metadata.is_file() {
        return Err(Error::read(path, io::Error::other("this is not a regular file")));
    }
    if metadata.len() > most {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map_err(|source| Error::read(path, source))?;
    Ok(Some(bytes))
}
