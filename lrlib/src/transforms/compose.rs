//! Transforms one after another.

use std::{fmt, sync::Arc};

use image::RgbImage;
use ndarray_rand::rand::rngs::StdRng;

use super::transform::Transform;

/// Transforms one after another. A clone shares its steps.
///
/// Training and validation can share a pipeline, unless it has a random step: that would change the validation pictures
/// too.
///
/// ```
/// use lrlib::transforms::{CenterCrop, Compose, Normalize, Resize};
/// let transform = Compose::new().then(Resize(224)).then(CenterCrop(224)).then(Normalize::IMAGENET);
/// ```
#[derive(Clone, Default)]
pub struct Compose {
    steps: Vec<Arc<dyn Transform>>,
}

impl Compose {
    /// Returns a pipeline without steps, which leaves a picture as it is.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns this pipeline with `step` at its end.
    #[must_use]
    pub fn then(mut self, step: impl Transform + 'static) -> Self {
        self.steps.push(Arc::new(step));
        self
    }
}

impl Transform for Compose {
    fn apply(&self, image: RgbImage) -> RgbImage {
        self.steps.iter().fold(image, |image, step| step.apply(image))
    }

    fn apply_random(&self, image: RgbImage, rng: &mut StdRng) -> RgbImage {
        self.steps.iter().fold(image, |image, step| step.apply_random(image, rng))
    }

    fn apply_tensor(&self, row: &mut [f32]) {
        self.steps.iter().for_each(|step| step.apply_tensor(row));
    }
}

impl fmt::Debug for Compose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Compose of {} transforms", self.steps.len())
    }
}
