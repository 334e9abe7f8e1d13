//! Logistic regression from scratch: one neuron that tells bees from ants, every gradient by hand.
//!
//! ```text
//! files ─ImageFolder─► RgbImage ─Transform─► RgbImage ─to_tensor─► [0,1]^d ─load─► Batch { x (n,d), y (n) }
//!   ─forward─► ŷ (n) ─binary_cross_entropy─► loss │ ─backward─► Gradients ─step─► model │ ─fit─► History ─plot─► Figure
//! ```
//!
//! Reading and mathematics meet only at [`Batch`]. The modules below stand in reading order.

mod error;
mod file;
mod memory;
mod table;
mod decode;
mod transforms;
mod dataset;
mod batch;
mod data_loader;
mod levels;
mod linear;
mod model;
mod safetensors;
mod loss;
mod metrics;
mod gram;
mod trajectory;
mod sample_space;
mod newton;
mod history;
mod checkpoint;
mod train;
mod figure;
mod plot;

pub use batch::Batch;
pub use checkpoint::Checkpoint;
pub use data_loader::{Batches, DataLoader};
pub use dataset::{IMG_EXTENSIONS, ImageFolder, Sample, data_folder};
pub use error::{Error, Result};
pub use figure::Figure;
pub use gram::gram;
pub use history::{Epoch, History};
pub use levels::{Pixel, levels};
pub use loss::{binary_cross_entropy, binary_cross_entropy_with_logits};
pub use metrics::{ConfusionMatrix, accuracy, confidence_interval, majority_baseline};
pub use model::{Gradients, LogisticRegression, sigmoid};
pub use newton::newton;
pub use plot::{Line, plot_grid, plot_history, plot_image, plot_lines, plot_weights};
pub use train::{Method, TrainConfig, fit};
pub use transforms::{CenterCrop, Compose, Normalize, Resize, Transform, to_image, to_tensor};

/// The crates whose types are part of this one's interface, in the versions that fit it.
pub use {image, ndarray};

/// The README's example, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
