//! The training loop: [`fit`] → [`History`].

mod config;
mod history;
mod fit_error;
mod log;
mod checkpoint;
mod steps;
mod feature_space;
mod mini_batches;
mod sample_space;
mod fit;

pub use checkpoint::Checkpoint;
pub use config::{Method, TrainConfig};
pub use fit::fit;
pub use fit_error::FitError;
pub use history::{Epoch, History};
