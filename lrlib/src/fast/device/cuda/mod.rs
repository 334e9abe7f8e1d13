//! A card of NVIDIA's, by its driver.

mod card;
mod descent;

pub use card::Cuda;
