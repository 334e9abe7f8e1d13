//! The record of a run, epoch by epoch.

use std::{fmt, fmt::Write as _, path::Path};

use super::method::Method;
use crate::{
    error::Result,
    files::write::{check_writable, write},
};

/// The losses and accuracies of one epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Its number, from 0.
    pub epoch: usize,
    /// The mean loss on the training data before the update (with mini-batches: before each one's update).
    pub loss: f32,
    /// The accuracy on the training data, in [0, 1], before the update, likewise.
    pub train_accuracy: f32,
    /// The mean loss on the validation data after the update; `None` without such data.
    pub val_loss: Option<f32>,
    /// The accuracy on the validation data, in [0, 1], after the update; `None` without such data.
    pub val_accuracy: Option<f32>,
}

/// Every epoch of a run, in order.
#[derive(Clone, PartialEq, Default)]
pub struct History {
    /// One entry per epoch.
    pub epochs: Vec<Epoch>,
    /// How [`fit`](super::fit) made the steps.
    pub method: Method,
    /// Samples per step; `None` for all.
    pub batch_size: Option<usize>,
    /// The number of the epoch whose weights the model has, with early stopping; `None` without.
    pub best_epoch: Option<usize>,
    /// Whether early stopping ended the run before its last epoch.
    pub stopped_early: bool,
}

impl History {
    /// Writes `epoch,loss,train_accuracy,val_loss,val_accuracy`, a line per epoch; without validation data the last two
    /// are empty.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io); an older file at `path` is then still whole.
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<()> {
        let mut text = String::from("epoch,loss,train_accuracy,val_loss,val_accuracy\n");
        let or_empty = |value: Option<f32>| value.map(|value| value.to_string()).unwrap_or_default();
        for Epoch { epoch, loss, train_accuracy, val_loss, val_accuracy } in &self.epochs {
            let (val_loss, val_accuracy) = (or_empty(*val_loss), or_empty(*val_accuracy));
            writeln!(text, "{epoch},{loss},{train_accuracy},{val_loss},{val_accuracy}").expect("a String takes all");
        }
        write(path.as_ref(), text.as_bytes())
    }

    /// Checks that [`write_csv`](Self::write_csv) could write `path`, before a long run. Changes nothing.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io).
    pub fn check_csv(path: impl AsRef<Path>) -> Result<()> {
        check_writable(path.as_ref())
    }
}

/// `epoch  10  loss 0.6691  train 64.34 %  val loss 0.6864  val 54.25 %`
impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { epoch, loss, train_accuracy, val_loss, val_accuracy } = self;
        write!(f, "epoch {epoch:3}  loss {loss:.4}  train {:5.2} %", 100.0 * train_accuracy)?;
        val_loss.map_or(Ok(()), |loss| write!(f, "  val loss {loss:.4}"))?;
        val_accuracy.map_or(Ok(()), |accuracy| write!(f, "  val {:5.2} %", 100.0 * accuracy))
    }
}

/// `History(100 epochs, loss 0.6931 → 0.5751)`
impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.epochs.len();
        match self.epochs.as_slice() {
            [] => f.write_str("History(no epoch)"),
            [one] => write!(f, "History(1 epoch, loss {:.4})", one.loss),
            [first, .., last] => write!(f, "History({count} epochs, loss {:.4} → {:.4})", first.loss, last.loss),
        }
    }
}
