//! One score per fold, and what they say together.

use std::fmt;

/// The scores of all folds, repeat by repeat.
#[derive(Clone, PartialEq)]
pub struct Scores {
    /// One score per fold.
    pub scores: Vec<f64>,
    /// k, the number of folds in a repeat.
    pub n_splits: usize,
}

impl Scores {
    /// Returns the mean of each repeat.
    #[must_use]
    pub fn repeats(&self) -> Vec<f64> {
        self.scores.chunks(self.n_splits.max(1)).map(mean).collect()
    }

    /// Returns the mean of all scores; NaN without any.
    #[must_use]
    pub fn mean(&self) -> f64 {
        mean(&self.scores)
    }

    /// Returns the standard deviation of the repeats' means, dividing by their number minus 1 (`np.std(…, ddof=1)`); NaN
    /// for a single repeat.
    ///
    /// It says how much a result depends on the division into folds. It does not say how much it depends on the samples:
    /// that needs an interval for n samples, such as [`wilson_interval`](crate::metrics::wilson_interval).
    ///
    /// ```
    /// use lrlib::model_selection::Scores;
    /// let scores = Scores { scores: vec![0.75, 0.25, 1.0, 0.5], n_splits: 2 }; // the repeats' means are 0.5 and 0.75
    /// assert_eq!(scores.mean(), 0.625);
    /// assert_eq!(scores.std(), (2.0 * 0.125_f64.powi(2)).sqrt());
    /// assert_eq!(format!("{scores:?}"), "0.625 ± 0.177 (2 × 2 folds)");
    /// ```
    #[must_use]
    pub fn std(&self) -> f64 {
        let (repeats, middle) = (self.repeats(), self.mean());
        let squares: f64 = repeats.iter().map(|mean| (mean - middle).powi(2)).sum();
        if repeats.len() < 2 { f64::NAN } else { (squares / (repeats.len() - 1) as f64).sqrt() }
    }
}

fn mean(scores: &[f64]) -> f64 {
    if scores.is_empty() { f64::NAN } else { scores.iter().sum::<f64>() / scores.len() as f64 }
}

/// `0.826 ± 0.011 (10 × 5 folds)`: mean and deviation; the mean alone for a single repeat.
impl fmt::Debug for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.mean())?;
        let repeats = self.repeats().len();
        if repeats > 1 {
            write!(f, " ± {:.3}", self.std())?;
        }
        write!(f, " ({repeats} × {} folds)", self.n_splits)
    }
}
