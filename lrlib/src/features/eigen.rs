//! The eigenvectors of a covariance matrix, by Jacobi's method in Hestenes' form.
//!
//! Two rows are rotated into each other until they are orthogonal, and so are all pairs, again and again. In the end each
//! row is an eigenvector times its eigenvalue (Golub and Van Loan, Matrix Computations, 2013, section 8.6.3).

use ndarray::{Array2, Axis, Zip};

/// Some ten passes over all pairs leave nothing to rotate.
const MAX_PASSES: usize = 50;

/// Returns the eigenvalues of a symmetric matrix without negative ones, falling, and the eigenvectors as rows; zeros for an
/// eigenvalue of 0.
pub(super) fn eigh(mut a: Array2<f64>) -> (Vec<f64>, Array2<f64>) {
    let n = a.nrows();
    for _ in 0..MAX_PASSES {
        let mut is_done = true;
        for (p, q) in (0..n).flat_map(|p| (p + 1..n).map(move |q| (p, q))) {
            let (mut above, mut below) = a.view_mut().split_at(Axis(0), q);
            let (mut x, mut y) = (above.row_mut(p), below.row_mut(0));
            let (xx, yy, xy) = (x.dot(&x), y.dot(&y), x.dot(&y));
            if xy * xy <= 1e-28 * xx * yy {
                continue;
            }
            is_done = false;
            let cotangent = (yy - xx) / (2.0 * xy);
            let tangent = cotangent.signum() / (cotangent.abs() + cotangent.hypot(1.0));
            let cosine = 1.0 / tangent.hypot(1.0);
            Zip::from(&mut x).and(&mut y).for_each(|x, y| {
                (*x, *y) = (cosine * (*x - tangent * *y), cosine * (tangent * *x + *y));
            });
        }
        if is_done {
            break;
        }
    }
    let lengths: Vec<f64> = a.outer_iter().map(|row| row.dot(&row).sqrt()).collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| lengths[j].total_cmp(&lengths[i]));
    let mut vectors = a.select(Axis(0), &order);
    vectors.outer_iter_mut().zip(&order).for_each(|(mut row, &i)| row /= lengths[i].max(f64::MIN_POSITIVE));
    (order.into_iter().map(|i| lengths[i]).collect(), vectors)
}
