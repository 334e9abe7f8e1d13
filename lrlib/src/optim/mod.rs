//! What changes a model: `torch.optim`.

mod sgd;
mod schedule;
mod check;
mod descent;
mod minimum;
mod newton;

pub use newton::newton;
pub use schedule::Schedule;
pub use sgd::Sgd;
