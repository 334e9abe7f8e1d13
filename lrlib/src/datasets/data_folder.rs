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
    choose(PICTURES, root.as_ref(), env::var_os(PICTURES.0))
}

/// Returns the folder for [`Mnist::new`](super::Mnist::new): the one that the environment variable `LRLIB_MNIST` names,
/// else `mnist` in `root`, where you may put MNIST's own files, else digits that we draw, `digits` in `root`.
///
/// # Errors
/// [`Error::Dataset`] if there is none, or if `LRLIB_MNIST` does not name a folder.
pub fn mnist_folder(root: impl AsRef<Path>) -> Result<PathBuf> {
    choose(DIGITS, root.as_ref(), env::var_os(DIGITS.0))
}

/// Where data may be: the environment variable that names a folder, else two folders, the preferred one first; and what
/// must be in it.
type Places = (&'static str, [&'static str; 2], &'static [&'static str]);
const PICTURES: Places = ("LRLIB_DATA", ["hymenoptera_data", "insects"], &["train", "val"]);
const DIGITS: Places = ("LRLIB_MNIST", ["mnist", "digits"], &[]);

fn choose((variable, names, parts): Places, root: &Path, asked: Option<OsString>) -> Result<PathBuf> {
    let is_data = |folder: &PathBuf| folder.is_dir() && parts.iter().all(|part| folder.join(part).is_dir());
    let with = if parts.is_empty() { String::new() } else { format!(" with {} in it", parts.join(" and ")) };
    if let Some(folder) = asked.filter(|name| !name.is_empty()).map(PathBuf::from) {
        let problem = format!("{variable} names this, but it is not a folder{with}; correct or unset it");
        return if is_data(&folder) { Ok(folder) } else { Err(Error::dataset(&folder, problem)) };
    }
    let [first, second] = names;
    let problem = format!("neither {first} nor {second} is here as a folder{with}; run ci/lab once");
    names.map(|name| root.join(name)).into_iter().find(is_data).ok_or_else(|| Error::dataset(root, problem))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_photographs_come_before_the_stand_in_and_lrlib_data_before_both() -> Result<()> {
        let root = tempfile::tempdir().expect("a folder");
        let (photographs, stand_in) = (root.path().join("hymenoptera_data"), root.path().join("insects"));
        let choose = |asked| choose(PICTURES, root.path(), asked);
        let make = |folder: &Path| ["train", "val"].map(|part| fs::create_dir_all(folder.join(part)).expect("made"));
        let nothing = choose(None).expect_err("an empty folder").to_string();
        assert!(nothing.contains("run ci/lab"), "{nothing}");

        make(&stand_in);
        assert_eq!(choose(None)?, stand_in);
        fs::create_dir_all(photographs.join("train")).expect("made");
        assert_eq!(choose(None)?, stand_in, "half a data set is none");
        make(&photographs);
        assert_eq!(choose(Some("".into()))?, photographs);
        assert_eq!(choose(Some(stand_in.clone().into()))?, stand_in);

        fs::remove_dir(stand_in.join("val")).expect("removed");
        for wrong in [OsString::from("nowhere"), stand_in.into()] {
            let error = choose(Some(wrong.clone())).expect_err("no data").to_string();
            assert!(error.starts_with(&*wrong.to_string_lossy()) && error.contains("LRLIB_DATA"), "{error}");
        }
        Ok(())
    }

    #[test]
    fn mnists_own_files_come_before_the_drawn_ones_and_lrlib_mnist_before_both() -> Result<()> {
        let root = tempfile::tempdir().expect("a folder");
        let choose = |asked| choose(DIGITS, root.path(), asked);
        let nothing = choose(None).expect_err("an empty folder").to_string();
        assert!(nothing.contains("neither mnist nor digits is here as a folder; run ci/lab"), "{nothing}");
        for name in ["digits", "mnist"] {
            let folder = root.path().join(name);
            fs::create_dir(&folder).expect("made");
            assert_eq!(choose(None)?, folder);
        }
        let own = tempfile::tempdir().expect("a folder").keep();
        assert_eq!(choose(Some(own.clone().into()))?, own);
        fs::remove_dir(&own).expect("removed");
        let error = choose(Some(own.into())).expect_err("no folder").to_string();
        assert!(error.contains("LRLIB_MNIST names this, but it is not a folder; correct or unset it"), "{error}");
        Ok(())
    }
}
