//! The training loop: [`fit`] → [`History`]. Each way of making steps is one file that implements `steps::Steps`.

mod method;
mod history;
mod early_stopping;
mod checkpoint;
mod config;
mod check;
mod fit_error;
mod log;
mod exchange;
mod run;
mod steps;
mod save;
mod feature_space;
mod mini_batches;
mod sample_space;
mod on_device;
mod fit;

#[cfg(feature = "mpi")]
pub(crate) use exchange::Exchange;
#[cfg(feature = "mpi")]
pub(crate) use fit::{make_steps, whole};
#[cfg(feature = "mpi")]
pub(crate) use run::Run;
#[cfg(feature = "mpi")]
pub(crate) use steps::Steps;

pub use checkpoint::Checkpoint;
pub use config::TrainConfig;
pub use early_stopping::EarlyStopping;
pub use fit::fit;
pub use fit_error::FitError;
pub use history::{Epoch, History};
pub use method::Method;
