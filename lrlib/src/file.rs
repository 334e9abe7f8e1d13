//! A file is written whole or not at all.

use crate::{Error, Result};
use std::{ffi::OsString, fs, io, path::Path, process};

/// Writes `bytes` beside `path`, then renames: who reads `path` sees the old file or the new one, never half of one.
/// Behind a link the file that it names is written; a device or a pipe, such as `/dev/stdout`, gets the bytes as they are.
///
/// # Errors
/// [`Error::Io`] with the path, if the folder is missing, full or not ours to write.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let path = &path.canonicalize().unwrap_or_else(|_| path.into());
    if path.metadata().is_ok_and(|target| !target.is_file() && !target.is_dir()) {
        return fs::write(path, bytes).map_err(|source| Error::write(path, source));
    }
    let Some(name) = path.file_name() else {
        return Err(Error::write(path, io::Error::new(io::ErrorKind::InvalidInput, "it names no file")));
    };
    let mut beside = OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.partial", process::id()));
    let beside = path.with_file_name(beside);
    fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path)).map_err(|source| {
        // Nothing is left behind; that this may fail too changes nothing about the first cause.
        let _ = fs::remove_file(&beside);
        Error::write(path, source)
    })
}
