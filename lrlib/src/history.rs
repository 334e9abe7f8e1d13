//! What a training saw, epoch by epoch.

use std::{fmt, fmt::Write as _, path::Path};

use crate::{Method, Result, file, table::Table};

/// What one epoch saw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Its number, from 0.
    pub epoch: usize,
    /// The mean loss on the training data before the update (with mini-batches: before each one's update).
    pub loss: f32,
    /// The accuracy on the training data, in [0, 1], before the update, likewise.
    pub train_accuracy: f32,
    /// The accuracy on the validation data, in [0, 1], after the update; `None` without such data.
    pub val_accuracy: Option<f32>,
}

/// Every epoch of a training, in order.
#[derive(Clone, PartialEq, Default)]
pub struct History {
    /// One entry per epoch.
    pub epochs: Vec<Epoch>,
    /// The path that [`fit`](crate::fit) took.
    pub method: Method,
}

impl History {
    /// Writes `epoch,loss,train_accuracy,val_accuracy`, a line per epoch; without validation data the last is empty.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io); an older file at `path` is then still whole.
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let mut text = String::from("epoch,loss,train_accuracy,val_accuracy\n");
        for Epoch { epoch, loss, train_accuracy, val_accuracy } in &self.epochs {
            let val = val_accuracy.map(|val| val.to_string()).unwrap_or_default();
            writeln!(text, "{epoch},{loss},{train_accuracy},{val}").expect("a String takes all");
        }
        file::write(path.as_ref(), text.as_bytes())
    }

    /// Shows a table of at most twelve epochs in a notebook; the kernel calls this for the last expression of a cell.
    pub fn evcxr_display(&self) {
        self.table().show();
    }

    fn table(&self) -> Table {
        let way = match self.method {
            Method::FullBatch => "over all pixels",
            Method::MiniBatch => "in mini-batches",
            Method::SampleSpace => "in sample space",
        };
        let (count, with_val) = (self.epochs.len(), self.epochs.iter().any(|epoch| epoch.val_accuracy.is_some()));
        let columns = if with_val { 4 } else { 3 };
        let percent = |share: f32| format!("{:.2} %", 100.0 * share);
        let row = |epoch: &Epoch| {
            let val = epoch.val_accuracy.map(percent).unwrap_or_default();
            let cells = [epoch.epoch.to_string(), format!("{:.4}", epoch.loss), percent(epoch.train_accuracy), val];
            cells[..columns].to_vec()
        };
        let due = |at: usize| at.is_multiple_of(round_step(count)) || at + 1 == count;
        Table {
            caption: format!("{count} epoch{} {way}", if count == 1 { "" } else { "s" }),
            header: ["epoch", "loss", "train", "val"][..columns].iter().map(ToString::to_string).collect(),
            rows: self.epochs.iter().enumerate().filter(|(at, _)| due(*at)).map(|(_, epoch)| row(epoch)).collect(),
        }
    }
}

/// The first of 1, 2, 5, 10, 20 … that divides so many epochs into fewer than twelve parts.
fn round_step(epochs: usize) -> usize {
    let mut steps = (0..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_usize.pow(power)));
    steps.find(|step| epochs.div_ceil(*step) < 12).unwrap_or(1)
}

/// `epoch  10  loss 0.6691  train 64.34 %  val 54.25 %`
impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { epoch, loss, train_accuracy, val_accuracy } = self;
        write!(f, "epoch {epoch:3}  loss {loss:.4}  train {:5.2} %", 100.0 * train_accuracy)?;
        val_accuracy.map_or(Ok(()), |val| write!(f, "  val {:5.2} %", 100.0 * val))
    }
}

/// `History(100 epochs, loss 0.6931 → 0.5751)`
impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.epochs.as_slice() {
            [] => f.write_str("History(no epoch)"),
            [first, .., last] => {
                write!(f, "History({} epochs, loss {:.4} → {:.4})", self.epochs.len(), first.loss, last.loss)
            }
            [one] => write!(f, "History(1 epoch, loss {:.4})", one.loss),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(epochs: usize, val_accuracy: Option<f32>) -> History {
        let epoch = |epoch| Epoch { epoch, loss: 0.5, train_accuracy: 0.75, val_accuracy };
        History { epochs: (0..epochs).map(epoch).collect(), ..Default::default() }
    }

    #[test]
    fn a_short_history_is_shown_whole() {
        let text = "2 epochs over all pixels\nepoch    loss    train      val\n    0  0.5000  75.00 %  60.00 %\n    1  0.5000  75.00 %  60.00 %";
        assert_eq!(history(2, Some(0.6)).table().to_string(), text);
        assert_eq!(history(2, None).table().header, ["epoch", "loss", "train"]);
        assert_eq!(history(0, None).table().rows.len(), 0);
    }

    #[test]
    fn of_a_long_history_round_epochs_and_the_last_are_shown() {
        let shown = |epochs: usize| -> Vec<String> {
            history(epochs, None).table().rows.into_iter().map(|row| row[0].clone()).collect()
        };
        assert_eq!(shown(11).len(), 11);
        assert_eq!(shown(12), ["0", "2", "4", "6", "8", "10", "11"]);
        assert_eq!(shown(100), ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90", "99"]);
        assert_eq!(shown(10_000)[9..], ["9000", "9999"]);
    }
}
