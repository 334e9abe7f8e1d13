//! Which files of a folder are pictures, and in which order.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use crate::error::{Error, Result};

/// Endings that count as pictures, in any case: torchvision's `IMG_EXTENSIONS`.
pub const IMG_EXTENSIONS: [&str; 9] = [".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"];

/// Returns the folders in `root`, sorted, and their names.
pub(super) fn class_folders(root: &Path) -> Result<(Vec<PathBuf>, Vec<String>)> {
    let mut folders = entries(root)?;
    folders.retain(|path| path.is_dir());
    folders.sort();
    let names = folders.iter().map(|path| name(path)).collect();
    Ok((folders, names))
}

/// Returns the pictures below `folder`, links followed, as torchvision sorts them: folder by folder, in each file by file.
pub(super) fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = BTreeMap::new();
    walk(folder, &mut Vec::new(), &mut found)?;
    Ok(found.into_values().flatten().collect())
}

/// Collects the pictures below `folder`, links followed, by folder in the order of its name.
fn walk(folder: &Path, above: &mut Vec<PathBuf>, found: &mut BTreeMap<Vec<u8>, Vec<PathBuf>>) -> Result<()> {
    let real = folder.canonicalize().map_err(|source| Error::read(folder, source))?;
    if above.contains(&real) {
        return Err(Error::dataset(folder, "this link leads back to a folder above it; remove it"));
    }
    above.push(real);
    let (folders, mut files): (Vec<_>, Vec<_>) = entries(folder)?.into_iter().partition(|path| path.is_dir());
    files.retain(|path| is_picture(path));
    files.sort();
    found.insert(folder.as_os_str().as_encoded_bytes().to_vec(), files);
    for inner in folders {
        walk(&inner, above, found)?;
    }
    above.pop();
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let paths = |folder| fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>();
    paths(folder).map_err(|source| Error::read(folder, source))
}

fn is_picture(path: &Path) -> bool {
    let name = name(path).to_ascii_lowercase();
    IMG_EXTENSIONS.iter().any(|ending| name.ends_with(ending))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(OsStr::new("")).to_string_lossy().into_owned()
}
