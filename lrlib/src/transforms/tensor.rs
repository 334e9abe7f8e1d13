//! From a picture to its numbers, and back.

use image::{Rgb, RgbImage};
use ndarray::ArrayRef1;

use crate::fast::pixel::split_channels;

/// Writes the pixel values 0 … 255 as 0 … 1 into `row`: all of red, then green, then blue, each line by line, (C, H, W).
///
/// ```
/// use lrlib::{image::RgbImage, transforms::to_tensor};
/// let two_pixels = RgbImage::from_raw(2, 1, vec![255, 0, 51, 0, 0, 102]).expect("two pixels");
/// let mut row = [0.0; 6];
/// to_tensor(&two_pixels, &mut row);
/// assert_eq!(row, [1.0, 0.0, 0.0, 0.0, 0.2, 0.4]);
/// ```
///
/// # Panics
/// If `row` does not have 3 · height · width places.
#[track_caller]
pub fn to_tensor(image: &RgbImage, row: &mut [f32]) {
    let size = image.as_raw().len() / 3;
    assert_eq!(row.len(), 3 * size, "the row has {} places, the picture {} numbers", row.len(), 3 * size);
    let (red, others) = row.split_at_mut(size);
    let (green, blue) = others.split_at_mut(size);
    split_channels(image.as_raw().as_chunks().0, red, green, blue);
}

/// Returns the picture behind a row of (C, H, W) numbers in [0, 1]; numbers outside are clipped.
///
/// # Panics
/// If `row` does not have 3 · height · width numbers.
#[must_use]
#[track_caller]
pub fn to_image(row: &ArrayRef1<f32>, height: usize, width: usize) -> RgbImage {
    let size = height * width;
    assert_eq!(row.len(), 3 * size, "the row has {} numbers, the picture {}", row.len(), 3 * size);
    RgbImage::from_fn(width as u32, height as u32, |column, line| {
        let at = line as usize * width + column as usize;
        Rgb([0, 1, 2].map(|channel| (row[channel * size + at] * 255.0).round() as u8))
    })
}
