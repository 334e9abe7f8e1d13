//! How strong should the penalty be? Accuracy and loss against λ.

use super::{
    cross_validate::{in_parallel, n_splits},
    repeated_stratified_k_fold::Fold,
    scores::Scores,
};
use crate::{
    datasets::Batch,
    error::{Error, Result},
    fast::{cholesky, double},
    metrics::accuracy,
    nn::{LogisticRegression, binary_cross_entropy_with_logits},
    optim::newton,
};

/// The most samples whose dot products replace their features: two matrices of 128 MiB.
const MAX_SAMPLES: usize = 4096;

/// The scores of the exact minima of the loss plus λ/2·‖w‖².
#[derive(Debug, Clone, PartialEq)]
pub struct ValidationCurvePoint {
    /// λ.
    pub weight_decay: f32,
    /// The accuracy on the samples trained on.
    pub train_accuracy: Scores,
    /// The mean binary cross-entropy on the samples trained on, without the penalty.
    pub train_log_loss: Scores,
    /// The accuracy on the fold held out.
    pub held_out_accuracy: Scores,
    /// The mean binary cross-entropy on the fold held out.
    pub held_out_log_loss: Scores,
}

/// Returns the scores of logistic regression for each λ in `weight_decays`, in the order given: scikit-learn's
/// `validation_curve` over `C` = 1/(n·λ), where n is the number of training rows.
///
/// Each model is the exact minimum that [`newton`](crate::optim::newton()) finds. In each fold it starts for the largest λ
/// from zeros, and for each smaller one from the minimum before. Folds run on all cores.
///
/// The features are taken as they are: fit a scaling on other data, or accept that it has seen the fold held out.
///
/// # Errors
/// [`Error::Config`] if there are no λ, one is not above 0, the folds or labels are not as in
/// [`cross_validate`](super::cross_validate()), or [`newton`](crate::optim::newton()) finds no minimum.
pub fn validation_curve(batch: &Batch, weight_decays: &[f32], folds: &[Fold]) -> Result<Vec<ValidationCurvePoint>> {
    batch.check("training", batch.num_features())?;
    let n_splits = n_splits(&batch.y, folds)?;
    if weight_decays.is_empty() {
        return Err(Error::Config("there are no weight decays: give at least one".into()));
    }
    let few = fewer_features(batch);
    let batch = few.as_ref().unwrap_or(batch);
    let mut order: Vec<usize> = (0..weight_decays.len()).collect();
    order.sort_by(|&a, &b| weight_decays[b].total_cmp(&weight_decays[a]));
    let folds = in_parallel(folds.len(), |fold| {
        let (train, held_out) = (batch.select(&folds[fold].0), batch.select(&folds[fold].1));
        let mut model = LogisticRegression::new(batch.num_features());
        let mut scores = vec![[0.0; 4]; order.len()];
        for &at in &order {
            newton(&mut model, &train, weight_decays[at])?;
            let ([a, b], [c, d]) = (score(&model, &train), score(&model, &held_out));
            scores[at] = [a, b, c, d];
        }
        Ok(scores)
    })?;
    let point = |(at, &weight_decay): (usize, &f32)| {
        let [train_accuracy, train_log_loss, held_out_accuracy, held_out_log_loss] =
            [0, 1, 2, 3].map(|which| Scores { scores: folds.iter().map(|fold| fold[at][which]).collect(), n_splits });
        ValidationCurvePoint { weight_decay, train_accuracy, train_log_loss, held_out_accuracy, held_out_log_loss }
    };
    Ok(weight_decays.iter().enumerate().map(point).collect())
}

/// Returns accuracy and mean binary cross-entropy.
fn score(model: &LogisticRegression, batch: &Batch) -> [f64; 2] {
    let loss = binary_cross_entropy_with_logits(&model.logits(&batch.x), &batch.y);
    [accuracy(&batch.y, &model.forward(&batch.x)), loss].map(f64::from)
}

/// Returns n features for each sample if there are many more now: the rows of L, where X·Xᵀ = L·Lᵀ for centred features.
/// Penalty and predictions depend on dot products alone, and those are the same.
fn fewer_features(batch: &Batch) -> Option<Batch> {
    let n = batch.num_samples();
    (n <= MAX_SAMPLES && 2 * n <= batch.num_features()).then(|| {
        let (products, ..) = double::dot_products(&batch.x, 1.0);
        Batch::new(cholesky::factor(products, 0.0).mapv(|l| l as f32), batch.y.clone())
    })
}
