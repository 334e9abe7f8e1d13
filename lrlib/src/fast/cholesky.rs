//! The Cholesky factor of a symmetric matrix, A = L·Lᵀ with L lower triangular, in blocks and on all cores (Golub and Van
//! Loan, Matrix Computations, 2013, section 4.2).
//!
//! A may be singular: if a pivot is 0, so are its column of L and its unknown in a solution.

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, ArrayViewMut1, Axis, s};
use rayon::prelude::*;

/// Columns factored at a time; the columns to their left are subtracted by one matrix product.
const BLOCK: usize = 32;
/// The rounding error of a pivot, relative to its diagonal element.
const ROUNDING: f64 = 1e-15;

/// Returns L. Reads only the half of `a` on and below the diagonal. A pivot that is no larger than its rounding error
/// becomes `small` times that error.
pub(crate) fn factor(mut a: Array2<f64>, small: f64) -> Array2<f64> {
    let n = a.nrows();
    for start in (0..n).step_by(BLOCK) {
        let end = n.min(start + BLOCK);
        let smallest = ROUNDING * &a.diag().slice(s![start..end]);
        let left = a.slice(s![start..end, ..start]).to_owned();
        a.slice_mut(s![start.., ..end]).axis_chunks_iter_mut(Axis(0), BLOCK).into_par_iter().for_each(|rows| {
            let (done, mut rows) = rows.split_at(Axis(1), start);
            rows -= &done.dot(&left.t());
        });
        let mut top = a.slice_mut(s![start..end, start..end]);
        for i in 0..end - start {
            let (done, mut rows) = top.view_mut().split_at(Axis(0), i);
            let mut row = rows.row_mut(0);
            eliminate(row.slice_mut(s![..i]), &done);
            let pivot = row[i] - row.slice(s![..i]).dot(&row.slice(s![..i]));
            row[i] = if pivot > smallest[i] { pivot } else { small * smallest[i] }.sqrt();
            row.slice_mut(s![i + 1..]).fill(0.0);
        }
        let top = top.to_owned();
        a.slice_mut(s![end.., start..end]).outer_iter_mut().into_par_iter().for_each(|row| eliminate(row, &top));
        a.slice_mut(s![start..end, end..]).fill(0.0);
    }
    a
}

/// Solves row = v·topᵀ for v, which replaces the row.
fn eliminate(mut row: ArrayViewMut1<'_, f64>, top: &ArrayRef2<f64>) {
    for j in 0..row.len() {
        let rest = row[j] - row.slice(s![..j]).dot(&top.slice(s![j, ..j]));
        row[j] = quotient(rest, top[[j, j]]);
    }
}

/// Returns L⁻¹·v.
pub(crate) fn forward(factor: &ArrayRef2<f64>, v: &ArrayRef1<f64>) -> Array1<f64> {
    let mut v = v.to_owned();
    eliminate(v.view_mut(), factor);
    v
}

/// Returns L⁻ᵀ·v.
pub(crate) fn backward(factor: &ArrayRef2<f64>, v: &ArrayRef1<f64>) -> Array1<f64> {
    let mut v = v.to_owned();
    for j in (0..v.len()).rev() {
        v[j] = quotient(v[j], factor[[j, j]]);
        let solved = v[j];
        v.slice_mut(s![..j]).scaled_add(-solved, &factor.slice(s![j, ..j]));
    }
    v
}

fn quotient(a: f64, pivot: f64) -> f64 {
    if pivot == 0.0 { 0.0 } else { a / pivot }
}
