//! What changes a model: `torch.optim`.

mod sgd;
mod newton;

pub use newton::newton;
pub use sgd::Sgd;
