//! What changes a model: `torch.optim`.

mod sgd;
mod descent;
mod minimum;
mod newton;

pub use newton::newton;
pub use sgd::Sgd;
