//! Mirroring some of the pictures, drawn anew at each epoch.

use image::{RgbImage, imageops};
use ndarray_rand::rand::{Rng, rngs::StdRng};

use super::transform::Transform;

/// Mirrors a picture left to right with this probability: `torchvision.transforms.RandomHorizontalFlip`.
///
/// It draws a new random number for every sample and epoch. Without a source of random numbers, as in
/// [`apply`](Transform::apply), the picture stays as it is. A probability of 0 or less never flips, 1 or more always.
///
/// ```
/// use lrlib::{datasets, image::RgbImage, transforms::{RandomHorizontalFlip, Transform}};
/// let picture = RgbImage::from_raw(2, 1, vec![1, 2, 3, 4, 5, 6]).expect("two pixels");
/// let rng = &mut datasets::rng(0, 0, 0);
/// assert_eq!(RandomHorizontalFlip(1.0).apply_random(picture, rng).as_raw(), &[4, 5, 6, 1, 2, 3]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomHorizontalFlip(pub f32);

impl Transform for RandomHorizontalFlip {
    fn apply_random(&self, mut image: RgbImage, rng: &mut StdRng) -> RgbImage {
        if rng.random::<f32>() < self.0 {
            imageops::flip_horizontal_in_place(&mut image);
        }
        image
    }
}
