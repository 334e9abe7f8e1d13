//! Cutting a square out of the middle.

use image::RgbImage;

use super::transform::Transform;

/// Cuts a square of this many pixels out of the middle; a smaller picture gets a black frame.
///
/// The offset is Python's `round((side − size) / 2)`, ties to even, as in torchvision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CenterCrop(pub u32);

impl Transform for CenterCrop {
    fn apply(&self, image: RgbImage) -> RgbImage {
        let (width, height) = image.dimensions();
        let (left, top) = (offset(width, self.0), offset(height, self.0));
        if width < self.0 || height < self.0 {
            let mut square = RgbImage::new(self.0, self.0);
            image::imageops::replace(&mut square, &image, -left, -top);
            return square;
        }
        // Nothing lies outside: the lines move to the front of the memory they are in.
        let (stride, line) = (3 * width as usize, 3 * self.0 as usize);
        let mut levels = image.into_raw();
        for y in 0..self.0 as usize {
            let start = (top as usize + y) * stride + 3 * left as usize;
            levels.copy_within(start..start + line, y * line);
        }
        levels.truncate(self.0 as usize * line);
        RgbImage::from_raw(self.0, self.0, levels).unwrap_or_default()
    }
}

/// Where a crop of `crop` begins on a side of `side` pixels; negative where a frame is needed.
fn offset(side: u32, crop: u32) -> i64 {
    let spare = i64::from(side) - i64::from(crop);
    let half = spare.div_euclid(2);
    if spare < 0 {
        -(-spare / 2)
    } else if spare % 2 == 1 && half % 2 == 1 {
        half + 1
    } else {
        half
    }
}
