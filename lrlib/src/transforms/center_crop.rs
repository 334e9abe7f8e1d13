//! Cutting a square out of the middle.

use image::RgbImage;

use super::transform::Transform;
use crate::limits::MAX_SIZE;

/// Cuts a square with sides of this many pixels out of the middle; a smaller picture gets a black frame.
///
/// The offset is Python's `round((side − size) / 2)`, ties to even, as in torchvision. A size above 4096 is taken as 4096, as
/// in [`Resize`](super::Resize).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CenterCrop(pub u32);

impl Transform for CenterCrop {
    fn apply(&self, image: RgbImage) -> RgbImage {
        let (size, (width, height)) = (self.0.min(MAX_SIZE), image.dimensions());
        let (left, top) = (offset(width, size), offset(height, size));
        if width < size || height < size {
            let mut square = RgbImage::new(size, size);
            image::imageops::replace(&mut square, &image, -left, -top);
            return square;
        }
        // Nothing lies outside: the lines move to the front of the memory they are in.
        let (stride, line) = (3 * width as usize, 3 * size as usize);
        let mut bytes = image.into_raw();
        for y in 0..size as usize {
            let start = (top as usize + y) * stride + 3 * left as usize;
            bytes.copy_within(start..start + line, y * line);
        }
        bytes.truncate(size as usize * line);
        RgbImage::from_raw(size, size, bytes).expect("three bytes a pixel")
    }
}

/// Returns where a crop of `crop` pixels begins on a side of `side` pixels; negative where a frame is needed.
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
