//! Which colours a picture has, and how much of each.

use image::RgbImage;
use ndarray::Array1;

use super::{
    feature::{Feature, scale},
    lab::rgb2lab,
    pooling::Pooling,
};
use crate::error::{Error, Result};

/// The largest |a| and |b| with a bin of their own: few colours in photographs are farther from grey.
const MOST: f32 = 64.0;

/// A histogram of the colours in Lab.
///
/// Each pixel is shared among the eight nearest bins, linearly along each axis (soft assignment), so that a small change of
/// colour is a small change of the vector. The bin with the numbers (l, a, b) on the three axes is number
/// (l·bins + a)·bins + b. The vector holds the square roots of the shares, so its length is 1, and the dot product of two is
/// their Bhattacharyya coefficient.
///
/// ```
/// use lrlib::{features::{ColorHistogram, Feature}, image::RgbImage};
/// let black = RgbImage::new(20, 10);
/// let histogram = ColorHistogram { bins: 2, ..Default::default() }.extract(&black)?;
/// // L = 0 is in the dark half; a = b = 0 lies midway between two bins.
/// let expected = [0.5, 0.5, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0];
/// assert!(histogram.iter().zip(expected).all(|(share, expected)| (share - expected).abs() < 1e-3));
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColorHistogram {
    /// The short side is scaled to this many pixels.
    pub size: u32,
    /// The number of bins of each of L, a and b; 2 … 32.
    pub bins: usize,
    /// How much each pixel counts.
    pub pooling: Pooling,
}

/// 8 × 8 × 8 bins, at 224 pixels.
impl Default for ColorHistogram {
    fn default() -> Self {
        Self { size: 224, bins: 8, pooling: Pooling::CENTER }
    }
}

impl Feature for ColorHistogram {
    fn extract(&self, picture: &RgbImage) -> Result<Array1<f32>> {
        let Self { size, bins, pooling } = *self;
        if !(2..=32).contains(&bins) {
            return Err(Error::Config(format!("{bins} bins for each axis of the colours: use 2 to 32")));
        }
        let picture = scale(picture, size, 1)?;
        let sides = [picture.width() as usize, picture.height() as usize];
        let mut histogram = vec![0.0; bins * bins * bins];
        for (x, y, pixel) in picture.enumerate_pixels() {
            let weight = pooling.weight([x as usize, y as usize], 1, sides);
            let [l, a, b] = rgb2lab(pixel.0);
            // The two nearest bins on each axis, and the share of each.
            let nearest = [l / 100.0, 0.5 + a / (2.0 * MOST), 0.5 + b / (2.0 * MOST)].map(|place| {
                let place = (place * bins as f32 - 0.5).clamp(0.0, (bins - 1) as f32);
                let low = (place as usize).min(bins - 2);
                [(low, 1.0 - (place - low as f32)), (low + 1, place - low as f32)]
            });
            for (l, of_l) in nearest[0] {
                for (a, of_a) in nearest[1] {
                    for (b, of_b) in nearest[2] {
                        histogram[(l * bins + a) * bins + b] += weight * of_l * of_a * of_b;
                    }
                }
            }
        }
        pooling.normalize(&mut histogram)?;
        Ok(histogram.into_iter().map(f32::sqrt).collect())
    }
}
