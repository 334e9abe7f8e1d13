//! How to compare models and settings without touching the validation set: `sklearn.model_selection`.
//!
//! [`RepeatedStratifiedKFold`] divides the rows into folds. [`cross_validate`], [`learning_curve`] and [`validation_curve`]
//! fit on all folds but one and score on the one held out. Whatever is learned from data (means, a dictionary, the model)
//! must be fitted on the training rows alone, inside the closure that they call.

mod classes;
mod repeated_stratified_k_fold;
mod scores;
mod cross_validate;
mod learning_curve;
mod validation_curve;
mod train_val_test_split;

pub use cross_validate::cross_validate;
pub use learning_curve::{LearningCurvePoint, learning_curve};
pub use repeated_stratified_k_fold::{Fold, RepeatedStratifiedKFold};
pub use scores::Scores;
pub use train_val_test_split::train_val_test_split;
pub use validation_curve::{ValidationCurvePoint, validation_curve};
