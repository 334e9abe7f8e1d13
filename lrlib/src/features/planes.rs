//! What a descriptor sees of each pixel: gradients in eight directions, or three colours and their squares.

use std::f32::consts::FRAC_PI_4;

use image::RgbImage;
use ndarray::{Array2, Axis, Slice};

use super::check::matrix;

/// What a descriptor holds of each of its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DescriptorKind {
    /// The strength of the gradients in each of eight directions: 8 numbers.
    Gradients,
    /// Mean and standard deviation of three opponent colours: 6 numbers.
    Colors,
}

impl DescriptorKind {
    /// Returns the numbers of each pixel side by side, shape (height, width · channels), and the channels.
    pub(super) fn planes(self, picture: &RgbImage) -> (Array2<f32>, usize) {
        let numbers = if self == Self::Gradients { directions(picture) } else { opponents(picture) };
        let channels = numbers.len() / picture.pixels().len();
        (matrix(numbers, channels * picture.width() as usize), channels)
    }

    /// Returns the channel that channel `c` becomes in the mirror image: direction θ becomes 180° − θ.
    pub(super) fn mirrored(self, c: usize) -> usize {
        if self == Self::Gradients { (12 - c) % 8 } else { c }
    }

    /// Turns the means over the cells into a descriptor with numbers in 0 … 1.
    pub(super) fn finish(self, cells: &mut [f32]) {
        if self == Self::Gradients {
            // The constant lets a patch without contrast fade to 0; that with a clear edge has a sum of about 1.
            let sum = cells.iter().sum::<f32>() + 1e-3;
            return cells.iter_mut().for_each(|strength| *strength = (*strength / sum).sqrt());
        }
        for [a, b, c, squares @ ..] in cells.as_chunks_mut::<6>().0 {
            for (mean, square) in [a, b, c].into_iter().zip(squares) {
                // Rounding can make a variance negative. A deviation of numbers in 0 … 1 is at most ½.
                *square = 2.0 * (*square - *mean * *mean).max(0.0).sqrt();
            }
        }
    }
}

/// Returns the brightness of each pixel, 0 … 1: `skimage.color.rgb2gray`.
pub(super) fn gray(picture: &RgbImage) -> Vec<f32> {
    let brightness = |[r, g, b]: [f32; 3]| (0.2125 * r + 0.7154 * g + 0.0721 * b) / 255.0;
    picture.pixels().map(|pixel| brightness(pixel.0.map(f32::from))).collect()
}

/// Returns the gradient's magnitude at each pixel, shared between the two nearest of eight directions.
fn directions(picture: &RgbImage) -> Vec<f32> {
    let (gray, width, height) = (gray(picture), picture.width() as usize, picture.height() as usize);
    let at = |y: usize, x: usize| gray[y.min(height - 1) * width + x.min(width - 1)];
    let mut planes = vec![[0.0; 8]; gray.len()];
    for (pixel, strengths) in planes.iter_mut().enumerate() {
        let (y, x) = (pixel / width, pixel % width);
        let (dx, dy) = (at(y, x + 1) - at(y, x.saturating_sub(1)), at(y.saturating_sub(1), x) - at(y + 1, x));
        let (magnitude, place) = (dx.hypot(dy), dy.atan2(dx) / FRAC_PI_4 + 8.0);
        strengths[place as usize % 8] = magnitude * (1.0 - place.fract());
        strengths[(place as usize + 1) % 8] = magnitude * place.fract();
    }
    planes.into_flattened()
}

/// Returns red against green, yellow against blue, and brightness, each in 0 … 1, and their squares.
fn opponents(picture: &RgbImage) -> Vec<f32> {
    let numbers = |[r, g, b]: [f32; 3]| {
        let [u, v, w] = [0.5 + (r - g) / 2.0, 0.5 + (r + g - 2.0 * b) / 4.0, (r + g + b) / 3.0];
        [u, v, w, u * u, v * v, w * w]
    };
    picture.pixels().flat_map(|pixel| numbers(pixel.0.map(|byte| f32::from(byte) / 255.0))).collect()
}

/// Returns the means of `width` neighbours along an axis, on which neighbours are `stride` numbers apart. A running sum
/// would be faster, but leave negative remainders.
pub(super) fn box_mean(planes: &Array2<f32>, axis: Axis, width: usize, stride: usize) -> Array2<f32> {
    let length = planes.len_of(axis) - (width - 1) * stride;
    let shifted = |k: usize| planes.slice_axis(axis, Slice::from(k * stride..k * stride + length));
    let mut sums = shifted(0).to_owned();
    (1..width).for_each(|k| sums += &shifted(k));
    sums / width as f32
}
