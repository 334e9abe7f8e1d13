//! How often the model is right, and what being right is worth.

use ndarray::{ArrayRef1, Zip};

use crate::table::Table;

/// The share of probabilities on the right side of ½, in [0, 1]. Shapes (n) and (n).
///
/// Exactly ½ counts as class 0, as `y_hat > 0.5` does.
///
/// # Panics
/// If the lengths differ.
#[must_use]
#[track_caller]
pub fn accuracy(y_hat: &ArrayRef1<f32>, y: &ArrayRef1<f32>) -> f32 {
    assert_eq!(y_hat.len(), y.len(), "{} predictions, but {} labels", y_hat.len(), y.len());
    let right = Zip::from(y_hat).and(y).fold(0_usize, |right, &p, &y| right + usize::from((p > 0.5) == (y > 0.5)));
    right as f32 / y.len() as f32
}

/// The accuracy of always naming the more frequent class: what any model has to beat. In [½, 1].
#[must_use]
pub fn majority_baseline(y: &ArrayRef1<f32>) -> f32 {
    let ones = y.sum() / y.len() as f32;
    ones.max(1.0 - ones)
}

/// The 95 % confidence interval of an accuracy seen on `n` samples: Wilson's, which stays inside [0, 1].
///
/// With p̂ the accuracy and z = 1.96: (p̂ + z²/2n ± z·√(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n)
/// (Wilson 1927; the same as statsmodels' `proportion_confint(method="wilson")`).
#[must_use]
pub fn confidence_interval(accuracy: f32, n: usize) -> (f32, f32) {
    let (p, n, z) = (f64::from(accuracy), n as f64, 1.959_963_984_540_054_f64);
    let middle = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((middle - half) / scale) as f32, ((middle + half) / scale) as f32)
}

/// How many samples of each class got which answer: scikit-learn's `confusion_matrix`.
///
/// `ConfusionMatrix::new(&y_hat, &y, folder.classes())` is `confusion_matrix(y, y_hat > 0.5)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    /// The names of class 0 and class 1.
    pub classes: [String; 2],
    /// Counts: the truth chooses the row, the prediction the column.
    pub counts: [[usize; 2]; 2],
}

impl ConfusionMatrix {
    /// Counts probabilities `y_hat` against labels `y`, of shapes (n) and (n); exactly ½ is called class 0.
    ///
    /// # Panics
    /// If the lengths differ.
    #[must_use]
    #[track_caller]
    pub fn new(y_hat: &ArrayRef1<f32>, y: &ArrayRef1<f32>, classes: &[String; 2]) -> Self {
        assert_eq!(y_hat.len(), y.len(), "{} predictions, but {} labels", y_hat.len(), y.len());
        let mut counts = [[0; 2]; 2];
        Zip::from(y_hat).and(y).for_each(|&p, &y| counts[usize::from(y > 0.5)][usize::from(p > 0.5)] += 1);
        Self { classes: classes.clone(), counts }
    }

    /// How many samples there are.
    #[must_use]
    pub fn num_samples(&self) -> usize {
        self.counts.iter().flatten().sum()
    }

    /// The share of right answers, in [0, 1]; NaN without samples.
    #[must_use]
    pub fn accuracy(&self) -> f32 {
        (self.counts[0][0] + self.counts[1][1]) as f32 / self.num_samples() as f32
    }

    /// The share of each class that is called by its name, in [0, 1]; NaN for a class without samples.
    #[must_use]
    pub fn recall(&self) -> [f32; 2] {
        [0, 1].map(|class| self.counts[class][class] as f32 / self.counts[class].iter().sum::<usize>() as f32)
    }

    /// Shows the counts, the recall and the accuracy, with its 95 % interval, as a table in a notebook;
    /// the kernel calls this for the last expression of a cell.
    pub fn evcxr_display(&self) {
        self.table().show();
    }

    fn table(&self) -> Table {
        let (accuracy, n) = (self.accuracy(), self.num_samples());
        let (low, high) = confidence_interval(accuracy, n);
        let row = |class: usize| {
            let recall = format!("{:.2} %", 100.0 * self.recall()[class]);
            let [zeros, ones] = self.counts[class].map(|count| count.to_string());
            vec![self.classes[class].clone(), zeros, ones, recall]
        };
        let [first, second] = &self.classes;
        Table {
            caption: format!(
                "accuracy on {n} samples {:.2} %, 95 % interval {:.1} % to {:.1} %",
                100.0 * accuracy,
                100.0 * low,
                100.0 * high
            ),
            header: vec!["truth".into(), format!("called {first}"), format!("called {second}"), "recall".into()],
            rows: vec![row(0), row(1)],
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// Three ants, one of them called a bee, and two bees, one of them at exactly ½.
    fn matrix() -> ConfusionMatrix {
        let (y_hat, y) = (array![0.1, 0.9, 0.4, 0.5, 0.8], array![0.0, 0.0, 0.0, 1.0, 1.0]);
        ConfusionMatrix::new(&y_hat, &y, &["ants".into(), "bees".into()])
    }

    #[test]
    fn the_truth_chooses_the_row_and_the_prediction_the_column() {
        assert_eq!(matrix().counts, [[2, 1], [1, 1]]);
        assert_eq!(matrix().num_samples(), 5);
        assert!((matrix().accuracy() - 3.0 / 5.0).abs() < 1e-6);
        assert!((matrix().recall()[0] - 2.0 / 3.0).abs() < 1e-6 && (matrix().recall()[1] - 0.5).abs() < 1e-6);
    }

    #[test]
    fn the_table_says_what_the_counts_are_worth() {
        // statsmodels: proportion_confint(3, 5, method="wilson") is (0.2307, 0.8824).
        let text = "accuracy on 5 samples 60.00 %, 95 % interval 23.1 % to 88.2 %\n\
                    truth  called ants  called bees   recall\n \
                    ants            2            1  66.67 %\n \
                    bees            1            1  50.00 %";
        assert_eq!(matrix().table().to_string(), text);
    }

    #[test]
    #[should_panic(expected = "1 predictions, but 2 labels")]
    fn counts_need_a_label_for_each_prediction() {
        let _ = ConfusionMatrix::new(&array![0.5], &array![0.0, 1.0], &["ants".into(), "bees".into()]);
    }
}
