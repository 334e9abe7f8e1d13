//! What a descriptor looks at, pixel by pixel: gradients in eight directions, or three colour channels and their squares.
//!
//! Planes have shape (height, width · channels), the channels of a pixel side by side.

use std::f32::consts::FRAC_PI_4;

use image::RgbImage;
use ndarray::{Array2, Axis, Slice};

/// What a descriptor holds of each of its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DescriptorKind {
    /// The strength of the gradients in each of eight directions: 8 numbers.
    Gradients,
    /// Mean and standard deviation of three opponent colours: 6 numbers.
    Colors,
}

impl DescriptorKind {
    /// Returns the numbers of a cell.
    pub(super) fn channels(self) -> usize {
        match self {
            Self::Gradients => 8,
            Self::Colors => 6,
        }
    }

    /// Returns the pixels at each border that have no value: a gradient needs both neighbours.
    pub(super) fn border(self) -> usize {
        usize::from(self == Self::Gradients)
    }

    pub(super) fn planes(self, picture: &RgbImage) -> Array2<f32> {
        match self {
            Self::Gradients => directions(&gray(picture)),
            Self::Colors => opponents(picture),
        }
    }

    /// Returns the channel that channel `c` becomes in the mirror image: direction θ becomes 180° − θ.
    pub(super) fn mirrored(self, c: usize) -> usize {
        match self {
            Self::Gradients => (12 - c) % 8,
            Self::Colors => c,
        }
    }

    /// Turns the sums over cells into a descriptor with numbers in 0 … 1.
    pub(super) fn finish(self, cells: &mut [f32]) {
        match self {
            Self::Gradients => {
                // The constant lets a descriptor without contrast fade to 0; the contrast of a clear edge is about 1.
                let total = cells.iter().sum::<f32>() + 1e-3;
                cells.iter_mut().for_each(|strength| *strength = (*strength / total).sqrt());
            }
            Self::Colors => {
                for [mean @ .., r, g, b] in cells.as_chunks_mut::<6>().0 {
                    for (mean, square) in mean.iter().zip([r, g, b]) {
                        // Rounding can make a variance negative. No deviation of numbers in 0 … 1 is above ½.
                        *square = 2.0 * (*square - mean * mean).max(0.0).sqrt();
                    }
                }
            }
        }
    }
}

/// Returns the brightness 0 … 1, shape (height, width): `skimage.color.rgb2gray`.
pub(super) fn gray(picture: &RgbImage) -> Array2<f32> {
    let brightness = picture.pixels().map(|pixel| {
        let [r, g, b] = pixel.0.map(f32::from);
        (0.2125 * r + 0.7154 * g + 0.0721 * b) / 255.0
    });
    let shape = (picture.height() as usize, picture.width() as usize);
    Array2::from_shape_vec(shape, brightness.collect()).expect("a number a pixel")
}

/// Returns the gradient's magnitude, shared between the two nearest of eight directions.
fn directions(gray: &Array2<f32>) -> Array2<f32> {
    let (height, width) = gray.dim();
    let mut planes = Array2::zeros((height - 2, 8 * (width - 2)));
    for (y, x) in (1..height - 1).flat_map(|y| (1..width - 1).map(move |x| (y, x))) {
        let (dx, dy) = (gray[[y, x + 1]] - gray[[y, x - 1]], gray[[y - 1, x]] - gray[[y + 1, x]]);
        let (magnitude, place) = (dx.hypot(dy), dy.atan2(dx) / FRAC_PI_4 + 8.0);
        for (direction, share) in [(place as usize, 1.0 - place.fract()), (place as usize + 1, place.fract())] {
            planes[[y - 1, 8 * (x - 1) + direction % 8]] += magnitude * share;
        }
    }
    planes
}

/// Returns red against green, yellow against blue, and brightness, each in 0 … 1, then their squares.
fn opponents(picture: &RgbImage) -> Array2<f32> {
    let numbers = picture.pixels().flat_map(|pixel| {
        let [r, g, b] = pixel.0.map(|byte| f32::from(byte) / 255.0);
        let [u, v, w] = [(1.0 + r - g) / 2.0, (1.0 + (r + g) / 2.0 - b) / 2.0, (r + g + b) / 3.0];
        [u, v, w, u * u, v * v, w * w]
    });
    let shape = (picture.height() as usize, 6 * picture.width() as usize);
    Array2::from_shape_vec(shape, numbers.collect()).expect("six numbers a pixel")
}

/// Returns the means of `width` neighbours along an axis, on which neighbours are `stride` numbers apart. Adding the
/// neighbours anew for each place, not updating a running sum, leaves no negative remainders.
pub(super) fn box_mean(planes: &Array2<f32>, axis: Axis, width: usize, stride: usize) -> Array2<f32> {
    let length = planes.len_of(axis) - (width - 1) * stride;
    let shifted = |k: usize| planes.slice_axis(axis, Slice::from(k * stride..k * stride + length));
    let mut sums = shifted(0).to_owned();
    (1..width).for_each(|k| sums += &shifted(k));
    sums / width as f32
}
