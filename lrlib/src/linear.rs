//! The two products behind a linear layer, X·w and Xᵀ·e, on all cores.
//!
//! Both read X once and do little with it, so memory sets the pace, not arithmetic. The order of additions
//! depends neither on the number of threads nor on the processor: the result is the same everywhere.

use multiversion::multiversion;
use ndarray::{Array1, ArrayRef1, ArrayRef2};
use rayon::prelude::*;

/// Running sums kept side by side, so that the compiler can add whole vectors.
const LANES: usize = 32;
/// Columns per piece of work in [`transposed_product`]: 16 KiB of the result, which stay in the first-level cache.
const BLOCK: usize = 4096;

/// X·w: one number per sample. Shapes (n, d) and (d) → (n).
///
/// # Panics
/// If the sizes do not fit.
#[must_use]
#[track_caller]
pub fn product(x: &ArrayRef2<f32>, w: &ArrayRef1<f32>) -> Array1<f32> {
    assert_eq!(x.ncols(), w.len(), "x has {} features, but the weight {}", x.ncols(), w.len());
    let (x, w) = (x.as_standard_layout(), w.as_standard_layout());
    let (x, w) = (x.as_slice().unwrap_or(&[]), w.as_slice().unwrap_or(&[]));
    x.par_chunks(w.len().max(1)).map(|row| dot(row, w)).collect::<Vec<_>>().into()
}

/// Xᵀ·e: one number per feature. Shapes (n, d) and (n) → (d).
///
/// # Panics
/// If the sizes do not fit.
#[must_use]
#[track_caller]
pub fn transposed_product(x: &ArrayRef2<f32>, e: &ArrayRef1<f32>) -> Array1<f32> {
    assert_eq!(x.nrows(), e.len(), "x has {} samples, but the error {}", x.nrows(), e.len());
    let num_features = x.ncols();
    let x = x.as_standard_layout();
    let x = x.as_slice().unwrap_or(&[]);
    let mut sum = Array1::zeros(num_features);
    let blocks = sum.as_slice_mut().unwrap_or(&mut []).par_chunks_mut(BLOCK);
    blocks.enumerate().for_each(|(number, block)| {
        let (start, end) = (number * BLOCK, number * BLOCK + block.len());
        let rows = x.chunks_exact(num_features).map(|row| &row[start..end]);
        for (row, &factor) in rows.zip(e) {
            add_scaled(block, row, factor);
        }
    });
    sum
}

/// Σ aᵢ·bᵢ over two slices of one length.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

/// K·v in f64, on one core: for the few numbers of the sample space. Shapes (k, n) and (n) → (k).
pub(crate) fn product64(k: &ArrayRef2<f64>, v: &ArrayRef1<f64>) -> Array1<f64> {
    let (k, v) = (k.as_standard_layout(), v.as_standard_layout());
    let v = v.as_slice().unwrap_or(&[]);
    k.rows().into_iter().map(|row| row.to_slice().map_or(0.0, |row| dot64(row, v))).collect()
}

/// Σ aᵢ·bᵢ in f64.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn dot64(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
}

/// sumᵢ += factor·rowᵢ.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn add_scaled(sum: &mut [f32], row: &[f32], factor: f32) {
    for (sum, value) in sum.iter_mut().zip(row) {
        *sum += factor * value;
    }
}
