//! Products of f32 features whose sums are kept in f64.

use multiversion::multiversion;
use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, Axis, linalg::general_mat_mul, s};
use rayon::prelude::*;

use super::gram;

/// Columns that are read at a time.
const COLUMNS: usize = 1024;

/// Adds rowsᵀ·rows to the half of `sums` on and below the diagonal.
pub(crate) fn add_products(sums: &mut Array2<f64>, rows: &ArrayRef2<f64>) {
    const HEIGHT: usize = 48;
    sums.axis_chunks_iter_mut(Axis(0), HEIGHT).into_par_iter().enumerate().for_each(|(number, mut band)| {
        let (top, end) = (number * HEIGHT, number * HEIGHT + band.nrows());
        let (left, right) = (rows.slice(s![.., top..end]), rows.slice(s![.., ..end]));
        general_mat_mul(1.0, &left.t(), &right, 1.0, &mut band.slice_mut(s![.., ..end]));
    });
}

/// Returns the dot products of the samples with each other and with their mean m, and m·m; of centred samples, if `one` is 1.
pub(crate) fn dot_products(x: &ArrayRef2<f32>, one: f64) -> (Array2<f64>, Array1<f64>, f64) {
    let n = x.nrows();
    if let Some(mut products) = gram::exact(x) {
        let with_mean = one * products.sum_axis(Axis(1)) / n as f64;
        let square = with_mean.sum() / n as f64;
        for (mut row, u) in products.outer_iter_mut().zip(&with_mean) {
            row.zip_mut_with(&with_mean, |product, other| *product += square - u - other);
        }
        return (products, with_mean - square, square);
    }
    let (mut products, mut with_mean, mut square) = (Array2::zeros((n, n)), Array1::zeros(n), 0.0);
    for block in x.axis_chunks_iter(Axis(1), COLUMNS) {
        let mut block = block.mapv(f64::from);
        let mean = one * block.sum_axis(Axis(0)) / n as f64;
        block -= &mean;
        add_products(&mut products, &block.t());
        with_mean += &block.dot(&mean);
        square += mean.dot(&mean);
    }
    (products, with_mean, square)
}

/// Returns w = Xᵀα, rounded to f32, and X·w, both summed in f64, reading X once.
pub(crate) fn combination_and_product(x: &ArrayRef2<f32>, alpha: &ArrayRef1<f64>) -> (Array1<f32>, Array1<f64>) {
    let x = x.as_standard_layout();
    let mut weight = Array1::zeros(x.ncols());
    let pieces = weight.as_slice_mut().expect("a new vector is contiguous").par_chunks_mut(COLUMNS);
    let parts = pieces.zip(x.axis_chunks_iter(Axis(1), COLUMNS).into_par_iter()).map(|(weight, x)| {
        let row = |i: usize| x.row(i).to_slice().expect("x is in standard layout");
        let mut sums = vec![0.0; weight.len()];
        for first in (0..x.nrows()).step_by(4) {
            // Beyond the last row nothing is added.
            let four = [0, 1, 2, 3].map(|i| row((first + i).min(x.nrows() - 1)));
            add_scaled(&mut sums, four, [0, 1, 2, 3].map(|i| alpha.get(first + i).copied().unwrap_or(0.0)));
        }
        for (w, sum) in weight.iter_mut().zip(&mut sums) {
            *w = *sum as f32;
            *sum = f64::from(*w);
        }
        Array1::from_shape_fn(x.nrows(), |i| dot(row(i), &sums))
    });
    let parts: Vec<_> = parts.collect();
    (weight, parts.iter().fold(Array1::zeros(x.nrows()), |z, part| z + part))
}

/// sums += Σ factorᵢ·rowᵢ. Four rows at once, so the sums are read and written a quarter as often.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn add_scaled(sums: &mut [f64], rows: [&[f32]; 4], factors: [f64; 4]) {
    let ([a, b, c, d], [p, q, r, s]) = (rows, factors);
    for ((((sum, &a), &b), &c), &d) in sums.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *sum += p * f64::from(a) + q * f64::from(b) + r * f64::from(c) + s * f64::from(d);
    }
}

/// Returns Σ aᵢ·bᵢ, in sixteen sums side by side.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "aarch64+neon"))]
fn dot(a: &[f32], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let mut sums = [0.0; 16];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..16 {
            sums[lane] += f64::from(a[lane]) * b[lane];
        }
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(&a, b)| f64::from(a) * b).sum::<f64>()
}
