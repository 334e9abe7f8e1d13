//! The Cholesky factor of a symmetric matrix, A = L·Lᵀ with L lower triangular, in blocks and on all cores (Golub and Van
//! Loan, Matrix Computations, 2013, section 4.2).
//!
//! A may be singular: if a pivot is 0, so are its column of L and its unknown in a solution.

use ndarray::{Array1, Array2, ArrayRef1, ArrayRef2, ArrayView1, Axis, s};
use rayon::prelude::*;

/// Columns factored at a time; the columns to their left are subtracted by one matrix product.
const BLOCK: usize = 64;
/// The reason that a row of a block is one slice of memory.
const IN_ORDER: &str = "matrices here are in standard layout";
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
        // The diagonal block's transpose.
        let mut top = Array2::zeros((end - start, end - start));
        for i in 0..end - start {
            let mut row = a.slice_mut(s![start + i, start..end]);
            let row = row.as_slice_mut().expect(IN_ORDER);
            let (done, rest) = row.split_at_mut(i);
            eliminate(done, &top);
            let pivot = rest[0] - done.iter().map(|l| l * l).sum::<f64>();
            rest[0] = if pivot > smallest[i] { pivot } else { small * smallest[i] }.sqrt();
            rest[1..].fill(0.0);
            top.column_mut(i).assign(&ArrayView1::from(&*row));
        }
        a.slice_mut(s![end.., start..end])
            .outer_iter_mut()
            .into_par_iter()
            .for_each(|mut row| eliminate(row.as_slice_mut().expect(IN_ORDER), &top));
        a.slice_mut(s![start..end, end..]).fill(0.0);
    }
    a
}

/// Solves row = v·top for v, which replaces the row.
fn eliminate(row: &mut [f64], top: &Array2<f64>) {
    for (j, factors) in (0..row.len()).zip(top.outer_iter()) {
        row[j] = quotient(row[j], factors[j]);
        let (solved, rest) = row.split_at_mut(j + 1);
        let factors = &factors.to_slice().expect(IN_ORDER)[j + 1..];
        rest.iter_mut().zip(factors).for_each(|(number, factor)| *number -= solved[j] * factor);
    }
}

/// Returns L⁻¹·v.
pub(crate) fn forward(factor: &ArrayRef2<f64>, v: &ArrayRef1<f64>) -> Array1<f64> {
    let mut v = v.to_owned();
    for j in 0..v.len() {
        let rest = v[j] - v.slice(s![..j]).dot(&factor.slice(s![j, ..j]));
        v[j] = quotient(rest, factor[[j, j]]);
    }
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
