//! Which textures a picture has: brighter or darker than the middle, all around a pixel.

use std::f32::consts::FRAC_1_SQRT_2;

use image::RgbImage;
use ndarray::{Array1, Array2};

use super::{
    feature::{Feature, scale},
    planes::gray,
    pooling::{Pooling, normalize},
};
use crate::error::{Error, Result};

/// Histograms of local binary patterns, one of 256 bins for each radius.
///
/// A pixel's pattern has a bit for each of eight points on the circle around it, counted anticlockwise from the right: 1
/// where the point is at least as bright as the pixel (Ojala, Pietikäinen and Mäenpää 2002). These are the patterns of
/// `skimage.feature.local_binary_pattern(gray, 8, radius, method="default")`, apart from pixels nearer to the border than
/// the radius, which are left out here, and flat places, where rounding decides there and all bits are 1 here.
///
/// The histogram of the mirror image is averaged in. The bins hold the square roots of their shares, so the vector has
/// length 1.
///
/// ```
/// use lrlib::{features::{Feature, LocalBinaryPattern}, image::RgbImage};
/// let flat = RgbImage::from_pixel(9, 9, [90, 90, 90].into());
/// let patterns = LocalBinaryPattern { radii: vec![2], ..Default::default() }.extract(&flat)?;
/// assert_eq!((patterns.len(), patterns[255]), (256, 1.0));
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LocalBinaryPattern {
    /// The short side is scaled to this many pixels.
    pub size: u32,
    /// The radii of the circles, in pixels.
    pub radii: Vec<usize>,
    /// How much each pattern counts, a patch of 2 · radius + 1 pixels.
    pub pooling: Pooling,
}

/// Radii 1, 2, 3 and 5, at 320 pixels.
impl Default for LocalBinaryPattern {
    fn default() -> Self {
        Self { size: 320, radii: vec![1, 2, 3, 5], pooling: Pooling::default() }
    }
}

impl Feature for LocalBinaryPattern {
    fn extract(&self, picture: &RgbImage) -> Result<Array1<f32>> {
        if self.radii.is_empty() || self.radii.contains(&0) {
            return Err(Error::Config(format!("local binary patterns of radii {:?}: use 1 pixel or more", self.radii)));
        }
        self.pooling.check()?;
        let least = self.radii.iter().fold(0, |most, &radius| most.max(radius.saturating_mul(2).saturating_add(1)));
        let gray = gray(&scale(picture, self.size, least, "LocalBinaryPattern")?);
        let (height, width) = gray.dim();
        let mut all = Vec::with_capacity(256 * self.radii.len());
        for &radius in &self.radii {
            let (size, mut histogram) = (2 * radius + 1, [0.0; 256]);
            for y in radius..height - radius {
                for x in radius..width - radius {
                    let weight = self.pooling.weight([x - radius, y - radius], size, [width, height]);
                    let pattern = pattern(&gray, y, x, radius);
                    histogram[pattern] += weight;
                    histogram[mirrored(pattern)] += weight;
                }
            }
            normalize(&mut histogram)?;
            all.extend(histogram.map(|share| (share / self.radii.len() as f32).sqrt()));
        }
        Ok(all.into())
    }
}

/// Returns the pattern of the mirror image: point i, at the angle i·45°, becomes the one at 180° − i·45°.
fn mirrored(pattern: usize) -> usize {
    (0..8).fold(0, |mirrored, i| mirrored | (pattern >> i & 1) << ((12 - i) % 8))
}

fn pattern(gray: &Array2<f32>, y: usize, x: usize, radius: usize) -> usize {
    let middle = gray[[y, x]];
    let point = |dy: isize, dx: isize| gray[[y.wrapping_add_signed(dy), x.wrapping_add_signed(dx)]] - middle;
    let distance = radius as f32 * FRAC_1_SQRT_2;
    let (near, rest) = (distance as isize, distance.fract());
    // A diagonal point lies between four pixels: linear interpolation along both axes.
    let diagonal = |up: isize, right: isize| {
        let line = |dy: isize| (1.0 - rest) * point(dy, right * near) + rest * point(dy, right * (near + 1));
        (1.0 - rest) * line(up * near) + rest * line(up * (near + 1))
    };
    let r = radius as isize;
    let points = [
        point(0, r),
        diagonal(-1, 1),
        point(-r, 0),
        diagonal(-1, -1),
        point(0, -r),
        diagonal(1, -1),
        point(r, 0),
        diagonal(1, 1),
    ];
    points.iter().enumerate().fold(0, |pattern, (i, &difference)| pattern | usize::from(difference >= 0.0) << i)
}
