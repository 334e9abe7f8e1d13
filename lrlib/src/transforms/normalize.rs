//! Shifting and scaling each colour channel.

use ndarray::{ArrayRef2, parallel::prelude::*};

use super::transform::Transform;
use crate::error::{Error, Result};

/// Computes (x − mean) / std in each channel: `torchvision.transforms.Normalize`.
///
/// ```
/// use lrlib::transforms::{Normalize, Transform};
/// let mut pixel = [0.5, 0.5, 0.0];
/// Normalize::new([0.5, 0.4, 0.0], [0.5, 0.1, 1.0])?.apply_tensor(&mut pixel);
/// assert!(pixel[0] == 0.0 && (pixel[1] - 1.0).abs() < 1e-6);
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normalize {
    mean: [f32; 3],
    std: [f32; 3],
}

impl Normalize {
    /// The usual choice, measured on `ImageNet`: what torchvision's pretrained models expect.
    pub const IMAGENET: Self = Self { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

    /// Returns the step with these means and standard deviations of red, green and blue.
    ///
    /// # Errors
    /// [`Error::Config`] if a mean is not finite, or a standard deviation is not above 0.
    pub fn new(mean: [f32; 3], std: [f32; 3]) -> Result<Self> {
        let usable = mean.iter().all(|m| m.is_finite()) && std.iter().all(|s| s.is_finite() && *s > 0.0);
        if !usable {
            return Err(Error::Config(format!(
                "cannot normalize with mean {mean:?} and std {std:?}: use finite means and standard deviations above 0"
            )));
        }
        Ok(Self { mean, std })
    }

    /// Changes every row of `x`, shape (n, d), d = 3 · height · width.
    ///
    /// # Panics
    /// If d is not a multiple of 3.
    #[track_caller]
    pub fn apply_batch(&self, x: &mut ArrayRef2<f32>) {
        assert_eq!(x.ncols() % 3, 0, "a row of {} numbers does not have three channels", x.ncols());
        let size = (x.ncols() / 3).max(1);
        x.outer_iter_mut().into_par_iter().for_each(|mut row| {
            for (at, value) in row.iter_mut().enumerate() {
                *value = self.value(*value, at / size);
            }
        });
    }

    fn value(&self, value: f32, channel: usize) -> f32 {
        (value - self.mean[channel]) / self.std[channel]
    }
}

impl Transform for Normalize {
    /// # Panics
    /// If the row does not have three channels of one length.
    fn apply_tensor(&self, row: &mut [f32]) {
        assert_eq!(row.len() % 3, 0, "a row of {} numbers does not have three channels", row.len());
        let size = (row.len() / 3).max(1);
        for (channel, values) in row.chunks_mut(size).enumerate() {
            for value in values {
                *value = self.value(*value, channel);
            }
        }
    }
}
