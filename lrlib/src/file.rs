//! A file is written whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use crate::error::{Error, Result};

/// How the names of files being written begin and end.
const PARTIAL: (&str, &str) = (".lrlib-", ".partial");
/// A partial file that no process holds is left over from a killed one, unless it was created just now.
const YOUNG: Duration = Duration::from_secs(60);

/// Writes `bytes` to a file beside `path`, then renames it: a reader of `path` sees the old file or the new one, never
/// part of one. The new file has the permissions of the old. Behind a link, the file that it names is written; a device or
/// a pipe, such as `/dev/stdout`, gets the bytes directly.
///
/// # Errors
/// [`Error::Io`] with the path, if the folder is missing, full or not writable.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    replace(path, bytes).map_err(|source| Error::write(path, source))
}

/// Checks that `path` could be written, without changing it, so that a long run does not fail at its end.
///
/// # Errors
/// As [`write`].
pub(crate) fn check_writable(path: &Path) -> Result<()> {
    let check = || {
        let target = behind_links(path)?;
        if is_device(&target) { Ok(()) } else { partial(&target).map(drop) }
    };
    check().map_err(|source| Error::write(path, source))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = behind_links(path)?;
    if is_device(&target) {
        return fs::write(&target, bytes);
    }
    remove_left_over(&target);
    let mut file = partial(&target)?;
    file.write_all(bytes)?;
    if let Ok(old) = fs::metadata(&target) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.persist(&target)?;
    Ok(())
}

/// Returns an empty file in the folder of `target`, which is removed when dropped, and held until then.
fn partial(target: &Path) -> io::Result<tempfile::NamedTempFile> {
    if target.file_name().is_none() || target.is_dir() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it does not name a file"));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(PARTIAL.0).suffix(PARTIAL.1);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the user's umask
    let file = builder.tempfile_in(folder(target))?;
    // A file system without locks only misses the cleaning.
    let _ = file.as_file().lock();
    Ok(file)
}

/// Removes partial files whose process was killed. What cannot be removed stays: it does no harm.
fn remove_left_over(target: &Path) {
    let is_partial = |name: &str| name.starts_with(PARTIAL.0) && name.ends_with(PARTIAL.1);
    let entries = fs::read_dir(folder(target)).into_iter().flatten().flatten();
    for path in entries.filter(|entry| entry.file_name().to_str().is_some_and(is_partial)).map(|entry| entry.path()) {
        let age = |path| SystemTime::now().duration_since(fs::metadata(path).ok()?.modified().ok()?).ok();
        let is_left_over = || age(&path) > Some(YOUNG) && File::open(&path).is_ok_and(|file| file.try_lock().is_ok());
        if is_left_over() {
            let _ = fs::remove_file(&path);
        }
    }
}

fn folder(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn is_device(target: &Path) -> bool {
    target.metadata().is_ok_and(|target| !target.is_file() && !target.is_dir())
}

/// Follows links, also to where nothing is yet.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    const MOST: usize = 40; // as on Linux
    let mut target = path.to_owned();
    for _ in 0..MOST {
        match fs::read_link(&target) {
            Ok(link) => target = folder(&target).join(link),
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("its links lead in a circle"))
}
