//! A folder of class folders, `torchvision.datasets.ImageFolder`.

use std::{
    collections::BTreeMap,
    env,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
};

use image::RgbImage;
use rayon::prelude::*;

use crate::{Batch, Error, Result, Transform, decode::decode, memory, table::Table, to_tensor};

/// Endings that count as pictures, in any case: torchvision's `IMG_EXTENSIONS`.
pub const IMG_EXTENSIONS: [&str; 9] = [".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"];

/// The folder whose `train` and `val` hold the pictures: the one that the environment variable `LRLIB_DATA`
/// names, else the photographs, `hymenoptera_data` in `root`, else their drawn stand-in, `insects` in `root`.
///
/// # Errors
/// [`Error::Dataset`] if there is none, or if what `LRLIB_DATA` names is none.
pub fn data_folder(root: impl AsRef<Path>) -> Result<PathBuf> {
    choose(env::var_os("LRLIB_DATA"), root.as_ref())
}

fn choose(asked_for: Option<OsString>, root: &Path) -> Result<PathBuf> {
    let holds_pictures = |folder: &PathBuf| folder.join("train").is_dir();
    if let Some(folder) = asked_for.filter(|name| !name.is_empty()).map(PathBuf::from) {
        let problem = "LRLIB_DATA names this folder, and it has no folder train; correct or unset it";
        return if holds_pictures(&folder) { Ok(folder) } else { Err(Error::dataset(&folder, problem)) };
    }
    let places = ["hymenoptera_data", "insects"].map(|name| root.join(name));
    places
        .into_iter()
        .find(holds_pictures)
        .ok_or_else(|| Error::dataset(root, "there are no pictures here yet; run ci/lab once, it brings them"))
}

/// Two sorted class folders and the pictures in them; nothing is decoded until asked for.
#[derive(Clone)]
pub struct ImageFolder {
    classes: [String; 2],
    samples: Vec<Sample>,
}

/// One picture: where it lies, and its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The file.
    pub path: PathBuf,
    /// 0 for the first class, 1 for the second.
    pub label: usize,
}

impl ImageFolder {
    /// Finds the two class folders of `root`, and below each all pictures, sorted as torchvision sorts them.
    ///
    /// # Errors
    /// [`Error::Io`] if a folder cannot be read; [`Error::Dataset`] if there are not two class folders, one
    /// holds no picture, or links go round in a circle.
    pub fn new(root: impl AsRef<Path>) -> Result<Self> {
        Self::find(root.as_ref())
    }

    fn find(root: &Path) -> Result<Self> {
        let mut folders = entries(root)?;
        folders.retain(|path| path.is_dir());
        folders.sort();
        let names: Vec<String> = folders.iter().map(|path| name(path)).collect();
        let Ok(classes) = <[String; 2]>::try_from(names.clone()) else {
            let found = if names.is_empty() { "none".into() } else { names.join(", ") };
            return Err(Error::dataset(
                root,
                format!(
                    "logistic regression needs two class folders here, found {} ({found}); add or move some",
                    names.len()
                ),
            ));
        };
        let mut samples = Vec::new();
        for (label, folder) in folders.iter().enumerate() {
            let mut by_folder = BTreeMap::new();
            walk(folder, &mut Vec::new(), &mut by_folder)?;
            let paths: Vec<PathBuf> = by_folder.into_values().flatten().collect();
            if paths.is_empty() {
                let endings = IMG_EXTENSIONS.join(" ");
                return Err(Error::dataset(folder, format!("this class has no picture ({endings}); add some")));
            }
            samples.extend(paths.into_iter().map(|path| Sample { path, label }));
        }
        Ok(Self { classes, samples })
    }

    /// The names of class 0 and class 1.
    #[must_use]
    pub fn classes(&self) -> &[String; 2] {
        &self.classes
    }

    /// Every picture in order: class by class, path by path.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// How many pictures there are.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "no class is empty, so no folder is")]
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// How many pictures class 0 and class 1 have.
    #[must_use]
    pub fn counts(&self) -> [usize; 2] {
        let ones = self.samples.iter().filter(|sample| sample.label == 1).count();
        [self.len() - ones, ones]
    }

    /// Decodes picture `index`, and gives its label.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Picture`] with the path.
    ///
    /// # Panics
    /// If `index` is not below [`len`](Self::len).
    #[track_caller]
    pub fn get(&self, index: usize) -> Result<(RgbImage, usize)> {
        assert!(index < self.len(), "no picture {index}: the folder has {}", self.len());
        let Sample { path, label } = &self.samples[index];
        Ok((decode(path)?, *label))
    }

    /// Decodes and transforms every picture, on all cores, into one [`Batch`].
    ///
    /// # Errors
    /// The first failing picture's, as [`get`](Self::get); [`Error::Dataset`] if the transformed pictures
    /// differ in size.
    pub fn load(&self, transform: &impl Transform) -> Result<Batch> {
        let size = transform.apply(self.get(0)?.0).dimensions();
        self.read(&(0..self.len()).collect::<Vec<_>>(), transform, size)
    }

    /// The pictures of these numbers as a [`Batch`]; transformed, each has this width and height.
    pub(crate) fn read(&self, rows: &[usize], transform: &dyn Transform, size: (u32, u32)) -> Result<Batch> {
        let (width, height) = size;
        let num_features = 3 * height as usize * width as usize;
        let samples: Vec<&Sample> = rows.iter().map(|&row| &self.samples[row]).collect();
        let mut x = memory::zeros(rows.len(), num_features);
        let rows = x.as_slice_mut().unwrap_or(&mut []).par_chunks_mut(num_features.max(1));
        // One at a time: a large picture would hold up all that share a piece of work with it.
        rows.zip(&samples).with_max_len(1).try_for_each(|(row, sample)| {
            let image = transform.apply(decode(&sample.path)?);
            if image.dimensions() != size {
                let (w, h) = image.dimensions();
                let problem = format!(
                    "{w} × {h} pixels after the transform, but the first picture has {width} × {height}; end it with CenterCrop"
                );
                return Err(Error::dataset(&sample.path, problem));
            }
            to_tensor(&image, row);
            Ok(())
        })?;
        let y = samples.iter().map(|sample| sample.label as f32).collect();
        Ok(Batch { x, y, paths: samples.iter().map(|sample| sample.path.clone()).collect() })
    }

    /// Shows a table of the classes in a notebook; the kernel calls this for the last expression of a cell.
    pub fn evcxr_display(&self) {
        self.table().show();
    }

    fn table(&self) -> Table {
        let row = |class: &str, label: &str, count: usize| {
            let share = format!("{:.2} %", 100.0 * count as f32 / self.len() as f32);
            vec![class.into(), label.into(), count.to_string(), share]
        };
        let ([first, second], [zeros, ones]) = (&self.classes, self.counts());
        Table {
            caption: "Pictures by class".into(),
            header: ["class", "label", "pictures", "share"].map(String::from).to_vec(),
            rows: vec![row(first, "0", zeros), row(second, "1", ones), row("total", "", self.len())],
        }
    }
}

/// `ImageFolder(244 pictures: 123 ants, 121 bees)`
impl std::fmt::Debug for ImageFolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ([first, second], [zeros, ones]) = (&self.classes, self.counts());
        write!(f, "ImageFolder({} pictures: {zeros} {first}, {ones} {second})", self.len())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_photographs_come_before_the_stand_in_and_what_is_asked_for_before_both() -> Result<()> {
        let root = tempfile::tempdir().expect("a folder");
        let (photographs, stand_in) = (root.path().join("hymenoptera_data"), root.path().join("insects"));
        let nothing = choose(None, root.path()).expect_err("an empty folder").to_string();
        assert!(nothing.contains("run ci/lab"), "{nothing}");

        fs::create_dir_all(stand_in.join("train")).expect("made");
        assert_eq!(choose(None, root.path())?, stand_in);
        fs::create_dir_all(photographs.join("train")).expect("made");
        assert_eq!(choose(Some("".into()), root.path())?, photographs);
        assert_eq!(choose(Some(stand_in.clone().into()), root.path())?, stand_in);

        let missing = choose(Some("nowhere".into()), root.path()).expect_err("not a folder").to_string();
        assert!(missing.starts_with("nowhere") && missing.contains("LRLIB_DATA"), "{missing}");
        Ok(())
    }

    #[test]
    fn the_table_counts_the_classes() {
        let sample = |label| Sample { path: PathBuf::new(), label };
        let folder =
            ImageFolder { classes: ["ants".into(), "bees".into()], samples: [0, 0, 0, 1].map(sample).to_vec() };
        let text = "Pictures by class\nclass  label  pictures     share\n ants      0         3   75.00 %\n \
                    bees      1         1   25.00 %\ntotal                4  100.00 %";
        assert_eq!(folder.table().to_string(), text);
    }
}
