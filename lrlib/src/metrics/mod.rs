//! How often the model is right, and what that is worth: `sklearn.metrics`.

mod accuracy;
mod confusion_matrix;
mod wilson_interval;

pub use accuracy::{accuracy, majority_baseline};
pub use confusion_matrix::ConfusionMatrix;
pub use wilson_interval::wilson_interval;
