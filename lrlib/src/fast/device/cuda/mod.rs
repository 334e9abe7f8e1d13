//! An NVIDIA card, by its driver.

mod card;
mod descent;

pub use card::Cuda;
