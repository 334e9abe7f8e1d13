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
        // A link in /proc, such as /dev/stdout, may name a pipe by a path that does not exist.
        if is_device(&target) {
            return Ok(target);
        }
        match fs::read_link(&target) {
            Ok(link) => target = folder(&target).join(link),
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("its links lead in a circle"))
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn threads_that_write_to_one_path_leave_one_whole_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("model");
        let contents = |thread: u8| vec![thread; 100_000];
        write(&path, &contents(0)).expect("written");
        thread::scope(|scope| {
            for thread in 1..4 {
                let path = &path;
                scope.spawn(move || (0..50).for_each(|_| write(path, &contents(thread)).expect("written")));
            }
            for _ in 0..200 {
                let read = fs::read(&path).expect("always there");
                assert_eq!(read, contents(read[0]));
            }
        });
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_name_of_the_greatest_length_can_be_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("n".repeat(255));
        write(&path, b"whole").expect("written");
        assert_eq!(fs::read(path).expect("read"), b"whole");
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_is_being_written_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let partial = |name: &str| {
            let file = File::create(folder.path().join(format!(".lrlib-{name}.partial"))).expect("made");
            let long_ago = SystemTime::now() - 2 * YOUNG;
            file.set_modified(long_ago).expect("set");
            file
        };
        let (left, held) = (partial("left"), partial("held"));
        drop(left);
        held.lock().expect("locked");
        File::create(folder.path().join(".lrlib-young.partial")).expect("made");
        write(&folder.path().join("model"), b"whole").expect("written");
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).expect("listed").map(|entry| entry.expect("one").file_name()).collect();
        names.sort();
        assert_eq!(names, [".lrlib-held.partial", ".lrlib-young.partial", "model"]);
    }

    #[test]
    fn a_folder_is_not_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        for check in
            [write(folder.path(), b""), check_writable(folder.path()), check_writable(&folder.path().join("a/b"))]
        {
            assert!(check.expect_err("not a file").to_string().starts_with("cannot write "));
        }
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 0);
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        use super::*;

        fn mode(path: &Path) -> u32 {
            fs::metadata(path).expect("there").permissions().mode() & 0o777
        }

        #[test]
        fn permissions_stay() {
            let folder = tempfile::tempdir().expect("a folder");
            let (path, usual) = (folder.path().join("model"), folder.path().join("usual"));
            write(&path, b"first").expect("written");
            fs::write(&usual, b"").expect("written");
            assert_eq!(mode(&path), mode(&usual), "a new file has the permissions of any new file");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
            write(&path, b"second").expect("written");
            assert_eq!(mode(&path), 0o600);
        }

        #[test]
        fn a_link_is_followed_even_to_where_nothing_is() {
            let folder = tempfile::tempdir().expect("a folder");
            let (link, target) = (folder.path().join("link"), folder.path().join("target"));
            symlink("target", &link).expect("linked");
            for contents in [b"first", b"again"] {
                write(&link, contents).expect("written");
                assert_eq!(fs::read(&target).expect("read"), contents);
                assert!(link.is_symlink());
            }
            symlink("circle", folder.path().join("circle")).expect("linked");
            assert!(write(&folder.path().join("circle"), b"").expect_err("a circle").to_string().contains("circle"));
        }
    }
}
