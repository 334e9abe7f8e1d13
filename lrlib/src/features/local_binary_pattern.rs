//! Which textures a picture has: brighter or darker than the middle, all around a pixel.

use std::{array, f32::consts::FRAC_PI_4};

use image::RgbImage;
use ndarray::Array1;

use super::{
    feature::{Feature, scale},
    planes::gray,
    pooling::Pooling,
};
use crate::error::{Error, Result};

/// Histograms of local binary patterns, one of 256 bins for each radius.
///
/// A pixel's pattern has a bit for each of eight points on the circle around it, counted anticlockwise from the right: 1
/// where the point is at least as bright as the pixel (Ojala, Pietikäinen and Mäenpää 2002). These are the patterns of
/// `skimage.feature.local_binary_pattern(gray, 8, radius, method="default")`, except that pixels nearer to the border than
/// the radius are left out. In flat places, where rounding decides there, all bits are 1 here.
///
/// The histogram of the mirror image is averaged in. The vector holds the square roots of the shares, so its length is 1.
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
        Self { size: 320, radii: vec![1, 2, 3, 5], pooling: Pooling::CENTER }
    }
}

impl Feature for LocalBinaryPattern {
    fn extract(&self, picture: &RgbImage) -> Result<Array1<f32>> {
        let Some(largest) = self.radii.iter().max().filter(|_| !self.radii.contains(&0)) else {
            return Err(Error::Config(format!("local binary patterns of radii {:?}: use 1 pixel or more", self.radii)));
        };
        let picture = scale(picture, self.size, largest.saturating_mul(2).saturating_add(1))?;
        let (gray, width, height) = (gray(&picture), picture.width() as usize, picture.height() as usize);
        let mut vector = Vec::new();
        for &radius in &self.radii {
            let (points, mut histogram) = (points(radius, width), [0.0; 256]);
            for (y, x) in (radius..height - radius).flat_map(|y| (radius..width - radius).map(move |x| (y, x))) {
                let weight = self.pooling.weight([x - radius, y - radius], 2 * radius + 1, [width, height]);
                let difference = |(offset, share): &(isize, f32)| {
                    share * (gray[(y * width + x).wrapping_add_signed(*offset)] - gray[y * width + x])
                };
                let is_bright = points.map(|pixels| pixels.iter().map(difference).sum::<f32>() >= 0.0);
                let pattern = |point: &dyn Fn(usize) -> usize| {
                    (0..8).fold(0, |pattern, i| pattern | usize::from(is_bright[point(i)]) << i)
                };
                // In the mirror image, the point at the angle i·45° is the one that was at 180° − i·45°.
                histogram[pattern(&|i| i)] += weight;
                histogram[pattern(&|i| (12 - i) % 8)] += weight;
            }
            self.pooling.normalize(&mut histogram)?;
            vector.extend(histogram.map(|share| (share / self.radii.len() as f32).sqrt()));
        }
        Ok(vector.into())
    }
}

/// Returns the four pixels around each of the eight points, as offsets in the picture, and the share of each in linear
/// interpolation.
fn points(radius: usize, width: usize) -> [[(isize, f32); 4]; 8] {
    array::from_fn(|i| {
        let (sin, cos) = (i as f32 * FRAC_PI_4).sin_cos();
        // Rounded as scikit-image does: 0 where it should be.
        let [y, x] = [-sin, cos].map(|way| (radius as f32 * way * 1e5).round() / 1e5);
        let shares = |at: f32| [(at.floor(), 1.0 - (at - at.floor())), (at.ceil(), at - at.floor())];
        let ([top, bottom], [left, right]) = (shares(y), shares(x));
        [(top, left), (top, right), (bottom, left), (bottom, right)]
            .map(|((y, p), (x, q))| (y as isize * width.cast_signed() + x as isize, p * q))
    })
}
