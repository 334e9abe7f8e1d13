//! What exists for speed alone: arrays in, arrays out. All `unsafe` code of the crate is here.
//!
//! Nothing here knows of models, epochs or files; [`nn`](crate::nn), [`optim`](crate::optim) and
//! [`train`](crate::train) say what is computed, this module computes it fast.

pub(crate) mod memory;
pub(crate) mod product;
pub(crate) mod pixel;
pub(crate) mod gram;
pub(crate) mod trajectory;
pub(crate) mod sample_space;
pub(crate) mod double;
pub(crate) mod cholesky;
mod device;

#[cfg(feature = "cuda")]
pub use device::Cuda;
pub use device::Device;
#[cfg(feature = "wgpu")]
pub use device::Gpu;
pub(crate) use device::{Descent, Start};
pub use gram::gram;
pub use pixel::{Pixel, to_bytes};
