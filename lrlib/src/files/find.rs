//! Which files of a folder are pictures, and in which order.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use walkdir::WalkDir;

use crate::error::{Error, Result};

/// Endings that count as pictures, in any case: torchvision's `IMG_EXTENSIONS` without `.tif` and `.tiff`. Reading TIFF
/// takes five more crates, which every notebook would compile, for a format that is rare among photographs.
pub const IMG_EXTENSIONS: [&str; 7] = [".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".webp"];

/// Returns the folders in `root`, sorted, and their names.
pub(crate) fn class_folders(root: &Path) -> Result<(Vec<PathBuf>, Vec<String>)> {
    let entries = || fs::read_dir(root)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>();
    let mut folders = entries().map_err(|source| Error::read(root, source))?;
    folders.retain(|path| path.is_dir());
    folders.sort();
    let names = folders.iter().map(|path| name(path)).collect();
    Ok((folders, names))
}

/// Returns the pictures below `folder`, as torchvision sorts them: folder by folder, and in each file by file.
///
/// Pictures are regular files, and links to them. Links to folders are followed, but no folder is visited twice.
pub(crate) fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut visited = HashSet::new();
    let mut is_new = |path: &Path| visited.insert(path.canonicalize().unwrap_or_else(|_| path.into()));
    let entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    let mut found = Vec::new();
    for entry in entries.filter_entry(|entry| !entry.file_type().is_dir() || is_new(entry.path())) {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_picture(entry.path()) => found.push(entry.into_path()),
            Ok(_) => {}
            Err(error) => found.extend(broken_link(folder, error)?),
        }
    }
    let folder_of = |path: &Path| path.parent().unwrap_or(folder).as_os_str().as_encoded_bytes().to_vec();
    found.sort_by_cached_key(|path| (folder_of(path), path.clone()));
    Ok(found)
}

/// Returns a link to nothing if it is named like a picture, so that loading fails at it; other such links are skipped.
fn broken_link(folder: &Path, error: walkdir::Error) -> Result<Option<PathBuf>> {
    let path = error.path().unwrap_or(folder).to_owned();
    if error.loop_ancestor().is_some() {
        return Err(Error::dataset(&path, "this link leads back to a folder above it; remove it"));
    }
    let source = error.into_io_error().expect("all other errors come from the system");
    if !path.is_symlink() || source.kind() != io::ErrorKind::NotFound {
        return Err(Error::read(&path, source));
    }
    Ok(is_picture(&path).then_some(path))
}

fn is_picture(path: &Path) -> bool {
    let name = name(path).to_ascii_lowercase();
    IMG_EXTENSIONS.iter().any(|ending| name.ends_with(ending))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(OsStr::new("")).to_string_lossy().into_owned()
}
