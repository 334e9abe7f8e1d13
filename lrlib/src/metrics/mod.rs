//! How often the model is right, and what that is worth: `sklearn.metrics`.
//!
//! The labels come first, as there. The losses in [`nn`](crate::nn) have them second, as PyTorch's.

mod samples;
mod accuracy;
mod confusion_matrix;
mod at_threshold;
mod probability;
mod roc;
mod precision_recall;
mod calibration;
mod wilson_interval;
mod bootstrap_interval;
mod mcnemar;

pub use accuracy::{accuracy, majority_baseline};
pub use at_threshold::{balanced_accuracy, f1_score, matthews_corrcoef, precision, recall};
pub use bootstrap_interval::{Bootstrap, Metric, bootstrap_interval};
pub use calibration::{CalibrationBin, calibration_curve, expected_calibration_error};
pub use confusion_matrix::ConfusionMatrix;
pub use mcnemar::{McNemar, mcnemar};
pub use precision_recall::{PrecisionRecallPoint, average_precision_score, precision_recall_curve};
pub use probability::{brier_score, log_loss};
pub use roc::{RocPoint, roc_auc_score, roc_curve};
pub use wilson_interval::wilson_interval;
