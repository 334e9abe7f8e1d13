//! Which data set the notebooks and commands use.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::error::{Error, Result};

/// Returns the folder whose `train` and `val` hold the pictures: the one that the environment variable `LRLIB_DATA`
/// names, else the photographs, `hymenoptera_data` in `root`, else their drawn stand-in, `insects` in `root`.
///
/// # Errors
/// [`Error::Dataset`] if there is none, or if the folder that `LRLIB_DATA` names lacks `train` or `val`.
pub fn data_folder(root: impl AsRef<Path>) -> Result<PathBuf> {
    choose(env::var_os("LRLIB_DATA"), root.as_ref())
}

fn choose(asked_for: Option<OsString>, root: &Path) -> Result<PathBuf> {
    let is_data = |folder: &PathBuf| ["train", "val"].iter().all(|part| folder.join(part).is_dir());
    if let Some(folder) = asked_for.filter(|name| !name.is_empty()).map(PathBuf::from) {
        let problem =
            "LRLIB_DATA names this folder, which does not have the folders train and val; correct or unset it";
        return if is_data(&folder) { Ok(folder) } else { Err(Error::dataset(&folder, problem)) };
    }
    let places = ["hymenoptera_data", "insects"].map(|name| root.join(name));
    places.into_iter().find(is_data).ok_or_else(|| {
        Error::dataset(root, "no folder here has pictures in train and val; run ci/lab once to get them")
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_photographs_come_before_the_stand_in_and_lrlib_data_before_both() -> Result<()> {
        let root = tempfile::tempdir().expect("a folder");
        let (photographs, stand_in) = (root.path().join("hymenoptera_data"), root.path().join("insects"));
        let make = |folder: &Path| ["train", "val"].map(|part| fs::create_dir_all(folder.join(part)).expect("made"));
        let nothing = choose(None, root.path()).expect_err("an empty folder").to_string();
        assert!(nothing.contains("run ci/lab"), "{nothing}");

        make(&stand_in);
        assert_eq!(choose(None, root.path())?, stand_in);
        fs::create_dir_all(photographs.join("train")).expect("made");
        assert_eq!(choose(None, root.path())?, stand_in, "half a data set is none");
        make(&photographs);
        assert_eq!(choose(Some("".into()), root.path())?, photographs);
        assert_eq!(choose(Some(stand_in.clone().into()), root.path())?, stand_in);

        fs::remove_dir(stand_in.join("val")).expect("removed");
        for wrong in [OsString::from("nowhere"), stand_in.into()] {
            let error = choose(Some(wrong.clone()), root.path()).expect_err("no data").to_string();
            assert!(error.starts_with(&*wrong.to_string_lossy()) && error.contains("LRLIB_DATA"), "{error}");
        }
        Ok(())
    }
}
