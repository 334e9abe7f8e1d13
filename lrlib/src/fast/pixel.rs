//! Pixels as the bytes they were: a quarter of the memory, so a loop that waits for memory waits less.

use multiversion::multiversion;
use ndarray::{Array2, ArrayRef2, parallel::prelude::*};

use super::product::Kernel;

/// A number that a feature can be stored as: an `f32` is the feature itself, a `u8` stands for the feature ÷ 255.
///
/// [`LogisticRegression`](crate::nn::LogisticRegression) takes both. No other type can implement this trait.
pub trait Pixel: Kernel {}

impl Pixel for f32 {}

/// A pixel value of 0 … 255, which stands for 0 … 1.
impl Pixel for u8 {}

/// Returns the pixel values 0 … 255 behind features that [`to_tensor`](crate::transforms::to_tensor) made, shape (n, d);
/// `None` unless every feature is k/255 in `f32`, which no longer holds after
/// [`Normalize`](crate::transforms::Normalize).
///
/// ```
/// use lrlib::{fast, ndarray::array};
/// assert_eq!(fast::to_bytes(&array![[0.0, 1.0 / 255.0, 1.0]]), Some(array![[0, 1, 255]]));
/// assert_eq!(fast::to_bytes(&array![[0.5]]), None);
/// ```
#[must_use]
pub fn to_bytes(x: &ArrayRef2<f32>) -> Option<Array2<u8>> {
    let mut bytes = Array2::zeros(x.dim());
    write_rows(&x.as_standard_layout(), &mut bytes).then_some(bytes)
}

fn write_rows(x: &ArrayRef2<f32>, bytes: &mut ArrayRef2<u8>) -> bool {
    bytes.outer_iter_mut().into_par_iter().zip(x.outer_iter()).all(|(mut bytes, row)| {
        let row = row.to_slice().expect("x is in standard layout");
        write_bytes(row, bytes.as_slice_mut().expect("a new matrix is in standard layout"))
    })
}

/// Writes the pixel values behind the features of a row; returns whether every feature is one, k/255 in `f32`.
#[multiversion(targets("x86_64+avx512f+avx512bw", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn write_bytes<T: From<u8>>(row: &[f32], bytes: &mut [T]) -> bool {
    let mut exact = true;
    for (byte, &value) in bytes.iter_mut().zip(row) {
        // From 2²³ on a float has no fraction: the sum is rounded, and its lowest bits are the nearest whole number.
        let nearest = (value * 255.0 + 8_388_608.0).to_bits() as u8;
        exact &= divided_by_255(nearest).to_bits() == value.to_bits();
        *byte = T::from(nearest);
    }
    exact
}

/// k/255, correctly rounded, without the division: 1/255 = HIGH + LOW, where k·HIGH is exact. A test tries all 256.
fn divided_by_255(k: u8) -> f32 {
    const HIGH: f32 = 257.0 / 65536.0;
    const LOW: f32 = (1.0 / 255.0 - 257.0 / 65536.0) as f32;
    f32::from(k) * HIGH + f32::from(k) * LOW
}

/// Writes pixel values as features, k/255, one slice for each channel.
#[multiversion(targets("x86_64+avx512f+avx512bw", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn split_channels(pixels: &[[u8; 3]], red: &mut [f32], green: &mut [f32], blue: &mut [f32]) {
    for (pixel, ((r, g), b)) in pixels.iter().zip(red.iter_mut().zip(green).zip(blue)) {
        *r = f32::from(pixel[0]) / 255.0;
        *g = f32::from(pixel[1]) / 255.0;
        *b = f32::from(pixel[2]) / 255.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quotient_by_255_is_correctly_rounded() {
        for k in 0..=255 {
            assert_eq!(divided_by_255(k).to_bits(), (f32::from(k) / 255.0).to_bits(), "{k}");
        }
    }
}
