//! The model, its gradients by hand, and its loss: `torch.nn`.

mod sigmoid;
mod logistic_regression;
mod loss;
mod save;

pub use logistic_regression::{Gradients, LogisticRegression};
pub use loss::{binary_cross_entropy, binary_cross_entropy_with_logits};
pub(crate) use loss::{loss_and_predictions, with_pos_weight};
pub use sigmoid::sigmoid;
