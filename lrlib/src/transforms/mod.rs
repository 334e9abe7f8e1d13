//! From any picture to a row of numbers: `torchvision.transforms`, rounding included.
//!
//! A pipeline has two halves. Before [`to_tensor`] every step maps a picture to a picture; after it, every step changes
//! the numbers. Loading applies both halves and `to_tensor` between them, so one [`Compose`] holds the whole pipeline.

mod transform;
mod compose;
mod resize;
mod center_crop;
mod random_horizontal_flip;
mod tensor;
mod normalize;

pub use center_crop::CenterCrop;
pub use compose::Compose;
pub use normalize::Normalize;
pub use random_horizontal_flip::RandomHorizontalFlip;
pub use resize::Resize;
pub use tensor::{to_image, to_tensor};
pub use transform::Transform;
