//! Labels and scores, checked once for all metrics.

use std::cmp::Ordering;

use ndarray::ArrayRef1;

use crate::error::{Error, Result};

/// Returns label and score of each sample, with at least one sample.
///
/// # Errors
/// [`Error::Config`] if there are no samples, the lengths differ, a label is neither 0 nor 1, or a score is NaN.
pub(super) fn samples(y: &ArrayRef1<f32>, scores: &ArrayRef1<f32>) -> Result<Vec<(bool, f64)>> {
    if y.len() != scores.len() {
        let problem = format!("{} labels, but {} scores: give one score for each label", y.len(), scores.len());
        return Err(Error::Config(problem));
    }
    if y.is_empty() {
        return Err(Error::Config("a metric needs at least one sample".into()));
    }
    let pair = |(at, (&y, &score)): (usize, (&f32, &f32))| match y {
        _ if score.is_nan() => {
            Err(Error::Config(format!("score {at} is NaN: look where the model's numbers overflow")))
        }
        0.0 => Ok((false, f64::from(score))),
        1.0 => Ok((true, f64::from(score))),
        _ => Err(Error::Config(format!("label {at} is {y}: labels are 0 or 1; is the first argument the labels?"))),
    };
    y.iter().zip(scores).enumerate().map(pair).collect()
}

/// The same for probabilities.
///
/// # Errors
/// Also if a probability is outside [0, 1].
pub(super) fn probabilities(y: &ArrayRef1<f32>, y_prob: &ArrayRef1<f32>) -> Result<Vec<(bool, f64)>> {
    let samples = samples(y, y_prob)?;
    if let Some(at) = samples.iter().position(|(_, p)| !(0.0..=1.0).contains(p)) {
        let p = samples[at].1;
        return Err(Error::Config(format!("probability {at} is {p}: it must be in [0, 1]; are these logits?")));
    }
    Ok(samples)
}

/// Returns how many samples have label 0, and how many 1.
///
/// # Errors
/// [`Error::Config`] if one of the classes has none.
pub(super) fn both_classes(samples: &[(bool, f64)], name: &str) -> Result<(f64, f64)> {
    let ones = samples.iter().filter(|(y, _)| *y).count();
    if ones == 0 || ones == samples.len() {
        let class = usize::from(ones > 0);
        return Err(Error::Config(format!("all labels are {class}: {name} needs samples of both classes")));
    }
    Ok(((samples.len() - ones) as f64, ones as f64))
}

/// Returns the samples in groups of equal scores, the highest first: (score, how many have label 0, how many 1).
pub(super) fn by_score(mut samples: Vec<(bool, f64)>) -> Vec<(f64, f64, f64)> {
    samples.sort_by(|a, b| b.1.total_cmp(&a.1));
    let same = |a: &(bool, f64), b: &(bool, f64)| a.1.partial_cmp(&b.1) == Some(Ordering::Equal);
    let group = |group: &[(bool, f64)]| {
        let ones = group.iter().filter(|(y, _)| *y).count();
        (group[0].1, (group.len() - ones) as f64, ones as f64)
    };
    samples.chunk_by(same).map(group).collect()
}
