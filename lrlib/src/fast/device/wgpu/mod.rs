//! A card of any maker, by the crate wgpu.

mod gpu;
mod descent;

pub use gpu::Gpu;
