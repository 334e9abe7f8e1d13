//! Samples as the rows of one matrix.

use std::path::PathBuf;

use ndarray::{Array1, Array2, Axis};

use super::rng::shuffled;
use crate::error::{Error, Result};

/// n samples of d features, with their labels.
#[derive(Clone, Default)]
pub struct Batch {
    /// Features, shape (n, d), one sample a row.
    pub x: Array2<f32>,
    /// Labels, shape (n): 0.0 or 1.0.
    pub y: Array1<f32>,
    /// The file behind each row; empty where the rows come from no file.
    pub paths: Vec<PathBuf>,
}

impl Batch {
    /// Returns rows and labels without files.
    ///
    /// # Panics
    /// If `x` does not have as many rows as `y` has labels.
    #[must_use]
    #[track_caller]
    pub fn new(x: Array2<f32>, y: Array1<f32>) -> Self {
        assert_eq!(x.nrows(), y.len(), "{} rows, but {} labels", x.nrows(), y.len());
        Self { x, y, paths: Vec::new() }
    }

    /// Returns n, the number of rows.
    #[must_use]
    pub fn num_samples(&self) -> usize {
        self.x.nrows()
    }

    /// Returns d, the number of columns.
    #[must_use]
    pub fn num_features(&self) -> usize {
        self.x.ncols()
    }

    /// Checks that the batch, `name` in errors, fits a model with this many features.
    ///
    /// # Errors
    /// [`Error::Config`] if there is no sample, rows and labels differ in number, or a label is not 0 or 1.
    pub(crate) fn check(&self, name: &str, num_features: usize) -> Result<()> {
        let (n, labels, d) = (self.num_samples(), self.y.len(), self.num_features());
        let problem = if d != num_features {
            format!("the {name} data has {d} features, the model {num_features}: make a model of the data's size")
        } else if n != labels {
            format!("the {name} data has {n} rows, but {labels} labels: give each row its label")
        } else if n == 0 || !self.y.iter().all(|y| [0.0, 1.0].contains(y)) {
            format!("the {name} data needs at least one sample, and labels of 0 and 1 only")
        } else {
            return Ok(());
        };
        Err(Error::Config(problem))
    }

    /// Returns the rows with these numbers, in this order.
    ///
    /// # Panics
    /// If a number is not below n.
    #[must_use]
    #[track_caller]
    pub fn select(&self, rows: &[usize]) -> Self {
        let paths = if self.paths.is_empty() { &[] } else { rows };
        Self {
            x: self.x.select(Axis(0), rows),
            y: self.y.select(Axis(0), rows),
            paths: paths.iter().map(|&row| self.paths[row].clone()).collect(),
        }
    }

    /// Returns the same rows in a random order; the same `seed` gives the same order.
    #[must_use]
    pub fn shuffle(&self, seed: u64) -> Self {
        self.select(&shuffled(self.num_samples(), seed, 0))
    }

    /// Returns two parts, the second with about `fraction` (in 0 … 1) of the rows of **each class**: a stratified split.
    ///
    /// Rows are drawn at random by `seed` and keep their order.
    ///
    /// # Panics
    /// If `fraction` is not in 0 … 1.
    #[must_use]
    #[track_caller]
    pub fn split(&self, fraction: f32, seed: u64) -> (Self, Self) {
        assert!((0.0..=1.0).contains(&fraction), "the fraction is {fraction}, not in 0 … 1");
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let order = shuffled(self.num_samples(), seed, 0);
        for positive in [false, true] {
            let mut class: Vec<usize> = order.iter().copied().filter(|&row| (self.y[row] > 0.5) == positive).collect();
            let cut = (fraction * class.len() as f32).round() as usize;
            first.extend(class.split_off(cut));
            second.extend(class);
        }
        first.sort_unstable();
        second.sort_unstable();
        (self.select(&first), self.select(&second))
    }

    /// Returns the rows `size` at a time, in order; the last piece may be smaller. Shuffle first for stochastic descent.
    ///
    /// # Panics
    /// If `size` is 0.
    #[track_caller]
    pub fn mini_batches(&self, size: usize) -> impl Iterator<Item = Self> {
        assert!(size > 0, "a mini-batch needs at least one sample");
        (0..self.num_samples()).step_by(size).map(move |start| {
            let end = (start + size).min(self.num_samples());
            self.select(&(start..end).collect::<Vec<_>>())
        })
    }
}

/// `Batch(x: 244 × 150528, y: 244)`
impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Batch(x: {} × {}, y: {})", self.num_samples(), self.num_features(), self.y.len())
    }
}
