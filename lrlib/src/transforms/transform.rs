//! What every transform does.

use std::ops::Deref;

use image::RgbImage;
use ndarray_rand::rand::rngs::StdRng;

/// One step of a pipeline. Implement `apply`, `apply_random` or `apply_tensor`: by default `apply` and `apply_tensor` change
/// nothing, and `apply_random` calls `apply`.
///
/// ```
/// use lrlib::{image::RgbImage, transforms::Transform};
///
/// struct Negative;
///
/// impl Transform for Negative {
///     fn apply(&self, mut image: RgbImage) -> RgbImage {
///         image.iter_mut().for_each(|value| *value = 255 - *value);
///         image
///     }
/// }
/// assert_eq!(Negative.apply(RgbImage::new(1, 1)).as_raw(), &[255, 255, 255]);
/// ```
pub trait Transform: Send + Sync {
    /// Returns the changed picture.
    fn apply(&self, image: RgbImage) -> RgbImage {
        image
    }

    /// The same for a random step. `rng` has a new seed for every sample and every epoch. By default this calls
    /// [`apply`](Self::apply).
    fn apply_random(&self, image: RgbImage, rng: &mut StdRng) -> RgbImage {
        let _ = rng;
        self.apply(image)
    }

    /// Changes the numbers that [`to_tensor`](super::to_tensor) made of a picture, in the order (C, H, W).
    fn apply_tensor(&self, row: &mut [f32]) {
        let _ = row;
    }
}

/// `&T`, `Arc<T>` and `Box<T>` of a transform are transforms too.
impl<P: Deref<Target: Transform> + Send + Sync> Transform for P {
    fn apply(&self, image: RgbImage) -> RgbImage {
        (**self).apply(image)
    }

    fn apply_random(&self, image: RgbImage, rng: &mut StdRng) -> RgbImage {
        (**self).apply_random(image, rng)
    }

    fn apply_tensor(&self, row: &mut [f32]) {
        (**self).apply_tensor(row);
    }
}
