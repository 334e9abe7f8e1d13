//! Logistic regression from scratch: one neuron that tells bees from ants, every gradient by hand.
//!
//! ```text
//! files ─ImageFolder─► RgbImage ─Transform─► RgbImage ─to_tensor─► [0,1]^d ─load─► Batch { x (n,d), y (n) }
//!   ─forward─► ŷ (n) ─loss─► L │ ─backward─► Gradients ─Sgd─► model │ ─fit─► History ─plot─► Figure
//! ```
//!
//! [`transforms`], [`datasets`], [`nn`] and [`optim`] have PyTorch's names, [`metrics`] and
//! [`model_selection`] have scikit-learn's. Read them in this order, then [`train`] and [`plot`], and last [`fast`] and
//! [`distributed`], which exist for speed alone.

// To add a metric: a file in metrics/. A loss: nn/loss.rs, its gradient in nn/logistic_regression.rs (backward), its use in
// train/steps.rs (descend). A way of making steps: a file in train/ that implements steps::Steps; fit.rs chooses it.

mod limits;
mod error;
#[forbid(unsafe_code)]
mod files;
pub mod fast;
#[forbid(unsafe_code)]
pub mod transforms;
#[forbid(unsafe_code)]
pub mod datasets;
#[forbid(unsafe_code)]
pub mod features;
#[forbid(unsafe_code)]
pub mod nn;
#[forbid(unsafe_code)]
pub mod optim;
#[forbid(unsafe_code)]
pub mod metrics;
#[forbid(unsafe_code)]
pub mod train;
#[forbid(unsafe_code)]
pub mod distributed;
#[forbid(unsafe_code)]
pub mod model_selection;
#[forbid(unsafe_code)]
pub mod plot;

pub use error::{Error, Result};

/// The crates whose types appear in this crate's interface, in matching versions.
pub use {image, ndarray, ndarray_rand::rand};

/// The README's example, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
