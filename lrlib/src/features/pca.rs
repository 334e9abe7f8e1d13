//! The directions in which data varies most.

use std::fmt;

use ndarray::{Array1, Array2, ArrayRef2, ArrayView2, Axis};

use super::{check::check, eigen::eigh};
use crate::error::{Error, Result};

/// The most columns: eigenvectors take time in proportion to the cube of their number.
const MAX_COLUMNS: usize = 1024;

/// Principal component analysis, `sklearn.decomposition.PCA`: the eigenvectors of the covariance matrix.
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
    /// The components, shape (k, d): rows of length 1, each with a positive sum; zeros where nothing varies.
    pub components: Array2<f32>,
    /// The variance along each component, shape (k), falling.
    pub explained_variance: Array1<f32>,
    /// The same as a fraction of the variance of all columns together.
    pub explained_variance_ratio: Array1<f32>,
    rows: usize,
}

impl Pca {
    /// Fits `k` components to the rows of `x`, shape (n, d).
    ///
    /// # Errors
    /// [`Error::Config`] if `k` is 0 or larger than n or d, d is above 1,024, or a number is not finite.
    pub fn fit(x: &ArrayRef2<f32>, k: usize) -> Result<Self> {
        let (n, d) = x.dim();
        check(x, d, "Pca")?;
        if k == 0 || k > n.min(d) || d > MAX_COLUMNS {
            let problem = format!("{k} principal components of {n} rows of {d} numbers");
            let most = n.min(d);
            return Err(Error::Config(format!("{problem}: use 1 to {most}, and rows of at most {MAX_COLUMNS}")));
        }
        let x = x.mapv(f64::from);
        let mean = x.sum_axis(Axis(0)) / n as f64;
        let centered = x - &mean;
        let (variances, vectors) = eigh(centered.t().dot(&centered) / (n.max(2) - 1) as f64);
        let total: f64 = variances.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let signs = vectors.sum_axis(Axis(1)).mapv(f64::signum).insert_axis(Axis(1));
        Ok(Self {
            mean: mean.mapv(|m| m as f32),
            components: (vectors * signs).mapv(|v| v as f32).select(Axis(0), &(0..k).collect::<Vec<_>>()),
            explained_variance: variances.iter().take(k).map(|&variance| variance as f32).collect(),
            explained_variance_ratio: variances.iter().take(k).map(|variance| (variance / total) as f32).collect(),
            rows: n,
        })
    }

    /// Returns each row's coordinates along the components. Shapes (n, d) → (n, k).
    ///
    /// # Errors
    /// [`Error::Config`] if the rows are not as long as those fitted on, or not finite.
    pub fn transform(&self, x: &ArrayRef2<f32>) -> Result<Array2<f32>> {
        check(x, self.mean.len(), "Pca")?;
        Ok(self.project(&x.view()))
    }

    pub(super) fn project(&self, x: &ArrayView2<'_, f32>) -> Array2<f32> {
        (x - &self.mean).dot(&self.components.t())
    }
}

/// `Pca(128 → 64, fitted on 48800 rows)`
impl fmt::Debug for Pca {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (k, d) = self.components.dim();
        write!(f, "Pca({d} → {k}, fitted on {} rows)", self.rows)
    }
}
