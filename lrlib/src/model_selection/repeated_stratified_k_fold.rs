//! Folds: each row is held out once per repeat.

use ndarray::ArrayRef1;

use super::classes::classes;
use crate::{
    datasets::shuffled,
    error::{Error, Result},
};

/// The rows to train on, and the rows held out to score on; both ascending.
pub type Fold = (Vec<usize>, Vec<usize>);

/// The most row numbers that the folds may hold together: 1 GiB.
const MAX_ROWS: usize = 1 << 27;

/// Divides samples into `n_splits` folds, `n_repeats` times, each time at random: scikit-learn's
/// `RepeatedStratifiedKFold`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatedStratifiedKFold {
    /// k, the number of folds; each is held out once per repeat.
    pub n_splits: usize,
    /// How many times the samples are divided.
    pub n_repeats: usize,
    /// The same seed gives the same folds.
    pub seed: u64,
}

impl RepeatedStratifiedKFold {
    /// Returns `n_repeats` · `n_splits` folds, repeat by repeat. `y` has shape (n).
    ///
    /// The folds are stratified: within a repeat their sizes differ by at most one, and so do their counts of each class.
    ///
    /// ```
    /// use lrlib::{model_selection::RepeatedStratifiedKFold, ndarray::array};
    /// let y = array![0.0, 0.0, 0.0, 0.0, 1.0, 1.0];
    /// let folds = RepeatedStratifiedKFold { n_splits: 2, n_repeats: 3, seed: 0 }.split(&y)?;
    /// assert_eq!(folds.len(), 6);
    /// let (train, held_out) = &folds[0]; // two of class 0 and one of class 1 each
    /// assert_eq!((train.len(), held_out.len()), (3, 3));
    /// # Ok::<(), lrlib::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] if there are fewer than 2 folds or no repeats, a class has fewer samples than there are folds, a
    /// label is neither 0 nor 1, or the folds would take more than 1 GiB.
    pub fn split(&self, y: &ArrayRef1<f32>) -> Result<Vec<Fold>> {
        let Self { n_splits, n_repeats, seed } = *self;
        let counts = classes(y)?;
        if n_splits < 2 || n_repeats < 1 {
            let problem = format!("{n_repeats} × {n_splits} folds: use at least 1 repeat of 2 folds");
            return Err(Error::Config(problem));
        }
        if let Some(class) = counts.iter().position(|&count| count < n_splits) {
            let most = counts[class];
            return Err(Error::Config(format!(
                "{n_splits} folds, but class {class} has {most} samples: each fold needs one of each class"
            )));
        }
        if n_splits.saturating_mul(n_repeats).saturating_mul(y.len()) > MAX_ROWS {
            return Err(Error::Config(format!(
                "{n_repeats} × {n_splits} folds of {} samples take more than 1 GiB: use fewer repeats",
                y.len()
            )));
        }
        Ok((0..n_repeats).flat_map(|repeat| deal(y, n_splits, shuffled(y.len(), seed, repeat))).collect())
    }
}

/// Deals the rows out to the folds like cards, the class of the first row before the other, as scikit-learn does.
fn deal(y: &ArrayRef1<f32>, n_splits: usize, mut order: Vec<usize>) -> impl Iterator<Item = Fold> {
    let n = order.len();
    order.sort_by_key(|&row| (y[row] > 0.5) != (y[0] > 0.5));
    (0..n_splits).map(move |fold| {
        let mut test: Vec<usize> = order.iter().copied().skip(fold).step_by(n_splits).collect();
        test.sort_unstable();
        ((0..n).filter(|row| test.binary_search(row).is_err()).collect(), test)
    })
}
