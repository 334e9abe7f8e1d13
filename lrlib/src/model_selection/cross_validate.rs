//! The score on data that was not trained on.

use ndarray::ArrayRef1;
use rayon::prelude::*;

use super::{classes::classes, repeated_stratified_k_fold::Fold, scores::Scores};
use crate::error::{Error, Result};

/// Calls `fit_and_score(train_rows, held_out_rows)` for each fold, on all cores, and returns the scores: scikit-learn's
/// `cross_val_score`. `y` has shape (n).
///
/// The result does not depend on the number of cores, unless that of `fit_and_score` does. There are never more folds in
/// memory than cores.
///
/// ```
/// use lrlib::{metrics, model_selection::{RepeatedStratifiedKFold, cross_validate}, ndarray::{Array1, Axis}};
/// let y = Array1::from_iter((0..20).map(|i| if i < 12 { 1.0 } else { 0.0 }));
/// let folds = RepeatedStratifiedKFold { n_splits: 4, n_repeats: 2, seed: 0 }.split(&y)?;
/// // A model that always predicts class 1 is right on 3 of the 5 rows of each fold.
/// let scores = cross_validate(&y, &folds, |_train, held_out| {
///     let y = y.select(Axis(0), held_out);
///     Ok(f64::from(y.sum() / y.len() as f32))
/// })?;
/// assert_eq!(format!("{scores:?}"), "0.600 ± 0.000 (2 × 4 folds)");
/// # Ok::<(), lrlib::Error>(())
/// ```
///
/// # Errors
/// The first in fold order of those that `fit_and_score` returns. [`Error::Config`] if a score is NaN, a label is neither
/// 0 nor 1, or the folds do not hold out each of the n rows once per repeat.
pub fn cross_validate(
    y: &ArrayRef1<f32>,
    folds: &[Fold],
    fit_and_score: impl Fn(&[usize], &[usize]) -> Result<f64> + Sync,
) -> Result<Scores> {
    let n_splits = n_splits(y, folds)?;
    let scores = in_parallel(folds.len(), |fold| {
        let (train, held_out) = &folds[fold];
        number(fit_and_score(train, held_out)?, fold)
    })?;
    Ok(Scores { scores, n_splits })
}

/// Returns the number of folds in a repeat, after checking labels and folds.
pub(super) fn n_splits(y: &ArrayRef1<f32>, folds: &[Fold]) -> Result<usize> {
    classes(y)?;
    let n = y.len();
    let mut held_out = 0;
    let first_repeat = folds.iter().position(|(_, test)| {
        held_out += test.len();
        held_out >= n
    });
    let n_splits = first_repeat.map_or(0, |last| last + 1);
    let is_complete = |repeat: &[Fold]| {
        let mut rows: Vec<usize> = repeat.iter().flat_map(|(_, test)| test.iter().copied()).collect();
        rows.sort_unstable();
        rows.into_iter().eq(0..n)
    };
    let is_disjoint = |(train, test): &Fold| {
        let mut may_train = vec![true; n];
        for &row in test {
            may_train[row] = false;
        }
        !train.is_empty() && !test.is_empty() && train.iter().all(|&row| row < n && may_train[row])
    };
    if n_splits == 0 || !folds.chunks(n_splits).all(is_complete) || !folds.iter().all(is_disjoint) {
        return Err(Error::Config(format!(
            "the {} folds do not hold out each of the {n} rows once per repeat, apart from the rows to train on: make them \
             with RepeatedStratifiedKFold from the same labels",
            folds.len()
        )));
    }
    Ok(n_splits)
}

/// Returns the score, unless it is NaN.
pub(super) fn number(score: f64, fold: usize) -> Result<f64> {
    if score.is_nan() {
        return Err(Error::Config(format!("the score of fold {fold} is NaN: look for features that are not finite")));
    }
    Ok(score)
}

/// Returns the results of the jobs 0 … `jobs` − 1, or the first error in this order.
///
/// As many jobs at a time as there are threads: rayon alone may start another job on a thread whose job waits for a part of
/// itself, and so hold many in memory.
pub(super) fn in_parallel<T: Send>(jobs: usize, job: impl Fn(usize) -> Result<T> + Sync) -> Result<Vec<T>> {
    let at_once = rayon::current_num_threads();
    let mut results = Vec::with_capacity(jobs);
    for first in (0..jobs).step_by(at_once) {
        let some: Vec<_> = (first..jobs.min(first + at_once)).into_par_iter().map(&job).collect();
        for result in some {
            results.push(result?);
        }
    }
    Ok(results)
}
