//! Which class is mistaken for which.

use ndarray::{ArrayRef1, Zip};

/// Counts how many samples of each class got which answer: scikit-learn's `confusion_matrix`.
///
/// `ConfusionMatrix::new(&y, &y_hat, folder.classes())` is `confusion_matrix(y, y_hat > 0.5)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    /// The names of class 0 and class 1.
    pub classes: [String; 2],
    /// Counts: the truth chooses the row, the prediction the column.
    pub counts: [[usize; 2]; 2],
}

impl ConfusionMatrix {
    /// Counts labels `y` and probabilities `y_hat`, of shapes (n) and (n); exactly ½ counts as class 0.
    ///
    /// # Panics
    /// If the lengths differ, or a label is neither 0 nor 1, for example because the two are swapped.
    #[must_use]
    #[track_caller]
    pub fn new(y: &ArrayRef1<f32>, y_hat: &ArrayRef1<f32>, classes: &[String; 2]) -> Self {
        assert_eq!(y.len(), y_hat.len(), "{} labels, but {} predictions", y.len(), y_hat.len());
        let no_label = y.iter().find(|y| ![0.0, 1.0].contains(*y));
        assert!(
            no_label.is_none(),
            "label {no_label:?} is neither 0 nor 1: the labels come first, then the predictions"
        );
        let mut counts = [[0; 2]; 2];
        Zip::from(y).and(y_hat).for_each(|&y, &p| counts[usize::from(y > 0.5)][usize::from(p > 0.5)] += 1);
        Self { classes: classes.clone(), counts }
    }

    /// Returns the number of samples.
    #[must_use]
    pub fn num_samples(&self) -> usize {
        self.counts.iter().flatten().sum()
    }

    /// Returns the share of right answers, in [0, 1]; NaN without samples.
    #[must_use]
    pub fn accuracy(&self) -> f32 {
        (self.counts[0][0] + self.counts[1][1]) as f32 / self.num_samples() as f32
    }

    /// Returns the share of each class that is predicted as this class, in [0, 1]; NaN for a class without samples.
    #[must_use]
    pub fn recall(&self) -> [f32; 2] {
        [0, 1].map(|class| self.counts[class][class] as f32 / self.counts[class].iter().sum::<usize>() as f32)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// Three ants, one of them predicted as a bee, and two bees, one of them at exactly ½.
    fn matrix() -> ConfusionMatrix {
        let (y_hat, y) = (array![0.1, 0.9, 0.4, 0.5, 0.8], array![0.0, 0.0, 0.0, 1.0, 1.0]);
        ConfusionMatrix::new(&y, &y_hat, &["ants".into(), "bees".into()])
    }

    #[test]
    fn the_truth_chooses_the_row_and_the_prediction_the_column() {
        assert_eq!(matrix().counts, [[2, 1], [1, 1]]);
        assert_eq!(matrix().num_samples(), 5);
        assert!((matrix().accuracy() - 3.0 / 5.0).abs() < 1e-6);
        assert!((matrix().recall()[0] - 2.0 / 3.0).abs() < 1e-6 && (matrix().recall()[1] - 0.5).abs() < 1e-6);
    }

    #[test]
    #[should_panic(expected = "2 labels, but 1 predictions")]
    fn counts_need_a_label_for_each_prediction() {
        let _ = ConfusionMatrix::new(&array![0.0, 1.0], &array![0.5], &["ants".into(), "bees".into()]);
    }

    #[test]
    #[should_panic(expected = "label Some(0.5) is neither 0 nor 1: the labels come first")]
    fn swapped_arguments_are_noticed() {
        let _ = ConfusionMatrix::new(&array![0.5, 1.0], &array![0.0, 1.0], &["ants".into(), "bees".into()]);
    }
}
