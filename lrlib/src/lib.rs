//! Logistic regression from scratch: one neuron that tells bees from ants, every gradient by hand.
//!
//! ```text
//! files ─ImageFolder─► RgbImage ─Transform─► RgbImage ─to_tensor─► [0,1]^d ─load─► Batch { x (n,d), y (n) }
//!   ─forward─► ŷ (n) ─loss─► L │ ─backward─► Gradients ─Sgd─► model │ ─fit─► History ─plot─► Figure
//! ```
//!
//! Names are where a PyTorch user looks for them: [`transforms`], [`datasets`], [`nn`], [`optim`], as there;
//! [`metrics`] as in scikit-learn; [`train`] and [`plot`]. What exists for speed alone is in [`fast`].
//! The modules below are in reading order.

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
pub mod nn;
#[forbid(unsafe_code)]
pub mod optim;
#[forbid(unsafe_code)]
pub mod metrics;
#[forbid(unsafe_code)]
pub mod train;
#[forbid(unsafe_code)]
pub mod plot;

pub use error::{Error, Result};

/// The crates whose types are part of this one's interface, in the versions that fit it.
pub use {image, ndarray, ndarray_rand::rand};

/// The README's example, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
