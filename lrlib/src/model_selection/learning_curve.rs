//! Would more data help? The score against the number of samples trained on.

use ndarray::ArrayRef1;

use super::{
    cross_validate::{in_parallel, n_splits, number},
    repeated_stratified_k_fold::Fold,
    scores::Scores,
};
use crate::{
    datasets::shuffled,
    error::{Error, Result},
};

/// The scores of models trained on `train_size` samples.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningCurvePoint {
    /// The number of samples trained on.
    pub train_size: usize,
    /// The scores on the samples trained on.
    pub train: Scores,
    /// The scores on the fold held out.
    pub held_out: Scores,
}

/// Returns the scores for each number of training samples, in the order given: scikit-learn's `learning_curve`.
///
/// For each fold and size, `fit_and_score(train_rows, held_out_rows)` is called with a part of the fold's training rows,
/// and returns the score on these rows and the score on the rows held out. Within a fold, a smaller part is contained in
/// each larger one, and each class has its share in it, to within one sample. The rest is as in
/// [`cross_validate`](super::cross_validate()).
///
/// # Errors
/// As [`cross_validate`](super::cross_validate()); [`Error::Config`] also if there are no sizes, a size is larger than a
/// fold's training rows, or so small that a class has no sample.
pub fn learning_curve(
    y: &ArrayRef1<f32>,
    train_sizes: &[usize],
    folds: &[Fold],
    seed: u64,
    fit_and_score: impl Fn(&[usize], &[usize]) -> Result<(f64, f64)> + Sync,
) -> Result<Vec<LearningCurvePoint>> {
    let n_splits = n_splits(y, folds)?;
    let orders: Vec<_> = folds.iter().enumerate().map(|(fold, (train, _))| mixed(y, train, seed, fold)).collect();
    check(y, train_sizes, &orders)?;
    let at_size = |&train_size: &usize| {
        let scores = in_parallel(folds.len(), |fold| {
            let mut train = orders[fold][..train_size].to_vec();
            train.sort_unstable();
            let (on_train, on_held_out) = fit_and_score(&train, &folds[fold].1)?;
            Ok((number(on_train, fold)?, number(on_held_out, fold)?))
        })?;
        let (train, held_out) = scores.into_iter().unzip();
        let [train, held_out] = [train, held_out].map(|scores| Scores { scores, n_splits });
        Ok(LearningCurvePoint { train_size, train, held_out })
    };
    train_sizes.iter().map(at_size).collect()
}

/// Returns the rows in a random order in which the classes are evenly mixed: the i-th of m rows of a class stands at
/// (i + ½)/m of the way.
fn mixed(y: &ArrayRef1<f32>, rows: &[usize], seed: u64, fold: usize) -> Vec<usize> {
    let order: Vec<usize> = shuffled(rows.len(), seed, fold).into_iter().map(|at| rows[at]).collect();
    let mut places = Vec::with_capacity(rows.len());
    for positive in [false, true] {
        let class: Vec<usize> = order.iter().copied().filter(|&row| (y[row] > 0.5) == positive).collect();
        places.extend(class.iter().enumerate().map(|(i, &row)| ((i as f64 + 0.5) / class.len() as f64, row)));
    }
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    places.into_iter().map(|(_, row)| row).collect()
}

/// Checks that each size can be taken from the front of each order, and has both classes in it.
fn check(y: &ArrayRef1<f32>, train_sizes: &[usize], orders: &[Vec<usize>]) -> Result<()> {
    let most = orders.iter().map(Vec::len).min().unwrap_or(0);
    let both = |order: &Vec<usize>| order.iter().position(|&row| (y[row] > 0.5) != (y[order[0]] > 0.5));
    let least = orders.iter().map(|order| both(order).map_or(usize::MAX, |at| at + 1)).max().unwrap_or(usize::MAX);
    if least > most {
        return Err(Error::Config("a fold has training rows of one class alone: use stratified folds".into()));
    }
    match train_sizes.iter().find(|size| !(least..=most).contains(size)) {
        Some(size) => Err(Error::Config(format!(
            "{size} training samples: with these folds there can be {least} to {most}, so that both classes have samples"
        ))),
        None if train_sizes.is_empty() => Err(Error::Config("there are no training sizes: give at least one".into())),
        None => Ok(()),
    }
}
