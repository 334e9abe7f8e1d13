//! Where to compute: the processor, or a card that computes many times faster and has its own memory.
//!
//! A card reads X from its own memory at a hundred times the speed of a processor's core; nothing else is different. But to
//! wake it up, compile its kernels and copy X there takes 0.6 s on an H200. It pays where the loop takes longer.

mod card;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
mod rows;
#[cfg(feature = "cuda")]
mod cuda;
#[cfg(feature = "wgpu")]
mod wgpu;
mod choice;

#[cfg(feature = "wgpu")]
pub use self::wgpu::Gpu;
pub(crate) use card::{Descent, Start};
pub use choice::Device;
#[cfg(feature = "cuda")]
pub use cuda::Cuda;
