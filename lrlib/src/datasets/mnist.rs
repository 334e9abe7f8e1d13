//! Handwritten digits, `torchvision.datasets.MNIST`.

use std::path::Path;

use image::RgbImage;
use ndarray::{Array1, Array2, Array3};

use super::batch::Batch;
use crate::{
    error::{Error, Result},
    files::idx::{find_idx, read_idx},
};

/// Grey pictures of the digits 0 to 9, from files in MNIST's format.
#[derive(Clone)]
pub struct Mnist {
    /// Pixel values 0 to 255, shape (n, height, width); 0 is the background.
    pub data: Array3<u8>,
    /// The digit of each picture, shape (n).
    pub targets: Array1<u8>,
}

impl Mnist {
    /// Reads the pictures to train on, or those to test with, and their labels from the files of this folder that MNIST
    /// comes in, packed or not: `train-images-idx3-ubyte.gz` and `train-labels-idx1-ubyte.gz`, or the same with `t10k`.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Dataset`] with the path, if a file is missing, broken or of another kind, there are not
    /// as many labels as pictures, or a label is above 9.
    #[expect(clippy::missing_panics_doc, reason = "a file has as many values as it says")]
    pub fn new(folder: impl AsRef<Path>, train: bool) -> Result<Self> {
        let find = |kind| find_idx(folder.as_ref(), &format!("{}-{kind}-ubyte", if train { "train" } else { "t10k" }));
        let (images, labels) = (find("images-idx3")?, find("labels-idx1")?);
        let (shape @ [n, _, _], data) = read_idx(&images)?;
        let ([count], targets) = read_idx(&labels)?;
        let problem = if count != n {
            format!("it has {count} labels, but {} has {n} pictures; fetch both again", images.display())
        } else if let Some(label) = targets.iter().find(|label| **label > 9) {
            format!("it has the label {label}; only the digits 0 to 9 are read")
        } else {
            let data = Array3::from_shape_vec(shape, data).expect("as many as the shape says");
            return Ok(Self { data, targets: targets.into() });
        };
        Err(Error::dataset(&labels, problem))
    }

    /// Returns the number of pictures of each digit.
    #[must_use]
    pub fn counts(&self) -> [usize; 10] {
        std::array::from_fn(|digit| self.targets.iter().filter(|target| usize::from(**target) == digit).count())
    }

    /// Returns picture `index` and its digit.
    ///
    /// # Panics
    /// If there is no such picture.
    #[must_use]
    #[track_caller]
    pub fn get(&self, index: usize) -> (RgbImage, usize) {
        let (n, height, width) = self.data.dim();
        assert!(index < n, "no picture {index}: there are {n}");
        let grey = |x: u32, y: u32| self.data[[index, y as usize, x as usize]];
        let image = RgbImage::from_fn(width as u32, height as u32, |x, y| [grey(x, y); 3].into());
        (image, self.targets[index].into())
    }

    /// Returns the pictures of two digits in the order of the file: x of shape (n, height · width), line by line, in
    /// [0, 1], and y, 0 for `first` and 1 for `second`.
    ///
    /// ```no_run
    /// use lrlib::datasets;
    ///
    /// let train = datasets::Mnist::new("data/digits", true)?.digits(3, 8)?;
    /// assert_eq!(train.num_features(), 28 * 28);
    /// # Ok::<(), lrlib::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] if both are the same, one is above 9, or no picture shows one of them.
    pub fn digits(&self, first: usize, second: usize) -> Result<Batch> {
        let counts = self.counts();
        let there: Vec<usize> = (0..10).filter(|digit| counts[*digit] > 0).collect();
        if first == second || [first, second].iter().any(|digit| !there.contains(digit)) {
            let problem =
                format!("{first} and {second} are not two different digits of those in these files, {there:?}");
            return Err(Error::Config(problem));
        }
        let digit = |row: &usize| usize::from(self.targets[*row]);
        let rows: Vec<usize> = (0..self.targets.len()).filter(|row| [first, second].contains(&digit(row))).collect();
        let (_, height, width) = self.data.dim();
        let value = |(at, d): (usize, usize)| f32::from(self.data[[rows[at], d / width, d % width]]) / 255.0;
        let y = rows.iter().map(|row| if digit(row) == second { 1.0 } else { 0.0 }).collect();
        Ok(Batch::new(Array2::from_shape_fn((rows.len(), height * width), value), y))
    }
}

/// `Mnist(60000 pictures of 28 × 28)`
impl std::fmt::Debug for Mnist {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (n, height, width) = self.data.dim();
        write!(f, "Mnist({n} pictures of {width} × {height})")
    }
}
