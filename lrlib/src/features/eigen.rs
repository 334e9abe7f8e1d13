//! The eigenvectors of a symmetric matrix, by Jacobi's method.
//!
//! A rotation in the plane of two axes makes their off-diagonal element 0. Repeated over all pairs, the matrix becomes
//! diagonal (Golub and Van Loan, Matrix Computations, 2013, section 8.5).

use ndarray::{Array1, Array2, Axis};

/// After some ten passes over all pairs nothing is left to rotate.
const MAX_PASSES: usize = 50;

/// Returns the eigenvalues in falling order, and the eigenvectors as rows.
pub(super) fn eigh(mut a: Array2<f64>) -> (Array1<f64>, Array2<f64>) {
    let n = a.nrows();
    let mut vectors = Array2::<f64>::eye(n);
    let negligible = 1e-30 * a.iter().map(|number| number * number).sum::<f64>();
    for _ in 0..MAX_PASSES {
        let mut rotated = false;
        for (p, q) in (0..n).flat_map(|p| (p + 1..n).map(move |q| (p, q))) {
            let between = a[[p, q]];
            if between * between <= negligible {
                continue;
            }
            rotated = true;
            let cotangent = (a[[q, q]] - a[[p, p]]) / (2.0 * between);
            let tangent = cotangent.signum() / (cotangent.abs() + cotangent.hypot(1.0));
            let (cos, sin) = (1.0 / tangent.hypot(1.0), tangent / tangent.hypot(1.0));
            let rotate = |x: &mut f64, y: &mut f64| (*x, *y) = (cos * *x - sin * *y, sin * *x + cos * *y);
            for matrix in [&mut a, &mut vectors] {
                let (mut above, mut below) = matrix.view_mut().split_at(Axis(0), q);
                above.row_mut(p).iter_mut().zip(below.row_mut(0)).for_each(|(x, y)| rotate(x, y));
            }
            let (mut left, mut right) = a.view_mut().split_at(Axis(1), q);
            left.column_mut(p).iter_mut().zip(right.column_mut(0)).for_each(|(x, y)| rotate(x, y));
        }
        if !rotated {
            break;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[[j, j]].total_cmp(&a[[i, i]]));
    (a.diag().select(Axis(0), &order), vectors.select(Axis(0), &order))
}
