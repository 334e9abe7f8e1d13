//! The directions in which data varies most.

use ndarray::{Array1, Array2, ArrayRef2, ArrayView2, Axis};
use rayon::prelude::*;

use super::{
    check::{check_columns, check_rows},
    eigen::eigh,
};
use crate::error::{Error, Result};

/// The most columns: their covariances are a matrix of as many rows, and its eigenvectors take time in proportion to n³.
const MAX_COLUMNS: usize = 1024;
/// Rows multiplied at a time.
const BLOCK: usize = 1024;

/// Principal component analysis: `sklearn.decomposition.PCA`. Each component is an eigenvector of the covariance matrix,
/// with its largest number positive.
///
/// ```
/// use lrlib::{features::Pca, ndarray::array};
/// let x = array![[0.0, 1.0], [3.0, 5.0], [6.0, 9.0]]; // on a line of slope 4/3
/// let pca = Pca::fit(&x, 1)?;
/// assert!((pca.components[[0, 0]] - 0.6).abs() < 1e-6 && (pca.components[[0, 1]] - 0.8).abs() < 1e-6);
/// assert!((pca.transform(&x)?[[2, 0]] - 5.0).abs() < 1e-6);
/// assert_eq!(format!("{pca:?}"), "Pca(2 → 1, fitted on 3 rows)");
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Clone)]
pub struct Pca {
    /// The means of the columns, shape (d).
    pub mean: Array1<f32>,
    /// The components, rows of length 1, shape (k, d).
    pub components: Array2<f32>,
    /// The variance along each component, shape (k), falling.
    pub explained_variance: Array1<f32>,
    /// The same as fractions of the variance of all columns together.
    pub explained_variance_ratio: Array1<f32>,
    rows: usize,
}

impl Pca {
    /// Fits `k` components to `x`, shape (n, d).
    ///
    /// # Errors
    /// [`Error::Config`] if `k` is 0 or larger than n or d, d is above 1,024, or a number is not finite.
    pub fn fit(x: &ArrayRef2<f32>, k: usize) -> Result<Self> {
        check_rows(x, "Pca")?;
        let (n, d) = x.dim();
        if k == 0 || k > n.min(d) || d > MAX_COLUMNS {
            let problem = format!("{k} principal components of {n} rows of {d} numbers: use 1 to {}", n.min(d));
            return Err(Error::Config(format!("{problem}, and at most {MAX_COLUMNS} numbers")));
        }
        let mean = x.mapv(f64::from).sum_axis(Axis(0)).mapv(|sum| (sum / n as f64) as f32);
        let products = x.axis_chunks_iter(Axis(0), BLOCK).into_par_iter().map(|rows| {
            let centered = &rows - &mean;
            centered.t().dot(&centered)
        });
        let mut covariance = Array2::<f64>::zeros((d, d));
        for product in products.collect::<Vec<_>>() {
            covariance.zip_mut_with(&product, |sum, &product| *sum += f64::from(product) / (n.max(2) - 1) as f64);
        }
        let (variances, mut components) = eigh(covariance);
        for mut row in components.rows_mut() {
            let largest = row.iter().fold(0.0_f64, |largest, &v| if v.abs() > largest.abs() { v } else { largest });
            row *= largest.signum();
        }
        let total: f64 = variances.sum().max(f64::MIN_POSITIVE);
        let largest = |scale: f64| variances.iter().take(k).map(|&variance| (variance.max(0.0) / scale) as f32).collect();
        let components = components.view().split_at(Axis(0), k).0.mapv(|v| v as f32);
        let (explained_variance, explained_variance_ratio) = (largest(1.0), largest(total));
        Ok(Self { mean, components, explained_variance, explained_variance_ratio, rows: n })
    }

    /// Returns each row's coordinates along the components. Shapes (n, d) → (n, k).
    ///
    /// # Errors
    /// [`Error::Config`] if the rows are of another length than those fitted on, or not finite.
    pub fn transform(&self, x: &ArrayRef2<f32>) -> Result<Array2<f32>> {
        check_columns(x, self.mean.len(), "Pca")?;
        Ok(self.project(&x.view()))
    }

    pub(super) fn project(&self, x: &ArrayView2<'_, f32>) -> Array2<f32> {
        (x - &self.mean).dot(&self.components.t())
    }
}

/// `Pca(128 → 64, fitted on 48800 rows)`
impl std::fmt::Debug for Pca {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (k, d) = self.components.dim();
        write!(f, "Pca({d} → {k}, fitted on {} rows)", self.rows)
    }
}
