//! What a notebook shows of a data set, a confusion matrix and a history: tables.

use super::table::Table;
use crate::{
    datasets::ImageFolder,
    metrics::{ConfusionMatrix, wilson_interval},
    train::{Epoch, History, Method},
};

impl ImageFolder {
    /// Shows a table of the classes in a notebook; the kernel calls this for the last expression of a cell.
    pub fn evcxr_display(&self) {
        classes(self.classes(), self.counts()).show();
    }
}

fn classes([first, second]: &[String; 2], [zeros, ones]: [usize; 2]) -> Table {
    let total = zeros + ones;
    let row = |class: &str, label: &str, count: usize| {
        let share = format!("{:.2} %", 100.0 * count as f32 / total as f32);
        vec![class.into(), label.into(), count.to_string(), share]
    };
    Table {
        caption: "Pictures by class".into(),
        header: ["class", "label", "pictures", "share"].map(String::from).to_vec(),
        rows: vec![row(first, "0", zeros), row(second, "1", ones), row("total", "", total)],
    }
}

impl ConfusionMatrix {
    /// Shows the counts, the recall and the accuracy with its 95 % interval as a table in a notebook; the kernel calls
    /// this for the last expression of a cell.
    pub fn evcxr_display(&self) {
        confusion(self).show();
    }
}

fn confusion(matrix: &ConfusionMatrix) -> Table {
    let (accuracy, n) = (matrix.accuracy(), matrix.num_samples());
    let (low, high) = wilson_interval(accuracy, n);
    let row = |class: usize| {
        let recall = format!("{:.2} %", 100.0 * matrix.recall()[class]);
        let [zeros, ones] = matrix.counts[class].map(|count| count.to_string());
        vec![matrix.classes[class].clone(), zeros, ones, recall]
    };
    let [first, second] = &matrix.classes;
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

impl History {
    /// Shows a table of at most twelve epochs in a notebook; the kernel calls this for the last expression of a cell.
    pub fn evcxr_display(&self) {
        epochs(self).show();
    }
}

fn epochs(history: &History) -> Table {
    let way = match (history.batch_size, history.method) {
        (Some(size), _) => format!("in mini-batches of {size}"),
        (None, Method::FeatureSpace) => "over all pixels".into(),
        (None, Method::SampleSpace) => "in sample space".into(),
    };
    let best = history.best_epoch.map(|epoch| format!(", the best is {epoch}")).unwrap_or_default();
    let (count, with_val) = (history.epochs.len(), history.epochs.iter().any(|epoch| epoch.val_accuracy.is_some()));
    let columns = if with_val { 5 } else { 3 };
    let percent = |share: f32| format!("{:.2} %", 100.0 * share);
    let row = |epoch: &Epoch| {
        let val_loss = epoch.val_loss.map(|loss| format!("{loss:.4}")).unwrap_or_default();
        let val = epoch.val_accuracy.map(percent).unwrap_or_default();
        let (number, loss) = (epoch.epoch.to_string(), format!("{:.4}", epoch.loss));
        [number, loss, percent(epoch.train_accuracy), val_loss, val][..columns].to_vec()
    };
    let is_shown = |at: usize| at.is_multiple_of(round_step(count)) || at + 1 == count;
    let header = ["epoch", "loss", "train", "val loss", "val"];
    Table {
        caption: format!("{count} epoch{} {way}{best}", if count == 1 { "" } else { "s" }),
        header: header[..columns].iter().map(ToString::to_string).collect(),
        rows: history.epochs.iter().enumerate().filter(|(at, _)| is_shown(*at)).map(|(_, epoch)| row(epoch)).collect(),
    }
}

/// Returns the first of 1, 2, 5, 10, 20 … that divides this many epochs into fewer than twelve parts.
fn round_step(epochs: usize) -> usize {
    let mut steps = (0..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_usize.pow(power)));
    steps.find(|step| epochs.div_ceil(*step) < 12).expect("one of ever larger steps")
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_table_counts_the_classes() {
        let text = "Pictures by class\nclass  label  pictures     share\n ants      0         3   75.00 %\n \
                    bees      1         1   25.00 %\ntotal                4  100.00 %";
        assert_eq!(classes(&["ants".into(), "bees".into()], [3, 1]).to_string(), text);
    }

    #[test]
    fn the_table_says_what_the_counts_are_worth() {
        // Three ants, one of them predicted as a bee, and two bees, one of them at exactly ½.
        // statsmodels: proportion_confint(3, 5, method="wilson") is (0.2307, 0.8824).
        let (y_hat, y) = (array![0.1, 0.9, 0.4, 0.5, 0.8], array![0.0, 0.0, 0.0, 1.0, 1.0]);
        let matrix = ConfusionMatrix::new(&y, &y_hat, &["ants".into(), "bees".into()]);
        let text = "accuracy on 5 samples 60.00 %, 95 % interval 23.1 % to 88.2 %\n\
                    truth  called ants  called bees   recall\n \
                    ants            2            1  66.67 %\n \
                    bees            1            1  50.00 %";
        assert_eq!(confusion(&matrix).to_string(), text);
    }

    fn history(count: usize, val: Option<f32>) -> History {
        let epoch = |epoch| Epoch { epoch, loss: 0.5, train_accuracy: 0.75, val_loss: val, val_accuracy: val };
        History { epochs: (0..count).map(epoch).collect(), ..Default::default() }
    }

    #[test]
    fn a_short_history_is_shown_whole() {
        let text = "2 epochs over all pixels\nepoch    loss    train  val loss      val\n    \
                    0  0.5000  75.00 %    0.6000  60.00 %\n    1  0.5000  75.00 %    0.6000  60.00 %";
        assert_eq!(epochs(&history(2, Some(0.6))).to_string(), text);
        assert_eq!(epochs(&history(2, None)).header, ["epoch", "loss", "train"]);
        assert_eq!(epochs(&history(0, None)).rows.len(), 0);
        let stopped = History { best_epoch: Some(0), stopped_early: true, ..history(2, Some(0.6)) };
        assert_eq!(epochs(&stopped).caption, "2 epochs over all pixels, the best is 0");
    }

    #[test]
    fn of_a_long_history_round_epochs_and_the_last_are_shown() {
        let shown = |count: usize| -> Vec<String> {
            epochs(&history(count, None)).rows.into_iter().map(|row| row[0].clone()).collect()
        };
        assert_eq!(shown(11).len(), 11);
        assert_eq!(shown(12), ["0", "2", "4", "6", "8", "10", "11"]);
        assert_eq!(shown(100), ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90", "99"]);
        assert_eq!(shown(10_000)[9..], ["9000", "9999"]);
    }
}
