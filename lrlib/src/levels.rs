//! Pixels as the bytes they were: a fourth of the memory, so a loop that waits for memory waits less.
//!
//! A feature that [`to_tensor`](crate::to_tensor) made is a level of 0 … 255, divided by 255. [`levels`] gives the level
//! back, and the products of [`LogisticRegression`](crate::LogisticRegression) take either.

use multiversion::multiversion;
use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, parallel::prelude::*};

use crate::linear;

/// What a feature may be kept as. Its products are functions of this trait so that they are compiled here, once, and not
/// in every cell of a notebook that calls them.
pub trait Pixel: Copy + Into<f32> + Send + Sync {
    /// What its 1 stands for.
    const UNIT: f32;

    /// X·w: one number per sample. Shapes (n, d) and (d) → (n).
    ///
    /// # Panics
    /// If the sizes do not fit.
    fn product(x: &ArrayRef2<Self>, w: &ArrayRef1<f32>) -> Array1<f32>;

    /// Xᵀ·e: one number per feature. Shapes (n, d) and (n) → (d).
    ///
    /// # Panics
    /// If the sizes do not fit.
    fn transposed_product(x: &ArrayRef2<Self>, e: &ArrayRef1<f32>) -> Array1<f32>;
}

/// The number itself.
impl Pixel for f32 {
    const UNIT: f32 = 1.0;

    #[track_caller]
    fn product(x: &ArrayRef2<f32>, w: &ArrayRef1<f32>) -> Array1<f32> {
        linear::product(x, w)
    }

    #[track_caller]
    fn transposed_product(x: &ArrayRef2<f32>, e: &ArrayRef1<f32>) -> Array1<f32> {
        linear::transposed_product(x, e)
    }
}

/// A level: 255 stands for 1.0.
impl Pixel for u8 {
    const UNIT: f32 = 1.0 / 255.0;

    #[track_caller]
    fn product(x: &ArrayRef2<u8>, w: &ArrayRef1<f32>) -> Array1<f32> {
        linear::product(x, w)
    }

    #[track_caller]
    fn transposed_product(x: &ArrayRef2<u8>, e: &ArrayRef1<f32>) -> Array1<f32> {
        linear::transposed_product(x, e)
    }
}

/// The levels behind features, shape (n, d); `None` if one of them is no level, as after [`Normalize`](crate::Normalize).
///
/// ```
/// let bytes = lrlib::levels(&ndarray::array![[0.0, 1.0 / 255.0, 1.0]]);
/// assert_eq!(bytes, Some(ndarray::array![[0, 1, 255]]));
/// ```
#[must_use]
pub fn levels(x: &ArrayRef2<f32>) -> Option<Array2<u8>> {
    let x = x.as_standard_layout();
    let mut levels = Array2::zeros(x.dim());
    let rows = levels.outer_iter_mut().into_par_iter().zip(x.outer_iter());
    let exact = rows.all(|(mut to, x)| to.as_slice_mut().zip(x.to_slice()).is_some_and(|(to, x)| to_levels(x, to)));
    exact.then_some(levels)
}

/// The levels behind a row's features; whether all features are levels, to the last bit or two.
#[multiversion(targets("x86_64+avx512f+avx512bw", "x86_64+avx2", "aarch64+neon"))]
pub(crate) fn to_levels<T: From<u8>>(row: &[f32], levels: &mut [T]) -> bool {
    let mut exact = true;
    for (level, &value) in levels.iter_mut().zip(row) {
        // Beyond 2²³ a float has no digits behind the point: the sum is rounded, and its lowest bits are the level.
        let (scaled, shifted) = (value * 255.0, value * 255.0 + 8_388_608.0);
        let nearest = shifted - 8_388_608.0;
        exact &= (scaled - nearest).abs() < 3e-5 && (0.0..=255.0).contains(&nearest);
        *level = T::from(shifted.to_bits() as u8);
    }
    exact
}
