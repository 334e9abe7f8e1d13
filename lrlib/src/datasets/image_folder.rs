//! A folder of class folders, `torchvision.datasets.ImageFolder`.

use std::path::{Path, PathBuf};

use image::RgbImage;
use rayon::prelude::*;

use super::{batch::Batch, rng::rng};
use crate::{
    error::{Error, Result},
    fast::memory,
    files::{
        decode::decode,
        find::{IMG_EXTENSIONS, class_folders, pictures},
    },
    transforms::{Transform, to_tensor},
};

/// Two classes of pictures, by the folders they are in, sorted; nothing is decoded until asked for.
#[derive(Clone)]
pub struct ImageFolder {
    classes: [String; 2],
    samples: Vec<Sample>,
}

/// One picture: its file and its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The file.
    pub path: PathBuf,
    /// 0 for the first class, 1 for the second.
    pub label: usize,
}

impl ImageFolder {
    /// Finds the two class folders of `root`, and all pictures below each, sorted as torchvision sorts them.
    ///
    /// # Errors
    /// [`Error::Io`] if a folder cannot be read; [`Error::Dataset`] if there are not two class folders, one
    /// holds no picture, or a link leads back to a folder above it.
    pub fn new(root: impl AsRef<Path>) -> Result<Self> {
        Self::find(root.as_ref(), None)
    }

    /// Finds the class folders of `root`, two or more, and makes two classes of them: class 1 is the folder `name`, and
    /// class 0, "not `name`", is all others, folder by folder.
    ///
    /// ```no_run
    /// use lrlib::datasets;
    ///
    /// let folder = datasets::ImageFolder::one_against_rest("data/insects-more/train", "bees")?;
    /// assert_eq!(folder.classes(), &["not bees", "bees"]);
    /// # Ok::<(), lrlib::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`new`](Self::new), of which [`Error::Dataset`] if no class folder has this name.
    pub fn one_against_rest(root: impl AsRef<Path>, name: &str) -> Result<Self> {
        Self::find(root.as_ref(), Some(name))
    }

    /// Makes class 1 of the folder `name`, or of the second of two.
    fn find(root: &Path, name: Option<&str>) -> Result<Self> {
        let (folders, names) = class_folders(root)?;
        let found = if names.is_empty() { "none".into() } else { names.join(", ") };
        let refuse = |problem: String| Err(Error::dataset(root, problem));
        if names.len() < 2 || (names.len() > 2 && name.is_none()) {
            let needed = if name.is_none() { "two" } else { "two or more" };
            let n = names.len();
            return refuse(format!("{needed} class folders are needed here, not {n} ({found}); add or move some"));
        }
        let second = name.unwrap_or(&names[1]);
        let Some(one) = names.iter().position(|folder| folder == second) else {
            return refuse(format!("no class folder here is named \"{second}\"; choose one of {found}"));
        };
        let classes = [name.map_or_else(|| names[0].clone(), |name| format!("not {name}")), second.into()];
        let mut samples = Vec::new();
        for (label, class) in classes.iter().enumerate() {
            let start = samples.len();
            for (_, folder) in folders.iter().enumerate().filter(|(at, _)| usize::from(*at == one) == label) {
                samples.extend(pictures(folder)?.into_iter().map(|path| Sample { path, label }));
            }
            if samples.len() == start {
                let endings = IMG_EXTENSIONS.join(" ");
                return refuse(format!("the class \"{class}\" has no picture ({endings}); add some"));
            }
        }
        Ok(Self { classes, samples })
    }

    /// Returns the names of class 0 and class 1.
    #[must_use]
    pub fn classes(&self) -> &[String; 2] {
        &self.classes
    }

    /// Returns every picture in order: class by class, path by path.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Returns the number of pictures.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "no class is empty, so no folder is")]
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Returns the number of pictures of class 0 and of class 1.
    #[must_use]
    pub fn counts(&self) -> [usize; 2] {
        let ones = self.samples.iter().filter(|sample| sample.label == 1).count();
        [self.len() - ones, ones]
    }

    /// Decodes picture `index`; returns it with its label.
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

    /// Decodes and transforms every picture, on all cores, into one [`Batch`]; steps that draw at random draw as in
    /// epoch 0 of seed 0.
    ///
    /// # Errors
    /// That of [`get`](Self::get) for a picture that fails, for any one of them if several do; [`Error::Dataset`] if the
    /// transformed pictures differ in size.
    pub fn load(&self, transform: &impl Transform) -> Result<Batch> {
        let size = transform.apply_random(self.get(0)?.0, &mut rng(0, 0, 0)).dimensions();
        self.read(&(0..self.len()).collect::<Vec<_>>(), transform, size, (0, 0))
    }

    /// Returns the pictures with these numbers as a [`Batch`]; transformed, each must have this width and height. Random
    /// steps draw by (seed, epoch).
    pub(crate) fn read(
        &self,
        rows: &[usize],
        transform: &dyn Transform,
        (width, height): (u32, u32),
        (seed, epoch): (u64, usize),
    ) -> Result<Batch> {
        let num_features = 3 * height as usize * width as usize;
        let mut x = memory::zeros(rows.len(), num_features);
        let places = x.as_slice_mut().expect("a new matrix is contiguous").par_chunks_mut(num_features.max(1));
        // One at a time: a large picture would hold up all that share a piece of work with it.
        places.zip(rows).with_max_len(1).try_for_each(|(place, &row)| {
            let path = &self.samples[row].path;
            let image = transform.apply_random(decode(path)?, &mut rng(seed, epoch, row));
            if image.dimensions() != (width, height) {
                let (w, h) = image.dimensions();
                let problem = format!(
                    "{w} × {h} pixels after the transform, but the first picture has {width} × {height}; end the transform with CenterCrop"
                );
                return Err(Error::dataset(path, problem));
            }
            to_tensor(&image, place);
            transform.apply_tensor(place);
            Ok(())
        })?;
        let samples = rows.iter().map(|&row| &self.samples[row]);
        let y = samples.clone().map(|sample| sample.label as f32).collect();
        Ok(Batch { x, y, paths: samples.map(|sample| sample.path.clone()).collect() })
    }
}

/// `ImageFolder(244 pictures: 123 ants, 121 bees)`
impl std::fmt::Debug for ImageFolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ([first, second], [zeros, ones]) = (&self.classes, self.counts());
        write!(f, "ImageFolder({} pictures: {zeros} {first}, {ones} {second})", self.len())
    }
}
