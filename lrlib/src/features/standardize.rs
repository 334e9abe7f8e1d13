//! Columns of mean 0 and deviation 1.

use std::fmt;

use ndarray::{Array1, Array2, ArrayRef2, Axis};

use super::check::check;
use crate::error::Result;

/// Subtracts each column's mean and divides by its standard deviation: `sklearn.preprocessing.StandardScaler`. A constant
/// column becomes 0.
///
/// ```
/// use lrlib::{features::Standardize, ndarray::array};
/// let train = array![[1.0, 7.0], [3.0, 7.0]]; // means 2 and 7, deviations 1 and 0
/// let scaler = Standardize::fit(&train)?;
/// assert_eq!(scaler.transform(&array![[5.0, 7.0]])?, array![[3.0, 0.0]]);
/// assert_eq!(format!("{scaler:?}"), "Standardize(2 columns, fitted on 2 rows)");
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Clone)]
pub struct Standardize {
    /// The mean of each column, shape (d).
    pub mean: Array1<f32>,
    /// The standard deviation of each column, dividing by n, shape (d); 1 for a constant one.
    pub scale: Array1<f32>,
    rows: usize,
}

impl Standardize {
    /// Computes means and deviations of the columns of `x`, shape (n, d).
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if there are no rows, or a number is not finite.
    pub fn fit(x: &ArrayRef2<f32>) -> Result<Self> {
        check(x, x.ncols(), "Standardize")?;
        let mean = x.mapv(f64::from).sum_axis(Axis(0)).mapv(|sum| (sum / x.nrows() as f64) as f32);
        let scale = x.axis_iter(Axis(1)).map(|column| {
            // Rounding may leave a constant column a tiny deviation.
            let is_constant = column.iter().all(|value| value.to_bits() == column[0].to_bits());
            let std = column.mapv(f64::from).std(0.0) as f32;
            if is_constant || std <= 0.0 { 1.0 } else { std }
        });
        Ok(Self { mean, scale: scale.collect(), rows: x.nrows() })
    }

    /// Returns (x − mean) / scale. Shapes (n, d) → (n, d).
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if the rows are not as long as those fitted on, or not finite.
    pub fn transform(&self, x: &ArrayRef2<f32>) -> Result<Array2<f32>> {
        check(x, self.mean.len(), "Standardize")?;
        Ok((&x.view() - &self.mean) / &self.scale)
    }
}

/// `Standardize(512 columns, fitted on 244 rows)`
impl fmt::Debug for Standardize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Standardize({} columns, fitted on {} rows)", self.mean.len(), self.rows)
    }
}
